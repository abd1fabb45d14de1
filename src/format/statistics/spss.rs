//! SPSS datasets (`.sav`, `.zsav`), as the PSPP manual describes them ("System File Format"): columns in units of eight
//! bytes, packed or not, what codes of categories stand for, and notes.

use super::{Order, Show, Table, decode, encoding, whole};
use crate::{
    base::{Category, Problem},
    format::{Claim, Format, Head, Place, Sink, Text, TextKind, binary::slice},
    source::Input,
};
use encoding_rs::{Encoding, WINDOWS_1252};
use jiff::civil::Date;
use std::{collections::HashMap, io::Read, rc::Rc};

/// Day 0 is the first of the Gregorian calendar.
const EPOCH: Date = Date::constant(1582, 10, 14);
/// More columns than this are damage.
const COLUMNS: usize = 1 << 20;
/// Texts longer than 255 bytes are cut in pieces that hold so many.
const PIECE: usize = 252;

/// `.sav`, `.zsav`.
pub struct Spss;

impl Format for Spss {
    fn name(&self) -> &'static str {
        "spss"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let is_magic = head.bytes.starts_with(b"$FL2@(#)") || head.bytes.starts_with(b"$FL3@(#)");
        if is_magic && Order::of(head.bytes).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        whole(input, sink, |bytes, sink| match File::open(bytes) {
            Some(file) => file.read(sink),
            None => sink.problem(Problem::new(Category::Corrupt, "the description of the columns cannot be read")),
        });
    }
}

impl Order {
    /// By the number that is two or three.
    fn of(bytes: &[u8]) -> Option<Order> {
        match bytes.get(64..68)? {
            [2 | 3, 0, 0, 0] => Some(Order { is_big: false }),
            [0, 0, 0, 2 | 3] => Some(Order { is_big: true }),
            _ => None,
        }
    }

    fn int(self, bytes: &[u8], at: usize) -> Option<i32> {
        self.number(bytes, at, 4).map(|number| number as u32 as i32)
    }

    /// How many, or how long: 32 bits, the highest of which is a sign.
    fn count(self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(self.int(bytes, at)?).ok()
    }

    fn double(self, bytes: &[u8], at: usize) -> Option<f64> {
        self.number(bytes, at, 8).map(f64::from_bits)
    }
}

struct Column {
    name: String,
    /// Bytes of a text; 0 for a number.
    width: usize,
    /// Units of eight bytes it takes, pieces of long texts included.
    units: usize,
    show: Show,
    /// By the eight bytes of a code; columns may share them.
    labels: Rc<Labels>,
}

type Labels = HashMap<[u8; 8], Vec<u8>>;

struct File<'b> {
    bytes: &'b [u8],
    order: Order,
    columns: Vec<Column>,
    /// By the number of the unit: which column it begins.
    units: Vec<Option<usize>>,
    packing: i32,
    bias: f64,
    /// None when the program did not know.
    count: Option<u64>,
    encoding: &'static Encoding,
    notes: Vec<u8>,
    /// Where the rows begin.
    data: usize,
}

