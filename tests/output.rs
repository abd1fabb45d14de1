//! docs/output.md lists every file of a case and every column, in order, and nothing else.

mod common;

use common::{files, fixture, run, scan};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn document() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/output.md")).expect("a document")
}

/// Words in backquotes of a text.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// By heading in backquotes: the columns of the table below it, in order.
fn documented() -> BTreeMap<String, Vec<String>> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let text = document();
    for section in text.split("\n### `").skip(1) {
        let (name, rest) = section.split_once('`').expect("a heading");
        let rest = rest.split("\n## ").next().unwrap_or_default();
        let rows = rest.lines().filter(|line| line.starts_with("| `"));
        tables.insert(name.to_owned(), rows.flat_map(|row| quoted(row.split(" | ").next().unwrap_or_default())).collect());
    }
    tables
}

/// The case of the fixture after everything that can be done with it, and the sheet that was drawn.
fn worked_on(folder: &Path) -> std::path::PathBuf {
    let case = folder.join("case");
    scan(&fixture(), &case, &["--reveal"]);
    let (path, sheet) = (case.to_str().expect("UTF-8"), folder.join("qc_sheet.csv"));
    assert!(run(&["sample", path, "--output", folder.to_str().expect("UTF-8")]).status.success());
    let text = fs::read_to_string(&sheet).expect("a sheet");
    let answered = common::answered_none(&text);
    let filled = folder.join("filled.csv");
    fs::write(&filled, answered).expect("written");
    let output = run(&["qc", path, filled.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    case
}

fn csv_columns(path: &Path) -> Vec<String> {
    csv::Reader::from_path(path).expect("a table").headers().expect("a header").iter().map(str::to_owned).collect()
}

/// The names of a Parquet file's columns, which are in plain sight whatever is encrypted.
fn parquet_columns(path: &Path) -> Vec<String> {
    let metadata = ArrowReaderMetadata::load(&fs::File::open(path).expect("a file"), ArrowReaderOptions::new()).expect("Parquet");
    metadata.schema().fields().iter().map(|field| field.name().clone()).collect()
}

#[test]
fn every_file_and_column_of_a_case_is_documented_and_no_other() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = worked_on(folder.path());
    let documented = documented();
    let (mut seen, mut faults) = (BTreeSet::from(["qc_sheet.csv".to_owned()]), Vec::new());
    let compare = |name: &str, columns: Vec<String>| match documented.get(name) {
        None => Some(format!("{name} is not documented")),
        Some(told) => (*told != columns).then(|| format!("{name} has {columns:?}, the document says {told:?}")),
    };
    faults.extend(compare("qc_sheet.csv", csv_columns(&folder.path().join("qc_sheet.csv"))));
    let others: BTreeSet<String> = quoted(&document()).into_iter().collect();
    for name in files(&case).into_keys() {
        let path = case.join(&name);
        let top = name.strip_prefix("reports/").unwrap_or(&name);
        if let Some(part) = name.strip_prefix("evidence/") {
            let kind = part.split('-').next().unwrap_or(part).to_owned();
            faults.extend(compare(&kind, parquet_columns(&path)));
            seen.insert(kind);
        } else if top.ends_with(".csv") {
            faults.extend(compare(top, csv_columns(&path)));
            seen.insert(top.to_owned());
        } else if !others.contains(top) && !top.starts_with("drafts/") {
            faults.push(format!("{name} is not documented"));
        }
    }
    faults.extend(documented.keys().filter(|name| !seen.contains(*name)).map(|name| format!("{name} is documented and not written")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen.len() >= 26, "{seen:?}");
}

#[test]
fn the_document_names_what_the_summary_and_the_manifest_hold() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let named: BTreeSet<String> = quoted(&document()).into_iter().collect();
    for file in ["reports/summary.json", "manifest.json"] {
        let value: serde_json::Value = serde_json::from_slice(&fs::read(case.join(file)).expect(file)).expect("JSON");
        for key in value.as_object().expect("an object").keys() {
            assert!(named.contains(key), "{file}: {key}");
        }
    }
}

#[test]
fn timings_name_every_stage_and_report_on_standard_error() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    let told = |arguments: &[&str]| String::from_utf8_lossy(&run(arguments).stderr).into_owned();
    let path = case.to_str().expect("UTF-8");
    let scanned = told(&["scan", fixture().to_str().expect("UTF-8"), "--case", path, "--timings", "--quiet"]);
    for what in
        ["leak read", "people: records compared", "people: counted", "people.csv", "report.html", "report.xlsx", "manifest.json", "in all"]
    {
        assert!(scanned.lines().any(|line| line.ends_with(&format!("   {what}"))), "{what}: {scanned}");
    }
    assert_eq!(told(&["assess", path, "--quiet"]), "");
}
