//! The file as pages: header, b-tree pages and their cells, overflow chains, and the walk of a
//! tree in key order (sqlite.org/fileformat2.html sections 1.3, 1.5 and 1.6).
//!
//! Every page is used at most once in a reading: that ends loops, keeps the work linear in the
//! size of the file, and is true of every sound database.

use super::{
    log::Log,
    record::{count, varint},
};
use crate::{
    base::{Category, Problem},
    format::binary::u32_be,
};

/// What every database begins with.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of the header on page 1.
const HEADER: usize = 100;

/// No record is longer (the format's own limit).
const LONGEST: u64 = i32::MAX as u64;

/// How text is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// An opened file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Database<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) encoding: Encoding,
    /// 512 to 65,536.
    page_size: usize,
    /// The page size less the bytes reserved for extensions.
    usable: usize,
    /// How many pages there should be, if the header says.
    claimed: Option<u32>,
    /// Newer pages.
    log: Option<&'a Log>,
    /// Where the log begins, or the file ends.
    end: usize,
}

/// Why a page or a row is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It lies behind the end of the file.
    Missing,
    /// What is there cannot be it.
    Bad,
}

impl<'a> Database<'a> {
    /// Reads the header: that of the first page in the log, if there is one.
    pub(super) fn open(bytes: &'a [u8], log: Option<&'a Log>) -> Result<Database<'a>, Problem> {
        let start = log.and_then(|log| log.page(1)).unwrap_or(0);
        let header = bytes.get(start..).and_then(|rest| rest.get(..HEADER));
        let header = header.ok_or_else(|| Problem::new(Category::Truncated, "ends inside the file header"))?;
        if let Some(log) = log.filter(|_| !header.starts_with(MAGIC)) {
            // A log alone seldom holds the first page: the rows on its pages are then without names.
            let (page_size, claimed) = (log.page_size, None);
            return Ok(Database { bytes, encoding: Encoding::Utf8, page_size, usable: page_size, claimed, log: Some(log), end: log.start });
        }
        let page_size = page_size(header);
        let usable = page_size.saturating_sub(usize::from(header[20]));
        if !page_size.is_power_of_two() || page_size < 512 || usable < 480 {
            return Err(Problem::new(Category::Corrupt, "the file header has no sound page size").not_examined(bytes.len() as u64));
        }
        let encoding = match u32_be(header, 56) {
            Some(2) => Encoding::Utf16Le,
            Some(3) => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        // Versions before 3.7.0 left the page count stale and did not copy the change counter.
        let current = u32_be(header, 24) == u32_be(header, 92);
        let claimed = u32_be(header, 28).filter(|pages| *pages > 0 && current);
        let log = log.filter(|log| log.page_size == page_size && log.size > 0);
        let end = log.map_or(bytes.len(), |log| log.start);
        Ok(Database { bytes, encoding, page_size, usable, claimed: claimed.filter(|_| log.is_none()), log, end })
    }

    /// How many pages are there, the last perhaps in part.
    fn present(&self) -> usize {
        self.log.map_or(self.end.div_ceil(self.page_size), |log| log.size as usize)
    }

    /// How many pages should be there but are not (in whole).
    pub(super) fn cut_off(&self) -> u64 {
        let whole = self.end / self.page_size;
        match self.claimed {
            _ if self.log.is_some() => 0,
            Some(claimed) => u64::from(claimed).saturating_sub(whole as u64),
            None => (self.present() - whole) as u64,
        }
    }

    pub(super) fn page_size(&self) -> usize {
        self.page_size
    }

    /// The bytes of a page and where they stand, without reserved ones: those in the log, if it has the page.
    fn bytes_of(&self, number: u32) -> Result<(usize, &'a [u8]), Loss> {
        let index = (number as usize).checked_sub(1).ok_or(Loss::Bad)?;
        if index >= self.present() {
            return Err(if self.claimed.is_none_or(|claimed| number <= claimed) { Loss::Missing } else { Loss::Bad });
        }
        let newer = self.log.and_then(|log| log.page(number));
        let start = newer.unwrap_or(index.saturating_mul(self.page_size));
        let end = (start.saturating_add(self.usable)).min(if newer.is_some() { self.bytes.len() } else { self.end });
        Ok((start, self.bytes.get(start..end).ok_or(Loss::Missing)?))
    }

    /// The numbers of the pages that are there.
    pub(super) fn numbers(&self) -> std::ops::RangeInclusive<u32> {
        1..=u32::try_from(self.present()).unwrap_or(u32::MAX)
    }

