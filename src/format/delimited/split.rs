//! Splits delimited text into rows of cells: the hot loop.
//!
//! The grammar is RFC 4180, read leniently. A quote opens only at the start of a cell, and
//! closes only before a delimiter, a line end or the end of the item, so that a quote inside
//! a cell stays a letter of it (`5" pipe`, `"he said "no" twice"`). A quote that does not close within
//! [`LONGEST_QUOTED`] bytes was none. That makes every decision local: a stray quote costs a row, not the rest
//! of the file, and [`Splitter::cut`] finds row ends by looking at the quotes alone.

use super::dialect::Dialect;
use crate::format::{Cell, marks::Marks};
use memchr::memchr;

/// A quoted cell is at most this long.
pub(super) const LONGEST_QUOTED: usize = 1 << 20;
/// Marks looked at before a closing quote is searched for in other ways.
const NEAR: usize = 32;
/// A quote left open at the end of the item is a cut-off cell if no more than so many lines follow it.
const CUT_OFF_LINES: usize = 16;

/// What was wrong with rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flaws {
    /// Rows with fewer cells than the table has columns.
    pub(super) short: u64,
    /// Rows with more.
    pub(super) long: u64,
    /// Quotes that never close.
    pub(super) open: u64,
    /// The item ends inside a quoted cell.
    pub(super) cut_off: bool,
}

/// A dialect, and what is remembered between blocks.
pub(super) struct Splitter {
    dialect: Dialect,
    pub(super) flaws: Flaws,
    /// No quote opened before here (an offset in the item) closes before here.
    hopeless: u64,
}

/// What a finished row is handed on as.
pub(super) struct Split<'c> {
    /// Where the row starts.
    pub(super) start: usize,
    /// The cells of this row and of the rows before it that were not taken out.
    pub(super) cells: &'c mut Vec<Cell>,
    pub(super) arena: &'c mut Vec<u8>,
}

/// Where a quoted cell ends.
#[derive(Debug, PartialEq, Eq)]
enum Close {
    /// The closing quote, and whether quotes inside are escaped.
    At {
        quote: usize,
        escaped: bool,
    },
    NeedMore,
    Never,
}

/// The row being split.
struct Row {
    start: usize,
    /// Where the current cell starts.
    cell: usize,
    columns: usize,
    /// Where the last cell that has a column of its own starts.
    last: usize,
    /// The current cell's closing quote, if it is a quoted one.
    quoted: Option<(usize, bool)>,
}

impl Row {
    fn at(start: usize) -> Row {
        Row { start, cell: start, columns: 0, last: start, quoted: None }
    }
}

impl Splitter {
    /// A splitter for rows of this dialect.
    pub(super) fn new(dialect: Dialect) -> Splitter {
        Splitter { dialect, flaws: Flaws::default(), hopeless: 0 }
    }

