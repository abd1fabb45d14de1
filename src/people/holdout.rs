//! How often the rules err on this very data, found without labels.
//!
//! Where two records both carry a personal number (or both a birth date), it is hidden, the rules are asked
//! again, and what was hidden tells whether they were right. The rates hold for records like these; what they
//! come to for the records that carry no number is an estimate, and docs/counting.md says so.

use super::{
    likeness::Likeness,
    record::{Class, NONE, Record, Records},
    rule::{self, Birth, Comparison, Numbers, Rule, Tier},
};
use crate::base::statistics::beta_quantile;
use std::collections::BTreeMap;

/// A pair of records of which something hidden tells whether they are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trial {
    /// What would join them, or call them possible, without what is hidden.
    pub rule: Rule,
    /// It knew two birth dates.
    pub births: bool,
    /// They are one person.
    pub one: bool,
    pub a: u32,
    pub b: u32,
}

/// What was asked, and how often it was right; each person and each pair of people once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// One person.
    pub one: u64,
    /// Two people; of missed merges, people left in pieces.
    pub two: u64,
}

/// A share of errors, as far as it is known: a beta variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chance {
    pub mean: f64,
    /// Standard deviation.
    pub spread: f64,
    /// It is no more than this, with [`CONFIDENCE`].
    pub most: f64,
}

impl Chance {
    pub(super) const SURE: Chance = Chance { mean: 1.0, spread: 0.0, most: 1.0 };

    /// Believed to be so much.
    pub(super) const fn believed(share: f64) -> Chance {
        Chance { mean: share, spread: share, most: share }
    }

    fn of_beta((hits, misses): (f64, f64)) -> Chance {
        let all = hits + misses;
        Chance {
            mean: hits / all,
            spread: (hits * misses / (all * all * (all + 1.0))).sqrt(),
            most: beta_quantile(CONFIDENCE, hits, misses),
        }
    }
}

/// The rates of a case.
#[derive(Debug, Default)]
pub struct Rates {
    rules: BTreeMap<(Rule, bool), Tally>,
    /// People whose records no rule would have brought together, without and with birth dates.
    pieces: [Tally; 2],
}

/// All rates are upper bounds that hold in this share of cases.
const CONFIDENCE: f64 = 0.975;

/// A cluster is looked at up to so many records; comparing all with all grows with the square.
const MOST: usize = 12;

/// About so many records are tried; more do not make the rates surer.
const TRIED: usize = 300_000;

/// One in how many names is tried in a case of so many records.
pub(super) fn one_in(nodes: usize) -> u64 {
    1 + (nodes / TRIED) as u64
}

/// The trials that one pair of records gives.
pub(super) fn trials(c: &Comparison, rare: bool, a: u32, b: u32) -> impl Iterator<Item = Trial> + use<> {
    let by_number = by_number(c);
    let by_birth = match c.birth {
        Birth::Same => Some(true),
        Birth::Different => Some(false),
        Birth::Near | Birth::Unknown => None,
    };
    let trial =
        |left: &Comparison, one| rule::judge(left, rare).map(|rule| Trial { rule, births: left.birth != Birth::Unknown, one, a, b });
    let numberless = by_number.and_then(|one| trial(&without_number(c), one));
    let dateless = by_number.or(by_birth).filter(|_| c.birth != Birth::Unknown).and_then(|one| trial(&without_birth(c), one));
    numberless.into_iter().chain(dateless)
}

fn without_number(c: &Comparison) -> Comparison {
    Comparison { personal: Numbers::Unknown, ..*c }
}

fn without_birth(c: &Comparison) -> Comparison {
    Comparison { personal: Numbers::Unknown, partial: false, birth: Birth::Unknown, ..*c }
}

/// Whether personal numbers tell one person from two. They have errors of their own (a spouse's number, a typing
/// error): where all else speaks against them, they tell nothing.
fn by_number(c: &Comparison) -> Option<bool> {
    match c.personal {
        Numbers::Same => (c.name.is_some_and(|name| name > Likeness::Incompatible)).then_some(true),
        Numbers::Near => (c.birth == Birth::Same).then_some(true),
        Numbers::Different => (!c.all_agree()).then_some(false),
        Numbers::Unknown => None,
    }
}

