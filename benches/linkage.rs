//! Records brought together, against labels: pairwise precision and recall, and what the fields could allow.
//!
//! `cargo bench --bench linkage -- COLUMN FILE.csv...` takes labelled CSV files that lie elsewhere (Febrl's, Splink's `fake_1000`): what
//! `COLUMN` says up to a second hyphen is who the row speaks of (`rec-12-dup-0` is 12's). The files are scanned together without the columns
//! `COLUMN` and `unique_id`, with nothing set for the occasion. Prints what was brought together rightly and wrongly, and a ceiling: the
//! F1 of who sees of each pair of rows only which fields are equal, nearly equal, different or missing, and knows for each such pattern
//! whether more of its pairs are one person's or two. Who judges pairs by that does no better, but for pairs that a third row leads to.
//! With many fields a pattern has few pairs and the ceiling says little; with few it binds.
//!
//! A second ceiling holds for whoever joins nobody wrongly: pairs of one person that agree in no field more than some pair of two people does (a
//! missing field lies between a different and a nearly equal one) cannot be joined without joining that pair as well, but by a third row. What was
//! missed is told by reason.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use breachscope::{
    detect::Detectors,
    evidence::{Case, Evidence},
    people::{self, spelling::edit_distance},
    scan::{self, Options, Progress},
};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

/// Rows of all files, as they are scanned.
struct Rows {
    fields: Vec<Vec<String>>,
    who: Vec<String>,
    /// First row of each file, by its name.
    files: Vec<(String, usize)>,
}

fn read(files: &[PathBuf], label: &str, folder: &Path) -> Rows {
    let mut rows = Rows { fields: Vec::new(), who: Vec::new(), files: Vec::new() };
    for file in files {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).expect("a CSV file");
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let labelled = header.iter().position(|name| name == label).expect("the labels' column");
        let kept: Vec<usize> = (0..header.len()).filter(|at| *at != labelled && header[*at] != "unique_id").collect();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let mut blind = csv::Writer::from_path(folder.join(&name)).expect("a scratch file");
        blind.write_record(kept.iter().map(|at| &header[*at])).expect("written");
        rows.files.push((name, rows.fields.len()));
        for record in reader.records() {
            let record = record.expect("a row");
            let fields: Vec<String> = kept.iter().map(|at| record.get(*at).unwrap_or_default().to_owned()).collect();
            blind.write_record(&fields).expect("written");
            rows.fields.push(fields.into_iter().map(|field| field.to_lowercase()).collect());
            rows.who.push(record.get(labelled).unwrap_or_default().split('-').take(2).collect::<Vec<_>>().join("-"));
        }
        blind.flush().expect("written");
    }
    rows
}

/// Who each row speaks of by resolution.
fn resolved(rows: &Rows, folder: &Path, case: &Path) -> (usize, Vec<Option<u32>>) {
    let detectors = Detectors::builtin().unwrap_or_else(|_| panic!("the built-in patterns read"));
    let case = Case::create(case, None, false).expect("a case");
    scan::scan(&Options::new(vec![folder.to_owned()]), &detectors, &case, &Progress::hidden()).expect("scanned");
    let evidence = Evidence::load(&case).expect("evidence");
    let population = people::resolve(&evidence, 20_260_101).expect("resolved");
    let mut found = vec![None; rows.fields.len()];
    for mention in population.records.mentions.iter() {
        let path = population.catalogue.path(&evidence, mention.item);
        let first = rows.files.iter().find(|(name, _)| path.ends_with(name.as_str())).map(|(_, first)| *first);
        let person = population.individual_of[mention.node as usize];
        if let Some(place) = first.and_then(|first| found.get_mut(first + mention.row as usize)).filter(|_| person != people::record::NONE)
        {
            *place = Some(person);
        }
    }
    (population.counted().count(), found)
}

const DIFFERENT: u64 = 0;

/// How two fields compare: different, missing, nearly equal, equal.
fn level(a: &str, b: &str) -> u8 {
    let errors = a.chars().count().max(b.chars().count()) / 3;
    match () {
        () if a.is_empty() || b.is_empty() => 1,
        () if a == b => 3,
        () if errors > 0 && edit_distance(a, b, errors) <= errors => 2,
        () => 0,
    }
}

/// How two rows compare, three bits to a field, of which the highest stays free.
fn pattern(a: &[String], b: &[String]) -> u64 {
    a.iter().zip(b).fold(0, |pattern, (x, y)| pattern << 3 | u64::from(level(x, y)))
}

const FREE: u64 = 0o4444_4444_4444_4444_4444;

/// Whether no field agrees more in the second pattern than in the first.
fn agrees_no_less(first: u64, second: u64) -> bool {
    ((first | FREE) - second) & FREE == FREE
}

