//! The reputational index: how much a leak may hurt the name of the organisation, from 0 to 100.
//!
//! `index = 100 × Σ weight × factor / Σ weight`. What is measured, its full mark and its weight are data
//! (`[[reputation]]` in `patterns/impact.toml`). The index orders incidents. It is no probability and no amount of money, and no line of
//! the cost model uses it.

use super::{Grades, Spread, parameters::Parameters};
use crate::{
    base::Bounds,
    law::{Crossed, Duty, DutyKind, Exposure, Population},
};

/// What a factor measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Number of people, on a scale of powers of ten.
    People,
    /// The gravest severity.
    Severity,
    /// Part of the people with some elements exposed.
    Share,
    /// Authorities to be told.
    Authorities,
    /// Whether the press is to be told.
    Media,
}

pub(super) const MEASURES: &[(&str, Measure)] = &[
    ("people", Measure::People),
    ("severity", Measure::Severity),
    ("share", Measure::Share),
    ("authorities", Measure::Authorities),
    ("media", Measure::Media),
];

/// One factor as the parameters state it.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) measure: Measure,
    pub(super) exposed: Option<Exposure>,
    pub(super) weight: f64,
    /// The measure at which the factor is 1.
    pub(super) full: f64,
    pub(super) source: String,
    pub(super) year: u64,
}

/// The name of the index from a mark on.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) from: f64,
    pub(super) name: String,
}

/// A figure observed elsewhere, shown beside the index and used nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    pub name: String,
    /// `percent of the share price`.
    pub unit: String,
    pub value: Spread,
    pub source: String,
    pub year: u64,
}

/// One factor of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    pub name: String,
    /// What was measured, in its own unit.
    pub measured: Spread,
    pub full: f64,
    /// From 0 to 1.
    pub value: Spread,
    pub weight: f64,
    pub source: String,
    pub year: u64,
}

/// The index of an incident; low and high come from the bounds of the counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Reputation {
    pub index: Spread,
    pub band: String,
    pub factors: Vec<Factor>,
    pub benchmarks: Vec<Benchmark>,
}

/// The index of an incident; none where nobody is concerned or no factor has a weight.
pub fn reputation(population: &Population, duties: &[Duty], grades: &Grades, parameters: &Parameters) -> Option<Reputation> {
    let weights: f64 = parameters.reputation.iter().map(|rule| rule.weight).sum();
    if population.total.ceiling == 0 || weights <= 0.0 {
        return None;
    }
    let factors: Vec<Factor> = parameters.reputation.iter().map(|rule| factor(rule, population, duties, grades)).collect();
    let sum = factors.iter().map(|factor| factor.value.times(Spread::of(factor.weight))).fold(Spread::default(), Spread::plus);
    let index = sum.times(Spread::of(100.0 / weights)).rounded();
    let band = parameters.bands.iter().rfind(|band| band.from <= index.likely).map_or_else(String::new, |band| band.name.clone());
    Some(Reputation { index, band, factors, benchmarks: parameters.benchmarks.clone() })
}

fn factor(rule: &Rule, population: &Population, duties: &[Duty], grades: &Grades) -> Factor {
    let measured = match rule.measure {
        Measure::People => Spread::from(population.total),
        Measure::Severity => Spread::of(grades.groups.first().map_or(0.0, |graded| graded.severity.score)),
        Measure::Share => share(rule, population),
        Measure::Authorities => told(duties, &[DutyKind::Regulator, DutyKind::AttorneyGeneral]),
        Measure::Media => told(duties, &[DutyKind::Media]).at_most(1.0),
    };
    let part = |measured: f64| match rule.measure {
        Measure::People => (1.0 + measured).ln() / (1.0 + rule.full).ln(),
        _ => measured / rule.full,
    };
    let value = Spread { low: part(measured.low), likely: part(measured.likely), high: part(measured.high) };
    Factor {
        name: rule.name.clone(),
        measured: measured.rounded(),
        full: rule.full,
        value: value.at_most(1.0).rounded(),
        weight: rule.weight,
        source: rule.source.clone(),
        year: rule.year,
    }
}

/// The part of the people who have what the rule names exposed, each bound of its like.
fn share(rule: &Rule, population: &Population) -> Spread {
    let exposed = |exposure: &Exposure| {
        let groups = population.groups.iter().filter(|group| exposure.includes(group.elements, group.minor));
        groups.map(|group| group.people).fold(Bounds::default(), Bounds::plus)
    };
    let (some, all) = (rule.exposed.as_ref().map_or(population.total, exposed), population.total);
    let part = |some: f64, all: f64| if all > 0.0 { (some / all).min(1.0) } else { 0.0 };
    let (some, all) = (Spread::from(some), Spread::from(all));
    let likely = part(some.likely, all.likely);
    // A doubtful person may be in the part or in the rest: the bounds take in the best estimate.
    Spread { low: part(some.low, all.high).min(likely), likely, high: part(some.high, all.low).max(likely) }
}

