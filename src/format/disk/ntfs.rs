//! NTFS: every record of the master file table that holds a file, deleted ones too while their clusters are free, streams beside
//! files, compressed files; and unallocated clusters. (The layout is that of the Linux-NTFS documentation.)

use super::{
    Category, Claim, DEPTH, ENTRIES, Extents, Format, Head, Input, Problem, Sink, give, lznt, part, runs_of, slice, too_many, u16_le,
    u32_le, u64_le, unallocated, utf_16, with_image,
};
use crate::format::Member;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    ops::Range,
};

const ROOT: u64 = 5;
/// Records below are the file system's own.
const FIRST_FILE: u64 = 24;
const BITMAP: u64 = 6;
/// Clusters that are compressed together.
const UNIT: u64 = 16;

/// Disks of Windows.
pub struct Ntfs;

impl Format for Ntfs {
    fn name(&self) -> &'static str {
        "ntfs"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.get(3..11) == Some(b"NTFS    ") && head.bytes.get(510..512) == Some(&[0x55, 0xAA]) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_image(input, sink, |image, sink| Volume::of(image).is_some_and(|mut volume| volume.read(sink)));
    }
}

struct Volume<'b> {
    image: &'b [u8],
    cluster: u64,
    record: u64,
    /// Where the master file table is.
    table: Extents,
    /// The map of used clusters.
    bitmap: Extents,
    names: HashMap<u64, (u64, Vec<u8>)>,
    /// What further records hold of the streams of a file: its number, the stream's name, the first cluster, where they are.
    more: HashMap<u64, Vec<Stream>>,
    /// Clusters of deleted files that were given.
    recovered: BTreeMap<u64, u64>,
}

/// A stream of a file, or a part of one.
#[derive(Clone, Debug)]
struct Stream {
    name: Vec<u8>,
    size: u64,
    held: Held,
    is_packed: bool,
    is_locked: bool,
}

#[derive(Clone, Debug)]
enum Held {
    Here(Vec<u8>),
    /// The first cluster within the stream, and runs: where, how many clusters.
    There(u64, Vec<(Option<u64>, u64)>),
}

impl<'b> Volume<'b> {
    fn of(image: &'b [u8]) -> Option<Volume<'b>> {
        let sector = u64::from(u16_le(image, 11)?);
        // A power of two, negative when there is less or more than fits.
        let sized = |byte: u8, unit: u64| {
            if byte < 0x80 { u64::from(byte).checked_mul(unit) } else { 1_u64.checked_shl(u32::from(byte).wrapping_neg() & 0xFF) }
        };
        let cluster = sized(*image.get(13)?, sector)?;
        let record = sized(*image.get(64)?, cluster)?;
        if !(256..=4096).contains(&sector) || !(256..=(2 << 20)).contains(&cluster) || !(256..=65_536).contains(&record) {
            return None;
        }
        let start = u64_le(image, 48)?.checked_mul(cluster)?;
        let mut volume = Volume {
            image,
            cluster,
            record,
            table: vec![(Some(start), record * 16)],
            bitmap: Vec::new(),
            names: HashMap::new(),
            more: HashMap::new(),
            recovered: BTreeMap::new(),
        };
        let whole = volume.streams(&volume.record(0)?).into_iter().find(|stream| stream.name.is_empty())?;
        volume.table = volume.extents(&whole)?;
        Some(volume)
    }

    /// A record of the table, with the ends of its sectors put back.
    fn record(&self, number: u64) -> Option<Cow<'b, [u8]>> {
        let mut at = number.checked_mul(self.record)?;
        for (start, length) in &self.table {
            if at < *length {
                return mended(part(self.image, start.as_ref()?.checked_add(at)?, self.record));
            }
            at -= length;
        }
        None
    }

    fn count(&self) -> u64 {
        self.table.iter().fold(0_u64, |sum, extent| sum.saturating_add(extent.1)).min(self.image.len() as u64) / self.record
    }

