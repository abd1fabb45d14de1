//! Stata datasets (`.dta`), formats 113 to 119 (Stata 8 to 18), as `help dta` publishes them: rows of cells of fixed width,
//! long texts behind them, and what the codes of categories stand for.

use super::{Order, Show, Table, decode, until_zero, whole};
use crate::{
    base::{Category, Problem},
    format::{Claim, Format, Head, Sink, binary::slice},
    source::Input,
};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use jiff::civil::Date;
use std::collections::HashMap;

/// How the newer formats begin.
const MAGIC: &[u8] = b"<stata_dta>";
const EPOCH: Date = Date::constant(1960, 1, 1);
/// More columns than any edition allows are damage.
const COLUMNS: usize = 120_000;

/// `.dta`.
pub struct Stata;

impl Format for Stata {
    fn name(&self) -> &'static str {
        "stata"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) {
            return Claim::Sure;
        }
        match head.bytes {
            [113..=115, 1 | 2, 1, 0, ..] if old(head.bytes).is_some() => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        whole(input, sink, |bytes, sink| {
            let file = if bytes.starts_with(MAGIC) { tagged(bytes) } else { old(bytes) };
            match file {
                Some(file) => file.rows(sink),
                None => sink.problem(Problem::new(Category::Corrupt, "the description of the columns cannot be read")),
            }
        });
    }
}

/// What one cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text(usize),
    /// A number of a text behind the rows.
    Long,
    Byte,
    Int,
    Word,
    Float,
    Double,
}

impl Kind {
    /// By the code of formats 117 and later.
    fn of(code: u16) -> Option<Kind> {
        Some(match code {
            1..=2045 => Kind::Text(usize::from(code)),
            32_768 => Kind::Long,
            65_526 => Kind::Double,
            65_527 => Kind::Float,
            65_528 => Kind::Word,
            65_529 => Kind::Int,
            65_530 => Kind::Byte,
            _ => return None,
        })
    }

    /// By the code of formats before.
    const fn of_old(code: u8) -> Option<Kind> {
        Some(match code {
            1..=244 => Kind::Text(code as usize),
            251 => Kind::Byte,
            252 => Kind::Int,
            253 => Kind::Word,
            254 => Kind::Float,
            255 => Kind::Double,
            _ => return None,
        })
    }

    const fn width(self) -> usize {
        match self {
            Kind::Text(width) => width,
            Kind::Byte => 1,
            Kind::Int => 2,
            Kind::Word | Kind::Float => 4,
            Kind::Double | Kind::Long => 8,
        }
    }
}

struct Column {
    name: String,
    kind: Kind,
    show: Show,
    /// Moments are in thousandths of seconds.
    scale: f64,
    labels: String,
}

/// A file as far as it is described.
struct File<'b> {
    bytes: &'b [u8],
    order: Order,
    version: u16,
    columns: Vec<Column>,
    count: u64,
    /// Where the rows begin.
    data: usize,
    /// Texts behind the rows, and where codes of categories are explained: none where the file does not reach.
    long: Option<usize>,
    labels: Option<usize>,
}

/// The file of a format before 117.
fn old(bytes: &[u8]) -> Option<File<'_>> {
    let order = Order { is_big: bytes.get(1)? == &1 };
    let version = u16::from(*bytes.first()?);
    let width = order.size(bytes, 4, 2)?;
    let count = order.number(bytes, 6, 4)?;
    let format = if version == 113 { 12 } else { 49 };
    let names = 109 + width;
    let formats = names + 33 * width + 2 * (width + 1);
    let labels = formats + format * width;
    let mut at = labels + (33 + 81) * width;
    let kinds = bytes.get(109..names)?;
    let mut columns = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        let text = |start: usize, length: usize| field(bytes, start + number * length, length, WINDOWS_1252);
        columns.push(column(text(names, 33), Kind::of_old(*kind)?, &text(formats, format), text(labels, 33)));
    }
    // What the program notes for itself: a kind and a length, zeros at the end.
    loop {
        let (kind, length) = (*bytes.get(at)?, order.size(bytes, at + 1, 4)?);
        at = at.checked_add(5)?.checked_add(length)?;
        if kind == 0 && length == 0 {
            break;
        }
    }
    let row: usize = columns.iter().map(|column| column.kind.width()).sum();
    let behind = usize::try_from(count).ok().and_then(|count| count.checked_mul(row)?.checked_add(at));
    (width > 0).then_some(File { bytes, order, version, columns, count, data: at, long: None, labels: behind })
}

