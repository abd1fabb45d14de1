//! Joins records into people: edges in one total order, guarded by what the whole person
//! already holds, so that the answer depends on content and not on the order of reading.

use super::{
    block::Edge,
    likeness::Likeness,
    name::{Name, Suffix},
    record::{Class, Key, Map, NONE, Number, Records},
    rule::{self, Birth, Rule},
    spelling::edit_distance,
};
use smallvec::SmallVec;
use std::{borrow::Cow, cell::LazyCell};

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
pub type Merge = Edge;

/// A merge that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    pub rule: Rule,
    pub guard: Guard,
    pub a: u32,
    pub b: u32,
}

/// Union of records. What a union holds is looked up in its records when a guard asks.
pub struct Clusters {
    /// The record above; of one that stands for a cluster, [`ROOT`] and the last record of the cluster.
    parent: Vec<u32>,
    /// The records of a cluster in a ring, in the order in which they joined; after the last comes the one that stands for it.
    next: Vec<u32>,
    /// What clusters of [`BIG`] records and more hold, by the record that stands for them.
    big: Map<u32, Holds>,
    pub merges: Vec<Merge>,
    pub refusals: Vec<Refusal>,
    /// R24 is not asked whether birth dates differ.
    pub(super) dates_err: bool,
}

/// Told apart from a record above by the highest bit.
const ROOT: u32 = 1 << 31;

