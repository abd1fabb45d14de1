//! Records: serial types, values as cells, and the batch of rows they go into
//! (sqlite.org/fileformat2.html sections 1.6 and 2.1).

use super::{
    super::{Cell, blob::is_document},
    number,
    page::{Database, Encoding, Loss, Payload, Track},
    schema::{Affinity, Definition},
};
use encoding_rs::WINDOWS_1252;

/// A batch is handed on when it has so many rows, or ...
const ROWS: usize = 1024;
/// ... so many cells, or ...
const CELLS: usize = 1 << 17;
/// ... so many rewritten bytes.
const ARENA: usize = 4 << 20;

/// The most bytes of one record that are put together; even if each becomes three bytes of
/// UTF-8, a row stays below the 2 GiB of an arena.
const RECORD: usize = 512 << 20;

/// How many bytes of the file a batch can borrow from: few in tests, so that they meet the end.
const WINDOW: usize = if cfg!(test) { 128 << 10 } else { i32::MAX as usize };

/// A variable-length integer of 1 to 9 bytes, and its length.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        value = value << 7 | u64::from(byte & 0x7F);
        if *byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(8)?), 9))
}

/// How many values a record has, by as much of its header as is there.
pub(super) fn count(record: &[u8]) -> usize {
    let Some((length, mut at)) = varint(record) else { return 0 };
    let header = record.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(record);
    let mut count = 0;
    while let Some((_, length)) = header.get(at..).and_then(varint) {
        at += length;
        count += 1;
    }
    count
}

/// How the values of a table's records become the cells of its rows.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: usize,
    /// The column of each value, in the order of the record.
    places: Vec<usize>,
    /// The column that is another name for the row number; its stored value is NULL.
    alias: Option<usize>,
    /// Columns whose whole numbers are stored as integers but are reals.
    real: Vec<bool>,
    /// What columns added after a row was written hold.
    defaults: Vec<Option<Vec<u8>>>,
}

/// Defaults longer than this in all are taken for NULL.
const DEFAULTS: usize = 64 << 10;

impl Layout {
    /// Columns without names.
    pub(super) fn unnamed(width: usize) -> Layout {
        Layout { width, places: (0..width).collect(), real: vec![false; width], ..Layout::default() }
    }

    /// How many values a whole record has.
    pub(super) fn values(&self) -> usize {
        self.places.len()
    }

    /// The layout of a table. With `index` its rows are kept by the primary key (WITHOUT ROWID):
    /// the key's columns come first in a record.
    pub(super) fn of(definition: &Definition, index: bool) -> Layout {
        let columns = &definition.columns;
        let mut places = Vec::new();
        let key = if index { definition.key.as_slice() } else { &[] };
        let mut placed = vec![false; columns.len()];
        for column in key.iter().copied().chain(0..columns.len()) {
            if placed.get(column) == Some(&false) {
                placed[column] = true;
                places.push(column);
            }
        }
        let mut defaults: Vec<_> = columns.iter().map(|column| column.default.clone()).collect();
        if defaults.iter().flatten().map(Vec::len).sum::<usize>() > DEFAULTS {
            defaults.clear();
        }
        Layout {
            width: columns.len(),
            places,
            alias: if index { None } else { definition.alias() },
            real: columns.iter().map(|column| column.affinity == Affinity::Real).collect(),
            defaults,
        }
    }
}

/// Takes the cells of a batch, the bytes they borrow from, and the arena.
pub(super) type Emit<'e> = dyn FnMut(&[Cell], &[u8], &[u8]) + 'e;

/// Rows on their way to the sink; every buffer is reused.
#[derive(Debug, Default)]
pub(super) struct Batch {
    cells: Vec<Cell>,
    arena: Vec<u8>,
    /// A record put together from several pages.
    spill: Vec<u8>,
    /// Where in the file the bytes begin that cells borrow from.
    base: usize,
    /// The defaults as cells of this batch's arena, once a row has asked for them.
    defaults: Vec<Cell>,
    encoding: Encoding,
    /// The most bytes of one record to hold.
    limit: usize,
    /// How many records were longer than that.
    pub(super) too_long: u64,
}

