//! Rows of cells into a table: where it starts, whether its first row names the columns, or
//! whether it is no table at all but a form or a page laid out in cells.

use super::prose::Prose;
use crate::format::{
    Cell, Rows, Sink, TableId, TableSpec,
    delimited::{HeadRow, is_header, is_usual},
};

/// Rows judged by.
const LOOK: usize = 200;
/// ... or so many bytes of them.
const LOOK_BYTES: usize = 1 << 20;
/// At most so many rows stand before the table.
const TITLE_ROWS: usize = 20;
/// A batch is handed on after so many rows, cells, or bytes.
const BATCH: (usize, usize, usize) = (2048, 1 << 18, 4 << 20);
/// A row of more bytes is cut: no program writes one.
const LONGEST_ROW: usize = 64 << 20;

/// One row, its buffers reused: only cells that have a value.
#[derive(Debug, Default)]
pub(super) struct Row {
    values: Vec<u8>,
    /// Column, start, end.
    cells: Vec<(usize, usize, usize)>,
}

impl Row {
    /// Makes it empty.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.cells.clear();
    }

    /// Adds a cell; `false` when the row has become too long to take it.
    pub(super) fn push(&mut self, column: usize, value: &str) -> bool {
        let start = self.values.len();
        if start + value.len() > LONGEST_ROW {
            return false;
        }
        if !value.is_empty() {
            self.values.extend_from_slice(value.as_bytes());
            self.cells.push((column, start, self.values.len()));
        }
        true
    }

    /// Whether no cell has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// How many cells have a value.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.cells.iter().map(|(column, start, end)| (*column, self.values.get(*start..*end).unwrap_or_default()))
    }

    /// All cells to the last one with a value.
    fn dense(&self) -> HeadRow<'static> {
        let width = self.cells.iter().map(|cell| cell.0 + 1).max().unwrap_or(0);
        let mut cells = vec![None; width];
        for (column, value) in self.iter() {
            if let Some(cell) = cells.get_mut(column) {
                *cell = Some(value.to_vec().into());
            }
        }
        HeadRow::of(cells)
    }
}

/// Where rows come from: what is laid out in cells is a table in most sheets, in few documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Sheet,
    Document,
}

/// What the rows turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    Unknown,
    /// `offset` empty columns stand before it.
    Table {
        id: TableId,
        offset: usize,
        width: usize,
    },
    /// Lines; `is_form`: a label and its value on each.
    Lines {
        is_form: bool,
    },
}

/// A table in the making.
pub(super) struct Grid {
    name: String,
    origin: Origin,
    nature: Nature,
    sample: Vec<HeadRow<'static>>,
    sample_bytes: usize,
    cells: Vec<Cell>,
    arena: Vec<u8>,
    rows: usize,
}

impl Grid {
    /// No rows yet.
    pub(super) fn new(name: &str, origin: Origin) -> Grid {
        Grid {
            name: name.to_owned(),
            origin,
            nature: Nature::Unknown,
            sample: Vec::new(),
            sample_bytes: 0,
            cells: Vec::new(),
            arena: Vec::new(),
            rows: 0,
        }
    }