/// The file of format 117 or later: sections between tags, each where the map says.
fn tagged(bytes: &[u8]) -> Option<File<'_>> {
    let after = |tag: &str, from: usize| {
        let near = slice(bytes, from, 4096);
        memchr::memmem::find(near, tag.as_bytes()).map(|at| from + at + tag.len())
    };
    let release = after("<release>", 0)?;
    let version: u16 = std::str::from_utf8(bytes.get(release..release + 3)?).ok()?.parse().ok()?;
    let byte_order = after("<byteorder>", release)?;
    let order = Order { is_big: bytes.get(byte_order..)?.starts_with(b"MSF") };
    let width = order.size(bytes, after("<K>", byte_order)?, if version >= 119 { 4 } else { 2 })?;
    let count = order.number(bytes, after("<N>", byte_order)?, if version >= 118 { 8 } else { 4 })?;
    if width > COLUMNS {
        return None;
    }
    let map = after("<map>", byte_order)?;
    // A section's place in the map is where its tag begins.
    let section = |number: usize, tag: &str| {
        let at = order.size(bytes, map + number * 8, 8)?;
        bytes.get(at..)?.starts_with(tag.as_bytes()).then_some(at + tag.len())
    };
    let (name, format) = if version == 117 { (33, 49) } else { (129, 57) };
    let (kinds, names) = (section(2, "<variable_types>")?, section(3, "<varnames>")?);
    let (formats, labels) = (section(5, "<formats>")?, section(6, "<value_label_names>"));
    let mut columns = Vec::new();
    for number in 0..width {
        let kind = Kind::of(order.number(bytes, kinds + number * 2, 2)? as u16)?;
        let text = |start: usize, length: usize| field(bytes, start + number * length, length, UTF_8);
        columns.push(column(text(names, name), kind, &text(formats, format), labels.map_or_else(String::new, |at| text(at, name))));
    }
    let (data, long, labels) = (section(9, "<data>")?, section(10, "<strls>"), section(11, "<value_labels>"));
    (width > 0).then_some(File { bytes, order, version, columns, count, data, long, labels })
}

/// A text of fixed length, up to its zero.
fn field(bytes: &[u8], at: usize, length: usize, encoding: &'static Encoding) -> String {
    decode(encoding, until_zero(slice(bytes, at, length))).into_owned()
}

fn column(name: String, kind: Kind, format: &str, labels: String) -> Column {
    let format = format.trim_start_matches(['%', '-']);
    let (show, scale) = match format.get(..2) {
        Some("td") => (Show::Day, 1.0),
        Some("tc" | "tC") => (Show::Moment, 1000.0),
        _ if format.starts_with('d') => (Show::Day, 1.0),
        _ => (Show::Number, 1.0),
    };
    Column { name, kind, show, scale, labels }
}

