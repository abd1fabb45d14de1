//! Paths as the user gave them, and every path that holds the same bytes.

use crate::{evidence::Evidence, people::catalogue::Catalogue};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::PathBuf,
};

/// How logical paths are written for the user.
#[derive(Debug, Default)]
pub struct Shown {
    /// Name of a root in logical paths, and what the user called it.
    roots: Vec<(String, String)>,
}

impl Shown {
    /// Roots as given, beside their names; those in the working directory are written relative to it.
    pub fn new(roots: &[PathBuf], names: Vec<String>) -> Shown {
        let here = std::env::current_dir().unwrap_or_default();
        let given = |root: &PathBuf| {
            let root = root.strip_prefix(&here).unwrap_or(root);
            let parts: Vec<String> = root
                .components()
                .filter(|part| *part != std::path::Component::CurDir)
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            parts.join("/").replacen("//", "/", 1)
        };
        Shown { roots: names.into_iter().zip(roots.iter().map(given)).collect() }
    }

    /// A logical path as the user would write it.
    pub fn path(&self, logical: &str) -> String {
        let below = |name: &str| {
            let rest = logical.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with(['/', '#']) || rest.starts_with("!/")).then_some(rest)
        };
        let fitting = self.roots.iter().filter_map(|(name, given)| Some((name.len(), given, below(name)?)));
        let Some((_, given, rest)) = fitting.max_by_key(|(length, ..)| *length) else { return logical.to_owned() };
        match given.as_str() {
            "" => rest.trim_start_matches('/').to_owned(),
            given => format!("{given}{rest}"),
        }
    }
}

/// Files on disk by logical path.
pub type OnDisk = BTreeMap<String, PathBuf>;

/// Where equal bytes stand: an item is under its own path, under those of its copies, and in the
/// copies of every container around it.
pub struct Copies<'e> {
    groups: HashMap<u32, Vec<&'e str>>,
    by_path: HashMap<&'e str, u32>,
}

impl<'e> Copies<'e> {
    /// The copies of a case.
    pub fn new(evidence: &'e Evidence<'_>, catalogue: &Catalogue) -> Copies<'e> {
        let mut copies = Copies { groups: HashMap::new(), by_path: HashMap::new() };
        // Most items have no copies, and there may be ten million.
        let copied: HashSet<u32> = evidence
            .items
            .iter()
            .map(|item| (item.item, catalogue.master(item.item)))
            .filter(|(item, master)| item != master)
            .map(|pair| pair.1)
            .collect();
        for item in evidence.items.iter() {
            let master = catalogue.master(item.item);
            if copied.contains(&master) {
                copies.groups.entry(master).or_default().push(item.path);
                copies.by_path.insert(item.path, master);
            }
        }
        copies
    }

    /// Every path of these bytes, its own first.
    pub fn of(&self, path: &str) -> Vec<String> {
        let mut all = vec![path.to_owned()];
        let group = self.by_path.get(path).and_then(|master| self.groups.get(master));
        all.extend(group.into_iter().flatten().map(|copy| (*copy).to_owned()));
        for (at, _) in path.match_indices("!/").chain(path.match_indices('#')) {
            let (container, rest) = (&path[..at], &path[at..]);
            let group = self.by_path.get(container).and_then(|master| self.groups.get(master));
            all.extend(group.into_iter().flatten().filter(|copy| **copy != container).map(|copy| format!("{copy}{rest}")));
        }
        let mut seen = BTreeSet::new();
        all.retain(|path| seen.insert(path.clone()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_they_were_given() {
        let roots = [PathBuf::from("./data/exports/"), PathBuf::from("."), PathBuf::from("a.zip")];
        let shown = Shown::new(&roots, vec!["exports".to_owned(), "repo".to_owned(), "a.zip".to_owned()]);
        assert_eq!(shown.path("exports/x.csv"), "data/exports/x.csv");
        assert_eq!(shown.path("repo/src/x.csv"), "src/x.csv");
        assert_eq!(shown.path("a.zip!/b/c.xlsx#Sheet"), "a.zip!/b/c.xlsx#Sheet");
        assert_eq!(shown.path("other/x"), "other/x");
    }
}