/// Fields that are at least nearly equal, and fields that differ.
fn agreeing(pattern: u64, fields: usize) -> (usize, usize) {
    let levels = || (0..fields).map(move |field| pattern >> (3 * field) & 3);
    (levels().filter(|level| *level >= 2).count(), levels().filter(|level| *level == DIFFERENT).count())
}

fn f1(right: f64, joined: f64, there: f64) -> f64 {
    2.0 * right / (joined + there)
}

/// Pairs within groups of equal ones.
fn pairs_within<T: Ord>(of: impl Iterator<Item = T>) -> f64 {
    let mut sizes: BTreeMap<T, u64> = BTreeMap::new();
    of.for_each(|one| *sizes.entry(one).or_default() += 1);
    sizes.values().map(|size| (size * size.saturating_sub(1) / 2) as f64).sum()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some((label, files)) = arguments.split_first() else { return println!("cargo bench --bench linkage -- COLUMN FILE.csv...") };
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let blind = scratch.path().join("blind");
    std::fs::create_dir(&blind).expect("a folder");
    let rows = read(&files.iter().map(PathBuf::from).collect::<Vec<_>>(), label, &blind);
    let (people, found) = resolved(&rows, &blind, &scratch.path().join("case"));
    let there = pairs_within(rows.who.iter());
    let joined = pairs_within(found.iter().flatten());
    let right = pairs_within(rows.who.iter().zip(&found).filter_map(|(who, found)| Some((who, (*found)?))));
    println!(
        "{} rows, {people} people; F1 {:.4}, precision {:.4}, recall {:.4}",
        rows.who.len(),
        f1(right, joined, there),
        right / joined,
        right / there
    );
    let two = ceiling(&rows, there);
    reasons(&rows, &found, &two);
}

/// What was missed, by reason; and the ceiling of who joins nobody wrongly.
fn reasons(rows: &Rows, found: &[Option<u32>], two: &[u64]) {
    let mut of_person: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    rows.who.iter().enumerate().for_each(|(row, who)| of_person.entry(who).or_default().push(row));
    let mut known: HashMap<u64, bool> = HashMap::new();
    let (mut all, mut lost) = (0.0, 0.0);
    let mut missed = [0u64; 4];
    for (a, b) in of_person.values().flat_map(|of| of.iter().enumerate().flat_map(|(at, a)| of[at + 1..].iter().map(move |b| (*a, *b)))) {
        let how = pattern(&rows.fields[a], &rows.fields[b]);
        let is_beaten = *known.entry(how).or_insert_with(|| two.iter().any(|other| agrees_no_less(*other, how)));
        all += 1.0;
        lost += f64::from(u8::from(is_beaten));
        if found[a].is_none() || found[a] != found[b] {
            let (agree, differ) = agreeing(how, rows.fields[a].len());
            missed[if is_beaten {
                0
            } else if agree < 2 {
                1
            } else if differ >= agree {
                2
            } else {
                3
            }] += 1;
        }
    }
    println!(
        "ceiling without wrong pairs: F1 {:.4}; {lost} of {all} pairs agree in nothing more than a pair of two people",
        f1(all - lost, all - lost, all)
    );
    let [beaten, little, against, rest] = missed;
    println!(
        "missed: {} pairs; {beaten} agree in nothing more than a pair of two people, {little} in fewer than two fields, {against} differ in as many fields as they agree in, {rest} other",
        beaten + little + against + rest
    );
}

/// Prints the ceiling by fields; returns how pairs of two people compare.
fn ceiling(rows: &Rows, there: f64) -> Vec<u64> {
    let mut patterns: HashMap<u64, [u64; 2]> = HashMap::new();
    for a in 0..rows.who.len() {
        for b in a + 1..rows.who.len() {
            let one = rows.who[a] == rows.who[b];
            patterns.entry(pattern(&rows.fields[a], &rows.fields[b])).or_default()[usize::from(!one)] += 1;
        }
    }
    // The more surely one person's come first; the best F1 on the way is the ceiling.
    let mut sorted: Vec<[u64; 2]> = patterns.values().copied().filter(|[one, _]| *one > 0).collect();
    sorted.sort_by(|a, b| (b[0] * (a[0] + a[1])).cmp(&(a[0] * (b[0] + b[1]))));
    let (mut one, mut all, mut best) = (0.0, 0.0, 0.0f64);
    for [of_one, of_two] in sorted {
        one += of_one as f64;
        all += (of_one + of_two) as f64;
        best = best.max(f1(one, all, there));
    }
    println!("ceiling by fields: F1 {best:.4}, of {} patterns", patterns.len());
    patterns.into_iter().filter(|(_, [_, two])| *two > 0).map(|(how, _)| how).collect()
}