    /// Marks the pages of the free list as used. The one place to look for deleted rows in them.
    pub(super) fn pass_over_free(&self, track: &mut Track) {
        let mut trunk = self.bytes_of(1).ok().and_then(|(_, first)| u32_be(first, 32)).unwrap_or(0);
        while let Ok((_, bytes)) = self.bytes_of(trunk) {
            if !track.take(trunk) {
                break;
            }
            let count = u32_be(bytes, 4).unwrap_or(0) as usize;
            for number in (0..count.min(bytes.len() / 4)).map_while(|leaf| u32_be(bytes, 8 + 4 * leaf)) {
                if self.numbers().contains(&number) {
                    track.take(number);
                }
            }
            trunk = u32_be(bytes, 0).unwrap_or(0);
        }
    }

    /// A b-tree page.
    fn page(&self, number: u32) -> Result<Page<'a>, Loss> {
        let (start, bytes) = self.bytes_of(number)?;
        let header = if number == 1 { HEADER } else { 0 };
        let cut = if bytes.len() < self.usable { Loss::Missing } else { Loss::Bad };
        let (interior, index) = match *bytes.get(header).ok_or(cut)? {
            0x02 => (true, true),
            0x05 => (true, false),
            0x0A => (false, true),
            0x0D => (false, false),
            _ => return Err(Loss::Bad),
        };
        let cells = usize::from(u16_at(bytes, header + 3).ok_or(cut)?);
        let pointers = header + if interior { 12 } else { 8 };
        if pointers + 2 * cells > self.usable {
            return Err(Loss::Bad);
        }
        Ok(Page { start, bytes, interior, index, cells, pointers, cut })
    }

    /// How much of a payload of this length stands on the b-tree page itself.
    fn local(&self, length: usize, index: bool) -> usize {
        let most = if index { (self.usable - 12) * 64 / 255 - 23 } else { self.usable - 35 };
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let kept = least + (length - least) % (self.usable - 4);
        if kept <= most { kept } else { least }
    }

    /// Appends a payload that runs over several pages to `into`, at most `limit` bytes of it.
    pub(super) fn gather(&self, payload: &Payload<'_>, track: &mut Track, limit: usize, into: &mut Vec<u8>) -> Result<(), Loss> {
        into.extend_from_slice(payload.local);
        let wanted = payload.length.min(limit);
        let mut next = payload.overflow;
        while into.len() < wanted {
            let (_, bytes) = self.bytes_of(next)?;
            if !track.take(next) {
                return Err(Loss::Bad);
            }
            let cut = if bytes.len() < self.usable { Loss::Missing } else { Loss::Bad };
            next = u32_be(bytes, 0).ok_or(cut)?;
            let content = &bytes[4..];
            let length = content.len().min(payload.length - into.len());
            into.extend_from_slice(&content[..length]);
            if cut == Loss::Missing && into.len() < wanted {
                return Err(cut);
            }
        }
        Ok(())
    }
}

/// A page of a b-tree.
#[derive(Clone, Copy, Debug)]
struct Page<'a> {
    start: usize,
    bytes: &'a [u8],
    interior: bool,
    /// Its cells hold records as keys, not row numbers: an index, or a WITHOUT ROWID table.
    index: bool,
    cells: usize,
    /// Where the cell pointers begin.
    pointers: usize,
    /// What it means when something on this page is out of reach.
    cut: Loss,
}

impl<'a> Page<'a> {
    /// Where a cell begins.
    fn cell(&self, cell: usize) -> Result<usize, Loss> {
        let at = usize::from(u16_at(self.bytes, self.pointers + 2 * cell).ok_or(self.cut)?);
        if at < self.pointers + 2 * self.cells { Err(Loss::Bad) } else { Ok(at) }
    }

    /// The page with the keys before a cell's, or with the last keys.
    fn child(&self, cell: usize) -> Result<u32, Loss> {
        let at = if cell == self.cells { self.pointers - 4 } else { self.cell(cell)? };
        u32_be(self.bytes, at).ok_or(self.cut)
    }

    /// The record in a cell, and how many bytes of the page the cell takes.
    fn payload(&self, cell: usize, database: &Database<'_>) -> Result<(Payload<'a>, usize), Loss> {
        let begin = self.cell(cell)?;
        let mut at = begin + if self.interior { 4 } else { 0 };
        let mut number = || {
            let (value, length) = varint(self.bytes.get(at..)?)?;
            at += length;
            Some(value)
        };
        let length = number().ok_or(self.cut)?;
        let rowid = if self.index { 0 } else { number().ok_or(self.cut)?.cast_signed() };
        if length > LONGEST {
            return Err(Loss::Bad);
        }
        let length = length as usize;
        let end = at + database.local(length, self.index);
        let local = self.bytes.get(at..end).ok_or(self.cut)?;
        let spills = local.len() < length;
        let overflow = if spills { u32_be(self.bytes, end).ok_or(self.cut)? } else { 0 };
        let size = end + if spills { 4 } else { 0 } - begin;
        Ok((Payload { rowid, length, local, at: self.start + at, overflow }, size))
    }
}

