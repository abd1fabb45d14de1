//! Whose name an e-mail address or a login tells: `jane.doe`, `doej`, `janedoe7`.
//!
//! A record that knows nothing but an address may be of somebody who is counted under a name already. If the address
//! tells a name that nobody in the leak has, it is not. If it tells the whole name of one person and of no other, it is
//! theirs, as long as names told by nobody (the given name of one address with the surname of another) do not find
//! people just as well.

use super::{
    cluster::Clusters,
    holdout::Tally,
    likeness::{self, Likeness, token_likeness},
    name::{Name, words},
    record::{Map, NONE, Records, mix},
    rule::Rule,
    spelling::is_typo,
    way::{COINCIDENCES, hash_text, soundex},
};
use crate::detect::{is_given_name, is_surname};
use rayon::prelude::*;
use std::{borrow::Cow, collections::BTreeMap};

/// A name that a mailbox may tell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    /// A given name or its initial.
    given: String,
    surname: String,
}

impl Reading {
    fn new(given: &str, surname: &str) -> Reading {
        Reading { given: given.to_owned(), surname: surname.to_owned() }
    }

    /// More than an initial.
    fn is_whole(&self) -> bool {
        self.given.chars().count() > 2 && self.surname.chars().count() > 2
    }
}

/// Names by surname, for asking who could be meant.
pub(super) struct Names<'a> {
    records: &'a Records,
    /// Hash of a surname, or of a given name and the sound of a surname; and the name.
    by_surname: Vec<(u64, u32)>,
    by_sound: Vec<(u64, u32)>,
}

