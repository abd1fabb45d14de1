//! Disk images of ISO 9660 (ECMA-119), with the long names of Joliet or Rock Ridge.

use super::{
    self as format, Claim, Format, Head, Member, Sink,
    binary::{slice, u32_le},
    tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::{collections::HashSet, io};

const SECTOR: usize = 2048;
/// The first volume descriptor.
const DESCRIPTORS: usize = 16 * SECTOR;
/// Entries of one image.
const ENTRIES: usize = 1 << 20;
/// Bytes of one directory.
const LONGEST_DIRECTORY: usize = 64 << 20;
const DEPTH: usize = 32;

/// `.iso`.
pub struct Iso;

impl Format for Iso {
    fn name(&self) -> &'static str {
        "iso9660"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.get(DESCRIPTORS + 1..).is_some_and(|rest| rest.starts_with(b"CD001")) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        match Volume::of(&bytes) {
            Some(volume) => volume.give(sink),
            None if error.is_none() => sink.problem(Problem::new(Category::Corrupt, "no volume could be found in the image")),
            None => {}
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// One set of directories.
struct Volume<'b> {
    bytes: &'b [u8],
    block: usize,
    /// Names are UTF-16, big end first.
    is_joliet: bool,
    /// Where the root is, and how long.
    root: (usize, usize),
}

/// A directory record (9.1).
struct Record<'b> {
    start: usize,
    size: u32,
    flags: u8,
    name: Vec<u8>,
    system: &'b [u8],
}

impl<'b> Volume<'b> {
    /// The volume to read: the one of Joliet, unless the other has names of Rock Ridge.
    fn of(bytes: &'b [u8]) -> Option<Volume<'b>> {
        let mut best: Option<Volume<'b>> = None;
        for descriptor in bytes.get(DESCRIPTORS..)?.chunks_exact(SECTOR).take(64) {
            if !descriptor.get(1..)?.starts_with(b"CD001") || descriptor[0] == 255 {
                break;
            }
            let is_joliet = descriptor[0] == 2 && matches!(descriptor[88..91], [b'%', b'/', b'@' | b'C' | b'E']);
            if descriptor[0] != 1 && !is_joliet {
                continue;
            }
            let block = usize::from(u16::from_le_bytes([descriptor[128], descriptor[129]])).max(512);
            let start = (u32_le(descriptor, 158)? as usize).checked_mul(block)?;
            let volume = Volume { bytes, block, is_joliet, root: (start, u32_le(descriptor, 166)? as usize) };
            let keeps = best.as_ref().is_some_and(Volume::has_long_names);
            if !keeps {
                best = Some(volume);
            }
        }
        best
    }

    fn has_long_names(&self) -> bool {
        self.records(self.root).iter().any(|record| memchr::memmem::find(record.system, b"RR").is_some() || nm(record.system).is_some())
    }

    /// The records of a directory; none crosses a sector.
    fn records(&self, (start, length): (usize, usize)) -> Vec<Record<'b>> {
        let directory = slice(self.bytes, start, length.min(LONGEST_DIRECTORY));
        let mut records = Vec::new();
        for sector in directory.chunks(SECTOR) {
            let mut rest = sector;
            while let Some(length) = rest.first().map(|length| usize::from(*length)).filter(|length| *length >= 34) {
                let Some(record) = rest.get(..length) else { break };
                records.extend(self.record(record));
                rest = rest.get(length..).unwrap_or_default();
            }
        }
        records
    }

    fn record(&self, record: &'b [u8]) -> Option<Record<'b>> {
        let length = usize::from(*record.get(32)?);
        let raw = record.get(33..33 + length)?;
        let system = record.get((33 + length).next_multiple_of(2)..).unwrap_or_default();
        // The directory itself and the one above it.
        if matches!(raw, [0 | 1]) {
            return None;
        }
        let mut name = match nm(system) {
            Some(name) => name,
            None if self.is_joliet => {
                let units: Vec<u16> = raw.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
                String::from_utf16_lossy(&units).into_bytes()
            }
            None => raw.to_vec(),
        };
        // The version.
        if name.ends_with(b";1") {
            name.truncate(name.len() - 2);
        }
        let start = (u32_le(record, 2)? as usize).checked_add(usize::from(record[1]))?.checked_mul(self.block)?;
        Some(Record { start, size: u32_le(record, 10)?, flags: record[25], name, system })
    }

    fn give(&self, sink: &mut dyn Sink) {
        let mut waiting = vec![(self.root, Vec::new(), 0)];
        let mut seen = HashSet::new();
        let mut left = ENTRIES;
        while let Some((place, path, depth)) = waiting.pop() {
            if !seen.insert(place.0) {
                continue;
            }
            if place.0 >= self.bytes.len() {
                let detail = format!("the directory {} lies behind the end of the image", String::from_utf8_lossy(&path));
                sink.problem(Problem::new(Category::Truncated, detail));
                continue;
            }
            let mut parts: Vec<(usize, u32)> = Vec::new();
            for record in self.records(place) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return sink.problem(Problem::new(Category::Limit, "more entries than the limit"));
                }
                let mut name = path.clone();
                if !name.is_empty() {
                    name.push(b'/');
                }
                name.extend_from_slice(&record.name);
                if record.flags & 2 != 0 {
                    if depth < DEPTH {
                        waiting.push(((record.start, record.size as usize), name, depth + 1));
                    } else {
                        sink.problem(Problem::new(Category::Limit, "directories nested deeper than the limit"));
                    }
                    continue;
                }
                parts.push((record.start, record.size));
                // A file of more than 4 GiB goes on in the next record.
                if record.flags & 0x80 == 0 {
                    self.file(&record, &name, &parts, sink);
                    parts.clear();
                }
            }
        }
    }

    fn file(&self, record: &Record<'_>, name: &[u8], parts: &[(usize, u32)], sink: &mut dyn Sink) {
        if let Some(target) = sl(record.system) {
            return format::link(name, &target, sink);
        }
        let size = parts.iter().map(|(_, size)| u64::from(*size)).sum();
        let (size_told, packed) = (Some(size), Some(size));
        if let [(start, length)] = parts
            && let Some(bytes) = self.bytes.get(*start..start.saturating_add(*length as usize))
        {
            if let Some(mut content) = Packed::of(bytes) {
                return sink.item(Member { name, step: true, size: Some(content.left), packed, content: Input::Stream(&mut content) });
            }
            return sink.item(Member { name, step: true, size: size_told, packed, content: Input::Whole(bytes) });
        }
        let mut joined: Box<dyn io::Read + '_> = Box::new(io::empty());
        for (start, length) in parts {
            let part = slice(self.bytes, *start, *length as usize);
            joined = Box::new(io::Read::chain(joined, part));
        }
        let mut checked = Complete { inner: joined, left: size };
        sink.item(Member { name, step: true, size: size_told, packed, content: Input::Stream(&mut checked) });
    }
}

