//! Whether two cases hold the same evidence: rows compared as sets, file by file of the leak.
//!
//! Part files differ between runs (which worker met which item first), what they say must not.
//! Each row is written out under names that do not depend on the run, hashed, and the hashes are
//! added up, so that order does not matter and nothing has to be sorted or held.

use crate::{evidence::Evidence, people::catalogue::Catalogue};
use std::collections::BTreeMap;

/// Rows of one kind about one item: how many, and the sum of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    sum: u128,
}

/// By item and kind of evidence.
pub type Content = BTreeMap<(String, &'static str), Tally>;

/// Prefixes of paths to write differently: names of roots as another run calls them.
pub type Renamed = Vec<(String, String)>;

struct Gathering<'e> {
    evidence: &'e Evidence<'e>,
    catalogue: Catalogue,
    renamed: &'e Renamed,
    content: Content,
    row: blake3::Hasher,
}

/// The content of a case's evidence.
pub fn content(evidence: &Evidence<'_>, renamed: &Renamed) -> anyhow::Result<Content> {
    let mut gathering =
        Gathering { evidence, catalogue: Catalogue::new(evidence), renamed, content: Content::new(), row: blake3::Hasher::new() };
    gathering.small_tables();
    gathering.mentions()?;
    gathering.findings()?;
    Ok(gathering.content)
}

impl Gathering<'_> {
    fn cell(&mut self, bytes: &[u8]) -> &mut Self {
        self.row.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.row.update(&number.to_le_bytes());
        self
    }

    /// Ends the row of this kind about the item at this path.
    fn end(&mut self, path: String, kind: &'static str) {
        let hash = self.row.finalize();
        self.row.reset();
        let tally = self.content.entry((path, kind)).or_default();
        tally.rows += 1;
        tally.sum = tally.sum.wrapping_add(u128::from_le_bytes(hash.as_bytes()[..16].try_into().unwrap_or_default()));
    }

    fn path(&self, written: &str) -> String {
        for (from, to) in self.renamed {
            if let Some(rest) = written.strip_prefix(from.as_str()).filter(|rest| rest.is_empty() || rest.starts_with(['/', '!', '#'])) {
                return format!("{to}{rest}");
            }
        }
        written.to_owned()
    }

    fn item_path(&self, item: u32) -> String {
        self.path(self.catalogue.path(self.evidence, item))
    }

    fn detector(&self, index: u16) -> &str {
        self.evidence.detectors.get(usize::from(index)).map_or("", |entry| entry.id.as_str())
    }

    fn is_used(&self, item: u32) -> bool {
        self.catalogue.is_used(item)
    }

    fn small_tables(&mut self) {
        let evidence = self.evidence;
        for item in evidence.items.iter() {
            self.cell(item.digest.to_string().as_bytes()).number(item.size).number(u64::from(item.depth));
            self.end(self.path(item.path), "items");
            // Of equal items chance decides which is read.
            if self.is_used(item.item) {
                self.cell(item.format.as_bytes()).number(item.status as u64).number(item.examined);
                self.end(self.item_path(item.item), "reading");
            }
        }
        for problem in evidence.problems.iter().filter(|problem| !self.catalogue.is_set_aside(problem.item)).collect::<Vec<_>>() {
            let path = if self.is_used(problem.item) { self.item_path(problem.item) } else { self.path(&problem.path) };
            self.cell(problem.category.word().as_bytes()).cell(problem.detail.as_bytes()).number(problem.bytes_not_examined);
            self.end(path, "problems");
        }
        let tables = std::mem::take(&mut self.catalogue.tables);
        for table in &tables {
            let path = self.item_path(table.item);
            self.cell(table.name.as_bytes()).number(u64::from(table.table)).number(table.rows);
            self.end(path.clone(), "tables");
            for column in &table.columns {
                let seen = &column.seen;
                let detector = self.detector(seen.detector).to_owned();
                self.number(u64::from(table.table)).number(u64::from(seen.column)).cell(seen.header.as_bytes()).cell(detector.as_bytes());
                self.number(u64::from(seen.slot))
                    .number(seen.filled)
                    .number(seen.valid)
                    .number(seen.kept)
                    .number(seen.test_values)
                    .number(seen.placeholders)
                    .cell(&seen.distinct);
                self.end(path.clone(), "columns");
            }
        }
        self.catalogue.tables = tables;
    }

    /// The table's number in the item and the row in the whole table: parts are cut differently by other settings.
    fn place_of(&self, item: u32, table: u32, part: u32, row: u64) -> (u64, u64) {
        let known = self.catalogue.table(item, part, table);
        known.map_or((u64::from(table), row), |known| (u64::from(known.table), known.row(part, row)))
    }

    fn mentions(&mut self) -> anyhow::Result<()> {
        let evidence = self.evidence;
        evidence.mentions(|mention| {
            if !self.is_used(mention.item) {
                return;
            }
            let (table, row) = self.place_of(mention.item, mention.table, mention.part, mention.row);
            self.number(table).number(row).number(u64::from(mention.length)).number(u64::from(mention.slot));
            self.number(mention.elements.0).number(mention.protected.0);
            for detector in mention.detectors {
                let id = self.detector(*detector).to_owned();
                self.cell(id.as_bytes());
            }
            self.cell(mention.tokens).cell(mention.values);
            self.end(self.item_path(mention.item), "mentions");
        })
    }

    fn findings(&mut self) -> anyhow::Result<()> {
        let evidence = self.evidence;
        evidence.findings(|finding| {
            if !self.is_used(finding.item) {
                return;
            }
            let (table, at) = self.place_of(finding.item, finding.table, finding.part, finding.at);
            let id = self.detector(finding.detector).to_owned();
            self.number(table).number(at).number(u64::from(finding.length)).number(u64::from(finding.column));
            self.cell(id.as_bytes()).cell(&finding.token.to_bytes()).cell(&finding.value).cell(&finding.context);
            self.number(u64::from(finding.protection)).number(u64::from(finding.test_value)).number(u64::from(finding.bits.to_bits()));
            self.end(self.item_path(finding.item), "findings");
        })
    }
}

/// How the second differs from the first: a sentence per item and kind.
pub fn differences(first: &Content, second: &Content) -> Vec<String> {
    let nothing = Tally::default();
    let keys: std::collections::BTreeSet<_> = first.keys().chain(second.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let (a, b) = (first.get(key).unwrap_or(&nothing), second.get(key).unwrap_or(&nothing));
            let (path, kind) = key;
            match (a == b, a.rows, b.rows) {
                (true, ..) => None,
                (_, from, 0) => Some(format!("`{path}`: {from} rows of {kind} in the case, none when the leak is read again")),
                (_, 0, to) => Some(format!("`{path}`: no rows of {kind} in the case, {to} when the leak is read again")),
                (_, from, to) if from == to => {
                    Some(format!("`{path}`: {from} rows of {kind}, some with other content when the leak is read again"))
                }
                (_, from, to) => Some(format!("`{path}`: {from} rows of {kind} in the case, {to} when the leak is read again")),
            }
        })
        .collect()
}
