//! How many: at least, most likely, at most, and why the three differ.

use super::{
    attach::Attached,
    block::Edge,
    cluster::Clusters,
    individual::{Individual, Known},
    record::NONE,
    rule::{self, Rule, Tier},
};
use crate::base::{Bounds, Element, Role};
use std::collections::BTreeMap;

/// Counts by scope, as `counts.csv` writes them.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub total: Bounds,
    /// (scope, bounds), in the contract's order of scopes.
    pub scopes: Vec<(String, Bounds)>,
    pub reasons: Vec<Reason>,
    /// What each individual adds to the counts, in their order.
    pub each: Vec<Bounds>,
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
    pub direction: &'static str,
    pub people: u64,
    pub resolve: &'static str,
    /// Places of some of the individuals.
    pub examples: Vec<u32>,
}

/// What may be wrong with one individual in the best count.
#[derive(Clone, Copy, Debug, Default)]
struct Doubt {
    /// May be the same person as another one.
    fewer: bool,
    /// May be several people.
    more: u32,
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
pub fn count(individuals: &[Individual], individual_of: &[u32], edges: &[Edge], attached: &Attached, clusters: &Clusters) -> Counts {
    let mut doubts = vec![Doubt::default(); individuals.len()];
    let mut reasons = Vec::new();
    may_be_one(individuals, individual_of, edges, &mut doubts, &mut reasons);
    nameless(individuals, &mut doubts, &mut reasons);
    may_be_several(individuals, individual_of, clusters, &mut doubts, &mut reasons);
    ambiguous(individual_of, attached, &mut doubts, &mut reasons);
    let mut scopes: BTreeMap<Scope<'_>, Bounds> = BTreeMap::new();
    let mut total = Bounds::default();
    let mut each = Vec::with_capacity(individuals.len());
    for (individual, doubt) in individuals.iter().zip(&doubts) {
        let one = Bounds { floor: u64::from(!doubt.fewer), best: 1, ceiling: 1 + u64::from(doubt.more) };
        each.push(one);
        let mut add = |scope| {
            let entry = scopes.entry(scope).or_default();
            *entry = entry.plus(one);
        };
        if individual.professional {
            add(Scope::Role(Role::Professional.word()));
        }
        if !individual.counted {
            continue;
        }
        total = total.plus(one);
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
    let mut all = vec![("total".to_owned(), total)];
    all.extend(scopes.into_iter().map(|(scope, bounds)| (scope.to_string(), bounds)));
    Counts { total, scopes: all, reasons, each }
}

/// Pairs a possible rule joins: each tree edge may be one person less.
fn may_be_one(individuals: &[Individual], individual_of: &[u32], edges: &[Edge], doubts: &mut [Doubt], reasons: &mut Vec<Reason>) {
    let mut parent: Vec<u32> = (0..individuals.len() as u32).collect();
    let mut by_rule: BTreeMap<&str, (Rule, Vec<u32>)> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.rule.tier == Tier::Possible) {
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
            parent[gone as usize] = keep;
            doubts[gone as usize].fewer = true;
            by_rule.entry(edge.rule.id).or_insert((edge.rule, Vec::new())).1.push(gone);
        }
    }
    for (rule, people) in by_rule.into_values() {
        reasons.push(Reason {
            code: rule.id,
            text: format!("may be counted twice: {}", rule.text),
            direction: "lowers",
            people: people.len() as u64,
            resolve: "compare the two records; a birth date or number on both sides decides",
            examples: people.into_iter().take(5).collect(),
        });
    }
}

/// Two people a guard keeps apart for good.
fn clash(a: &Individual, b: &Individual) -> bool {
    !a.birth.is_multiple_of(10_000) && !b.birth.is_multiple_of(10_000) && a.birth != b.birth
}

fn find(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}

/// People known only by a contact may be somebody who is counted already.
fn nameless(individuals: &[Individual], doubts: &mut [Doubt], reasons: &mut Vec<Reason>) {
    let weak = |individual: &Individual| {
        individual.counted
            && individual.name == NONE
            && ![Element::Ssn, Element::NationalId, Element::TaxId, Element::Passport]
                .iter()
                .any(|element| individual.elements.contains(*element))
    };
    let people: Vec<u32> = (0..individuals.len() as u32).filter(|at| weak(&individuals[*at as usize])).collect();
    people.iter().for_each(|at| doubts[*at as usize].fewer = true);
    if !people.is_empty() {
        reasons.push(Reason {
            code: "nameless",
            text: "known only by an e-mail address, phone, login or account; may be people counted under their names".to_owned(),
            direction: "lowers",
            people: people.len() as u64,
            resolve: "match the contacts against the organisation's own customer or staff list",
            examples: people.into_iter().take(5).collect(),
        });
    }
}

/// Merges a guard refused once, and merges by rules that can err, may have hidden a person.
fn may_be_several(individuals: &[Individual], individual_of: &[u32], clusters: &Clusters, doubts: &mut [Doubt], reasons: &mut Vec<Reason>) {
    let weak = [rule::R07.id, rule::R08.id, rule::R09.id, rule::R14.id, rule::R15.id, rule::R16.id, rule::R17.id];
    let mut people: Vec<u32> = Vec::new();
    for merge in clusters.merges.iter().filter(|merge| weak.contains(&merge.rule.id)) {
        let at = individual_of[merge.a as usize];
        if at != NONE && individuals[at as usize].counted && doubts[at as usize].more == 0 {
            doubts[at as usize].more = 1;
            people.push(at);
        }
    }
    if !people.is_empty() {
        reasons.push(Reason {
            code: "weak_merge",
            text: "rest on a merge without a common number, birth date and contact; may be two people each".to_owned(),
            direction: "raises",
            people: people.len() as u64,
            resolve: "look at merges.csv, rules R07 to R16",
            examples: people.into_iter().take(5).collect(),
        });
    }
}

/// Records that belong to one of several people could also belong to somebody else.
fn ambiguous(individual_of: &[u32], attached: &Attached, doubts: &mut [Doubt], reasons: &mut Vec<Reason>) {
    let mut people: Vec<u32> = Vec::new();
    for (node, _) in &attached.ambiguous {
        let at = individual_of[*node as usize];
        if at != NONE && doubts[at as usize].more == 0 {
            doubts[at as usize].more = 1;
            people.push(at);
        }
    }
    if !people.is_empty() {
        reasons.push(Reason {
            code: "shared_contact",
            text: "records without a name under a contact that several people share; may be a further person".to_owned(),
            direction: "raises",
            people: people.len() as u64,
            resolve: "ask who uses the shared contact",
            examples: people.into_iter().take(5).collect(),
        });
    }
}
