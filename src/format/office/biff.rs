//! Workbooks before 2007 ([MS-XLS]): records of one stream, sheet after sheet.

use super::{
    grid::{Grid, Origin, Row},
    number::{self, Epoch, Style},
    prose::Prose,
    shown::{Code, Shown},
};
use crate::{
    base::{Category, Problem},
    format::{
        Sink,
        binary::{slice, u16_le, u32_le, u64_le, utf_16},
    },
};
use encoding_rs::WINDOWS_1252;

/// Strings that sheets share.
const STRINGS: usize = 4 << 20;

/// Reads all sheets; `false` when the stream is encrypted. What may hold text outside of cells
/// (headers, notes, shapes, charts) is added to `rest`.
pub(super) fn read(stream: &[u8], rest: &mut Vec<u8>, prose: &mut Prose, sink: &mut dyn Sink) -> bool {
    let mut book = Book::default();
    let mut sheet: Option<Sheet> = None;
    let mut records = Records { stream, at: 0 };
    while let Some((at, kind, body)) = records.next() {
        match kind {
            0x2F => return false,
            0x809 => {
                let name = book.names.iter().find(|(start, _)| *start as usize == at).map(|(_, name)| name.clone());
                if u16_le(body, 2) == Some(0x10) {
                    sheet = Some(Sheet::new(&name.unwrap_or_else(|| "sheet".to_owned())));
                }
            }
            0x0A => {
                if let Some(sheet) = sheet.take() {
                    sheet.finish(prose, sink);
                }
            }
            0xFC => book.strings = shared(body, &mut records),
            _ => {
                let known = match &mut sheet {
                    Some(sheet) => sheet.record(kind, body, &book, prose, sink),
                    None => book.record(kind, body),
                };
                if !known {
                    rest.extend_from_slice(body);
                    rest.push(0);
                }
            }
        }
    }
    if let Some(sheet) = sheet {
        sheet.finish(prose, sink);
        sink.problem(Problem::new(Category::Truncated, "the workbook ends inside a sheet"));
    }
    true
}

struct Records<'b> {
    stream: &'b [u8],
    at: usize,
}

impl<'b> Records<'b> {
    /// Where the next record starts, its kind and body.
    fn next(&mut self) -> Option<(usize, u16, &'b [u8])> {
        let (at, kind, length) = (self.at, u16_le(self.stream, self.at)?, u16_le(self.stream, self.at + 2)?);
        let body = slice(self.stream, at + 4, length.into());
        self.at = at + 4 + body.len();
        Some((at, kind, body))
    }
}

#[derive(Default)]
struct Book {
    epoch: Epoch,
    names: Vec<(u32, String)>,
    formats: Vec<(u16, Style, Code)>,
    styles: Vec<Style>,
    codes: Vec<Code>,
    strings: Vec<String>,
}

impl Book {
    /// Takes a record of the workbook itself; `false` when it is of another kind.
    fn record(&mut self, kind: u16, body: &[u8]) -> bool {
        match kind {
            0x22 if u16_le(body, 0) == Some(1) => self.epoch = Epoch::Of1904,
            0x85 => {
                let name = body.get(6).and_then(|length| string(slice(body, 7, usize::MAX), usize::from(*length)));
                self.names.extend(u32_le(body, 0).zip(name));
            }
            0x41E => {
                let code = u16_le(body, 2).and_then(|length| string(slice(body, 4, usize::MAX), length.into()));
                self.formats.extend(u16_le(body, 0).zip(code).map(|(id, code)| (id, Style::of(&code), Code::of(&code))));
            }
            0xE0 => {
                let id = u16_le(body, 2).unwrap_or(0);
                let own = self.formats.iter().find(|(held, ..)| *held == id).map(|(_, style, code)| (style.clone(), code.clone()));
                let (style, code) = own.unwrap_or_else(|| (Style::built_in(id.into()), Code::built_in(id.into())));
                self.styles.push(style);
                self.codes.push(code);
            }
            _ => return false,
        }
        true
    }
}

/// A string of so many characters behind its byte of flags (2.5.293).
fn string(bytes: &[u8], length: usize) -> Option<String> {
    let (flags, rest) = bytes.split_first()?;
    let skip = if flags & 8 == 0 { 0 } else { 2 } + if flags & 4 == 0 { 0 } else { 4 };
    Some(match flags & 1 {
        0 => latin(slice(rest, skip, length)),
        _ => utf_16(slice(rest, skip, length * 2)),
    })
}

