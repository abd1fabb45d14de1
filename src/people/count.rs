//! How many: at least, most likely, at most, and why the three differ.

use super::{
    attach::Attached,
    block::Edge,
    cluster::Merge,
    held::Held,
    holdout::{Chance, Rates},
    individual::{Individual, Known},
    mailbox::Givens,
    place::Jurisdiction,
    record::{Map, NONE, Records},
    rule::{Rule, Tier},
};
use crate::base::{Bounds, Element, Role, statistics::mixed_poisson_quantile};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// Counts by scope, as `counts.csv` writes them.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub total: Bounds,
    /// (scope, bounds), in the contract's order of scopes.
    pub scopes: Vec<(String, Bounds)>,
    pub reasons: Vec<Reason>,
    /// What each individual adds to the counts, in their order.
    pub each: Vec<Part>,
}

impl Counts {
    /// Raises the ceiling of the total by people nobody has seen; of whom else they are nothing can be said.
    pub(super) fn raise(&mut self, reason: Reason) {
        self.total.ceiling = self.total.ceiling.saturating_add(reason.people);
        for (_, bounds) in self.scopes.iter_mut().filter(|(scope, _)| scope == "total") {
            *bounds = self.total;
        }
        self.reasons.push(reason);
    }
}

/// One reason why the interval is wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub text: String,
    /// `lowers` the floor or `raises` the ceiling.
    pub direction: Direction,
    pub people: u64,
    pub resolve: &'static str,
    /// Places of some of the individuals.
    pub examples: Vec<u32>,
}

/// What may be wrong with one individual in the best count, as places of chances: see [`Kinds`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Doubt {
    /// Is the same person as another one.
    fewer: u8,
    /// Is two people.
    more: u8,
}

/// Chances that somebody is miscounted: few different ones, one for each rule.
#[derive(Debug)]
struct Kinds(Vec<Chance>);

/// Nothing is wrong.
const NO_DOUBT: u8 = 0;

impl Kinds {
    fn new() -> Kinds {
        Kinds(vec![Chance { mean: 0.0, spread: 0.0, most: 0.0 }])
    }

    fn place(&mut self, chance: Chance) -> u8 {
        let known = self.0.iter().position(|known| *known == chance);
        let at = known.unwrap_or_else(|| {
            self.0.push(chance);
            self.0.len() - 1
        });
        u8::try_from(at).unwrap_or(u8::MAX)
    }

    fn get(&self, at: u8) -> Chance {
        self.0.get(usize::from(at)).copied().unwrap_or(Chance::SURE)
    }

    /// The greater of two.
    fn greater(&self, one: u8, other: u8) -> u8 {
        if self.get(other).most > self.get(one).most { other } else { one }
    }
}

/// What resolution came to.
pub struct Resolved<'a> {
    pub records: &'a Records,
    pub(super) held: &'a Held,
    pub individuals: &'a [Individual],
    pub individual_of: &'a [u32],
    pub edges: &'a [Edge],
    pub attached: &'a Attached,
    pub merges: &'a [Merge],
    pub rates: &'a Rates,
}

/// What one individual adds to the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Taken for the same person as another one, at least.
    pub is_other: bool,
    /// Taken for two people, at most.
    pub is_two: bool,
}

impl Part {
    /// The same in people.
    pub fn bounds(self) -> Bounds {
        Bounds { floor: u64::from(!self.is_other), best: 1, ceiling: 1 + u64::from(self.is_two) }
    }
}

/// What is counted apart, in the contract's order of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope<'a> {
    Element(&'a str),
    Residency(&'a str),
    Role(&'a str),
    Minor,
    Deceased,
    NoContact,
}

impl std::fmt::Display for Scope<'_> {
    /// As `counts.csv` writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scope::Element(code) => write!(f, "element:{code}"),
            Scope::Residency(place) => write!(f, "residency:{place}"),
            Scope::Role(word) => write!(f, "role:{word}"),
            Scope::Minor => f.write_str("minor"),
            Scope::Deceased => f.write_str("deceased"),
            Scope::NoContact => f.write_str("no_contact"),
        }
    }
}

