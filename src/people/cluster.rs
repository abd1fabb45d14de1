//! Joins records into people: edges in one total order, guarded by what the whole person
//! already holds, so that the answer depends on content and not on the order of reading.

use super::{
    block::Edge,
    likeness::{Likeness, edit_distance},
    name::{Name, Suffix},
    record::{Class, NONE, Records},
    rule::{self, Rule, Tier},
};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// Why two people were kept apart though a rule would join them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    V1,
    V2,
    /// Father and son.
    V3,
    /// Twins and siblings.
    V4,
    V7,
}

impl Guard {
    /// Every guard.
    pub const ALL: &'static [Guard] = &[Guard::V1, Guard::V2, Guard::V3, Guard::V4, Guard::V7];

    /// `V1` and so on, as reports cite it.
    pub const fn id(self) -> &'static str {
        match self {
            Guard::V1 => "V1",
            Guard::V2 => "V2",
            Guard::V3 => "V3",
            Guard::V4 => "V4",
            Guard::V7 => "V7",
        }
    }

    /// What it saw, in plain words.
    pub const fn text(self) -> &'static str {
        match self {
            Guard::V1 => "different personal numbers",
            Guard::V2 => "birth dates differ",
            Guard::V3 => "generation suffixes differ (Jr, Sr)",
            Guard::V4 => "given names of two people",
            Guard::V7 => "too many different names for one person",
        }
    }
}

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
    /// By the record that stands for a cluster: place in `holds`, or [`NONE`] while it is one record.
    held: Vec<u32>,
    holds: Vec<Holds>,
    pub merges: Vec<Merge>,
    pub refusals: Vec<Refusal>,
    /// R24 is not asked whether birth dates differ.
    pub(super) dates_err: bool,
}

/// What a person holds, as far as guards ask. Few values each, so they lie in place.
#[derive(Clone, Debug, Default)]
struct Holds {
    names: SmallVec<[u32; 4]>,
    births: SmallVec<[u32; 4]>,
    personal: SmallVec<[u64; 2]>,
    suffix: Suffix,
}

impl Holds {
    fn of(records: &Records, node: u32) -> Holds {
        let node = &records.nodes[node as usize];
        Holds {
            names: if node.name == NONE { SmallVec::new() } else { smallvec![node.name] },
            births: if node.birth.is_multiple_of(10_000) { SmallVec::new() } else { smallvec![node.birth] },
            personal: records.keys(node).iter().filter(|key| key.class == Class::Personal).map(|key| key.value).collect(),
            suffix: records.names.get(node.name as usize).map_or(Suffix::None, |name| name.suffix),
        }
    }

    fn shares_number(&self, other: &Holds) -> bool {
        self.personal.iter().any(|number| other.personal.contains(number))
    }

    /// Both hold personal numbers, and none of one is, or is near, one of the other.
    fn numbers_differ(&self, records: &Records, other: &Holds) -> bool {
        let text = |value: &u64| records.numbers.get(value).map_or("", |number| &**number);
        let near = |one: &str, other: &str| one.len() != other.len() || edit_distance(one, other, 2) <= 2;
        let (mine, theirs) = (&self.personal, &other.personal);
        !mine.is_empty()
            && !theirs.is_empty()
            && !self.shares_number(other)
            && !mine.iter().any(|one| theirs.iter().any(|other| near(text(one), text(other))))
    }

    /// Both hold birth dates, and none of one is near one of the other.
    fn births_differ(&self, other: &Holds) -> bool {
        let (mine, theirs) = (&self.births, &other.births);
        !mine.is_empty() && !theirs.is_empty() && !mine.iter().any(|one| theirs.iter().any(|other| near(*one, *other)))
    }
}

/// More different names than this in one person are not believed.
const NAMES: usize = 8;

impl Clusters {
    /// Every record by itself.
    pub fn new(records: &Records) -> Clusters {
        let nodes = records.nodes.len();
        Clusters {
            parent: (0..nodes as u32).collect(),
            held: vec![NONE; nodes],
            holds: Vec::new(),
            merges: Vec::new(),
            refusals: Vec::new(),
            dates_err: false,
        }
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
        for edge in edges.iter().filter(|edge| edge.rule.tier() <= up_to) {
            let (a, b) = (self.root(edge.a), self.root(edge.b));
            if a == b {
                continue;
            }
            match self.guard(records, edge, a, b) {
                Some(guard) => self.refusals.push(Refusal { rule: edge.rule, guard, a: edge.a, b: edge.b }),
                None => {
                    self.join(records, a, b);
                    self.merges.push(Merge { rule: edge.rule, a: edge.a, b: edge.b });
                }
            }
        }
    }

