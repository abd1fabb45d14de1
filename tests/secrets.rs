//! No clear value of the fixture leaves the program without `--reveal`.

mod common;

use common::{files, fixture, run, scan};

/// Clear values of the fixture that must not be seen: numbers, addresses, mail, hashes, names.
fn clear_values() -> Vec<String> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &["--reveal"]);
    let mut values = Vec::new();
    for row in common::rows(&case, "people_clear.csv") {
        for column in ["full_names", "emails", "national_ids", "dobs", "addresses"] {
            values.extend(row[column].split(';').filter(|value| value.len() >= 8).map(str::to_owned));
        }
    }
    // As they stand in the files too, not only as they are normalised.
    values.extend(["900-10-1000", "$2y$10$"].map(str::to_owned));
    assert!(values.len() > 250, "the fixture reveals {} values", values.len());
    values
}

fn assert_hidden(values: &[String], bytes: &[u8], place: &str) {
    for value in values {
        assert!(memchr::memmem::find(bytes, value.as_bytes()).is_none(), "a clear value of {} bytes stands in {place}", value.len());
    }
}

#[test]
fn no_clear_value_reaches_output_reports_or_evidence() {
    let values = clear_values();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    let output = scan(&fixture(), &case, &[]);
    assert_hidden(&values, &output.stdout, "stdout");
    assert_hidden(&values, &output.stderr, "stderr");
    for (name, bytes) in files(&case) {
        assert_hidden(&values, &bytes, &name);
    }
    assert!(!case.join("reports/people_clear.csv").exists());
}

#[test]
fn reveal_writes_clear_values_to_one_file_only() {
    let values = clear_values();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    let output = scan(&fixture(), &case, &["--reveal"]);
    assert_hidden(&values, &output.stdout, "stdout");
    for (name, bytes) in files(&case) {
        if name != "reports/people_clear.csv" {
            assert_hidden(&values, &bytes, &name);
        }
    }
}

#[test]
fn evidence_without_its_key_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    std::fs::remove_file(case.join("case.key")).expect("the key");
    let output = run(&["assess", case.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("case key") && message.contains("--key-file"), "{message}");
}