impl<'a> Names<'a> {
    /// Of everybody in the records.
    pub(super) fn new(records: &'a Records) -> Names<'a> {
        let (mut by_surname, mut by_sound) = (Vec::new(), Vec::new());
        for (at, name) in records.names.iter().enumerate().filter(|(_, name)| !name.surname().is_empty()) {
            for surname in [likeness::joined(name.surname()), likeness::joined(name.maiden())] {
                if !surname.is_empty() {
                    by_surname.push((surname_key(&surname), at as u32));
                    by_sound.push((sound_key(name.given(), &surname), at as u32));
                }
            }
        }
        by_surname.sort_unstable();
        by_sound.sort_unstable();
        Names { records, by_surname, by_sound }
    }

    /// Names that go with a reading, each once or more: whose given name is much alike.
    fn namesakes<'r>(&'r self, reading: &'r Reading) -> impl Iterator<Item = u32> + 'r {
        let bears = move |at: &u32| {
            let name = &self.records.names[*at as usize];
            let alike = |known: &str| token_likeness(&reading.given, known, true) >= Likeness::Close;
            [name.given(), name.middle()].into_iter().flat_map(words).any(alike)
        };
        group(&self.by_surname, surname_key(&reading.surname)).filter(bears).chain(self.misspelt(reading))
    }

    /// Names whose given name is the same and whose surname is a typing error away, each once or more.
    fn misspelt<'r>(&'r self, reading: &'r Reading) -> impl Iterator<Item = u32> + 'r {
        let misspelt = move |at: &u32| {
            let name = &self.records.names[*at as usize];
            let surnames = [likeness::joined(name.surname()), likeness::joined(name.maiden())];
            name.given() == reading.given && surnames.iter().any(|surname| is_typo(surname, &reading.surname))
        };
        group(&self.by_sound, sound_key(&reading.given, &reading.surname)).filter(misspelt)
    }
}

/// Given names by surname, for asking whether anybody could be meant: thousands of people of one surname have hundreds.
pub(super) struct Givens<'a> {
    names: Names<'a>,
    /// Hash of a surname, and every word of the given names of those who bear it; no word where one is not known.
    by_surname: Vec<(u64, &'a str)>,
}

impl<'a> Givens<'a> {
    /// Of everybody in the records.
    pub(super) fn new(records: &'a Records) -> Givens<'a> {
        let mut names = Names::new(records);
        let of = |(surname, at): (u64, u32)| {
            let name = &records.names[at as usize];
            let unknown = name.given().is_empty().then_some("");
            [name.given(), name.middle()].into_iter().flat_map(words).chain(unknown).map(move |word| (surname, word))
        };
        let mut by_surname: Vec<(u64, &str)> = std::mem::take(&mut names.by_surname).into_iter().flat_map(of).collect();
        by_surname.par_sort_unstable();
        by_surname.dedup();
        Givens { names, by_surname }
    }

    /// Whether a mailbox tells a name and nobody has it.
    pub(super) fn is_strangers(&self, mailbox: &str) -> bool {
        let readings = readings(mailbox);
        let alike = |given: &str, known: &str| known.is_empty() || token_likeness(given, known, true) >= Likeness::Initial;
        let is_borne = |reading: &Reading| {
            let mut same = group(&self.by_surname, surname_key(&reading.surname));
            same.any(|known| alike(&reading.given, known)) || self.names.misspelt(reading).next().is_some()
        };
        !readings.is_empty() && !readings.iter().any(is_borne)
    }
}

fn surname_key(surname: &str) -> u64 {
    hash_text(surname)
}

fn sound_key(given: &str, surname: &str) -> u64 {
    mix(&[hash_text(given), hash_text(&soundex(surname))])
}

/// What lies under one key.
fn group<T: Copy>(sorted: &[(u64, T)], key: u64) -> impl Iterator<Item = T> + '_ {
    let from = sorted.partition_point(|(known, _)| *known < key);
    sorted[from..].iter().take_while(move |(known, _)| *known == key).map(|(_, at)| *at)
}

/// The names a mailbox can be read as; none when it is made of something else (`cooldude99`).
fn readings(mailbox: &str) -> Vec<Reading> {
    let local = mailbox.split(['@', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = local.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [one] => joined(one),
        [first, .., last] if [first, last].iter().any(|part| part.len() > 2 && (is_given_name(part) || is_surname(part))) => {
            vec![Reading::new(first, last), Reading::new(last, first)]
        }
        _ => Vec::new(),
    }
}

/// `jdoe`, `doej`, `janedoe`, `doejane`.
fn joined(word: &str) -> Vec<Reading> {
    let mut found = Vec::new();
    for at in word.char_indices().map(|(at, _)| at).skip(1) {
        let (before, after) = word.split_at(at);
        for (given, surname) in [(before, after), (after, before)] {
            let initial = given.chars().count() == 1 && surname.len() > 3 && is_surname(surname);
            let whole = given.len() > 2 && surname.len() > 2 && is_given_name(given) && (is_surname(surname) || given.len() > 3);
            if initial || whole {
                found.push(Reading::new(given, surname));
            }
        }
    }
    found
}

/// Words behind the name of a household in its mailbox.
const HOUSEHOLD: &[&str] = &["family", "familie", "familia", "famille", "famiglia"];

/// The surname that an address tells of somebody whose given name, its initial or household it tells too: `jane.doe`, `jdoe` or
/// `doe.family` of Jane Brown: she was, or is, called Doe. `given` is the given name or the whole name as the record writes it.
pub(super) fn other_surname<'m>(mailbox: &'m str, given: &str, surname: &str) -> Option<&'m str> {
    // Most tell no name but their own, which is seen without taking them apart.
    let is_letter = |at: usize| mailbox.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
    let mut begins = (0..mailbox.len()).filter(|at| is_letter(*at) && !at.checked_sub(1).is_some_and(is_letter));
    let is_initial = |at: usize| given.as_bytes().first().is_some_and(|first| first.eq_ignore_ascii_case(&mailbox.as_bytes()[at]));
    match (begins.next(), begins.next(), begins.next()) {
        (Some(one), None, _) if is_initial(one) => {}
        (Some(_), Some(_), None) => {}
        _ => return None,
    }
    let parts = mailbox.as_bytes().split(|byte| !byte.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    let mut parts = parts.filter_map(|part| std::str::from_utf8(part).ok());
    let (first, last) = (parts.next()?, parts.next());
    let stands_in = |text: &str, part: &str| text.split(|c: char| !c.is_alphabetic()).any(|token| token.eq_ignore_ascii_case(part));
    let is_new = |part: &str| !stands_in(given, part) && !stands_in(surname, part);
    let is_given = |part: &str| stands_in(given, part) && is_given_name(&part.to_ascii_lowercase());
    let is_known = |part: &str| part.len() > 3 && is_new(part) && is_surname(&part.to_ascii_lowercase());
    let Some(last) = last else {
        let initial = given.get(..1).filter(|initial| first.get(..1).is_some_and(|other| other.eq_ignore_ascii_case(initial)));
        // Not `adamson` of Anna Berg, which may be the whole of a name.
        return first.get(1..).filter(|rest| initial.is_some() && is_known(rest) && !is_surname(&first.to_ascii_lowercase()));
    };
    if parts.next().is_some() || first.len() < 3 || last.len() < 3 {
        return None;
    }
    match () {
        () if HOUSEHOLD.iter().any(|word| word.eq_ignore_ascii_case(last)) => Some(first).filter(|first| is_known(first)),
        () if is_given(first) && is_new(last) => Some(last),
        () if is_given(last) && is_new(first) => Some(first),
        () => None,
    }
}

/// Gives records without a name to the one person whose whole name their address tells. What comes back is how often that
/// is right: matches, and those among them that names told by nobody would have made as well.
pub(super) fn tell(records: &Records, clusters: &mut Clusters) -> Tally {
    let waiting = waiting(records, clusters);
    if waiting.is_empty() {
        return Tally::default();
    }
    let people = People::new(records, clusters);
    let mut claims: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (node, readings) in &waiting {
        if let Some(person) = people.only(readings).filter(|person| !clusters.contradicts(records, *person, *node)) {
            claims.entry(person).or_default().push(*node);
        }
    }
    // Two addresses that tell one name may be two people of that name.
    claims.retain(|_, nodes| nodes.len() == 1);
    let matches = claims.len() as u64;
    let decoys = decoys(&waiting).filter(|decoy| people.only(std::slice::from_ref(decoy)).is_some()).count() as u64;
    // Of fewer, decoys tell nothing.
    if matches < ENOUGH || decoys > 1 + matches / MOST_DECOYS {
        return Tally::default();
    }
    for (person, nodes) in claims {
        clusters.attach(records, Rule::R22, person, nodes[0]);
    }
    Tally { one: matches.saturating_sub(decoys), two: decoys }
}

/// So many matches there must be.
const ENOUGH: u64 = 5;

/// One in so many matches may be by chance.
const MOST_DECOYS: u64 = 20;

/// Named people, for asking who bears a name and how common it is.
struct People<'a> {
    names: Names<'a>,
    /// Name, and the record that stands for somebody who bears it.
    roots: Vec<(u32, u32)>,
    count: usize,
    givens: Map<u64, u32>,
    surnames: Map<u64, u32>,
}

