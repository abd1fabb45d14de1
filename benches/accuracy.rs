//! What is found and what is wrong, detector by detector: prints `docs/accuracy.md`.
//!
//! `cargo bench --bench accuracy > docs/accuracy.md` measures on corpora that the repository makes from seeds.
//! `-- --presidio FILE` adds a set of texts with spans that lies elsewhere (`spans_synth_v2.json` beside `data/synth_v2/`).

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/common/mod.rs"]
mod common;

use breachscope::{
    base::Random,
    detect::{CHECKS, Detectors, Reading, Scratch},
    format::{Sample, TextKind},
};
use common::business;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let detectors = Detectors::builtin().expect("built-in files load");
    println!("{HEAD}");
    fixture();
    secrets();
    numbers(&detectors);
    tokens(&detectors);
    machine_data(&detectors);
    if let Some(at) = arguments.iter().position(|argument| argument == "--presidio") {
        presidio(&detectors, Path::new(arguments.get(at + 1).expect("--presidio FILE")));
    }
}

const HEAD: &str = "# Accuracy\n\n\
    Precision is the share of what is reported that is right, recall the share of what is there that is reported. Every figure below was\n\
    printed by one command, from corpora that the repository makes from fixed seeds:\n\n\
    ```\ncargo bench --bench accuracy > docs/accuracy.md\n```\n\n\
    Corpora made by those who wrote the detectors flatter them: read them as a floor under mistakes, not as what a leak will give. For real\n\
    leaks draw a sample and count (`breachscope sample`, `breachscope qc`); the reports then carry figures of that very leak.";