/// Notices to these, those that may be owed in the high bound only. Several reports to one authority under one law are one.
fn told(duties: &[Duty], kinds: &[DutyKind]) -> Spread {
    let count = |crossed: &[Crossed]| {
        let rows = duties.iter().filter(|duty| kinds.contains(&duty.duty) && crossed.contains(&duty.crossed));
        let told: std::collections::BTreeSet<_> = rows.map(|duty| (&duty.jurisdiction, &duty.law_id, duty.duty)).collect();
        #[expect(clippy::cast_precision_loss, reason = "notices are few")]
        let told = told.len() as f64;
        told
    };
    let sure = count(&[Crossed::Yes]);
    Spread { low: sure, likely: sure, high: count(&[Crossed::Yes, Crossed::WithinInterval]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Element, ElementSet, Facts},
        impact::Scale,
        law::{Group, Law, assess},
    };

    fn index(groups: &[(&str, &[Element], Bounds)], facts: &str) -> Reputation {
        let group = |(place, elements, people): &(&str, &[Element], Bounds)| {
            let elements: ElementSet = elements.iter().copied().collect();
            Group { residency: (*place).to_owned(), elements, people: *people, ..Group::default() }
        };
        let groups: Vec<Group> = groups.iter().map(group).collect();
        let total = groups.iter().map(|group| group.people).fold(Bounds::default(), Bounds::plus);
        let population = Population { groups, total };
        let facts = Facts::parse(facts).expect("facts");
        let duties = assess(&population, &facts, &Law::builtin().expect("built-in laws"));
        let grades = Scale::builtin().expect("the method").grades(&population, &facts);
        reputation(&population, &duties, &grades, &Parameters::builtin().expect("built-in parameters")).expect("somebody")
    }

    #[test]
    fn the_index_is_the_weighted_mean_of_its_factors() {
        use Element::{MedicalInfo, Name};
        let found = index(&[("US-FL", &[Name, MedicalInfo], Bounds::exactly(1000))], "discovery_date = 2026-03-02");
        let weights: f64 = found.factors.iter().map(|factor| factor.weight).sum();
        let sum: f64 = found.factors.iter().map(|factor| factor.value.likely * factor.weight).sum();
        assert!((found.index.likely - 100.0 * sum / weights).abs() < 0.01, "{found:?}");
        let value = |name: &str| found.factors.iter().find(|factor| factor.name == name).expect(name).value.likely;
        // log(1001) of log(1000001), 3 of 6, everybody, one of ten, no press.
        assert_eq!(
            ["people", "severity", "sensitive_people", "authorities", "press"].map(value),
            [0.5, 0.5, 1.0, 0.1, 0.0],
            "{:?}",
            found.factors
        );
        assert_eq!((found.index.likely, found.band.as_str()), (51.0, "serious"));
    }

    #[test]
    fn the_index_stays_between_0_and_100_and_grows_with_the_people() {
        use Element::{Email, MedicalInfo, Name, Ssn};
        let worst = index(&[("US-CA", &[Name, Ssn, MedicalInfo], Bounds::exactly(50_000_000))], "entity_type = \"hipaa_covered_entity\"");
        let least = index(&[("AQ", &[Email], Bounds::exactly(1))], "cause = \"accidental\"\nrecipients = \"none\"");
        assert!(worst.index.high <= 100.0 && least.index.low >= 0.0 && least.index.likely < 25.0 && worst.index.likely > 75.0);
        let some = |people: u64| index(&[("DE", &[Name, Email], Bounds::exactly(people))], "").index.likely;
        assert!(some(10) < some(1000) && some(1000) < some(100_000));
    }

    #[test]
    fn a_range_of_people_is_a_range_of_the_index() {
        use Element::{Name, Ssn};
        let found = index(&[("US-CA", &[Name, Ssn], Bounds { floor: 400, best: 499, ceiling: 900 })], "");
        let Spread { low, likely, high } = found.index;
        assert!(low < likely && likely < high, "{found:?}");
    }

    #[test]
    fn nobody_has_no_index() {
        let parameters = Parameters::builtin().expect("built-in parameters");
        assert_eq!(reputation(&Population::default(), &[], &Grades::default(), &parameters), None);
    }
}
