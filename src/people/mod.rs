//! Stage 5: who the mentions are about, and how many they are.
//!
//! Deterministic rules, guarded and explained: see docs/counting.md. Nothing here reads the
//! leak; nothing here depends on the order in which it was read.

pub mod address;
mod agreement;
mod apart;
mod aside;
pub mod assemble;
pub mod attach;
pub mod block;
pub mod catalogue;
pub mod cluster;
mod collapse;
pub mod count;
mod edges;
mod fields;
pub mod firm;
pub mod gather;
pub mod generic;
mod held;
pub mod holdout;
pub mod individual;
pub(crate) mod intern;
mod lent;
mod likelihood;
pub mod likeness;
mod lookup;
mod mailbox;
pub mod mention;
pub mod name;
mod namesakes;
mod order;
mod packed;
pub mod place;
mod proof;
pub mod record;
pub mod role;
pub mod rule;
mod slip;
pub mod spelling;
mod unread;
mod values;
mod way;

use crate::{base::ElementSet, evidence::Evidence};
use aside::Aside;
use catalogue::Catalogue;
use cluster::{Clusters, Merge, Refusal};
use held::Held;
use individual::{Assembler, Individual};
use mention::{MentionOf, OfNodes};
use order::{places_by_id, put_in_order};
use record::{NONE, Records};
use rule::{Rule, Tier};
use std::hint::black_box;

/// Everybody the evidence shows, and why.
#[derive(Debug)]
pub struct Population {
    pub catalogue: Catalogue,
    pub records: Records,
    /// Sorted by id.
    pub individuals: Vec<Individual>,
    /// Places of mentions among all, grouped by individual, each group in order of path and place.
    /// Groups that are nobody's lie between.
    pub order: Vec<u32>,
    /// By node: place of its individual, or [`NONE`].
    pub individual_of: Vec<u32>,
    pub merges: Vec<Merge>,
    pub refusals: Vec<Refusal>,
    pub counts: count::Counts,
    /// How often the rules err on these data.
    pub rates: holdout::Rates,
    /// Mentions that hold elements but tell nothing of whom.
    pub unattributed: u64,
    /// What links nobody.
    pub generic: generic::Generic,
}

/// Resolves the mentions of a case, and keeps what records were compared by. `on` is the date ages are counted at, `yyyymmdd`.
pub fn resolve(evidence: &Evidence<'_>, on: u32) -> anyhow::Result<Population> {
    resolve_and(evidence, on, true, &mut |_| ())
}

/// The same, telling of each stage when it is done. Lets go of what records were compared by.
pub fn resolve_telling(evidence: &Evidence<'_>, on: u32, done: &mut dyn FnMut(&'static str)) -> anyhow::Result<Population> {
    resolve_and(evidence, on, false, done)
}

