//! How a file delimits its cells, judged by its first rows.

use super::split::Splitter;
use super::{header, prose};
use crate::format::Cell;
use memchr::memchr;
use std::borrow::Cow;

/// How cells and rows are delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    /// A backslash escapes the next byte inside quotes.
    pub(super) backslash: bool,
    /// Spaces may stand before an opening quote.
    pub(super) spaced: bool,
    /// `\n`, or `\r` in files that have nothing else.
    pub(super) newline: u8,
    /// Cells of a row.
    pub(super) width: usize,
    /// Whether the first row names the columns.
    pub(super) header: bool,
}

/// A dialect and how surely it is one.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) dialect: Dialect,
    /// Bytes before the first row: byte order mark, `sep=` line, title lines.
    pub(super) skip: usize,
    /// Rows looked at, the header among them.
    pub(super) rows: usize,
    /// `sep=` names the delimiter.
    pub(super) declared: bool,
}

/// Rows looked at.
const LOOK: usize = 300;
/// At most so many lines stand before the table.
const TITLE_LINES: usize = 20;
/// The share of rows, in percent, that must have the table's width.
const AGREE: usize = 90;
/// More columns than any real table has.
pub(super) const WIDEST: usize = 4096;

const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// One row of the head under one candidate.
pub(in crate::format) struct HeadRow<'h> {
    start: usize,
    /// Cells, of the head but where their values had to be rewritten; `None` is NULL.
    pub(in crate::format) cells: Vec<Option<Cow<'h, [u8]>>>,
}

impl<'h> HeadRow<'h> {
    /// A row of these cells.
    pub(in crate::format) fn of(cells: Vec<Option<Cow<'h, [u8]>>>) -> HeadRow<'h> {
        HeadRow { start: 0, cells }
    }
}

/// A candidate that holds together.
struct Candidate<'h> {
    dialect: Dialect,
    rows: Vec<HeadRow<'h>>,
    /// Percent of rows of the table's width.
    agreement: usize,
    quoted: usize,
}

/// The dialect of a head, if it looks like a table. `whole`: nothing comes after it.
pub(super) fn judge(head: &[u8], whole: bool) -> Option<Judged> {
    let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let (declared, skip) = declared_delimiter(head, mark);
    let body = head.get(skip..)?;
    if body.first().is_none_or(|byte| matches!(byte, b'<' | b'{' | b'%')) || memchr(0, body).is_some() {
        return None;
    }
    let newline = if memchr(b'\n', body).is_none() && memchr(b'\r', body).is_some() { b'\r' } else { b'\n' };
    let delimiters: &[u8] = declared.as_ref().map_or(&DELIMITERS, std::slice::from_ref);
    let candidates: Vec<Candidate<'_>> =
        delimiters.iter().filter_map(|delimiter| best_quote(body, whole, *delimiter, newline, declared.is_some())).collect();
    let mut best = choose(candidates)?;
    if declared.is_none() && prose::is_not_a_table(&best.rows, &best.dialect) {
        return None;
    }
    best.dialect.header = header::is_header(&best.rows);
    let first = best.rows.first()?.start;
    Some(Judged { dialect: best.dialect, skip: skip + first, rows: best.rows.len(), declared: declared.is_some() })
}

/// `sep=;` on the first line, as spreadsheets write it: the delimiter, and where the rows start.
fn declared_delimiter(head: &[u8], from: usize) -> (Option<u8>, usize) {
    let rest = head.get(from..).unwrap_or_default();
    match rest {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, after @ ..] if matches!(after, [b'\n' | b'\r', ..]) => {
            let end = memchr(b'\n', after).map_or(1, |at| at + 1);
            (Some(*delimiter), from + 5 + end)
        }
        _ => (None, from),
    }
}

