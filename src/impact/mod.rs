//! What a leak may cost: lines of quantity times unit cost, each a range.
//!
//! Quantities come from the bounds of the people and the duties, unit costs from
//! `patterns/impact.toml`. Low, likely and high are multiplied each with its like. The three kinds of
//! lines are never added together. Beside them stands an index of reputation, which is no amount.

mod parameters;
mod reputation;
mod severity;
mod simulation;

pub use parameters::Parameters;
pub use reputation::{Benchmark, Factor, Reputation, reputation};
pub use severity::{Graded, Grades, Indication, Part, Scale, Severity};
pub use simulation::{DRAWS, Simulated, simulate};

use crate::{
    base::{Bounds, Facts},
    law::{Crossed, Duty, DutyKind, Group, Population, Resides, resides},
};
use parameters::{Quantity, Rule};
use std::collections::BTreeMap;

/// Low, likely, high; of a quantity, a unit cost or a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    pub low: f64,
    pub likely: f64,
    pub high: f64,
}

/// What sort of cost a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The cost of responding.
    Expected,
    /// What laws allow at most; theoretical.
    Statutory,
    /// Reputation, lost business, settlements: an order of magnitude.
    Indicative,
}

/// One row of `impact.csv`; amounts in US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub line: String,
    pub quantity: Spread,
    pub unit: Spread,
    pub cost: Spread,
    pub kind: Kind,
    pub source: String,
    pub year: u64,
}

/// The lines that have a quantity, in the order of the parameters.
pub fn estimate(population: &Population, duties: &[Duty], facts: &Facts, parameters: &Parameters) -> Vec<Line> {
    parameters.lines.iter().filter_map(|rule| line(rule, population, duties, facts)).collect()
}

/// The sum of the lines of each kind. There is no sum over kinds.
pub fn totals(lines: &[Line]) -> Vec<(Kind, Spread)> {
    let sum = |kind: Kind| lines.iter().filter(|line| line.kind == kind).fold(Spread::default(), |sum, line| sum.plus(line.cost));
    Kind::ALL.iter().map(|kind| (*kind, sum(*kind))).collect()
}

/// What of a cost the organisation bears itself: all below the retention and above what the policy pays.
pub fn after_insurance(cost: Spread, facts: &Facts) -> Option<Spread> {
    let (retention, limit) = facts.insurance()?;
    let borne = |cost: f64| cost - (cost - retention).clamp(0.0, limit);
    Some(Spread { low: borne(cost.low), likely: borne(cost.likely), high: borne(cost.high) })
}

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Kind] = &[Kind::Expected, Kind::Statutory, Kind::Indicative];

    /// The word in `impact.csv`.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Expected => "expected",
            Kind::Statutory => "statutory",
            Kind::Indicative => "indicative",
        }
    }
}

impl Spread {
    /// Once, for certain.
    pub const ONE: Spread = Spread::of(1.0);

    /// The same number thrice.
    pub const fn of(number: f64) -> Spread {
        Spread { low: number, likely: number, high: number }
    }

    /// Low with low, likely with likely, high with high.
    #[must_use]
    pub fn times(self, other: Spread) -> Spread {
        Spread { low: self.low * other.low, likely: self.likely * other.likely, high: self.high * other.high }
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Spread) -> Spread {
        Spread { low: self.low + other.low, likely: self.likely + other.likely, high: self.high + other.high }
    }

    /// To hundredths: cents of a cost, and no false precision in a share of people.
    fn rounded(self) -> Spread {
        let round = |number: f64| (number * 100.0).round() / 100.0;
        Spread { low: round(self.low), likely: round(self.likely), high: round(self.high) }
    }

    fn at_most(self, cap: f64) -> Spread {
        Spread { low: self.low.min(cap), likely: self.likely.min(cap), high: self.high.min(cap) }
    }
}

impl From<Bounds> for Spread {
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
    fn from(bounds: Bounds) -> Spread {
        Spread { low: bounds.floor as f64, likely: bounds.best as f64, high: bounds.ceiling as f64 }
    }
}

fn line(rule: &Rule, population: &Population, duties: &[Duty], facts: &Facts) -> Option<Line> {
    let quantity = Spread::from(quantity(rule, population, duties)).times(rule.share);
    if quantity.high <= 0.0 {
        return None;
    }
    let mut cost = quantity.times(rule.unit);
    let by_turnover = rule.cap_turnover.zip(facts.annual_turnover()).map(|(share, turnover)| share * turnover);
    let caps = rule.cap.into_iter().chain(by_turnover).reduce(f64::max);
    if let Some(cap) = caps {
        cost = cost.at_most(cap);
    }
    Some(Line {
        line: rule.name.clone(),
        quantity: quantity.rounded(),
        unit: rule.unit,
        cost: cost.rounded(),
        kind: rule.kind,
        source: rule.source.clone(),
        year: rule.year,
    })
}

