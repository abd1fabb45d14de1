//! Edges in the order in which they are applied. There are as many as records, so that what was found is let go of as it is put in order.

use super::{block::Edge, lent::Lent, rule::Rule};
use rayon::prelude::*;

/// Edges as they were found.
#[derive(Default)]
pub(super) struct Parts(Vec<Part>);

/// Those of one rule, both records in one number.
struct Part {
    rule: Rule,
    pairs: Lent,
}

/// Bytes of a pair.
const PAIR: usize = 8;

impl Edge {
    /// Both records in one number, which is compared at once.
    fn records(&self) -> u64 {
        u64::from(self.a) << 32 | u64::from(self.b)
    }
}

impl Parts {
    /// Adds edges of whichever rules.
    pub(super) fn add(&mut self, edges: &[Edge]) {
        let mut counts = [0usize; Rule::ALL.len()];
        edges.iter().for_each(|edge| counts[edge.rule as usize] += 1);
        for rule in Rule::ALL.iter().filter(|rule| counts[**rule as usize] > 0) {
            let mut pairs = Lent::new(PAIR * counts[*rule as usize]);
            edges.iter().filter(|edge| edge.rule == *rule).for_each(|edge| _ = pairs.add(&edge.records().to_le_bytes()));
            self.0.push(Part { rule: *rule, pairs });
        }
    }

    /// Adds what another has.
    pub(super) fn join(&mut self, other: Parts) {
        self.0.extend(other.0);
    }

    /// All edges by tier, rule and records, each once.
    pub(super) fn in_order(mut self) -> Vec<Edge> {
        let mut rules: Vec<Rule> = Rule::ALL.to_vec();
        rules.sort_by_key(|rule| (rule.tier(), *rule));
        let mut edges: Vec<Edge> = Vec::with_capacity(self.0.iter().map(|part| part.pairs.filled().len() / PAIR).sum());
        for rule in rules {
            // Most lie in order already.
            let from = edges.len();
            for part in self.0.iter_mut().filter(|part| part.rule == rule) {
                let pairs = std::mem::take(&mut part.pairs);
                let both = pairs.filled().as_chunks::<PAIR>().0.iter().map(|pair| u64::from_le_bytes(*pair));
                edges.extend(both.map(|both| Edge { rule, a: (both >> 32) as u32, b: both as u32 }));
            }
            edges[from..].par_sort_unstable_by_key(Edge::records);
        }
        edges.dedup();
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn edges_come_in_order_of_tier_rule_and_records(
            parts in prop::collection::vec(prop::collection::vec((prop::sample::select(Rule::ALL.to_vec()), 0..9u32, 0..9u32), 0..40), 0..5)
        ) {
            let parts: Vec<Vec<Edge>> = parts.into_iter().map(|part| part.into_iter().map(|(rule, a, b)| Edge { rule, a, b }).collect()).collect();
            let mut found = Parts::default();
            for part in &parts {
                let mut of_part = Parts::default();
                of_part.add(part);
                found.join(of_part);
            }
            let mut expected = parts.concat();
            expected.sort_by_key(|edge| (edge.rule.tier(), edge.rule, edge.a, edge.b));
            expected.dedup();
            prop_assert_eq!(found.in_order(), expected);
        }
    }
}
