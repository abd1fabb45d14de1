//! SAS datasets (`.sas7bdat`): pages of rows, and of what describes them, packed or not. The layout is as Shotwell
//! ("SAS7BDAT database binary format", 2011) and ReadStat found it out.

use super::{Order, Show, Table, decode, encoding, squeeze, whole};
use crate::{
    base::{Category, Problem},
    format::{Claim, Format, Head, Sink, binary::slice},
    source::{Budget, Input, budget::Exceeded},
};
use encoding_rs::Encoding;
use jiff::civil::Date;

const MAGIC: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x60\xB3\x14\x11\xCF\xBD\x92\x08\0\x09\xC7\x31\x8C\x18\x1F\x10\x11";
const EPOCH: Date = Date::constant(1960, 1, 1);
/// Larger pages, longer rows and more columns are damage.
const LARGEST_PAGE: usize = 64 << 20;
const LONGEST_ROW: usize = 4 << 20;
const COLUMNS: usize = 1 << 20;

/// `.sas7bdat`.
pub struct Sas;

impl Format for Sas {
    fn name(&self) -> &'static str {
        "sas"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        whole(input, sink, |bytes, sink| match File::open(bytes) {
            Some(file) => file.read(sink),
            None => sink.problem(Problem::new(Category::Corrupt, "the header cannot be read")),
        });
    }
}

/// What the name of a format tells of a number.
pub(super) fn show_of(format: &str) -> Show {
    let name: String =
        format.chars().take_while(|c| c.is_ascii_alphabetic() || c.is_ascii_digit()).collect::<String>().to_ascii_uppercase();
    let begins = |names: &[&str]| names.iter().any(|known| name.starts_with(known));
    if begins(&["DATETIME", "E8601DT", "B8601DT", "DATEAMPM", "MDYAMPM"]) {
        Show::Moment
    } else if begins(&["TIME", "HHMM", "E8601TM", "B8601TM", "TOD"]) {
        Show::Clock
    } else if begins(&[
        "DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "B8601DA", "MONYY", "WEEKDATE", "WORDDATE", "JULIAN", "NLDATE", "EURDF", "MINGUO",
    ]) {
        Show::Day
    } else {
        Show::Number
    }
}

/// Encodings by their numbers; most files are in the first two.
fn encoding_of(code: u8) -> &'static Encoding {
    encoding(match code {
        20 => "utf-8",
        30 => "iso-8859-2",
        31 => "iso-8859-3",
        32 => "iso-8859-4",
        33 => "iso-8859-5",
        34 => "iso-8859-6",
        35 => "iso-8859-7",
        36 => "iso-8859-8",
        37 => "windows-1254",
        40 => "iso-8859-15",
        60 => "windows-1250",
        61 => "windows-1251",
        63 => "windows-1253",
        64 => "windows-1254",
        65 => "windows-1255",
        66 => "windows-1256",
        67 => "windows-1257",
        68 => "windows-1258",
        118 | 123 => "big5",
        125 | 205 => "gb18030",
        134 => "euc-jp",
        138 => "shift_jis",
        140 => "euc-kr",
        _ => "windows-1252",
    })
}

/// A file, and what its first pages say of its table.
struct File<'b> {
    bytes: &'b [u8],
    order: Order,
    /// How many bytes places and lengths have: 4 or 8.
    word: usize,
    header: usize,
    page: usize,
    pages: u64,
    encoding: &'static Encoding,
    name: String,
}

/// What stands in the descriptions on pages.
#[derive(Default)]
struct Description<'b> {
    row: usize,
    rows: u64,
    /// Rows on a page that also describes.
    mixed: usize,
    texts: Vec<&'b [u8]>,
    names: Vec<String>,
    /// Start, length and whether it is text, of each column.
    places: Vec<(usize, usize, bool)>,
    shows: Vec<Show>,
    packing: Packing,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Packing {
    #[default]
    None,
    Runs,
    Pieces,
}