impl<'b> File<'b> {
    fn open(bytes: &'b [u8]) -> Option<File<'b>> {
        let order = Order::of(bytes)?;
        let mut file = File {
            bytes,
            order,
            columns: Vec::new(),
            units: Vec::new(),
            packing: order.int(bytes, 72)?,
            bias: order.double(bytes, 84)?,
            count: order.int(bytes, 80).and_then(|count| u64::try_from(count).ok()),
            encoding: WINDOWS_1252,
            notes: Vec::new(),
            data: 176,
        };
        // Longer names and texts in pieces are told behind the columns.
        let (mut names, mut widths) = (Vec::new(), Vec::new());
        let mut labels = Rc::default();
        loop {
            let kind = order.int(bytes, file.data)?;
            file.data += 4;
            match kind {
                2 => file.column()?,
                3 => labels = Rc::new(file.labels()?),
                4 => file.label(&labels)?,
                6 => {
                    let length = order.count(bytes, file.data)?.checked_mul(80)?;
                    file.notes.extend_from_slice(slice(bytes, file.data + 4, length));
                    file.data = file.data.checked_add(4)?.checked_add(length)?;
                }
                7 => {
                    let kind = order.int(bytes, file.data)?;
                    let length = order.count(bytes, file.data + 4)?.checked_mul(order.count(bytes, file.data + 8)?)?;
                    let body = slice(bytes, file.data + 12, length);
                    match kind {
                        13 => names = pairs(body, b"\t"),
                        14 => widths = pairs(body, b"\0\t"),
                        20 => file.encoding = encoding(&String::from_utf8_lossy(body)),
                        _ => {}
                    }
                    file.data = file.data.checked_add(12)?.checked_add(length)?;
                }
                999 => break,
                _ => return None,
            }
        }
        file.data += 4;
        file.join(&widths);
        let names: HashMap<Vec<u8>, &[u8]> = names.into_iter().map(|(short, long)| (short.to_ascii_uppercase(), long)).collect();
        for column in &mut file.columns {
            if let Some(long) = names.get(&column.name.as_bytes().to_ascii_uppercase()) {
                column.name = decode(file.encoding, long).into_owned();
            }
        }
        (!file.columns.is_empty()).then_some(file)
    }

    /// A column, or the next eight bytes of a text.
    fn column(&mut self) -> Option<()> {
        let (bytes, order, at) = (self.bytes, self.order, self.data);
        let width = order.int(bytes, at)?;
        let (has_label, missing) = (order.int(bytes, at + 4)?, order.int(bytes, at + 8)?);
        let format = order.int(bytes, at + 12)?;
        let name = String::from_utf8_lossy(bytes.get(at + 20..at + 28)?).trim_end().to_owned();
        self.data = at + 28;
        if has_label == 1 {
            let length = order.count(bytes, self.data)?;
            self.data = self.data.checked_add(4)?.checked_add(length)?.checked_next_multiple_of(4)?;
        }
        self.data = self.data.checked_add(missing.unsigned_abs() as usize * 8)?;
        let begins = usize::try_from(width).ok().map(|width| {
            let show = show_of(format >> 16 & 0xFF);
            self.columns.push(Column { name, width, units: width.div_ceil(8).max(1), show, labels: Rc::default() });
            self.columns.len() - 1
        });
        self.units.push(begins);
        (self.units.len() <= COLUMNS && self.data <= bytes.len()).then_some(())
    }

    /// Codes and what they stand for.
    fn labels(&mut self) -> Option<Labels> {
        let count = self.order.count(self.bytes, self.data)?;
        self.data += 4;
        let mut labels = Labels::new();
        for _ in 0..count {
            let code = *self.bytes.get(self.data..)?.first_chunk()?;
            let length = usize::from(*self.bytes.get(self.data + 8)?);
            labels.insert(code, slice(self.bytes, self.data + 9, length).to_vec());
            self.data += 8 + (1 + length).next_multiple_of(8);
        }
        Some(labels)
    }

    /// Which columns they are of: by the number of the unit, from 1.
    fn label(&mut self, labels: &Rc<Labels>) -> Option<()> {
        let count = self.order.count(self.bytes, self.data)?;
        self.data += 4;
        for _ in 0..count {
            let unit = self.order.count(self.bytes, self.data)?;
            self.data += 4;
            let column = unit.checked_sub(1).and_then(|unit| self.units.get(unit).copied().flatten());
            if let Some(column) = column.and_then(|column| self.columns.get_mut(column)) {
                column.labels = Rc::clone(labels);
            }
        }
        Some(())
    }

    /// Joins the pieces of long texts: each stands as a column of its own behind the first.
    fn join(&mut self, widths: &[(&[u8], &[u8])]) {
        let width_of = |width: &[u8]| std::str::from_utf8(width).ok()?.trim_matches(['\0', ' ']).parse::<usize>().ok();
        let widths: HashMap<Vec<u8>, usize> =
            widths.iter().filter_map(|(name, width)| Some((name.to_ascii_uppercase(), width_of(width)?))).collect();
        let mut rest = std::mem::take(&mut self.columns).into_iter();
        while let Some(mut column) = rest.next() {
            if let Some(width) = widths.get(&column.name.as_bytes().to_ascii_uppercase()).filter(|width| **width > 255) {
                column.units += rest.by_ref().take(width.div_ceil(PIECE) - 1).map(|piece| piece.units).sum::<usize>();
                column.width = *width;
            }
            self.columns.push(column);
        }
    }

    fn read(&self, sink: &mut dyn Sink) {
        if !self.notes.is_empty() {
            let text = decode(self.encoding, &self.notes);
            let lines: Vec<&str> =
                text.as_bytes().chunks(80).filter_map(|line| std::str::from_utf8(line).ok()).map(str::trim_end).collect();
            let place = Place::Within { start: 0, length: self.bytes.len() as u64 };
            sink.text(&Text { kind: TextKind::Prose, bytes: lines.join("\n").as_bytes(), place });
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let budget = sink.budget();
        let limit = sink.in_memory();
        let mut table = Table::new(sink, None, &names, EPOCH, self.encoding);
        let data = self.bytes.get(self.data..).unwrap_or_default();
        let (read, unfolded) = match self.packing {
            0 => (self.rows(Units::Plain(data), &mut table), Ok(())),
            1 => (self.rows(Units::Packed { rest: data, codes: [0; 8], next: 8, file: self }, &mut table), Ok(())),
            _ => {
                let mut bytes = Vec::new();
                let unfolded = self.inflate(limit, &mut bytes);
                let unfolded = unfolded.and_then(|()| {
                    budget
                        .expand(bytes.len() as u64, bytes.len() as u64, Some(data.len() as u64))
                        .map_err(|exceeded| Problem::new(Category::Limit, exceeded.detail()))
                });
                (self.rows(Units::Packed { rest: &bytes, codes: [0; 8], next: 8, file: self }, &mut table), unfolded)
            }
        };
        table.flush();
        match (unfolded, self.count) {
            (Err(problem), _) => sink.problem(problem),
            (Ok(()), Some(count)) if read < count => {
                sink.problem(Problem::new(Category::Truncated, format!("{count} rows are told and {read} are there")));
            }
            _ => {}
        }
    }

    /// Unpacks the blocks of a `.zsav`: where its list is, the list, and each a stream of zlib.
    fn inflate(&self, limit: usize, into: &mut Vec<u8>) -> Result<(), Problem> {
        let damaged = || Problem::new(Category::Corrupt, "the list of packed blocks cannot be read");
        let list = self.order.size(self.bytes, self.data + 8, 8).ok_or_else(damaged)?;
        let count = self.order.count(self.bytes, list.saturating_add(20)).ok_or_else(damaged)?;
        for number in 0..count {
            let at = list + 24 + 24 * number;
            let place = self.order.size(self.bytes, at + 8, 8);
            let (Some(place), Some(length)) = (place, self.order.count(self.bytes, at + 20)) else { return Err(damaged()) };
            let room = limit.saturating_sub(into.len()) as u64;
            let packed = slice(self.bytes, place, length);
            let read = flate2::read::ZlibDecoder::new(packed).take(room + 1).read_to_end(into);
            if read.is_err() {
                return Err(Problem::new(Category::Corrupt, "a packed block is damaged").not_examined(packed.len() as u64));
            }
            if into.len() > limit {
                return Err(Problem::new(Category::Limit, "larger than may be held in memory"));
            }
        }
        Ok(())
    }

    /// Reads rows until there is no unit; how many.
    fn rows(&self, mut units: Units<'_>, table: &mut Table<'_>) -> u64 {
        let mut read = 0;
        let mut text = Vec::new();
        let limit = self.count.unwrap_or(u64::MAX);
        'rows: while read < limit {
            let start = (table.cells.len(), table.text.len());
            for column in &self.columns {
                text.clear();
                let mut number = None;
                for _ in 0..column.units {
                    let Some(unit) = units.next() else {
                        table.cells.truncate(start.0);
                        table.text.truncate(start.1);
                        break 'rows;
                    };
                    match unit {
                        Unit::Bytes(bytes) if column.width > 0 => text.extend_from_slice(&bytes),
                        Unit::Bytes(bytes) => number = self.order.double(&bytes, 0).filter(|number| *number > -f64::MAX),
                        Unit::Number(value) => number = Some(value),
                        Unit::Missing => {}
                    }
                }
                self.cell(column, &text, number, table);
            }
            read += 1;
            table.end_row();
        }
        read
    }

    fn cell(&self, column: &Column, text: &[u8], number: Option<f64>, table: &mut Table<'_>) {
        if column.width > 255 {
            // Of each piece but the last the first 252 of 256 bytes hold text, of which 255 are kept.
            let joined: Vec<u8> = text.chunks(256).flat_map(|piece| slice(piece, 0, 255)).copied().collect();
            return table.words(slice(&joined, 0, column.width));
        }
        let code: Option<[u8; 8]> = match column.width {
            0 => number.map(|number| if self.order.is_big { number.to_be_bytes() } else { number.to_le_bytes() }),
            _ => text.first_chunk().copied().filter(|_| column.width <= 8),
        };
        match code.and_then(|code| column.labels.get(&code)) {
            Some(label) => table.words(label),
            None if column.width > 0 => table.words(slice(text, 0, column.width)),
            None => table.number(number, column.show),
        }
    }
}

/// `key=value` pairs, each with this behind it.
fn pairs<'b>(mut bytes: &'b [u8], behind: &[u8]) -> Vec<(&'b [u8], &'b [u8])> {
    let mut all = Vec::new();
    while !bytes.is_empty() && all.len() < COLUMNS {
        let end = memchr::memmem::find(bytes, behind);
        let pair = &bytes[..end.unwrap_or(bytes.len())];
        bytes = end.and_then(|end| bytes.get(end + behind.len()..)).unwrap_or_default();
        if let Some(equals) = pair.iter().position(|byte| *byte == b'=') {
            all.push((&pair[..equals], &pair[equals + 1..]));
        }
    }
    all
}