fn quantity(rule: &Rule, population: &Population, duties: &[Duty]) -> Bounds {
    let people = match rule.quantity {
        Quantity::Notified => notified(population, duties),
        Quantity::People => exposed(rule, population),
        Quantity::Law => under_law(rule, population, duties),
        Quantity::Regulators => return regulators(duties),
        Quantity::Incident => incident(rule, population, duties),
    };
    let reached = |count: u64| if count >= rule.from { count } else { 0 };
    let counted = Bounds { floor: reached(people.floor), best: reached(people.best), ceiling: reached(people.ceiling) };
    match rule.quantity {
        Quantity::Incident => Bounds { floor: counted.floor.min(1), best: counted.best.min(1), ceiling: counted.ceiling.min(1) },
        _ => counted,
    }
}

/// People whose exposure or law makes the incident one of the rule; everybody if it names neither.
fn incident(rule: &Rule, population: &Population, duties: &[Duty]) -> Bounds {
    match (&rule.law, &rule.exposed) {
        (Some(_), _) => under_law(rule, population, duties),
        (None, Some(_)) => exposed(rule, population),
        (None, None) => Bounds::exactly(1),
    }
}

/// People of the population with the rule's elements and residency.
fn exposed(rule: &Rule, population: &Population) -> Bounds {
    let counts = |group: &Group| {
        let exposed = rule.exposed.as_ref().is_none_or(|exposure| exposure.includes(group.elements, group.minor));
        let resides = match rule.residency.as_slice() {
            [] => Resides::Yes,
            places => places.iter().map(|place| resides(&group.residency, place)).min().unwrap_or(Resides::No),
        };
        match (exposed, resides) {
            (false, _) | (_, Resides::No) => Bounds::default(),
            (true, Resides::Perhaps) => Bounds { floor: 0, best: 0, ceiling: group.people.ceiling },
            (true, Resides::Yes) => group.people,
        }
    };
    population.groups.iter().map(counts).fold(Bounds::default(), Bounds::plus)
}

/// People owed an individual notice under any law: of several laws in one place the one that
/// reaches most, and no more than there are.
fn notified(population: &Population, duties: &[Duty]) -> Bounds {
    at_most(reached(duties.iter().filter(|duty| duty.duty == DutyKind::Individuals)), population.total)
}

fn under_law(rule: &Rule, population: &Population, duties: &[Duty]) -> Bounds {
    let under = duties.iter().filter(|duty| rule.law.as_ref() == Some(&duty.law_id));
    at_most(reached(under), population.total)
}

fn reached<'d>(duties: impl Iterator<Item = &'d Duty>) -> Bounds {
    let mut places: BTreeMap<&str, Bounds> = BTreeMap::new();
    for duty in duties.filter(|duty| duty.crossed != Crossed::No) {
        let most = places.entry(&duty.jurisdiction).or_default();
        *most = larger(*most, duty.people);
    }
    // A country's row counts people of its states again.
    let states = |country: &str| {
        let within = places.iter().filter(|(place, _)| place.strip_prefix(country).is_some_and(|rest| rest.starts_with('-')));
        within.map(|(_, people)| *people).fold(Bounds::default(), Bounds::plus)
    };
    let tops = places.iter().filter(|(place, _)| !place.split_once('-').is_some_and(|(country, _)| places.contains_key(country)));
    tops.map(|(place, people)| larger(*people, states(place))).fold(Bounds::default(), Bounds::plus)
}

fn regulators(duties: &[Duty]) -> Bounds {
    let rows = duties.iter().filter(|duty| matches!(duty.duty, DutyKind::Regulator | DutyKind::AttorneyGeneral));
    let count = |crossed: Crossed| rows.clone().filter(|duty| duty.crossed == crossed).count() as u64;
    let (yes, perhaps) = (count(Crossed::Yes), count(Crossed::WithinInterval));
    Bounds { floor: yes, best: yes, ceiling: yes + perhaps }
}

fn larger(a: Bounds, b: Bounds) -> Bounds {
    Bounds { floor: a.floor.max(b.floor), best: a.best.max(b.best), ceiling: a.ceiling.max(b.ceiling) }
}

