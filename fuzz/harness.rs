//! What every target shares: a sink that looks at all it is told, and goes into items of items.

use breachscope::{
    base::Problem,
    format::{FORMATS, Member, Rows, Sink, TableId, TableSpec, Text},
    source::{Budget, Input, budget::Limits},
};

/// Bytes that may unfold from one input: a reader that makes more of it is at fault only for its time.
const EXPANDED: u64 = 64 << 20;
const IN_MEMORY: usize = 16 << 20;

/// Reads these bytes by the formats of these names, whole and as a stream.
pub fn read(names: &[&str], bytes: &[u8]) {
    for format in FORMATS.iter().filter(|format| names.contains(&format.name())) {
        let mut looking = Looking::new(bytes.len() as u64);
        format.read(Input::Whole(bytes), &mut looking);
        let mut stream = bytes;
        let mut again = Looking::new(bytes.len() as u64);
        format.read(Input::Stream(&mut stream), &mut again);
    }
}

/// The names of all formats; a target asks only for such.
pub fn names() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name()).collect()
}

struct Looking {
    tables: Vec<usize>,
    budget: Budget,
}

impl Looking {
    fn new(size: u64) -> Looking {
        let limits = Limits { expanded: EXPANDED, in_memory: IN_MEMORY, depth: 4, members: 10_000, ..Limits::default() };
        Looking { tables: Vec::new(), budget: Budget::new(limits, size) }
    }
}

impl Sink for Looking {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        self.tables.push(spec.columns.map_or(spec.width, <[&str]>::len));
        TableId((self.tables.len() - 1) as u32)
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        assert!((rows.table.0 as usize) < self.tables.len(), "rows of a table that was announced");
        assert_eq!(rows.cells.len(), rows.len() * rows.width, "whole rows");
        for row in 0..rows.len() {
            for column in 0..rows.width {
                std::hint::black_box(rows.cell(row, column));
            }
        }
    }

    fn text(&mut self, text: &Text<'_>) {
        std::hint::black_box(text.bytes.len());
    }

    fn item(&mut self, member: Member<'_>) {
        let Ok(budget) = self.budget.descend() else { return };
        let (bytes, _) = member.content.into_whole(IN_MEMORY.min(1 << 20));
        if budget.expand(bytes.len() as u64, bytes.len() as u64, None).is_err() {
            return;
        }
        let head = breachscope::format::Head { bytes: &bytes, name: "", whole: true };
        if let Some(format) = breachscope::format::pick(&head) {
            format.read(Input::Whole(&bytes), &mut Looking { tables: Vec::new(), budget });
        }
    }

    fn unread(&mut self, _: &[u8], _: Option<u64>, _: Problem) {}

    fn problem(&mut self, _: Problem) {}

    fn schema(&mut self, _: &str, _: &[&str]) {}

    fn known_columns(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn in_memory(&self) -> usize {
        IN_MEMORY
    }

    fn budget(&self) -> Budget {
        self.budget.clone()
    }
}