    fn read(&mut self, sink: &mut dyn Sink) -> bool {
        let count = self.count();
        // Names first: a file may stand before its folder, and go on in records anywhere.
        for number in 0..count {
            let Some(record) = self.record(number) else { continue };
            let base = u64_le(&record, 32).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
            if self.names.len() + self.more.len() > ENTRIES {
                too_many(sink);
                break;
            }
            if base != 0 {
                let streams = self.streams(&record);
                self.more.entry(base).or_default().extend(streams);
            }
            if let Some(name) = name(&record) {
                self.names.entry(if base == 0 { number } else { base }).or_insert(name);
            }
        }
        if let Some(map) = self.record(BITMAP).and_then(|record| self.streams(&record).into_iter().find(|stream| stream.name.is_empty())) {
            self.bitmap = self.extents(&map).unwrap_or_default();
        }
        let mut is_any = false;
        for number in FIRST_FILE..count.max(FIRST_FILE) {
            let Some(record) = self.record(number) else { continue };
            let is_own = u64_le(&record, 32).is_some_and(|base| base & 0xFFFF_FFFF_FFFF == 0);
            if let Some(path) = self.path(number).filter(|_| is_own) {
                is_any = true;
                self.file(&record, number, &path, sink);
            }
        }
        let mut recovered = self.recovered.iter().peekable();
        let free = (0..self.image.len() as u64 / self.cluster).filter(|cluster| {
            while recovered.next_if(|(_, end)| *end <= cluster).is_some() {}
            !self.is_used(*cluster) && recovered.peek().is_none_or(|(start, _)| *start > cluster)
        });
        unallocated(self.image, runs_of(free, self.cluster, 0), sink);
        is_any || self.names.contains_key(&ROOT)
    }

    /// The path of a file; nothing for what belongs to the file system.
    fn path(&self, number: u64) -> Option<Vec<u8>> {
        let (mut parent, mut path) = self.names.get(&number).cloned()?;
        for _ in 0..DEPTH {
            if parent == ROOT {
                return Some(path);
            }
            // `$Extend` and what is in it.
            if parent < FIRST_FILE {
                return None;
            }
            let Some((above, name)) = self.names.get(&parent) else { return Some([b"lost/", path.as_slice()].concat()) };
            path = [name.as_slice(), b"/", &path].concat();
            parent = *above;
        }
        Some(path)
    }

    fn file(&mut self, record: &[u8], number: u64, path: &[u8], sink: &mut dyn Sink) {
        let is_deleted = u16_le(record, 22).is_some_and(|flags| flags & 1 == 0);
        let mut streams = self.streams(record);
        for piece in self.more.get(&number).into_iter().flatten() {
            let known = streams.iter_mut().find(|stream| stream.name == piece.name);
            match (known.map(|stream| (&mut stream.held, stream.size)), &piece.held) {
                // The size stands with the first part.
                (Some((Held::There(first, runs), size)), Held::There(from, further)) => {
                    if *from < *first {
                        runs.splice(0..0, further.iter().copied());
                        *first = *from;
                    } else {
                        runs.extend_from_slice(further);
                    }
                    if size == 0 {
                        streams.iter_mut().filter(|stream| stream.name == piece.name).for_each(|stream| stream.size = piece.size);
                    }
                }
                _ => streams.push(piece.clone()),
            }
        }
        for stream in streams {
            let name = if stream.name.is_empty() { path.to_vec() } else { [path, b":", &stream.name].concat() };
            if is_deleted && !self.recover(&stream) {
                continue;
            }
            self.stream(&stream, &name, sink);
        }
    }

    /// Whether the clusters of a deleted file are still its own; if so they are no unallocated space any more.
    fn recover(&mut self, stream: &Stream) -> bool {
        let Held::There(_, runs) = &stream.held else { return true };
        let ranges: Vec<Range<u64>> =
            runs.iter().filter_map(|(start, length)| start.map(|start| start..start.saturating_add(*length))).collect();
        let most = self.image.len() as u64 / self.cluster;
        let is_whole = !ranges.is_empty()
            && ranges
                .iter()
                .all(|range| range.end <= most && self.is_unclaimed(range) && range.clone().all(|cluster| !self.is_used(cluster)));
        if is_whole {
            self.recovered.extend(ranges.into_iter().map(|range| (range.start, range.end)));
        }
        is_whole
    }

