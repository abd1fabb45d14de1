//! SAS transport files (`.xpt`), versions 5 and 8, as SAS publishes them (TS-140, "Record layout of a SAS version 5 or 6 data
//! set"): cards of 80 bytes, columns described by 140 bytes each, numbers as mainframes have them.

use super::{Show, Table, decode, sas::show_of};
use crate::{
    base::{Category, Problem},
    format::{
        Claim, Format, Head, Sink,
        binary::{slice, u32_be},
        packed::Source,
        read_problem,
    },
    source::Input,
};
use encoding_rs::WINDOWS_1252;
use jiff::civil::Date;
use std::io::{self, Read};

const CARD: usize = 80;
const LIBRARY: &[u8] = b"HEADER RECORD*******LIB";
const EPOCH: Date = Date::constant(1960, 1, 1);
/// More columns than this are damage.
const COLUMNS: usize = 32_767;

/// `.xpt`, `.xport`.
pub struct SasTransport;

impl Format for SasTransport {
    fn name(&self) -> &'static str {
        "sas-transport"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(LIBRARY) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        match members(&mut source, sink) {
            Ok(()) => {}
            Err(error) => sink.problem(read_problem(&error)),
        }
    }
}

struct Column {
    name: String,
    is_text: bool,
    start: usize,
    length: usize,
    show: Show,
}

/// Reads the tables of a library one after the other.
fn members(source: &mut Source<'_>, sink: &mut dyn Sink) -> io::Result<()> {
    let mut name = String::new();
    let mut size = 140;
    let mut found = false;
    while let Some(card) = card(source)? {
        match slice(&card, 20, 8) {
            b"MEMBER  " | b"MEMBV8  " => size = decimal(slice(&card, 74, 4)).filter(|size| (88..=1000).contains(size)).unwrap_or(140),
            b"DSCRPTR " | b"DSCPTV8 " => {
                let width = if slice(&card, 25, 2) == b"V8" { 32 } else { 8 };
                let Some(described) = self::card(source)? else { break };
                name = decode(WINDOWS_1252, slice(&described, 8, width)).trim_end().to_owned();
                source.skip(CARD as u64)?;
            }
            b"NAMESTR " | b"NAMSTV8 " => {
                let Some(count) = decimal(slice(&card, 52, 6)).filter(|count| (1..=COLUMNS).contains(count)) else { break };
                let columns = columns(source, count, size)?;
                found = true;
                if !pass_to_rows(source)? || !rows(source, &name, &columns, sink)? {
                    break;
                }
            }
            _ => {}
        }
    }
    if !found {
        sink.problem(Problem::new(Category::Corrupt, "no table is described in it"));
    }
    Ok(())
}

