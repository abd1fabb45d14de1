//! Stage 5: who the mentions are about, and how many they are.
//!
//! Deterministic rules, guarded and explained: see docs/counting.md. Nothing here reads the
//! leak; nothing here depends on the order in which it was read.

pub mod address;
mod agreement;
pub mod assemble;
pub mod attach;
pub mod block;
pub mod catalogue;
pub mod cluster;
pub mod count;
pub mod firm;
pub mod gather;
pub mod holdout;
pub mod individual;
pub(crate) mod intern;
mod likelihood;
pub mod likeness;
mod lookup;
mod mailbox;
pub mod name;
mod packed;
pub mod place;
mod proof;
pub mod record;
pub mod role;
pub mod rule;
mod unread;
mod way;

use crate::{base::ElementSet, evidence::Evidence};
use catalogue::Catalogue;
use cluster::{Clusters, Merge, Refusal};
use individual::{Assembler, Individual};
use record::{NONE, Records};
use rule::{Rule, Tier};

/// Everybody the evidence shows, and why.
#[derive(Debug)]
pub struct Population {
    pub catalogue: Catalogue,
    pub records: Records,
    /// Sorted by id.
    pub individuals: Vec<Individual>,
    /// Places of mentions in [`Records::mentions`], grouped by individual, each group in order of path and place.
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
}

/// Resolves the mentions of a case. `on` is the date ages are counted at, `yyyymmdd`.
pub fn resolve(evidence: &Evidence<'_>, on: u32) -> anyhow::Result<Population> {
    let catalogue = Catalogue::new(evidence);
    let mut records = gather::read(evidence, &catalogue)?;
    assemble::lend_details(&mut records);
    proof::prove(&mut records);
    let block::Proposals { edges, trials, agreed, likely, dates_err } = block::propose(&records);
    let mut clusters = Clusters::new(&records);
    clusters.dates_err = dates_err;
    clusters.apply(&records, &edges, Tier::Strong);
    let attached = attach::attach(&records, &mut clusters);
    let told = mailbox::tell(&records, &mut clusters);
    let roots: Vec<u32> = (0..records.nodes.len() as u32).map(|node| clusters.root(node)).collect();
    let mut rates = holdout::measure(&records, &roots, &trials);
    rates.note(Rule::R22, told);
    rates.note(Rule::R23, agreed);
    rates.note(Rule::R24, likely);
    drop(trials);

    let groups = group_mentions(evidence, &catalogue, &records, &roots);
    let order: Vec<u32> = groups.iter().map(|(_, mention)| *mention).collect();
    let assembler = Assembler::new(evidence, &records, &catalogue, on);
    let mut shares: std::collections::HashMap<u32, ElementSet> = std::collections::HashMap::new();
    for (node, people) in &attached.shared {
        for root in people {
            let root = roots[*root as usize];
            let set = shares.entry(root).or_default();
            *set = set.union(records.nodes[*node as usize].elements);
        }
    }
    let mut individuals: Vec<Individual> = Vec::new();
    let mut unattributed = 0;
    let mut from = 0;
    for group in groups.chunk_by(|a, b| a.0 == b.0) {
        let (root, first) = (group[0].0, from);
        from += group.len();
        if attached.shared.contains_key(&root) {
            continue;
        }
        let mentions = &order[first..from];
        let mut individual = assembler.assemble(mentions, shares.get(&root).copied().unwrap_or_default());
        if !individual.counted && !individual.professional {
            unattributed += u64::from(individual.name == NONE) * mentions.len() as u64;
            if individual.name == NONE {
                continue;
            }
        }
        (individual.first, individual.last) = (first as u32, from as u32);
        individuals.push(individual);
    }
    let root_of = |individual: &Individual| groups[individual.first as usize].0;
    individuals.sort_unstable_by(|a, b| a.id.cmp(&b.id).then_with(|| root_of(a).cmp(&root_of(b))));

    let mut by_root = vec![NONE; records.nodes.len()];
    for (at, individual) in individuals.iter().enumerate() {
        by_root[root_of(individual) as usize] = at as u32;
    }
    let individual_of: Vec<u32> = roots.iter().map(|root| by_root[*root as usize]).collect();
    for merge in &clusters.merges {
        if let Some(person) = individuals.get_mut(individual_of[merge.a as usize] as usize) {
            person.tier = person.tier.max(Some(merge.rule.tier()));
        }
    }
    for refusal in &clusters.refusals {
        for node in [refusal.a, refusal.b] {
            if let Some(person) = individuals.get_mut(individual_of[node as usize] as usize) {
                person.conflict = true;
            }
        }
    }
    let resolved = count::Resolved {
        records: &records,
        individuals: &individuals,
        individual_of: &individual_of,
        edges: &edges,
        attached: &attached,
        merges: &clusters.merges,
        rates: &rates,
    };
    let mut counts = count::count(&resolved);
    if let Some(reason) = unread::estimate(evidence, &catalogue, &records, &individuals, &individual_of) {
        counts.raise(reason);
    }
    Ok(Population {
        catalogue,
        records,
        individuals,
        order,
        individual_of,
        merges: clusters.merges,
        refusals: clusters.refusals,
        counts,
        rates,
        unattributed,
    })
}

/// (root, mention), by root, then by path and place of the mention.
fn group_mentions(evidence: &Evidence<'_>, catalogue: &Catalogue, records: &Records, roots: &[u32]) -> Vec<(u32, u32)> {
    let mut items: Vec<u32> = records.mentions.iter().map(|mention| mention.item).collect();
    items.sort_unstable();
    items.dedup();
    items.sort_by_key(|item| catalogue.path(evidence, *item));
    let rank: std::collections::HashMap<u32, u32> = items.iter().enumerate().map(|(at, item)| (*item, at as u32)).collect();
    let mut keyed: Vec<(u32, u32, u32, u64, u8, u32)> = records
        .mentions
        .iter()
        .enumerate()
        .map(|(at, mention)| {
            let table = catalogue.tables.get(mention.table as usize).map_or(u32::MAX, |table| table.table);
            (roots[mention.node as usize], rank.get(&mention.item).copied().unwrap_or(0), table, mention.row, mention.slot, at as u32)
        })
        .collect();
    rayon::slice::ParallelSliceMut::par_sort_unstable(keyed.as_mut_slice());
    keyed.into_iter().map(|key| (key.0, key.5)).collect()
}

impl Population {
    /// The mentions of an individual.
    pub fn mentions<'p>(&'p self, individual: &Individual) -> impl Iterator<Item = &'p record::MentionOf> {
        self.order[individual.first as usize..individual.last as usize].iter().map(|at| &self.records.mentions[*at as usize])
    }

    /// Everybody counted among the affected.
    pub fn counted(&self) -> impl Iterator<Item = &Individual> {
        self.individuals.iter().filter(|individual| individual.counted)
    }

    /// Everybody counted, with what each adds to floor, best and ceiling.
    pub fn counted_bounds(&self) -> impl Iterator<Item = (&Individual, crate::base::Bounds)> {
        self.individuals.iter().zip(self.counts.each.iter().copied()).filter(|(individual, _)| individual.counted)
    }
}