fn at_most(people: Bounds, total: Bounds) -> Bounds {
    Bounds { floor: people.floor.min(total.floor), best: people.best.min(total.best), ceiling: people.ceiling.min(total.ceiling) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Element, ElementSet},
        law::{Law, assess},
    };

    fn group(residency: &str, elements: &[Element], floor: u64, best: u64, ceiling: u64) -> Group {
        let elements: ElementSet = elements.iter().copied().collect();
        Group { residency: residency.to_owned(), elements, people: Bounds { floor, best, ceiling }, ..Group::default() }
    }

    fn lines(groups: Vec<Group>, facts: &str) -> Vec<Line> {
        let total = groups.iter().map(|group| group.people).fold(Bounds::default(), Bounds::plus);
        let population = Population { groups, total };
        let facts = Facts::parse(facts).expect(facts);
        let duties = assess(&population, &facts, &Law::builtin().expect("built-in laws"));
        estimate(&population, &duties, &facts, &Parameters::builtin().expect("built-in parameters"))
    }

    fn find<'l>(lines: &'l [Line], name: &str) -> Option<&'l Line> {
        lines.iter().find(|line| line.line == name)
    }

    #[test]
    fn a_policy_pays_between_its_retention_and_its_limit() {
        let cost = Spread { low: 50.0, likely: 600.0, high: 5_000.0 };
        let borne = |facts: &str| after_insurance(cost, &Facts::parse(facts).expect(facts));
        assert_eq!(borne(""), None);
        let facts = "insurance_retention_usd = 100\ninsurance_limit_usd = 1000";
        assert_eq!(borne(facts), Some(Spread { low: 50.0, likely: 100.0, high: 4_000.0 }));
    }

    #[test]
    fn own_parameters_replace_lines_of_the_same_name() {
        let own = "[[line]]\nname = \"legal_advice\"\nkind = \"expected\"\nquantity = \"incident\"\nunit = [1, 2, 3]\nsource = \"our firm\"\nyear = 2026\n";
        let own = Parameters::parse("own.toml", own).expect("parameters");
        let all = Parameters::builtin().expect("built-in parameters");
        let lines = all.lines.len();
        let all = all.with(own);
        assert_eq!(all.lines.len(), lines);
        let legal: Vec<_> = all.lines.iter().filter(|line| line.name == "legal_advice").collect();
        assert_eq!((legal.len(), legal[0].source.as_str()), (1, "our firm"));
    }

    #[test]
    fn the_built_in_parameters_read() {
        let parameters =
            Parameters::builtin().unwrap_or_else(|faults| panic!("{}", faults.iter().map(ToString::to_string).collect::<String>()));
        assert!(parameters.lines.len() > 15);
        let laws = Law::builtin().expect("built-in laws");
        for rule in &parameters.lines {
            assert!(rule.law.iter().all(|id| laws.iter().any(|law| law.id == *id)), "{} names a law that is not there", rule.name);
        }
    }

    #[test]
    fn quantities_keep_their_bounds() {
        use Element::{Name, Ssn};
        let lines = lines(vec![group("US-CA", &[Name, Ssn], 900, 1000, 1100), group("unknown", &[Name, Ssn], 10, 10, 10)], "");
        let letters = find(&lines, "notice_letters").expect("people are told");
        assert_eq!(letters.quantity, Spread { low: 180.0, likely: 600.0, high: 1110.0 });
        assert_eq!(letters.cost, Spread { low: 180.0, likely: 900.0, high: 5550.0 });
        let ccpa = find(&lines, "ccpa_statutory_damages").expect("Californians");
        assert_eq!((ccpa.cost.likely, ccpa.cost.high), (107_000.0, 1110.0 * 799.0));
        assert_eq!(find(&lines, "gdpr_fine"), None);
        assert_eq!(find(&lines, "card_reissue"), None);
    }

    #[test]
    fn the_higher_of_two_caps_holds() {
        use Element::{Email, Name};
        let people = || vec![group("DE", &[Name, Email], 9_000_000, 9_000_000, 9_000_000)];
        let fine = |facts: &str| find(&lines(people(), facts), "gdpr_fine").map(|line| line.cost.high.round());
        assert_eq!(fine(""), Some(11_500_000.0));
        assert_eq!(fine("annual_turnover_usd = 1_000_000_000"), Some(20_000_000.0));
        assert_eq!(fine("annual_turnover_usd = 1_000_000"), Some(11_500_000.0));
    }

    #[test]
    fn somebody_under_two_laws_is_told_once() {
        let duty = |place: &str, floor: u64| Duty {
            jurisdiction: place.to_owned(),
            law: String::new(),
            law_id: String::new(),
            duty: DutyKind::Individuals,
            recipient: String::new(),
            people: Bounds::exactly(floor),
            threshold: String::new(),
            crossed: Crossed::Yes,
            trigger_elements: ElementSet::EMPTY,
            exposed: ElementSet::EMPTY,
            deadline: String::new(),
            deadline_date: None,
            citation: String::new(),
            as_of: None,
            confidence: crate::law::Confidence::High,
            assumptions: Vec::new(),
            note: String::new(),
        };
        let duties = [duty("US", 700), duty("US-FL", 480), duty("US-FL", 400), duty("DE", 5)];
        assert_eq!(reached(duties.iter()), Bounds::exactly(705));
    }

    #[test]
    fn kinds_are_totalled_apart() {
        use Element::{CardNumber, Name, Ssn};
        let lines = lines(vec![group("US-CA", &[Name, Ssn, CardNumber], 5000, 5000, 5000)], "");
        let totals = totals(&lines);
        assert_eq!(totals.len(), 3);
        for (kind, total) in totals {
            let high: f64 = lines.iter().filter(|line| line.kind == kind).map(|line| line.cost.high).sum();
            assert!((total.high - high).abs() < 1e-6 && total.low <= total.likely && total.likely <= total.high);
        }
    }
}