/// Counts the individuals of a case.
pub fn count(resolved: &Resolved<'_>) -> Counts {
    let individuals = resolved.individuals;
    let mut ledger = Ledger { resolved, doubts: vec![Doubt::default(); individuals.len()], kinds: Kinds::new(), reasons: Vec::new() };
    ledger.may_be_one();
    ledger.nameless();
    ledger.may_be_missed();
    ledger.may_be_two();
    ledger.ambiguous();
    let Ledger { doubts, kinds, reasons, .. } = ledger;
    let mut scopes: BTreeMap<Scope<'_>, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    // Many are alike in everything that is counted.
    let mut alike: Map<_, (&Individual, u64)> = Map::default();
    for (individual, doubt) in individuals.iter().zip(&doubts) {
        let of = (individual.elements, individual.residency, individual.roles, individual.minor, individual.deceased);
        let key = (of, individual.reachable, individual.professional, individual.counted, *doubt);
        alike.entry(key).or_insert((individual, 0)).1 += 1;
    }
    for ((.., doubt), (individual, people)) in alike {
        let mut add = |scope| scopes.entry(scope).or_default().add(people, doubt);
        if individual.professional {
            add(Scope::Role(Role::Professional.word()));
        }
        if !individual.counted {
            continue;
        }
        total.add(people, doubt);
        individual.elements.iter().for_each(|element| add(Scope::Element(element.code())));
        add(Scope::Residency(&individual.residency));
        individual.roles().filter(|role| *role != Role::Professional).for_each(|role| add(Scope::Role(role.word())));
        if individual.minor == Known::Yes {
            add(Scope::Minor);
        }
        if individual.deceased == Known::Yes {
            add(Scope::Deceased);
        }
        if !individual.reachable {
            add(Scope::NoContact);
        }
    }
    let total = total.bounds(&kinds);
    let mut all = vec![("total".to_owned(), total)];
    all.extend(scopes.into_iter().map(|(scope, sum)| (scope.to_string(), sum.bounds(&kinds))));
    Counts { total, scopes: all, reasons, each: spread(individuals, &doubts, &kinds) }
}

/// What some individuals come to.
#[derive(Debug, Default)]
struct Sum {
    people: u64,
    fewer: Chances,
    more: Chances,
}

impl Sum {
    fn add(&mut self, people: u64, doubt: Doubt) {
        self.people += people;
        self.fewer.add(people, doubt.fewer);
        self.more.add(people, doubt.more);
    }

    fn bounds(&self, kinds: &Kinds) -> Bounds {
        let (fewer, more) = (self.fewer.most(kinds).all(), self.more.most(kinds).all());
        Bounds { floor: self.people - fewer.min(self.people), best: self.people, ceiling: self.people + more }
    }
}

/// Chances that each of some people is miscounted: people by place of the chance.
#[derive(Debug, Default)]
struct Chances(Vec<u64>);

/// How many may be miscounted.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    /// More likely than not: taken as certain.
    likely: u64,
    /// At most so many of the others, ...
    rest: u64,
    /// ... and so many as expected.
    mean: f64,
}

impl Most {
    const fn all(self) -> u64 {
        self.likely + self.rest
    }
}

/// A bound holds with this probability.
const CONFIDENCE: f64 = 0.975;

impl Chances {
    fn add(&mut self, people: u64, at: u8) {
        if at == NO_DOUBT {
            return;
        }
        if self.0.len() <= usize::from(at) {
            self.0.resize(usize::from(at) + 1, 0);
        }
        self.0[usize::from(at)] += people;
    }

    /// At most so many. What is not known of a share of errors is the same for all people it concerns, and independent of what is not
    /// known of another.
    fn most(&self, kinds: &Kinds) -> Most {
        let (mut most, mut others, mut variance) = (Most::default(), 0, 0.0);
        for (at, people) in self.0.iter().enumerate() {
            let chance = kinds.get(at as u8);
            if chance.most >= 0.5 {
                most.likely += people;
            } else {
                others += people;
                most.mean += *people as f64 * chance.mean;
                variance += (*people as f64 * chance.spread).powi(2);
            }
        }
        most.rest = mixed_poisson_quantile(CONFIDENCE, most.mean, variance.sqrt()).min(others);
        most
    }
}

