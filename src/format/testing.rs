//! A sink for the tests of table readers: keeps everything, owned.

use super::{Format, Layout, Member, Rows, Sink, TableId, TableSpec, Text, Wants, read_problem};
use crate::{
    base::{Category, Problem},
    source::{Input, Passwords},
};
use std::{collections::BTreeMap, sync::Arc};

/// A row with NULLs, as text.
pub(super) type Row = Vec<Option<String>>;

/// A table as collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: Option<String>,
    pub(super) columns: Option<Vec<String>>,
    pub(super) parent: Option<TableId>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Rows with `|` between cells and `~` for NULL: short to write in a test.
    pub(super) fn lines(&self) -> Vec<String> {
        let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "~".to_owned());
        self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
    }

    /// Column names with `|` between.
    pub(super) fn header(&self) -> String {
        self.columns.as_ref().map_or_else(|| "-".to_owned(), |columns| columns.join("|"))
    }
}

/// Everything a reader said.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) tables: Vec<Table>,
    pub(super) texts: Vec<String>,
    pub(super) problems: Vec<Problem>,
    pub(super) schemas: BTreeMap<String, Vec<String>>,
    pub(super) known: BTreeMap<String, Vec<String>>,
    /// Name and content of every item inside.
    pub(super) items: Vec<(String, Vec<u8>)>,
    pub(super) passwords: Vec<String>,
    pub(super) layout: Option<Arc<Layout>>,
    /// What it wants of tables, if not all.
    pub(super) wants: Option<Wants>,
}

impl Collected {
    /// The table of this name.
    pub(super) fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|table| table.name.as_deref() == Some(name)).unwrap_or_else(|| panic!("no table {name}: {self:?}"))
    }

    /// The categories of all problems.
    pub(super) fn categories(&self) -> Vec<Category> {
        self.problems.iter().map(|problem| problem.category).collect()
    }
}

impl Sink for Collected {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        let columns = spec.columns.map(|columns| columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let at = self.tables.iter().position(|table| table.name.as_deref() == spec.name).unwrap_or_else(|| {
            self.tables.push(Table { name: spec.name.map(str::to_owned), ..Table::default() });
            self.tables.len() - 1
        });
        // Damage can give two tables one name: the wider one's columns are kept.
        let wider = self.tables[at].columns.as_ref().zip(columns.as_ref()).is_none_or(|(held, new)| held.len() <= new.len());
        if wider {
            self.tables[at].columns = columns;
        }
        self.tables[at].parent = spec.parent;
        TableId(u32::try_from(at).expect("few tables"))
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        assert_eq!(rows.cells.len(), rows.len() * rows.width, "whole rows");
        let table = &mut self.tables[rows.table.0 as usize];
        if let Some(columns) = &table.columns {
            assert!(columns.len() >= rows.width, "a name for each cell");
        }
        for row in 0..rows.len() {
            let text = |column| rows.cell(row, column).map(|value| String::from_utf8_lossy(value).into_owned());
            table.rows.push((0..rows.width).map(text).collect());
        }
    }

    fn wants(&self, _: TableId) -> Wants {
        self.wants.unwrap_or(Wants::ALL)
    }

    fn text(&mut self, text: &Text<'_>) {
        self.texts.push(String::from_utf8_lossy(text.bytes).into_owned());
    }

    fn item(&mut self, member: Member<'_>) {
        let (bytes, error) = member.content.into_whole(1 << 20);
        self.items.push((String::from_utf8_lossy(member.name).into_owned(), bytes.into_owned()));
        self.problems.extend(error.as_ref().map(read_problem));
    }

    fn passwords(&self) -> Passwords {
        self.passwords.iter().cloned().collect()
    }

    fn layout(&self) -> Option<Arc<Layout>> {
        self.layout.clone()
    }

    fn unread(&mut self, _: &[u8], _: Option<u64>, problem: Problem) {
        self.problems.push(problem);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn schema(&mut self, table: &str, columns: &[&str]) {
        self.schemas.insert(table.to_owned(), columns.iter().map(|name| (*name).to_owned()).collect());
    }

    fn known_columns(&self, table: &str) -> Option<Vec<String>> {
        self.known.get(table).cloned()
    }

    fn in_memory(&self) -> usize {
        64 << 20
    }
}

/// Reads an item that is all there.
pub(super) fn read(format: &dyn Format, bytes: &[u8]) -> Collected {
    let mut collected = Collected::default();
    format.read(Input::Whole(bytes), &mut collected);
    collected
}

/// Reads the same bytes as a stream.
pub(super) fn read_stream(format: &dyn Format, mut bytes: &[u8]) -> Collected {
    let mut collected = Collected::default();
    format.read(Input::Stream(&mut bytes), &mut collected);
    collected
}

/// Reads the parts of a plan one after the other into one collection.
pub(super) fn read_parts(format: &dyn Format, bytes: &[u8], target: usize) -> Option<Collected> {
    let plan = format.plan(bytes, target)?;
    let mut collected = Collected::default();
    for part in &plan.parts {
        format.read_part(&part.preamble, &bytes[part.start as usize..part.end as usize], &mut collected);
    }
    Some(collected)
}