/// A count of right, wrong and missed.
#[derive(Clone, Copy, Default)]
struct Score {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Score {
    fn add(&mut self, there: bool, found: bool) {
        match (there, found) {
            (true, true) => self.right += 1,
            (false, true) => self.wrong += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn precision(self) -> String {
        share(self.right, self.right + self.wrong)
    }

    fn recall(self) -> String {
        share(self.right, self.right + self.missed)
    }
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.3}", f64::from(part) / f64::from(whole)) }
}

/// People and elements of the fixture.
fn fixture() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    common::scan(&common::fixture(), &case, &["--quiet"]);
    let summary = common::summary(&case);
    let (_, truth) = common::generate::archive();
    println!("\n## Fixture\n\nThe share of an invented firm, `fixtures/harbour-share.zip`; planted and counted people.\n");
    println!("| what | planted | counted |\n|---|---|---|");
    for (what, planted, counted) in [
        ("people", truth.people, &summary["people"]["best"]),
        ("ssn", truth.ssn, &summary["elements"]["ssn"]["people"]),
        ("medical_info", truth.patients, &summary["elements"]["medical_info"]["people"]),
        ("password_hash", truth.password_hashes, &summary["elements"]["password_hash"]["people"]),
    ] {
        println!("| {what} | {planted} | {counted} |");
    }
}

/// Business secrets among look-alikes.
fn secrets() {
    let (mut all, mut kinds, mut languages) = (Score::default(), BTreeMap::new(), BTreeMap::new());
    let mut documents_count = 0;
    for seed in [4, 5] {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let case = folder.path().join("case");
        let documents = business::documents(seed);
        let rows = business::scan(&documents, folder.path(), |root| {
            common::scan(root, &case, &["--quiet"]);
            common::rows(&case, "trade_secrets.csv")
        });
        documents_count += documents.len();
        for (document, row) in documents.iter().zip(&rows) {
            all.add(document.secret, row.is_some());
            let (listed, there): &mut (u32, u32) = kinds.entry((!document.secret, document.kind)).or_default();
            *listed += u32::from(row.is_some());
            *there += 1;
            languages.entry(document.language).or_insert_with(Score::default).add(document.secret, row.is_some());
        }
    }
    println!(
        "\n## Business secrets\n\n{documents_count} documents of two seeds (`tests/common/business.rs`), a third of them look-alikes."
    );
    println!("Precision {}, recall {}.\n", all.precision(), all.recall());
    println!("| kind | secret | documents | listed |\n|---|---|---|---|");
    for ((public, kind), (listed, there)) in kinds {
        println!("| {kind} | {} | {there} | {listed} |", if public { "no" } else { "yes" });
    }
    println!("\n| language | precision | recall |\n|---|---|---|");
    languages.iter().for_each(|(language, score)| println!("| {language} | {} | {} |", score.precision(), score.recall()));
}

/// A detector file, as far as it tells how its values are written.
struct Known {
    id: String,
    checks: Vec<String>,
    near: Option<String>,
    header: Option<String>,
    has_text: bool,
    /// Under a header that names it a value of the right shape is kept though its check fails.
    loose: bool,
    tokens: Vec<toml::Table>,
}

fn known() -> Vec<Known> {
    let text_of =
        |table: Option<&toml::Value>, key: &str| -> Option<String> { Some(table?.get(key)?.as_array()?.first()?.as_str()?.to_owned()) };
    Detectors::builtin_sources()
        .into_iter()
        .map(|(path, bytes)| {
            let file: toml::Table = std::str::from_utf8(bytes).expect("UTF-8").parse().expect("TOML");
            let (text, value, column) = (file.get("text"), file.get("value"), file.get("column"));
            let stem = path.trim_end_matches(".toml");
            let checks = value.and_then(|value| value.get("check")).and_then(toml::Value::as_array);
            let tokens = text.and_then(|text| text.get("tokens")).and_then(toml::Value::as_array);
            Known {
                id: stem.strip_prefix("global/").unwrap_or(stem).replace('/', "_"),
                checks: checks.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
                near: text_of(text, "near"),
                header: text_of(column, "names"),
                has_text: text.is_some(),
                loose: value.and_then(|value| value.get("loose")).and_then(toml::Value::as_bool) == Some(true),
                tokens: tokens.into_iter().flatten().filter_map(|token| token.as_table().cloned()).collect(),
            }
        })
        .collect()
}

/// Values that python-stdnum judged: each behind a word that names it, and in a column under its header.
fn numbers(detectors: &Detectors) {
    let mut vectors: BTreeMap<&str, Vec<(bool, &str)>> = BTreeMap::new();
    for line in include_str!("../src/detect/check/vectors.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [check, right, value] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        vectors.entry(check).or_default().push((right == "+", value));
    }
    println!(
        "\n## Numbers with a check\n\nValues that python-stdnum says are right, and values it refuses (`src/detect/check/vectors.tsv`), written behind"
    );
    println!(
        "a word that names them, and as the cells of a column under its header, all of a column right or all wrong. A wrong value counts"
    );
    println!(
        "against precision when it is reported as a valid one of this detector. \"-\": the file has no such use. \"kept\": the file keeps values"
    );
    println!("of the right shape under a header that names them though the check fails, since a mistyped number is still somebody's.\n");
    println!(
        "| detector | right | wrong | text precision | text recall | column precision | column recall |\n|---|---|---|---|---|---|---|"
    );
    for file in known() {
        let [check] = &file.checks[..] else { continue };
        let Some(values) = vectors.get(check.as_str()) else { continue };
        let (mut text, mut column) = (Score::default(), Score::default());
        for (right, value) in values {
            if let Some(word) = file.near.as_ref().filter(|_| file.has_text) {
                let mut found = Vec::new();
                detectors.scan_text(format!("{word}: {value}\n").as_bytes(), TextKind::Prose, &mut found);
                text.add(*right, found.iter().any(|one| detectors.get(one.detector).id == file.id && !one.test_value));
            }
            if let Some(header) = &file.header {
                column.add(*right, reads(detectors, header, value, &file.id));
            }
        }
        let right = values.iter().filter(|(right, _)| *right).count();
        let column_precision = if file.loose { "kept".to_owned() } else { column.precision() };
        let figures = [text.precision(), text.recall(), column_precision, column.recall()].join(" | ");
        println!("| {} | {right} | {} | {figures} |", file.id, values.len() - right);
    }
    println!("\n{} checks in all; those without values of an independent implementation are not in the table.", CHECKS.len());
}

/// Whether a column of this value under this header is read as the detector's valid values.
fn reads(detectors: &Detectors, header: &str, value: &str, id: &str) -> bool {
    let row = vec![Some(value.as_bytes().to_vec())];
    let sample = Sample { name: None, columns: Some(vec![header.to_owned()]), rows: vec![row; 5] };
    let profile = detectors.profile(&sample);
    let ours = profile.columns.first().and_then(|column| column.detector).is_some_and(|detector| detectors.get(detector).id == id);
    ours && matches!(profile.read(detectors, 0, value.as_bytes(), &mut Scratch::default()), Reading::Value { kind: None, .. })
}

/// Tokens made from a seed: of the least and the most length, and one character shorter and longer than may be.
fn tokens(detectors: &Detectors) {
    println!(
        "\n## Tokens of providers\n\nForty of each kind drawn from a seed, half of them one character too short or too long. Kinds whose tokens hold a check of"
    );
    println!("their own are not drawn: a test makes those with it.\n");
    println!("| detector | kinds | precision | recall |\n|---|---|---|---|");
    let mut random = Random(11);
    for file in known().iter().filter(|file| !file.tokens.is_empty()) {
        let (mut score, mut kinds) = (Score::default(), 0);
        for token in file.tokens.iter().filter(|token| !token.contains_key("check") && !token.contains_key("checksum")) {
            kinds += 1;
            let number = |key: &str| token[key].as_integer().and_then(|number| usize::try_from(number).ok()).expect("a length");
            let (least, most) = (number("min"), number("max"));
            let (prefix, set) = (token["prefix"].as_str().expect("text"), token["set"].as_str().expect("text"));
            for _ in 0..10 {
                for (length, right) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
                    let text = format!("set {prefix}{} now\n", body(set, length, &mut random));
                    let mut found = Vec::new();
                    detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
                    score.add(right, found.iter().any(|one| detectors.get(one.detector).id == file.id));
                }
            }
        }
        if kinds > 0 {
            println!("| {} | {kinds} | {} | {} |", file.id, score.precision(), score.recall());
        }
    }
}