/// What the number of a format tells (PSPP manual, "Variable Record").
const fn show_of(format: i32) -> Show {
    match format {
        20 | 23 | 24 | 28..=30 | 38 | 39 => Show::Moment,
        22 | 41 => Show::Moment,
        21 | 25 => Show::Clock,
        _ => Show::Number,
    }
}

/// Eight bytes of a row.
enum Unit {
    Bytes([u8; 8]),
    Number(f64),
    Missing,
}

/// Where units come from.
enum Units<'b> {
    Plain(&'b [u8]),
    /// Eight codes, then the bytes of those that say so.
    Packed {
        rest: &'b [u8],
        codes: [u8; 8],
        next: usize,
        file: &'b File<'b>,
    },
}

impl Units<'_> {
    fn next(&mut self) -> Option<Unit> {
        match self {
            Units::Plain(rest) => take(rest).map(Unit::Bytes),
            Units::Packed { rest, codes, next, file } => loop {
                if *next == 8 {
                    (*codes, *next) = (take(rest)?, 0);
                }
                let code = codes[*next];
                *next += 1;
                return Some(match code {
                    0 => continue,
                    252 => return None,
                    253 => Unit::Bytes(take(rest)?),
                    254 => Unit::Bytes(*b"        "),
                    255 => Unit::Missing,
                    code => Unit::Number(f64::from(code) - file.bias),
                });
            },
        }
    }
}