/// Gives every individual their part in the bounds of where they live, so that whoever adds people up by law comes to
/// the bounds of the place.
fn spread(individuals: &[Individual], doubts: &[Doubt], kinds: &Kinds) -> Vec<Part> {
    let mut each: Vec<Part> = vec![Part::default(); individuals.len()];
    // By place, and within it by what is known of them, of which there are few kinds.
    let kind = |one: &Individual| (one.residency, one.minor, one.elements, one.protected);
    let counted = || individuals.iter().zip(0..).filter(|(one, _)| one.counted);
    let mut alike: Map<_, usize> = Map::default();
    counted().for_each(|(one, _)| *alike.entry(kind(one)).or_default() += 1);
    let mut ends: Vec<_> = alike.iter_mut().collect();
    ends.sort_unstable_by_key(|(kind, _)| **kind);
    let mut places: BTreeMap<Jurisdiction, usize> = BTreeMap::new();
    let mut all = 0;
    for ((residency, ..), people) in ends {
        all += std::mem::replace(people, all);
        places.insert(*residency, all);
    }
    let mut people: Vec<u32> = vec![NONE; all];
    for (one, at) in counted() {
        if let Some(end) = alike.get_mut(&kind(one)) {
            people[*end] = at;
            *end += 1;
        }
    }
    let mut from = 0;
    for end in places.into_values() {
        let place = &people[std::mem::replace(&mut from, end)..end];
        share_out(place, kinds, |at| doubts[at].fewer, |at| each[at].is_other = true);
        share_out(place, kinds, |at| doubts[at].more, |at| each[at].is_two = true);
    }
    each
}

/// Marks as many of these people as their chances come to, evenly over them.
fn share_out(people: &[u32], kinds: &Kinds, chance: impl Fn(usize) -> u8, mut mark: impl FnMut(usize)) {
    let mut chances = Chances::default();
    people.iter().for_each(|at| chances.add(1, chance(*at as usize)));
    let most = chances.most(kinds);
    let scale = most.rest as f64 / most.mean.max(f64::MIN_POSITIVE);
    let (mut carried, mut marked) = (0.5, 0);
    for at in people.iter().map(|at| *at as usize) {
        match kinds.get(chance(at)) {
            chance if chance.most >= 0.5 => mark(at),
            chance => {
                carried += chance.mean * scale;
                if carried >= 1.0 && marked < most.rest {
                    carried -= 1.0;
                    marked += 1;
                    mark(at);
                }
            }
        }
    }
}

/// The doubts about individuals, as reasons bring them up.
struct Ledger<'a> {
    resolved: &'a Resolved<'a>,
    doubts: Vec<Doubt>,
    kinds: Kinds,
    reasons: Vec<Reason>,
}

/// Lowers the floor or raises the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Lowers,
    Raises,
}

impl Direction {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Direction::Lowers => "lowers",
            Direction::Raises => "raises",
        }
    }

    /// What it moves.
    pub const fn bound(self) -> &'static str {
        match self {
            Direction::Lowers => "floor",
            Direction::Raises => "ceiling",
        }
    }
}

/// So many people are named with a reason.
const EXAMPLES: usize = 5;

