//! How fast ten million people meet all laws: seconds to group them and to assess the groups, one thread,
//! with counts that are known asserted. Run with `cargo bench --bench laws`.

use breachscope::{
    base::{Bounds, Element, ElementSet, Facts, Random},
    law::{Crossed, DutyKind, Group, Law, Population, assess},
};
use std::{
    collections::HashMap,
    io::{self, Write},
    time::Instant,
};

const PEOPLE: u64 = 10_000_000;

/// Twelve columns of a leak, each filled or not: 4096 element sets.
const COLUMNS: [Element; 12] = [
    Element::Name,
    Element::Ssn,
    Element::Dob,
    Element::Email,
    Element::Phone,
    Element::PostalAddress,
    Element::CardNumber,
    Element::CardCode,
    Element::Iban,
    Element::Password,
    Element::MedicalInfo,
    Element::DriversLicense,
];

fn main() -> io::Result<()> {
    let laws = Law::builtin().unwrap_or_else(|_| panic!("the built-in laws read"));
    let mut places: Vec<&str> = laws.iter().flat_map(|law| law.jurisdictions.iter().map(String::as_str)).collect();
    places.push("unknown");
    places.sort_unstable();
    places.dedup();

    let started = Instant::now();
    let mut random = Random(7);
    let mut groups: HashMap<(u64, u64), u64> = HashMap::new();
    for _ in 0..PEOPLE {
        let place = random.draw() % places.len() as u64;
        // Three draws of twelve bits: every column is filled in seven of eight cases.
        let bits = random.draw();
        *groups.entry((place, (bits | bits >> 12 | bits >> 24) & 0xfff)).or_default() += 1;
    }
    let grouped = started.elapsed();
    let elements = |bits: u64| -> ElementSet { (0..12).filter(|at| bits >> at & 1 == 1).map(|at| COLUMNS[at as usize]).collect() };
    let in_place = |place: &str| -> u64 {
        let rows = groups.iter().filter(|((at, bits), _)| places[*at as usize] == place && *bits != 0);
        rows.map(|(_, people)| people).sum()
    };
    let (germans, caymanians) = (in_place("DE"), in_place("KY"));
    let population = Population {
        groups: groups
            .iter()
            .map(|((place, bits), people)| Group {
                residency: places[*place as usize].to_owned(),
                elements: elements(*bits),
                people: Bounds::exactly(*people),
                ..Group::default()
            })
            .collect(),
        total: Bounds::exactly(PEOPLE),
    };
    let facts = "discovery_date = 2026-12-07\nopt_in_laws = true\nentity_type = \"hipaa_covered_entity\"\nsignificant_incident = true\nlisted_company = true";
    let facts = Facts::parse(facts).unwrap_or_else(|error| panic!("{error}"));

    let started = Instant::now();
    let duties = assess(&population, &facts, &laws);
    let assessed = started.elapsed();

    let floor = |place: &str, kind: DutyKind| {
        let row = duties.iter().find(|duty| duty.jurisdiction == place && duty.duty == kind && duty.crossed == Crossed::Yes);
        row.map(|duty| duty.people.floor)
    };
    assert_eq!(floor("DE", DutyKind::Regulator), Some(germans));
    assert_eq!(floor("KY", DutyKind::Individuals), Some(caymanians));
    assert!(assessed.as_secs_f64() <= 10.0, "{assessed:?} is more than ten seconds");
    writeln!(
        io::stdout(),
        "{PEOPLE} people in {} groups of {} places: grouped in {grouped:.2?}; {} laws, {} duties in {assessed:.2?}",
        population.groups.len(),
        places.len(),
        laws.len(),
        duties.len()
    )
}