    /// Splits the whole rows at the front of `bytes` (which start at `offset` of the item) and
    /// returns their length. `row` is called for each, and may take the cells out; it returns
    /// whether to go on. Every row gets `dialect.width` cells.
    pub(super) fn split(
        &mut self,
        bytes: &[u8],
        offset: u64,
        last: bool,
        cells: &mut Vec<Cell>,
        arena: &mut Vec<u8>,
        mut on_row: impl FnMut(Split<'_>) -> bool,
    ) -> usize {
        let Dialect { delimiter, newline, .. } = self.dialect;
        let quote = self.dialect.quote.unwrap_or(newline);
        let mut row = Row::at(0);
        let mut marks = Marks::new(bytes, 0, [delimiter, newline, quote]);
        while let Some(at) = marks.next() {
            let byte = bytes[at];
            if byte == delimiter {
                self.end_cell(bytes, &mut row, at, cells, arena);
            } else if byte == newline {
                self.end_row(bytes, &mut row, at, cells, arena);
                let split = Split { start: row.start, cells: &mut *cells, arena: &mut *arena };
                if row.columns > 0 && !on_row(split) {
                    return at + 1;
                }
                row = Row::at(at + 1);
            } else if self.opens(bytes, row.cell, at) {
                row.cell = at;
                if let Some(quote) = self.close_near(bytes, offset, at, &mut marks) {
                    row.quoted = Some((quote, false));
                    continue;
                }
                match self.close(bytes, offset, at, last) {
                    Close::At { quote, escaped } => {
                        row.quoted = Some((quote, escaped));
                        marks.seek(quote + 1);
                    }
                    Close::NeedMore => {
                        self.drop_row(&row, cells);
                        return row.start;
                    }
                    Close::Never => {
                        self.flaws.open += 1;
                        marks = Marks::new(bytes, at + 1, [delimiter, newline, quote]);
                    }
                }
            }
        }
        if last && row.start < bytes.len() {
            self.end_row(bytes, &mut row, bytes.len(), cells, arena);
            if row.columns > 0 {
                on_row(Split { start: row.start, cells, arena });
            }
            return bytes.len();
        }
        self.drop_row(&row, cells);
        row.start
    }

    /// The first row's start at or after `target`, as [`Splitter::split`] would have it; `None` if
    /// there is none before the end. `bytes` begins with a row, and so does `from`.
    pub(super) fn cut(&mut self, bytes: &[u8], from: usize, target: usize) -> Option<usize> {
        let newline = self.dialect.newline;
        let Some(quote) = self.dialect.quote else {
            let earliest = target.saturating_sub(1).max(from);
            return memchr(newline, bytes.get(earliest..)?).map(|at| earliest + at + 1);
        };
        let mut outside = from;
        loop {
            let next = memchr(quote, bytes.get(outside..)?).map_or(bytes.len(), |at| outside + at);
            let earliest = outside.max(target.saturating_sub(1));
            if earliest < next
                && let Some(at) = memchr(newline, &bytes[earliest..next])
            {
                return Some(earliest + at + 1);
            }
            if next == bytes.len() {
                return None;
            }
            let cell = self.cell_start(bytes, outside, next);
            outside = next + 1;
            if self.opens(bytes, cell, next)
                && let Close::At { quote, .. } = self.close(bytes, 0, next, true)
            {
                outside = quote + 1;
            }
        }
    }

    /// Where the cell of the quote at `at` starts, looking back no further than `from`.
    fn cell_start(&self, bytes: &[u8], from: usize, at: usize) -> usize {
        let separators = [self.dialect.delimiter, self.dialect.newline];
        let mut start = at;
        while start > from && self.dialect.spaced && bytes[start - 1] == b' ' {
            start -= 1;
        }
        // A cell with anything else before its quote does not open.
        if start == 0 || separators.contains(&bytes[start - 1]) { start } else { start - 1 }
    }

    /// Whether a quote at `at` opens the cell that starts at `cell`.
    #[inline]
    fn opens(&self, bytes: &[u8], cell: usize, at: usize) -> bool {
        at == cell || (self.dialect.spaced && bytes[cell..at].iter().all(|byte| *byte == b' '))
    }

    /// The quote that closes the one at `open`, when it is the next one and plainly does: what
    /// [`Splitter::close`] would find, found among the marks at hand.
    #[inline]
    fn close_near(&self, bytes: &[u8], offset: u64, open: usize, marks: &mut Marks<'_>) -> Option<usize> {
        if self.dialect.backslash || self.hopeless > offset + open as u64 {
            return None;
        }
        let quote = self.dialect.quote?;
        let at = marks.by_ref().take(NEAR).find(|at| bytes[*at] == quote)?;
        let next = *bytes.get(at + 1)?;
        let ends = next == self.dialect.delimiter || next == self.dialect.newline || next == b'\r';
        (ends && at - open <= LONGEST_QUOTED).then_some(at)
    }

    /// Looks for the quote that closes the one at `open`.
    fn close(&mut self, bytes: &[u8], offset: u64, open: usize, last: bool) -> Close {
        let quote = self.dialect.quote.unwrap_or_default();
        let end = (open + 1 + LONGEST_QUOTED).min(bytes.len());
        let mut escaped = false;
        let mut from = open + 1;
        if self.hopeless > offset + from as u64 {
            from = usize::try_from(self.hopeless - offset).unwrap_or(end).min(end);
        }
        while let Some(at) = memchr(quote, &bytes[from..end]).map(|at| from + at) {
            if self.dialect.backslash && backslashes_before(bytes, open + 1, at) % 2 == 1 {
                (escaped, from) = (true, at + 1);
            } else if bytes.get(at + 1) == Some(&quote) {
                (escaped, from) = (true, (at + 2).min(end));
            } else if self.ends_cell(bytes, at + 1) {
                if at + 1 == bytes.len() && !last {
                    return Close::NeedMore;
                }
                return Close::At { quote: at, escaped };
            } else {
                from = at + 1;
            }
        }
        if end < bytes.len() {
            self.hopeless = offset + end as u64;
            return Close::Never;
        }
        if !last {
            return Close::NeedMore;
        }
        if memchr::memchr_iter(self.dialect.newline, &bytes[open..]).count() > CUT_OFF_LINES {
            self.hopeless = offset + end as u64;
            return Close::Never;
        }
        self.flaws.cut_off = true;
        Close::At { quote: bytes.len(), escaped }
    }

    /// Whether a cell may end at `at`: a delimiter, a line end or the end, maybe after spaces.
    fn ends_cell(&self, bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.iter().find(|byte| **byte != b' ') {
            None => true,
            Some(byte) => [self.dialect.delimiter, self.dialect.newline, b'\r'].contains(byte),
        }
    }

    /// The cell from `row.cell` to `to` is complete.
    #[inline]
    fn end_cell(&mut self, bytes: &[u8], row: &mut Row, to: usize, cells: &mut Vec<Cell>, arena: &mut Vec<u8>) {
        let width = self.dialect.width;
        if row.columns < width {
            let cell = match row.quoted {
                None => self.plain(bytes, row.cell, to),
                Some((quote, escaped)) => self.unquoted(bytes, row.cell + 1, quote, escaped, arena),
            };
            cells.push(cell);
            row.last = row.cell;
        } else if let Some(cell) = cells.last_mut() {
            // What does not fit is kept: it joins the last cell, delimiters and all.
            *cell = Cell::borrowed(row.last, to - row.last);
        }
        row.columns += 1;
        row.cell = to + 1;
        row.quoted = None;
    }

    /// A cell without quotes.
    #[inline]
    fn plain(&self, bytes: &[u8], from: usize, to: usize) -> Cell {
        // The NULL of MySQL's and PostgreSQL's exports.
        if to - from == 2 && &bytes[from..to] == b"\\N" { Cell::NULL } else { Cell::borrowed(from, to - from) }
    }

    /// A quoted cell; its quotes stand at `from - 1` and `to`.
    fn unquoted(&self, bytes: &[u8], from: usize, to: usize, escaped: bool, arena: &mut Vec<u8>) -> Cell {
        let value = &bytes[from..to];
        let backslashed = self.dialect.backslash && memchr(b'\\', value).is_some();
        if !escaped && !backslashed {
            return Cell::borrowed(from, to - from);
        }
        let quote = self.dialect.quote.unwrap_or_default();
        let start = arena.len();
        let mut rest = value.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            let next = rest.peek().copied();
            let escapes = (byte == quote && next == Some(quote)) || (self.dialect.backslash && byte == b'\\');
            match next.filter(|_| escapes) {
                None => arena.push(byte),
                Some(next) => {
                    rest.next();
                    arena.push(if byte == b'\\' { unescape(next) } else { next });
                }
            }
        }
        Cell::rewritten(start, arena.len() - start)
    }