impl Ledger<'_> {
    /// Enters a reason: people, each with the chance that it holds of them.
    fn enter(
        &mut self,
        code: &'static str,
        direction: Direction,
        people: impl Iterator<Item = (u32, u8)>,
        resolve: &'static str,
        text: impl Fn(&str) -> String,
    ) {
        let (mut chances, mut examples, mut all) = (Chances::default(), Vec::new(), 0u64);
        for (at, chance) in people {
            let doubt = &mut self.doubts[at as usize];
            let held = if direction == Direction::Lowers { &mut doubt.fewer } else { &mut doubt.more };
            *held = self.kinds.greater(*held, chance);
            chances.add(1, chance);
            all += 1;
            if examples.len() < EXAMPLES {
                examples.push(at);
            }
        }
        let most = chances.most(&self.kinds).all();
        if most == 0 {
            return;
        }
        let of =
            if most == all { String::new() } else { format!("; at most {most} of {all} by what the same rules do where numbers tell") };
        self.reasons.push(Reason { code, text: text(&of), direction, people: most, resolve, examples });
    }

    /// Whether both records of a pair tell a birth date.
    fn births(&self, a: u32, b: u32) -> bool {
        [a, b].iter().all(|node| self.resolved.records.nodes[*node as usize].birth != 0)
    }

    /// Pairs a possible rule joins: each tree edge may be one person less.
    fn may_be_one(&mut self) {
        let Resolved { individuals, individual_of, edges, rates, .. } = *self.resolved;
        // Of those who may be others.
        let mut parent: Map<u32, u32> = Map::default();
        let mut by_rule: BTreeMap<Rule, Vec<(u32, u8)>> = BTreeMap::new();
        let mut known: BTreeMap<(Rule, bool), u8> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| edge.rule.tier() == Tier::Possible) {
            let (a, b) = (individual_of[edge.a as usize], individual_of[edge.b as usize]);
            if a == NONE || b == NONE || a == b {
                continue;
            }
            let (x, y) = (&individuals[a as usize], &individuals[b as usize]);
            if !x.counted || !y.counted || clash(x, y) {
                continue;
            }
            let (x, y) = (find(&mut parent, a), find(&mut parent, b));
            if x != y {
                let (keep, gone) = (x.min(y), x.max(y));
                parent.insert(gone, keep);
                let births = self.births(edge.a, edge.b);
                // Records without a number and a birth date are not like those that tell how such rules fare: there, other records of the
                // person agree in more.
                let untold = matches!(edge.rule, Rule::R11 | Rule::R12 | Rule::R13) && !births;
                let chance = || if untold { Chance::SURE } else { rates.chance_of_one(edge.rule, births) };
                let chance = *known.entry((edge.rule, births)).or_insert_with(|| self.kinds.place(chance()));
                by_rule.entry(edge.rule).or_default().push((gone, chance));
            }
        }
        for (rule, people) in by_rule {
            let resolve = "compare the two records; a birth date or number on both sides decides";
            self.enter(rule.id(), Direction::Lowers, people.into_iter(), resolve, |of| {
                format!("may be counted twice: {}{of}", rule.text())
            });
        }
    }

    /// People known only by a contact may be somebody who is counted already, unless it tells a name that nobody has.
    fn nameless(&mut self) {
        let Resolved { individuals, individual_of, records, .. } = *self.resolved;
        let weak = |individual: &Individual| {
            individual.counted
                && individual.name == NONE
                && ![Element::Ssn, Element::NationalId, Element::TaxId, Element::Passport]
                    .iter()
                    .any(|element| individual.elements.contains(*element))
        };
        let of_weak = |node: u32| Some(individual_of[node as usize]).filter(|at| individuals.get(*at as usize).is_some_and(weak));
        let asked: Vec<(u32, &str)> =
            records.mailboxes.iter().filter_map(|(node, mailbox)| Some((of_weak(*node)?, mailbox.as_str()))).collect();
        let mut strangers = HashSet::new();
        if !asked.is_empty() {
            let givens = Givens::new(records);
            strangers.par_extend(asked.into_par_iter().filter(|(_, mailbox)| givens.is_strangers(mailbox)).map(|(at, _)| at));
        }
        let people = (0..).zip(individuals).filter(|(_, individual)| weak(individual)).map(|(at, _)| at);
        let [renamed, sure] = [RENAMED, Chance::SURE].map(|chance| self.kinds.place(chance));
        let people = people.map(|at| (at, if strangers.contains(&at) { renamed } else { sure }));
        let resolve = "match the contacts against the organisation's own customer or staff list";
        self.enter("nameless", Direction::Lowers, people, resolve, |_| {
            "known only by an e-mail address, phone, login or account that tells no name, or a name that somebody here has; may be people counted \
             under their names"
                .to_owned()
        });
    }

    /// People whose records hold no number may lie in pieces that no rule brings together.
    fn may_be_missed(&mut self) {
        let Resolved { individuals, individual_of, held, rates, .. } = *self.resolved;
        let mut numbered = vec![false; individuals.len()];
        for (node, at) in (0..).zip(individual_of) {
            if let Some(numbered) = numbered.get_mut(*at as usize) {
                *numbered |= held.is_numbered(node);
            }
        }
        let missed = [false, true].map(|births| self.kinds.place(rates.chance_of_pieces(births)));
        let at_risk = individuals.iter().zip(&numbered).enumerate();
        let at_risk = at_risk.filter(|(_, (individual, numbered))| individual.counted && individual.name != NONE && !**numbered);
        let people = at_risk.map(|(at, (individual, _))| (at as u32, missed[usize::from(individual.birth != 0)]));
        let resolve = "look for people in people.csv who are alike in ways that no rule knows";
        self.enter("missed_merge", Direction::Lowers, people, resolve, |of| {
            format!("hold no personal number; records of theirs may be alike in no way that a rule knows, and counted twice{of}")
        });
    }

    /// Merges that can err may have hidden a person.
    fn may_be_two(&mut self) {
        let Resolved { individuals, individual_of, merges, rates, .. } = *self.resolved;
        let mut chances = vec![[NO_DOUBT; 2]; individuals.len()];
        let mut known: BTreeMap<(Rule, bool), u8> = BTreeMap::new();
        // By themselves: merges lie in the order of records, individuals in that of their ids.
        let counted: Vec<bool> = individuals.iter().map(|individual| individual.counted).collect();
        let asked = |rule: &Rule| !matches!(rule, Rule::R01 | Rule::R03 | Rule::R20 | Rule::R21);
        for merge in merges.iter().filter(|merge| asked(&merge.rule)) {
            let at = individual_of[merge.a as usize];
            if counted.get(at as usize) == Some(&true) {
                let chance = &mut chances[at as usize][usize::from(merge.rule.is_weak())];
                let births = self.births(merge.a, merge.b);
                let of_rule =
                    *known.entry((merge.rule, births)).or_insert_with(|| self.kinds.place(rates.chance_of_two(merge.rule, births)));
                *chance = self.kinds.greater(*chance, of_rule);
            }
        }
        for (weak, code) in [(0, "strong_merge"), (1, "weak_merge")] {
            let people = (0..).zip(&chances).map(|(at, chances)| (at, chances[weak])).filter(|(_, chance)| *chance != NO_DOUBT);
            let (resolve, what) = if weak == 0 {
                ("look at merges.csv, rules R02 to R06", "rest on merges by rules that seldom err")
            } else {
                ("look at merges.csv, rules R07 to R17 and R22 to R25", "rest on a merge without a common number, birth date and contact")
            };
            self.enter(code, Direction::Raises, people, resolve, |of| format!("{what}; may be two people each{of}"));
        }
    }

    /// Records that belong to one of several people could also belong to somebody else.
    fn ambiguous(&mut self) {
        let Resolved { individual_of, attached, .. } = *self.resolved;
        let mut people: Vec<u32> =
            attached.ambiguous.iter().map(|(node, _)| individual_of[*node as usize]).filter(|at| *at != NONE).collect();
        people.sort_unstable();
        people.dedup();
        let sure = self.kinds.place(Chance::SURE);
        let people = people.into_iter().map(|at| (at, sure));
        self.enter("shared_contact", Direction::Raises, people, "ask who uses the shared contact", |_| {
            "records without a name under a contact that several people share; may be a further person".to_owned()
        });
    }
}

/// Chance that a mailbox tells a name its owner is not counted under: a maiden name, an alias.
const RENAMED: Chance = Chance::believed(0.02);

/// Two people a guard keeps apart for good.
fn clash(a: &Individual, b: &Individual) -> bool {
    !a.birth.is_multiple_of(10_000) && !b.birth.is_multiple_of(10_000) && a.birth != b.birth
}

fn find(parent: &mut Map<u32, u32>, mut at: u32) -> u32 {
    while let Some(above) = parent.get(&at).copied() {
        if let Some(top) = parent.get(&above).copied() {
            parent.insert(at, top);
        }
        at = above;
    }
    at
}
