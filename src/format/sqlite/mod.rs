//! SQLite databases: every table, row by row, read from the b-trees themselves.
//!
//! The file is never opened by SQLite: a damaged or cut database gives the rows that are there.
//! `sqlite_schema` tells the tables and their roots (`schema.rs`), each tree is walked page by
//! page (`page.rs`), and records become cells that borrow from the file (`record.rs`). Leaves
//! whose way from the root is damaged are found by themselves (`recover.rs`). Views and
//! virtual tables hold no rows of their own and are skipped; the tables a full-text index keeps
//! its text in are read like any other. A write-ahead log counts where it stands behind the
//! database, as which both are read when they lie side by side (`log.rs`); by itself it gives rows without names. Not
//! read: the remains of deleted rows in free pages.

mod log;
mod number;
mod page;
mod record;
mod recover;
mod schema;
#[cfg(test)]
mod tests;
mod token;

use super::{Claim, Format, Head, Rows, Sink, TableId, TableSpec};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use log::Log;
use page::{Database, Track, Tree};
use record::{Batch, Layout};
use schema::Definition;
use std::io;

/// SQLite databases, version 3.
#[derive(Clone, Copy, Debug)]
pub struct Sqlite;

impl Format for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(page::MAGIC) || log::is_log(head.bytes) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let limit = sink.in_memory();
        let (bytes, error) = input.into_whole(limit);
        // Any other error is known to whoever gave the stream.
        let limited = error.is_some_and(|error| error.kind() == io::ErrorKind::FileTooLarge);
        if limited {
            sink.problem(Problem::new(Category::Limit, "larger than the limit for one item in memory; the front of it was read"));
        }
        let log = if log::is_log(&bytes) { Log::read(&bytes, 0) } else { log::behind(&bytes) };
        let database = match Database::open(&bytes, log.as_ref()) {
            Ok(database) => database,
            Err(problem) => return sink.problem(problem),
        };
        let cells_left = (bytes.len() as u64).saturating_mul(CELLS_PER_BYTE).saturating_add(1 << 20);
        let batch = Batch::new(database.encoding, limit);
        let mut reader = Reader { database, cells_left, track: Track::default(), batch, no_schema: false, too_many: false };
        reader.read(sink);
        match &log {
            // That pages are missing is no damage of a log.
            Some(log) if log.start == 0 => {
                sink.problem(Problem::new(Category::Truncated, "a log without its database: only what was changed last is in it"));
            }
            _ => reader.report(limited, sink),
        }
    }
}

/// Rows of a table with columns added later take fewer bytes than they have cells. A file that
/// has many times more cells than bytes was made to keep us busy.
const CELLS_PER_BYTE: u64 = 64;

/// Reads a database table by table.
struct Reader<'a> {
    database: Database<'a>,
    cells_left: u64,
    track: Track,
    batch: Batch,
    /// The list of tables is lost.
    no_schema: bool,
    /// `cells_left` did not last.
    too_many: bool,
}

/// A table that was announced, and what its rows are made of.
struct Announced {
    table: TableId,
    layout: Layout,
    /// A rowid table some of whose pages could not be reached.
    damaged: bool,
}

/// A table as `sqlite_schema` has it.
struct Entry {
    name: String,
    root: u32,
    sql: String,
}

impl<'a> Reader<'a> {
    fn read(&mut self, sink: &mut dyn Sink) {
        let entries = self.entries();
        self.no_schema = entries.is_empty() && (self.track.bad_pages > 0 || self.track.bad_rows > 0);
        let announced: Vec<Announced> = entries.iter().filter_map(|entry| self.table(entry, sink)).collect();
        if self.track.losses() > 0 {
            self.recover(&announced, sink);
        }
    }

    /// The tables that have a tree.
    fn entries(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let tree = Tree::open(&self.database, 1, &mut self.track);
        self.rows(tree, &Layout::unnamed(5), &mut |rows| {
            for row in 0..rows.len() {
                let text = |column| String::from_utf8_lossy(rows.cell(row, column).unwrap_or_default()).into_owned();
                let root = text(3).parse().unwrap_or(0);
                let name = text(1);
                if text(0) == "table" && root > 0 {
                    entries.push(Entry { name, root, sql: text(4) });
                }
            }
        });
        entries
    }

    /// Announces a table and hands on its rows. SQLite's own books are only walked, so that their
    /// pages are known; their names begin with `sqlite_`.
    fn table(&mut self, entry: &Entry, sink: &mut dyn Sink) -> Option<Announced> {
        let before = self.track.losses();
        let tree = Tree::open(&self.database, entry.root, &mut self.track);
        if entry.name.starts_with("sqlite_") {
            self.rows(tree, &Layout::unnamed(1), &mut |_| {});
            return None;
        }
        let index = tree.is_index();
        let name = Some(entry.name.as_str());
        let (table, layout) = if let Some(definition) = Definition::parse(&entry.sql) {
            let names: Vec<&str> = definition.columns.iter().map(|column| column.name.as_str()).collect();
            sink.schema(&entry.name, &names);
            let spec = TableSpec { name, columns: Some(&names), width: names.len(), parent: None };
            (sink.table(&spec), Layout::of(&definition, index))
        } else {
            let width = tree.width(&self.database).max(1);
            (sink.table(&TableSpec { name, width, ..TableSpec::default() }), Layout::unnamed(width))
        };
        self.rows(tree, &layout, &mut |rows| sink.rows(&Rows { table, ..*rows }));
        Some(Announced { table, layout, damaged: !index && self.track.losses() > before })
    }

    /// Hands on the rows of a tree, batch by batch.
    fn rows(&mut self, mut tree: Tree<'a>, layout: &Layout, emit: &mut dyn FnMut(&Rows<'_>)) {
        let width = layout.width;
        let mut emit = |cells: &_, bytes: &_, arena: &_| emit(&Rows { table: TableId(0), width, cells, bytes, arena });
        while let Some(payload) = tree.next(&self.database, &mut self.track) {
            let Some(left) = self.cells_left.checked_sub(width as u64) else {
                self.too_many = true;
                break;
            };
            self.cells_left = left;
            self.batch.push(&payload, layout, &self.database, &mut self.track, &mut emit);
        }
        self.batch.flush(&self.database, &mut emit);
    }

    /// Tells what could not be read. `limited`: the file was cut by us.
    fn report(&self, limited: bool, sink: &mut dyn Sink) {
        let Track { bad_pages, bad_rows, missing, .. } = self.track;
        if bad_pages > 0 || bad_rows > 0 {
            let what = if self.no_schema { "the list of tables cannot be read" } else { "damaged" };
            let lost = bad_pages.saturating_mul(self.database.page_size() as u64).min(self.database.bytes.len() as u64);
            sink.problem(
                Problem::new(Category::Corrupt, format!("{what}: {bad_pages} pages and {bad_rows} rows not read")).not_examined(lost),
            );
        }
        let cut_off = self.database.cut_off();
        if !limited && (cut_off > 0 || missing > 0) {
            sink.problem(Problem::new(
                Category::Truncated,
                format!("{cut_off} pages missing at the end; {missing} references to what they held"),
            ));
        }
        if self.batch.too_long > 0 {
            let detail = format!("{} rows longer than may be held; values at their end not read", self.batch.too_long);
            sink.problem(Problem::new(Category::Limit, detail));
        }
        if self.too_many {
            sink.problem(Problem::new(Category::Limit, "far more cells than bytes; not all were read"));
        }
    }
}
