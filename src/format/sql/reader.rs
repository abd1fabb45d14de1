//! Reads a script block by block, statement by statement, row by row.

use super::{
    flavor::{self, Flavor},
    lexer::{Cursor, Stop},
    ride::{Ride, ride},
    statement::{self, Fill},
    value,
};
use crate::{
    base::{Category, Problem},
    format::{
        Cell, Place, Rows, Sink, TableId, TableSpec, Text, TextKind, Wants,
        charset::{self, Charset},
        marks::Marks,
    },
};
use memchr::memchr;
use std::collections::{BTreeMap, HashMap};

/// Rows handed on at once.
const BATCH: usize = 2048;
/// A row or statement longer than this is taken for broken.
const LONGEST: usize = 64 << 20;
/// So many of those, and what follows in the block is passed over as well: looking further
/// would cost as much again for every line.
const PATIENCE: u32 = 16;
/// More values than any database has columns (MySQL's limit is the highest): a broken row.
const WIDEST: usize = 4096;
/// The head of a statement that is remembered is at most this long.
const LONGEST_HEAD: usize = 64 << 10;
/// What a plan puts before its parts, so that every part is read as in the whole.
const DIRECTIVE: &[u8] = b"-- breachscope sql ";

/// Where in the script the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Before a statement.
    Between,
    /// After the VALUES of an INSERT, between its rows.
    Values,
    /// In the lines of a COPY.
    Copy,
}

/// The table being filled.
struct Target {
    id: Option<TableId>,
    name: String,
    /// Empty when unknown.
    columns: Vec<String>,
    width: usize,
    rows: usize,
}

/// The state of reading; every buffer is reused.
pub(super) struct Reader {
    flavor: Flavor,
    charset: Charset,
    recoded: bool,
    /// Bytes of a directive still to be stepped over.
    skip: usize,
    /// More of the file follows after these bytes, in another part.
    more: bool,
    mode: Mode,
    delimiter: Vec<u8>,
    schemas: BTreeMap<String, Vec<String>>,
    targets: HashMap<String, usize>,
    tables: Vec<Target>,
    /// The table in force.
    current: usize,
    /// The bytes of the head in force, from INSERT to VALUES, and what comes after it.
    head: Vec<u8>,
    head_mode: Mode,
    /// A comma announced another row.
    comma: bool,
    cells: Vec<Cell>,
    arena: Vec<u8>,
    /// Up to where in the block it is known whether it is UTF-8.
    looked: usize,
    /// How much of the block is done, and from where its statements are still to be handed on as text.
    done: usize,
    text: usize,
    short: u64,
    broken: u64,
    cut_off: bool,
    too_long: u32,
}

