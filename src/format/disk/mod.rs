//! Images of disks and of the file systems on them: partition tables (MBR, GPT), then FAT and exFAT, ext2 to ext4, NTFS.
//!
//! Partitions are items, files of a file system are items; so is every run of unallocated space that is not empty, where
//! deleted files lie: what is carved out of it has the run's place in its path (`disk.img!/partition 1#@4096`).

mod ext;
mod fat;
mod lznt;
mod ntfs;

use super::{
    Claim, Format, Head, Member, Sink,
    binary::{slice, u16_le, u32_le, u64_le, utf_16},
    raw, tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
pub use ext::Ext;
pub use fat::Fat;
pub use ntfs::Ntfs;
use std::{
    cell::Cell,
    io::{self, Read},
    ops::Range,
};

const SECTOR: u64 = 512;
/// Files of one image.
const ENTRIES: usize = 1 << 20;
/// Directories within directories.
const DEPTH: usize = 128;
/// Steps from one cluster or node to the next beyond one for each block of the image: chains that cross are bounded by them.
const STEPS: u64 = 1 << 22;
/// Bytes of one directory (2 MiB on FAT by its specification, 256 MiB on exFAT).
const LONGEST_DIRECTORY: u64 = 256 << 20;
/// Runs of unallocated space that become items.
const GAPS: usize = 10_000;
/// Partitions of one disk.
const PARTITIONS: usize = 128;

/// A disk with a partition table.
pub struct Disk;

impl Format for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let is_gpt = head.bytes.get(512..).is_some_and(|rest| rest.starts_with(b"EFI PART"));
        if is_gpt || head.bytes.get(512).is_some() && mbr(head.bytes).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_image(input, sink, |image, sink| {
            let mut partitions = gpt(image).or_else(|| Some(logical(image, mbr(image)?))).unwrap_or_default();
            partitions.retain(|partition| partition.0 < image.len() as u64);
            for (number, (start, length)) in partitions.iter().enumerate() {
                let (name, bytes) = (format!("partition {}", number + 1), part(image, *start, *length));
                let size = Some(bytes.len() as u64);
                sink.item(Member { name: name.as_bytes(), step: true, size, packed: size, content: Input::Whole(bytes) });
                if (bytes.len() as u64) < *length {
                    let detail = format!("{name} goes on behind the end of the image");
                    sink.problem(Problem::new(Category::Truncated, detail));
                }
            }
            // Behind the table itself, which is no more than 34 sectors.
            let table = (0, 34 * SECTOR);
            let used = partitions.into_iter().chain([table]).map(|(start, length)| start..start.saturating_add(length));
            unallocated(image, gaps(used.collect(), image.len() as u64), sink);
            true
        });
    }
}

/// Reads an image that must be there as a whole; of one that `read` can make nothing of, text is sought.
fn with_image(input: Input<'_>, sink: &mut dyn Sink, read: impl FnOnce(&[u8], &mut dyn Sink) -> bool) {
    let (image, error) = input.into_whole(sink.in_memory());
    if !read(&image, sink) {
        raw::texts(Input::Whole(&image), sink);
        if error.is_none() {
            let problem = Problem::new(Category::Corrupt, "the file system is damaged: text was sought in its raw bytes");
            sink.problem(problem.not_examined(image.len() as u64));
        }
    }
    tell_cut(error.as_ref(), sink);
}

/// So much of these bytes as there is.
fn part(image: &[u8], start: u64, length: u64) -> &[u8] {
    let (Ok(start), length) = (usize::try_from(start), usize::try_from(length).unwrap_or(usize::MAX)) else { return &[] };
    slice(image, start, length)
}

/// Partitions of a master boot record: kind, start and length in bytes. `None` when it is none.
fn mbr(image: &[u8]) -> Option<Vec<(u8, u64, u64)>> {
    if image.get(510..512)? != [0x55, 0xAA] {
        return None;
    }
    let entries = image.get(446..510)?.as_chunks::<16>().0;
    let mut partitions = Vec::new();
    for entry in entries {
        let (start, length) = (u32_le(entry, 8)?, u32_le(entry, 12)?);
        match (entry[0], entry[4]) {
            (_, 0) if start == 0 && length == 0 => {}
            (0 | 0x80, kind) if kind != 0 && start > 0 && length > 0 => {
                partitions.push((kind, u64::from(start) * SECTOR, u64::from(length) * SECTOR));
            }
            _ => return None,
        }
    }
    Some(partitions).filter(|partitions| !partitions.is_empty())
}

/// The partitions themselves, those within an extended one in its place.
fn logical(image: &[u8], partitions: Vec<(u8, u64, u64)>) -> Vec<(u64, u64)> {
    let is_extended = |kind| matches!(kind, 0x05 | 0x0F | 0x85);
    let mut all = Vec::new();
    for (kind, start, length) in partitions {
        if !is_extended(kind) {
            all.push((start, length));
            continue;
        }
        let mut table = start;
        while all.len() < PARTITIONS {
            let mut next = None;
            // Places in it count from the table, those of further tables from the first.
            for (kind, within, length) in mbr(part(image, table, SECTOR)).into_iter().flatten() {
                if is_extended(kind) {
                    next = Some(start.saturating_add(within));
                } else {
                    all.push((table.saturating_add(within), length));
                }
            }
            match next.filter(|next| *next > table) {
                Some(next) => table = next,
                None => break,
            }
        }
    }
    all
}

