//! Members of copied containers stand under one path, whichever copy was read.
//!
//! Of equal containers one is read, and which one chance decides: its members have its path. The path that stands for all of
//! them is the one that lies least deep, then the first; the members are moved under it, so that the same leak gives the same
//! evidence, and a container that is said to be read has its members. Large ones that are unpacked as they come are known only
//! when they were read, so several may be: what stands twice then is kept once. A packed stream that gives its content no name has
//! it named after the copy that was read: that is renamed, too.

use super::{
    items::{Digest, ItemSeen, Items},
    row::ItemStatus,
};
use crate::base::path::{LogicalPath, around, unpacked_name};
use std::collections::{HashMap, HashSet};

/// Formats of one packed stream, which need not name what it holds.
const OF_ONE_STREAM: [&str; 9] = ["brotli", "bzip2", "compress", "gzip", "lz4", "lzip", "lzma", "xz", "zstd"];

impl Items {
    /// Moves the members of read copies under the path that stands for all copies; the numbers of those that had to be moved, and
    /// of those that stand there already and were left out.
    pub(super) fn settle(&mut self) -> Settled {
        let deepest = self.iter().map(|item| item.depth).max().unwrap_or(0);
        let copied = self.copied(deepest);
        if copied.is_empty() {
            return Settled::default();
        }
        // Where containers were, and where they are.
        let mut moved: HashMap<String, String> = HashMap::new();
        // The paths that stand for all copies.
        let mut masters: HashMap<Digest, String> = HashMap::new();
        // What is named after a copy of the stream it is in, and its name after the one that stands for all.
        let mut named: HashMap<String, String> = HashMap::new();
        let mut names: HashMap<Digest, HashSet<String>> = HashMap::new();
        for item in self.iter().filter(|item| OF_ONE_STREAM.contains(&item.format) && copied.contains(&item.digest.short())) {
            names.entry(item.digest).or_default().insert(unpacked_name(item.path).to_owned());
        }
        let mut settled = Settled::default();
        // Outer ones first: what is in a container is where that is.
        for depth in 0..=deepest {
            let mut changed: Vec<(usize, String)> = Vec::new();
            let mut read: Vec<(Digest, String, String)> = Vec::new();
            let mut found: Vec<(Digest, String)> = Vec::new();
            for (place, item) in self.iter().enumerate().filter(|(_, item)| item.depth == depth) {
                let path = named.get(item.path).cloned().or_else(|| under(item.path, &moved)).filter(|path| path != item.path);
                if copied.contains(&item.digest.short()) {
                    let path = path.as_deref().unwrap_or(item.path);
                    found.push((item.digest, path.to_owned()));
                    if item.status != ItemStatus::Duplicate {
                        read.push((item.digest, path.to_owned(), item.path.to_owned()));
                    }
                }
                changed.extend(path.map(|path| (place, path)));
            }
            found.sort_unstable();
            found.into_iter().for_each(|(digest, path)| _ = masters.entry(digest).or_insert(path));
            for (place, path) in &changed {
                moved.extend(self.get(*place).map(|item| (item.path.to_owned(), path.clone())));
            }
            for (digest, path, was) in read {
                let Some(master) = masters.get(&digest) else { continue };
                for name in names.get(&digest).into_iter().flatten() {
                    let member = LogicalPath::from_stored(&was).member(name.as_bytes());
                    named.insert(member.as_str().to_owned(), LogicalPath::from_stored(master).unpacked().as_str().to_owned());
                }
                if *master != path {
                    moved.insert(was, master.clone());
                }
            }
            settled.moved.extend(changed.iter().filter_map(|(place, _)| Some(self.get(*place)?.item)));
            self.rename(&changed);
        }
        settled.left_out = self.repeated(&settled.moved);
        self.leave_out(&settled.left_out);
        settled
    }

    /// Digests of which there are copies, in short, since there may be ten million; the deepest items hold no others.
    fn copied(&self, deepest: u32) -> HashSet<u64> {
        let may_hold = |item: &ItemSeen<'_>| item.depth < deepest && item.size > 0 && !item.digest.is_unknown();
        let mut all: Vec<u64> = self.iter().filter(may_hold).map(|item| item.digest.short()).collect();
        all.sort_unstable();
        all.chunk_by(|a, b| a == b).filter(|equal| equal.len() > 1).map(|equal| equal[0]).collect()
    }

    /// Of these items, those of which the same stands under the same path.
    fn repeated(&self, moved: &HashSet<u32>) -> HashSet<u32> {
        let paths: HashSet<&str> = moved.iter().filter_map(|item| Some(self.of_number(*item)?.path)).collect();
        let mut known = HashSet::new();
        let (late, early): (Vec<_>, Vec<_>) =
            self.iter().filter(|item| paths.contains(item.path)).partition(|item| moved.contains(&item.item));
        let same = |item: &ItemSeen<'_>| (item.path.to_owned(), item.digest, item.size);
        known.extend(early.iter().map(same));
        late.iter().filter(|item| !known.insert(same(item))).map(|item| item.item).collect()
    }
}

/// Numbers of items.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub moved: HashSet<u32>,
    pub left_out: HashSet<u32>,
}