impl<'a> People<'a> {
    fn new(records: &'a Records, clusters: &mut Clusters) -> People<'a> {
        let mut roots: Vec<(u32, u32)> = Vec::new();
        for (at, node) in records.nodes.iter().enumerate().filter(|(_, node)| node.name != NONE && !node.is_organisation()) {
            roots.push((node.name, clusters.root(at as u32)));
        }
        roots.sort_unstable();
        roots.dedup();
        let count = |of: fn(&Name) -> Cow<'_, str>| {
            let mut borne: Vec<(u64, u32)> =
                roots.iter().map(|(name, root)| (hash_text(&of(&records.names[*name as usize])), *root)).collect();
            borne.sort_unstable();
            borne.dedup();
            let mut counts = Map::default();
            borne.into_iter().for_each(|(key, _)| *counts.entry(key).or_insert(0) += 1);
            counts
        };
        let (givens, surnames) = (count(|name| Cow::Borrowed(name.given())), count(|name| likeness::joined(name.surname())));
        let mut everybody: Vec<u32> = roots.iter().map(|(_, root)| *root).collect();
        everybody.sort_unstable();
        everybody.dedup();
        People { names: Names::new(records), count: everybody.len(), roots, givens, surnames }
    }

    /// The one person who can be meant, by a name that is rare enough.
    fn only(&self, readings: &[Reading]) -> Option<u32> {
        let mut found = None;
        for reading in readings {
            for name in self.names.namesakes(reading) {
                let from = self.roots.partition_point(|(known, _)| *known < name);
                for (_, root) in self.roots[from..].iter().take_while(|(known, _)| *known == name) {
                    if found.is_some_and(|(known, _)| known != *root) {
                        return None;
                    }
                    found = Some((*root, reading));
                }
            }
        }
        found.filter(|(_, reading)| self.namesakes_expected(reading) < COINCIDENCES).map(|(root, _)| root)
    }