/// The bytes of a record, as far as they are there.
#[derive(Clone, Copy)]
struct Record<'a> {
    bytes: &'a [u8],
    /// Its whole length.
    length: usize,
    rowid: i64,
    /// Where the bytes stand in the batch's window, if they may be borrowed.
    borrowed: Option<usize>,
}

impl Batch {
    pub(super) fn new(encoding: Encoding, limit: usize) -> Batch {
        Batch { encoding, limit: limit.min(RECORD), ..Batch::default() }
    }

    /// Takes a record as a row; `emit` gets what was there when the batch is full.
    pub(super) fn push(&mut self, payload: &Payload<'_>, layout: &Layout, database: &Database<'_>, track: &mut Track, emit: &mut Emit<'_>) {
        let Payload { rowid, length, local, at, .. } = *payload;
        if self.cells.len() >= (ROWS * layout.width).min(CELLS) || self.arena.len() >= ARENA || !self.reaches(at, local.len()) {
            self.flush(database, emit);
        }
        if !self.reaches(at, local.len()) {
            self.base = at.saturating_sub(WINDOW / 2);
        }
        if !payload.spills() {
            let record = Record { bytes: local, length, rowid, borrowed: Some(at - self.base) };
            if self.row(record, layout).is_none() {
                track.lose_row(Loss::Bad);
            }
            return;
        }
        let mut spill = std::mem::take(&mut self.spill);
        spill.clear();
        let gathered = database.gather(payload, track, self.limit, &mut spill);
        self.too_long += u64::from(gathered.is_ok() && spill.len() < length);
        let row = self.row(Record { bytes: &spill, length, rowid, borrowed: None }, layout);
        if let Some(loss) = gathered.err().or(row.is_none().then_some(Loss::Bad)) {
            track.lose_row(loss);
        }
        // One huge value should not be paid for until the end.
        spill.shrink_to(ARENA);
        self.spill = spill;
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self, database: &Database<'_>, emit: &mut Emit<'_>) {
        if !self.cells.is_empty() {
            let end = database.bytes.len().min(self.base.saturating_add(WINDOW));
            emit(&self.cells, database.bytes.get(self.base..end).unwrap_or_default(), &self.arena);
        }
        self.cells.clear();
        self.arena.clear();
        self.arena.shrink_to(2 * ARENA);
        self.defaults.clear();
    }

    fn reaches(&self, at: usize, length: usize) -> bool {
        at >= self.base && at + length - self.base <= WINDOW
    }

    /// Adds a row; `None`, and no row, when the record contradicts itself. Values that are not
    /// there, because the rest of the record is lost, are NULL.
    fn row(&mut self, record: Record<'_>, layout: &Layout) -> Option<()> {
        let start = self.cells.len();
        self.cells.resize(start + layout.width, Cell::NULL);
        let row = self.fill(record, layout, start);
        if row.is_none() {
            self.cells.truncate(start);
        }
        row
    }

    fn fill(&mut self, record: Record<'_>, layout: &Layout, start: usize) -> Option<()> {
        let (header, mut at) = varint(record.bytes)?;
        let header = usize::try_from(header).ok().filter(|header| *header >= at)?;
        let types = record.bytes.get(..header)?;
        let mut body = header;
        let mut values = 0;
        while at < header && values < layout.places.len() {
            let (serial, length) = varint(&types[at..])?;
            at += length;
            let end = body.checked_add(size(serial)?).filter(|end| *end <= record.length)?;
            let column = layout.places[values];
            if let Some(value) = record.bytes.get(body..end) {
                let borrowed = record.borrowed.map(|start| start + body);
                self.cells[start + column] = self.cell(serial, value, borrowed, layout.real[column]);
            }
            body = end;
            values += 1;
        }
        if values < layout.places.len() && !layout.defaults.is_empty() {
            self.place_defaults(&layout.defaults);
            for column in &layout.places[values..] {
                self.cells[start + column] = self.defaults[*column];
            }
        }
        if let Some(alias) = layout.alias {
            self.cells[start + alias] = self.rewrite(|arena| number::integer(record.rowid, arena));
        }
        Some(())
    }

