//! The list of members at the end of a zip archive (APPNOTE 4.3.12 to 4.3.16).

use super::{decode::Member, local::data_start};
use memchr::memmem;

/// How the record behind the list begins.
pub(super) const END: &[u8] = b"PK\x05\x06";
/// How an entry of the list begins.
pub(super) const ENTRY: &[u8] = b"PK\x01\x02";
/// How the record that says where the large record is begins.
const LOCATOR: &[u8] = b"PK\x06\x07";
/// How the large record behind a list begins.
const END_64: &[u8] = b"PK\x06\x06";

/// The record behind the list and the longest comment behind that.
const TAIL: usize = 22 + 0xFFFF;

/// What the list says, as far as it can be read.
#[derive(Default)]
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    /// Where the header of each member is by the list, and where its entry is in the bytes: there may be ten million.
    entries: Vec<(u64, u64)>,
    /// What stands before the archive.
    before: u64,
    /// Where the list starts; none when there is no list.
    pub(super) start: Option<usize>,
    /// Where the archive ends, but for a comment; none when there is no list.
    pub(super) end: Option<usize>,
    /// How many entries the record behind the list promises.
    promised: u64,
}

impl<'a> Directory<'a> {
    /// How many entries were found.
    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries, in the order they are in.
    pub(super) fn members(&self) -> impl Iterator<Item = Member<'a>> {
        self.entries.iter().filter_map(|(_, at)| Some(entry(self.bytes.get(usize::try_from(*at).ok()?..)?, self.before)?.0))
    }

    /// Puts the entries in the order of their bytes.
    pub(super) fn sort(&mut self) {
        self.entries.sort_unstable();
    }

    /// Where the first member is.
    pub(super) fn first(&self) -> Option<u64> {
        self.entries.iter().map(|(offset, _)| *offset).min()
    }

    /// Whether all that is promised was found.
    pub(super) const fn is_complete(&self) -> bool {
        self.start.is_some() && self.entries.len() as u64 == self.promised
    }

    /// Whether an archive stands in these bytes, whatever is before and behind it: a complete list of at least one member,
    /// and every member where that says.
    pub(super) fn is_all_within(&self, bytes: &[u8]) -> bool {
        let has_all = self.entries.iter().all(|(offset, _)| data_start(bytes, *offset).is_some());
        self.is_complete() && !self.entries.is_empty() && has_all
    }
}

/// Little-endian numbers at places that may not be there.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// See [`u16_at`].
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// See [`u16_at`].
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Where the list is, by the record behind it.
struct Place {
    /// Where the record behind the list is: the list ends there.
    end: usize,
    /// Where the archive ends, but for a comment.
    archive_end: usize,
    size: u64,
    /// Counted from the start of the archive, which is not the start of the file when
    /// something was put before it.
    offset: u64,
    count: u64,
}

/// Reads the list of members.
pub(super) fn read(bytes: &[u8]) -> Directory<'_> {
    let tail_at = bytes.len().saturating_sub(TAIL);
    let tail = &bytes[tail_at..];
    let mut candidates = memmem::rfind_iter(tail, END).filter_map(|at| place(bytes, tail_at + at));
    candidates.find_map(|place| entries(bytes, &place)).unwrap_or_default()
}

fn place(bytes: &[u8], end: usize) -> Option<Place> {
    let record = bytes.get(end..)?;
    let comment = usize::from(u16_at(record, 20)?);
    if record.len() < 22 + comment {
        return None;
    }
    let archive_end = end + 22;
    let short =
        Place { end, archive_end, count: u16_at(record, 10)?.into(), size: u32_at(record, 12)?.into(), offset: u32_at(record, 16)?.into() };
    Some(place_64(bytes, end, archive_end).unwrap_or(short))
}

/// The place by the record for large archives, if there is one.
fn place_64(bytes: &[u8], end: usize, archive_end: usize) -> Option<Place> {
    let locator = bytes.get(end.checked_sub(20)?..)?;
    if !locator.starts_with(LOCATOR) {
        return None;
    }
    let told = usize::try_from(u64_at(locator, 8)?).ok()?;
    // With something put before the archive the offset is short; the record stands right before its locator.
    let at = [Some(told), end.checked_sub(20 + 56)]
        .into_iter()
        .flatten()
        .find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END_64)))?;
    let record = &bytes[at..];
    Some(Place { end: at, archive_end, count: u64_at(record, 32)?, size: u64_at(record, 40)?, offset: u64_at(record, 48)? })
}

fn entries<'a>(bytes: &'a [u8], place: &Place) -> Option<Directory<'a>> {
    if place.count == 0 {
        return Some(Directory { bytes, start: Some(place.end), end: Some(place.archive_end), ..Directory::default() });
    }
    let told = usize::try_from(place.offset).ok();
    let measured = usize::try_from(place.size).ok().and_then(|size| place.end.checked_sub(size));
    let mut starts = [measured, told].into_iter().flatten();
    let start = starts.find(|start| bytes.get(*start..place.end).is_some_and(|list| list.starts_with(ENTRY)))?;
    let before = (start as u64).saturating_sub(place.offset);
    let mut at = start;
    let (end, promised) = (Some(place.archive_end), place.count);
    let mut directory = Directory { bytes, entries: Vec::new(), before, start: Some(start), end, promised };
    while let Some((member, length)) = entry(&bytes[at..place.end], before) {
        directory.entries.push((member.offset, at as u64));
        at += length;
    }
    // The count of short records is modulo 65,536 in archives of programs that know no large ones.
    if directory.entries.len() as u64 % 0x1_0000 == place.count {
        directory.promised = directory.entries.len() as u64;
    }
    Some(directory)
}

/// One entry and its length; `before` is what stands before the archive.
fn entry(bytes: &[u8], before: u64) -> Option<(Member<'_>, usize)> {
    if !bytes.starts_with(ENTRY) {
        return None;
    }
    let name_end = 46 + usize::from(u16_at(bytes, 28)?);
    let extra_end = name_end + usize::from(u16_at(bytes, 30)?);
    let end = extra_end + usize::from(u16_at(bytes, 32)?);
    let (name, extra) = (bytes.get(46..name_end)?, bytes.get(name_end..extra_end)?);
    if bytes.len() < end {
        return None;
    }
    let mut member = Member {
        name: unicode_name(name, extra),
        flags: u16_at(bytes, 8)?,
        method: u16_at(bytes, 10)?,
        crc: Some(u32_at(bytes, 16)?),
        packed: u32_at(bytes, 20)?.into(),
        size: u32_at(bytes, 24)?.into(),
        offset: u32_at(bytes, 42)?.into(),
        aes: None,
    };
    member.extend(extra);
    member.offset = member.offset.saturating_add(before);
    Some((member, end))
}

/// The extra fields of a header: (kind, content).
pub(super) fn extra_fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let kind = u16_at(extra, 0)?;
        let end = 4 + usize::from(u16_at(extra, 2)?);
        let content = extra.get(4..end)?;
        extra = &extra[end..];
        Some((kind, content))
    })
}

/// The name in UTF-8 that an extra field may give beside the name in an old code page (Info-ZIP, 0x7075).
pub(super) fn unicode_name<'a>(name: &'a [u8], extra: &'a [u8]) -> &'a [u8] {
    let field = extra_fields(extra).find(|field| field.0 == 0x7075);
    let Some([1, a, b, c, d, unicode @ ..]) = field.map(|field| field.1) else { return name };
    let mut crc = flate2::Crc::new();
    crc.update(name);
    if crc.sum() == u32::from_le_bytes([*a, *b, *c, *d]) { unicode } else { name }
}