/// The quote with which a delimiter agrees best.
fn best_quote(body: &[u8], whole: bool, delimiter: u8, newline: u8, declared: bool) -> Option<Candidate<'_>> {
    // Without it there is one column, which is no table unless the file says so.
    if !declared && memchr(delimiter, body).is_none() {
        return None;
    }
    let quotes = [Some(b'"'), Some(b'\''), None];
    let judged = quotes.into_iter().filter(|quote| quote.is_none_or(|quote| memchr(quote, body).is_some()));
    let mut best: Option<Candidate<'_>> = None;
    for quote in judged {
        let Some(candidate) = candidate(body, whole, delimiter, quote, newline, declared) else { continue };
        // Quotes that quote nothing are letters.
        if quote.is_some() && candidate.quoted == 0 {
            continue;
        }
        if best.as_ref().is_none_or(|held| candidate.agreement > held.agreement) {
            best = Some(candidate);
        }
    }
    best
}

/// The rows of the head under a delimiter and quote, if they are a table.
fn candidate(body: &[u8], whole: bool, delimiter: u8, quote: Option<u8>, newline: u8, declared: bool) -> Option<Candidate<'_>> {
    let quoted = quote.map_or(0, |quote| quotes_at_cells(body, delimiter, quote));
    let spaced = quote.is_some_and(|quote| memchr::memmem::find(body, &[delimiter, b' ', quote]).is_some());
    let backslash = quote.is_some_and(|quote| escapes_by_backslash(body, delimiter, quote));
    let mut dialect = Dialect { delimiter, quote, backslash, spaced, newline, width: usize::MAX, header: false };
    let mut rows = head_rows(body, dialect, whole);
    let width = common_width(&rows)?;
    if width < 2 && !declared {
        return None;
    }
    let title = rows.iter().position(|row| row.cells.len() == width)?;
    if title > TITLE_LINES {
        return None;
    }
    rows.drain(..header_start(&rows, title, width));
    let agreeing = rows.iter().filter(|row| row.cells.len() == width).count();
    let agreement = agreeing * 100 / rows.len();
    if agreement < AGREE && !declared {
        return None;
    }
    // A header may be longer than its rows, when trailing cells are left out.
    dialect.width = width.max(rows.first()?.cells.len());
    Some(Candidate { dialect, rows, agreement, quoted })
}

/// The first row of the table: the first of its width, or the line before it if that one has more.
fn header_start(rows: &[HeadRow<'_>], title: usize, width: usize) -> usize {
    match title.checked_sub(1).and_then(|before| rows.get(before)) {
        Some(before) if (width + 1..=width + width.div_ceil(2)).contains(&before.cells.len()) => title - 1,
        // A header one short: the rows have a trailing delimiter or an index column.
        Some(before) if width >= 4 && before.cells.len() + 1 == width => title - 1,
        _ => title,
    }
}

/// How many quotes open or close a cell.
fn quotes_at_cells(body: &[u8], delimiter: u8, quote: u8) -> usize {
    memchr::memchr_iter(quote, body)
        .filter(|at| {
            let before = at.checked_sub(1).and_then(|at| body.get(at)).copied().unwrap_or(b'\n');
            before == delimiter || matches!(before, b'\n' | b'\r' | b' ')
        })
        .filter(|at| memchr(quote, body.get(at + 1..).unwrap_or_default()).is_some())
        .count()
}

/// Whether quotes inside cells are written `\"`.
fn escapes_by_backslash(body: &[u8], delimiter: u8, quote: u8) -> bool {
    memchr::memmem::find_iter(body, &[b'\\', quote]).any(|at| match body.get(at + 2) {
        None => false,
        Some(next) => *next != delimiter && !matches!(next, b'\n' | b'\r'),
    })
}

/// The rows of the head; one that may go on after it is left out.
fn head_rows(body: &[u8], dialect: Dialect, whole: bool) -> Vec<HeadRow<'_>> {
    let mut rows = Vec::new();
    let mut splitter = Splitter::new(dialect);
    let (mut cells, mut arena) = (Vec::new(), Vec::new());
    splitter.split(body, 0, whole, &mut cells, &mut arena, |split| {
        let value = |cell: &Cell| match cell.is_rewritten() {
            false => cell.value(body, &[]).map(Cow::Borrowed),
            true => cell.value(&[], split.arena).map(|value| Cow::Owned(value.to_vec())),
        };
        rows.push(HeadRow { start: split.start, cells: split.cells.iter().map(value).collect() });
        split.cells.clear();
        split.arena.clear();
        rows.len() < LOOK
    });
    rows
}