    /// Whether no other deleted file was found there.
    fn is_unclaimed(&self, range: &Range<u64>) -> bool {
        self.recovered.range(..range.end).next_back().is_none_or(|(_, end)| *end <= range.start)
    }

    fn stream(&self, stream: &Stream, name: &[u8], sink: &mut dyn Sink) {
        if stream.is_locked {
            return sink.unread(name, Some(stream.size), Problem::new(Category::Encrypted, "encrypted by the file system (EFS)"));
        }
        let size = Some(stream.size);
        match &stream.held {
            Held::Here(bytes) => sink.item(Member { name, step: true, size, packed: size, content: Input::Whole(bytes) }),
            Held::There(_, runs) if stream.is_packed => match self.unpacked(runs, stream.size, sink.in_memory()) {
                Some(bytes) => {
                    let packed = runs.iter().filter(|run| run.0.is_some()).map(|run| run.1.saturating_mul(self.cluster)).sum();
                    sink.item(Member { name, step: true, size, packed: Some(packed), content: Input::Whole(&bytes) });
                }
                None => {
                    sink.unread(name, size, Problem::new(Category::Limit, "compressed, and larger than the limit for one item in memory"))
                }
            },
            Held::There(..) => {
                if let Some(extents) = self.extents(stream) {
                    give(self.image, name, stream.size, extents, sink);
                }
            }
        }
    }

    fn extents(&self, stream: &Stream) -> Option<Extents> {
        let Held::There(_, runs) = &stream.held else { return None };
        Some(
            runs.iter()
                .map(|(start, length)| (start.map(|start| start.saturating_mul(self.cluster)), length.saturating_mul(self.cluster)))
                .collect(),
        )
    }

    /// A compressed file: units of sixteen clusters, of which those that could be packed end in a hole.
    fn unpacked(&self, runs: &[(Option<u64>, u64)], size: u64, limit: usize) -> Option<Vec<u8>> {
        // Holes cost no clusters: not everything that is claimed is believed.
        let held = runs.iter().filter(|run| run.0.is_some()).fold(0_u64, |sum, run| sum.saturating_add(run.1));
        let most = held.saturating_mul(self.cluster).saturating_mul(1000).saturating_add(16 << 20);
        let size = usize::try_from(size).ok().filter(|size| *size <= limit && *size as u64 <= most)?;
        let unit = usize::try_from(UNIT * self.cluster).ok()?;
        let mut clusters = runs.iter().flat_map(|(start, length)| (0..*length).map(move |at| start.map(|start| start + at)));
        let mut bytes = Vec::new();
        while bytes.len() < size {
            let places: Vec<Option<u64>> = clusters.by_ref().take(UNIT as usize).collect();
            if places.is_empty() {
                break;
            }
            let held: Vec<u8> = places
                .iter()
                .flatten()
                .flat_map(|place| part(self.image, place.saturating_mul(self.cluster), self.cluster))
                .copied()
                .collect();
            let before = bytes.len();
            if places.iter().all(Option::is_some) {
                bytes.extend_from_slice(&held);
            } else if !held.is_empty() {
                bytes.extend(lznt::unpack(&held, unit));
            }
            bytes.resize((before + unit).min(size.max(before)), 0);
        }
        bytes.truncate(size);
        Some(bytes)
    }

    fn is_used(&self, cluster: u64) -> bool {
        let mut at = cluster / 8;
        for (start, length) in &self.bitmap {
            if at < *length {
                let byte = start.and_then(|start| part(self.image, start.saturating_add(at), 1).first());
                return byte.is_none_or(|byte| byte >> (cluster % 8) & 1 == 1);
            }
            at -= length;
        }
        true
    }

    /// The streams of data that a record holds.
    fn streams(&self, record: &[u8]) -> Vec<Stream> {
        attributes(record).filter(|(kind, _)| *kind == 0x80).filter_map(|(_, attribute)| self.data(attribute)).collect()
    }