/// The name in a field of Rock Ridge (IEEE P1282, 4.1.4); of long names the pieces are joined.
fn nm(mut system: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    while let [a, b, length, _, ..] = *system {
        let field = system.get(..usize::from(length)).filter(|field| field.len() >= 4)?;
        if (a, b) == (b'N', b'M') {
            name.extend_from_slice(field.get(5..)?);
        }
        system = system.get(field.len()..)?;
    }
    Some(name).filter(|name| !name.is_empty())
}

/// Where a link of Rock Ridge leads (4.1.3): steps, each with flags and a length before it.
fn sl(mut system: &[u8]) -> Option<Vec<u8>> {
    let mut target: Option<Vec<u8>> = None;
    while let [a, b, length, ..] = *system {
        let field = system.get(..usize::from(length)).filter(|field| field.len() >= 4)?;
        if (a, b) == (b'S', b'L') {
            let target = target.get_or_insert_default();
            let mut steps = field.get(5..)?;
            while let [flags, length, rest @ ..] = steps {
                let step = match flags {
                    2 => b".".as_slice(),
                    4 => b"..",
                    8 => b"/",
                    _ => slice(rest, 0, usize::from(*length)),
                };
                if !target.is_empty() && !target.ends_with(b"/") {
                    target.push(b'/');
                }
                target.extend_from_slice(step);
                steps = rest.get(usize::from(*length)..).unwrap_or_default();
            }
        }
        system = system.get(field.len()..)?;
    }
    target
}

/// A file of zisofs: a header, where each block is, and the blocks, each packed by itself or nothing for zeros.
struct Packed<'b> {
    bytes: &'b [u8],
    /// Where in the list of places.
    at: usize,
    shift: u8,
    /// Bytes to come.
    left: u64,
    block: Vec<u8>,
    done: usize,
}