/// Characters of a set of `[text] tokens`; letters and digits only, a digit first.
fn body(set: &str, length: usize, random: &mut Random) -> String {
    let of_set: &[u8] = match set {
        "upper" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "base32" => b"234567ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "hex" | "uuid" => b"0123456789abcdef",
        _ => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    };
    std::iter::once('7').chain((1..length).map(|_| of_set[(random.draw() % of_set.len() as u64) as usize] as char)).collect()
}

/// What is found where nobody is.
fn machine_data(detectors: &Detectors) {
    const MEGABYTES: usize = 20;
    let mut wrong: BTreeMap<&str, u32> = BTreeMap::new();
    let mut draw = common::machine::Draw(Random(5));
    for _ in 0..MEGABYTES {
        let text = common::machine::megabyte(&mut draw);
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
        for one in found.iter().filter(|one| !one.test_value) {
            *wrong.entry(&detectors.get(one.detector).id).or_default() += 1;
        }
    }
    let all: u32 = wrong.values().sum();
    println!(
        "\n## Machine data\n\n{MEGABYTES} MB of identifiers, digests, versions, tracking and order numbers, ISBN, positions, dumps, base 64, source and minified"
    );
    println!("scripts (`tests/common/machine.rs`): {all} findings.");
    if all > 0 {
        println!("\n| detector | findings |\n|---|---|");
        wrong.iter().for_each(|(id, count)| println!("| {id} | {count} |"));
    }
}

/// Texts with spans: a span is found when a finding of its element overlaps it.
fn presidio(detectors: &Detectors, spans: &Path) {
    let elements: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("PERSON", ["name"].as_slice()),
        ("EMAIL_ADDRESS", &["email"]),
        ("PHONE_NUMBER", &["phone"]),
        ("CREDIT_CARD", &["card_number"]),
        ("IBAN_CODE", &["iban"]),
        ("US_SSN", &["ssn"]),
        ("IP_ADDRESS", &["ip_address"]),
        ("STREET_ADDRESS", &["postal_address"]),
    ]);
    let files: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(spans).expect("the spans")).expect("JSON");
    let folder = spans.parent().unwrap_or(Path::new(".")).join("data/synth_v2");
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for file in files.as_array().expect("a list") {
        let text = std::fs::read_to_string(folder.join(file["file"].as_str().expect("a name"))).expect("a text");
        // Spans count characters, findings bytes.
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Prose, &mut found);
        let mut used = BTreeSet::new();
        for span in file["spans"].as_array().expect("spans") {
            let Some((kind, codes)) = span["type"].as_str().and_then(|kind| elements.get_key_value(kind)) else { continue };
            let place = |key: &str| span[key].as_u64().map_or(0, |at| places.get(at as usize).copied().unwrap_or(text.len()));
            let (start, end) = (place("start"), place("end"));
            let of_kind = |one: &breachscope::detect::Finding| {
                detectors.get(one.detector).element.is_some_and(|element| codes.contains(&element.code()))
            };
            let hits: Vec<usize> = (0..found.len())
                .filter(|at| of_kind(&found[*at]) && found[*at].start < end && found[*at].start + found[*at].length > start)
                .collect();
            scores.entry(kind).or_default().add(true, !hits.is_empty());
            used.extend(hits);
        }
        for (at, one) in found.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
            let Some(element) = detectors.get(found[at].detector).element.filter(|_| !one.test_value) else { continue };
            if let Some((kind, _)) = elements.iter().find(|(_, codes)| codes.contains(&element.code())) {
                scores.entry(kind).or_default().wrong += 1;
            }
        }
    }
    println!(
        "\n## Texts of presidio-research, synth_v2\n\nA set from elsewhere (`--presidio FILE`): a span counts as found when a finding of its element overlaps it, and"
    );
    println!("every other finding of these elements as wrong.\n\n| span | precision | recall |\n|---|---|---|");
    scores.iter().for_each(|(kind, score)| println!("| {kind} | {} | {} |", score.precision(), score.recall()));
}
