//! The resolver alone: processor time and peak memory to bring the mentions of one table together into people, stage by stage.
//!
//! `cargo bench --bench people [-- MENTIONS [FOLDER]]` makes a CSV file of so many rows (one million) with a fixed seed: three rows for each
//! person, each with a name and three identifiers, of which only some are written the same in all three. The file is scanned, then
//! another process of this bench loads the evidence and resolves it, and everybody must be counted once. Where Python has DuckDB, its time
//! for `count(distinct)` of the same three columns is told beside, measured in the same run. Table and case are kept in FOLDER, and used again
//! where they are there. A hundred million rows need 18 GB of it, and a few minutes to be scanned.

mod common;

use breachscope::{
    detect::Detectors,
    evidence::{Case, Evidence},
    people,
    scan::{self, Options, Progress},
};
use common::{children, ssn};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::Command,
};

/// The program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of one person.
const ROWS: u64 = 3;

/// A permutation of the numbers below 2^30: neighbours lie far apart, and no two people share a number.
fn spread(number: u64) -> u64 {
    let scrambled = number.wrapping_mul(0x2545_F491) & 0x3FFF_FFFF;
    (scrambled ^ (scrambled >> 15)).wrapping_mul(0x9E37_79B1) & 0x3FFF_FFFF
}

/// A word that can be said, one for each number.
fn word(mut number: u64, syllables: usize) -> String {
    let mut word = String::new();
    for at in 0..syllables {
        let (consonant, vowel) = (number % 14, number / 14 % 5);
        number /= 70;
        let consonant = char::from(b"bdfgklmnprstvz"[consonant as usize]);
        word.push(if at == 0 { consonant.to_ascii_uppercase() } else { consonant });
        word.push(char::from(b"aeiou"[vowel as usize]));
    }
    word
}

/// Rows of `people` people, the first row of everybody, then the second, then the third.
fn write_table(path: &Path, people: u64) {
    let mut out = BufWriter::new(File::create(path).expect("a scratch file"));
    writeln!(out, "first_name,last_name,email,phone,ssn").expect("written");
    for row in 0..ROWS {
        for person in 0..people {
            let number = spread(person);
            let (given, surname) = (word(number / 4_900, 3), word(number, 3));
            // The number stands in two rows of three, the address changes once, the telephone is the same.
            let ssn = if row == 1 { String::new() } else { ssn(person) };
            let mail = if row == 2 { "postfach-nord.net" } else { "nordlicht-post.net" };
            writeln!(
                out,
                "{given},{surname},{}.{person}@{mail},+1 {}-{}-{:04},{ssn}",
                surname.to_lowercase(),
                ["312", "415", "206", "617", "713", "305"][(person / 7_200_000 % 6) as usize],
                200 + person / 9_000 % 800,
                1_000 + person % 9_000,
            )
            .expect("written");
        }
    }
    out.flush().expect("written");
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn resolve(case: &Path) {
    let case = Case::open(case, None).expect("a case");
    let evidence = Evidence::load(&case).expect("evidence");
    let mut last = common::used();
    let mut told = |stage: &str| {
        let now = common::used();
        println!("{:>8.1} s, at most {:>5} MiB   {stage}", now.0 - last.0, now.1);
        last = now;
    };
    let population = people::resolve_telling(&evidence, 20_260_101, &mut told).expect("resolved");
    assert_eq!(population.counted().count().to_string(), std::env::var("PEOPLE").expect("a number"), "everybody once");
}

/// Seconds of processor time DuckDB takes to count the distinct values of the three columns, where Python has it.
fn duckdb(table: &Path) -> Option<f64> {
    let query = format!(
        "import duckdb, resource\nduckdb.sql(\"set enable_progress_bar = false\")\nduckdb.sql(\"select count(distinct email), count(distinct phone), count(distinct ssn) from read_csv('{}')\").fetchall()\n\
         used = resource.getrusage(resource.RUSAGE_SELF)\nprint(used.ru_utime + used.ru_stime)",
        table.display()
    );
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(["-c", &query]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(case) = std::env::var_os("RESOLVE") {
        return resolve(Path::new(&case));
    }
    let mentions = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let people = mentions / ROWS;
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let kept = arguments.iter().find(|argument| !argument.starts_with('-') && argument.parse::<u64>().is_err());
    let folder = kept.map_or(scratch.path(), Path::new);
    let (table, case_folder) = (folder.join("people.csv"), folder.join("case"));
    if !case_folder.exists() {
        write_table(&table, people);
        let detectors = Detectors::builtin().unwrap_or_else(|_| panic!("the built-in patterns read"));
        let case = Case::create(&case_folder, None, false).expect("a case");
        scan::scan(&Options::new(vec![table.clone()]), &detectors, &case, &Progress::hidden()).expect("scanned");
    }
    let itself = std::env::current_exe().expect("a program");
    let status = Command::new(itself).env("RESOLVE", &case_folder).env("PEOPLE", people.to_string()).status().expect("started");
    assert!(status.success());
    let (seconds, peak) = children();
    let beside =
        duckdb(&table).map_or_else(|| "DuckDB is not there".to_owned(), |of| format!("{:.1} times DuckDB's {of:.1} s", seconds / of));
    println!(
        "{} mentions of {people} people: {seconds:.1} s of processor time, {:.2} us a mention, peak resident {peak} MiB; {beside}",
        people * ROWS,
        seconds * 1e6 / (people * ROWS) as f64,
    );
}
