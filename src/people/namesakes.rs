//! Records of one name, which lie side by side where there are many records: most of what two records share is shared by them, and is
//! seen where they lie, without looking for it among the records of everybody else.

use super::record::{NONE, Records};

/// Which records are namesakes.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    /// By record: how far behind the first of its name it lies, or [`APART`]. Empty where records of one name do not lie together.
    behind: Vec<u8>,
}

/// The name is borne by too many to compare each with each.
const APART: u8 = u8::MAX;

/// More records of one name than this are met like any others; no way of meeting brings fewer together.
pub(super) const MOST: usize = 16;

impl Namesakes {
    /// Finds them; `hash` tells of a name what records lie in the order of. Where they do not, none are found.
    pub(super) fn new(records: &Records, hash: impl Fn(u32) -> Option<u32>) -> Namesakes {
        let mut behind = vec![APART; records.nodes.len()];
        // Records without a name lie between those of a name, and are nobody's namesakes.
        let mut named = records.nodes.iter().enumerate().filter(|(_, node)| node.name != NONE);
        let mut next = named.next().map(|(at, node)| (at, hash(node.name)));
        while let Some((first, name)) = next {
            let mut last = first;
            next = None;
            for (at, node) in named.by_ref() {
                let other = hash(node.name);
                if other < name {
                    return Namesakes::default();
                }
                if other != name {
                    next = Some((at, other));
                    break;
                }
                last = at;
            }
            if last - first < MOST {
                behind[first..=last].iter_mut().zip(0..).for_each(|(place, at)| *place = at);
            }
        }
        Namesakes { behind }
    }

    #[inline]
    fn behind(&self, node: u32) -> Option<u8> {
        self.behind.get(node as usize).copied().filter(|behind| *behind != APART)
    }

    /// Whether all that bear the name of a record lie beside it.
    pub(super) fn are_all_near(&self, node: u32) -> bool {
        self.behind(node).is_some()
    }

    /// The first of the records that one lies among; itself where its namesakes are not looked for.
    #[inline]
    pub(super) fn first(&self, node: u32) -> u32 {
        node - u32::from(self.behind(node).unwrap_or(0))
    }

    /// The records behind one that lie among the same.
    pub(super) fn after(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let behind = self.behind(node);
        (node + 1..).zip(behind.unwrap_or(APART)..APART).map(|(at, _)| at).take_while(move |at| self.behind(*at) > behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::record::{Class, Key};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn namesakes_are_those_of_one_name_whatever_lies_between(names in prop::collection::vec((0..4u32, 1..20usize, 0..3usize), 0..8)) {
            let mut records = Records::default();
            let key = Key { class: Class::Phone, value: 7 };
            // Names stand in order, records without a name between them.
            let mut all: Vec<(u32, usize, usize)> = names;
            all.sort_unstable();
            for (name, times, nameless) in &all {
                for _ in 0..*times {
                    (0..*nameless).for_each(|_| records.add_plain(NONE, 0, key));
                    records.add_plain(*name, 0, key);
                }
            }
            let namesakes = Namesakes::new(&records, Some);
            let named: Vec<u32> = (0..records.nodes.len() as u32).filter(|at| records.nodes[*at as usize].name != NONE).collect();
            let name = |at: u32| records.nodes[at as usize].name;
            for at in named.iter().copied() {
                let same: Vec<u32> = named.iter().copied().filter(|other| name(*other) == name(at)).collect();
                let near = (same[same.len() - 1] - same[0]) < MOST as u32;
                prop_assert_eq!(namesakes.are_all_near(at), near);
                prop_assert_eq!(namesakes.first(at), if near { same[0] } else { at });
                let after: Vec<u32> = namesakes.after(at).filter(|other| records.nodes[*other as usize].name != NONE).collect();
                let expected: Vec<u32> = same.into_iter().filter(|other| near && *other > at).collect();
                prop_assert_eq!(after, expected);
            }
        }
    }
}