impl File<'_> {
    fn encoding(&self) -> &'static Encoding {
        if self.version >= 118 { UTF_8 } else { WINDOWS_1252 }
    }

    fn rows(&self, sink: &mut dyn Sink) {
        let (long, labels) = (self.long_texts(), self.categories());
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let length: usize = self.columns.iter().map(|column| column.kind.width()).sum();
        let mut table = Table::new(sink, None, &names, EPOCH, self.encoding());
        let data = self.bytes.get(self.data..).unwrap_or_default();
        let mut read = 0;
        for row in data.chunks_exact(length.max(1)).take(usize::try_from(self.count).unwrap_or(usize::MAX)) {
            read += 1;
            let mut at = 0;
            for column in &self.columns {
                let bytes = slice(row, at, column.kind.width());
                at += column.kind.width();
                self.cell(column, bytes, &long, &labels, &mut table);
            }
            table.end_row();
        }
        table.flush();
        if read < self.count {
            let rest = (data.len() % length.max(1)) as u64;
            let detail = format!("{} rows are told and {read} are there", self.count);
            sink.problem(Problem::new(Category::Truncated, detail).not_examined(rest));
        }
    }

    fn cell(&self, column: &Column, bytes: &[u8], long: &Long<'_>, labels: &Labels, table: &mut Table<'_>) {
        let number = self.order.number(bytes, 0, bytes.len().min(8)).unwrap_or_default();
        let number = match column.kind {
            Kind::Text(_) => return table.words(until_zero(bytes)),
            Kind::Long => return table.words(long.get(&self.key(bytes)).copied().unwrap_or_default()),
            // The highest values of each kind are the missing ones.
            Kind::Byte => Some(number as u8 as i8).filter(|value| *value <= 100).map(f64::from),
            Kind::Int => Some(number as u16 as i16).filter(|value| *value <= 32_740).map(f64::from),
            Kind::Word => Some(number as u32 as i32).filter(|value| *value <= 2_147_483_620).map(f64::from),
            Kind::Float => Some(f32::from_bits(number as u32)).filter(|value| *value < 1.701_411_8e38).map(f64::from),
            Kind::Double => Some(f64::from_bits(number)).filter(|value| *value < 8.988e307),
        };
        let label = number.and_then(|number| labels.get(&column.labels)?.get(&(number as i64)));
        match label {
            Some(label) => table.cell(|out| out.push_str(label)),
            None => table.number(number.map(|number| number / column.scale), column.show),
        }
    }

    /// How a cell names a long text: column and row, in two and six bytes, or in four and four.
    fn key(&self, cell: &[u8]) -> (u64, u64) {
        let width = if self.version == 117 {
            4
        } else if self.version >= 119 {
            3
        } else {
            2
        };
        (self.order.number(cell, 0, width).unwrap_or_default(), self.order.number(cell, width, 8 - width).unwrap_or_default())
    }

    /// `GSO`, column, row, kind, length, and the text.
    fn long_texts(&self) -> Long<'_> {
        let row_width = if self.version == 117 { 4 } else { 8 };
        let mut all = HashMap::new();
        let Some(mut at) = self.long else { return all };
        while self.bytes.get(at..).is_some_and(|rest| rest.starts_with(b"GSO")) {
            let number = |from, width| self.order.number(self.bytes, at + from, width);
            let body = at + 3 + 4 + row_width + 1 + 4;
            let (Some(column), Some(row), Some(length)) = (number(3, 4), number(7, row_width), number(8 + row_width, 4)) else { break };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            all.insert((column, row), slice(self.bytes, body, length));
            at = body.saturating_add(length);
        }
        all
    }

    /// What codes stand for, by the name of the set: a length, the name, then how many, offsets of the texts, codes, texts.
    fn categories(&self) -> Labels {
        let mut sets = Labels::new();
        let name_width = if self.version >= 118 { 129 } else { 33 };
        let Some(mut at) = self.labels else { return sets };
        loop {
            at += if slice(self.bytes, at, 5) == b"<lbl>" { 5 } else { 0 };
            let Some(length) = self.order.size(self.bytes, at, 4) else { break };
            let name = field(self.bytes, at + 4, name_width, self.encoding());
            let start = at + 4 + name_width + 3;
            let body = slice(self.bytes, start, length);
            let (Some(count), Some(_)) = (self.order.size(body, 0, 4), self.order.size(body, 4, 4)) else { break };
            if name.is_empty() || count > body.len() / 8 {
                break;
            }
            let texts = 8 + 8 * count;
            let set = sets.entry(name).or_default();
            for number in 0..count {
                let offset = self.order.size(body, 8 + 4 * number, 4);
                let code = self.order.number(body, 8 + 4 * (count + number), 4);
                if let (Some(offset), Some(code)) = (offset, code) {
                    let rest = body.len().saturating_sub(texts.saturating_add(offset));
                    set.insert(i64::from(code as u32 as i32), field(body, texts.saturating_add(offset), rest, self.encoding()));
                }
            }
            at = start.saturating_add(length);
            at += if slice(self.bytes, at, 6) == b"</lbl>" { 6 } else { 0 };
        }
        sets
    }
}

type Long<'b> = HashMap<(u64, u64), &'b [u8]>;
type Labels = HashMap<String, HashMap<i64, String>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{read, read_stream},
    };

    /// Formats 118 and 114, made by `fixtures/statistics/make.py`.
    const NEW: &[u8] = include_bytes!("../../../fixtures/statistics/people.dta");
    const OLD: &[u8] = include_bytes!("../../../fixtures/statistics/people-114.dta");

    #[test]
    fn rows_of_both_layouts_are_read() {
        for bytes in [NEW, OLD] {
            assert_eq!(pick(&Head { bytes, name: "a.bin", whole: true }).map(Format::name), Some("stata"));
            let found = read(&Stata, bytes);
            assert_eq!(found.tables[0].header(), "ssn|name|born|sex|weight|note");
            let lines = found.tables[0].lines();
            assert!(lines[0].starts_with("912214411|Amélia Brandt|1980-02-29|female|61.5|"), "{lines:?}");
            assert!(lines[0].ends_with("long"), "{lines:?}");
            assert_eq!(lines[1..], ["913225522|Bruno Novak|~|male|~|short", "914236633|~|1955-12-31|~|80.25|~"]);
            assert_eq!(found.categories(), []);
            assert_eq!(found.tables, read_stream(&Stata, bytes).tables);
        }
        assert!(read(&Stata, NEW).tables[0].lines()[0].len() > 300, "a text behind the rows");
    }

    #[test]
    fn cuts_are_told_and_damage_ends() {
        let rows = old(OLD).expect("a file").data;
        assert_eq!(read(&Stata, &OLD[..rows + 50]).categories(), [Category::Truncated]);
        survives(&Stata, NEW);
        survives(&Stata, OLD);
    }
}
