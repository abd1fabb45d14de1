//! zip: members by the list at the end of the archive, and by their own headers wherever that
//! list does not reach (PKWARE APPNOTE 6.3.10).
//!
//! The lists are read here rather than by the `zip` crate, which knows members by name: an
//! archive may hold one name twice, hide members from its list, or have lost the list.

mod crypt;
mod decode;
mod directory;
mod local;
pub(super) mod package;

use super::{Claim, Format, Head, Sink, packed::Source};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use decode::Member;
use directory::Directory;
use std::io::Read;

/// Archives of `zip`, and whatever is a zip inside.
pub struct Zip;

impl Format for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let bytes = head.bytes;
        // Archives in several volumes, and volumes joined again, begin with a mark of their own.
        let bytes = bytes.strip_prefix(b"PK\x07\x08").or_else(|| bytes.strip_prefix(b"PK00")).unwrap_or(bytes);
        if bytes.starts_with(local::SIGNATURE) || bytes.starts_with(directory::END) {
            return Claim::Sure;
        }
        // Behind a program that unpacks it, or anything else.
        let has_program = bytes.starts_with(b"MZ") || bytes.starts_with(b"\x7FELF") || bytes.starts_with(b"#!");
        let is_behind = has_program && local::is_within(bytes) || head.whole && directory::read(bytes).is_all_within(bytes);
        if is_behind { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        match input {
            Input::Whole(bytes) => read_whole(bytes, Lost::Untold, sink),
            Input::Stream(reader) => {
                let limit = sink.in_memory();
                let mut held = Vec::new();
                let outcome = Read::take(&mut *reader, (limit as u64).saturating_add(1)).read_to_end(&mut held);
                if held.len() > limit {
                    let mut all = held.as_slice().chain(reader);
                    local::read_stream(Source::new(Input::Stream(&mut all)), sink);
                } else {
                    read_whole(&held, if outcome.is_ok() { Lost::Untold } else { Lost::Told }, sink);
                }
            }
        }
    }
}

/// Whether somebody already told that the archive is not all there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lost {
    Told,
    Untold,
}

/// Reads an archive that is all there.
fn read_whole(bytes: &[u8], lost: Lost, sink: &mut dyn Sink) {
    let mut directory = directory::read(bytes);
    let is_listed = directory.is_complete();
    let end = directory.start.unwrap_or(bytes.len());
    give_leading(bytes, directory.first(), sink);
    let covered = read_listed(bytes, &mut directory, sink);
    let last_is_cut = local::read_gap(bytes, covered..end.max(covered), is_listed, sink);
    give_trailing(bytes, directory.end, sink);
    if !is_listed && !last_is_cut && lost == Lost::Untold {
        sink.problem(match directory.start {
            None => Problem::new(Category::Truncated, "the list of members is missing; members were found by their own headers"),
            Some(_) => Problem::new(Category::Corrupt, "the list of members is damaged; members were found by their own headers"),
        });
    }
}

/// What stands before the archive is no part of it, and still part of the leak.
fn give_leading(bytes: &[u8], first: Option<u64>, sink: &mut dyn Sink) {
    let first = first.and_then(|first| usize::try_from(first).ok());
    let Some(leading) = first.and_then(|first| bytes.get(..first)) else { return };
    if leading.len() > 4 && !leading.starts_with(local::SIGNATURE) {
        let size = Some(leading.len() as u64);
        let content = Input::Whole(leading);
        sink.item(super::Member { name: b"leading", step: false, size, packed: None, content });
    }
}

/// A comment, and what stands behind the archive.
fn give_trailing(bytes: &[u8], end: Option<usize>, sink: &mut dyn Sink) {
    let trailing = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    if trailing.iter().any(|byte| *byte != 0) {
        let size = Some(trailing.len() as u64);
        sink.item(super::Member { name: b"trailing", step: false, size, packed: None, content: Input::Whole(trailing) });
    }
}

/// Reads the members of the list, in the order of their bytes, and those in the gaps between
/// them; returns where the last one ends.
fn read_listed(bytes: &[u8], directory: &mut Directory<'_>, sink: &mut dyn Sink) -> usize {
    let is_listed = directory.is_complete();
    directory.sort();
    let mut covered = 0;
    let mut overlaps = Overlaps::default();
    for entry in directory.members() {
        let Some(data) = local::data_start(bytes, entry.offset) else {
            let problem = Problem::new(Category::Corrupt, "no header where the list of members says").not_examined(entry.packed);
            sink.unread(entry.name, Some(entry.size), problem);
            continue;
        };
        let offset = usize::try_from(entry.offset).unwrap_or(usize::MAX);
        if offset < covered {
            overlaps.tell(&entry, sink);
            continue;
        }
        local::read_gap(bytes, covered..offset, is_listed, sink);
        let rest = bytes.get(data..).unwrap_or_default();
        let packed = usize::try_from(entry.packed).map_or(rest, |length| rest.get(..length).unwrap_or(rest));
        decode::give_slice(&entry, packed, sink);
        covered = data + packed.len();
    }
    overlaps.finish(sink);
    covered
}

/// Members that share bytes with one read before: how a small archive claims to be a huge one
/// (Fifield, "A better zip bomb", 2019).
#[derive(Default)]
struct Overlaps(u64);

impl Overlaps {
    /// So many are told by name.
    const NAMED: u64 = 20;

    fn tell(&mut self, entry: &Member<'_>, sink: &mut dyn Sink) {
        self.0 += 1;
        if self.0 <= Overlaps::NAMED {
            sink.unread(
                entry.name,
                Some(entry.size),
                Problem::new(Category::Limit, "shares its bytes with another member: a decompression bomb"),
            );
        }
    }

    fn finish(self, sink: &mut dyn Sink) {
        if self.0 > Overlaps::NAMED {
            let more = self.0 - Overlaps::NAMED;
            sink.problem(Problem::new(Category::Limit, format!("{more} more members share their bytes with others: a decompression bomb")));
        }
    }
}

#[cfg(test)]
mod tests;
