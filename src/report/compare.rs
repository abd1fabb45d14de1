//! Two cases side by side: who is new, who is gone, and what of the others is new or gone.
//!
//! Tokens of two cases hang on two keys, so people are matched by what they are known by in clear: numbers, contacts, accounts,
//! and name with birth date. The strongest pairs first, each person once.

use crate::{
    base::{ElementSet, Meaning},
    evidence::{Evidence, row::unpack},
    people::{Population, record::NONE},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A person and what they are known by, hashed.
#[derive(Debug, Default)]
struct Known {
    id: String,
    elements: ElementSet,
    identities: BTreeSet<(u32, u64)>,
}

/// More people than this by one value: it tells nobody apart.
const SHARED: usize = 8;
/// A pair must agree in at least this much; a telephone alone is a household's.
const ENOUGH: u32 = 3;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// `new`, `gone`, `changed` or `known`.
    pub status: &'static str,
    pub person_a: String,
    pub person_b: String,
    pub added: ElementSet,
    pub removed: ElementSet,
}

/// Compares the counted people of two cases; rows are sorted.
///
/// # Errors
/// When evidence cannot be read.
pub fn compare(a: (&Evidence<'_>, &Population), b: (&Evidence<'_>, &Population)) -> anyhow::Result<Vec<Row>> {
    let (first, second) = (known(a.0, a.1)?, known(b.0, b.1)?);
    let pairs = pairs(&first, &second);
    let matched: BTreeSet<usize> = pairs.values().copied().collect();
    let mut rows = Vec::new();
    for (at, person) in first.iter().enumerate() {
        rows.push(match pairs.get(&at).and_then(|other| second.get(*other)) {
            None => Row {
                status: "gone",
                person_a: person.id.clone(),
                person_b: String::new(),
                added: ElementSet::EMPTY,
                removed: person.elements,
            },
            Some(other) => {
                let (added, removed) = (other.elements.difference(person.elements), person.elements.difference(other.elements));
                let status = if added.is_empty() && removed.is_empty() { "known" } else { "changed" };
                Row { status, person_a: person.id.clone(), person_b: other.id.clone(), added, removed }
            }
        });
    }
    let new = second.iter().enumerate().filter(|(at, _)| !matched.contains(at));
    rows.extend(new.map(|(_, person)| Row {
        status: "new",
        person_a: String::new(),
        person_b: person.id.clone(),
        added: person.elements,
        removed: ElementSet::EMPTY,
    }));
    rows.sort();
    Ok(rows)
}

/// How much a value says that two people are one.
fn weight(meaning: Meaning) -> Option<u32> {
    Some(match meaning {
        Meaning::PersonalNumber => 8,
        Meaning::Email => 5,
        Meaning::IssuedNumber => 4,
        Meaning::Card | Meaning::Account | Meaning::Username => 3,
        Meaning::Phone => 2,
        _ => return None,
    })
}

fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    u64::from_le_bytes(hasher.finalize().as_bytes()[..8].try_into().unwrap_or_default())
}

fn known(evidence: &Evidence<'_>, population: &Population) -> anyhow::Result<Vec<Known>> {
    let mut places: HashMap<u32, usize> = HashMap::new();
    let mut all: Vec<Known> = Vec::new();
    for (at, individual) in population.individuals.iter().enumerate().filter(|(_, individual)| individual.counted) {
        let name = population.records.shown_name(individual.name).map(|name| name.to_lowercase()).unwrap_or_default();
        let mut words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        let name = if words.is_empty() { 0 } else { hash(&[words.join(" ").as_bytes()]) };
        let mut person = Known { id: individual.id.to_string(), elements: individual.elements, identities: BTreeSet::new() };
        if name != 0 {
            person.identities.insert((1, name));
        }
        if name != 0 && individual.birth % 10_000 != 0 {
            person.identities.insert((6, hash(&[&name.to_le_bytes(), &individual.birth.to_le_bytes()])));
        }
        places.insert(at as u32, all.len());
        all.push(person);
    }
    let mut at = 0;
    evidence.mentions(|mention| {
        if !population.catalogue.is_used(mention.item) {
            return;
        }
        // Evidence is read in the order resolution read it in.
        let Some(known) = population.records.mentions.get(at) else { return };
        at += 1;
        let person = population.individual_of.get(known.node as usize).copied().unwrap_or(NONE);
        let Some(person) = places.get(&person).and_then(|place| all.get_mut(*place)) else { return };
        for (detector, value) in mention.detectors.iter().zip(unpack(mention.values)).filter(|(_, value)| !value.is_empty()) {
            let Some(entry) = evidence.detectors.get(usize::from(*detector)) else { continue };
            if let Some(weight) = weight(entry.meaning) {
                person.identities.insert((weight, hash(&[&[entry.meaning as u8], value])));
            }
        }
    })?;
    Ok(all)
}

/// Who is whom, by place.
fn pairs(first: &[Known], second: &[Known]) -> BTreeMap<usize, usize> {
    let mut holders: HashMap<(u32, u64), (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, person) in first.iter().enumerate() {
        person.identities.iter().for_each(|identity| holders.entry(*identity).or_default().0.push(at));
    }
    for (at, person) in second.iter().enumerate() {
        person.identities.iter().for_each(|identity| holders.entry(*identity).or_default().1.push(at));
    }
    let mut scores: HashMap<(usize, usize), u32> = HashMap::new();
    for ((weight, _), (a, b)) in holders.iter().filter(|(_, (a, b))| a.len() <= SHARED && b.len() <= SHARED) {
        for one in a {
            for other in b {
                *scores.entry((*one, *other)).or_default() += weight;
            }
        }
    }
    let mut ranked: Vec<(u32, usize, usize)> =
        scores.into_iter().filter(|(_, score)| *score >= ENOUGH).map(|((one, other), score)| (score, one, other)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&first[a.1].id, &second[a.2].id).cmp(&(&first[b.1].id, &second[b.2].id))));
    let (mut pairs, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, one, other) in ranked {
        if !pairs.contains_key(&one) && taken.insert(other) {
            pairs.insert(one, other);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, identities: &[(u32, u64)]) -> Known {
        Known { id: id.to_owned(), identities: identities.iter().copied().collect(), ..Known::default() }
    }

    #[test]
    fn the_strongest_pairs_come_first_and_a_phone_is_not_enough() {
        // Twins share phone and address; the numbers tell them apart.
        let first = [person("a1", &[(8, 1), (2, 9)]), person("a2", &[(8, 2), (2, 9)]), person("a3", &[(2, 7)])];
        let second = [person("b1", &[(8, 2), (2, 9)]), person("b2", &[(8, 1), (2, 9)]), person("b3", &[(2, 7)])];
        assert_eq!(pairs(&first, &second), BTreeMap::from([(0, 1), (1, 0)]));
    }
}
