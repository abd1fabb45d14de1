//! How many people may be in what could not be read: an estimate, for the ceiling only.
//!
//! The bytes of an item that were not examined (unpacked, where its container tells), times the people per byte of items like
//! it: those whose names differ in digits only, else those of the same ending in the same folder (for a member of an archive
//! in the archive's too), else of the same ending anywhere. An archive or other container that could not be opened is taken to
//! be as dense as all the leak. Whoever has never been seen in such items is not supposed to be in them.
//!
//! Most of them stand elsewhere in the leak already. How many do not is told by how many of those seen were seen once
//! (I. J. Good, "The population frequencies of species", Biometrika 40 (1953)): where everybody is in every file nobody is new, where
//! everybody is in one file all are.

use super::{
    catalogue::Catalogue,
    count::{Direction, Reason},
    individual::Individual,
    record::Records,
};
use crate::{
    base::Category,
    evidence::{Evidence, ItemStatus},
};
use std::collections::HashMap;

/// Endings of what holds other items, which are like each other in nothing.
const CONTAINERS: &[&str] =
    &["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "pst", "ost", "iso", "vhdx", "vmdk", "dump", "bak"];

/// People, and what they were seen in: bytes of items that are alike.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    people: u64,
    bytes: u64,
}

impl Seen {
    fn add(&mut self, people: u64, bytes: u64) {
        self.people += people;
        self.bytes += bytes;
    }

    /// How many people so many bytes may hold, rounded up.
    fn people_in(self, bytes: u64) -> u64 {
        proportion(self.people, self.bytes, bytes)
    }
}

/// How many people were seen once, of all the times that somebody was seen in an item.
#[derive(Clone, Copy, Debug)]
struct Novelty {
    once: u64,
    times: u64,
}

impl Novelty {
    /// How many of these are expected to be people not seen before, rounded up.
    fn of(self, people: u64) -> u64 {
        proportion(self.once, self.times, people)
    }
}

/// What `part` of `whole` is of `all`, rounded up; 0 of nothing.
fn proportion(part: u64, whole: u64, all: u64) -> u64 {
    if whole == 0 { 0 } else { (u128::from(part) * u128::from(all)).div_ceil(u128::from(whole)) as u64 }
}

/// The folder of a path and the ending of its name, in lower case.
fn kind(path: &str) -> (&str, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.split('#').next().unwrap_or(name);
    (folder, name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase()))
}