    /// A value as a cell.
    fn cell(&mut self, serial: u64, value: &[u8], borrowed: Option<usize>, real: bool) -> Cell {
        match serial {
            1..=6 | 8 | 9 => {
                let whole = if serial < 8 { signed(value) } else { (serial - 8).cast_signed() };
                self.rewrite(|arena| if real { number::real(whole as f64, arena) } else { number::integer(whole, arena) })
            }
            7 => {
                let bits = f64::from_bits(signed(value).cast_unsigned());
                if bits.is_nan() { Cell::NULL } else { self.rewrite(|arena| number::real(bits, arena)) }
            }
            12.. if serial.is_multiple_of(2) => {
                if is_text(value) || is_document(value) {
                    self.keep(value, borrowed)
                } else {
                    Cell::NULL
                }
            }
            13.. => self.text(value, borrowed),
            _ => Cell::NULL,
        }
    }

    /// Text in UTF-8, whatever it is stored in.
    fn text(&mut self, value: &[u8], borrowed: Option<usize>) -> Cell {
        let unit: fn([u8; 2]) -> u16 = match self.encoding {
            Encoding::Utf16Le => u16::from_le_bytes,
            Encoding::Utf16Be => u16::from_be_bytes,
            Encoding::Utf8 if std::str::from_utf8(value).is_ok() => return self.keep(value, borrowed),
            // SQLite stores what it is given; programs of old gave it Windows-1252.
            Encoding::Utf8 => {
                return self.rewrite(|arena| arena.extend_from_slice(WINDOWS_1252.decode_without_bom_handling(value).0.as_bytes()));
            }
        };
        self.rewrite(|arena| {
            let units = value.as_chunks().0.iter().map(|pair| unit(*pair));
            for letter in char::decode_utf16(units) {
                let mut utf8 = [0; 4];
                arena.extend_from_slice(letter.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut utf8).as_bytes());
            }
        })
    }

    /// Bytes that are right as they are.
    fn keep(&mut self, value: &[u8], borrowed: Option<usize>) -> Cell {
        match borrowed {
            Some(start) => Cell::borrowed(start, value.len()),
            None => self.rewrite(|arena| arena.extend_from_slice(value)),
        }
    }

    fn rewrite(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Cell {
        let start = self.arena.len();
        write(&mut self.arena);
        Cell::rewritten(start, self.arena.len() - start)
    }

    fn place_defaults(&mut self, defaults: &[Option<Vec<u8>>]) {
        if self.defaults.is_empty() {
            for default in defaults {
                let cell = default.as_ref().map_or(Cell::NULL, |value| self.rewrite(|arena| arena.extend_from_slice(value)));
                self.defaults.push(cell);
            }
        }
    }
}

/// The bytes of a value of this serial type; `None` for the two that are reserved.
fn size(serial: u64) -> Option<usize> {
    match serial {
        0 | 8 | 9 => Some(0),
        1..=4 => Some(serial as usize),
        5 => Some(6),
        6 | 7 => Some(8),
        10 | 11 => None,
        _ => usize::try_from((serial - 12) / 2).ok(),
    }
}

/// A big-endian two's complement number of up to 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| *byte >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte))
}

/// Whether a BLOB is text after all: UTF-8 without control characters but those of layout.
pub(super) fn is_text(value: &[u8]) -> bool {
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Pictures and the like show in their first bytes.
    let head = value.get(..64).unwrap_or(value);
    !head.iter().any(control) && std::str::from_utf8(value).is_ok() && !value.iter().any(control)
}
