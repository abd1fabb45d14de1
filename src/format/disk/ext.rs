//! ext2, ext3 and ext4 (the kernel's Documentation/filesystems/ext4): files by extents, block maps or within the inode,
//! and unallocated blocks.

use super::{
    Category, Claim, DEPTH, ENTRIES, Extents, Format, Head, Input, LONGEST_DIRECTORY, Problem, Sink, Steps, crossed, give, joined, part,
    runs_of, slice, too_deep, too_many, u16_le, u32_le, unallocated, with_image,
};
use crate::format::{self, Member};
use std::collections::HashSet;

/// Where the superblock is.
const SUPERBLOCK: usize = 1024;
/// Pieces of one file.
const PIECES: usize = 1 << 20;
const ROOT: u32 = 2;

/// Disks of Linux.
pub struct Ext;

impl Format for Ext {
    fn name(&self) -> &'static str {
        "ext"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if Volume::of(head.bytes).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_image(input, sink, |image, sink| {
            let Some(volume) = Volume::of(image) else { return false };
            volume.files(sink);
            volume.rest(sink);
            true
        });
    }
}

struct Volume<'b> {
    image: &'b [u8],
    block: u64,
    blocks: u64,
    first_block: u64,
    blocks_per_group: u64,
    inodes_per_group: u32,
    inode_size: u64,
    descriptor: u64,
    /// Nodes of maps that may still be visited.
    steps: Steps,
}

/// What an inode says.
struct Inode<'b> {
    mode: u16,
    flags: u32,
    size: u64,
    /// Where its blocks are, or what it holds itself.
    map: &'b [u8],
}

const EXTENTS: u32 = 0x8_0000;
const INLINE: u32 = 0x1000_0000;
const LOCKED: u32 = 0x800;

impl<'b> Volume<'b> {
    fn of(image: &'b [u8]) -> Option<Volume<'b>> {
        let head = image.get(SUPERBLOCK..SUPERBLOCK + 1024)?;
        let (shift, revision, features) = (u32_le(head, 24)?, u32_le(head, 76)?, u32_le(head, 96)?);
        if u16_le(head, 56)? != 0xEF53 || shift > 6 {
            return None;
        }
        let is_wide = features & 0x80 != 0;
        let inode_size = if revision == 0 { 128 } else { u16_le(head, 88)? };
        let high = if is_wide { u32_le(head, 0x150)? } else { 0 };
        let volume = Volume {
            image,
            block: 1024 << shift,
            blocks: u64::from(high) << 32 | u64::from(u32_le(head, 4)?),
            first_block: u32_le(head, 20)?.into(),
            blocks_per_group: u32_le(head, 32)?.into(),
            inodes_per_group: u32_le(head, 40)?,
            inode_size: inode_size.into(),
            descriptor: if is_wide { u64::from(u16_le(head, 254)?).max(64) } else { 32 },
            steps: Steps::new(image, 1024),
        };
        let is_sound =
            volume.blocks_per_group > 0 && volume.inodes_per_group > 0 && (128..=4096).contains(&inode_size) && volume.blocks > 0;
        is_sound.then_some(volume)
    }

    fn at(&self, block: u64) -> u64 {
        block.saturating_mul(self.block)
    }

    /// The descriptor of a group of blocks.
    fn group(&self, number: u64) -> &'b [u8] {
        let table = self.at(self.first_block + 1);
        part(self.image, table.saturating_add(number.saturating_mul(self.descriptor)), self.descriptor)
    }

    /// A block number of a descriptor, in halves.
    fn wide(&self, group: &[u8], at: usize) -> Option<u64> {
        let high = if self.descriptor >= 64 { u32_le(group, at + 32)? } else { 0 };
        Some(u64::from(high) << 32 | u64::from(u32_le(group, at)?))
    }