/// The folder that the archive around a member lies in.
fn around(folder: &str) -> Option<&str> {
    let (archive, _) = folder.rsplit_once('!')?;
    Some(archive.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The name of an item without its digits, in lower case: what `members_2023.csv` and `members_2024.csv` are called both. `None`
/// where little else is in it.
fn series_of(path: &str) -> Option<String> {
    const LEAST: usize = 3;
    let name = path.rsplit('/').next()?.split('#').next()?.trim_end_matches('!');
    let (stem, _) = name.split_once('.').unwrap_or((name, ""));
    let is_named = stem.chars().filter(|c| c.is_alphabetic()).count() >= LEAST && name.contains(|c: char| c.is_ascii_digit());
    is_named.then(|| name.chars().filter(|c| !c.is_ascii_digit()).flat_map(char::to_lowercase).collect())
}

/// Why the ceiling is higher than what was seen allows; `None` when everything was read.
pub(super) fn estimate(
    evidence: &Evidence<'_>,
    catalogue: &Catalogue,
    records: &Records,
    individuals: &[Individual],
    order: &[u32],
) -> Option<Reason> {
    let unread = unread(evidence, catalogue);
    if unread.is_empty() {
        return None;
    }
    let (mut near, mut like, mut all) = (HashMap::<(&str, String), Seen>::new(), HashMap::<String, Seen>::new(), Seen::default());
    let mut series: HashMap<String, Seen> = unread.iter().filter_map(|(path, _)| Some((series_of(path)?, Seen::default()))).collect();
    let (people, novelty) = people_by_item(records, individuals, order);
    for item in evidence.items.iter().filter(|item| !catalogue.is_set_aside(item.item)) {
        let people = people.get(&item.item).copied().unwrap_or(0);
        let (folder, ending) = kind(item.path);
        if let Some(seen) = series_of(item.path).and_then(|name| series.get_mut(&name)) {
            seen.add(people, item.examined);
        }
        near.entry((folder, ending.clone())).or_default().add(people, item.examined);
        like.entry(ending).or_default().add(people, item.examined);
        if item.depth == 0 {
            all.bytes += item.examined;
        }
    }
    all.people = individuals.iter().filter(|individual| individual.counted).count() as u64;
    let (mut at_risk, mut bytes) = (0, 0);
    for (path, lost) in &unread {
        let (folder, ending) = kind(path);
        let seen = match CONTAINERS.contains(&ending.as_str()) {
            true => all,
            false => {
                let of_name = series_of(path).and_then(|name| series.get(&name).copied());
                let inside = near.get(&(folder, ending.clone())).copied();
                let beside = around(folder).and_then(|folder| near.get(&(folder, ending.clone())).copied());
                let all_like = like.get(&ending).copied();
                [of_name, inside, beside, all_like].into_iter().flatten().find(|seen| seen.bytes > 0).unwrap_or_default()
            }
        };
        at_risk += seen.people_in(*lost);
        bytes += lost;
    }
    let further = novelty.of(at_risk);
    (further > 0).then(|| Reason {
        code: "unread_items",
        text: format!(
            "{} items could not be read ({bytes} bytes); at the density of items like them (same name but for digits, same ending in the \
             folder, same ending anywhere; all of the leak for archives) they may hold {at_risk} people; by how many of those seen were seen in one item only, so many of them stand nowhere else",
            unread.len()
        ),
        direction: Direction::Raises,
        people: further,
        resolve: "see exceptions.csv: give passwords or sound copies and scan again",
        examples: Vec::new(),
    })
}

/// Path and lost bytes of what was not examined and may hold people, copies once.
fn unread(evidence: &Evidence<'_>, catalogue: &Catalogue) -> Vec<(String, u64)> {
    let mut lost: HashMap<&str, u64> = HashMap::new();
    for problem in evidence.problems.iter().filter(|problem| !catalogue.is_set_aside(problem.item)) {
        let may_hold = !matches!(problem.category, Category::Symlink | Category::SpecialFile | Category::ImageOnly);
        if may_hold && problem.bytes_not_examined > 0 {
            *lost.entry(problem.path.as_str()).or_default() += problem.bytes_not_examined;
        }
    }
    // What is packed was counted packed.
    for item in evidence.items.iter().filter(|item| item.status == ItemStatus::Failed) {
        if let Some(lost) = lost.get_mut(item.path) {
            *lost = item.size.max(*lost);
        }
    }
    let mut lost: Vec<(String, u64)> = lost.into_iter().map(|(path, bytes)| (path.to_owned(), bytes)).collect();
    lost.sort_unstable();
    lost
}

/// How many counted people were seen in each item, and how many were seen once for how many times somebody was seen. `order` holds the
/// mentions of everybody, see [`super::Population::order`].
fn people_by_item(records: &Records, individuals: &[Individual], order: &[u32]) -> (HashMap<u32, u64>, Novelty) {
    let (mut people, mut novelty) = (HashMap::new(), Novelty { once: 0, times: 0 });
    let mut items: Vec<u32> = Vec::new();
    for individual in individuals.iter().filter(|individual| individual.counted) {
        items.clear();
        items.extend(individual.places(order).iter().filter_map(|at| Some(records.mentions.get(*at as usize)?.item)));
        items.sort_unstable();
        items.dedup();
        items.iter().for_each(|item| *people.entry(*item).or_default() += 1);
        novelty.once += u64::from(items.len() == 1);
        novelty.times += items.len() as u64;
    }
    (people, novelty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_estimated_by_density_and_rounded_up() {
        let seen = Seen { people: 10, bytes: 1000 };
        assert_eq!(seen.people_in(1000), 10);
        assert_eq!(seen.people_in(1), 1);
        assert_eq!(Seen { people: 0, bytes: 1000 }.people_in(5000), 0);
        assert_eq!(Seen::default().people_in(5000), 0);
    }

    #[test]
    fn who_is_seen_in_every_file_is_not_new_in_the_next() {
        assert_eq!(Novelty { once: 0, times: 500 }.of(90), 0);
        assert_eq!(Novelty { once: 500, times: 500 }.of(90), 90);
        assert_eq!(Novelty { once: 1, times: 500 }.of(90), 1);
    }

    #[test]
    fn items_are_alike_by_folder_and_ending() {
        assert_eq!(kind("share/a.zip!/hr/Pay.CSV"), ("share/a.zip!/hr", "csv".to_owned()));
        assert_eq!(kind("share/readme"), ("share", String::new()));
        assert_eq!(kind("a.xlsx#2024"), ("", "xlsx".to_owned()));
    }

    #[test]
    fn a_series_is_a_name_but_for_its_digits() {
        assert_eq!(series_of("a/b.zip!/Members_2023.csv").as_deref(), Some("members_.csv"));
        assert_eq!(series_of("a/members_2024.csv"), series_of("a/b.zip!/members_2023.csv"));
        assert_eq!((series_of("a/2024.csv"), series_of("a/members.csv"), series_of("a/q1.csv")), (None, None, None));
        assert_eq!((around("a/b.zip!"), around("b.zip!/in"), around("a/b")), (Some("a"), Some(""), None));
    }
}
