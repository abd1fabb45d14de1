//! The whole program beside tools that are installed, over the same files in the same run.
//!
//! `cargo bench --bench peers [-- MEGABYTES]` makes a log, a table of customers, the table gzipped, all of about that size (100), and
//! 20,000 small files, from a fixed seed; scans each from file to reports, checks the people counted, and prints the processor time
//! of both (user and system, all threads; the lesser of two runs). Peers: ripgrep with 31 patterns in one ([`PATTERNS`]), DuckDB
//! (the program `duckdb`, or the module of the Python that `PYTHON` names), gzip. A peer that is not there is passed over.

mod common;

use common::{Draw, children, ssn};
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
};

const PATTERNS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/ripgrep-patterns.txt");
const SMALL_FILES: usize = 20_000;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let megabytes = std::env::args().skip(1).find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(100);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (log, table, packed, small) = (place("server.log"), place("customers.csv"), place("customers.csv.gz"), place("small"));

    let (bytes, planted) = common::log(megabytes << 20);
    fs::write(&log, bytes).expect("written");
    let customers = write_table(Path::new(&table), megabytes);
    let gzip = Command::new("gzip").args(["-c", &table]).stdout(File::create(&packed).expect("a file")).status();
    let is_packed = gzip.is_ok_and(|status| status.success());
    write_small(Path::new(&small));

    println!("{:<34} {:>9} {:>9} {:>7}  peer", "scanned, from file to reports", "seconds", "peer", "ratio");
    let tell = |what: &str, ours: f64, peer: Option<f64>, name: &str| match peer {
        Some(peer) => println!("{what:<34} {ours:>9.2} {peer:>9.2} {:>7.2}  {name}", ours / peer),
        None => println!("{what:<34} {ours:>9.2} {:>9} {:>7}  {name}: not there", "", ""),
    };
    let ripgrep = least(|| run(Command::new("rg").args(["--no-unicode", "--count-matches", "--threads=1", "-f", PATTERNS, &log])));
    let ours = least(|| Some(scan(folder.path(), &log, &["--hash", "blake3"], planted as u64 / 2)));
    tell("log, BLAKE3", ours.unwrap_or_default(), ripgrep, "rg, 31 patterns");
    let ours = least(|| Some(scan(folder.path(), &log, &[], planted as u64 / 2)));
    tell("log, SHA-256", ours.unwrap_or_default(), ripgrep, "rg, 31 patterns");

    let query = format!("select count(distinct email), count(distinct phone), count(distinct ssn) from '{table}'");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let duckdb = least(|| {
        run(Command::new("duckdb").args(["-c", &query]))
            .or_else(|| run(Command::new(&python).args(["-c", "import duckdb, sys; print(duckdb.sql(sys.argv[1]).fetchall())", &query])))
    });
    let ours = least(|| Some(scan(folder.path(), &table, &[], customers)));
    tell("table of customers", ours.unwrap_or_default(), duckdb, "DuckDB, three distinct counts");

    if is_packed {
        let gunzip = least(|| run(Command::new("gzip").args(["-dc", &packed])));
        let ours = least(|| Some(scan(folder.path(), &packed, &[], customers)));
        tell("the table gzipped", ours.unwrap_or_default(), gunzip, "gzip -dc");
    }

    let ripgrep = least(|| run(Command::new("rg").args(["-c", "needle", &small])));
    let ours = least(|| Some(scan(folder.path(), &small, &[], 0)));
    tell("20,000 small files", ours.unwrap_or_default(), ripgrep, "rg -c needle");
}

/// The lesser of two runs' seconds of processor time.
fn least(mut run: impl FnMut() -> Option<f64>) -> Option<f64> {
    Some(run()?.min(run()?))
}

/// What a command takes; nothing when it is not there or fails. That ripgrep finds nothing is no failure.
fn run(command: &mut Command) -> Option<f64> {
    let (before, _) = children();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    matches!(status.code(), Some(0 | 1)).then(|| children().0 - before)
}

/// What a scan takes that counts so many people.
fn scan(folder: &Path, what: &str, options: &[&str], people: u64) -> f64 {
    let case = folder.join("case");
    let _ = fs::remove_dir_all(&case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_breachscope"));
    command.args(["scan", what, "--quiet", "--case"]).arg(&case).args(options);
    let seconds = run(&mut command).expect("the program ran");
    let summary = fs::read_to_string(case.join("reports/summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    assert_eq!(summary["people"]["best"].as_u64(), Some(people), "{what}");
    seconds
}

/// Customers with an address, a telephone and a number each. Returns how many.
fn write_table(path: &Path, megabytes: usize) -> u64 {
    const SURNAMES: [&str; 8] = ["Marsh", "Okafor", "Lindqvist", "Delgado", "Novak", "Whitfield", "Tanaka", "Rossi"];
    const GIVEN: [&str; 8] = ["Clara", "Henry", "Sofia", "Marcus", "Elena", "Victor", "Amelia", "Oscar"];
    let mut draw = Draw(6);
    let mut out = BufWriter::new(File::create(path).expect("a scratch file"));
    let (mut customers, mut written) = (0, 0);
    writeln!(out, "id,first_name,last_name,email,phone,ssn,street,city,state,zip,created_at").expect("written");
    while written < megabytes << 20 {
        customers += 1;
        let (given, surname) = (draw.pick(&GIVEN), draw.pick(&SURNAMES));
        let line = format!(
            "{customers},{given},{surname},{}.{}{customers}@mailhaven.net,312-{}-{:04},{},{} {} Street,Springfield,IL,627{:02},2024-{:02}-{:02}\n",
            given.to_lowercase(),
            surname.to_lowercase(),
            200 + customers / 10_000 % 800,
            customers % 10_000,
            ssn(customers),
            1 + draw.below(9_999),
            draw.pick(&SURNAMES),
            draw.below(100),
            1 + draw.below(12),
            1 + draw.below(28),
        );
        out.write_all(line.as_bytes()).expect("written");
        written += line.len();
    }
    out.flush().expect("written");
    customers
}

/// Files of a kilobyte, in folders of a hundred.
fn write_small(folder: &Path) {
    let mut draw = Draw(7);
    for file in 0..SMALL_FILES {
        let folder = folder.join((file / 100).to_string());
        if file % 100 == 0 {
            fs::create_dir_all(&folder).expect("a folder");
        }
        let mut text = String::new();
        while text.len() < 1_000 {
            let word = draw.pick(&["index", "buffer", "request", "handler", "node", "context"]);
            text += &format!("    {word}[{}] = {word}_{file}.next({});\n", draw.below(64), draw.below(4096));
        }
        fs::write(folder.join(format!("{file}.c")), text).expect("written");
    }
}