/// The path below a container that has moved; `None` when none around it has.
fn under(path: &str, moved: &HashMap<String, String>) -> Option<String> {
    if moved.is_empty() {
        return None;
    }
    around(path).skip(1).find_map(|container| Some(format!("{}{}", moved.get(container)?, &path[container.len()..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ItemSeen;

    fn items(rows: &[(&str, u32, ItemStatus, u8)]) -> Items {
        items_of("zip", rows)
    }

    fn items_of(format: &str, rows: &[(&str, u32, ItemStatus, u8)]) -> Items {
        let digests: Vec<String> = rows.iter().map(|row| format!("sha256:{}", format!("{:02x}", row.3).repeat(32))).collect();
        let seen = rows.iter().zip(&digests).enumerate().map(|(item, ((path, depth, status, _), digest))| {
            let seen =
                ItemSeen { item: item as u32, path, size: 5, digest: Digest::Unknown, format, status: *status, examined: 5, depth: *depth };
            (seen, digest.as_str())
        });
        let mut items = Items::default();
        items.extend(seen).expect("fits");
        items.sort();
        items
    }

    #[test]
    fn members_stand_under_the_path_that_stands_for_all_copies() {
        use ItemStatus::{Duplicate, Full};
        let mut held = items(&[
            ("p.zip", 0, Full, 1),
            ("p.zip!/inner.zip", 1, Duplicate, 2),
            ("q.zip", 0, Full, 3),
            ("q.zip!/inner.zip", 1, Full, 2),
            ("q.zip!/inner.zip!/a.csv", 2, Full, 4),
            ("q.zip!/inner.zip!/deep.db", 2, Full, 5),
            ("q.zip!/inner.zip!/deep.db#row 1 column 2", 3, Full, 6),
            ("z.db", 0, Duplicate, 5),
            ("q.zip!/other#1.csv", 1, Full, 7),
        ]);
        assert_eq!(held.settle().moved, HashSet::from([4, 5, 6]));
        let paths: Vec<&str> = held.iter().map(|item| item.path).collect();
        assert_eq!(
            paths,
            [
                "p.zip",
                "p.zip!/inner.zip",
                "q.zip",
                "q.zip!/inner.zip",
                "p.zip!/inner.zip!/a.csv",
                "p.zip!/inner.zip!/deep.db",
                "z.db#row 1 column 2",
                "z.db",
                "q.zip!/other#1.csv",
            ]
        );
        assert_eq!(held.settle(), Settled::default(), "nothing is left to do");
        assert_eq!(items(&[("a.zip", 0, Full, 1), ("b.zip", 0, Duplicate, 1), ("a.zip!/x", 1, Full, 2)]).settle(), Settled::default());
    }

    #[test]
    fn what_was_read_in_two_copies_is_kept_once() {
        use ItemStatus::Full;
        let mut held = items(&[
            ("b.tgz", 0, Full, 1),
            ("b.tgz!/a.csv", 1, Full, 2),
            ("a.zip!/b.tgz", 1, Full, 1),
            ("a.zip!/b.tgz!/a.csv", 2, Full, 2),
            ("a.zip", 0, Full, 3),
        ]);
        let settled = held.settle();
        assert_eq!((settled.moved, settled.left_out), (HashSet::from([3]), HashSet::from([3])));
        assert_eq!(held.iter().map(|item| item.path).collect::<Vec<_>>(), ["b.tgz", "b.tgz!/a.csv", "a.zip!/b.tgz", "a.zip"]);
    }

    #[test]
    fn what_is_named_after_the_copy_that_was_read_is_named_after_the_one_that_stands_for_all() {
        use ItemStatus::{Duplicate, Full};
        let paths = |copies: &[(&str, ItemStatus)], member: &str, format: &'static str| {
            let read = copies.iter().find(|(_, status)| *status == Full).map_or("", |(path, _)| path);
            let (content, inner) = (format!("{read}!/{member}"), format!("{read}!/{member}!/in.csv"));
            let mut rows: Vec<_> = copies.iter().map(|(path, status)| (*path, 0, *status, 1)).collect();
            rows.extend([(content.as_str(), 1, Full, 2), (inner.as_str(), 2, Full, 3)]);
            let mut held = items_of(format, &rows);
            held.settle();
            held.iter().skip(copies.len()).map(|item| item.path.to_owned()).collect::<Vec<_>>()
        };
        let (first, last) = ([("CHANGES.gz", Full), ("log.gz", Duplicate)], [("CHANGES.gz", Duplicate), ("log.gz", Full)]);
        for (copies, member) in [(first, "CHANGES"), (last, "log"), (first, "log"), (last, "CHANGES")] {
            assert_eq!(paths(&copies, member, "gzip"), ["CHANGES.gz!/CHANGES", "CHANGES.gz!/CHANGES!/in.csv"], "{member}");
        }
        // A name of its own stays, and so do those an archive gives.
        for copies in [first, last] {
            assert_eq!(paths(&copies, "dump.sql", "gzip"), ["CHANGES.gz!/dump.sql", "CHANGES.gz!/dump.sql!/in.csv"]);
            assert_eq!(paths(&copies, "log", "zip"), ["CHANGES.gz!/log", "CHANGES.gz!/log!/in.csv"]);
        }
    }
}