fn take(rest: &mut &[u8]) -> Option<[u8; 8]> {
    let (unit, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*unit)
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
    const PLAIN: &[u8] = include_bytes!("../../../fixtures/statistics/people.sav");
    const PACKED: &[u8] = include_bytes!("../../../fixtures/statistics/people-packed.sav");
    const ZIPPED: &[u8] = include_bytes!("../../../fixtures/statistics/people.zsav");

    #[test]
    fn rows_are_read_however_they_are_packed() {
        for bytes in [PLAIN, PACKED, ZIPPED] {
            assert_eq!(pick(&Head { bytes, name: "a.bin", whole: true }).map(Format::name), Some("spss"));
            let found = read(&Spss, bytes);
            assert_eq!(found.tables[0].header(), "ssn|name|born|sex|weight_in_kilograms|note");
            let lines = found.tables[0].lines();
            assert_eq!(lines[0], format!("912214411|Amélia Brandt|1980-02-29|female|61.5|{}long", "x".repeat(300)));
            assert_eq!(lines[1..], ["913225522|Bruno Novak|~|male|~|short", "914236633|~|1955-12-31|~|80.25|~"]);
            assert_eq!(found.categories(), []);
            assert_eq!(found.tables, read_stream(&Spss, bytes).tables);
        }
    }

    #[test]
    fn cuts_are_told_and_damage_ends() {
        assert_eq!(read(&Spss, &PLAIN[..PLAIN.len() - 30]).categories(), [Category::Truncated]);
        assert_eq!(read(&Spss, &PACKED[..PACKED.len() - 30]).categories(), [Category::Truncated]);
        assert_eq!(read(&Spss, &ZIPPED[..ZIPPED.len() - 60]).categories(), [Category::Corrupt]);
        [PLAIN, PACKED, ZIPPED].iter().for_each(|bytes| survives(&Spss, bytes));
    }
}