    fn data(&self, attribute: &[u8]) -> Option<Stream> {
        let length = usize::from(*attribute.get(9)?) * 2;
        let name = utf_16(slice(attribute, u16_le(attribute, 10)?.into(), length)).into_bytes();
        let flags = u16_le(attribute, 12)?;
        if attribute.get(8) == Some(&0) {
            let value = slice(attribute, u16_le(attribute, 20)?.into(), u32_le(attribute, 16)? as usize);
            return Some(Stream { name, size: value.len() as u64, held: Held::Here(value.to_vec()), is_packed: false, is_locked: false });
        }
        let runs = runs(attribute.get(usize::from(u16_le(attribute, 32)?)..)?);
        let first = u64_le(attribute, 16)?;
        let size = if first == 0 { u64_le(attribute, 48)? } else { 0 };
        Some(Stream { name, size, held: Held::There(first, runs), is_packed: flags & 0xFF == 1, is_locked: flags & 0x4000 != 0 })
    }
}

/// A record whose sectors end in what belongs there.
fn mended(record: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !record.starts_with(b"FILE") {
        return None;
    }
    let (at, count) = (usize::from(u16_le(record, 4)?), usize::from(u16_le(record, 6)?));
    let ends = record.get(at..)?.get(..count * 2)?.as_chunks::<2>().0;
    let (mark, ends) = ends.split_first()?;
    let mut mended = record.to_vec();
    for (sector, end) in ends.iter().enumerate() {
        let place = mended.get_mut(sector * 512 + 510..sector * 512 + 512)?;
        if *place != *mark {
            return None;
        }
        place.copy_from_slice(end);
    }
    Some(mended.into())
}

/// The attributes of a record: kind and bytes.
fn attributes(record: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut at = u16_le(record, 20).map_or(usize::MAX, usize::from);
    std::iter::from_fn(move || {
        let (kind, length) = (u32_le(record, at)?, u32_le(record, at.checked_add(4)?)? as usize);
        let attribute = record.get(at..at.checked_add(length)?).filter(|attribute| attribute.len() >= 24 && kind != u32::MAX)?;
        at += length;
        Some((kind, attribute))
    })
}

/// The folder and name of a file; the long one if there are two.
fn name(record: &[u8]) -> Option<(u64, Vec<u8>)> {
    let names = attributes(record).filter(|(kind, _)| *kind == 0x30).filter_map(|(_, attribute)| {
        let value = attribute.get(usize::from(u16_le(attribute, 20)?)..)?;
        let (length, space) = (usize::from(*value.get(64)?), *value.get(65)?);
        Some((space == 2, u64_le(value, 0)? & 0xFFFF_FFFF_FFFF, utf_16(slice(value, 66, length * 2)).into_bytes()))
    });
    names.min_by_key(|(is_short, ..)| *is_short).map(|(_, folder, name)| (folder, name))
}

/// A list of runs: lengths, and places each relative to the last; none for a hole.
fn runs(mut list: &[u8]) -> Vec<(Option<u64>, u64)> {
    let mut found = Vec::new();
    let mut place = 0_i64;
    while let Some((head, rest)) = list.split_first().filter(|(head, _)| **head != 0) {
        let (lengths, places) = (usize::from(head & 15), usize::from(head >> 4));
        let (Some(length), Some(step)) = (rest.get(..lengths), rest.get(lengths..lengths + places)) else { break };
        let Some(length) = number(length).and_then(|length| u64::try_from(length).ok()).filter(|length| *length > 0) else { break };
        let start = match number(step) {
            Some(step) => {
                place = place.saturating_add(step);
                let Ok(start) = u64::try_from(place) else { break };
                Some(start)
            }
            None => None,
        };
        found.push((start, length));
        list = rest.get(lengths + places..).unwrap_or_default();
    }
    found
}

/// A signed number of so many bytes, little end first.
fn number(bytes: &[u8]) -> Option<i64> {
    let last = *bytes.last().filter(|_| bytes.len() <= 8)?;
    let mut all = if last & 0x80 == 0 { [0; 8] } else { [0xFF; 8] };
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(all))
}
