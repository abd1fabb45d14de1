//! Members by their own headers (APPNOTE 4.3.7 to 4.3.9): where the list of members does not
//! reach, and in archives too large to hold.

use super::{
    Category, Problem, Sink, Source,
    decode::{Member, give, give_slice},
    directory::{ENTRY, u16_at, u32_at, u64_at, unicode_name},
};
use crate::format::packed::Body;
use memchr::memmem;
use std::{
    io::{self, BufRead, Read},
    ops::Range,
};

/// How a member's own header begins.
pub(super) const SIGNATURE: &[u8] = b"PK\x03\x04";
/// How checksum and sizes behind a member begin, in all archives but very old ones.
const BEHIND: &[u8] = b"PK\x07\x08";
/// The fixed part of a header.
const FIXED: usize = 30;

/// Where the packed bytes of the member with a header at `offset` start.
pub(super) fn data_start(bytes: &[u8], offset: u64) -> Option<usize> {
    let offset = usize::try_from(offset).ok()?;
    let header = bytes.get(offset..)?;
    let length = FIXED + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
    (header.starts_with(SIGNATURE) && length <= header.len()).then_some(offset + length)
}

/// The member whose header these bytes begin with, and the header's length. `None` also when
/// it is nothing a program would write.
fn header(bytes: &[u8]) -> Option<(Member<'_>, usize)> {
    let length = data_start(bytes, 0)?;
    let name_end = FIXED + usize::from(u16_at(bytes, 26)?);
    let (name, extra) = (bytes.get(FIXED..name_end)?, bytes.get(name_end..length)?);
    let flags = u16_at(bytes, 6)?;
    let method = u16_at(bytes, 8)?;
    let mut member = Member {
        name: unicode_name(name, extra),
        flags,
        method,
        crc: u32_at(bytes, 14),
        packed: u32_at(bytes, 18)?.into(),
        size: u32_at(bytes, 22)?.into(),
        offset: 0,
        aes: None,
    };
    member.extend(extra);
    if member.is_open() {
        member.crc = None;
    }
    // Methods are at most 99, the version needed at most 6.3.
    (method <= 99 && bytes[4] <= 63 && !name.is_empty()).then_some((member, length))
}

/// Whether a member's header is somewhere in these bytes.
pub(super) fn is_within(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, SIGNATURE).any(|at| header(&bytes[at..]).is_some())
}

/// Reads every member that has a header in this stretch. With a complete list (`is_listed`)
/// what stands outside of it counts only when it fits the stretch. `true` when the last
/// member is cut off by the end.
pub(super) fn read_gap(bytes: &[u8], gap: Range<usize>, is_listed: bool, sink: &mut dyn Sink) -> bool {
    let Some(stretch) = bytes.get(gap) else { return false };
    walk(stretch, is_listed, &mut |member, packed| give_slice(&member, packed, sink))
}

/// Finds every member that has a header in this stretch, with its packed bytes; as [`read_gap`].
pub(super) fn walk<'a>(stretch: &'a [u8], is_listed: bool, each: &mut dyn FnMut(Member<'a>, &'a [u8])) -> bool {
    let mut at = 0;
    let mut is_cut = false;
    while let Some(found) = memmem::find(&stretch[at..], SIGNATURE) {
        at += found;
        let Some((mut member, length)) = header(&stretch[at..]) else {
            at += SIGNATURE.len();
            continue;
        };
        let rest = &stretch[at + length..];
        let fits = usize::try_from(member.packed).is_ok_and(|packed| packed <= rest.len());
        if is_listed && !fits {
            at += SIGNATURE.len();
            continue;
        }
        let end = if !fits || member.is_open() { find_end(&mut member, rest) } else { member.packed as usize };
        is_cut = !fits && end == rest.len();
        let packed = &rest[..end];
        each(member, packed);
        at += length + packed.len();
    }
    is_cut
}

/// Finds where a member ends whose header does not say so, or not truly: before the record
/// that has just this length in it, else before the next header, else at the end.
fn find_end(member: &mut Member<'_>, rest: &[u8]) -> usize {
    let is_open = member.is_open();
    let end = before_next_record(member, rest);
    if is_open {
        member.packed = end as u64;
    }
    end
}

fn before_next_record(member: &mut Member<'_>, rest: &[u8]) -> usize {
    for at in memmem::find_iter(rest, b"PK") {
        let here = &rest[at..];
        if here.starts_with(BEHIND) && (u32_at(here, 8).map(u64::from) == Some(at as u64) || u64_at(here, 8) == Some(at as u64)) {
            member.crc = u32_at(here, 4);
            return at;
        }
        if here.starts_with(ENTRY) || here.starts_with(SIGNATURE) && header(here).is_some() {
            return at;
        }
    }
    rest.len()
}

/// Reads an archive front to back, each member by its own header.
pub(super) fn read_stream(mut source: Source<'_>, sink: &mut dyn Sink) {
    // An error here is one of the reader we were given: already known to its owner.
    while let Ok(true) = next_member(&mut source, sink) {}
}

fn next_member(source: &mut Source<'_>, sink: &mut dyn Sink) -> io::Result<bool> {
    if !seek_header(source)? {
        return Ok(false);
    }
    let mut bytes = source.peek(FIXED)?.to_vec();
    let length = u16_at(&bytes, 26).zip(u16_at(&bytes, 28)).map_or(FIXED, |(name, extra)| FIXED + usize::from(name) + usize::from(extra));
    bytes.clear();
    Read::take(&mut *source, length as u64).read_to_end(&mut bytes)?;
    let Some((member, _)) = header(&bytes) else { return Ok(true) };
    if !member.is_open() {
        let mut body = Body::new(source, member.packed);
        give(&member, &mut body, false, sink);
        let left = body.left();
        return Ok(source.skip(left)? == left);
    }
    if !matches!(member.method, 8 | 9 | 12) {
        let problem = Problem::new(Category::Limit, "a member of unknown length in an archive too large to hold");
        sink.unread(member.name, None, problem);
        return Ok(true);
    }
    // These decoders take just the packed bytes; were they stopped early, the next header is sought.
    give(&member, &mut *source, false, sink);
    Ok(true)
}

/// Goes on to the next header; `false` at the list of members or the end.
fn seek_header(source: &mut Source<'_>) -> io::Result<bool> {
    loop {
        let next = source.peek(32 << 10)?;
        if next.len() < FIXED || next.starts_with(ENTRY) {
            return Ok(false);
        }
        match memmem::find(next, b"PK") {
            Some(0) if next.starts_with(SIGNATURE) => return Ok(true),
            Some(0) => source.consume(2),
            Some(at) => source.consume(at),
            None => {
                let length = next.len() - 1;
                source.consume(length);
            }
        }
    }
}