fn resolve_and(evidence: &Evidence<'_>, on: u32, keep: bool, done: &mut dyn FnMut(&'static str)) -> anyhow::Result<Population> {
    let catalogue = Catalogue::new(evidence);
    let gather::Gathered { mut records, met, mut generic } = gather::read(evidence, &catalogue, !keep)?;
    done("people: mentions read");
    assemble::lend_details(&mut records);
    proof::prove(&mut records);
    done("people: details lent, identifiers proven");
    let block::Proposals { mut edges, trials, agreed, likely, slips, crowds, dates_err, room } = block::propose(&records);
    done("people: records compared");
    let mut clusters = Clusters::in_room(&records, room);
    clusters.dates_err = dates_err;
    // Those that join come first.
    let possible = edges.split_off(edges.partition_point(|edge| edge.rule.tier() <= Tier::Strong));
    clusters.apply(&records, edges);
    let attached = attach::attach(&records, &mut clusters);
    generic.crowds = generic::most_frequent(crowds.into_iter().chain(attached.crowds.iter().copied()).collect());
    let told = mailbox::tell(&records, &mut clusters);
    let (roots, merges, refusals) = clusters.into_roots();
    let mut rates = holdout::measure(&records, &roots, &trials);
    rates.note(Rule::R22, told);
    rates.note(Rule::R23, agreed);
    rates.note(Rule::R24, likely);
    rates.note(Rule::R25, slips);
    drop(trials);
    let held = Held::of(&records);
    if !keep {
        records.forget_keys();
    }
    // Nobody asks for them until people are put together, and then there is more room.
    let set_aside = if keep || records.few { None } else { evidence.scratch() };
    let mut merged = Aside::new(set_aside);
    let parts = |merge: &Merge| [merge.rule as u32, merge.a, merge.b];
    merges.iter().flat_map(parts).for_each(|part| merged.push(part));
    let count = merges.len();
    drop(merges);
    done("people: records joined");

    let of_nodes = std::mem::take(&mut records.of_nodes).recalled()?;
    records.mentions = met.of(&of_nodes)?;
    let Grouped { mut order, ends } = group_mentions(&of_nodes, &roots);
    drop(of_nodes);
    done("people: mentions put in order");
    let (assembler, rank) = (Assembler::new(evidence, &records, &held, &catalogue, on), rank_items(evidence, &catalogue, &records));
    let mut shares: record::Map<u32, ElementSet> = record::Map::default();
    let shared = records.mentions.iter().filter(|_| !attached.shared.is_empty());
    for (mention, people) in shared.filter_map(|mention| Some((mention, attached.shared.get(&mention.node)?))) {
        for root in people {
            let set = shares.entry(roots[*root as usize]).or_default();
            *set = set.union(mention.elements);
        }
    }
    let mut individuals: Vec<Individual> = Vec::with_capacity(roots.iter().enumerate().filter(|(at, root)| *at == **root as usize).count());
    let mut unattributed = 0;
    let (mut from, mut foreseen) = (0, 0);
    let mut mentions: Vec<(u32, MentionOf)> = Vec::new();
    for (root, end) in ends.iter().enumerate().map(|(root, end)| (root as u32, *end as usize)) {
        let first = std::mem::replace(&mut from, end);
        if first == end || attached.shared.contains_key(&root) {
            continue;
        }
        if foreseen < end {
            foreseen = order.len().min(end + block::AHEAD);
            black_box(records.mentions.foresee(&order[first..foreseen]));
        }
        mentions.clear();
        mentions.extend(order[first..end].iter().filter_map(|at| Some((*at, records.mentions.get(*at as usize)?))));
        let place = |(at, mention): &(u32, MentionOf)| {
            let table = catalogue.tables.get(mention.table as usize).map_or(u32::MAX, |table| table.table);
            (rank.get(&mention.item).copied().unwrap_or(0), table, mention.row, mention.slot, *at)
        };
        if !mentions.is_sorted_by_key(place) {
            mentions.sort_by_cached_key(place);
            order[first..end].iter_mut().zip(&mentions).for_each(|(at, (sorted, _))| *at = *sorted);
        }
        let mut individual = assembler.assemble(&mentions, shares.get(&root).copied().unwrap_or_default());
        if !individual.counted && !individual.professional {
            unattributed += u64::from(individual.name == NONE) * mentions.len() as u64;
            if individual.name == NONE {
                continue;
            }
        }
        (individual.first, individual.last) = (first as u32, end as u32);
        individuals.push(individual);
    }
    let root_of = |individual: &Individual| roots[records.mentions.node(order[individual.first as usize] as usize) as usize];
    // The same memory again: where mentions of a root ended, now its individual.
    let mut by_root = ends;
    by_root.fill(NONE);
    for (at, individual) in individuals.iter().enumerate() {
        by_root[root_of(individual) as usize] = at as u32;
    }
    let mut individual_of = roots;
    individual_of.iter_mut().for_each(|root| *root = by_root[*root as usize]);
    drop(by_root);
    // Until now they lay like the records they were made of.
    let mut place = places_by_id(&individuals);
    individual_of.iter_mut().filter(|at| **at != NONE).for_each(|at| *at = place[*at as usize]);
    put_in_order(&mut individuals, &mut place);
    drop(place);
    let mut merges: Vec<Merge> = Vec::with_capacity(count);
    let mut parts = (None, None);
    merged.recall(|part| match parts {
        (None, _) => parts.0 = Some(part),
        (Some(_), None) => parts.1 = Some(part),
        (Some(rule), Some(a)) => {
            parts = (None, None);
            merges.extend(Rule::ALL.get(rule as usize).map(|rule| Merge { rule: *rule, a, b: part }));
        }
    })?;
    for merge in &merges {
        if let Some(person) = individuals.get_mut(individual_of[merge.a as usize] as usize) {
            person.tier = person.tier.max(Some(merge.rule.tier()));
        }
    }
    for refusal in &refusals {
        for node in [refusal.a, refusal.b] {
            if let Some(person) = individuals.get_mut(individual_of[node as usize] as usize) {
                person.conflict = true;
            }
        }
    }
    done("people: individuals assembled");
    let resolved = count::Resolved {
        records: &records,
        individuals: &individuals,
        individual_of: &individual_of,
        held: &held,
        edges: &possible,
        attached: &attached,
        merges: &merges,
        rates: &rates,
    };
    let mut counts = count::count(&resolved);
    if let Some(reason) = unread::estimate(evidence, &catalogue, &records, &individuals, &individual_of) {
        counts.raise(reason);
    }
    done("people: counted");
    Ok(Population { catalogue, records, individuals, order, individual_of, merges, refusals, counts, rates, unattributed, generic })
}

