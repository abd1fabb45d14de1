//! Fixed-width records, as mainframes and old programs write them. Nothing in them tells what they are: a file is read like
//! this when the user gave a layout for its name (`--layout`).

mod ebcdic;
mod layout;

use super::{Cell, Claim, Format, Head, Rows, Sink, TableSpec, binary::slice, packed::Source, raw::Raw};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use layout::{Charset, Field, Kind};
pub use layout::{Layout, Layouts};
use std::{
    borrow::Cow,
    io::{self, Read},
};

/// Rows are handed on together, about so many bytes at a time.
const BATCH: usize = 1 << 20;

/// Records without marks between fields.
pub struct FixedWidth;

impl Format for FixedWidth {
    fn name(&self) -> &'static str {
        "fixed-width"
    }

    /// Only the user knows.
    fn claim(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let Some(layout) = sink.layout() else { return Raw.read(input, sink) };
        // An error here is one of the reader we were given: already known to its owner.
        records(&layout, Source::new(input), sink).ok();
    }
}

fn records(layout: &Layout, mut source: Source<'_>, sink: &mut dyn Sink) -> io::Result<()> {
    let names: Vec<&str> = layout.fields.iter().map(|field| field.name.as_str()).collect();
    let table = sink.table(&TableSpec { name: layout.name.as_deref(), columns: Some(&names), width: names.len(), parent: None });
    let (mut cells, mut text) = (Vec::new(), String::new());
    let mut record = Vec::new();
    let mut unsound = 0_u64;
    loop {
        record.clear();
        let is_whole = next(layout, &mut source, &mut record)?;
        if is_whole && !record.is_empty() {
            for field in &layout.fields {
                let start = text.len();
                let bytes = slice(&record, field.start - 1, field.length);
                unsound += u64::from(!show(field, bytes, &layout.charset, &mut text));
                let length = text.len() - start;
                cells.push(if length == 0 { Cell::NULL } else { Cell::rewritten(start, length) });
            }
        }
        let is_end = source.peek(1)?.is_empty();
        if text.len() >= BATCH || cells.len() >= BATCH || is_end {
            sink.rows(&Rows { table, width: names.len(), cells: &cells, bytes: &[], arena: text.as_bytes() });
            cells.clear();
            text.clear();
        }
        if is_end {
            if !is_whole {
                let problem = Problem::new(Category::Truncated, "the last record is shorter than the layout says");
                sink.problem(problem.not_examined(record.len() as u64));
            }
            break;
        }
    }
    if unsound > 0 {
        let detail = format!("{unsound} numbers are none of the kind the layout says: is it of this file?");
        sink.problem(Problem::new(Category::Corrupt, detail));
    }
    Ok(())
}

/// Takes the next record; whether it is as long as the layout says. Lines may be of any length.
fn next(layout: &Layout, source: &mut Source<'_>, record: &mut Vec<u8>) -> io::Result<bool> {
    if let Some(length) = layout.record {
        Read::take(&mut *source, length as u64).read_to_end(record)?;
        return Ok(record.len() == length || record.is_empty());
    }
    let ends: &[u8] = match layout.charset {
        Charset::Ebcdic(_) => &[0x15, 0x25],
        Charset::Other(_) => b"\n",
    };
    loop {
        let available = source.peek(1)?;
        let end = available.iter().position(|byte| ends.contains(byte));
        let taken = end.unwrap_or(available.len());
        // What is longer than a record can be is not of this layout.
        let room = (BATCH - record.len()).min(taken);
        record.extend_from_slice(&available[..room]);
        let is_end = available.is_empty() || end.is_some();
        source.skip((taken + usize::from(end.is_some())) as u64)?;
        if is_end {
            // A carriage return is the same byte in EBCDIC.
            record.truncate(record.len() - usize::from(record.ends_with(b"\r")));
            return Ok(true);
        }
    }
}

/// Writes a field as a reader would; `false` when its bytes are not of its kind.
fn show(field: &Field, bytes: &[u8], charset: &Charset, out: &mut String) -> bool {
    let digits = match field.kind {
        Kind::Text => {
            let text = match charset {
                Charset::Ebcdic(page) => Cow::Owned(page.decode(bytes)),
                Charset::Other(encoding) => encoding.decode_without_bom_handling(bytes).0,
            };
            out.push_str(text.trim_matches([' ', '\0']));
            return true;
        }
        Kind::Zoned => zoned(bytes, charset),
        Kind::Packed => packed(bytes),
        Kind::Binary => binary(bytes),
    };
    match digits {
        Some((is_negative, digits)) => {
            place_point(is_negative, &digits, field.decimals, out);
            true
        }
        // Fields that were never filled.
        None => bytes.iter().all(|byte| matches!(byte, 0 | b' ' | 0x40)),
    }
}

/// The sign and digits of a number with its sign over the last digit.
fn zoned(bytes: &[u8], charset: &Charset) -> Option<(bool, String)> {
    let (last, before) = bytes.split_last()?;
    let is_ebcdic = matches!(charset, Charset::Ebcdic(_));
    let zone = if is_ebcdic { 0xF0 } else { 0x30 };
    let mut digits = String::new();
    for byte in before.iter().skip_while(|byte| **byte == if is_ebcdic { 0x40 } else { b' ' }) {
        digits.push(char::from_digit(u32::from(byte.checked_sub(zone)?), 10)?);
    }
    let (is_negative, digit) = match (is_ebcdic, *last) {
        (true, byte) => (matches!(byte >> 4, 0xB | 0xD), Some(byte & 15).filter(|_| byte >= 0xA0)?),
        (false, byte @ b'0'..=b'9') => (false, byte - b'0'),
        (false, b'{') => (false, 0),
        (false, byte @ b'A'..=b'I') => (false, byte - b'A' + 1),
        (false, b'}') => (true, 0),
        (false, byte @ b'J'..=b'R') => (true, byte - b'J' + 1),
        (false, byte @ b'p'..=b'y') => (true, byte - b'p'),
        _ => return None,
    };
    digits.push(char::from_digit(u32::from(digit), 10)?);
    Some((is_negative, digits))
}

/// The sign and digits of a number of two digits a byte.
fn packed(bytes: &[u8]) -> Option<(bool, String)> {
    let mut halves: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let sign = halves.pop().filter(|sign| *sign > 9)?;
    let digits = halves.iter().map(|half| char::from_digit(u32::from(*half), 10)).collect::<Option<String>>()?;
    Some((matches!(sign, 0xB | 0xD), digits))
}

fn binary(bytes: &[u8]) -> Option<(bool, String)> {
    let first = *bytes.first().filter(|_| bytes.len() <= 16)?;
    let start = if first & 0x80 == 0 { 0_i128 } else { -1 };
    let number = bytes.iter().fold(start, |number, byte| number << 8 | i128::from(*byte));
    Some((number < 0, number.unsigned_abs().to_string()))
}

/// Leading zeros stay: the field may be a key.
fn place_point(is_negative: bool, digits: &str, decimals: usize, out: &mut String) {
    if is_negative {
        out.push('-');
    }
    if decimals == 0 {
        return out.push_str(digits);
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, part) = padded.split_at(padded.len() - decimals);
    let whole = whole.trim_start_matches('0');
    out.push_str(if whole.is_empty() { "0" } else { whole });
    out.push('.');
    out.push_str(part);
}

#[cfg(test)]
mod tests;