/// Partitions of a GUID partition table (UEFI 5.3).
fn gpt(image: &[u8]) -> Option<Vec<(u64, u64)>> {
    let header = image.get(512..1024).filter(|header| header.starts_with(b"EFI PART"))?;
    let (table, count, size) = (u64_le(header, 72)?.checked_mul(SECTOR)?, u32_le(header, 80)? as usize, u32_le(header, 84)?);
    let mut partitions = Vec::new();
    for number in 0..count.min(PARTITIONS) {
        let entry = part(image, table.checked_add(number as u64 * u64::from(size))?, 128);
        let (Some(kind), Some(first), Some(last)) = (entry.get(..16), u64_le(entry, 32), u64_le(entry, 40)) else { break };
        if kind.iter().any(|byte| *byte != 0) && first <= last {
            partitions.push((first.saturating_mul(SECTOR), (last - first).saturating_add(1).saturating_mul(SECTOR)));
        }
    }
    Some(partitions)
}

/// What lies between these ranges.
fn gaps(mut used: Vec<Range<u64>>, end: u64) -> Vec<Range<u64>> {
    used.sort_unstable_by_key(|range| range.start);
    let (mut gaps, mut at) = (Vec::new(), 0);
    for range in used.into_iter().chain(std::iter::once(end..end)) {
        if range.start > at {
            gaps.push(at..range.start.min(end));
        }
        at = at.max(range.end);
    }
    gaps.retain(|gap| gap.start < gap.end);
    gaps
}

/// Hands on the runs of unallocated space that hold anything.
fn unallocated(image: &[u8], runs: impl IntoIterator<Item = Range<u64>>, sink: &mut dyn Sink) {
    let mut left = GAPS;
    let mut surplus = 0_u64;
    for run in runs {
        let bytes = part(image, run.start, run.end.saturating_sub(run.start));
        let Some(end) = bytes.iter().rposition(|byte| *byte != 0) else { continue };
        // From the first sector that holds anything.
        let begin = bytes.iter().position(|byte| *byte != 0).map_or(0, |first| first - first % SECTOR as usize);
        if left == 0 {
            surplus += (end + 1 - begin) as u64;
            continue;
        }
        left -= 1;
        let bytes = bytes.get(begin..=end).unwrap_or(bytes);
        let size = Some(bytes.len() as u64);
        sink.item(Member {
            name: format!("@{}", run.start + begin as u64).as_bytes(),
            step: false,
            size,
            packed: size,
            content: Input::Whole(bytes),
        });
    }
    if surplus > 0 {
        let detail = format!("more than {GAPS} runs of unallocated space");
        sink.problem(Problem::new(Category::Limit, detail).not_examined(surplus));
    }
}

/// Consecutive numbers of free blocks as runs of bytes.
fn runs_of(free: impl Iterator<Item = u64>, block: u64, base: u64) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for number in free {
        let start = base.saturating_add(number.saturating_mul(block));
        match runs.last_mut() {
            Some(last) if last.end == start => last.end = start + block,
            _ => runs.push(start..start.saturating_add(block)),
        }
    }
    runs
}

/// Where the bytes of a file are: starts and lengths, in its order; no start for a hole.
type Extents = Vec<(Option<u64>, u64)>;

/// Hands on a file.
fn give(image: &[u8], name: &[u8], size: u64, extents: Extents, sink: &mut dyn Sink) {
    let held = extents.iter().filter(|extent| extent.0.is_some()).fold(0_u64, |sum, extent| sum.saturating_add(extent.1));
    let (told, packed) = (Some(size), Some(held.min(size).max(1)));
    if let [(Some(start), length)] = extents.as_slice()
        && *length >= size
        && let Some(whole) = Some(part(image, *start, size)).filter(|whole| whole.len() as u64 == size)
    {
        return sink.item(Member { name, step: true, size: told, packed, content: Input::Whole(whole) });
    }
    let mut content = Content { image, extents, at: 0, done: 0, left: size };
    sink.item(Member { name, step: true, size: told, packed, content: Input::Stream(&mut content) });
}

/// A file in several pieces.
struct Content<'b> {
    image: &'b [u8],
    extents: Extents,
    /// The piece under way, and how much of it is read.
    at: usize,
    done: u64,
    left: u64,
}

impl Read for Content<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || into.is_empty() {
            return Ok(0);
        }
        let lost = || io::Error::new(io::ErrorKind::UnexpectedEof, "parts of the file are not in the image");
        let (start, length) = loop {
            match self.extents.get(self.at) {
                Some((_, length)) if *length <= self.done => (self.at, self.done) = (self.at + 1, 0),
                Some(extent) => break *extent,
                None => return Err(lost()),
            }
        };
        let most = (length - self.done).min(self.left).min(into.len() as u64);
        let count = match start {
            Some(start) => {
                let bytes = part(self.image, start.saturating_add(self.done), most);
                into.get_mut(..bytes.len()).ok_or_else(lost)?.copy_from_slice(bytes);
                bytes.len()
            }
            None => {
                let count = usize::try_from(most).unwrap_or(into.len());
                into.get_mut(..count).ok_or_else(lost)?.fill(0);
                count
            }
        };
        if count == 0 {
            return Err(lost());
        }
        self.done += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// Steps along chains and maps that may still be taken.
struct Steps(Cell<u64>);

impl Steps {
    fn new(image: &[u8], block: u64) -> Steps {
        Steps(Cell::new(STEPS + image.len() as u64 / block))
    }

    /// Takes one, if any is left.
    fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }

    fn are_over(&self) -> bool {
        self.0.get() == 0
    }
}

/// A name within a directory.
fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

fn too_many(sink: &mut dyn Sink) {
    sink.problem(Problem::new(Category::Limit, "more files than the limit"));
}

fn crossed(sink: &mut dyn Sink) {
    sink.problem(Problem::new(Category::Limit, "files cross each other more often than the limit"));
}

fn too_deep(sink: &mut dyn Sink) {
    sink.problem(Problem::new(Category::Limit, "directories nested deeper than the limit"));
}

#[cfg(test)]
mod tests;