    fn inode(&self, number: u32) -> Option<Inode<'b>> {
        let number = number.checked_sub(1)?;
        let table = self.wide(self.group((number / self.inodes_per_group).into()), 8)?;
        let within = u64::from(number % self.inodes_per_group) * self.inode_size;
        let inode = part(self.image, self.at(table).saturating_add(within), self.inode_size);
        Some(Inode {
            mode: u16_le(inode, 0)?,
            flags: u32_le(inode, 32)?,
            size: u64::from(u32_le(inode, 108)?) << 32 | u64::from(u32_le(inode, 4)?),
            map: inode.get(40..100)?,
        })
    }

    /// Where a file is.
    fn extents(&self, inode: &Inode<'_>) -> Extents {
        let mut extents = Vec::new();
        let end = inode.size.div_ceil(self.block);
        if inode.flags & EXTENTS != 0 {
            self.tree(inode.map, 6, &mut extents);
        } else {
            let mut left = end;
            self.list(slice(inode.map, 0, 48), 0, &mut left, &mut extents);
            for (at, depth) in [(48, 1), (52, 2), (56, 3)] {
                self.list(slice(inode.map, at, 4), depth, &mut left, &mut extents);
            }
        }
        // From numbers of blocks within the file to an unbroken list.
        extents.sort_unstable_by_key(|extent| extent.0);
        let mut at = 0;
        let mut all: Extents = Vec::new();
        for (logical, physical, length) in extents {
            let logical = if inode.flags & EXTENTS == 0 { at } else { logical };
            if logical > at {
                all.push((None, (logical - at).min(end.saturating_sub(at)).saturating_mul(self.block)));
            }
            if logical >= at {
                all.push((physical.map(|block| self.at(block)), length.saturating_mul(self.block)));
                at = logical + length;
            }
        }
        if at < end {
            all.push((None, (end - at).saturating_mul(self.block)));
        }
        all
    }

    /// The extents below a node.
    fn tree(&self, node: &[u8], depth: u16, extents: &mut Vec<(u64, Option<u64>, u64)>) {
        let (Some(0xF30A), Some(count), Some(own)) = (u16_le(node, 0), u16_le(node, 2), u16_le(node, 6)) else { return };
        if own >= depth || !self.steps.take() {
            return;
        }
        for entry in node.get(12..).unwrap_or_default().as_chunks::<12>().0.iter().take(count.into()) {
            if extents.len() >= PIECES {
                return;
            }
            let (Some(logical), Some(length), Some(high), Some(low)) =
                (u32_le(entry, 0), u16_le(entry, 4), u16_le(entry, 6), u32_le(entry, 8))
            else {
                continue;
            };
            if own == 0 {
                // Longer ones were set aside and never written.
                let is_written = length <= 0x8000;
                let start = is_written.then_some(u64::from(high) << 32 | u64::from(low));
                extents.push((logical.into(), start, u64::from(if is_written { length } else { length - 0x8000 })));
            } else {
                let block = u64::from(u16_le(entry, 8).unwrap_or(0)) << 32 | u64::from(u32_le(entry, 4).unwrap_or(0));
                self.tree(part(self.image, self.at(block), self.block), own, extents);
            }
        }
    }

    /// The blocks of a list, of lists of lists by its depth.
    fn list(&self, list: &[u8], depth: u32, left: &mut u64, extents: &mut Vec<(u64, Option<u64>, u64)>) {
        for number in list.as_chunks::<4>().0.iter().map(|number| u64::from(u32::from_le_bytes(*number))) {
            if *left == 0 || extents.len() >= PIECES || !self.steps.take() {
                return;
            }
            if depth > 0 && number != 0 {
                self.list(part(self.image, self.at(number), self.block), depth - 1, left, extents);
                continue;
            }
            let count = (self.block / 4).saturating_pow(depth).min(*left);
            *left -= count;
            let order = extents.len() as u64;
            match extents.last_mut() {
                Some((_, Some(start), length)) if number != 0 && *start + *length == number => *length += 1,
                Some((_, None, length)) if number == 0 => *length += count,
                _ => extents.push((order, (number != 0).then_some(number), count)),
            }
        }
    }

    fn content(&self, inode: &Inode<'b>, limit: u64) -> Vec<u8> {
        if inode.flags & INLINE != 0 {
            // The first four bytes are the number of the folder above.
            return inode.map.get(4..).unwrap_or_default().to_vec();
        }
        let mut bytes = Vec::new();
        for (start, length) in self.extents(inode) {
            if bytes.len() as u64 >= limit.min(inode.size) {
                break;
            }
            bytes.extend_from_slice(start.map_or(&[], |start| part(self.image, start, length)));
        }
        bytes
    }

    fn files(&self, sink: &mut dyn Sink) {
        let mut waiting = vec![(ROOT, Vec::new(), 0)];
        let (mut seen, mut left) = (HashSet::new(), ENTRIES);
        while let Some((number, path, depth)) = waiting.pop() {
            if !seen.insert(number) {
                continue;
            }
            let Some(folder) = self.inode(number) else {
                let detail = format!("the directory {} cannot be found", String::from_utf8_lossy(&path));
                sink.problem(Problem::new(Category::Corrupt, detail));
                continue;
            };
            for (number, name) in entries(&self.content(&folder, LONGEST_DIRECTORY.min(self.image.len() as u64))) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return too_many(sink);
                }
                if self.steps.are_over() {
                    return crossed(sink);
                }
                let name = joined(&path, name);
                let Some(inode) = self.inode(number) else { continue };
                match inode.mode >> 12 {
                    4 if depth < DEPTH => waiting.push((number, name, depth + 1)),
                    4 => too_deep(sink),
                    // A file of several names is one.
                    8 if seen.insert(number) => self.file(&inode, &name, sink),
                    10 if inode.size < 60 => format::link(&name, slice(inode.map, 0, inode.size as usize), sink),
                    10 => format::link(&name, &self.content(&inode, 4096), sink),
                    _ => {}
                }
            }
        }
    }

    fn file(&self, inode: &Inode<'b>, name: &[u8], sink: &mut dyn Sink) {
        if inode.flags & LOCKED != 0 {
            return sink.unread(name, Some(inode.size), Problem::new(Category::Encrypted, "encrypted by the file system"));
        }
        if inode.flags & INLINE != 0 {
            let held = slice(inode.map, 0, usize::try_from(inode.size).unwrap_or(usize::MAX));
            let size = Some(inode.size);
            sink.item(Member { name, step: true, size, packed: size, content: Input::Whole(held) });
            if inode.size > held.len() as u64 {
                let detail = format!("the end of {} is kept in an attribute and was not read", String::from_utf8_lossy(name));
                sink.problem(Problem::new(Category::Unsupported, detail).not_examined(inode.size - held.len() as u64));
            }
            return;
        }
        give(self.image, name, inode.size, self.extents(inode), sink);
    }

    /// Blocks that hold no file.
    fn rest(&self, sink: &mut dyn Sink) {
        let held = (self.image.len() as u64 / self.block).min(self.blocks);
        let groups = held.saturating_sub(self.first_block).div_ceil(self.blocks_per_group);
        let free = (0..groups).flat_map(|number| {
            let group = self.group(number);
            // The map of a group that was never used is not written; nothing but zeros is in it.
            let is_written = u16_le(group, 18).is_some_and(|flags| flags & 2 == 0);
            let map = self.wide(group, 0).filter(|_| is_written).map_or(&[][..], |block| part(self.image, self.at(block), self.block));
            let first = self.first_block + number * self.blocks_per_group;
            let count = self.blocks_per_group.min(held - first).min(map.len() as u64 * 8);
            (0..count)
                .filter(move |bit| map.get((bit / 8) as usize).is_some_and(|byte| byte >> (bit % 8) & 1 == 0))
                .map(move |bit| first + bit)
        });
        unallocated(self.image, runs_of(free, self.block, 0), sink);
    }
}

/// The entries of a directory.
fn entries(bytes: &[u8]) -> Vec<(u32, &[u8])> {
    let mut found = Vec::new();
    let mut at = 0;
    while let (Some(inode), Some(length), Some(size)) = (u32_le(bytes, at), u16_le(bytes, at + 4), bytes.get(at + 6)) {
        let name = slice(bytes, at + 8, (*size).into());
        if inode != 0 && !matches!(name, b"" | b"." | b"..") {
            found.push((inode, name));
        }
        if length < 8 {
            break;
        }
        at += usize::from(length);
    }
    found
}
