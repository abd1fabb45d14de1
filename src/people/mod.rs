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
mod bin;
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
mod together;
mod unread;
mod values;
mod way;

use crate::evidence::Evidence;
use aside::Aside;
use catalogue::Catalogue;
use cluster::{Clusters, Merge, Refusal};
use held::Held;
use individual::{Assembler, Individual};
use record::Records;
use rule::{Rule, Tier};
use std::hint::black_box;
use together::{Together, by_root, put_together};

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
    /// By node: place of its individual, or [`record::NONE`].
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
    merges.iter().for_each(|merge| merged.push([merge.rule as u32, merge.a, merge.b]));
    let count = merges.len();
    drop(merges);
    done("people: records joined");

    let of_nodes = std::mem::take(&mut records.of_nodes).recalled()?;
    records.mentions = met.of(&of_nodes)?;
    let order = by_root(&of_nodes, &roots);
    drop(of_nodes);
    done("people: mentions put in order");
    let assembler = Assembler::new(evidence, &records, &held, &catalogue, on);
    let mut together = put_together(evidence, &assembler, &attached, order, roots);
    let merge = |[rule, a, b]: [u32; 3]| Rule::ALL.get(rule as usize).map(|rule| Merge { rule: *rule, a, b });
    // While people lie like the records that merges name.
    merged.recall(|parts| merge(parts).into_iter().for_each(|merge| together.rests_on(&merge)))?;
    refusals.iter().for_each(|refusal| together.conflicts(refusal));
    together.in_order();
    let Together { individuals, order, individual_of, unattributed } = together;
    let mut merges: Vec<Merge> = Vec::with_capacity(count);
    merged.recall(|parts| merges.extend(merge(parts)))?;
    drop(merged);
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
    if let Some(reason) = unread::estimate(evidence, &catalogue, &records, &individuals, &order) {
        counts.raise(reason);
    }
    done("people: counted");
    Ok(Population { catalogue, records, individuals, order, individual_of, merges, refusals, counts, rates, unattributed, generic })
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
        individual.places(&self.order)
    }

    /// Everybody counted, with what each adds to floor, best and ceiling.
    pub fn counted_bounds(&self) -> impl Iterator<Item = (&Individual, crate::base::Bounds)> {
        self.individuals.iter().zip(self.counts.each.iter().map(|part| part.bounds())).filter(|(individual, _)| individual.counted)
    }
}
