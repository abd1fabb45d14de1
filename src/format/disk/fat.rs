//! FAT12, FAT16, FAT32 (ECMA-107, Microsoft's FAT32 specification) and exFAT: files, what is deleted and still whole,
//! and unallocated clusters.

use super::{
    Claim, DEPTH, ENTRIES, Extents, Format, Head, Input, LONGEST_DIRECTORY, Sink, Steps, crossed, give, joined, part, runs_of, too_deep,
    too_many, u16_le, u32_le, u64_le, unallocated, utf_16, with_image,
};
use std::collections::HashSet;

/// Memory cards, sticks, boot partitions.
pub struct Fat;

impl Format for Fat {
    fn name(&self) -> &'static str {
        "fat"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if Volume::of(head.bytes).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_image(input, sink, |image, sink| {
            let Some(mut volume) = Volume::of(image) else { return false };
            volume.files(sink);
            volume.rest(sink);
            true
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Twelve,
    Sixteen,
    ThirtyTwo,
    Extended,
}

struct Volume<'b> {
    image: &'b [u8],
    width: Width,
    /// Where the table is.
    table: u64,
    /// Where cluster 2 is.
    data: u64,
    cluster: u64,
    /// The first number that is no cluster.
    end: u32,
    /// The root: a cluster, or a place of its own.
    root: Root,
    /// Clusters of exFAT in use, a bit each: where, and how long.
    bitmap: Option<Extents>,
    /// Clusters of deleted files that were given.
    recovered: HashSet<u32>,
    /// Steps along chains that may still be taken.
    steps: Steps,
}

#[derive(Clone, Copy)]
enum Root {
    Cluster(u32),
    At(u64, u64),
}

/// An entry of a directory.
struct Entry {
    name: Vec<u8>,
    is_folder: bool,
    is_deleted: bool,
    first: u32,
    size: u64,
    /// exFAT: the clusters follow one another, the table says nothing of them.
    is_joined: bool,
}

impl<'b> Volume<'b> {
    fn of(image: &'b [u8]) -> Option<Volume<'b>> {
        if image.get(510..512)? != [0x55, 0xAA] || !matches!(image.first()?, 0xEB | 0xE9) {
            return None;
        }
        let steps = Steps::new(image, 512);
        let volume = |width, table, data, cluster, end, root| {
            Some(Volume { image, width, table, data, cluster, end, root, bitmap: None, recovered: HashSet::new(), steps })
        };
        if image.get(3..11)? == b"EXFAT   " {
            let (shift, more) = (*image.get(108)?, *image.get(109)?);
            if !(9..=12).contains(&shift) || more > 25 - shift {
                return None;
            }
            let sectors = |at| u32_le(image, at).map(|count| u64::from(count) << shift);
            let end = u32_le(image, 92)?.checked_add(2)?;
            return volume(Width::Extended, sectors(80)?, sectors(88)?, 1 << (shift + more), end, Root::Cluster(u32_le(image, 96)?));
        }
        let sector = u64::from(u16_le(image, 11)?);
        let (per_cluster, reserved, tables) = (u64::from(*image.get(13)?), u64::from(u16_le(image, 14)?), u64::from(*image.get(16)?));
        let is_sound =
            matches!(sector, 512 | 1024 | 2048 | 4096) && per_cluster.is_power_of_two() && reserved > 0 && matches!(tables, 1 | 2);
        if !is_sound || *image.get(21)? < 0xF0 {
            return None;
        }
        let wide = |short: u16, at| if short == 0 { u32_le(image, at) } else { Some(short.into()) };
        let total = u64::from(wide(u16_le(image, 19)?, 32)?);
        let table = u64::from(wide(u16_le(image, 22)?, 36)?);
        let root_size = u64::from(u16_le(image, 17)?) * 32;
        let root = reserved + tables * table;
        let data = root + root_size.div_ceil(sector);
        let clusters = total.checked_sub(data)? / per_cluster;
        let width = match clusters {
            0 => return None,
            _ if root_size == 0 => Width::ThirtyTwo,
            1..4085 => Width::Twelve,
            _ => Width::Sixteen,
        };
        let root = if width == Width::ThirtyTwo { Root::Cluster(u32_le(image, 44)?) } else { Root::At(root * sector, root_size) };
        let end = u32::try_from(clusters + 2).ok()?.min(0x0FFF_FFF7);
        volume(width, reserved * sector, data * sector, sector * per_cluster, end, root)
    }

    /// What the table says of a cluster: the next one, 0 when it is free.
    fn next(&self, cluster: u32) -> Option<u32> {
        let number = u64::from(cluster);
        let at = |offset: u64| usize::try_from(self.table + offset).ok();
        Some(match self.width {
            Width::Twelve => {
                let pair = u16_le(self.image, at(number * 3 / 2)?)?;
                u32::from(if cluster.is_multiple_of(2) { pair & 0xFFF } else { pair >> 4 })
            }
            Width::Sixteen => u16_le(self.image, at(number * 2)?)?.into(),
            Width::ThirtyTwo => u32_le(self.image, at(number * 4)?)? & 0x0FFF_FFFF,
            Width::Extended => u32_le(self.image, at(number * 4)?)?,
        })
    }

    fn place(&self, cluster: u32) -> u64 {
        self.data + u64::from(cluster.saturating_sub(2)) * self.cluster
    }

    /// The clusters of a chain up to so many bytes, as extents.
    fn chain(&self, first: u32, size: u64, is_joined: bool) -> Extents {
        let mut extents: Extents = Vec::new();
        let (mut cluster, mut left) = (first, size.div_ceil(self.cluster).min(self.end.into()));
        while left > 0 && (2..self.end).contains(&cluster) && self.steps.take() {
            let start = self.place(cluster);
            match extents.last_mut() {
                Some((Some(last), length)) if *last + *length == start => *length += self.cluster,
                _ => extents.push((Some(start), self.cluster)),
            }
            left -= 1;
            cluster = if is_joined { cluster + 1 } else { self.next(cluster).unwrap_or(0) };
        }
        extents
    }

    fn files(&mut self, sink: &mut dyn Sink) {
        let mut waiting = vec![(self.root, Vec::new(), 0)];
        let (mut seen, mut left) = (HashSet::new(), ENTRIES);
        while let Some((place, path, depth)) = waiting.pop() {
            let extents = match place {
                Root::At(start, length) => vec![(Some(start), length)],
                Root::Cluster(first) if !seen.insert(first) => continue,
                Root::Cluster(first) => self.chain(first, LONGEST_DIRECTORY.min(self.image.len() as u64), false),
            };
            let mut bytes = Vec::new();
            for (start, length) in extents {
                bytes.extend_from_slice(part(self.image, start.unwrap_or(u64::MAX), length));
            }
            let entries = if self.width == Width::Extended { self.extended(&bytes) } else { short(&bytes, self.width) };
            for entry in entries {
                left = left.saturating_sub(1);
                if left == 0 {
                    return too_many(sink);
                }
                if self.steps.are_over() {
                    return crossed(sink);
                }
                let name = joined(&path, &entry.name);
                if entry.is_deleted {
                    self.deleted(&entry, &name, sink);
                } else if !entry.is_folder {
                    give(self.image, &name, entry.size, self.chain(entry.first, entry.size, entry.is_joined), sink);
                } else if depth < DEPTH {
                    waiting.push((Root::Cluster(entry.first), name, depth + 1));
                } else {
                    too_deep(sink);
                }
            }
        }
    }

    /// A deleted file lies in one piece where it began, unless its clusters are in use again.
    fn deleted(&mut self, entry: &Entry, name: &[u8], sink: &mut dyn Sink) {
        let count = u32::try_from(entry.size.div_ceil(self.cluster)).unwrap_or(u32::MAX);
        let clusters = entry.first..entry.first.saturating_add(count);
        let is_whole = !entry.is_folder && count > 0 && entry.first >= 2 && clusters.end <= self.end;
        if is_whole && clusters.clone().all(|cluster| !self.is_used(cluster) && !self.recovered.contains(&cluster)) {
            give(self.image, name, entry.size, self.chain(entry.first, entry.size, true), sink);
            self.recovered.extend(clusters);
        }
    }

    fn is_used(&self, cluster: u32) -> bool {
        let Some(bitmap) = &self.bitmap else { return self.next(cluster).is_none_or(|next| next != 0) };
        let bit = u64::from(cluster.saturating_sub(2));
        let mut at = bit / 8;
        for (start, length) in bitmap {
            if at < *length {
                let byte = part(self.image, start.unwrap_or(u64::MAX).saturating_add(at), 1).first();
                return byte.is_none_or(|byte| byte >> (bit % 8) & 1 == 1);
            }
            at -= length;
        }
        true
    }

    /// Clusters that hold no file.
    fn rest(&self, sink: &mut dyn Sink) {
        let held = (self.image.len() as u64).saturating_sub(self.data) / self.cluster + 2;
        let free = (2..u64::from(self.end).min(held))
            .filter(|cluster| u32::try_from(*cluster).is_ok_and(|cluster| !self.is_used(cluster) && !self.recovered.contains(&cluster)));
        unallocated(self.image, runs_of(free.map(|cluster| cluster - 2), self.cluster, self.data), sink);
    }

    /// The entries of a directory of exFAT; notes where the map of used clusters is.
    fn extended(&mut self, bytes: &[u8]) -> Vec<Entry> {
        let entries = bytes.as_chunks::<32>().0;
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(entry) = entries.get(at).filter(|entry| entry[0] != 0) {
            at += 1;
            if entry[0] == 0x81 && self.bitmap.is_none() {
                let (first, size) = (u32_le(entry, 20).unwrap_or(0), u64_le(entry, 24).unwrap_or(0));
                self.bitmap = Some(self.chain(first, size, false)).filter(|bitmap| !bitmap.is_empty());
            }
            // A file, its stream, the pieces of its name; the upper bit says whether it is in use.
            if entry[0] & 0x7F != 5 {
                continue;
            }
            let Some(stream) = entries.get(at).filter(|stream| stream[0] & 0x7F == 0x40) else { continue };
            let names = entries.iter().skip(at + 1).take(usize::from(entry[1]).saturating_sub(1)).take_while(|name| name[0] & 0x7F == 0x41);
            let units: Vec<u8> =
                names.flat_map(|name| name.get(2..).unwrap_or_default()).copied().take(usize::from(stream[3]) * 2).collect();
            found.push(Entry {
                name: utf_16(&units).into_bytes(),
                is_folder: entry[4] & 0x10 != 0,
                is_deleted: entry[0] & 0x80 == 0,
                first: u32_le(stream, 20).unwrap_or(0),
                size: u64_le(stream, 24).unwrap_or(0),
                is_joined: stream[1] & 2 != 0,
            });
        }
        found
    }
}

/// The entries of a directory: short names, with long ones before them, last piece first.
fn short(bytes: &[u8], width: Width) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut long: Vec<u8> = Vec::new();
    for entry in bytes.as_chunks::<32>().0.iter().take_while(|entry| entry[0] != 0) {
        let attributes = entry[11];
        if attributes & 0x3F == 0x0F {
            let piece = [&entry[1..11], &entry[14..26], &entry[28..32]].concat();
            if entry[0] & 0x40 != 0 && entry[0] != 0xE5 {
                long.clear();
            }
            long.splice(0..0, piece);
            long.truncate(20 * 26);
            continue;
        }
        let long = std::mem::take(&mut long);
        let is_label = attributes & 8 != 0;
        if is_label || entry[0] == b'.' {
            continue;
        }
        let end = long.as_chunks::<2>().0.iter().position(|unit| matches!(unit, [0, 0] | [0xFF, 0xFF]));
        let long = end.map_or(long.as_slice(), |end| &long[..end * 2]);
        let high = if width == Width::ThirtyTwo { u16_le(entry, 20).unwrap_or(0) } else { 0 };
        found.push(Entry {
            name: if long.is_empty() { short_name(entry) } else { utf_16(long).into_bytes() },
            is_folder: attributes & 0x10 != 0,
            is_deleted: entry[0] == 0xE5,
            first: u32::from(high) << 16 | u32::from(u16_le(entry, 26).unwrap_or(0)),
            size: u32_le(entry, 28).unwrap_or(0).into(),
            is_joined: false,
        });
    }
    found
}

/// `NAME.EXT`, the first letter of a deleted one lost.
fn short_name(entry: &[u8; 32]) -> Vec<u8> {
    let mut name = entry[..8].trim_ascii_end().to_vec();
    if let Some(first) = name.first_mut() {
        *first = match *first {
            0xE5 => b'_',
            0x05 => 0xE5,
            first => first,
        };
    }
    let ending = entry[8..11].trim_ascii_end();
    if !ending.is_empty() {
        name.push(b'.');
        name.extend_from_slice(ending);
    }
    name
}