/// The rates that trials and clusters (`roots`, by record) come to.
pub(super) fn measure(records: &Records, roots: &[u32], trials: &[Trial]) -> Rates {
    let mut seen: Vec<(Rule, bool, u32, u32, bool)> = trials
        .iter()
        .map(|trial| {
            let (a, b) = (roots[trial.a as usize], roots[trial.b as usize]);
            let one = trial.one || a == b;
            // A person is asked about once, however many records of theirs agree.
            (trial.rule, trial.births, a.min(b), if one { NONE } else { a.max(b) }, one)
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let mut rates = Rates::default();
    for (rule, births, .., one) in seen {
        let tally = rates.rules.entry((rule, births)).or_default();
        if one { tally.one += 1 } else { tally.two += 1 }
    }
    rates.pieces = pieces(records, roots);
    rates
}

/// People with a personal number on several records: how many would lie in pieces without it, without and with birth dates.
fn pieces(records: &Records, roots: &[u32]) -> [Tally; 2] {
    let mut numbered: Vec<(u32, u32)> = Vec::new();
    for (at, node) in records.all() {
        let root = roots[at];
        if node.name != NONE
            && node.keys().iter().any(|key| key.class == Class::Personal)
            && records.drawn.get(root as usize).unwrap_or(true)
        {
            numbered.push((root, at as u32));
        }
    }
    numbered.sort_unstable();
    let mut tallies = [Tally::default(); 2];
    for person in numbered.chunk_by(|a, b| a.0 == b.0).filter(|person| person.len() > 1) {
        let nodes: Vec<Record<'_>> = person.iter().take(MOST).map(|(_, node)| records.record(*node as usize)).collect();
        for (tally, births) in tallies.iter_mut().zip([false, true]) {
            // Records that hold nothing of one kind could never be joined without the number.
            for part in parts(&nodes, |a, b| tell_alike(a, b, births)).iter().filter(|part| part.len() > 1) {
                let joins = |a: Record<'_>, b: Record<'_>| {
                    let compared = rule::compare(records, a, b);
                    let left = if births { without_number(&compared) } else { without_birth(&compared) };
                    rule::judge(&left, true).is_some()
                };
                if parts(part, joins).len() == 1 { tally.one += 1 } else { tally.two += 1 }
            }
        }
    }
    tallies
}

/// Whether two records both hold something of one kind to be joined by.
fn tell_alike(a: Record<'_>, b: Record<'_>, births: bool) -> bool {
    let contacts = [Class::Email, Class::Phone, Class::Username, Class::Account];
    let holds = |node: Record<'_>, class| node.keys().iter().any(|key| key.class == class);
    (births && a.birth != 0 && b.birth != 0)
        || (a.address != NONE && b.address != NONE)
        || contacts.into_iter().any(|class| holds(a, class) && holds(b, class))
}

/// Records in groups within which one leads to the other.
fn parts<'r>(nodes: &[Record<'r>], leads: impl Fn(Record<'_>, Record<'_>) -> bool) -> Vec<Vec<Record<'r>>> {
    let mut left: Vec<Record<'_>> = nodes.to_vec();
    let mut parts = Vec::new();
    while let Some(first) = left.pop() {
        let mut part = vec![first];
        let mut at = 0;
        while let Some(from) = part.get(at).copied() {
            part.extend(left.extract_if(.., |node| leads(from, *node)));
            at += 1;
        }
        parts.push(part);
    }
    parts
}

impl Rates {
    /// What was asked of a rule, with two birth dates known or not.
    pub fn tally(&self, rule: Rule, births: bool) -> Tally {
        self.rules.get(&(rule, births)).copied().unwrap_or_default()
    }

    /// What was found out about a rule in another way.
    pub(super) fn note(&mut self, rule: Rule, tally: Tally) {
        if tally != Tally::default() {
            self.rules.insert((rule, false), tally);
        }
    }

    /// Every rule that was asked about, with what it knew.
    pub fn rules(&self) -> impl Iterator<Item = (Rule, bool, Tally)> {
        self.rules.iter().map(|((rule, births), tally)| (*rule, *births, *tally))
    }

    /// People looked at for missed merges.
    pub fn pieces(&self, births: bool) -> Tally {
        self.pieces[usize::from(births)]
    }

    /// The share of the people a rule joins who are two.
    pub(super) fn chance_of_two(&self, rule: Rule, births: bool) -> Chance {
        let (tally, (two, one)) = (self.tally(rule, births), prior(rule));
        Chance::of_beta((two + tally.two as f64, one + tally.one as f64))
    }

