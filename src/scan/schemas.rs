//! What CREATE TABLE statements of one item say of INSERTs in its siblings.
//!
//! Dumps are often split: one file creates the tables, others fill them. A lookup sees only
//! what was known when its item was handed out, so that the answer does not depend on timing.

use std::{collections::HashMap, sync::Mutex};

/// Tables and their columns, by the folder they were created in.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    known: Mutex<Known>,
}

/// Columns, with the moment they became known.
type Versions = Vec<(u64, Vec<String>)>;

#[derive(Debug, Default)]
struct Known {
    count: u64,
    /// (folder, table) to columns, with the moment they became known.
    tables: HashMap<(String, String), Versions>,
}

impl Schemas {
    /// Remembers a table of a folder; the first of the same moment and smallest columns win.
    pub(super) fn add(&self, folder: &str, table: &str, columns: &[&str]) {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let mut known = self.lock();
        known.count += 1;
        let moment = known.count;
        known.tables.entry((folder.to_owned(), table.to_lowercase())).or_default().push((moment, columns));
    }

    /// The present moment, for lookups later.
    pub(super) fn moment(&self) -> u64 {
        self.lock().count
    }

    /// The columns of a table as known at a moment: in the item's folder, else in those above.
    pub(super) fn find(&self, folder: &str, table: &str, moment: u64) -> Option<Vec<String>> {
        let known = self.lock();
        let table = table.to_lowercase();
        let mut folder = folder;
        loop {
            let found = known.tables.get(&(folder.to_owned(), table.clone()));
            let found = found.and_then(|versions| versions.iter().filter(|(at, _)| *at <= moment).map(|(_, columns)| columns).min());
            if found.is_some() || folder.is_empty() {
                return found.cloned();
            }
            folder = folder.rfind('/').map_or("", |at| &folder[..at]);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_sees_what_was_known_at_its_moment() {
        let schemas = Schemas::default();
        schemas.add("dump", "Users", &["id", "name"]);
        let before = schemas.moment();
        schemas.add("dump/part", "users", &["id"]);
        assert_eq!(schemas.find("dump/part", "users", before), Some(vec!["id".to_owned(), "name".to_owned()]));
        assert_eq!(schemas.find("dump/part", "users", schemas.moment()), Some(vec!["id".to_owned()]));
        assert_eq!(schemas.find("other", "users", schemas.moment()), None);
    }
}
