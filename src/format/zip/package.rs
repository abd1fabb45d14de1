//! Members of a zip archive by name, for formats that are a zip inside (ECMA-376 part 2,
//! OpenDocument 1.3 part 2): documents, workbooks, presentations.

use super::{
    decode::{self, Member},
    directory, local,
};
use crate::{
    base::Problem,
    format::{Sink, read_problem},
    source::Budget,
};
use std::io::{self, BufReader, Read};

/// An archive that is all there, or as much of it as is left.
pub(in crate::format) struct Package<'a> {
    /// Names with `/` between folders whatever the writer took, headers, packed bytes.
    members: Vec<(String, Member<'a>, &'a [u8])>,
    /// Guards everything that is unpacked here.
    budget: Budget,
    /// Whether the list of members is lost, or the last member is cut off.
    pub(in crate::format) is_damaged: bool,
}

impl<'a> Package<'a> {
    /// Lists the members: by the archive's own list, else by their headers. `budget` is accounted to.
    pub(in crate::format) fn open(bytes: &'a [u8], budget: Budget) -> Package<'a> {
        let listed = directory::read(bytes);
        let mut members = Vec::with_capacity(listed.len());
        let mut is_damaged = !listed.is_complete() || listed.len() == 0;
        if is_damaged {
            local::walk(bytes, false, &mut |member, packed| members.push((plain_name(&member), member, packed)));
        } else {
            for entry in listed.members() {
                let rest = local::data_start(bytes, entry.offset).and_then(|start| bytes.get(start..)).unwrap_or_default();
                let packed = usize::try_from(entry.packed).ok().and_then(|length| rest.get(..length));
                is_damaged |= packed.is_none();
                members.push((plain_name(&entry), entry, packed.unwrap_or(rest)));
            }
        }
        Package { members, budget, is_damaged }
    }

    /// The names of all members, in the archive's order.
    pub(in crate::format) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, ..)| name.as_str())
    }

    /// Whether there is a member of this name; case does not matter (ECMA-376 part 2, 6.2.2.3).
    pub(in crate::format) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<(&Member<'a>, &'a [u8])> {
        let name = name.trim_start_matches('/');
        let exact = self.members.iter().find(|(known, ..)| known == name);
        let found = exact.or_else(|| self.members.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)));
        found.map(|(_, member, packed)| (member, *packed))
    }

    /// The content of a member, unpacked as it is read; what makes it unreadable is the error of a read.
    pub(in crate::format) fn read(&self, name: &str) -> Option<impl io::BufRead + use<'a>> {
        let (member, packed) = self.find(name)?;
        let content = match member.refusal() {
            Some(problem) => Err(io::Error::new(io::ErrorKind::Unsupported, problem.detail)),
            None => Ok(decode::content(member, packed, (packed.len() as u64) < member.packed)),
        };
        let unpacked = Unpacked { content, packed: packed.len() as u64, count: 0, budget: self.budget.clone() };
        Some(BufReader::with_capacity(64 << 10, unpacked))
    }

    /// A member's content at once, up to `limit` bytes; empty when there is none.
    pub(in crate::format) fn whole(&self, name: &str, limit: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(reader) = self.read(name) {
            // What could be read before an error is what there is.
            reader.take(limit as u64).read_to_end(&mut bytes).ok();
        }
        bytes
    }

    /// Hands a member on as an item of its own.
    pub(in crate::format) fn give(&self, name: &str, sink: &mut dyn Sink) {
        if let Some((member, packed)) = self.find(name) {
            decode::give_slice(member, packed, sink);
        }
    }

    /// Why a member cannot be read, if it cannot.
    pub(in crate::format) fn refusal(&self, name: &str) -> Option<Problem> {
        self.find(name)?.0.refusal()
    }
}

/// A member's content under the budget.
struct Unpacked<R> {
    content: io::Result<R>,
    packed: u64,
    count: u64,
    budget: Budget,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.content {
            Ok(content) => content.read(into)?,
            Err(error) => return Err(io::Error::new(error.kind(), error.to_string())),
        };
        self.count += read as u64;
        let within = self.budget.expand(read as u64, self.count, Some(self.packed));
        within.map_err(|exceeded| io::Error::new(io::ErrorKind::FileTooLarge, exceeded.detail()))?;
        Ok(read)
    }
}

/// The names of the first members of an archive, by their headers in its first bytes.
pub(in crate::format) fn first_names(head: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    if head.starts_with(local::SIGNATURE) {
        local::walk(head, false, &mut |member, _| names.push(plain_name(&member)));
    }
    names
}

fn plain_name(member: &Member<'_>) -> String {
    String::from_utf8_lossy(member.name).replace('\\', "/")
}

/// The problem of a package whose member `name` could not be read to its end.
pub(in crate::format) fn member_problem(name: &str, error: &io::Error) -> Problem {
    let problem = read_problem(error);
    Problem::new(problem.category, format!("{name}: {}", problem.detail))
}