impl Reader {
    /// A reader for a script with this head.
    pub(super) fn new(head: &[u8], charset: Charset, recoded: bool) -> Reader {
        let mut reader = Reader {
            flavor: flavor::of(head),
            charset,
            recoded,
            skip: if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 },
            more: false,
            mode: Mode::Between,
            delimiter: b";".to_vec(),
            schemas: BTreeMap::new(),
            targets: HashMap::new(),
            tables: Vec::new(),
            current: 0,
            head: Vec::new(),
            head_mode: Mode::Between,
            comma: false,
            cells: Vec::new(),
            arena: Vec::new(),
            looked: 0,
            done: 0,
            text: 0,
            short: 0,
            broken: 0,
            cut_off: false,
            too_long: 0,
        };
        reader.obey(head);
        reader
    }

    /// Follows the directive at the start of a part.
    fn obey(&mut self, head: &[u8]) {
        let Some(rest) = head.strip_prefix(DIRECTIVE) else { return };
        let Some(end) = memchr(b'\n', rest) else { return };
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut words = line.split(' ');
        self.flavor.backslash = words.next() == Some("1");
        self.more = words.next() == Some("1");
        if let Some(encoding) = words.next().and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
            self.charset = Charset { encoding };
        }
        if let Some(delimiter) = words.next().filter(|delimiter| !delimiter.is_empty()) {
            self.delimiter = delimiter.as_bytes().to_vec();
        }
        self.skip = DIRECTIVE.len() + end + 1;
    }

    /// What must stand before the bytes that come next, so that they can be read alone.
    pub(super) fn preamble(&self, more: bool) -> Vec<u8> {
        let mut preamble = DIRECTIVE.to_vec();
        let delimiter = String::from_utf8_lossy(&self.delimiter);
        let line = format!("{} {} {} {delimiter}\n", u8::from(self.flavor.backslash), u8::from(more), self.charset.encoding.name());
        preamble.extend(line.bytes());
        for (table, columns) in &self.schemas {
            let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            preamble.extend(format!("CREATE TABLE {} ({}){delimiter}\n", quoted(table), names.join(",")).bytes());
        }
        if self.mode != Mode::Between {
            preamble.extend_from_slice(&self.head);
        }
        preamble
    }

    /// Takes the whole rows and statements at the front of a block; returns the length of them.
    pub(super) fn take(&mut self, bytes: &[u8], offset: u64, last: bool, sink: &mut dyn Sink) -> usize {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        (self.done, self.text) = (skipped, skipped);
        let mut cursor = Cursor { bytes, at: self.done, flavor: self.flavor };
        self.looked = 0;
        loop {
            let step = match self.mode {
                Mode::Between => self.statement(&mut cursor, offset, sink),
                Mode::Values => self.rows(&mut cursor, sink),
                Mode::Copy => self.lines(&mut cursor, last, sink),
            };
            let too_long = bytes.len() - self.done > LONGEST;
            match step {
                Ok(()) => {}
                Err(Stop::More) if last => {
                    self.end(bytes);
                    break;
                }
                Err(Stop::More) if !too_long => break,
                Err(_) => {
                    self.too_long += u32::from(too_long);
                    if self.too_long > PATIENCE || !self.recover(&mut cursor, offset, sink) {
                        // Nothing to go on with in these bytes: they are behind us.
                        self.done = bytes.len();
                        break;
                    }
                }
            }
            cursor.flavor = self.flavor;
        }
        self.flush(bytes, sink);
        self.hand_on(bytes, offset, self.done, sink);
        self.done
    }

    /// The bytes end here for good.
    fn end(&mut self, bytes: &[u8]) {
        let rest = bytes[self.done..].trim_ascii();
        let fills = self.mode != Mode::Between || Cursor { bytes: rest, at: 0, flavor: self.flavor }.at_word(b"INSERT");
        let in_row = !rest.is_empty() && fills;
        let in_statement = !self.more && (self.mode == Mode::Copy || (self.mode == Mode::Values && self.comma));
        self.cut_off |= in_row || in_statement;
        self.done = bytes.len();
    }

    /// Reads one statement, up to the rows of one that has rows.
    fn statement(&mut self, cursor: &mut Cursor<'_>, offset: u64, sink: &mut dyn Sink) -> Result<(), Stop> {
        cursor.blank()?;
        let start = cursor.at;
        if !self.head.is_empty() && cursor.rest().starts_with(&self.head) {
            // More rows of the same table, as in scripts of one INSERT for each row.
            cursor.at += self.head.len();
            self.hand_on(cursor.bytes, offset, start, sink);
            (self.text, self.done) = (cursor.at, cursor.at);
            (self.mode, self.comma) = (self.head_mode, false);
            return Ok(());
        }
        if cursor.peek().is_none() {
            return Err(Stop::More);
        }
        if cursor.rest().starts_with(&self.delimiter) {
            cursor.at += self.delimiter.len();
            return Ok(());
        }
        let mut ahead = *cursor;
        let word = ahead.word().to_ascii_uppercase();
        let found = match &word[..] {
            b"INSERT" | b"REPLACE" | b"INTO" => optional(statement::insert(&mut ahead))?.map(|fill| (fill, Mode::Values)),
            b"COPY" => optional(statement::copy(&mut ahead))?.map(|fill| (fill, Mode::Copy)),
            _ => None,
        };
        if let Some((fill, mode)) = found {
            cursor.at = ahead.at;
            self.hand_on(cursor.bytes, offset, start, sink);
            self.begin(cursor, start, fill, mode, sink);
            return Ok(());
        }
        self.other(cursor, &word, offset, sink)
    }

    /// A statement that fills no table.
    fn other(&mut self, cursor: &mut Cursor<'_>, word: &[u8], offset: u64, sink: &mut dyn Sink) -> Result<(), Stop> {
        let start = cursor.at;
        match word {
            b"DELIMITER" => {
                let end = memchr(b'\n', cursor.rest()).ok_or(Stop::More)?;
                let line = cursor.rest()[b"DELIMITER".len()..end].trim_ascii();
                if !line.is_empty() && line.len() <= 16 && !line.contains(&b' ') {
                    self.delimiter = line.to_vec();
                }
                cursor.at += end + 1;
            }
            // Lines of the clients, not of SQL.
            _ if cursor.peek() == Some(b'\\') => cursor.at += memchr(b'\n', cursor.rest()).ok_or(Stop::More)? + 1,
            b"GO" | b"REM" | b"PROMPT" | b"SPOOL" => cursor.at += memchr(b'\n', cursor.rest()).ok_or(Stop::More)? + 1,
            _ => cursor.skip_statement(&self.delimiter)?,
        }
        let statement = &cursor.bytes[start..cursor.at];
        if word == b"SET" || word == b"SELECT" {
            self.flavor.backslash = flavor::standard_strings(statement).unwrap_or(self.flavor.backslash);
        }
        if word == b"CREATE" {
            let mut inner = Cursor { bytes: statement, at: 0, flavor: self.flavor };
            if let Ok(Some(Fill { table, columns })) = statement::create_table(&mut inner) {
                let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                sink.schema(&table, &names);
                self.schemas.insert(table, columns);
                self.hand_on(cursor.bytes, offset, start, sink);
                self.text = cursor.at;
            }
        }
        self.done = cursor.at;
        Ok(())
    }

    /// A statement with rows begins; the cursor stands after its head.
    fn begin(&mut self, cursor: &Cursor<'_>, start: usize, fill: Fill, mode: Mode, sink: &mut dyn Sink) {
        self.flush(cursor.bytes, sink);
        self.text = cursor.at;
        self.done = cursor.at;
        (self.mode, self.head_mode) = (mode, mode);
        self.comma = false;
        self.head.clear();
        if cursor.at - start <= LONGEST_HEAD {
            self.head.extend_from_slice(&cursor.bytes[start..cursor.at]);
        } else {
            self.head.extend(format!("INSERT INTO {} VALUES ", quoted(&fill.table)).bytes());
        }
        let columns = if fill.columns.is_empty() { self.known(&fill.table, sink) } else { fill.columns };
        self.current = *self.targets.entry(fill.table.clone()).or_insert_with(|| {
            self.tables.push(Target { id: None, name: fill.table, columns: Vec::new(), width: 0, rows: 0 });
            self.tables.len() - 1
        });
        let Some(target) = self.tables.get_mut(self.current) else { return };
        if target.columns != columns {
            target.width = columns.len();
            target.columns = columns;
            target.id = None;
        }
    }

    /// What is known of a table's columns.
    fn known(&self, table: &str, sink: &dyn Sink) -> Vec<String> {
        let own = self
            .schemas
            .get(table)
            .or_else(|| self.schemas.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)).map(|(_, columns)| columns));
        own.cloned().or_else(|| sink.known_columns(table)).unwrap_or_default()
    }

    /// The rows of an INSERT, to its end or the end of the bytes.
    fn rows(&mut self, cursor: &mut Cursor<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        loop {
            cursor.blank()?;
            match cursor.peek().ok_or(Stop::More)? {
                b',' => {
                    cursor.at += 1;
                    self.comma = true;
                }
                b'(' if self.ride(cursor, sink) => {}
                b'(' => {
                    let (cells, arena) = (self.cells.len(), self.arena.len());
                    let start = cursor.at;
                    if let Err(stop) = self.row(cursor) {
                        self.cells.truncate(cells);
                        self.arena.truncate(arena);
                        // Where recovery looks for the next row from.
                        cursor.at = if stop == Stop::More { start } else { cursor.at.max(start + 1) };
                        return Err(stop);
                    }
                    self.comma = false;
                    self.done = cursor.at;
                    self.text = cursor.at;
                    self.fit(cells, cursor.bytes, sink);
                }
                _ if cursor.rest().starts_with(&self.delimiter) || cursor.peek() == Some(b';') => {
                    cursor.at += if cursor.peek() == Some(b';') { 1 } else { self.delimiter.len() };
                    (self.done, self.text) = (cursor.at, cursor.at);
                    self.mode = Mode::Between;
                    return Ok(());
                }
                _ if cursor.at_word(b"ROW") => {
                    cursor.word();
                }
                _ => {
                    self.mode = Mode::Between;
                    let clause = [&b"ON"[..], b"RETURNING", b"AS"].iter().any(|word| cursor.at_word(word));
                    return if clause { self.other(cursor, b"", 0, sink) } else { Ok(()) };
                }
            }
        }
    }

    /// Reads plain rows, or steps over them if their table has shown enough. `false`: the row here is not plain.
    fn ride(&mut self, cursor: &mut Cursor<'_>, sink: &mut dyn Sink) -> bool {
        let Some(Target { id: Some(table), width, rows, .. }) = self.tables.get_mut(self.current) else { return false };
        let (width, wants) = (*width, sink.wants(*table));
        // Of rows that are stepped over nothing is kept.
        let most = if wants == Wants::Nothing { usize::MAX } else { BATCH.saturating_sub(self.cells.len() / width.max(1)) };
        let plan = Ride { start: cursor.at, width, flavor: self.flavor, wants, most };
        let ridden = ride(plan, cursor.bytes, &mut self.cells, &mut self.arena);
        if ridden.rows == 0 {
            return false;
        }
        *rows += ridden.rows;
        cursor.at = ridden.end;
        (self.done, self.text, self.comma) = (cursor.at, cursor.at, false);
        if self.cells.len() >= BATCH * width {
            self.flush(cursor.bytes, sink);
        }
        true
    }

    /// One row in parentheses.
    fn row(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        cursor.at += 1;
        loop {
            cursor.blank()?;
            self.cells.push(value::value(cursor, &mut self.arena)?);
            cursor.at += 1;
            if cursor.bytes.get(cursor.at - 1) == Some(&b')') {
                return Ok(());
            }
        }
    }

    /// The lines of a COPY, to its end or the end of the bytes.
    fn lines(&mut self, cursor: &mut Cursor<'_>, last: bool, sink: &mut dyn Sink) -> Result<(), Stop> {
        let bytes = cursor.bytes;
        let (mut line, mut cell, mut escaped) = (cursor.at, cursor.at, false);
        let (mut first, mut first_arena) = (self.cells.len(), self.arena.len());
        let mut marks = Marks::new(bytes, cursor.at, [b'\t', b'\n', b'\\']);
        while let Some(at) = marks.next() {
            if bytes[at] == b'\\' {
                if at == line && bytes.get(at + 1) == Some(&b'.') && (bytes.len() > at + 3 || last) {
                    let rest = &bytes[at..];
                    cursor.at = at + memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                    (self.done, self.text) = (cursor.at, cursor.at);
                    self.mode = Mode::Between;
                    return Ok(());
                }
                escaped = true;
                marks.seek(at + 2);
                continue;
            }
            let end = if bytes[at] == b'\n' && at > cell && bytes[at - 1] == b'\r' { at - 1 } else { at };
            let value = value::copied(bytes, cell, end, std::mem::take(&mut escaped), &mut self.arena);
            self.cells.push(value);
            cell = at + 1;
            if bytes[at] == b'\n' {
                (self.done, self.text) = (at + 1, at + 1);
                self.fit(first, bytes, sink);
                (first, first_arena) = (self.cells.len(), self.arena.len());
                line = at + 1;
            }
        }
        self.cells.truncate(first);
        self.arena.truncate(first_arena);
        cursor.at = line;
        Err(Stop::More)
    }

    /// Makes the row that starts at `first` as wide as its table.
    #[inline]
    fn fit(&mut self, first: usize, bytes: &[u8], sink: &mut dyn Sink) {
        let found = self.cells.len() - first;
        if found > WIDEST {
            self.cells.truncate(first);
            self.broken += 1;
            return;
        }
        let Some(target) = self.tables.get_mut(self.current) else { return };
        target.rows += 1;
        if target.id.is_none() || found > target.width {
            self.announce(first, bytes, sink);
        } else if found < target.width {
            self.cells.extend(std::iter::repeat_n(Cell::NULL, target.width - found));
            self.short += 1;
        }
        if self.cells.len() >= BATCH * self.tables.get(self.current).map_or(1, |target| target.width) {
            self.flush(bytes, sink);
        }
    }

    /// Announces the table for a row that starts at `first`, as wide as that row at least.
    #[cold]
    fn announce(&mut self, first: usize, bytes: &[u8], sink: &mut dyn Sink) {
        let row = self.cells.split_off(first);
        // The arena is cleared by a flush: what the row has there moves along.
        let values: Vec<Option<Vec<u8>>> = row.iter().map(|cell| cell.value(bytes, &self.arena).map(<[u8]>::to_vec)).collect();
        self.flush(bytes, sink);
        let Some(target) = self.tables.get_mut(self.current) else { return };
        target.width = target.width.max(row.len());
        if !target.columns.is_empty() {
            target.columns.resize(target.width, String::new());
        }
        let names: Vec<&str> = target.columns.iter().map(String::as_str).collect();
        let columns = (!names.is_empty()).then_some(&names[..]);
        target.id = Some(sink.table(&TableSpec { name: Some(&target.name), columns, width: target.width, parent: None }));
        for (cell, value) in row.iter().zip(values) {
            let cell = match value {
                Some(value) if cell.is_rewritten() => {
                    let start = self.arena.len();
                    self.arena.extend_from_slice(&value);
                    Cell::rewritten(start, value.len())
                }
                _ => *cell,
            };
            self.cells.push(cell);
        }
        self.cells.extend(std::iter::repeat_n(Cell::NULL, target.width - row.len()));
    }

    /// Hands the rows on.
    fn flush(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        if let Some(Target { id: Some(table), width, .. }) = self.tables.get(self.current)
            && !self.cells.is_empty()
            && sink.wants(*table) != Wants::Nothing
        {
            let rows = bytes.get(self.looked..self.done).unwrap_or(bytes);
            if !charset::is_utf8(rows) {
                self.charset.repair(&mut self.cells, bytes, &mut self.arena);
            }
            sink.rows(&Rows { table: *table, width: *width, cells: &self.cells, bytes, arena: &self.arena });
        }
        self.looked = self.done;
        self.cells.clear();
        self.arena.clear();
    }

    /// Hands on as text the statements up to `to` that filled no table.
    fn hand_on(&mut self, bytes: &[u8], offset: u64, to: usize, sink: &mut dyn Sink) {
        let from = self.text;
        self.text = to.max(from);
        let Some(text) = bytes.get(from..to) else { return };
        let trimmed = text.trim_ascii();
        if trimmed.len() < 3 || self.recoded && trimmed.is_empty() {
            return;
        }
        let place = match self.recoded {
            false => Place::Exact { start: offset + from as u64 },
            // Two bytes for every letter, nearly always.
            true => Place::Within { start: 2 * (offset + from as u64), length: 2 * text.len() as u64 },
        };
        sink.text(&Text { kind: TextKind::Lines, bytes: text, place });
    }

    /// Something is broken at the cursor: goes to the next row or statement. `false`: there is none in these bytes.
    fn recover(&mut self, cursor: &mut Cursor<'_>, offset: u64, sink: &mut dyn Sink) -> bool {
        if self.mode != Mode::Between {
            self.broken += 1;
        }
        let Some((at, mode)) = self.next_start(cursor) else { return false };
        cursor.at = at;
        self.done = at;
        self.mode = mode;
        // What could not be told apart is still looked at.
        self.hand_on(cursor.bytes, offset, at, sink);
        true
    }

    /// The next place where a row or a statement seems to start.
    fn next_start(&self, cursor: &Cursor<'_>) -> Option<(usize, Mode)> {
        let mut at = cursor.at.max(self.done);
        while let Some(hit) = memchr::memchr2(b')', b'\n', &cursor.bytes[at..]) {
            at += hit;
            let next = Cursor { at: at + 1, ..*cursor };
            if cursor.bytes[at] == b')' {
                if self.mode == Mode::Values && next.rest().starts_with(b",(") {
                    return Some((at + 2, Mode::Values));
                }
            } else if self.mode == Mode::Values && next.peek() == Some(b'(') {
                return Some((at + 1, Mode::Values));
            } else if super::FIRST.iter().any(|word| next.at_word(word)) || next.rest().starts_with(b"--") || next.rest().starts_with(b"/*")
            {
                return Some((at + 1, Mode::Between));
            }
            at += 1;
        }
        None
    }

    /// Tells what was wrong.
    pub(super) fn finish(&self, sink: &mut dyn Sink) {
        let mut told = Vec::new();
        if self.broken > 0 {
            told.push(format!("{} rows could not be told apart", self.broken));
        }
        if self.short > 0 {
            told.push(format!("{} rows with fewer values than columns, padded", self.short));
        }
        if self.too_long > 0 {
            sink.problem(Problem::new(Category::Limit, "a statement longer than is held in memory"));
        }
        if !told.is_empty() {
            sink.problem(Problem::new(Category::Corrupt, told.join("; ")));
        }
        if self.cut_off {
            sink.problem(Problem::new(Category::Truncated, "ends inside a statement"));
        }
    }
}

/// A statement's head that is not what it should be is a statement of another kind.
fn optional(found: Result<Option<Fill>, Stop>) -> Result<Option<Fill>, Stop> {
    match found {
        Err(Stop::Wrong) => Ok(None),
        other => other,
    }
}

/// A name in double quotes, where any name may stand.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The preamble of the last part, after which nothing follows.
pub(super) fn without_more(preamble: &[u8]) -> Vec<u8> {
    let mut preamble = preamble.to_vec();
    if let Some(flag) = preamble.get_mut(DIRECTIVE.len() + 2) {
        *flag = b'0';
    }
    preamble
}
