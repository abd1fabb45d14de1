//! netCDF, classic and with 64-bit offsets (the specification in the NetCDF User's Guide): what a data set says of itself, in the notation
//! of `ncdump`. Its numbers are measurements and are not read; variables of characters are.

use super::{Claim, Format, Head, Place, Sink, Text, TextKind, binary::u32_be, raw, tell_cut};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::fmt::Write;

/// Dimensions, attributes and variables of one file.
const ENTRIES: u64 = 1 << 16;
/// Values of one attribute that are written out.
const VALUES: usize = 16;

/// `.nc`.
pub struct NetCdf;

impl Format for NetCdf {
    fn name(&self) -> &'static str {
        "netcdf"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if matches!(head.bytes, [b'C', b'D', b'F', 1 | 2, 0 | 0xFF, ..]) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let mut header = Header { bytes: &bytes, at: 4, is_wide: bytes.get(3) == Some(&2), text: String::new() };
        let is_whole = header.read().is_some();
        let (text, end) = (std::mem::take(&mut header.text), header.at.min(bytes.len()));
        let place = Place::Within { start: 0, length: end as u64 };
        sink.text(&Text { kind: TextKind::Lines, bytes: text.as_bytes(), place });
        raw::texts(Input::Whole(bytes.get(end..).unwrap_or_default()), sink);
        tell_cut(error.as_ref(), sink);
        if error.is_none() && !is_whole {
            sink.problem(Problem::new(Category::Corrupt, "the header is damaged"));
        }
    }
}

struct Header<'b> {
    bytes: &'b [u8],
    at: usize,
    is_wide: bool,
    text: String,
}

impl<'b> Header<'b> {
    fn read(&mut self) -> Option<()> {
        self.number()?;
        let mut dimensions = Vec::new();
        for _ in 0..self.list()? {
            dimensions.push((self.name()?, self.number()?));
        }
        let mut own = String::new();
        self.attributes("", &mut own)?;
        for _ in 0..self.list()? {
            let name = self.name()?;
            let mut shape = Vec::new();
            for _ in 0..u64::from(self.number()?).min(ENTRIES) {
                let (name, length) = dimensions.get(self.number()? as usize)?;
                // The dimension that grows has no length.
                shape.push(if *length == 0 { name.to_string() } else { format!("{name}={length}") });
            }
            let mut notes = String::new();
            self.attributes(&name, &mut notes)?;
            let kind = kind(self.number()?)?.0;
            self.at += if self.is_wide { 12 } else { 8 };
            let shape = if shape.is_empty() { String::new() } else { format!("({})", shape.join(", ")) };
            writeln!(self.text, "{kind} {name}{shape};\n{notes}").ok()?;
        }
        self.text.push_str(&own);
        Some(())
    }

    fn number(&mut self) -> Option<u32> {
        let number = u32_be(self.bytes, self.at)?;
        self.at += 4;
        Some(number)
    }

    /// How many entries a list has.
    fn list(&mut self) -> Option<u64> {
        self.number()?;
        Some(u64::from(self.number()?)).filter(|count| *count <= ENTRIES)
    }

    /// Bytes up to a boundary of four.
    fn run(&mut self, length: usize) -> Option<&'b [u8]> {
        let run = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length.next_multiple_of(4);
        Some(run)
    }

    fn name(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        self.run(length).map(|name| String::from_utf8_lossy(name).into_owned())
    }

    fn attributes(&mut self, of: &str, out: &mut String) -> Option<()> {
        for _ in 0..self.list()? {
            let name = self.name()?;
            let (kind, count) = (self.number()?, self.number()? as usize);
            let size = self::kind(kind)?.1;
            let values = self.run(count.checked_mul(size)?)?;
            let shown = match kind {
                2 => format!("\"{}\"", String::from_utf8_lossy(values).trim_end_matches('\0')),
                kind => values.chunks_exact(size).take(VALUES).filter_map(|value| value_of(kind, value)).collect::<Vec<_>>().join(", "),
            };
            writeln!(out, "{of}:{name} = {shown};").ok()?;
        }
        Some(())
    }
}

/// The name of a type and how many bytes a value takes.
const fn kind(kind: u32) -> Option<(&'static str, usize)> {
    Some(match kind {
        1 => ("byte", 1),
        2 => ("char", 1),
        3 => ("short", 2),
        4 => ("int", 4),
        5 => ("float", 4),
        6 => ("double", 8),
        _ => return None,
    })
}

fn value_of(kind: u32, value: &[u8]) -> Option<String> {
    Some(match kind {
        1 => i8::from_be_bytes(*value.first_chunk()?).to_string(),
        3 => i16::from_be_bytes(*value.first_chunk()?).to_string(),
        4 => i32::from_be_bytes(*value.first_chunk()?).to_string(),
        5 => f32::from_be_bytes(*value.first_chunk()?).to_string(),
        _ => f64::from_be_bytes(*value.first_chunk()?).to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    fn word(text: &str) -> Vec<u8> {
        let mut bytes = [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn a_header_is_written_out() {
        let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
        let bytes = [
            b"CDF\x01\0\0\0\0".to_vec(),
            numbers(&[10, 2]),
            word("lat"),
            numbers(&[128]),
            word("time"),
            numbers(&[0, 12, 1]),
            word("contact"),
            numbers(&[2]),
            word("ann@example.org"),
            numbers(&[11, 1]),
            word("area"),
            numbers(&[2, 1, 0, 12, 1]),
            word("scale"),
            numbers(&[4, 1, 7, 5, 4, 200]),
        ]
        .concat();
        let found = read(&NetCdf, &bytes);
        assert_eq!(found.texts.concat(), "float area(time, lat=128);\narea:scale = 7;\n\n:contact = \"ann@example.org\";\n");
        assert!(found.problems.is_empty());
        assert_eq!(read(&NetCdf, &bytes[..60]).categories(), [Category::Corrupt]);
        survives(&NetCdf, &bytes);
    }
}