/// The next card; `None` behind the last.
fn card(source: &mut Source<'_>) -> io::Result<Option<[u8; CARD]>> {
    let next = source.peek(CARD)?.first_chunk::<CARD>().copied();
    source.skip(CARD as u64)?;
    Ok(next)
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

fn columns(source: &mut Source<'_>, count: usize, size: usize) -> io::Result<Vec<Column>> {
    let length = (count * size).next_multiple_of(CARD);
    let mut bytes = Vec::new();
    Read::take(&mut *source, length as u64).read_to_end(&mut bytes)?;
    let text = |bytes: &[u8]| decode(WINDOWS_1252, bytes).trim_matches([' ', '\0']).to_owned();
    let of = |described: &[u8]| {
        let number = |at| slice(described, at, 2).iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        let long = text(slice(described, 88, 32));
        Column {
            name: if long.is_empty() { text(slice(described, 8, 8)) } else { long },
            is_text: number(0) == 2,
            length: number(4),
            start: u32_be(described, 84).unwrap_or_default() as usize,
            show: show_of(&text(slice(described, 56, 8))),
        }
    };
    Ok(bytes.chunks_exact(size).take(count).map(of).collect())
}

/// Passes cards up to the one that rows follow.
fn pass_to_rows(source: &mut Source<'_>) -> io::Result<bool> {
    while let Some(card) = card(source)? {
        if card.starts_with(b"HEADER RECORD*******OBS") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads rows up to the next table or the end; whether a table follows. What fills the last card is spaces.
fn rows(source: &mut Source<'_>, name: &str, columns: &[Column], sink: &mut dyn Sink) -> io::Result<bool> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let length = columns.iter().map(|column| column.start + column.length).max().unwrap_or(0);
    let name = Some(name).filter(|name| !name.is_empty());
    let mut table = Table::new(sink, name, &names, EPOCH, WINDOWS_1252);
    // A row is no longer than a look ahead; longer ones would have to be damage.
    if !(1..=(60 << 10)).contains(&length) {
        sink.problem(Problem::new(Category::Corrupt, "rows of no length that could be"));
        return Ok(false);
    }
    let mut position = 0_usize;
    let follows = loop {
        let next = source.peek(length + CARD)?;
        // Tables begin at a card.
        let padding = position.next_multiple_of(CARD) - position;
        let is_filled = slice(next, 0, padding).iter().all(|byte| *byte == b' ');
        if is_filled && slice(next, padding, 20) == b"HEADER RECORD*******" {
            source.skip(padding as u64)?;
            break true;
        }
        if next.len() < length || next.len() < CARD && next.iter().all(|byte| *byte == b' ') {
            let rest = next.iter().any(|byte| *byte != b' ').then_some(next.len() as u64);
            table.flush();
            if let Some(rest) = rest {
                sink.problem(Problem::new(Category::Truncated, "the last row is cut off").not_examined(rest));
            }
            return Ok(false);
        }
        for column in columns {
            let bytes = slice(next, column.start, column.length);
            match column.is_text {
                true => table.words(bytes),
                false => table.number(mainframe(bytes), column.show),
            }
        }
        table.end_row();
        source.skip(length as u64)?;
        position = (position + length) % CARD;
    };
    table.flush();
    Ok(follows)
}

/// A number of IBM mainframes: a sign, seven bits of exponent to sixteen, and a fraction; a letter or mark and zeros when missing.
fn mainframe(bytes: &[u8]) -> Option<f64> {
    let (first, fraction) = bytes.split_first()?;
    if fraction.iter().all(|byte| *byte == 0) {
        return (*first == 0 || *first == 0x80).then_some(0.0);
    }
    let digits = fraction.iter().take(7).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let scale = 16_f64.powi(i32::from(first & 0x7F) - 64 - 2 * fraction.len().min(7) as i32);
    Some(if first & 0x80 == 0 { 1.0 } else { -1.0 } * digits as f64 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{read, read_stream},
    };

    /// Made by `fixtures/statistics/make.py`.
    const FIVE: &[u8] = include_bytes!("../../../fixtures/statistics/people-v5.xpt");
    const EIGHT: &[u8] = include_bytes!("../../../fixtures/statistics/people-v8.xpt");

    #[test]
    fn tables_of_both_versions_are_read() {
        for bytes in [FIVE, EIGHT] {
            assert_eq!(pick(&Head { bytes, name: "a.bin", whole: true }).map(Format::name), Some("sas-transport"));
            let found = read(&SasTransport, bytes);
            let table = found.table("PEOPLE");
            assert_eq!(table.header(), "ssn|name|born|sex|weight|note");
            assert_eq!(
                table.lines(),
                ["912214411|Amelia Brandt|1980-02-29|2|61.5|long", "913225522|Bruno Novak|~|1|~|short", "914236633|~|1955-12-31|~|80.25|~"]
            );
            assert_eq!(found.categories(), []);
            assert_eq!(found.tables, read_stream(&SasTransport, bytes).tables);
        }
    }

    #[test]
    fn a_second_table_follows_the_first_and_a_cut_is_told() {
        let member = &FIVE[3 * CARD..];
        let again = [FIVE, member].concat();
        assert_eq!(read(&SasTransport, &again).tables[0].rows.len(), 6);
        let cut = FIVE.iter().rposition(|byte| *byte != b' ').expect("a row") - 10;
        assert_eq!(read(&SasTransport, &FIVE[..cut]).categories(), [Category::Truncated]);
        survives(&SasTransport, EIGHT);
    }

    #[test]
    fn numbers_of_mainframes() {
        for (bytes, want) in [
            (b"\x41\x10\0\0\0\0\0\0".as_slice(), Some(1.0)),
            (b"\xC2\x76\xA0\0\0\0\0\0", Some(-118.625)),
            (b"\x40\x80\0", Some(0.5)),
            (b"\0\0\0\0\0\0\0\0", Some(0.0)),
            (b".\0\0\0\0\0\0\0", None),
        ] {
            assert_eq!(mainframe(bytes), want);
        }
    }
}