/// Characters whose upper half is zero.
fn latin(bytes: &[u8]) -> String {
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// The shared strings (2.4.265). One may go on in the next record, where its flags stand again.
fn shared(first: &[u8], records: &mut Records<'_>) -> Vec<String> {
    let mut parts = vec![first];
    loop {
        let before = records.at;
        match records.next() {
            Some((_, 0x3C, body)) => parts.push(body),
            _ => {
                records.at = before;
                break;
            }
        }
    }
    let mut reader = Parts { parts: &parts, part: 0, at: 8 };
    let mut strings = Vec::new();
    while strings.len() < STRINGS {
        match reader.string() {
            Some(text) => strings.push(text),
            None => break,
        }
    }
    strings
}

struct Parts<'p> {
    parts: &'p [&'p [u8]],
    part: usize,
    at: usize,
}

impl Parts<'_> {
    /// What is left of the part in hand; of the next when nothing is.
    fn rest(&mut self) -> Option<&[u8]> {
        while self.parts.get(self.part)?.len() <= self.at {
            self.part += 1;
            self.at = 0;
        }
        self.parts.get(self.part)?.get(self.at..)
    }

    fn string(&mut self) -> Option<String> {
        let head = self.rest()?;
        let (length, mut flags) = (usize::from(u16_le(head, 0)?), *head.get(2)?);
        let (mut at, mut surplus) = (3, 0);
        if flags & 8 != 0 {
            surplus += 4 * usize::from(u16_le(head, at)?);
            at += 2;
        }
        if flags & 4 != 0 {
            surplus += u32_le(head, at)? as usize;
            at += 4;
        }
        self.at += at;
        let mut text = String::new();
        let mut left = length;
        while left > 0 {
            let is_new = self.parts.get(self.part).is_some_and(|part| part.len() <= self.at);
            let Some(rest) = self.rest() else { return Some(text).filter(|text| !text.is_empty()) };
            let rest = if is_new { rest.split_first() } else { None }.map_or(rest, |(first, rest)| {
                flags = *first;
                rest
            });
            let width = usize::from(flags & 1) + 1;
            let run = slice(rest, 0, left * width);
            text.push_str(&if width == 1 { latin(run) } else { utf_16(run) });
            let taken = run.len() / width;
            left -= taken;
            self.at += run.len() + usize::from(is_new);
            if taken == 0 {
                // Half a character at the end of a part.
                self.at = usize::MAX;
            }
        }
        while surplus > 0 {
            let Some(rest) = self.rest() else { break };
            let step = rest.len().min(surplus);
            surplus -= step;
            self.at += step;
        }
        Some(text)
    }
}

struct Sheet {
    grid: Grid,
    row: Row,
    number: u16,
    /// The cell whose formula gave a string that follows.
    waiting: Option<usize>,
    shown: String,
    aside: Shown,
}

impl Sheet {
    fn new(name: &str) -> Sheet {
        Sheet {
            grid: Grid::new(name, Origin::Sheet),
            row: Row::default(),
            number: 0,
            waiting: None,
            shown: String::new(),
            aside: Shown::default(),
        }
    }

    fn finish(mut self, prose: &mut Prose, sink: &mut dyn Sink) {
        self.grid.row(&self.row, prose, sink);
        self.grid.finish(prose, sink);
        self.aside.finish(prose, sink);
        prose.break_line(sink);
    }

