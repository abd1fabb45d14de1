//! Records without a name: whose are they?
//!
//! A salary row knows only `emp_no`, a combo list only an address and a password. Such a record
//! never makes a new person while a key says it belongs to one that is known. Rounds are
//! synchronous: each decides on the state the round before left, so order does not matter.

use super::{
    block::Edge,
    cluster::Clusters,
    generic::Crowd,
    lookup::Lookup,
    record::{Class, Key, NONE, Records, mix},
    rule::Rule,
};
use rayon::prelude::*;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Keys shared by more records without names than this say nothing (a shared till, a proxy).
const CAP: usize = 500;

/// How records without a name were placed.
#[derive(Debug, Default)]
pub struct Attached {
    /// Details many people point to (a household's address row): record → roots of the people.
    pub shared: BTreeMap<u32, Vec<u32>>,
    /// Records that belong to one of several known people; given to the first.
    pub ambiguous: Vec<(u32, Vec<u32>)>,
    /// Values that too many of them share to link any.
    pub crowds: Vec<Crowd>,
}

/// Strength of a key for attaching, strongest first; partial numbers never attach.
fn strength(class: Class) -> Option<u8> {
    Some(match class {
        Class::Own | Class::Reference => 0,
        Class::Personal => 1,
        Class::Issued => 2,
        Class::Unverified | Class::Proven => 3,
        Class::Account => 4,
        Class::Email => 5,
        Class::Username => 6,
        Class::Phone => 7,
        Class::Partial => return None,
    })
}

/// Own keys and references to them share one space.
fn place(key: &Key) -> u64 {
    match key.class {
        Class::Own | Class::Reference => mix(&[20, key.value]),
        class => mix(&[class as u64, key.value]),
    }
}

/// Where a record goes in one round.
enum Verdict {
    Join(u32),
    Share(Vec<u32>),
    OneOf(Vec<u32>),
}

/// Attaches records without names to people, then joins what is left among itself.
pub fn attach(records: &Records, clusters: &mut Clusters) -> Attached {
    let nameless: Vec<u32> = (0..records.nodes.len() as u32)
        .filter(|node| records.nodes[*node as usize].name == NONE && !records.nodes[*node as usize].is_organisation())
        .filter(|node| !records.record(*node as usize).keys().is_empty())
        .collect();
    let mut attached = Attached::default();
    let mut waiting = nameless.clone();
    let mut anchored: Vec<bool> = records.nodes.iter().map(|node| node.name != NONE).collect();
    for _ in 0..4 {
        if waiting.is_empty() {
            return attached;
        }
        let index = Index::new(records, clusters, &anchored);
        let verdicts: Vec<(u32, Option<Verdict>)> =
            waiting.par_iter().map(|node| (*node, index.judge(records, clusters, *node, false))).collect();
        let before = waiting.len();
        waiting.clear();
        for (node, verdict) in verdicts {
            match verdict {
                Some(Verdict::Join(anchor)) => {
                    clusters.attach(records, Rule::R20, anchor, node);
                    anchored[node as usize] = true;
                }
                Some(Verdict::Share(people)) => {
                    attached.shared.insert(node, people);
                }
                _ => waiting.push(node),
            }
        }
        if waiting.len() == before {
            break;
        }
    }
    if waiting.is_empty() {
        return attached;
    }
    let index = Index::new(records, clusters, &anchored);
    let mut free = Vec::new();
    for node in waiting {
        match index.judge(records, clusters, node, true) {
            Some(Verdict::OneOf(people)) => {
                clusters.attach(records, Rule::R20, people[0], node);
                attached.ambiguous.push((node, people));
            }
            _ => free.push(node),
        }
    }
    attached.crowds = join_rest(records, clusters, &free);
    attached
}

/// Whose a record may be by one of its keys.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    /// Their roots, in order.
    people: Vec<u32>,
    /// Rows of all of them point to it.
    is_shared: bool,
}

/// Which people hold which key, and whether as their own row's key.
struct Index {
    people: Lookup<Holder>,
}

/// Place of a key, root of who holds it, class, and whether the name stands below the row.
type Holder = (u64, u32, Class, bool);

impl Index {
    fn new(records: &Records, clusters: &mut Clusters, anchored: &[bool]) -> Index {
        let mut people: Vec<Holder> = Vec::new();
        for (at, node) in records.all().filter(|(at, node)| anchored[*at] && !node.is_organisation()) {
            let root = clusters.root(at as u32);
            for key in node.keys().iter().filter(|key| strength(key.class).is_some()) {
                people.push((place(key), root, key.class, node.has_own_name()));
            }
        }
        people.par_sort_unstable();
        people.dedup();
        Index { people: Lookup::new(people, |holder| holder.0) }
    }

