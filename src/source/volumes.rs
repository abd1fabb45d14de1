//! Files that are one: archives in several (`x.part1.rar`, `x.rar` and `x.r00`, `x.zip.001`, `x.z01` and `x.zip`, `x.tgz.aa`), and
//! a database with its log (`x.db` and `x.db-wal`).
//!
//! What belongs together is told by names and, where a name alone could mean anything, by sizes: a file
//! that was cut has parts of one size, but for the last.

use super::walk::{Entry, Found};
use std::collections::BTreeMap;

/// The parts of one file, in order; at least two.
#[derive(Debug)]
pub struct Set {
    /// The name of the whole.
    pub name: String,
    pub parts: Vec<Entry>,
}

/// A kind of set, and the place of one of its parts in it.
type Place = (Kind, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// `.part1.rar`.
    Part,
    /// `.rar`, then `.r00`; `.s00` comes after `.r99`.
    Rar,
    /// `.z01`, then `.zip`.
    Zip,
    /// `.001`: what tools of many makes write, and cuts of no format at all.
    Number,
    /// `.aa`: what `split` writes.
    Letters,
}

/// The stem a part shares with its siblings, and its place.
fn place(name: &str) -> Option<(&str, Place)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let lower = ending.to_ascii_lowercase();
    let number = |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match lower.as_bytes() {
        b"rar" => {
            let part =
                stem.rsplit_once('.').and_then(|(stem, part)| Some((stem, number(part.to_ascii_lowercase().strip_prefix("part")?)?)));
            Some(part.map_or((stem, (Kind::Rar, 0)), |(stem, number)| (stem, (Kind::Part, number))))
        }
        b"zip" => Some((stem, (Kind::Zip, u32::MAX))),
        [letter @ b'r'..=b'y', _, _] if number(&lower[1..]).is_some() => {
            Some((stem, (Kind::Rar, number(&lower[1..])? + 1 + 100 * u32::from(letter - b'r'))))
        }
        [b'z', _, _] => Some((stem, (Kind::Zip, number(&lower[1..])?))),
        [_, _, _] | [_, _, _, _] if number(&lower).is_some() => Some((stem, (Kind::Number, number(&lower)?))),
        [a @ b'a'..=b'z', b @ b'a'..=b'z'] => Some((stem, (Kind::Letters, u32::from(a - b'a') * 26 + u32::from(b - b'a') + 1))),
        _ => None,
    }
}

/// Parts sets from what is none. Parts behind one that is missing stay alone, and so does a set without its first.
pub fn join(entries: Vec<Entry>) -> (Vec<Entry>, Vec<Set>) {
    let mut groups: BTreeMap<(String, String, Kind), Vec<(u32, usize)>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let Found::File { .. } = entry.found else { continue };
        if let Some((stem, (kind, number))) = place(entry.path.file_name()) {
            let key = (entry.path.directory().to_owned(), stem.to_ascii_lowercase(), kind);
            groups.entry(key).or_default().push((number, at));
        }
    }
    let mut entries: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    let mut sets = logs(&mut entries);
    for ((.., kind), mut places) in groups {
        places.sort_unstable();
        let size = |at: usize| match entries[at].as_ref().map(|entry| &entry.found) {
            Some(Found::File { size, .. }) => *size,
            _ => 0,
        };
        let first = u32::from(kind != Kind::Rar && places.first().is_none_or(|(number, _)| *number != 0));
        places.retain(|(_, at)| entries[*at].is_some());
        let row = (first..).zip(&places).take_while(|(want, (number, _))| want == number || kind == Kind::Zip && *number == u32::MAX);
        let row: Vec<usize> = row.map(|(_, (_, at))| *at).collect();
        let is_cut = row.split_last().is_some_and(|(last, before)| {
            let whole = before.first().map_or(0, |first| size(*first));
            before.iter().all(|at| size(*at) == whole) && (1..=whole).contains(&size(*last))
        });
        // Many files end in a number, or in two letters.
        let is_set = row.len() > 1
            && match kind {
                Kind::Number | Kind::Letters => is_cut,
                Kind::Zip => row.len() == places.len() && places.last().is_some_and(|(number, _)| *number == u32::MAX),
                Kind::Part | Kind::Rar => true,
            };
        if is_set {
            let parts: Vec<Entry> = row.iter().filter_map(|at| entries[*at].take()).collect();
            let stem = parts.first().and_then(|part| place(part.path.file_name())).map_or("", |(stem, _)| stem);
            let ending = match kind {
                Kind::Part | Kind::Rar => ".rar",
                Kind::Zip => ".zip",
                Kind::Number | Kind::Letters => "",
            };
            sets.push(Set { name: format!("{stem}{ending}"), parts });
        }
    }
    (entries.into_iter().flatten().collect(), sets)
}