    /// Takes a record of the sheet; `false` when it holds no cell.
    fn record(&mut self, kind: u16, body: &[u8], book: &Book, prose: &mut Prose, sink: &mut dyn Sink) -> bool {
        if kind == 0x207 {
            let text = u16_le(body, 0).and_then(|length| string(slice(body, 2, usize::MAX), length.into()));
            if let (Some(column), Some(text)) = (self.waiting.take(), text) {
                self.row.push(column, &text);
            }
            return true;
        }
        if !matches!(kind, 0xFD | 0x203 | 0x27E | 0xBD | 0x204 | 0xD6 | 0x06 | 0x205) {
            return false;
        }
        let (Some(row), Some(column), Some(style)) = (u16_le(body, 0), u16_le(body, 2), u16_le(body, 4)) else { return true };
        if row != self.number {
            self.grid.row(&self.row, prose, sink);
            self.row.clear();
            self.number = row;
        }
        let column = usize::from(column);
        match kind {
            0xFD => {
                let text = u32_le(body, 6).and_then(|number| book.strings.get(number as usize));
                self.row.push(column, text.map_or("", String::as_str));
            }
            0x203 => self.put(column, style, u64_le(body, 6).map(f64::from_bits), book),
            0x27E => self.put(column, style, u32_le(body, 6).map(number::packed), book),
            0xBD => {
                for (at, cell) in slice(body, 4, body.len().saturating_sub(6)).as_chunks::<6>().0.iter().enumerate() {
                    let style = u16::from_le_bytes([cell[0], cell[1]]);
                    self.put(column + at, style, u32_le(cell, 2).map(number::packed), book);
                }
            }
            0x204 | 0xD6 => {
                let text = u16_le(body, 6).and_then(|length| string(slice(body, 8, usize::MAX), length.into()));
                self.row.push(column, &text.unwrap_or_default());
            }
            0x06 => match (body.get(6), body.get(8), slice(body, 12, 2)) {
                (Some(0), _, [0xFF, 0xFF]) => self.waiting = Some(column),
                (Some(1), Some(value), [0xFF, 0xFF]) => drop(self.row.push(column, if *value == 0 { "FALSE" } else { "TRUE" })),
                (_, _, [0xFF, 0xFF]) => {}
                _ => self.put(column, style, u64_le(body, 6).map(f64::from_bits), book),
            },
            _ => {
                if let (Some(value), Some(0)) = (body.get(6), body.get(7)) {
                    self.row.push(column, if *value == 0 { "FALSE" } else { "TRUE" });
                }
            }
        }
        true
    }

    fn put(&mut self, column: usize, style: u16, value: Option<f64>, book: &Book) {
        let Some(value) = value.filter(|value| value.is_finite()) else { return };
        let code = book.codes.get(usize::from(style));
        let style = book.styles.get(usize::from(style)).unwrap_or(&Style::General);
        self.shown.clear();
        number::show(&value.to_string(), style, book.epoch, &mut self.shown);
        self.aside.put(value, code, book.epoch, &self.shown);
        self.row.push(column, &self.shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collected;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes(), &(body.len() as u16).to_le_bytes(), body].concat()
    }

    fn cell(kind: u16, row: u16, column: u16, style: u16, rest: &[u8]) -> Vec<u8> {
        record(kind, &[&row.to_le_bytes(), &column.to_le_bytes(), &style.to_le_bytes(), rest].concat())
    }

    #[test]
    fn cells_of_every_kind_are_read() {
        let mut stream = record(0x809, &[0, 6, 5, 0]);
        stream.extend(record(0xE0, &[0, 0, 14, 0]));
        stream.extend(record(0xE0, &[0, 0, 0, 0]));
        // "id", "born", and "Ann" which goes on in the next record, wide.
        stream.extend(record(0xFC, b"\0\0\0\0\0\0\0\0\x02\0\0id\x04\0\0born\x03\0\0A"));
        stream.extend(record(0x3C, b"\x01n\0n\0"));
        stream.extend(record(0x0A, b""));
        stream.extend(record(0x809, &[0, 6, 0x10, 0]));
        stream.extend([cell(0xFD, 0, 0, 1, &[0, 0, 0, 0]), cell(0xFD, 0, 1, 1, &[1, 0, 0, 0])].concat());
        stream.extend([cell(0xFD, 1, 0, 1, &[2, 0, 0, 0]), cell(0x203, 1, 1, 0, &45292_f64.to_le_bytes())].concat());
        stream.extend(cell(0x06, 2, 0, 1, &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF]));
        stream.extend(record(0x207, b"\x03\0\0Bob"));
        stream.extend(cell(0x27E, 2, 1, 0, &((45293_u32 << 2) | 2).to_le_bytes()));
        stream.extend(record(0x0A, b""));
        let mut found = Collected::default();
        assert!(read(&stream, &mut Vec::new(), &mut Prose::new(0), &mut found));
        assert_eq!(found.tables[0].header(), "id|born");
        assert_eq!(found.tables[0].lines(), ["Ann|2024-01-01", "Bob|2024-01-02"]);
        for at in 0..stream.len() {
            read(&stream[..at], &mut Vec::new(), &mut Prose::new(0), &mut Collected::default());
            for value in [0, 0xFF, stream[at] ^ 1] {
                let mut damaged = stream.clone();
                damaged[at] = value;
                read(&damaged, &mut Vec::new(), &mut Prose::new(0), &mut Collected::default());
            }
        }
    }
}