    /// Takes a row; empty ones say nothing.
    pub(super) fn row(&mut self, row: &Row, prose: &mut Prose, sink: &mut dyn Sink) {
        if row.is_empty() {
            return;
        }
        if self.nature != Nature::Unknown {
            return self.put(row.iter(), prose, sink);
        }
        self.sample.push(row.dense());
        self.sample_bytes += row.values.len();
        if self.sample.len() >= LOOK || self.sample_bytes >= LOOK_BYTES {
            self.open(prose, sink);
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self, prose: &mut Prose, sink: &mut dyn Sink) {
        if self.nature == Nature::Unknown && !self.sample.is_empty() {
            self.open(prose, sink);
        }
        self.flush(sink);
    }

    /// Decides by the sample, and hands it on.
    fn open(&mut self, prose: &mut Prose, sink: &mut dyn Sink) {
        let mut sample = std::mem::take(&mut self.sample);
        let layout = Layout::of(&sample, self.origin);
        let is_form = layout.as_ref().is_none_or(|layout| layout.kind == Kind::Form);
        let title_rows = layout.as_ref().map_or(0, |layout| layout.skip);
        for row in sample.drain(..title_rows.min(sample.len())) {
            line(filled(&row).map(|(_, value)| value), false, prose, sink);
        }
        self.nature = match layout {
            Some(Layout { kind: Kind::Table { has_header }, offset, width, .. }) => {
                let mut spec = TableSpec { name: Some(&self.name), width, ..TableSpec::default() };
                let header = has_header.then(|| sample.remove(0));
                let names: Vec<String> = header.iter().flat_map(|row| names(row, offset, width)).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                spec.columns = has_header.then_some(&names);
                Nature::Table { id: sink.table(&spec), offset, width }
            }
            _ => Nature::Lines { is_form },
        };
        for row in &sample {
            self.put(filled(row), prose, sink);
        }
    }

    fn put<'v>(&mut self, row: impl Iterator<Item = (usize, &'v [u8])>, prose: &mut Prose, sink: &mut dyn Sink) {
        let (offset, width) = match self.nature {
            Nature::Table { offset, width, .. } => (offset, width),
            Nature::Lines { is_form } => return line(row.map(|(_, value)| value), is_form, prose, sink),
            Nature::Unknown => return,
        };
        let base = self.cells.len();
        self.cells.resize(base + width, Cell::NULL);
        for (column, value) in row {
            // What stands outside of the table's columns joins its first or last.
            let Some(cell) = self.cells.get_mut(base + column.saturating_sub(offset).min(width.saturating_sub(1))) else { continue };
            let start = self.arena.len();
            if let Some(held) = cell.value(&[], &self.arena).map(<[u8]>::to_vec) {
                self.arena.extend_from_slice(&held);
                self.arena.push(b' ');
            }
            self.arena.extend_from_slice(value);
            *cell = Cell::rewritten(start, self.arena.len() - start);
        }
        self.rows += 1;
        if self.rows >= BATCH.0 || self.cells.len() >= BATCH.1 || self.arena.len() >= BATCH.2 {
            self.flush(sink);
        }
    }

    fn flush(&mut self, sink: &mut dyn Sink) {
        if let (Nature::Table { id, width, .. }, true) = (self.nature, self.rows > 0) {
            sink.rows(&Rows { table: id, width, cells: &self.cells, bytes: &[], arena: &self.arena });
        }
        self.cells.clear();
        self.arena.clear();
        self.rows = 0;
    }
}

fn filled<'r>(row: &'r HeadRow<'_>) -> impl Iterator<Item = (usize, &'r [u8])> {
    row.cells.iter().enumerate().filter_map(|(column, cell)| Some((column, cell.as_deref()?)))
}

fn names(row: &HeadRow<'_>, offset: usize, width: usize) -> Vec<String> {
    let name = |column| row.cells.get(column).and_then(Option::as_deref).map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    (offset..offset + width).map(|column| name(column).unwrap_or_default()).collect()
}

/// A row as text: cells with tabs between, or in forms `label: value`.
fn line<'v>(row: impl Iterator<Item = &'v [u8]>, is_form: bool, prose: &mut Prose, sink: &mut dyn Sink) {
    prose.break_line(sink);
    let mut is_first = true;
    let mut is_label = false;
    for value in row {
        let value = String::from_utf8_lossy(value);
        let value = value.trim();
        if value.contains('\n') && !is_first {
            prose.end_line(sink);
        } else if !is_first {
            prose.push(if is_label { " " } else { "\t" });
        }
        prose.push(value);
        is_label = is_form && is_first && !value.contains('\n');
        if is_label && !value.ends_with([':', '?', '.']) {
            prose.push(":");
        }
        is_first = false;
    }
    prose.end_line(sink);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table {
        has_header: bool,
    },
    /// A label and its value in each row.
    Form,
    Page,
}

/// How the first rows are laid out.
#[derive(Debug)]
struct Layout {
    kind: Kind,
    /// Rows before it.
    skip: usize,
    offset: usize,
    width: usize,
}