    /// How many further people of that name are to be expected, if given names and surnames go together by chance. What only
    /// one person bears counts by half, among a thousand people more than there are.
    fn namesakes_expected(&self, reading: &Reading) -> f64 {
        let share = |counts: &Map<u64, u32>, text: &str| {
            let others = counts.get(&hash_text(text)).copied().unwrap_or(1) - 1;
            (f64::from(others) / self.count as f64).max(0.5 / (self.count as f64 + 1000.0))
        };
        self.count as f64 * share(&self.givens, &reading.given) * share(&self.surnames, &reading.surname)
    }
}

/// People without a name, by the record that stands for them, whose address tells a whole one.
fn waiting(records: &Records, clusters: &mut Clusters) -> Vec<(u32, Vec<Reading>)> {
    let mut told: BTreeMap<u32, Vec<Reading>> = BTreeMap::new();
    for (node, mailbox) in &records.mailboxes {
        let root = clusters.root(*node);
        if records.nodes[*node as usize].is_organisation() || clusters.is_named(records, root) {
            continue;
        }
        let whole = readings(mailbox).into_iter().filter(Reading::is_whole);
        let known = told.entry(root).or_default();
        for reading in whole {
            if !known.contains(&reading) {
                known.push(reading);
            }
        }
    }
    told.into_iter().filter(|(_, readings)| !readings.is_empty()).collect()
}

/// The given name of each address with the surname of the next: names of nobody, as common as the true ones.
fn decoys(waiting: &[(u32, Vec<Reading>)]) -> impl Iterator<Item = Reading> + '_ {
    let next = waiting.iter().cycle().skip(1);
    waiting.iter().zip(next).filter_map(|((_, mine), (_, next))| {
        let (mine, next) = (mine.first()?, next.first()?);
        (mine.given != next.given && mine.surname != next.surname).then(|| Reading::new(&mine.given, &next.surname))
    })
}

#[cfg(test)]
mod tests {
    use super::{super::name::Parts, *};

    fn named(full: &[&str]) -> Records {
        let name = |full| Name::from_parts(&Parts { full, ..Parts::default() }).expect("a name");
        Records { names: full.iter().copied().map(name).collect(), ..Records::default() }
    }

    #[test]
    fn a_mailbox_is_a_strangers_if_it_tells_a_name_that_nobody_has() {
        let records = named(&["Margaret Miller", "Robert Smith", "Ana de la Cruz", "Annemarie Vickry"]);
        let names = Givens::new(&records);
        for (mailbox, strangers) in [
            ("margaret.miller@x.example", false),
            ("miller.margaret", false),
            ("mmiller", false),
            ("millerm", false),
            ("margaretmiller81", false),
            ("bob.smith", false),
            ("r.smith+news@x.example", false),
            ("ana.delacruz", false),
            ("annemarie.vickery", false),
            ("margaret.johnson@x.example", true),
            ("kmiller", true),
            ("susanmiller", true),
            // Not a name: it can be anybody's.
            ("cooldude99@x.example", false),
            ("x7-22", false),
        ] {
            assert_eq!(names.is_strangers(mailbox), strangers, "{mailbox}");
        }
    }

    #[test]
    fn an_address_tells_the_surname_that_its_owner_had() {
        for (mailbox, given, surname, want) in [
            ("jane.doe22", "Jane Brown", "", Some("doe")),
            ("doe_jane", "Jane A.", "Brown", Some("doe")),
            ("jane.brown", "Jane Brown", "", None),
            ("jane", "Jane Brown", "", None),
            ("peter.doe", "Jane Brown", "", None),
            ("jane.van.doe", "Jane Brown", "", None),
            ("j.doe", "J. Brown", "", None),
            // A mailbox of the household.
            ("brown.family", "Jane", "Brown", None),
            ("beckham.family1941", "Florinda", "Lovell", Some("beckham")),
            ("abeckham54483", "Amin", "Lovell", Some("beckham")),
            ("abeckham54483", "Florinda", "Lovell", None),
            ("alovell", "Amin", "Lovell", None),
            ("adamson", "Anna", "Berg", None),
        ] {
            assert_eq!(other_surname(mailbox, given, surname), want, "{mailbox}");
        }
    }
}
