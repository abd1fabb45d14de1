//! ar (the common archive format of Unix, GNU and BSD): Debian packages, libraries.

use super::{
    Claim, Format, Head, Member, Sink,
    packed::{Body, Source},
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{self, Read};

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
/// The table of long names and a name before a body are no longer.
const LONGEST_NAMES: u64 = 16 << 20;

/// `.ar`, `.a`, `.deb`.
pub struct Ar;

impl Format for Ar {
    fn name(&self) -> &'static str {
        "ar"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        let mut long_names = Vec::new();
        if source.skip(MAGIC.len() as u64).is_err() {
            return;
        }
        // An error here is one of the reader we were given: already known to its owner.
        while let Ok(true) = next_member(&mut source, &mut long_names, sink) {}
    }
}

/// Reads one member; `false` at the end.
fn next_member(source: &mut Source<'_>, long_names: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<bool> {
    let head = source.peek(HEADER)?;
    if head.is_empty() {
        return Ok(false);
    }
    let Some(header) = head.first_chunk::<HEADER>().copied() else {
        sink.problem(Problem::new(Category::Truncated, "the archive ends inside a header"));
        return Ok(false);
    };
    let size = number(&header[48..58]).filter(|_| header.ends_with(b"`\n"));
    let Some(size) = size else {
        sink.problem(Problem::new(Category::Corrupt, "something that is no header stands between members"));
        return Ok(false);
    };
    source.skip(HEADER as u64)?;
    let short = header[..16].trim_ascii_end();
    let mut left = size;
    let name = match short {
        b"//" => {
            long_names.clear();
            Read::take(&mut *source, size.min(LONGEST_NAMES)).read_to_end(long_names)?;
            left -= long_names.len() as u64;
            None
        }
        // Tables of symbols.
        b"/" | b"/SYM64/" | b"__.SYMDEF" => None,
        [b'#', b'1', b'/', length @ ..] => {
            let length = number(length).unwrap_or(0).min(size).min(LONGEST_NAMES);
            let mut name = Vec::new();
            Read::take(&mut *source, length).read_to_end(&mut name)?;
            left -= name.len() as u64;
            name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
            Some(name).filter(|name| !name.starts_with(b"__.SYMDEF"))
        }
        [b'/', at @ ..] if number(at).is_some() => {
            let at = number(at).and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            let rest = long_names.get(at..).unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            Some(rest.get(..end).unwrap_or_default().without(b"/").to_vec())
        }
        short => Some(short.without(b"/").to_vec()),
    };
    if let Some(name) = name {
        let size = Some(left);
        if let Some(bytes) = source.whole_slice(left) {
            sink.item(Member { name: &name, step: true, size, packed: size, content: Input::Whole(bytes) });
        } else {
            let mut body = Body::new(source, left);
            sink.item(Member { name: &name, step: true, size, packed: size, content: Input::Stream(&mut body) });
            left = body.left();
        }
    }
    Ok(source.skip(left)? == left && source.skip(size % 2).is_ok())
}

trait Without {
    fn without(&self, suffix: &[u8]) -> &[u8];
}

impl Without for [u8] {
    fn without(&self, suffix: &[u8]) -> &[u8] {
        self.strip_suffix(suffix).unwrap_or(self)
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = super::MAGIC.to_vec();
        for (name, body) in members {
            bytes.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n{body}", 0, 0, 0, 100644, body.len()).bytes());
            if body.len() % 2 == 1 {
                bytes.push(b'\n');
            }
        }
        bytes
    }

    #[test]
    fn names_of_every_kind_are_read() {
        let bytes = archive(&[
            ("/", "symbols"),
            ("//", "a-name-longer-than-it-may-be.csv/\n"),
            ("/0", "one"),
            ("b.txt/", "two"),
            ("#1/5", "c.txtthree"),
            ("debian-binary", "2.0\n"),
        ]);
        let found = unfold("a.deb", &bytes);
        let names: Vec<_> = found.contents().iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(names, ["a.deb!/a-name-longer-than-it-may-be.csv", "a.deb!/b.txt", "a.deb!/c.txt", "a.deb!/debian-binary"]);
        assert_eq!(found.contents()[2].1, b"three");
        assert_eq!(found.problems(), []);
        assert!(!unfold("a.deb", &bytes[..bytes.len() - 2]).problems().is_empty());
        survives(&super::Ar, &bytes);
    }
}
