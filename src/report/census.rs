//! What several reports count: people and mentions per item, per table, per element.

use crate::{
    base::{Element, ElementSet},
    evidence::{Evidence, row::NO_TABLE},
    people::{Population, individual::Individual, record::NONE},
};
use std::collections::{BTreeMap, HashMap};

/// Counts over a case.
#[derive(Debug, Default)]
pub struct Census {
    /// By item whose evidence is used.
    pub items: HashMap<u32, Tally>,
    /// By place in the catalogue's tables.
    pub tables: HashMap<u32, u64>,
    /// By element: people and mentions.
    pub elements: BTreeMap<Element, (u64, u64)>,
}

/// What one item holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub people: u64,
    pub mentions: u64,
    pub elements: ElementSet,
}

impl Census {
    /// Counts a population.
    pub fn new(population: &Population) -> Census {
        let mut census = Census::default();
        let mut in_items: Vec<(u32, u32)> = Vec::new();
        let mut in_tables: Vec<(u32, u32)> = Vec::new();
        for mention in &population.records.mentions {
            let tally = census.items.entry(mention.item).or_default();
            tally.mentions += 1;
            tally.elements = tally.elements.union(mention.elements);
            mention.elements.iter().for_each(|element| census.elements.entry(element).or_default().1 += 1);
            let individual = population.individual_of[mention.node as usize];
            if individual != NONE && population.individuals[individual as usize].counted {
                in_items.push((mention.item, individual));
                if mention.table != NO_TABLE {
                    in_tables.push((mention.table, individual));
                }
            }
        }
        for pairs in [&mut in_items, &mut in_tables] {
            rayon::slice::ParallelSliceMut::par_sort_unstable(pairs.as_mut_slice());
            pairs.dedup();
        }
        in_items.iter().for_each(|(item, _)| census.items.entry(*item).or_default().people += 1);
        in_tables.iter().for_each(|(table, _)| *census.tables.entry(*table).or_default() += 1);
        for individual in population.counted() {
            individual.elements.iter().for_each(|element| census.elements.entry(element).or_default().0 += 1);
        }
        census
    }
}

/// One cell of the matrix: what is known of one element of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub element: Element,
    pub detectors: Vec<u16>,
    pub distinct: u64,
    pub mentions: u64,
    pub files: u64,
}

/// Element, detector, token, file, mention: one value seen of one individual.
type Seen = (Element, u16, u64, u32, u32);

/// The matrix cells of an individual, by element.
pub fn cells(evidence: &Evidence<'_>, population: &Population, individual: &Individual) -> Vec<Cell> {
    let mut seen: Vec<Seen> = Vec::new();
    for (number, mention) in population.mentions(individual).enumerate() {
        let master = population.catalogue.master.get(&mention.item).copied().unwrap_or(mention.item);
        let values = mention.values as usize..mention.values as usize + usize::from(mention.value_count);
        for value in population.records.values.get(values).unwrap_or_default() {
            if let Some(element) = evidence.detectors.get(usize::from(value.detector)).and_then(|entry| entry.element)
                && mention.elements.contains(element)
            {
                seen.push((element, value.detector, value.token, master, number as u32));
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    let mut cells: Vec<Cell> = seen.chunk_by(|a, b| a.0 == b.0).map(cell).collect();
    // Elements that came from a shared detail have no mention of their own.
    for element in individual.elements.iter() {
        if !cells.iter().any(|cell| cell.element == element) {
            cells.push(Cell { element, detectors: Vec::new(), distinct: 1, mentions: 1, files: 1 });
        }
    }
    cells.sort_by_key(|cell| cell.element.code());
    cells
}

fn cell(seen: &[Seen]) -> Cell {
    let count = |key: fn(&Seen) -> u64| {
        let mut keys: Vec<u64> = seen.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    };
    Cell {
        element: seen[0].0,
        detectors: count(|row| u64::from(row.1)).into_iter().map(|detector| detector as u16).collect(),
        distinct: count(|row| row.2).len() as u64,
        mentions: count(|row| u64::from(row.4)).len() as u64,
        files: count(|row| u64::from(row.3)).len() as u64,
    }
}
