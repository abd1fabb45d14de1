//! What documents are made of, whatever their vocabulary: lines, and tables of cells that hold
//! lines, or tables of their own.

use super::{
    Reading,
    grid::{Grid, Origin, Row},
};

/// The text of a cell beyond this goes on outside of the table.
const LONGEST_CELL: usize = 8 << 20;
/// So many cells are written out because one is repeated; they hold nothing new.
const REPEATED: usize = 1 << 20;
const COLUMNS: usize = 16_384;

/// Where the lines and cells of a part go.
pub(super) struct Layout<'f, 'r, 'a> {
    pub(super) reading: &'f mut Reading<'r, 'a>,
    origin: Origin,
    /// The outermost table.
    grid: Option<Grid>,
    /// Tables around.
    depth: u32,
    /// Cells around, in the outermost table.
    in_cell: bool,
    cell: String,
    row: Row,
    column: usize,
    span: usize,
    /// What stands beside the text: addresses of links, notes on cells.
    asides: Vec<String>,
    /// What is left of [`REPEATED`].
    repeated: usize,
}

impl<'f, 'r, 'a> Layout<'f, 'r, 'a> {
    /// A part of a document.
    pub(super) fn new(reading: &'f mut Reading<'r, 'a>) -> Layout<'f, 'r, 'a> {
        let (row, cell, asides) = (Row::default(), String::new(), Vec::new());
        Layout {
            reading,
            origin: Origin::Document,
            grid: None,
            depth: 0,
            in_cell: false,
            cell,
            row,
            column: 0,
            span: 1,
            asides,
            repeated: REPEATED,
        }
    }

    /// Tables are sheets from here on.
    pub(super) fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// Adds to the line.
    pub(super) fn push(&mut self, text: &str) {
        if self.in_cell && self.cell.len() + text.len() <= LONGEST_CELL {
            self.cell.push_str(text);
        } else {
            self.reading.prose.push(text);
            self.reading.prose.relieve(self.reading.sink);
        }
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        if self.in_cell {
            self.push("\n");
            return;
        }
        self.reading.prose.end_line(self.reading.sink);
        self.tell_asides();
    }

    /// Ends the line if it has begun.
    pub(super) fn break_line(&mut self) {
        if self.in_cell {
            if !self.cell.is_empty() && !self.cell.ends_with('\n') {
                self.push("\n");
            }
        } else {
            self.reading.prose.break_line(self.reading.sink);
        }
    }

    /// Keeps a text for after the line.
    pub(super) fn aside(&mut self, text: &str) {
        if self.asides.len() < 1000 && !text.trim().is_empty() {
            self.asides.push(text.to_owned());
        }
    }

    fn tell_asides(&mut self) {
        for text in self.asides.drain(..) {
            self.reading.prose.line(&text, self.reading.sink);
        }
    }

    /// Begins a table; documents give them no names.
    pub(super) fn begin_table(&mut self, name: Option<&str>) {
        self.depth += 1;
        if self.depth > 1 {
            return self.break_line();
        }
        self.reading.prose.break_line(self.reading.sink);
        self.reading.tables += 1;
        let numbered = format!("table {}", self.reading.tables);
        self.grid = Some(Grid::new(name.unwrap_or(&numbered), self.origin));
        self.begin_row();
    }

    fn begin_row(&mut self) {
        self.row.clear();
        self.cell.clear();
        (self.column, self.in_cell, self.span) = (0, false, 1);
    }

    /// Begins a cell.
    pub(super) fn begin_cell(&mut self) {
        if self.depth == 1 {
            (self.in_cell, self.span) = (true, 1);
            self.cell.clear();
        }
    }

    /// How many columns the cell takes.
    pub(super) fn span(&mut self, span: usize) {
        if self.depth == 1 {
            self.span = span.clamp(1, COLUMNS);
        }
    }

    /// Ends a cell.
    pub(super) fn end_cell(&mut self) {
        match self.depth {
            1 => {
                let cell = std::mem::take(&mut self.cell);
                self.put(cell.trim(), 1);
                self.column += self.span - 1;
                self.cell = cell;
                self.in_cell = false;
            }
            2.. => {
                while self.cell.ends_with('\n') {
                    self.cell.pop();
                }
                self.push("\t");
            }
            0 => {}
        }
    }

    /// The text of the cell so far, and nothing of it any more.
    pub(super) fn take_cell(&mut self) -> String {
        self.in_cell = false;
        std::mem::take(&mut self.cell)
    }

    /// A cell of the outermost table, as often as it is repeated.
    pub(super) fn put(&mut self, value: &str, repeated: usize) {
        for number in 0..if value.is_empty() { 0 } else { repeated } {
            if self.column >= COLUMNS || number > 0 && self.repeated == 0 {
                break;
            }
            self.repeated -= usize::from(number > 0);
            if !self.row.push(self.column, value) {
                self.reading.prose.line(value, self.reading.sink);
            }
            self.column += 1;
        }
        if value.is_empty() {
            self.column = self.column.saturating_add(repeated);
        }
    }

    /// Ends a row, as often as it is repeated.
    pub(super) fn end_row(&mut self, repeated: usize) {
        match (&mut self.grid, self.depth) {
            (Some(grid), 1) => {
                let repeated = repeated.min(1 + self.repeated / self.row.len().max(1));
                let repeated = if self.row.is_empty() { 0 } else { repeated };
                self.repeated -= repeated.saturating_sub(1) * self.row.len();
                (0..repeated).for_each(|_| grid.row(&self.row, &mut self.reading.prose, self.reading.sink));
                self.begin_row();
            }
            (_, 2..) => self.break_line(),
            _ => {}
        }
    }

    /// How many tables are around.
    pub(super) const fn depth(&self) -> u32 {
        self.depth
    }

    /// Ends a table.
    pub(super) fn end_table(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return self.break_line();
        }
        self.end_outermost();
        self.tell_asides();
    }

    fn end_outermost(&mut self) {
        if let Some(mut grid) = self.grid.take() {
            let (prose, sink) = (&mut self.reading.prose, &mut *self.reading.sink);
            grid.row(&self.row, prose, sink);
            grid.finish(prose, sink);
        }
        self.begin_row();
    }

    /// Hands on what is open: the part ends here.
    pub(super) fn finish(&mut self) {
        let cell = self.take_cell();
        if self.grid.is_some() {
            self.put(cell.trim(), 1);
            self.end_outermost();
        }
        self.depth = 0;
        self.break_line();
        self.tell_asides();
    }
}
