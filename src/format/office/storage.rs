//! The folders and streams of a compound file ([MS-CFB]), found without trusting any of its numbers.

use crate::format::binary::{slice, u16_le, u32_le, utf_16};
use std::collections::HashSet;

/// More entries than this are not looked at.
const ENTRIES: usize = 1 << 16;
/// Sectors from here on mean the end or nothing.
const NO_SECTOR: u32 = 0xFFFF_FFFA;

/// An entry of the directory (2.6.1).
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: u64,
}

/// A compound file.
pub(super) struct Storage<'b> {
    bytes: &'b [u8],
    shift: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    /// The stream that holds the small ones.
    small: Vec<u8>,
    entries: Vec<Entry>,
}

impl<'b> Storage<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Option<Storage<'b>> {
        let shift = usize::from(u16_le(bytes, 30)?);
        if !matches!(shift, 9 | 12) {
            return None;
        }
        let mut storage = Storage { bytes, shift, table: Vec::new(), small_table: Vec::new(), small: Vec::new(), entries: Vec::new() };
        storage.table = storage.allocation_table();
        storage.small_table = numbers(&storage.chain(u32_le(bytes, 60)?, usize::MAX));
        let directory = storage.chain(u32_le(bytes, 48)?, ENTRIES * 128);
        storage.entries = directory.as_chunks::<128>().0.iter().map(|entry| entry_of(entry, shift)).collect();
        if let Some(root) = storage.entries.first() {
            storage.small = storage.chain(root.start, usize::try_from(root.size).unwrap_or(usize::MAX));
        }
        (!storage.entries.is_empty()).then_some(storage)
    }

    /// The table of sectors: the first parts of it are listed in the header, others in a chain of lists (2.3, 2.5).
    fn allocation_table(&self) -> Vec<u32> {
        let mut parts = numbers(slice(self.bytes, 76, 109 * 4));
        let mut list = u32_le(self.bytes, 68).unwrap_or(u32::MAX);
        let most = self.bytes.len() >> self.shift;
        let mut seen = HashSet::new();
        while list < NO_SECTOR && seen.insert(list) && seen.len() <= most {
            let mut more = numbers(self.sector(list));
            list = more.pop().unwrap_or(u32::MAX);
            parts.extend(more);
        }
        parts.iter().filter(|part| **part < NO_SECTOR).take(most).flat_map(|part| numbers(self.sector(*part))).collect()
    }

    fn sector(&self, number: u32) -> &'b [u8] {
        let start = (number as usize + 1).checked_shl(self.shift as u32).unwrap_or(usize::MAX);
        slice(self.bytes, start, 1 << self.shift)
    }

    /// The sectors of a chain, behind each other.
    fn chain(&self, start: u32, limit: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let mut sector = start;
        while sector < NO_SECTOR && all.len() < limit && all.len() <= self.bytes.len() {
            let body = self.sector(sector);
            if body.is_empty() {
                break;
            }
            all.extend_from_slice(body);
            sector = self.table.get(sector as usize).copied().unwrap_or(u32::MAX);
        }
        all.truncate(limit);
        all
    }

    fn small_chain(&self, start: u32, limit: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let mut sector = start;
        while sector < NO_SECTOR && all.len() < limit && all.len() <= self.small.len() {
            let body = slice(&self.small, sector as usize * 64, 64);
            if body.is_empty() {
                break;
            }
            all.extend_from_slice(body);
            sector = self.small_table.get(sector as usize).copied().unwrap_or(u32::MAX);
        }
        all.truncate(limit);
        all
    }

    /// What is in a folder; the top one is number 0.
    pub(super) fn children(&self, folder: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut waiting: Vec<u32> = self.get(folder).map(|entry| entry.child).into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(number) = waiting.pop() {
            if let Some(entry) = self.get(number).filter(|_| seen.insert(number)) {
                waiting.extend([entry.right, entry.left]);
                found.push(number);
            }
        }
        found.sort_by(|a, b| self.name(*a).cmp(self.name(*b)));
        found
    }

    /// Every stream, in whatever folder.
    pub(super) fn streams(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.entries).filter(|(_, entry)| entry.kind == 2).map(|(number, _)| number)
    }

    fn get(&self, number: u32) -> Option<&Entry> {
        self.entries.get(number as usize)
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.get(number).map_or("", |entry| entry.name.as_str())
    }

    pub(super) fn is_folder(&self, number: u32) -> bool {
        self.get(number).is_some_and(|entry| entry.kind != 2)
    }

    /// The content of a stream.
    pub(super) fn stream(&self, number: u32) -> Vec<u8> {
        let Some(entry) = self.get(number).filter(|entry| entry.kind == 2) else { return Vec::new() };
        let limit = usize::try_from(entry.size).unwrap_or(usize::MAX);
        if entry.size < 4096 { self.small_chain(entry.start, limit) } else { self.chain(entry.start, limit) }
    }

    /// The content of the first stream in a folder with one of these names.
    pub(super) fn find(&self, folder: u32, names: &[&str]) -> Option<Vec<u8>> {
        let children = self.children(folder);
        let is_named = |number: &&u32| names.iter().any(|name| self.name(**number).eq_ignore_ascii_case(name));
        children.iter().find(is_named).map(|number| self.stream(*number))
    }
}

fn entry_of(entry: &[u8; 128], shift: usize) -> Entry {
    let at = |at| u32_le(entry, at).unwrap_or(u32::MAX);
    let length = usize::from(u16_le(entry, 64).unwrap_or(0)).clamp(2, 64) - 2;
    // The upper half of the size means nothing in files of small sectors.
    let size = u64::from(at(120)) | if shift == 12 { u64::from(at(124)) << 32 } else { 0 };
    Entry { name: utf_16(slice(entry, 0, length)), kind: entry[66], left: at(68), right: at(72), child: at(76), start: at(116), size }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number)).collect()
}