/// Beyond so many records, going through them costs more than keeping what they hold.
const BIG: usize = 16;

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
        let mut holds = Holds::default();
        holds.add(records, node);
        holds
    }

    /// Adds what a record holds.
    fn add(&mut self, records: &Records, node: u32) {
        let node = records.record(node as usize);
        if node.name != NONE {
            add(&mut self.names, node.name);
            self.suffix = self.suffix.max(node.suffix());
        }
        if !node.birth.is_multiple_of(10_000) {
            add(&mut self.births, node.birth);
        }
        let personal = node.keys().iter().filter(|key| key.class == Class::Personal);
        personal.for_each(|key| add(&mut self.personal, key.value));
    }

    /// Adds what another holds.
    fn extend(&mut self, other: &Holds) {
        other.names.iter().for_each(|name| add(&mut self.names, *name));
        other.births.iter().for_each(|birth| add(&mut self.births, *birth));
        other.personal.iter().for_each(|number| add(&mut self.personal, *number));
        self.suffix = self.suffix.max(other.suffix);
    }

    fn shares_number(&self, other: &Holds) -> bool {
        self.personal.iter().any(|number| other.personal.contains(number))
    }

    /// Both hold personal numbers, and none of one is, or is near, one of the other.
    fn numbers_differ(&self, records: &Records, other: &Holds) -> bool {
        let text = |value: &u64| records.numbers.get(*value).unwrap_or_default();
        let near = |one: Number, other: Number| one.len() != other.len() || edit_distance(&one, &other, 2) <= 2;
        let (mine, theirs) = (&self.personal, &other.personal);
        !mine.is_empty()
            && !theirs.is_empty()
            && !self.shares_number(other)
            && !mine.iter().any(|one| theirs.iter().any(|other| near(text(one), text(other))))
    }

    /// Personal numbers given out one after the other, to people of whom not all have one given name: twins.
    fn were_numbered_at_once(&self, records: &Records, other: &Holds) -> bool {
        // Most have one name.
        let are_two = |one: u32, other: u32| one != other && records.names[one as usize].are_two(&records.names[other as usize]);
        if !self.names.iter().any(|one| other.names.iter().any(|other| are_two(*one, *other))) {
            return false;
        }
        let number = |value: &u64| rule::personal_number(records, Key { class: Class::Personal, value: *value });
        let follows = |one: u64| other.personal.iter().filter_map(number).any(|other| rule::issued_at_once(one, other));
        !self.shares_number(other) && self.personal.iter().filter_map(number).any(follows)
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
        Clusters::in_room(records, Vec::new())
    }

    /// The same in memory that is there.
    pub(super) fn in_room(records: &Records, mut parent: Vec<u32>) -> Clusters {
        let nodes = records.nodes.len() as u32;
        parent.clear();
        parent.extend((0..nodes).map(|node| ROOT | node));
        Clusters { parent, next: (0..nodes).collect(), big: Map::default(), merges: Vec::new(), refusals: Vec::new(), dates_err: false }
    }

    /// The record that stands for the cluster of this one: the smallest of it.
    pub fn root(&mut self, node: u32) -> u32 {
        let mut at = node;
        loop {
            let up = self.parent[at as usize];
            if up & ROOT != 0 {
                return at;
            }
            let above = self.parent[up as usize];
            if above & ROOT != 0 {
                return up;
            }
            self.parent[at as usize] = above;
            at = above;
        }
    }

    /// The record that stands for the cluster of each, what was joined and what was not. Lets go of everything else.
    pub(super) fn into_roots(mut self) -> (Vec<u32>, Vec<Merge>, Vec<Refusal>) {
        (self.next, self.big) = (Vec::new(), Map::default());
        // The smallest record of a cluster comes first.
        let mut roots = self.parent;
        for at in 0..roots.len() {
            roots[at] = if roots[at] & ROOT == 0 { roots[roots[at] as usize] } else { at as u32 };
        }
        (roots, self.merges, self.refusals)
    }

    /// Applies edges, in their order.
    pub fn apply(&mut self, records: &Records, edges: Vec<Edge>) {
        let merged = edges.into_iter().filter(|edge| {
            let (a, b) = (self.root(edge.a), self.root(edge.b));
            if a == b {
                return false;
            }
            let guard = self.guard(records, edge, a, b);
            match guard {
                Some(guard) => self.refusals.push(Refusal { rule: edge.rule, guard, a: edge.a, b: edge.b }),
                None => self.join(records, a, b),
            }
            guard.is_none()
        });
        // In the memory of the edges: there are as many as records.
        let merged: Vec<Edge> = merged.collect();
        if self.merges.is_empty() {
            self.merges = merged;
        } else {
            self.merges.extend(merged);
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
        let known = (self.big.remove(&keep), self.big.remove(&gone));
        let known = match known {
            (None, None) => None,
            (mine, theirs) => {
                let (mut all, theirs) =
                    (mine.unwrap_or_else(|| self.gathered(records, keep)), theirs.unwrap_or_else(|| self.gathered(records, gone)));
                all.extend(&theirs);
                Some(all)
            }
        };
        let (middle, last) = (self.parent[keep as usize] & !ROOT, self.parent[gone as usize] & !ROOT);
        self.next[middle as usize] = gone;
        self.next[last as usize] = keep;
        self.parent[keep as usize] = ROOT | last;
        self.parent[gone as usize] = keep;
        if let Some(all) = known.or_else(|| (self.members(keep).take(BIG).count() == BIG).then(|| self.gathered(records, keep))) {
            self.big.insert(keep, all);
        }
    }

    /// The records of a cluster, by the one that stands for it, in the order in which they joined.
    fn members(&self, root: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = Some(root);
        std::iter::from_fn(move || {
            let this = at?;
            at = Some(self.next[this as usize]).filter(|next| *next != root);
            Some(this)
        })
    }

    /// What the records of a cluster hold.
    fn gathered(&self, records: &Records, root: u32) -> Holds {
        let mut holds = Holds::default();
        self.members(root).for_each(|node| holds.add(records, node));
        holds
    }

    /// What a cluster holds, by the record that stands for it.
    fn holds(&self, records: &Records, root: u32) -> Cow<'_, Holds> {
        self.big.get(&root).map_or_else(|| Cow::Owned(self.gathered(records, root)), Cow::Borrowed)
    }

    /// What speaks against joining two clusters, looking at all they hold.
    fn guard(&self, records: &Records, edge: &Edge, a: u32, b: u32) -> Option<Guard> {
        let (x, y) = (&*self.holds(records, a), &*self.holds(records, b));
        let shared_number = x.shares_number(y);
        if x.suffix != y.suffix && x.suffix != Suffix::None && y.suffix != Suffix::None && !shared_number {
            return Some(Guard::V3);
        }
        // Most pairs are not asked how they compare: nothing they hold differs.
        let compared = LazyCell::new(|| rule::compare(records, records.record(edge.a as usize), records.record(edge.b as usize)));
        if (x.numbers_differ(records, y) && !compared.all_agree()) || (!shared_number && x.were_numbered_at_once(records, y)) {
            return Some(Guard::V1);
        }
        // Such records were found to be one person's whatever their names and birth dates.
        let told = matches!(edge.rule, Rule::R23 | Rule::R25);
        let is_outweighed =
            || shared_number || told || (edge.rule == Rule::R24 && self.dates_err) || compared.is_proven() || compared.is_slip();
        if x.births_differ(y) && !is_outweighed() {
            return Some(Guard::V2);
        }
        let clash = |x: &Name, y: &Name| match edge.rule {
            // It is asked of records that tell half a name, and of misspelt ones.
            Rule::R24 => x.given_differs(y),
            _ => x.likeness(y) == Likeness::Incompatible,
        };
        let has_exact_key = || compared.row_key || compared.proven || compared.is_misspelt();
        if !shared_number && !told && names_clash(records, x, y, clash) && !has_exact_key() {
            return Some(Guard::V4);
        }
        (x.names.len() + y.names.len() > NAMES && distinct_bags(records, x, y) > NAMES).then_some(Guard::V7)
    }

    /// Whether anybody in a cluster has a name.
    pub fn is_named(&self, records: &Records, root: u32) -> bool {
        !self.holds(records, root).names.is_empty()
    }

    /// Whether a record's birth date or, where birth dates do not agree, personal number is another person's than this cluster's.
    pub fn contradicts(&self, records: &Records, root: u32, node: u32) -> bool {
        let (theirs, mine) = (self.holds(records, root), Holds::of(records, node));
        // Numbers have errors: the same birth date outweighs one.
        mine.births_differ(&theirs)
            || (mine.numbers_differ(records, &theirs) && !mine.births.iter().any(|birth| theirs.births.contains(birth)))
    }
}

/// Whether a name of one clashes with every name of the other.
fn names_clash(records: &Records, x: &Holds, y: &Holds, clash: impl Fn(&Name, &Name) -> bool) -> bool {
    let differs = |one: &u32, other: &u32| one != other && clash(&records.names[*one as usize], &records.names[*other as usize]);
    !x.names.is_empty()
        && !y.names.is_empty()
        && x.names.iter().take(NAMES).any(|one| y.names.iter().take(NAMES).all(|other| differs(one, other)))
}

fn add<A: smallvec::Array<Item: PartialEq>>(into: &mut SmallVec<A>, value: A::Item) {
    if !into.contains(&value) {
        into.push(value);
    }
}

fn distinct_bags(records: &Records, x: &Holds, y: &Holds) -> usize {
    let mut bags: Vec<_> = x.names.iter().chain(&y.names).map(|name| records.names[*name as usize].bag()).collect();
    bags.sort_unstable();
    bags.dedup();
    bags.len()
}

/// Same, or a typing error apart.
fn near(a: u32, b: u32) -> bool {
    matches!(rule::births(a, b), Birth::Same | Birth::Near) || rule::share_two_parts(a, b)
}
