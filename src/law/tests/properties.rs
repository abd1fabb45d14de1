//! What holds for all laws, whatever the people and the facts.

use super::LAWS;
use crate::{
    base::{Bounds, Element, ElementSet, Facts},
    law::{Crossed, Duty, DutyKind, Group, Population, UNKNOWN, assess},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Every place a law file names, and some of which only less is known.
fn places() -> Vec<String> {
    let known = LAWS.iter().flat_map(|law| law.jurisdictions.iter().cloned());
    let all: BTreeSet<_> = known.chain(["US", UNKNOWN, "AQ", "CA-QC", "AU-VIC"].map(str::to_owned)).collect();
    all.into_iter().collect()
}

/// The places with the most laws come up more often.
fn place() -> impl Strategy<Value = String> {
    let busy = ["US-CA", "US-TX", "US-NY", "US-MA", "US-WA", "US-PR", "DE", "FR", "GB", "CN", "KR", "JP", "MY"].map(str::to_owned).to_vec();
    prop_oneof![prop::sample::select(busy), prop::sample::select(places())]
}

fn group() -> impl Strategy<Value = Group> {
    let elements = prop::collection::vec(prop::sample::select(Element::ALL.to_vec()), 0..6);
    let bounds = (prop_oneof![0_u64..1200, 1200_u64..2_000_000], 0_u64..50, 0_u64..50);
    (place(), elements, bounds, any::<bool>()).prop_map(|(residency, elements, (floor, more, most), minor)| Group {
        residency,
        elements: elements.into_iter().chain([Element::Name]).collect(),
        protected: ElementSet::EMPTY,
        minor,
        people: Bounds { floor, best: floor + more, ceiling: floor + more + most },
    })
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    prop::collection::vec(group(), 1..6)
}

/// Facts without a date: what the organisation is, and what people found out.
fn circumstances() -> impl Strategy<Value = String> {
    let kinds =
        ["business", "hipaa_covered_entity", "financial_institution", "bank", "broker_dealer", "insurer", "credit_union", "telecom"];
    let kinds = [kinds.as_slice(), &["government", "health_provider", "school", "trust_service_provider", "manufacturer"]].concat();
    let words = (prop::sample::select(kinds), prop::sample::select(vec!["unknown", "unlikely", "likely", "high"]));
    let homes = place().prop_map(|home| if home == UNKNOWN { String::new() } else { format!("home_jurisdiction = \"{home}\"\n") });
    (words, homes, any::<[bool; 7]>()).prop_map(|((kind, risk), home, flags)| {
        let [significant, essential, listed, tax, records, theft, encrypted] = flags;
        format!(
            "{home}entity_type = \"{kind}\"\nrisk = \"{risk}\"\nopt_in_laws = true\nsignificant_incident = {significant}\n\
             essential_service = {essential}\nlisted_company = {listed}\ntax_preparer = {tax}\nsubstance_use_records = {records}\n\
             identity_theft_enabling = {theft}\nencrypted = {encrypted}\n"
        )
    })
}

fn duties(groups: &[Group], facts: &str) -> Vec<Duty> {
    let facts = Facts::parse(facts).expect(facts);
    let total = groups.iter().map(|group| group.people).fold(Bounds::default(), Bounds::plus);
    assess(&Population { groups: groups.to_vec(), total }, &facts, &LAWS)
}

/// What is owed for certain: place, law, duty.
fn owed(groups: &[Group], facts: &str) -> BTreeSet<(String, String, DutyKind)> {
    let yes = duties(groups, facts).into_iter().filter(|duty| duty.crossed == Crossed::Yes);
    yes.map(|duty| (duty.jurisdiction, duty.law_id, duty.duty)).collect()
}

const DAY: &str = "discovery_date = 2026-12-07\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: proptest::test_runner::RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_people_never_removes_a_duty(groups in groups(), more in group(), facts in circumstances()) {
        let facts = format!("{DAY}{facts}");
        let before = owed(&groups, &facts);
        let after = owed(&[groups, vec![more]].concat(), &facts);
        prop_assert!(before.is_subset(&after), "{:?}", before.difference(&after));
    }

    #[test]
    fn adding_an_element_never_removes_a_trigger(groups in groups(), which in any::<prop::sample::Index>(), element in prop::sample::select(Element::ALL.to_vec()), facts in circumstances()) {
        let facts = format!("{DAY}{facts}");
        let mut more = groups.clone();
        which.get_mut(&mut more).elements.insert(element);
        let (before, after) = (owed(&groups, &facts), owed(&more, &facts));
        prop_assert!(before.is_subset(&after), "{:?}", before.difference(&after));
        let people = |groups: &[Group]| -> BTreeMap<_, u64> {
            let mut most = BTreeMap::new();
            for duty in duties(groups, &facts).into_iter().filter(|duty| !duty.law_id.is_empty()) {
                let floor: &mut u64 = most.entry((duty.jurisdiction, duty.law_id, duty.duty)).or_default();
                *floor = duty.people.floor.max(*floor);
            }
            most
        };
        let after = people(&more);
        for (key, floor) in people(&groups) {
            prop_assert!(after.get(&key).is_some_and(|more| *more >= floor), "{key:?}: {floor} then {:?}", after.get(&key));
        }
    }

    #[test]
    fn the_order_of_groups_does_not_matter(groups in groups(), facts in circumstances()) {
        let reversed: Vec<_> = groups.iter().rev().cloned().collect();
        prop_assert_eq!(duties(&groups, &facts), duties(&reversed, &facts));
    }

    #[test]
    fn a_later_discovery_never_moves_a_deadline_forward(groups in groups(), facts in circumstances(), day in 0_i64..400, later in 1_i64..400) {
        let deadlines = |day: i64| -> BTreeMap<_, _> {
            let day = jiff::civil::date(2026, 1, 1) + jiff::Span::new().days(day);
            let duties = duties(&groups, &format!("discovery_date = {day}\n{facts}"));
            let key = |duty: &Duty| (duty.jurisdiction.clone(), duty.law_id.clone(), duty.duty, duty.recipient.clone(), duty.citation.clone(), duty.threshold.clone());
            duties.into_iter().map(|duty| (key(&duty), duty.deadline_date.map(|date| date.day()))).collect()
        };
        let (early, late) = (deadlines(day), deadlines(day + later));
        // Some laws begin between the two days; none ends.
        for (key, date) in early.iter().filter(|(key, _)| !key.1.is_empty()) {
            let found = late.get(key);
            prop_assert!(found.is_some_and(|found| found.is_some() == date.is_some() && found >= date), "{key:?}: {date:?} then {found:?}");
        }
    }
}