/// How the log of a SQLite database is called, behind the database's own name.
const LOG: &str = "-wal";
/// Databases larger than this are read by themselves, since both together are held in memory.
const LOGGED: u64 = 256 << 20;

/// Databases with logs that are not empty, taken out of the entries.
fn logs(entries: &mut [Option<Entry>]) -> Vec<Set> {
    let place = |entry: &Option<Entry>| match entry {
        Some(Entry { path, found: Found::File { size, .. } }) => Some((path.to_string(), *size)),
        _ => None,
    };
    let by_path: BTreeMap<String, (usize, u64)> =
        entries.iter().enumerate().filter_map(|(at, entry)| place(entry).map(|(path, size)| (path, (at, size)))).collect();
    let mut sets = Vec::new();
    for (path, (log, size)) in &by_path {
        let database = path.strip_suffix(LOG).and_then(|path| by_path.get(path));
        let Some((database, _)) = database.filter(|(_, whole)| *size > 0 && *whole > 0 && whole + size <= LOGGED) else { continue };
        let parts: Vec<Entry> = [*database, *log].into_iter().filter_map(|at| entries[at].take()).collect();
        let name = parts.first().map_or("", |part| part.path.file_name()).to_owned();
        sets.push(Set { name, parts });
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::LogicalPath;
    use std::path::{Path, PathBuf};

    fn joined(files: &[(&str, u64)]) -> Vec<String> {
        let entry = |(name, size): &(&str, u64)| Entry {
            path: LogicalPath::from_root("share", Path::new(name)),
            found: Found::File { on_disk: PathBuf::new(), size: *size },
        };
        let (alone, sets) = join(files.iter().map(entry).collect());
        assert_eq!(alone.len() + sets.iter().map(|set| set.parts.len()).sum::<usize>(), files.len());
        let names = |set: &Set| set.parts.iter().map(|part| part.path.file_name().to_owned()).collect::<Vec<_>>().join("+");
        sets.iter().map(|set| format!("{}={}", set.name, names(set))).collect()
    }

    #[test]
    fn parts_of_every_kind_are_joined_in_order() {
        for (files, want) in [
            (&[("a.part2.rar", 5), ("a.part1.rar", 5), ("a.part10.rar", 5)][..], "a.rar=a.part1.rar+a.part2.rar"),
            (&[("A.rar", 5), ("a.r00", 5), ("a.r01", 2)], "A.rar=A.rar+a.r00+a.r01"),
            (&[("x.zip.001", 9), ("x.zip.002", 9), ("x.zip.003", 1)], "x.zip=x.zip.001+x.zip.002+x.zip.003"),
            (&[("x.zip", 4), ("x.z01", 9), ("x.z02", 9)], "x.zip=x.z01+x.z02+x.zip"),
            (&[("d.tgz.aa", 9), ("d.tgz.ab", 3)], "d.tgz=d.tgz.aa+d.tgz.ab"),
            (&[("app.db-wal", 3), ("app.db", 9)], "app.db=app.db+app.db-wal"),
        ] {
            assert_eq!(joined(files), [want]);
        }
    }

    #[test]
    fn files_that_only_look_like_parts_stay_alone() {
        for files in [
            &[("log.001", 9), ("log.002", 12)][..],
            &[("log.001", 9), ("log.002", 7), ("log.003", 9)],
            &[("x.zip.002", 9), ("x.zip.003", 9)],
            &[("a/x.zip.001", 9), ("b/x.zip.002", 9)],
            &[("x.zip", 4)],
            &[("x.zip", 4), ("x.z02", 9)],
            &[("a.part2.rar", 5), ("a.part3.rar", 5)],
            &[("page.en", 5), ("page.fr", 5)],
            &[("app.db-wal", 0), ("app.db", 9)],
            &[("app.db-wal", 3), ("app.db2", 9)],
            &[("app.db-wal", 3), ("app.db", 256 << 20)],
        ] {
            assert_eq!(joined(files), [""; 0]);
        }
    }
}