    /// Where a record without a name belongs; `last` also settles for one of several.
    fn judge(&self, records: &Records, clusters: &Clusters, node: u32, last: bool) -> Option<Verdict> {
        let mut keys: Vec<(u8, &Key)> =
            records.record(node as usize).keys().iter().filter_map(|key| Some((strength(key.class)?, key))).collect();
        keys.sort_by_key(|(strength, _)| *strength);
        let mut several: Option<Vec<u32>> = None;
        for alike in keys.chunk_by(|a, b| a.0 == b.0) {
            let mut told: SmallVec<[Told; 2]> = alike.iter().map(|(_, key)| self.people_of(records, clusters, node, key)).collect();
            // Keys lie in the order of their tokens, which is another in every case. A case has no say in whose a record is.
            told.sort_unstable();
            for Told { people, is_shared } in told {
                match people.as_slice() {
                    [] => {}
                    [one] => return Some(Verdict::Join(*one)),
                    _ if is_shared => return Some(Verdict::Share(people)),
                    _ if people.len() > CAP => {}
                    _ => several = Some(several.map_or_else(|| people.clone(), |before| narrow(before, &people))),
                }
                if let Some([one]) = several.as_deref() {
                    return Some(Verdict::Join(*one));
                }
            }
        }
        several.filter(|_| last).map(Verdict::OneOf)
    }

    /// The people that a key of a record without a name leads to.
    fn people_of(&self, records: &Records, clusters: &Clusters, node: u32, key: &Key) -> Told {
        let holders = self.people.at(place(key));
        if holders.is_empty() || holders.len() > CAP {
            return Told::default();
        }
        let wanted = |class: Class, own_name: bool| match key.class {
            // A reference means the row that owns the key, if there is one.
            Class::Reference if holders.iter().any(|(_, _, class, _)| *class == Class::Own) => class == Class::Own,
            // A row without a name belongs to the name below it, not to the contacts below it.
            Class::Own if holders.iter().any(|(_, _, _, own_name)| *own_name) => own_name,
            _ => true,
        };
        let mut people: Vec<u32> =
            holders.iter().filter(|(_, _, class, name)| wanted(*class, *name)).map(|(_, root, _, _)| *root).collect();
        people.sort_unstable();
        people.dedup();
        // Families share a mailbox; a birth date or a number tells whose record it is not.
        if matches!(key.class, Class::Account | Class::Email | Class::Username | Class::Phone) {
            people.retain(|root| !clusters.contradicts(records, *root, node));
        }
        let is_shared = key.class == Class::Own && holders.iter().all(|(_, _, class, _)| *class == Class::Reference);
        Told { people, is_shared }
    }
}

/// People in both lists, or the first list when there are none.
fn narrow(before: Vec<u32>, roots: &[u32]) -> Vec<u32> {
    let both: Vec<u32> = before.iter().copied().filter(|root| roots.contains(root)).collect();
    if both.is_empty() { before } else { both }
}

/// Records that nobody with a name shares a key with: those that share one among themselves are one person.
fn join_rest(records: &Records, clusters: &mut Clusters, free: &[u32]) -> Vec<Crowd> {
    let mut pairs: Vec<(u64, u32)> = Vec::new();
    for node in free {
        for key in records.record(*node as usize).keys().iter().filter(|key| strength(key.class).is_some()) {
            pairs.push((place(key), *node));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let (mut edges, mut crowds) = (Vec::new(), Vec::new());
    for block in pairs.chunk_by(|a, b| a.0 == b.0) {
        if block.len() <= CAP {
            edges.extend(block.windows(2).map(|pair| Edge { rule: Rule::R21, a: pair[0].1, b: pair[1].1 }));
        } else {
            let (shared, node) = block[0];
            let key = records.record(node as usize).keys().iter().find(|key| place(key) == shared);
            let key = key.filter(|key| !matches!(key.class, Class::Own | Class::Reference));
            crowds.extend(key.map(|key| Crowd { key: *key, records: block.len() as u32, node }));
        }
    }
    edges.sort_unstable_by_key(|edge| (edge.a, edge.b));
    edges.dedup();
    clusters.apply(records, edges);
    crowds
}

#[cfg(test)]
mod tests {
    use super::{super::name, *};

    #[test]
    fn whose_a_record_is_does_not_hang_on_how_tokens_sort() {
        for (ada, mary) in [(3, 9), (9, 3)] {
            let email = |value| Key { class: Class::Email, value };
            let mut records = Records::default();
            for (at, (full, value)) in [("Ada Byron", ada), ("Mary Somerville", mary)].into_iter().enumerate() {
                records.names.extend(name::Name::from_parts(&name::Parts { full, ..name::Parts::default() }));
                records.add_plain(at as u32, 0, email(value));
            }
            records.add_plain(NONE, 0, email(0));
            let both = records.add_keys(&[email(3), email(9)]);
            records.spans[2] = both;
            let mut clusters = Clusters::new(&records);
            attach(&records, &mut clusters);
            assert_eq!(clusters.into_roots().0, [0, 1, 0], "{ada}");
        }
    }
}