impl Layout {
    /// `None` when there is nothing but lines.
    fn of(rows: &[HeadRow<'_>], origin: Origin) -> Option<Layout> {
        let mut counts: Vec<usize> = rows.iter().map(|row| filled(row).count()).collect();
        counts.sort_unstable();
        let typical = counts.get(counts.len() * 3 / 4).copied().filter(|count| *count > 0)?;
        let is_title = |row: &&HeadRow<'_>| filled(row).count() * 2 <= typical;
        let skip = rows.iter().take(TITLE_ROWS).take_while(is_title).count();
        let rows = rows.get(skip..)?;
        let offset = rows.iter().filter_map(|row| filled(row).next()).map(|(column, _)| column).min()?;
        let width = rows.iter().map(|row| row.cells.len()).max()?.checked_sub(offset)?;
        let shifted: Vec<HeadRow<'_>> = rows.iter().map(|row| HeadRow::of(row.cells.iter().skip(offset).cloned().collect())).collect();
        let has_header = rows.len() > 1 && is_header(&shifted);
        let even = rows.iter().filter(|row| filled(row).count() * 2 > typical).count();
        let is_even = rows.len() >= 3 && even * 10 >= rows.len() * 7;
        let kind = match origin {
            _ if is_form(&shifted, width, has_header) => Kind::Form,
            Origin::Sheet if has_header && (is_even || width > 1) => Kind::Table { has_header },
            Origin::Sheet if is_even && width > 1 => Kind::Table { has_header },
            Origin::Document if has_header && width > 2 && is_even => Kind::Table { has_header },
            _ => Kind::Page,
        };
        Some(Layout { kind, skip, offset, width })
    }
}

/// Whether rows are fields: two columns, of which the first holds words that name what is in the second.
fn is_form(rows: &[HeadRow<'_>], width: usize, has_header: bool) -> bool {
    if width != 2 {
        return false;
    }
    let labels: Vec<String> = rows.iter().map(|row| names(row, 0, 1).concat()).collect();
    if labels.iter().any(|label| label.len() > 60 || label.chars().any(|c| c.is_ascii_digit())) {
        return false;
    }
    let named = labels.iter().skip(usize::from(has_header)).filter(|label| label.ends_with(':') || is_usual(label)).count();
    let below = labels.len() - usize::from(has_header);
    below > 0 && named * 2 >= below || !has_header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collected;

    fn read(text: &str, origin: Origin) -> Collected {
        let mut collected = Collected::default();
        let mut prose = Prose::new(0);
        let mut grid = Grid::new("t", origin);
        let mut row = Row::default();
        for line in text.lines() {
            row.clear();
            line.split('|').enumerate().for_each(|(column, value)| assert!(row.push(column, value)));
            grid.row(&row, &mut prose, &mut collected);
        }
        grid.finish(&mut prose, &mut collected);
        prose.flush(&mut collected);
        collected
    }

    #[test]
    fn sheets_are_tables_forms_or_pages() {
        for (sheet, header, rows, text) in [
            ("id|name\n1|Ann\n2|Bob", "id|name", "1|Ann;2|Bob", ""),
            ("Staff 2024\n\nid|name|city\n1|Ann|Rome\n2|Bob", "id|name|city", "1|Ann|Rome;2|Bob|~", "Staff 2024\n"),
            ("||id|name\n||1|Ann\n||2|Bob|x", "id|name|", "1|Ann|~;2|Bob|x", ""),
            ("1|2|3\n4|5|6\n7|8|9", "-", "1|2|3;4|5|6;7|8|9", ""),
            ("Name|Ann Poe\nPhone|555-0100\nBorn:|1980-01-02", "", "", "Name: Ann Poe\nPhone: 555-0100\nBorn: 1980-01-02\n"),
            ("email\na@example.org\nb@example.org", "email", "a@example.org;b@example.org", ""),
            ("only one line|of text", "", "", "only one line: of text\n"),
        ] {
            let found = read(sheet, Origin::Sheet);
            let table = found.tables.first();
            assert_eq!(table.map_or_else(String::new, |table| table.header()), header, "{sheet}");
            assert_eq!(table.map_or_else(String::new, |table| table.lines().join(";")), rows, "{sheet}");
            assert_eq!(found.texts.concat(), text, "{sheet}");
        }
    }

    #[test]
    fn cells_beside_the_table_join_its_last_column() {
        let mut text = "id|name\n".to_owned();
        (0..LOOK).for_each(|i| text.push_str(&format!("{i}|Ann\n")));
        text.push_str("998|Bob|a|b\n999|Cy\n");
        let found = read(&text, Origin::Sheet);
        assert_eq!(found.tables[0].lines()[LOOK..], ["998|Bob a b", "999|Cy"]);
    }
}