/// How descriptions begin: of the size of rows, of texts, of names, of places, of formats; and those that say nothing to us.
const ROW_SIZE: u64 = 0xF7F7_F7F7;
const TEXT: u64 = 0xFFFF_FFFD;
const NAMES: u64 = 0xFFFF_FFFF;
const PLACES: u64 = 0xFFFF_FFFC;
const FORMATS: u64 = 0xFFFF_FBFE;
const OTHERS: [u64; 3] = [0xF6F6_F6F6, 0xFFFF_FC00, 0xFFFF_FFFE];

/// What a piece of a page is.
#[derive(Clone, Copy)]
struct Piece<'b> {
    bytes: &'b [u8],
    packing: u8,
    kind: u8,
}

impl<'b> File<'b> {
    fn open(bytes: &'b [u8]) -> Option<File<'b>> {
        let is_wide = bytes.get(32)? == &b'3';
        let shift = if bytes.get(35)? == &b'3' { 4 } else { 0 };
        let mut file = File {
            bytes,
            order: Order { is_big: bytes.get(37)? == &0 },
            word: if is_wide { 8 } else { 4 },
            header: 0,
            page: 0,
            pages: 0,
            encoding: encoding_of(*bytes.get(70)?),
            name: String::new(),
        };
        file.name = decode(file.encoding, slice(bytes, 92, 64)).trim_matches([' ', '\0']).to_owned();
        file.header = file.order.number(bytes, 196 + shift, 4)? as usize;
        file.page = file.order.number(bytes, 200 + shift, 4)? as usize;
        file.pages = file.order.number(bytes, 204 + shift, file.word)?;
        (file.header >= 288 && (512..=LARGEST_PAGE).contains(&file.page)).then_some(file)
    }

    fn read(&self, sink: &mut dyn Sink) {
        let pages = || self.bytes.get(self.header..).unwrap_or_default().chunks(self.page);
        let mut description = Description::default();
        for piece in pages().flat_map(|page| self.pieces(page)) {
            // What describes the table stands before its rows, but for formats of columns.
            self.describe(piece, &mut description);
        }
        let names: Vec<&str> = description.names.iter().map(String::as_str).collect();
        let width = names.len().min(description.places.len());
        if width == 0 || description.row == 0 || description.row > LONGEST_ROW {
            return sink.problem(Problem::new(Category::Corrupt, "no columns are described in it"));
        }
        let budget = sink.budget();
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        let table = Table::new(sink, name, &names[..width], EPOCH, self.encoding);
        let mut rows = Rows { file: self, table, description: &description, width, read: 0, unpacked: 0, budget, exceeded: None };
        pages().for_each(|page| self.rows(page, &mut rows));
        rows.table.flush();
        let (read, exceeded) = (rows.read, rows.exceeded);
        if let Some(exceeded) = exceeded {
            return sink.problem(Problem::new(Category::Limit, exceeded.detail()));
        }
        if read < description.rows {
            let there = self.bytes.len().saturating_sub(self.header) as u64;
            let rest = there % self.page as u64;
            let detail =
                format!("{} rows are told and {read} are there, on {} of {} pages", description.rows, there / self.page as u64, self.pages);
            sink.problem(Problem::new(Category::Truncated, detail).not_examined(rest));
        }
    }

    /// Where a page's own header ends.
    const fn page_head(&self) -> usize {
        if self.word == 8 { 40 } else { 24 }
    }

    fn kind(&self, page: &[u8]) -> u64 {
        self.order.number(page, self.page_head() - 8, 2).unwrap_or_default()
    }

    /// The pieces a page lists.
    fn pieces<'p>(&self, page: &'p [u8]) -> Vec<Piece<'p>> {
        // Pages of rows alone list nothing; those of the last kind hold what was changed later.
        if !matches!(self.kind(page) & 0xF00, 0 | 0x200 | 0x400) {
            return Vec::new();
        }
        let count = self.order.size(page, self.page_head() - 4, 2).unwrap_or_default();
        let one = |number: usize| {
            let at = self.page_head() + number * 3 * self.word;
            let (start, length) = (self.order.size(page, at, self.word)?, self.order.size(page, at + self.word, self.word)?);
            let (packing, kind) = (*page.get(at + 2 * self.word)?, *page.get(at + 2 * self.word + 1)?);
            (length > 0 && packing != 1).then(|| Piece { bytes: slice(page, start, length), packing, kind })
        };
        (0..count).filter_map(one).collect()
    }

    /// What a piece begins with, if it is a description: all ones but for the last bytes, or these twice.
    fn mark(&self, piece: Piece<'_>) -> u64 {
        let at = if self.order.is_big && self.word == 8 { 4 } else { 0 };
        self.order.number(piece.bytes, at, 4).filter(|_| piece.packing == 0).unwrap_or_default()
    }

    fn describe(&self, piece: Piece<'b>, into: &mut Description<'b>) {
        let (bytes, word) = (piece.bytes, self.word);
        let size = |at: usize, width: usize| self.order.size(bytes, at, width).unwrap_or_default();
        match self.mark(piece) {
            ROW_SIZE if into.row == 0 => {
                (into.row, into.rows, into.mixed) = (size(5 * word, word), size(6 * word, word) as u64, size(15 * word, word));
            }
            TEXT => {
                let text = slice(bytes, word, size(word, 2));
                if into.texts.is_empty() {
                    let has = |name: &[u8]| memchr::memmem::find(text, name).is_some();
                    into.packing = if has(squeeze::RUNS) {
                        Packing::Runs
                    } else if has(squeeze::PIECES) {
                        Packing::Pieces
                    } else {
                        Packing::None
                    };
                }
                into.texts.push(text);
            }
            NAMES => {
                let count = bytes.len().saturating_sub(2 * word + 12) / 8;
                for number in 0..count.min(COLUMNS.saturating_sub(into.names.len())) {
                    let at = word + 8 + 8 * number;
                    let name = into.text(size(at, 2), size(at + 2, 2), size(at + 4, 2));
                    into.names.push(decode(self.encoding, name).trim().to_owned());
                }
            }
            PLACES => {
                let count = bytes.len().saturating_sub(2 * word + 12) / (word + 8);
                for number in 0..count.min(COLUMNS.saturating_sub(into.places.len())) {
                    let at = word + 8 + (word + 8) * number;
                    let is_text = bytes.get(at + word + 6) != Some(&1);
                    into.places.push((size(at, word), size(at + word, 4), is_text));
                }
            }
            FORMATS => {
                let at = 22 + 3 * word;
                let format = into.text(size(at, 2), size(at + 2, 2), size(at + 4, 2));
                into.shows.push(show_of(&decode(self.encoding, format)));
            }
            _ => {}
        }
    }

    /// Reads the rows of a page: one after the other, or each a piece, packed.
    fn rows(&self, page: &[u8], rows: &mut Rows<'_, '_>) {
        let kind = self.kind(page);
        let length = rows.description.row;
        let blocks = self.order.size(page, self.page_head() - 6, 2).unwrap_or_default();
        let listed = self.order.size(page, self.page_head() - 4, 2).unwrap_or_default();
        let (start, count) = match kind & 0xF00 {
            0x100 => (self.page_head(), blocks),
            0x200 => ((self.page_head() + listed * 3 * self.word).next_multiple_of(8), rows.description.mixed),
            _ => (page.len(), 0),
        };
        page.get(start..).unwrap_or_default().chunks_exact(length).take(count).for_each(|row| rows.row(row));
        if rows.description.packing == Packing::None {
            return;
        }
        let is_row = |piece: &Piece<'_>| {
            let mark = self.mark(*piece);
            piece.kind == 1
                && matches!(piece.packing, 0 | 4)
                && ![ROW_SIZE, TEXT, NAMES, PLACES, FORMATS].contains(&mark)
                && !OTHERS.contains(&mark)
        };
        for piece in self.pieces(page).into_iter().filter(is_row) {
            if !rows.may_unpack() {
                return;
            }
            match rows.description.packing {
                _ if piece.bytes.len() >= length => rows.row(piece.bytes),
                Packing::Runs => rows.row(&squeeze::runs(piece.bytes, length)),
                _ => rows.row(&squeeze::pieces(piece.bytes, length)),
            }
        }
    }

    /// A number whose last bytes may be left out.
    fn float(&self, bytes: &[u8]) -> Option<f64> {
        let mut full = [0; 8];
        let width = bytes.len().min(8);
        if self.order.is_big {
            full[..width].copy_from_slice(&bytes[..width]);
        } else {
            full[8 - width..].copy_from_slice(&bytes[..width]);
        }
        Some(f64::from_bits(if self.order.is_big { u64::from_be_bytes(full) } else { u64::from_le_bytes(full) }))
            .filter(|value| !value.is_nan())
    }
}

