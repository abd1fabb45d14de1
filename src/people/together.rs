//! Everybody put together from the mentions of their records.

use super::{
    attach::Attached,
    block,
    catalogue::Catalogue,
    cluster::{Merge, Refusal},
    individual::{Assembler, Individual},
    mention::{MentionOf, Mentions, OfNodes},
    order::{places_by_id, put_in_order},
    record::{Map, NONE, Records},
};
use crate::{base::ElementSet, evidence::Evidence};
use std::hint::black_box;

/// Everybody, and where their mentions lie.
pub(super) struct Together {
    /// In the order of their records.
    pub(super) individuals: Vec<Individual>,
    /// See [`super::Population::order`].
    pub(super) order: Vec<u32>,
    /// See [`super::Population::individual_of`].
    pub(super) individual_of: Vec<u32>,
    /// See [`super::Population::unattributed`].
    pub(super) unattributed: u64,
}

/// Among roots: not a record, but the individual of one that is its own root, or [`NONE`].
const TOLD: u32 = 1 << 31;

/// Puts everybody together. `order` holds the mentions as [`by_root`] brings them.
pub(super) fn put_together(
    evidence: &Evidence<'_>,
    assembler: &Assembler<'_>,
    attached: &Attached,
    mut order: Vec<u32>,
    mut roots: Vec<u32>,
) -> Together {
    let (records, catalogue) = (assembler.records, assembler.catalogue);
    let mentions = &records.mentions;
    let (rank, shares) = (rank_items(evidence, catalogue, records), shares(mentions, attached, &roots));
    let people = roots.iter().zip(0..).filter(|(root, at)| *root == at).count();
    let mut individuals: Vec<Individual> = Vec::with_capacity(people);
    let mut unattributed = 0;
    let (mut first, mut foreseen) = (0, 0);
    let mut theirs: Vec<(u32, MentionOf)> = Vec::new();
    while let Some(root) = order.get(first).map(|at| root_of(&roots, mentions, *at)) {
        if foreseen < order.len().min(first + block::AHEAD / 2) {
            let end = order.len().min(first + block::AHEAD);
            black_box(mentions.foresee(&order[foreseen..end]));
            foreseen = end;
        }
        let end = first + order[first..].iter().take_while(|at| root_of(&roots, mentions, **at) == root).count();
        let of = &mut order[first..end];
        let from = std::mem::replace(&mut first, end);
        if attached.shared.contains_key(&root) {
            continue;
        }
        theirs.clear();
        theirs.extend(of.iter().filter_map(|at| Some((*at, mentions.get(*at as usize)?))));
        let place = |(at, mention): &(u32, MentionOf)| {
            let table = catalogue.tables.get(mention.table as usize).map_or(u32::MAX, |table| table.table);
            (rank.get(&mention.item).copied().unwrap_or(0), table, mention.row, mention.slot, *at)
        };
        if !theirs.is_sorted_by_key(place) {
            theirs.sort_by_cached_key(place);
            of.iter_mut().zip(&theirs).for_each(|(at, (sorted, _))| *at = *sorted);
        }
        let mut individual = assembler.assemble(&theirs, shares.get(&root).copied().unwrap_or_default());
        let nobody = !individual.counted && !individual.professional && individual.name == NONE;
        roots[root as usize] = if nobody { NONE } else { TOLD | individuals.len() as u32 };
        if nobody {
            unattributed += theirs.len() as u64;
            continue;
        }
        (individual.first, individual.last) = (from as u32, end as u32);
        individuals.push(individual);
    }
    Together { individuals, order, individual_of: told(roots), unattributed }
}

/// The root of the record that the mention at a place speaks of.
#[inline]
fn root_of(roots: &[u32], mentions: &Mentions, at: u32) -> u32 {
    roots[mentions.node(at as usize) as usize]
}

/// The individual of every record, in the memory of their roots. The root of a record is the first of its cluster.
fn told(mut roots: Vec<u32>) -> Vec<u32> {
    for at in 0..roots.len() {
        let root = roots[at];
        roots[at] = match root as usize {
            _ if root == NONE => NONE,
            _ if root & TOLD != 0 => root & !TOLD,
            // Nobody's.
            own if own == at => NONE,
            before => roots[before],
        };
    }
    roots
}

/// Elements that people share with others, by root.
fn shares(mentions: &Mentions, attached: &Attached, roots: &[u32]) -> Map<u32, ElementSet> {
    let mut shares: Map<u32, ElementSet> = Map::default();
    let shared = mentions.iter().filter(|_| !attached.shared.is_empty());
    for (mention, people) in shared.filter_map(|mention| Some((mention, attached.shared.get(&mention.node)?))) {
        for root in people {
            let set = shares.entry(roots[*root as usize]).or_default();
            *set = set.union(mention.elements);
        }
    }
    shares
}

/// Places of the mentions by root, those of each in order. Records of one person mostly lie together, and so do theirs.
pub(super) fn by_root(of_nodes: &OfNodes, roots: &[u32]) -> Vec<u32> {
    let mut ends = vec![0u32; roots.len()];
    roots.iter().zip(of_nodes.counts()).for_each(|(root, mentions)| ends[*root as usize] += mentions as u32);
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    let mut order = vec![0; of_nodes.len()];
    for (root, mentions) in roots.iter().map(|root| *root as usize).zip(of_nodes.iter()) {
        let from = ends[root] as usize;
        order[from..from + mentions.len()].copy_from_slice(mentions);
        ends[root] += mentions.len() as u32;
    }
    // What were the beginnings are now the ends.
    let mut from = 0;
    for end in ends.into_iter().map(|end| end as usize) {
        order[std::mem::replace(&mut from, end)..end].sort_unstable();
    }
    order
}

/// Items that mentions lie in, by the order of their paths.
fn rank_items(evidence: &Evidence<'_>, catalogue: &Catalogue, records: &Records) -> Map<u32, u32> {
    let mut items: Vec<u32> = records.mentions.items().collect();
    items.sort_unstable();
    items.dedup();
    items.sort_by_key(|item| catalogue.path(evidence, *item));
    items.iter().enumerate().map(|(at, item)| (*item, at as u32)).collect()
}

impl Together {
    fn of(&mut self, node: u32) -> Option<&mut Individual> {
        self.individuals.get_mut(*self.individual_of.get(node as usize)? as usize)
    }

    /// Notes a merge with whom it made.
    pub(super) fn rests_on(&mut self, merge: &Merge) {
        if let Some(person) = self.of(merge.a) {
            person.tier = person.tier.max(Some(merge.rule.tier()));
        }
    }

    /// Notes a merge that was refused with both.
    pub(super) fn conflicts(&mut self, refusal: &Refusal) {
        for node in [refusal.a, refusal.b] {
            if let Some(person) = self.of(node) {
                person.conflict = true;
            }
        }
    }

    /// Puts everybody into the order of their ids.
    pub(super) fn in_order(&mut self) {
        let mut place = places_by_id(&self.individuals);
        self.individual_of.iter_mut().filter(|at| **at != NONE).for_each(|at| *at = place[*at as usize]);
        put_in_order(&mut self.individuals, &mut place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_its_roots_individual_s() {
        // Of records 0 and 2, 1 and 4, 3, 5: the second was told to be nobody, and of the last nothing was told.
        let roots = vec![TOLD, NONE, 0, TOLD | 1, 1, 5];
        assert_eq!(told(roots), [0, NONE, 0, 1, NONE, NONE]);
    }
}