/// A record as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payload<'a> {
    /// Its row number; 0 in an index.
    pub(super) rowid: i64,
    pub(super) length: usize,
    /// The bytes of it on the b-tree page.
    pub(super) local: &'a [u8],
    /// Where in the file those begin.
    pub(super) at: usize,
    /// The page with the next bytes, if there are more.
    overflow: u32,
}

impl Payload<'_> {
    /// Whether there is more than `local`.
    pub(super) fn spills(&self) -> bool {
        self.local.len() < self.length
    }
}

/// Which pages were used, and what could not be read.
#[derive(Debug, Default)]
pub(super) struct Track {
    used: Vec<u64>,
    pub(super) bad_pages: u64,
    pub(super) bad_rows: u64,
    /// References to what lies behind the end of the file.
    pub(super) missing: u64,
}

impl Track {
    /// Marks a page as used; `false` if it was before. Only for pages that are there.
    fn take(&mut self, number: u32) -> bool {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if word >= self.used.len() {
            self.used.resize(word + 1, 0);
        }
        let fresh = self.used[word] & bit == 0;
        self.used[word] |= bit;
        fresh
    }

    /// How many pages and references are lost so far.
    pub(super) fn losses(&self) -> u64 {
        self.bad_pages + self.missing
    }

    fn lose_page(&mut self, loss: Loss) {
        match loss {
            Loss::Missing => self.missing += 1,
            Loss::Bad => self.bad_pages += 1,
        }
    }

    pub(super) fn lose_row(&mut self, loss: Loss) {
        match loss {
            Loss::Missing => self.missing += 1,
            Loss::Bad => self.bad_rows += 1,
        }
    }
}

/// A walk over the records of a b-tree, in key order.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    index: bool,
    stack: Vec<Frame<'a>>,
}

/// A page on the way from the root.
#[derive(Debug)]
struct Frame<'a> {
    page: Page<'a>,
    /// On a leaf the next cell; on an interior page even steps go down, odd ones are cells.
    step: usize,
    /// Bytes of the page that no cell has claimed yet: cells do not overlap.
    room: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn open(database: &Database<'a>, root: u32, track: &mut Track) -> Tree<'a> {
        let index = database.page(root).is_ok_and(|page| page.index);
        let mut tree = Tree { index, stack: Vec::new() };
        tree.enter(database, root, track);
        tree
    }

    /// A table's leaf that no tree has led to.
    pub(super) fn stray(database: &Database<'a>, number: u32, track: &mut Track) -> Option<Tree<'a>> {
        let page = database.page(number).ok().filter(|page| !page.index && !page.interior && page.cells > 0)?;
        let frame = Frame { page, step: 0, room: page.bytes.len() };
        track.take(number).then(|| Tree { index: false, stack: vec![frame] })
    }

    /// Whether its keys are records (a WITHOUT ROWID table).
    pub(super) fn is_index(&self) -> bool {
        self.index
    }

    /// How many values the widest record on the root page has, as far as one can tell.
    pub(super) fn width(&self, database: &Database<'_>) -> usize {
        let Some(Frame { page, .. }) = self.stack.first() else { return 0 };
        let records = (0..page.cells).filter_map(|cell| page.payload(cell, database).ok());
        let mut room = page.bytes.len();
        let sound = records.map_while(|(payload, size)| {
            room = room.checked_sub(size)?;
            Some(count(payload.local))
        });
        sound.max().unwrap_or(0)
    }

    fn enter(&mut self, database: &Database<'a>, number: u32, track: &mut Track) {
        match database.page(number) {
            Ok(page) if page.index == self.index && track.take(number) => self.stack.push(Frame { page, step: 0, room: page.bytes.len() }),
            Ok(_) => track.lose_page(Loss::Bad),
            Err(loss) => track.lose_page(loss),
        }
    }

    /// The next record that can be read.
    pub(super) fn next(&mut self, database: &Database<'a>, track: &mut Track) -> Option<Payload<'a>> {
        while let Some(frame) = self.stack.last_mut() {
            let (page, step) = (frame.page, frame.step);
            let (cell, last) = if page.interior { (step / 2, 2 * page.cells + 1) } else { (step, page.cells) };
            frame.step += 1;
            if step >= last {
                self.stack.pop();
            } else if page.interior && step % 2 == 0 {
                match page.child(cell) {
                    Ok(child) => self.enter(database, child, track),
                    Err(loss) => track.lose_page(loss),
                }
            } else if page.index || !page.interior {
                match page.payload(cell, database) {
                    Ok((payload, size)) if size <= frame.room => {
                        frame.room -= size;
                        return Some(payload);
                    }
                    Ok(_) => {
                        track.lose_page(Loss::Bad);
                        self.stack.pop();
                    }
                    Err(loss) => track.lose_row(loss),
                }
            }
        }
        None
    }
}

/// The size of pages by a file's header.
pub(super) fn page_size(header: &[u8]) -> usize {
    match u16_at(header, 16) {
        Some(1) => 1 << 16,
        size => usize::from(size.unwrap_or(0)),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
