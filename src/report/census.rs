//! What several reports count: people and mentions per item, per table, per element.

use crate::{
    base::{Element, ElementSet},
    evidence::{Evidence, row::NO_TABLE},
    people::{Population, individual::Individual, record::NONE},
};
use std::{
    collections::{BTreeMap, HashMap},
    hint::black_box,
    ops::Range,
};

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
        // Few sets of elements occur, however many mentions there are.
        let mut sets: HashMap<ElementSet, (u64, u64), foldhash::fast::FixedState> = HashMap::default();
        for mention in population.records.mentions.iter() {
            let tally = census.items.entry(mention.item).or_default();
            tally.mentions += 1;
            tally.elements = tally.elements.union(mention.elements);
            sets.entry(mention.elements).or_default().1 += 1;
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
            sets.entry(individual.elements).or_default().0 += 1;
        }
        for (set, (people, mentions)) in sets {
            for element in set.iter() {
                let count = census.elements.entry(element).or_default();
                *count = (count.0 + people, count.1 + mentions);
            }
        }
        census
    }
}

/// One cell of the matrix: what is known of one element of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub element: Element,
    /// Where the detectors that found it stand in [`Cells::detectors`].
    detectors: Range<usize>,
    pub distinct: u64,
    pub mentions: u64,
    pub files: u64,
}

/// Element by the order of its code, detector, token, file, mention: one value seen of one individual.
type Seen = (u8, u16, u64, u32, u32);

/// Tokens of the values of all mentions, by place of the mention. Only the matrix asks for them, and reads them for itself.
struct Tokens {
    tokens: Vec<u64>,
    /// By mention: where its own end.
    ends: Vec<usize>,
}

impl Tokens {
    fn read(evidence: &Evidence<'_>, population: &Population) -> anyhow::Result<Tokens> {
        let mut all =
            Tokens { tokens: Vec::with_capacity(evidence.mention_values()), ends: Vec::with_capacity(population.records.mentions.len()) };
        evidence.mentions(|mention| {
            if population.catalogue.is_used(mention.item) {
                let values = mention.detectors.iter().enumerate().filter(|(_, detector)| evidence.finds_element(**detector));
                all.tokens.extend(values.map(|(at, _)| mention.token(at).0 as u64));
                all.ends.push(all.tokens.len());
            }
        })?;
        Ok(all)
    }

    /// Brings the tokens of these mentions into the processor's cache.
    fn foresee(&self, places: &[u32]) {
        let starts = places.iter().filter_map(|at| self.ends.get(*at as usize));
        black_box(starts.filter_map(|end| self.tokens.get(end.saturating_sub(1))).fold(0, |seen, token| seen ^ token));
    }

    /// Of one mention.
    fn of(&self, at: usize) -> &[u64] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.tokens.get(start..*end)).unwrap_or_default()
    }
}

/// Among no more keys each is looked for in turn.
const FEW: usize = 8;

/// So many individuals are brought into the processor's cache before they are asked for.
pub const AHEAD: usize = 64;

/// Works out matrix cells, person by person, in memory it reuses.
pub struct Cells {
    tokens: Tokens,
    /// By detector: place of its element in `order`.
    ranks: Vec<Option<u8>>,
    /// Elements by code.
    order: Vec<Element>,
    seen: Vec<Seen>,
    keys: Vec<u64>,
    cells: Vec<Cell>,
    detectors: Vec<u16>,
}

impl Cells {
    /// For this case.
    pub fn new(evidence: &Evidence<'_>, population: &Population) -> anyhow::Result<Cells> {
        let mut order = Element::ALL.to_vec();
        order.sort_by_key(|element| element.code());
        let rank = |element: Element| order.iter().position(|other| *other == element).and_then(|at| u8::try_from(at).ok());
        let ranks = evidence.detectors.iter().map(|entry| entry.element.and_then(rank)).collect();
        let tokens = Tokens::read(evidence, population)?;
        Ok(Cells { tokens, ranks, order, seen: Vec::new(), keys: Vec::new(), cells: Vec::new(), detectors: Vec::new() })
    }

    /// Brings what these individuals, no more than [`AHEAD`], are told of into the processor's cache.
    pub fn foresee(&self, population: &Population, individuals: &[Individual]) {
        individuals.iter().for_each(|individual| self.tokens.foresee(population.places_of(individual)));
    }

    /// Works out the cells of an individual.
    pub fn of(&mut self, population: &Population, individual: &Individual) {
        self.seen.clear();
        self.cells.clear();
        self.detectors.clear();
        for (number, (at, mention)) in population.mentions_with_places(individual).enumerate() {
            let master = population.catalogue.master(mention.item);
            for (detector, token) in population.records.mentions.detectors(at).iter().zip(self.tokens.of(at)) {
                if let Some(rank) = self.ranks.get(usize::from(*detector)).copied().flatten()
                    && mention.elements.contains(self.order[usize::from(rank)])
                {
                    self.seen.push((rank, *detector, *token, master, number as u32));
                }
            }
        }
        self.seen.sort_unstable();
        self.seen.dedup();
        let mut missing = individual.elements;
        let seen = std::mem::take(&mut self.seen);
        for of_element in seen.chunk_by(|a, b| a.0 == b.0) {
            let cell = self.cell(of_element);
            missing.remove(cell.element);
            self.cells.push(cell);
        }
        self.seen = seen;
        // Elements that came from a shared detail have no mention of their own.
        if !missing.is_empty() {
            self.cells.extend(missing.iter().map(|element| Cell { element, detectors: 0..0, distinct: 1, mentions: 1, files: 1 }));
            self.cells.sort_by_key(|cell| cell.element.code());
        }
    }

    /// The cells of the last individual, by element code.
    pub fn last(&self) -> &[Cell] {
        &self.cells
    }

    /// The detectors that found a cell of the last individual, in order.
    pub fn detectors(&self, cell: &Cell) -> &[u16] {
        self.detectors.get(cell.detectors.clone()).unwrap_or_default()
    }

    fn cell(&mut self, seen: &[Seen]) -> Cell {
        let start = self.detectors.len();
        self.detectors.extend(seen.chunk_by(|a, b| a.1 == b.1).map(|of_detector| of_detector[0].1));
        Cell {
            element: self.order[usize::from(seen[0].0)],
            detectors: start..self.detectors.len(),
            distinct: self.different(seen.iter().map(|row| row.2)),
            mentions: self.different(seen.iter().map(|row| u64::from(row.4))),
            files: self.different(seen.iter().map(|row| u64::from(row.3))),
        }
    }

    fn different(&mut self, keys: impl ExactSizeIterator<Item = u64> + Clone) -> u64 {
        // Most are few.
        if keys.len() <= FEW {
            let told_before = |at: usize, key: u64| keys.clone().take(at).any(|before| before == key);
            return keys.clone().enumerate().filter(|(at, key)| !told_before(*at, *key)).count() as u64;
        }
        self.keys.clear();
        self.keys.extend(keys);
        self.keys.sort_unstable();
        self.keys.dedup();
        self.keys.len() as u64
    }
}
