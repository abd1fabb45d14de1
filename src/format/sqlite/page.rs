//! Pages and b-trees of a SQLite file, read by the format's specification
//! (<https://www.sqlite.org/fileformat2.html>). Nothing in the file is believed: every page number, offset and
//! length is checked, and a page is visited once for each table.

use std::collections::HashSet;

/// A database file.
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that hold content; the rest is reserved (section 1.3.4).
    usable: usize,
    pub(super) encoding: Encoding,
}

/// How text is stored (section 1.3.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// The first bytes of every database.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// B-trees are at most about 20 pages deep.
const DEEPEST: usize = 64;

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Damage {
    /// Pages that are missing, of no known kind, or met twice.
    pub(super) pages: u64,
    /// Cells that do not hold together.
    pub(super) cells: u64,
    /// Pages beyond the end of the file.
    pub(super) beyond: u64,
}

impl Damage {
    fn page(&mut self) -> Option<()> {
        self.pages += 1;
        None
    }
}

/// Where a page's header and cells are.
struct Page<'a> {
    bytes: &'a [u8],
    kind: u8,
    /// Cell pointers: where they start, and how many.
    pointers: usize,
    cells: usize,
    /// The rightmost child of an interior page.
    right: u32,
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..at + 2).map(|two| usize::from(u16::from_be_bytes([two[0], two[1]])))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// A variable-length integer (section 1.6) and its length.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for at in 0..8 {
        let byte = *bytes.get(at)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    bytes.get(8).map(|byte| (value << 8 | u64::from(*byte), 9))
}

impl<'a> Database<'a> {
    /// Reads the header (section 1.3); `None` if this is no database we can read.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Database<'a>> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let page_size = match be16(bytes, 16)? {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => size,
            _ => return None,
        };
        let usable = page_size.checked_sub(usize::from(*bytes.get(20)?)).filter(|usable| *usable >= 480)?;
        let encoding = match be32(bytes, 56)? {
            2 => Encoding::Utf16Le,
            3 => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        Some(Database { bytes, page_size, usable, encoding })
    }

    /// How many pages the header says there are, when it says so validly (section 1.3.7).
    pub(super) fn claimed_pages(&self) -> u64 {
        let same_version = be32(self.bytes, 24) == be32(self.bytes, 92);
        be32(self.bytes, 28).filter(|_| same_version).map_or(0, u64::from)
    }

    /// How many whole pages there are.
    pub(super) fn pages(&self) -> u64 {
        (self.bytes.len() / self.page_size) as u64
    }

    /// The bytes of a page, from 1.
    fn page_bytes(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_sub(1)?.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(self.page_size)?)?.get(..self.usable)
    }

    /// A b-tree page (section 1.6).
    fn page(&self, number: u32, damage: &mut Damage) -> Option<Page<'a>> {
        let Some(bytes) = self.page_bytes(number) else {
            damage.beyond += 1;
            return None;
        };
        let header = if number == 1 { 100 } else { 0 };
        let kind = bytes[header];
        let interior = match kind {
            2 | 5 => true,
            10 | 13 => false,
            _ => {
                damage.page()?;
                return None;
            }
        };
        let pointers = header + if interior { 12 } else { 8 };
        let cells = be16(bytes, header + 3)?.min((bytes.len() - pointers) / 2);
        let right = if interior { be32(bytes, header + 8)? } else { 0 };
        Some(Page { bytes, kind, pointers, cells, right })
    }

    /// Calls `row` with rowid and record of every row of the b-tree at `root`, in order. Index
    /// b-trees (tables WITHOUT ROWID) have rows in interior pages too, and no rowid.
    pub(super) fn rows(&self, root: u32, state: &mut State, row: &mut dyn FnMut(i64, &[u8])) {
        // A page and the next of its cells to look at.
        let mut stack: Vec<(Page<'a>, usize)> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(number) = next.take() {
                if stack.len() < DEEPEST && state.visited.insert(number) {
                    stack.extend(self.page(number, &mut state.damage).map(|page| (page, 0)));
                } else {
                    state.damage.pages += 1;
                }
            }
            let Some((page, at)) = stack.last_mut() else { return };
            match page.kind {
                2 | 5 => {
                    // Even steps go to the left child, odd ones to the cell after it.
                    let (cell, key) = (*at / 2, *at % 2 == 1);
                    *at += 1;
                    if cell < page.cells {
                        let Some(start) = be16(page.bytes, page.pointers + 2 * cell) else { continue };
                        if !key {
                            next = be32(page.bytes, start);
                        } else if page.kind == 2 && self.cell(page, start + 4, state, row).is_none() {
                            state.damage.cells += 1;
                        }
                    } else if cell == page.cells && !key {
                        next = Some(page.right);
                    } else {
                        stack.pop();
                    }
                }
                _ => {
                    for cell in 0..page.cells {
                        let start = be16(page.bytes, page.pointers + 2 * cell);
                        if start.and_then(|start| self.cell(page, start, state, row)).is_none() {
                            state.damage.cells += 1;
                        }
                    }
                    stack.pop();
                }
            }
        }
    }

    /// Reads the cell at `start` of a page: payload length, rowid (table leaves), payload.
    fn cell(&self, page: &Page<'a>, start: usize, state: &mut State, row: &mut dyn FnMut(i64, &[u8])) -> Option<()> {
        let bytes = page.bytes.get(start..)?;
        let (length, used) = varint(bytes)?;
        let table = page.kind == 13;
        let (rowid, more) = if table { varint(&bytes[used..])? } else { (0, 0) };
        let local = &bytes[used + more..];
        // No record is longer than the file it is in.
        let length = usize::try_from(length).ok().filter(|length| *length <= self.bytes.len())?;
        let stored = self.stored(length, table);
        let first = local.get(..stored)?;
        if stored == length {
            row(rowid as i64, first);
            return Some(());
        }
        state.overflow.clear();
        state.overflow.extend_from_slice(first);
        let whole = self.follow(be32(local, stored)?, length, state);
        // A record cut short still holds its first values.
        row(rowid as i64, &state.overflow);
        whole
    }

    /// How much of a payload is stored in the page itself (section 1.6, "Cell payload").
    fn stored(&self, length: usize, table: bool) -> usize {
        let usable = self.usable;
        let most = if table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        if length <= most {
            return length;
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let fit = least + (length - least) % (usable - 4);
        if fit <= most { fit } else { least }
    }

    /// Appends the overflow pages of a payload (section 1.7); `None` if the chain breaks.
    fn follow(&self, mut number: u32, length: usize, state: &mut State) -> Option<()> {
        while state.overflow.len() < length {
            // A page is part of one chain only: what is met twice is a loop.
            if !state.visited.insert(number) {
                return state.damage.page();
            }
            let Some(page) = self.page_bytes(number) else {
                state.damage.beyond += 1;
                return None;
            };
            let content = page.get(4..)?;
            state.overflow.extend_from_slice(&content[..content.len().min(length - state.overflow.len())]);
            number = be32(page, 0)?;
            if number == 0 && state.overflow.len() < length {
                return None;
            }
        }
        Some(())
    }
}

/// What is remembered on the way through all b-trees of a file: a page is part of one only, so
/// that however tables point at each other's pages, none is read twice.
#[derive(Default)]
pub(super) struct State {
    /// Every page met, overflow pages among them.
    visited: HashSet<u32>,
    overflow: Vec<u8>,
    pub(super) damage: Damage,
}
