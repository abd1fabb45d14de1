//! Masked cards of people for "why is this person on the list?", as compact JSON inside the page.
//!
//! Every word that repeats (places, sets of elements, paths, rules) is written once and then
//! named by its number; `page.js` reads the arrays in the order of [`person`].

use super::{super::Assessment, script_json};
use crate::{
    base::{Element, ElementSet, Role, mask::mask_name},
    evidence::row::NO_TABLE,
    people::{
        individual::{Individual, Known},
        rule::RULES,
    },
    report::{people::location, words},
};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// People whose cards fit into a page that still opens at once.
pub(super) const MOST: u64 = 100_000;

/// Records told per person; `breachscope explain` tells them all.
const PLACES_TOLD: usize = 3;

/// Words by number, in the order they were first used.
struct Interned<T> {
    words: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn new() -> Interned<T> {
        Interned { words: Vec::new(), numbers: HashMap::new() }
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

/// All cards, ready to stand in a script element.
pub(super) fn cards(assessment: &Assessment<'_>) -> anyhow::Result<String> {
    let population = assessment.population;
    let mut merged: HashMap<u32, BTreeSet<&str>> = HashMap::new();
    for merge in &population.merges {
        if let Some(at) = population.individual_of.get(merge.a as usize) {
            merged.entry(*at).or_default().insert(merge.rule.id);
        }
    }
    let mut shared = Shared { sets: Interned::new(), places: Interned::new(), bases: Interned::new(), paths: Interned::new() };
    let mut people = Vec::new();
    for (at, individual) in population.individuals.iter().enumerate().filter(|(_, individual)| individual.counted) {
        let rules = merged.remove(&(at as u32)).unwrap_or_default();
        let bounds = population.counts.each.get(at).copied().unwrap_or_default();
        let doubt = u8::from(bounds.floor == 0) | u8::from(bounds.ceiling > 1) << 1 | u8::from(individual.conflict) << 2;
        people.push(person(assessment, individual, &rules, doubt, &mut shared));
    }
    let elements: Vec<Value> = Element::ALL
        .iter()
        .map(|element| {
            let count = assessment.census.elements.get(element).map_or(0, |(people, _)| *people);
            json!([words::element(*element), u8::from(element.is_direct_identifier()), count])
        })
        .collect();
    let sets: Vec<Vec<usize>> = shared.sets.words.iter().map(|set| set.iter().map(|element| element as usize).collect()).collect();
    let all = json!({
        "elements": elements,
        "sets": sets,
        "places": shared.places.words.iter().map(|place| words::place(place)).collect::<Vec<_>>(),
        "bases": shared.bases.words.iter().map(|basis| basis_words(basis)).collect::<Vec<_>>(),
        "rules": RULES.iter().map(|rule| [rule.id, rule.text]).collect::<Vec<_>>(),
        "roles": Role::ALL.iter().map(|role| role.word()).collect::<Vec<_>>(),
        "paths": shared.paths.words.iter().map(|path| super::visible(path)).collect::<Vec<_>>(),
        "people": people,
    });
    script_json(&all)
}

fn person<'a>(
    assessment: &Assessment<'a>,
    individual: &'a Individual,
    rules: &BTreeSet<&str>,
    doubt: u8,
    shared: &mut Shared<'a>,
) -> Value {
    let population = assessment.population;
    let name = population.records.shown_names.get(individual.name as usize).map(|name| mask_name(name)).unwrap_or_default();
    let places: Vec<Value> = population
        .mentions(individual)
        .take(PLACES_TOLD)
        .map(|mention| {
            let path = shared.paths.number(population.catalogue.path(assessment.evidence, mention.item));
            json!([path, location(mention.table != NO_TABLE, mention.row, mention.length)])
        })
        .collect();
    let roles: Vec<usize> =
        Role::ALL.iter().enumerate().filter(|(_, role)| individual.roles().any(|held| held == **role)).map(|(at, _)| at).collect();
    let rules: Vec<usize> = RULES.iter().enumerate().filter(|(_, rule)| rules.contains(rule.id)).map(|(at, _)| at).collect();
    json!([
        individual.id,
        super::visible(&name),
        individual.birth / 10_000,
        known(individual.minor),
        known(individual.deceased),
        shared.places.number(&individual.residency),
        shared.bases.number(individual.residency_basis),
        shared.sets.number(individual.elements),
        shared.sets.number(individual.protected),
        individual.records,
        individual.files,
        doubt,
        roles,
        places,
        rules,
    ])
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
