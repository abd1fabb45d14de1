//! Masked cards of people for "why is this person on the list?", as compact JSON inside the page.
//!
//! Every word that repeats (places, sets of elements, paths, rules) is written once and then
//! named by its number; `page.js` reads the arrays in the order of [`person`].

use super::{super::Assessment, script_json};
use crate::{
    base::{Element, ElementSet, Role, mask::mask_name},
    evidence::row::NO_TABLE,
    people::{
        individual::{Individual, Known, PersonId},
        record::{Map, NONE},
        rule::Rule,
    },
    report::{people::location, words},
};
use serde::Serialize;
use std::borrow::Cow;

/// People whose cards fit into a page that still opens at once.
pub(super) const MOST: u64 = 100_000;

/// Records told per person; `breachscope explain` tells them all.
const PLACES_TOLD: usize = 3;

/// Words by number, in the order they were first used.
struct Interned<T> {
    words: Vec<T>,
    numbers: Map<T, usize>,
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn new() -> Interned<T> {
        Interned { words: Vec::new(), numbers: Map::default() }
    }

    fn number(&mut self, word: T) -> usize {
        *self.numbers.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            self.words.len() - 1
        })
    }
}

/// The words that cards share.
struct Shared<'a> {
    sets: Interned<ElementSet>,
    places: Interned<&'a str>,
    bases: Interned<&'static str>,
    paths: Interned<&'a str>,
}

/// What the page reads.
#[derive(Serialize)]
struct Cards<'a> {
    /// Word, whether it identifies directly, and how many people.
    elements: Vec<(&'static str, u8, u64)>,
    sets: Vec<Vec<usize>>,
    places: Vec<String>,
    bases: Vec<&'a str>,
    rules: Vec<[&'static str; 2]>,
    roles: Vec<&'static str>,
    paths: Vec<Cow<'a, str>>,
    people: Vec<Card>,
}

/// One person, as an array; the fields in the order in which `page.js` reads them.
#[derive(Serialize)]
struct Card(PersonId, String, u32, u8, u8, usize, usize, usize, usize, u32, u32, u8, Vec<usize>, Vec<(usize, String)>, Vec<usize>);

/// All cards, ready to stand in a script element.
pub(super) fn cards(assessment: &Assessment<'_>) -> anyhow::Result<String> {
    let population = assessment.population;
    // A bit for every rule that one of their merges rests on.
    let mut merged = vec![0u64; population.individuals.len()];
    for merge in &population.merges {
        let at = population.individual_of.get(merge.a as usize).copied().unwrap_or(NONE);
        if let Some(rules) = merged.get_mut(at as usize) {
            *rules |= 1 << merge.rule as u32;
        }
    }
    let mut shared = Shared { sets: Interned::new(), places: Interned::new(), bases: Interned::new(), paths: Interned::new() };
    let mut people = Vec::new();
    for (at, individual) in population.individuals.iter().enumerate().filter(|(_, individual)| individual.counted) {
        let part = population.counts.each.get(at).copied().unwrap_or_default();
        let doubt = u8::from(part.is_other) | u8::from(part.is_two) << 1 | u8::from(individual.conflict) << 2;
        people.push(person(assessment, individual, merged.get(at).copied().unwrap_or_default(), doubt, &mut shared));
    }
    let count = |element: &Element| assessment.census.elements.get(element).map_or(0, |(people, _)| *people);
    script_json(&Cards {
        elements: Element::ALL
            .iter()
            .map(|element| (words::element(*element), u8::from(element.is_direct_identifier()), count(element)))
            .collect(),
        sets: shared.sets.words.iter().map(|set| set.iter().map(|element| element as usize).collect()).collect(),
        places: shared.places.words.iter().map(|place| words::place(place)).collect(),
        bases: shared.bases.words.iter().map(|basis| basis_words(basis)).collect(),
        rules: Rule::ALL.iter().map(|rule| [rule.id(), rule.text()]).collect(),
        roles: Role::ALL.iter().map(|role| role.word()).collect(),
        paths: shared.paths.words.iter().map(|path| super::visible(path)).collect(),
        people,
    })
}

fn person<'a>(assessment: &Assessment<'a>, individual: &'a Individual, rules: u64, doubt: u8, shared: &mut Shared<'a>) -> Card {
    let population = assessment.population;
    let name = population.records.shown_name(individual.name).map(|name| mask_name(&name)).unwrap_or_default();
    let places = population.mentions(individual).take(PLACES_TOLD).map(|mention| {
        let path = shared.paths.number(population.catalogue.path(assessment.evidence, mention.item));
        (path, location(mention.table != NO_TABLE, mention.row, mention.length))
    });
    let places = places.collect();
    Card(
        individual.id,
        super::visible(&name).into_owned(),
        individual.birth / 10_000,
        known(individual.minor),
        known(individual.deceased),
        shared.places.number(&individual.residency),
        shared.bases.number(individual.residency_basis.word()),
        shared.sets.number(individual.elements),
        shared.sets.number(individual.protected),
        individual.records(),
        individual.files,
        doubt,
        (0..Role::ALL.len()).filter(|at| individual.roles().any(|held| held == Role::ALL[*at])).collect(),
        places,
        (0..Rule::ALL.len()).filter(|at| rules >> at & 1 == 1).collect(),
    )
}

const fn known(known: Known) -> u8 {
    match known {
        Known::Unknown => 0,
        Known::Yes => 1,
        Known::No => 2,
    }
}

fn basis_words(basis: &str) -> &str {
    match basis {
        "address" => "from an address",
        "phone" => "from a phone number",
        "personal_number" => "from the country of a personal number",
        "none" => "nothing tells",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_once() {
        let mut words = Interned::new();
        assert_eq!([words.number("a"), words.number("b"), words.number("a")], [0, 1, 0]);
        assert_eq!(words.words, ["a", "b"]);
    }
}