    /// Joins without asking (attachment of records without a name).
    pub fn attach(&mut self, records: &Records, rule: Rule, a: u32, b: u32) {
        let (x, y) = (self.root(a), self.root(b));
        if x != y {
            self.join(records, x, y);
            self.merges.push(Merge { rule, a, b });
        }
    }

    fn join(&mut self, records: &Records, a: u32, b: u32) {
        let (keep, gone) = if a < b { (a, b) } else { (b, a) };
        self.parent[gone as usize] = keep;
        let theirs = match std::mem::replace(&mut self.held[gone as usize], NONE) {
            NONE => Holds::of(records, gone),
            place => std::mem::take(&mut self.holds[place as usize]),
        };
        if self.held[keep as usize] == NONE {
            self.held[keep as usize] = self.holds.len() as u32;
            self.holds.push(Holds::of(records, keep));
        }
        let mine = &mut self.holds[self.held[keep as usize] as usize];
        extend(&mut mine.names, &theirs.names);
        extend(&mut mine.births, &theirs.births);
        extend(&mut mine.personal, &theirs.personal);
        mine.suffix = mine.suffix.max(theirs.suffix);
    }

    /// What a cluster holds, by the record that stands for it.
    fn holds(&self, records: &Records, root: u32) -> Cow<'_, Holds> {
        self.holds.get(self.held[root as usize] as usize).map_or_else(|| Cow::Owned(Holds::of(records, root)), Cow::Borrowed)
    }

    /// What speaks against joining two clusters, looking at all they hold.
    fn guard(&self, records: &Records, edge: &Edge, a: u32, b: u32) -> Option<Guard> {
        let (x, y) = (&*self.holds(records, a), &*self.holds(records, b));
        let shared_number = x.shares_number(y);
        if x.suffix != y.suffix && x.suffix != Suffix::None && y.suffix != Suffix::None && !shared_number {
            return Some(Guard::V3);
        }
        let comparison = rule::compare(records, &records.nodes[edge.a as usize], &records.nodes[edge.b as usize]);
        if x.numbers_differ(records, y) && !comparison.all_agree() {
            return Some(Guard::V1);
        }
        // Such records were found to be one person's whatever their names and birth dates.
        let told = edge.rule == Rule::R23;
        let outweighed =
            shared_number || comparison.is_proven() || comparison.is_slip() || told || (edge.rule == Rule::R24 && self.dates_err);
        if !outweighed && x.births_differ(y) {
            return Some(Guard::V2);
        }
        let exact_key = shared_number || comparison.row_key || comparison.proven || comparison.is_misspelt() || told;
        let clash = |x: &Name, y: &Name| match edge.rule {
            // It is asked of records that tell half a name, and of misspelt ones.
            Rule::R24 => x.given_differs(y),
            _ => x.likeness(y) == Likeness::Incompatible,
        };
        if !exact_key && names_clash(records, x, y, clash) {
            return Some(Guard::V4);
        }
        (x.names.len() + y.names.len() > NAMES && distinct_bags(records, x, y) > NAMES).then_some(Guard::V7)
    }

    /// Whether anybody in a cluster has a name.
    pub fn is_named(&self, records: &Records, root: u32) -> bool {
        !self.holds(records, root).names.is_empty()
    }

    /// Whether a record's birth date or personal number is another person's than this cluster's.
    pub fn contradicts(&self, records: &Records, root: u32, node: u32) -> bool {
        let (theirs, mine) = (self.holds(records, root), Holds::of(records, node));
        mine.births_differ(&theirs) || mine.numbers_differ(records, &theirs)
    }
}

/// Whether a name of one clashes with every name of the other.
fn names_clash(records: &Records, x: &Holds, y: &Holds, clash: impl Fn(&Name, &Name) -> bool) -> bool {
    let differs = |one: &u32, other: &u32| one != other && clash(&records.names[*one as usize], &records.names[*other as usize]);
    !x.names.is_empty()
        && !y.names.is_empty()
        && x.names.iter().take(NAMES).any(|one| y.names.iter().take(NAMES).all(|other| differs(one, other)))
}

fn extend<A: smallvec::Array<Item: PartialEq + Copy>>(into: &mut SmallVec<A>, from: &SmallVec<A>) {
    for value in from {
        if !into.contains(value) {
            into.push(*value);
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