impl<'b> Description<'b> {
    /// A piece of the texts of the file.
    fn text(&self, number: usize, at: usize, length: usize) -> &'b [u8] {
        self.texts.get(number).map(|text| slice(text, at, length)).unwrap_or_default()
    }
}

/// The table being filled.
struct Rows<'s, 'd> {
    file: &'d File<'d>,
    table: Table<'s>,
    description: &'d Description<'d>,
    width: usize,
    read: u64,
    /// Bytes of rows that were packed: many may be claimed of the same few bytes.
    unpacked: u64,
    budget: Budget,
    exceeded: Option<Exceeded>,
}

impl Rows<'_, '_> {
    /// Whether one more row may be unpacked.
    fn may_unpack(&mut self) -> bool {
        let length = self.description.row as u64;
        self.unpacked += length;
        if self.exceeded.is_none() && self.read < self.description.rows {
            self.exceeded = self.budget.expand(length, self.unpacked, Some(self.file.bytes.len() as u64)).err();
        }
        self.exceeded.is_none()
    }

    fn row(&mut self, row: &[u8]) {
        // Rows behind the last are what deleted ones left.
        if self.read >= self.description.rows {
            return;
        }
        self.read += 1;
        for (column, (start, length, is_text)) in self.description.places.iter().take(self.width).enumerate() {
            let bytes = slice(row, *start, *length);
            match is_text {
                true => self.table.words(bytes),
                false => self.table.number(self.file.float(bytes), self.description.shows.get(column).copied().unwrap_or_default()),
            }
        }
        self.table.end_row();
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
    use std::io::Read;

    /// A test document of Apache Tika (Apache-2.0), made by SAS itself.
    fn sample() -> Vec<u8> {
        let packed = include_bytes!("../../../fixtures/statistics/columnar.sas7bdat.gz");
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("sound");
        bytes
    }

    #[test]
    fn rows_dates_and_missing_numbers_are_read() {
        let bytes = sample();
        assert_eq!(pick(&Head { bytes: &bytes[..4096], name: "a.bin", whole: false }).map(Format::name), Some("sas"));
        let found = read(&Sas, &bytes);
        assert_eq!(found.tables[0].name.as_deref(), Some("TESTING"));
        assert_eq!(found.tables[0].header(), "recnum|square|desc|pctdone|pctincr|date|datetime|time");
        let lines = found.tables[0].lines();
        assert_eq!(lines.len(), 11);
        assert_eq!(lines[0], "0|0|This is row            0 of           10|0|~|1960-01-01|1960-01-01 00:00:01|00:00:01");
        assert_eq!(lines[2], "2|4|This is row            2 of           10|0.2|0.5|1960-01-17|1960-01-01 00:01:40|00:00:09");
        assert_eq!(found.categories(), []);
        assert_eq!(found.tables, read_stream(&Sas, &bytes).tables);
    }

    #[test]
    fn cuts_are_told_and_damage_ends() {
        let bytes = sample();
        let cut = &bytes[..bytes.len() - 65_536];
        assert!(read(&Sas, cut).categories().iter().all(|category| matches!(category, Category::Truncated | Category::Corrupt)));
        // Nine tenths of the sample are zeros.
        survives(&Sas, &bytes[..1024]);
        let page = bytes.iter().skip(1024).position(|byte| *byte != 0).expect("a page") + 1024;
        for at in (page..page + 2000).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xFF;
            read(&Sas, &damaged);
        }
    }
}
