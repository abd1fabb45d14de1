//! dBase, FoxPro and Clipper tables (`.dbf`), and the memos beside them (`.dbt`, `.fpt`).
//!
//! Records are of one length, so that a damaged one costs itself only. Records marked as deleted are
//! still there and are read: they leaked like the others.

use super::{
    Cell, Claim, Format, Head, Place, Rows, Sink, TableId, TableSpec, Text, TextKind,
    binary::{slice, u16_le, u32_be, u32_le, u64_le},
    packed::Source,
    read_problem, tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use encoding_rs::{Encoding, WINDOWS_1252};
use jiff::{ToSpan, civil::Date};
use std::io::Read;

/// Length of the header's fixed part, and of the description of a field.
const FIXED: usize = 32;
/// A batch of rows takes about so many bytes.
const BATCH: usize = 1 << 20;
/// Memos of FoxPro and dBase III begin after a header of this length.
const MEMO_HEADER: usize = 512;

/// `.dbf`.
pub struct Dbase;
/// `.dbt`, `.fpt`.
pub struct DbaseMemo;

impl Format for Dbase {
    fn name(&self) -> &'static str {
        "dbase"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        match Layout::of(head.bytes) {
            Some(layout) if layout.is_exact => Claim::Sure,
            Some(_) if head.name.ends_with(".dbf") => Claim::Likely,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        let layout = source.peek(super::HEAD).ok().and_then(Layout::of);
        let Some(layout) = layout else {
            return sink.problem(Problem::new(Category::Corrupt, "the description of its fields cannot be read"));
        };
        if let Err(error) = records(&layout, &mut source, sink) {
            sink.problem(read_problem(&error));
        }
    }
}

/// A column.
struct Field {
    name: String,
    kind: u8,
    start: usize,
    length: usize,
}

/// What the header says.
struct Layout {
    fields: Vec<Field>,
    /// Where records begin.
    start: usize,
    length: usize,
    count: u32,
    encoding: Code,
    /// Whether all lengths fit each other.
    is_exact: bool,
}

impl Layout {
    fn of(head: &[u8]) -> Option<Layout> {
        let version = *head.first()?;
        let (month, day) = (*head.get(2)?, *head.get(3)?);
        let is_known = matches!(version, 0x02 | 0x03 | 0x04 | 0x05 | 0x30..=0x32 | 0x43 | 0x63 | 0x83 | 0x8B | 0x8E | 0xCB | 0xF5 | 0xFB);
        if !is_known || month > 12 || day > 31 {
            return None;
        }
        let (start, length) = (usize::from(u16_le(head, 8)?), usize::from(u16_le(head, 10)?));
        let mut fields = Vec::new();
        let mut at = 1;
        let mut rest = head.get(FIXED..start.min(head.len()))?;
        while let Some(field) = rest.first_chunk::<FIXED>().filter(|field| field[0] != 0x0D) {
            let name = field[..11].split(|byte| *byte == 0).next()?;
            if name.is_empty() || name.iter().any(|byte| *byte < b' ') {
                return None;
            }
            // Texts longer than a byte can say use the byte of the decimals.
            let length = usize::from(field[16]) + if field[11] == b'C' { usize::from(field[17]) << 8 } else { 0 };
            let name = String::from_utf8_lossy(name).trim().to_owned();
            fields.push(Field { name, kind: field[11].to_ascii_uppercase(), start: at, length });
            at += length;
            rest = &rest[FIXED..];
        }
        let is_closed = rest.first() == Some(&0x0D);
        let is_dated = month > 0 && day > 0;
        let is_sound = !fields.is_empty() && length > 1 && at <= length && start >= FIXED && is_closed;
        is_sound.then(|| Layout {
            fields,
            start,
            length,
            count: u32_le(head, 4).unwrap_or(0),
            encoding: Code::of(head.get(29).copied().unwrap_or(0)),
            is_exact: at == length && is_dated,
        })
    }
}

/// How texts are written: the language byte of the header, unless they are UTF-8.
#[derive(Clone, Copy)]
enum Code {
    Windows(&'static Encoding),
    /// Code page 850, and 437 as far as its letters are the same.
    Dos,
}

/// The upper half of code page 850.
const DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

impl Code {
    fn of(language: u8) -> Code {
        Code::Windows(match language {
            0x01 | 0x02 | 0x08..=0x0B | 0x0D | 0x0F..=0x12 | 0x14..=0x19 | 0x1B..=0x1D | 0x22..=0x25 | 0x37 => return Code::Dos,
            0x13 | 0x7B => encoding_rs::SHIFT_JIS,
            0x4D | 0x7A => encoding_rs::GBK,
            0x4E | 0x79 => encoding_rs::EUC_KR,
            0x4F | 0x78 => encoding_rs::BIG5,
            0x26 | 0x65 => encoding_rs::IBM866,
            0x7C => encoding_rs::WINDOWS_874,
            0x7D => encoding_rs::WINDOWS_1255,
            0x7E => encoding_rs::WINDOWS_1256,
            0xC8 => encoding_rs::WINDOWS_1250,
            0xC9 => encoding_rs::WINDOWS_1251,
            0xCA => encoding_rs::WINDOWS_1254,
            0xCB => encoding_rs::WINDOWS_1253,
            0xCC => encoding_rs::WINDOWS_1257,
            _ => WINDOWS_1252,
        })
    }

    fn decode(self, bytes: &[u8], into: &mut String) {
        match (std::str::from_utf8(bytes), self) {
            (Ok(text), _) => into.push_str(text),
            (_, Code::Windows(encoding)) => into.push_str(&encoding.decode_without_bom_handling(bytes).0),
            (_, Code::Dos) => into.extend(bytes.iter().map(|byte| match byte.checked_sub(0x80) {
                None => char::from(*byte),
                Some(upper) => DOS.chars().nth(usize::from(upper)).unwrap_or(char::REPLACEMENT_CHARACTER),
            })),
        }
    }
}

fn records(layout: &Layout, source: &mut Source<'_>, sink: &mut dyn Sink) -> std::io::Result<()> {
    source.skip(layout.start as u64)?;
    // What FoxPro keeps for itself.
    let shown: Vec<&Field> = layout.fields.iter().filter(|field| field.kind != b'0').collect();
    let names: Vec<&str> = shown.iter().map(|field| field.name.as_str()).collect();
    let table = sink.table(&TableSpec { columns: Some(&names), width: names.len(), ..TableSpec::default() });
    let mut batch = Batch { table, width: shown.len(), cells: Vec::new(), text: String::new() };
    let step = (BATCH / layout.length).max(1) * layout.length;
    let (mut bytes, mut read, mut rest) = (Vec::new(), 0_u64, 0);
    'all: loop {
        bytes.clear();
        Read::take(&mut *source, step as u64).read_to_end(&mut bytes)?;
        for record in bytes.chunks_exact(layout.length) {
            // The end mark; what stands behind it is what is left of longer tables.
            if record[0] == 0x1A && read >= u64::from(layout.count) {
                break 'all;
            }
            read += 1;
            shown.iter().for_each(|field| batch.cell(field, slice(record, field.start, field.length), layout));
        }
        batch.flush(sink);
        if bytes.len() < step {
            rest = bytes.len() % layout.length;
            break;
        }
    }
    batch.flush(sink);
    if read < u64::from(layout.count) {
        let detail = format!("{} records are told and {read} are there", layout.count);
        sink.problem(Problem::new(Category::Truncated, detail).not_examined(rest as u64));
    }
    Ok(())
}

/// Rows being gathered.
struct Batch {
    table: TableId,
    width: usize,
    cells: Vec<Cell>,
    text: String,
}

impl Batch {
    fn cell(&mut self, field: &Field, bytes: &[u8], layout: &Layout) {
        let start = self.text.len();
        match field.kind {
            b'I' | b'+' => number(u32_le(bytes, 0).map(|bits| (bits as i32).to_string()), &mut self.text),
            b'O' => number(u64_le(bytes, 0).map(|bits| f64::from_bits(bits).to_string()), &mut self.text),
            b'B' if bytes.len() == 8 => number(u64_le(bytes, 0).map(|bits| f64::from_bits(bits).to_string()), &mut self.text),
            b'Y' => number(u64_le(bytes, 0).map(|bits| money(bits as i64)), &mut self.text),
            b'T' | b'@' if bytes.len() == 8 => number(moment(bytes), &mut self.text),
            // Numbers of blocks in another file.
            b'M' | b'G' | b'P' | b'B' | b'Q' | b'W' => {}
            b'D' => match bytes.as_chunks::<4>() {
                ([year, day], []) if bytes.iter().all(u8::is_ascii_digit) => {
                    let text = [year.as_slice(), b"-", &day[..2], b"-", &day[2..]].concat();
                    self.text.push_str(&String::from_utf8_lossy(&text));
                }
                _ => self.text.push_str(String::from_utf8_lossy(bytes).trim_matches([' ', '\0'])),
            },
            b'L' => self.text.push_str(match bytes.first() {
                Some(b'T' | b't' | b'Y' | b'y') => "true",
                Some(b'F' | b'f' | b'N' | b'n') => "false",
                _ => "",
            }),
            b'N' | b'F' => self.text.push_str(String::from_utf8_lossy(bytes).trim_matches([' ', '\0'])),
            _ => {
                let trimmed = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(&[][..], |last| &bytes[..=last]);
                layout.encoding.decode(trimmed, &mut self.text);
            }
        }
        let length = self.text.len() - start;
        self.cells.push(if length == 0 { Cell::NULL } else { Cell::rewritten(start, length) });
    }

    fn flush(&mut self, sink: &mut dyn Sink) {
        if !self.cells.is_empty() {
            sink.rows(&Rows { table: self.table, width: self.width, cells: &self.cells, bytes: &[], arena: self.text.as_bytes() });
        }
        self.cells.clear();
        self.text.clear();
    }
}

fn number(shown: Option<String>, into: &mut String) {
    into.push_str(&shown.unwrap_or_default());
}

/// Ten-thousandths as a decimal number.
fn money(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", value.unsigned_abs() / 10_000, value.unsigned_abs() % 10_000)
}

/// A day of the Julian calendar and the milliseconds since its midnight.
fn moment(bytes: &[u8]) -> Option<String> {
    let (day, time) = (i64::from(u32_le(bytes, 0)?), u32_le(bytes, 4)? / 1000);
    let days = Some(day).filter(|day| (1..5_000_000).contains(day))? - 2_440_588;
    let date = Date::constant(1970, 1, 1).checked_add(days.days()).ok()?;
    let clock = format!(" {:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
    Some(format!("{date}{}", if time == 0 { "" } else { &clock }))
}

impl Format for DbaseMemo {
    fn name(&self) -> &'static str {
        "dbase-memo"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let is_named = [".dbt", ".fpt"].iter().any(|ending| head.name.ends_with(ending));
        let is_plausible = head.bytes.len() > MEMO_HEADER && u32_le(head.bytes, 0).is_some_and(|next| next != 0);
        if is_named && is_plausible { Claim::Likely } else { Claim::No }
    }

    /// Memos one after the other; which row each belongs to stands in the table.
    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let fox = usize::from(u16::from_be_bytes([bytes.get(6).copied().unwrap_or(0), bytes.get(7).copied().unwrap_or(0)]));
        let is_fox = (1..=16_384).contains(&fox) && matches!(u32_be(&bytes, MEMO_HEADER), Some(0..=2));
        let mut at = MEMO_HEADER;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (start, length, next) = if is_fox {
                let length = u32_be(rest, 4).unwrap_or(0) as usize;
                (8, length, (8 + length).next_multiple_of(fox))
            } else if rest.starts_with(b"\xFF\xFF\x08\0") {
                let length = (u32_le(rest, 4).unwrap_or(0) as usize).saturating_sub(8);
                (8, length, (8 + length).next_multiple_of(MEMO_HEADER))
            } else {
                let length = rest.iter().position(|byte| *byte == 0x1A).unwrap_or(rest.len());
                (0, length, (length + 1).next_multiple_of(MEMO_HEADER))
            };
            let memo = slice(rest, start, length);
            if memo.iter().any(|byte| *byte > b' ') {
                let mut text = String::new();
                Code::Windows(WINDOWS_1252).decode(memo, &mut text);
                let place = Place::Within { start: (at + start) as u64, length: memo.len() as u64 };
                sink.text(&Text { kind: TextKind::Prose, bytes: text.as_bytes(), place });
            }
            at = at.saturating_add(next);
        }
        tell_cut(error.as_ref(), sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{read, read_stream},
    };

    /// A table of these fields (name, type, length) and records without their marks.
    fn table(fields: &[(&str, u8, u8)], records: &[&[u8]]) -> Vec<u8> {
        let start = FIXED * (fields.len() + 1) + 1;
        let length = 1 + fields.iter().map(|field| usize::from(field.2)).sum::<usize>();
        let mut bytes = vec![0x03, 124, 5, 26];
        bytes.extend((records.len() as u32).to_le_bytes());
        bytes.extend((start as u16).to_le_bytes());
        bytes.extend((length as u16).to_le_bytes());
        bytes.resize(FIXED, 0);
        bytes[29] = 2;
        for (name, kind, length) in fields {
            let mut field = name.as_bytes().to_vec();
            field.resize(FIXED, 0);
            (field[11], field[16]) = (*kind, *length);
            bytes.extend(field);
        }
        bytes.push(0x0D);
        for (number, record) in records.iter().enumerate() {
            bytes.push(if number == 1 { b'*' } else { b' ' });
            bytes.extend_from_slice(record);
        }
        bytes.push(0x1A);
        bytes
    }

    fn staff() -> Vec<u8> {
        let day = (2_440_588_u32 + 19_723).to_le_bytes();
        let first = [b"Ren\x82 Poe  19800102  -12T".as_slice(), &day, &3_600_000_u32.to_le_bytes(), &(-15_000_i64).to_le_bytes()].concat();
        let second = [b"Bo        \0\0\0\0\0\0\0\0     ?".as_slice(), &[0; 16]].concat();
        table(
            &[("NAME", b'C', 10), ("BORN", b'D', 8), ("N", b'N', 5), ("OK", b'L', 1), ("AT", b'T', 8), ("PAY", b'Y', 8)],
            &[&first, &second],
        )
    }

    #[test]
    fn fields_of_every_kind_are_read_and_deleted_records_too() {
        let bytes = staff();
        assert_eq!(pick(&Head { bytes: &bytes, name: "x", whole: true }).map(Format::name), Some("dbase"));
        let found = read(&Dbase, &bytes);
        assert_eq!(found.tables[0].header(), "NAME|BORN|N|OK|AT|PAY");
        assert_eq!(found.tables[0].lines(), ["René Poe|1980-01-02|-12|true|2024-01-01 01:00:00|-1.5000", "Bo|~|~|~|~|0.0000"]);
        assert_eq!(found.problems, []);
        assert_eq!(read_stream(&Dbase, &bytes).tables, found.tables);
        assert_eq!(read(&Dbase, &bytes[..bytes.len() - 20]).categories(), [Category::Truncated]);
        survives(&Dbase, &bytes);
    }

    #[test]
    fn memos_are_read_one_by_one() {
        let mut fox = vec![0, 0, 0, 9, 0, 0, 0, 64];
        fox.resize(MEMO_HEADER, 0);
        fox.extend(b"\0\0\0\x01\0\0\0\x08Ann's cv");
        fox.resize(MEMO_HEADER + 64, 0);
        fox.extend(b"\0\0\0\x01\0\0\0\x03Bob");
        assert_eq!(read(&DbaseMemo, &fox).texts, ["Ann's cv", "Bob"]);
        let mut old = vec![3, 0, 0, 0];
        old.resize(MEMO_HEADER, 0);
        old.extend(b"One memo\x1A\x1A");
        old.resize(2 * MEMO_HEADER, 0);
        old.extend(b"Two\x1A");
        assert_eq!(read(&DbaseMemo, &old).texts, ["One memo", "Two"]);
        survives(&DbaseMemo, &fox);
    }
}