    /// The row is complete at the line end at `at` (or the end of the item); leaves
    /// `row.columns` at 0 for an empty line.
    #[inline]
    fn end_row(&mut self, bytes: &[u8], row: &mut Row, at: usize, cells: &mut Vec<Cell>, arena: &mut Vec<u8>) {
        let carriage = at > row.cell && bytes[at - 1] == b'\r' && row.quoted.is_none_or(|(quote, _)| quote + 1 < at);
        let to = at - usize::from(carriage);
        if row.columns == 0 && to == row.cell {
            return;
        }
        self.end_cell(bytes, row, to, cells, arena);
        let width = self.dialect.width;
        if row.columns != width && width != usize::MAX {
            if row.columns < width {
                self.flaws.short += 1;
                cells.extend(std::iter::repeat_n(Cell::NULL, width - row.columns));
            } else {
                self.flaws.long += 1;
            }
        }
    }

    /// Takes back the cells of a row whose end is not there yet.
    fn drop_row(&self, row: &Row, cells: &mut Vec<Cell>) {
        cells.truncate(cells.len() - row.columns.min(self.dialect.width));
    }
}

/// How many backslashes stand right before `at`.
fn backslashes_before(bytes: &[u8], from: usize, at: usize) -> usize {
    bytes[from.min(at)..at].iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// What a backslash and this byte stand for.
fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        other => other,
    }
}