/// The width most rows have, `None` if there are no rows.
fn common_width(rows: &[HeadRow<'_>]) -> Option<usize> {
    let mut widths: Vec<usize> = rows.iter().map(|row| row.cells.len()).filter(|width| *width <= WIDEST).collect();
    widths.sort_unstable();
    let runs = widths.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| (run.len(), run[0])).map(|run| run[0])
}

/// The candidate that explains the head best.
fn choose(mut candidates: Vec<Candidate<'_>>) -> Option<Candidate<'_>> {
    candidates.sort_by_key(|candidate| std::cmp::Reverse((candidate.agreement / 5, candidate.dialect.width, candidate.agreement)));
    // `1,5;2,5` splits at its decimal commas too.
    let decimal = candidates.iter().position(|candidate| candidate.dialect.delimiter != b',' && commas_are_decimal(&candidate.rows));
    let chosen = match decimal {
        Some(at) if candidates.first().is_some_and(|first| first.dialect.delimiter == b',') => at,
        _ => 0,
    };
    (chosen < candidates.len()).then(|| candidates.swap_remove(chosen))
}

/// Whether commas in the cells stand between digits, nearly always.
fn commas_are_decimal(rows: &[HeadRow<'_>]) -> bool {
    let (mut decimal, mut other) = (0, 0);
    for cell in rows.iter().flat_map(|row| row.cells.iter().flatten()) {
        for at in memchr::memchr_iter(b',', cell) {
            let digit = |at: Option<usize>| at.and_then(|at| cell.get(at)).is_some_and(u8::is_ascii_digit);
            if digit(at.checked_sub(1)) && digit(Some(at + 1)) {
                decimal += 1;
            } else {
                other += 1;
            }
        }
    }
    decimal > 4 * other
}

/// A line a plan puts before its parts, so that every part is read in the dialect of the whole.
pub(super) const DIRECTIVE: &[u8] = b"#!delimited ";

impl Dialect {
    /// The dialect as a directive line.
    pub(super) fn directive(&self, charset: &str) -> Vec<u8> {
        let Dialect { delimiter, quote, backslash, spaced, newline, width, header } = *self;
        let flags = u8::from(backslash) | u8::from(spaced) << 1 | u8::from(header) << 2;
        let mut line = DIRECTIVE.to_vec();
        line.extend(format!("{delimiter} {} {flags} {newline} {width} {charset}\n", quote.unwrap_or(0)).bytes());
        line
    }

    /// Reads a directive line; also the charset's label and where the rows start.
    pub(super) fn from_directive(head: &[u8]) -> Option<(Dialect, &str, usize)> {
        let rest = head.strip_prefix(DIRECTIVE)?;
        let end = memchr(b'\n', rest)?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let words: Vec<&str> = line.split(' ').collect();
        let [delimiter, quote, flags, newline, width, charset] = words.as_slice() else { return None };
        let flags: u8 = flags.parse().ok()?;
        let quote = quote.parse().ok().filter(|quote| *quote != 0);
        let width = width.parse().ok().filter(|width| (1..=WIDEST).contains(width))?;
        let dialect = Dialect {
            delimiter: delimiter.parse().ok()?,
            quote,
            backslash: flags & 1 != 0,
            spaced: flags & 2 != 0,
            newline: newline.parse().ok()?,
            width,
            header: flags & 4 != 0,
        };
        Some((dialect, charset, DIRECTIVE.len() + end + 1))
    }
}
