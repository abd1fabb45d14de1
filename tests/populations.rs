//! People counted in dumps that are hard to count, against truth (docs/counting.md).
//!
//! `POPULATIONS=200 cargo test --release --test populations -- --nocapture` asks of 200 dumps of 2,000 to 20,000 people instead of the few
//! small ones here; `PEOPLE=2000` makes them all that large.

mod common;

use breachscope::{
    evidence::{Case, Evidence},
    people,
};
use common::{population, rows, scan};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// What one dump came to, in people and cells.
#[derive(Debug, Default)]
struct Outcome {
    people: usize,
    floor: u64,
    ceiling: u64,
    /// People whom nobody in the answer stands for.
    hidden: usize,
    /// People in the answer beyond one for each.
    surplus: usize,
    cells: usize,
    wrong_cells: usize,
}

impl Outcome {
    fn covers(&self) -> bool {
        (self.floor..=self.ceiling).contains(&(self.people as u64))
    }

    fn width(&self) -> f64 {
        (self.ceiling - self.floor) as f64 / self.people as f64
    }
}

fn outcome(seed: u64, size: usize) -> Outcome {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let truth = population::make(seed, size);
    let leak = folder.path().join("leak");
    fs::create_dir(&leak).expect("a folder");
    truth.files.iter().for_each(|(name, text)| fs::write(leak.join(name), text).expect("written"));
    let case_folder = folder.path().join("case");
    scan(&leak, &case_folder, &["--quiet", "--csv-all"]);

    let case = Case::open(&case_folder, None).expect("a case");
    let evidence = Evidence::load(&case).expect("evidence");
    let population = people::resolve(&evidence, 20_260_101).expect("resolved");
    let tables: BTreeMap<u32, &Vec<usize>> =
        evidence.items.iter().filter_map(|item| Some((item.item, truth.rows.get(item.path.rsplit('/').next()?)?))).collect();
    let mut outcome = Outcome {
        people: truth.elements.len(),
        floor: population.counts.total.floor,
        ceiling: population.counts.total.ceiling,
        ..Outcome::default()
    };
    // Who each counted person is: whom most of their records speak of.
    let mut stands_for: BTreeMap<String, usize> = BTreeMap::new();
    for individual in population.counted() {
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        for mention in population.mentions(individual) {
            *votes.entry(tables[&mention.item][mention.row as usize]).or_default() += 1;
        }
        let best = votes.iter().max_by_key(|(person, votes)| (**votes, std::cmp::Reverse(**person))).expect("a record");
        stands_for.insert(individual.id.to_string(), *best.0);
    }
    let found: BTreeSet<usize> = stands_for.values().copied().collect();
    outcome.hidden = outcome.people - found.len();
    outcome.surplus = stands_for.len() - found.len();
    for row in rows(&case_folder, "person_elements.csv") {
        let Some(person) = stands_for.get(&row["person_id"]) else { continue };
        outcome.cells += 1;
        outcome.wrong_cells += usize::from(!truth.elements[person].contains(row["element"].as_str()));
    }
    outcome
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn people_of_hard_populations_are_counted_within_the_stated_interval() {
    let many = number("POPULATIONS");
    let dumps = many.unwrap_or(6);
    // From 2,000 to 20,000, as many small ones as large ones.
    let size = |dump: usize| number("PEOPLE").unwrap_or_else(|| 2_000 * if many.is_some() { 1 + dump * dump % 10 } else { 1 });
    let outcomes: Vec<Outcome> = (0..dumps).map(|dump| outcome(0x5eed + dump as u64, size(dump))).collect();
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(of).sum::<usize>() as f64;
    let people = sum(|outcome| outcome.people);
    let (hidden, surplus) = (sum(|outcome| outcome.hidden) / people, sum(|outcome| outcome.surplus) / people);
    let wrong = sum(|outcome| outcome.wrong_cells) / sum(|outcome| outcome.cells);
    let covered = outcomes.iter().filter(|outcome| outcome.covers()).count() as f64 / dumps as f64;
    let mut widths: Vec<f64> = outcomes.iter().map(Outcome::width).collect();
    widths.sort_by(f64::total_cmp);
    let told = format!(
        "{dumps} dumps, {people} people: hidden {:.2} %, surplus {:.2} %, wrong cells {:.2} %, truth within the interval in {:.1} %, median width {:.1} %\n{}",
        hidden * 100.0,
        surplus * 100.0,
        wrong * 100.0,
        covered * 100.0,
        widths[dumps / 2] * 100.0,
        outcomes.iter().filter(|outcome| !outcome.covers()).map(|outcome| format!("{outcome:?}\n")).collect::<String>()
    );
    // For whoever asks of many dumps; the harness shows it with --nocapture.
    use std::io::Write;
    writeln!(std::io::stdout(), "{told}").expect("a terminal");
    assert!(hidden <= 0.001 && surplus <= 0.01 && wrong <= 0.005 && covered >= 0.95 && widths[dumps / 2] <= 0.04, "{told}");
}

/// Two lists of the same people under one number each. In the second some given names and some numbers are misread, and both at
/// once of six people; then `twins` pairs of twins stand in both, as written.
fn registers(twins: usize) -> [String; 2] {
    let given = ["Ezra", "Lotte", "Bruno", "Hanna", "Oscar", "Paula", "Victor", "Nadine", "Simon", "Greta"];
    let surnames = ["Hartmann", "Okafor", "Lindqvist", "Moreau", "Castellano", "Whitfield", "Novak", "Brennan", "Delgado", "Kowalski"];
    let towns = ["Springfield", "Madison", "Fresno", "Albany"];
    let mut lists = [(); 2].map(|()| "first_name,last_name,birth_date,street,city,soc_sec_id\n".to_owned());
    let person = |at: usize, name: &str, number: usize| {
        let birth = format!("19{:02}-{:02}-{:02}", 40 + at * 7 % 55, 1 + at % 12, 1 + at * 5 % 28);
        let door = format!("{} {} Street", 1 + at * 13 % 900, surnames[(at + 3) % 10]);
        let number = number * 7_919 % 9_000_000 + 1_000_000;
        format!("{name},{},{birth},{door},{},{number}\n", surnames[at / 10 % 10], towns[at % 4])
    };
    for at in 0..300 {
        let name = given[at % 10];
        let misread = |share: usize| at % 10 == share;
        let (other, wrong) = (misread(1) || misread(2) || at % 50 == 5, misread(3) || at % 50 == 5);
        lists[0] += &person(at, name, at);
        lists[1] += &person(at, if other { given[(at + 4) % 10] } else { name }, if wrong { at + 5_000 } else { at });
    }
    for at in 300..300 + twins {
        for (name, number) in [(given[at % 10], at), (given[(at + 4) % 10], at + 5_000)] {
            lists.iter_mut().for_each(|list| *list += &person(at, name, number));
        }
    }
    lists
}

#[test]
fn whether_two_given_names_at_one_birth_date_and_address_are_twins_is_asked_of_the_numbers() {
    let people = |twins: usize| {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let leak = folder.path().join("leak");
        fs::create_dir(&leak).expect("a folder");
        for (name, list) in ["a.csv", "b.csv"].into_iter().zip(registers(twins)) {
            fs::write(leak.join(name), list).expect("written");
        }
        let case = folder.path().join("case");
        scan(&leak, &case, &["--quiet"]);
        let joined = rows(&case, "merges.csv").iter().filter(|merge| merge["rule"] == "R23").count();
        (rows(&case, "people.csv").len(), joined)
    };
    assert_eq!(people(0), (300, 6), "nobody here is a twin: six people were misread twice");
    let (with_twins, joined) = people(30);
    assert_eq!((with_twins, joined), (300 + 60 + 6, 0), "among twins the six stay apart, and so do the twins");
}