    /// The share of the pairs a rule calls possible that are one person.
    pub(super) fn chance_of_one(&self, rule: Rule, births: bool) -> Chance {
        let (tally, (two, one)) = (self.tally(rule, births), prior(rule));
        Chance::of_beta((one + tally.one as f64, two + tally.two as f64))
    }

    /// The share of people who lie in pieces that no rule brings together.
    pub(super) fn chance_of_pieces(&self, births: bool) -> Chance {
        let tally = self.pieces(births);
        Chance::of_beta((SELDOM.0 + tally.two as f64, SELDOM.1 + tally.one as f64))
    }

    /// At most this share of the people a rule joins are two.
    pub fn two(&self, rule: Rule, births: bool) -> f64 {
        self.chance_of_two(rule, births).most
    }

    /// At most this share of the pairs a rule calls possible are one person.
    pub fn one(&self, rule: Rule, births: bool) -> f64 {
        self.chance_of_one(rule, births).most
    }

    /// At most this share of people lie in pieces that no rule brings together.
    pub fn missed(&self, births: bool) -> f64 {
        self.chance_of_pieces(births).most
    }
}

/// What is believed of a rule before anything is measured, as (two people, one person) seen: it fades as trials come in.
/// The public sets of docs/counting.md show fewer errors than this.
const SELDOM: (f64, f64) = (1.0, 399.0);
const RARELY: (f64, f64) = (1.0, 19.0);
const UNKNOWN: (f64, f64) = (1.0, 1.0);

fn prior(rule: Rule) -> (f64, f64) {
    match (rule.tier(), rule.is_weak()) {
        (Tier::Possible, _) => UNKNOWN,
        (_, true) => RARELY,
        (_, false) => SELDOM,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::rule::Door, *};

    const LIKE: Comparison = Comparison {
        name: Some(Likeness::Same),
        full_names: true,
        birth: Birth::Same,
        personal: Numbers::Same,
        issued: false,
        row_key: false,
        reference: false,
        unverified: Numbers::Unknown,
        slip: false,
        proven: false,
        related: false,
        contact: false,
        account: false,
        partial: false,
        address: Door::Same,
        suffix_conflict: false,
        sex_conflict: false,
        email: false,
        one_letter: false,
        given_only: false,
    };

    fn asked(c: &Comparison) -> Vec<(Rule, bool, bool)> {
        trials(c, true, 0, 1).map(|trial| (trial.rule, trial.births, trial.one)).collect()
    }

    #[test]
    fn what_is_hidden_tells_whether_a_rule_was_right() {
        assert_eq!(asked(&LIKE), [(Rule::R04, true, true), (Rule::R07, false, true)]);
        // Two people of one name and address: only the birth date keeps them apart.
        let son = Comparison { personal: Numbers::Different, birth: Birth::Different, ..LIKE };
        assert_eq!(asked(&son), [(Rule::R07, false, false)]);
        // A number that everything else contradicts tells nothing.
        assert_eq!(asked(&Comparison { personal: Numbers::Different, ..LIKE }), [(Rule::R07, false, true)]);
        assert_eq!(asked(&Comparison { personal: Numbers::Unknown, birth: Birth::Unknown, ..LIKE }), []);
    }

    #[test]
    fn rates_fall_as_trials_come_in_and_rise_with_every_error() {
        let rate = |one, two| {
            let rates = Rates { rules: [((Rule::R07, false), Tally { one, two })].into(), ..Rates::default() };
            rates.two(Rule::R07, false)
        };
        assert!(rate(0, 0) > 0.15 && rate(1000, 0) < 0.004 && rate(1000, 50) > 0.05, "{} {}", rate(0, 0), rate(1000, 0));
    }

    #[test]
    fn a_person_is_asked_about_once_and_a_pair_of_people_once() {
        let trial = |one, a, b| Trial { rule: Rule::R07, births: false, one, a, b };
        let records = Records::default();
        // Records 0 to 2 are one person, 3 and 4 another.
        let rates = measure(&records, &[0, 0, 0, 3, 3], &[trial(true, 0, 1), trial(true, 1, 2), trial(false, 0, 3), trial(false, 2, 4)]);
        assert_eq!(rates.tally(Rule::R07, false), Tally { one: 1, two: 1 });
    }
}
