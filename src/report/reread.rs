//! The CSV reports read back, so that page and workbook show what they say, cell by cell.

use super::sheet::unguard;
use anyhow::Context;
use std::{fs::File, path::Path};

/// A CSV report being read row by row.
pub struct Reread {
    pub header: Vec<String>,
    reader: csv::Reader<File>,
}

impl Reread {
    /// Opens a report of this folder; `None` where it was not written as CSV.
    pub fn open(folder: &Path, name: &str) -> anyhow::Result<Option<Reread>> {
        let path = folder.join(name);
        if !path.is_file() {
            return Ok(None);
        }
        let mut reader =
            csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_path(&path).with_context(|| format!("`{name}` cannot be read back"))?;
        let header = reader.headers()?.iter().map(str::to_owned).collect();
        Ok(Some(Reread { header, reader }))
    }

    /// Where a column stands.
    pub fn column(&self, name: &str) -> anyhow::Result<usize> {
        self.header.iter().position(|column| column == name).with_context(|| format!("a report has no column `{name}`"))
    }

    /// Each row in turn; the guard against formulas is taken off, since page and workbook write text as text.
    pub fn each(&mut self, mut take: impl FnMut(&csv::StringRecord) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut row = csv::StringRecord::new();
        while self.reader.read_record(&mut row)? {
            if row.iter().any(|cell| unguard(cell).len() < cell.len()) {
                row = row.iter().map(unguard).collect();
            }
            take(&row)?;
        }
        Ok(())
    }
}
