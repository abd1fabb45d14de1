//! Leaves that no tree leads to any more, because a page above them is damaged or cut off.
//!
//! A table's leaf shows by its first byte, and the rows on it are whole; only whose they are has
//! to be guessed. Rows nobody else can own go to the table that lost pages and is as wide;
//! others to a table of their own, called as `sqlite3 .recover` calls it.

use super::{Announced, Layout, Reader, Rows, Sink, TableSpec, page::Tree};

/// The name of the tables of rows without owner; the number of columns follows.
const OWNERLESS: &str = "lost_and_found";

impl Reader<'_> {
    /// Hands on the rows of stray leaves, in the order of the file.
    pub(super) fn recover(&mut self, announced: &[Announced], sink: &mut dyn Sink) {
        self.database.pass_over_free(&mut self.track);
        for number in self.database.numbers() {
            let Some(tree) = Tree::stray(&self.database, number, &mut self.track) else { continue };
            let width = tree.width(&self.database);
            if width == 0 {
                continue;
            }
            if let Some(Announced { table, layout, .. }) = owner(announced, width) {
                self.rows(tree, layout, &mut |rows| sink.rows(&Rows { table: *table, ..*rows }));
            } else {
                let name = format!("{OWNERLESS}_{width}");
                let table = sink.table(&TableSpec { name: Some(&name), width, ..TableSpec::default() });
                self.rows(tree, &Layout::unnamed(width), &mut |rows| sink.rows(&Rows { table, ..*rows }));
            }
        }
    }
}

/// The only table that rows of this width can be of. Rows written before a column was added are
/// narrower than their table.
fn owner(announced: &[Announced], width: usize) -> Option<&Announced> {
    let damaged = || announced.iter().filter(|candidate| candidate.damaged);
    let mut alike = damaged().filter(|candidate| candidate.layout.values() == width);
    match (alike.next(), alike.next()) {
        (Some(owner), None) => return Some(owner),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    damaged().next().filter(|candidate| candidate.layout.values() > width && damaged().count() == 1)
}
