//! Joins records into people: edges in one total order, guarded by what the whole person
//! already holds, so that the answer depends on content and not on the order of reading.

use super::{
    block::Edge,
    name::{Likeness, Suffix},
    record::{Class, NONE, Records},
    rule::{self, Birth, Rule, Tier},
};

/// Why two people were kept apart though a rule would join them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard {
    pub id: &'static str,
    pub text: &'static str,
}

/// Different personal numbers.
pub const V1: Guard = Guard { id: "V1", text: "different personal numbers" };
/// Birth dates that differ in more than a typing error.
pub const V2: Guard = Guard { id: "V2", text: "birth dates differ" };
/// Father and son.
pub const V3: Guard = Guard { id: "V3", text: "generation suffixes differ (Jr, Sr)" };
/// Twins and siblings.
pub const V4: Guard = Guard { id: "V4", text: "given names of two people" };
/// Too large.
pub const V7: Guard = Guard { id: "V7", text: "too many different names for one person" };

/// A merge that was made.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    pub rule: Rule,
    pub a: u32,
    pub b: u32,
}

/// A merge that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    pub rule: Rule,
    pub guard: Guard,
    pub a: u32,
    pub b: u32,
}

/// Union of records with what each union holds.
pub struct Clusters {
    parent: Vec<u32>,
    holds: Vec<Holds>,
    pub merges: Vec<Merge>,
    pub refusals: Vec<Refusal>,
}

/// What a person holds, as far as guards ask.
#[derive(Clone, Debug, Default)]
struct Holds {
    names: Vec<u32>,
    births: Vec<u32>,
    personal: Vec<u64>,
    suffix: Suffix,
}

/// More different names than this in one person are not believed.
const NAMES: usize = 8;

impl Clusters {
    /// Every record by itself.
    pub fn new(records: &Records) -> Clusters {
        let holds = records
            .nodes
            .iter()
            .map(|node| Holds {
                names: if node.name == NONE { vec![] } else { vec![node.name] },
                births: if node.birth % 10_000 == 0 { vec![] } else { vec![node.birth] },
                personal: node.keys.iter().filter(|key| key.class == Class::Personal).map(|key| key.value).collect(),
                suffix: records.names.get(node.name as usize).map_or(Suffix::None, |name| name.suffix),
            })
            .collect();
        Clusters { parent: (0..records.nodes.len() as u32).collect(), holds, merges: Vec::new(), refusals: Vec::new() }
    }

    /// The record that stands for the cluster of this one: the smallest of it.
    pub fn root(&mut self, node: u32) -> u32 {
        let mut at = node;
        while self.parent[at as usize] != at {
            let up = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = up;
            at = up;
        }
        at
    }

    /// Applies edges of up to this tier, in their order.
    pub fn apply(&mut self, records: &Records, edges: &[Edge], up_to: Tier) {
        for edge in edges.iter().filter(|edge| edge.rule.tier <= up_to) {
            let (a, b) = (self.root(edge.a), self.root(edge.b));
            if a == b {
                continue;
            }
            match self.guard(records, edge, a, b) {
                Some(guard) => self.refusals.push(Refusal { rule: edge.rule, guard, a: edge.a, b: edge.b }),
                None => {
                    self.join(a, b);
                    self.merges.push(Merge { rule: edge.rule, a: edge.a, b: edge.b });
                }
            }
        }
    }

    /// Joins without asking (attachment of records without a name).
    pub fn attach(&mut self, rule: Rule, a: u32, b: u32) {
        let (x, y) = (self.root(a), self.root(b));
        if x != y {
            self.join(x, y);
            self.merges.push(Merge { rule, a, b });
        }
    }

    fn join(&mut self, a: u32, b: u32) {
        let (keep, gone) = if a < b { (a, b) } else { (b, a) };
        self.parent[gone as usize] = keep;
        let theirs = std::mem::take(&mut self.holds[gone as usize]);
        let mine = &mut self.holds[keep as usize];
        extend(&mut mine.names, theirs.names);
        extend(&mut mine.births, theirs.births);
        extend(&mut mine.personal, theirs.personal);
        mine.suffix = mine.suffix.max(theirs.suffix);
    }

    /// What speaks against joining two clusters, looking at all they hold.
    fn guard(&self, records: &Records, edge: &Edge, a: u32, b: u32) -> Option<Guard> {
        let (x, y) = (&self.holds[a as usize], &self.holds[b as usize]);
        let shared_number = x.personal.iter().any(|number| y.personal.contains(number));
        if x.suffix != y.suffix && x.suffix != Suffix::None && y.suffix != Suffix::None && !shared_number {
            return Some(V3);
        }
        let comparison = rule::compare(records, &records.nodes[edge.a as usize], &records.nodes[edge.b as usize]);
        let all_agree = comparison.birth == Birth::Same
            && comparison.name.is_some_and(|name| name >= Likeness::Close)
            && (comparison.address >= rule::Door::Near || comparison.contact || comparison.account);
        if !shared_number && !x.personal.is_empty() && !y.personal.is_empty() && !all_agree && !self.near_numbers(records, x, y) {
            return Some(V1);
        }
        let births_meet =
            x.births.is_empty() || y.births.is_empty() || x.births.iter().any(|one| y.births.iter().any(|other| near(*one, *other)));
        let misdated =
            comparison.proven && (comparison.address >= rule::Door::Near || comparison.name.is_some_and(|name| name >= Likeness::Close));
        if !births_meet && !shared_number && !misdated {
            return Some(V2);
        }
        let exact_key = shared_number || comparison.row_key || comparison.proven;
        if !exact_key && self.names_clash(records, x, y) {
            return Some(V4);
        }
        (x.names.len() + y.names.len() > NAMES && distinct_bags(records, x, y) > NAMES).then_some(V7)
    }

    fn near_numbers(&self, records: &Records, x: &Holds, y: &Holds) -> bool {
        let text = |value: &u64| records.numbers.get(value).map_or("", |text| text);
        x.personal.iter().any(|one| {
            y.personal.iter().any(|other| {
                let (one, other) = (text(one), text(other));
                one.len() != other.len() || super::name::edit_distance(one, other, 2) <= 2
            })
        })
    }

    fn names_clash(&self, records: &Records, x: &Holds, y: &Holds) -> bool {
        x.names.iter().take(NAMES).any(|one| {
            y.names.iter().take(NAMES).all(|other| {
                one != other && records.names[*one as usize].likeness(&records.names[*other as usize]) == Likeness::Incompatible
            })
        }) && !x.names.is_empty()
            && !y.names.is_empty()
    }
}

fn extend<T: PartialEq>(into: &mut Vec<T>, from: Vec<T>) {
    for value in from {
        if !into.contains(&value) {
            into.push(value);
        }
    }
}

fn distinct_bags(records: &Records, x: &Holds, y: &Holds) -> usize {
    let mut bags: Vec<String> = x.names.iter().chain(&y.names).map(|name| records.names[*name as usize].bag()).collect();
    bags.sort_unstable();
    bags.dedup();
    bags.len()
}

/// Same, or a typing error apart.
fn near(a: u32, b: u32) -> bool {
    if a == b {
        return true;
    }
    let parts = |date: u32| [date / 10_000, date / 100 % 100, date % 100];
    let (x, y) = (parts(a), parts(b));
    let differing = x.iter().zip(&y).filter(|(one, other)| one != other).count();
    differing <= 1 || (x[0] == y[0] && x[1] == y[2] && x[2] == y[1])
}