/// Mentions by root.
struct Grouped {
    order: Vec<u32>,
    /// By root: where its mentions end.
    ends: Vec<u32>,
}

/// Places of the mentions by root, each group in order. Records of one person mostly lie together, and so do theirs.
fn group_mentions(of_nodes: &OfNodes, roots: &[u32]) -> Grouped {
    let mut ends = vec![0u32; roots.len()];
    let by_root = || roots.iter().map(|root| *root as usize).zip(of_nodes.iter());
    roots.iter().zip(of_nodes.counts()).for_each(|(root, mentions)| ends[*root as usize] += mentions as u32);
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    let mut order = vec![0; of_nodes.len()];
    for (root, mentions) in by_root() {
        let from = ends[root] as usize;
        order[from..from + mentions.len()].copy_from_slice(mentions);
        ends[root] += mentions.len() as u32;
    }
    // What were the beginnings are now the ends.
    let mut from = 0;
    for end in ends.iter().map(|end| *end as usize) {
        order[std::mem::replace(&mut from, end)..end].sort_unstable();
    }
    Grouped { order, ends }
}

/// Items that mentions lie in, by the order of their paths.
fn rank_items(evidence: &Evidence<'_>, catalogue: &Catalogue, records: &Records) -> record::Map<u32, u32> {
    let mut items: Vec<u32> = records.mentions.items().collect();
    items.sort_unstable();
    items.dedup();
    items.sort_by_key(|item| catalogue.path(evidence, *item));
    items.iter().enumerate().map(|(at, item)| (*item, at as u32)).collect()
}

/// All of these, some at a time brought into the processor's cache by `foresee` before they are handed over.
fn looking_ahead(individuals: &[Individual], foresee: impl Fn(&[Individual]) -> u32) -> impl Iterator<Item = &Individual> {
    individuals.chunks(block::AHEAD).flat_map(move |chunk| {
        black_box(foresee(chunk));
        chunk
    })
}

impl Population {
    /// The mentions of an individual.
    pub fn mentions<'p>(&'p self, individual: &Individual) -> impl Iterator<Item = mention::MentionOf> + use<'p> {
        self.mentions_with_places(individual).map(|(_, mention)| mention)
    }

    /// The same, each with its place among all.
    pub fn mentions_with_places<'p>(&'p self, individual: &Individual) -> impl Iterator<Item = (usize, mention::MentionOf)> + use<'p> {
        let places = self.places_of(individual).iter().map(|at| *at as usize);
        places.filter_map(|at| Some((at, self.records.mentions.get(at)?)))
    }

    /// Everybody counted among the affected.
    pub fn counted(&self) -> impl Iterator<Item = &Individual> {
        self.individuals.iter().filter(|individual| individual.counted)
    }

    /// All of these, for whoever asks for their mentions: those are brought into the processor's cache before. Waiting for one after the
    /// other is most of what it costs to go through a million people.
    pub fn with_mentions<'p>(&'p self, individuals: &'p [Individual]) -> impl Iterator<Item = &'p Individual> {
        looking_ahead(individuals, |chunk| {
            let mentions = chunk.iter().map(|of| self.records.mentions.foresee(self.places_of(of)));
            mentions.fold(0, |seen, of| seen ^ of)
        })
    }

    /// Everybody counted, in order, for whoever asks for their names: the same for these.
    pub fn counted_with_names(&self) -> impl Iterator<Item = &Individual> {
        let names = |chunk: &[Individual]| self.records.foresee_names(chunk.iter().map(|of| of.name));
        looking_ahead(&self.individuals, names).filter(|individual| individual.counted)
    }

    /// Places of an individual's mentions among all.
    pub(crate) fn places_of(&self, individual: &Individual) -> &[u32] {
        self.order.get(individual.first as usize..individual.last as usize).unwrap_or_default()
    }

    /// Everybody counted, with what each adds to floor, best and ceiling.
    pub fn counted_bounds(&self) -> impl Iterator<Item = (&Individual, crate::base::Bounds)> {
        self.individuals.iter().zip(self.counts.each.iter().map(|part| part.bounds())).filter(|(individual, _)| individual.counted)
    }
}