impl<'b> Packed<'b> {
    fn of(bytes: &'b [u8]) -> Option<Packed<'b>> {
        let header = bytes.strip_prefix(b"\x37\xE4\x53\x96\xC9\xDB\xD6\x07")?;
        let (left, at, shift) = (u32_le(header, 0)?, usize::from(*header.get(4)?) * 4, *header.get(5)?);
        (15..=17).contains(&shift).then_some(Packed { bytes, at, shift, left: left.into(), block: Vec::new(), done: 0 })
    }
}

impl io::Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.done == self.block.len() && self.left > 0 && !into.is_empty() {
            let lost = || io::Error::new(io::ErrorKind::InvalidData, "a block of the file is not where it should be");
            let place = |at| u32_le(self.bytes, at).map(|place| place as usize);
            let range = place(self.at).ok_or_else(lost)?..place(self.at + 4).ok_or_else(lost)?;
            let packed = self.bytes.get(range).ok_or_else(lost)?;
            let size = self.left.min(1 << self.shift);
            self.block.clear();
            if packed.is_empty() {
                self.block.resize(size as usize, 0);
            } else {
                let mut unpacked = io::Read::take(flate2::read::ZlibDecoder::new(packed), size);
                io::Read::read_to_end(&mut unpacked, &mut self.block)?;
            }
            if (self.block.len() as u64) < size {
                return Err(lost());
            }
            (self.at, self.done, self.left) = (self.at + 4, 0, self.left - size);
        }
        let read = io::Read::read(&mut self.block.get(self.done..).unwrap_or_default(), into)?;
        self.done += read;
        Ok(read)
    }
}

/// A file of which less may be there than is told.
struct Complete<'b> {
    inner: Box<dyn io::Read + 'b>,
    left: u64,
}

impl io::Read for Complete<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.left = self.left.saturating_sub(read as u64);
        if read == 0 && self.left > 0 && !into.is_empty() {
            self.left = 0;
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the image ends inside this file"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::unfold::unfold, *};

    fn record(name: &[u8], sector: u32, size: u32, flags: u8, system: &[u8]) -> Vec<u8> {
        let mut record = vec![0; 33];
        record[2..6].copy_from_slice(&sector.to_le_bytes());
        record[10..14].copy_from_slice(&size.to_le_bytes());
        record[25] = flags;
        record[32] = name.len() as u8;
        record.extend(name);
        record.resize(record.len().next_multiple_of(2), 0);
        record.extend(system);
        record[0] = record.len() as u8;
        record
    }

    /// A root with a file and a folder that holds another.
    fn image() -> Vec<u8> {
        let mut image = vec![0; 22 * SECTOR];
        let mut descriptor = vec![0; 156];
        descriptor[0] = 1;
        descriptor[1..6].copy_from_slice(b"CD001");
        descriptor[128..130].copy_from_slice(&2048_u16.to_le_bytes());
        descriptor.extend(record(&[0], 18, 2048, 2, b""));
        image[DESCRIPTORS..DESCRIPTORS + descriptor.len()].copy_from_slice(&descriptor);
        image[DESCRIPTORS + SECTOR] = 255;
        let mut put = |sector: usize, bytes: &[u8]| image[sector * SECTOR..sector * SECTOR + bytes.len()].copy_from_slice(bytes);
        let long = b"NM\x0E\x01\0staff.csv";
        put(18, &[record(&[0], 18, 2048, 2, b""), record(b"STAFF.CSV;1", 20, 3, 0, long), record(b"HR", 19, 2048, 2, b"")].concat());
        put(19, &[record(&[1], 18, 2048, 2, b""), record(b"B.TXT;1", 21, 4, 0, b"")].concat());
        put(20, b"one");
        put(21, b"two!");
        image
    }

    #[test]
    fn files_are_found_by_their_directories() {
        let image = image();
        let found = unfold("a.iso", &image);
        assert_eq!(found.contents(), [("a.iso!/staff.csv", b"one".as_slice()), ("a.iso!/HR/B.TXT", b"two!")]);
        assert_eq!(found.problems(), []);
        assert_eq!(unfold("a.iso", &image[..21 * SECTOR + 1]).problems(), [("a.iso!/HR/B.TXT", Category::Truncated)]);
        assert!(!unfold("a.iso", &image[..18 * SECTOR]).problems().is_empty());
    }

    #[test]
    fn directories_that_hold_themselves_end() {
        let mut looped = image();
        for at in (DESCRIPTORS..looped.len()).step_by(7) {
            looped[at] ^= 0x12;
            unfold("a.iso", &looped);
            looped[at] ^= 0x12;
        }
        let at = 19 * SECTOR;
        let inner = record(b"HR", 19, 2048, 2, b"");
        looped[at..at + inner.len()].copy_from_slice(&inner);
        assert_eq!(unfold("a.iso", &looped).problems(), []);
    }
}
