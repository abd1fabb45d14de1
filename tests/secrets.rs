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

/// A recipient whose secret key nobody kept.
const RECIPIENT: &str = "age1sm9wjkgjkljzmpzdngf4rwe4ypkam9lfp0nsetrxdhs3ydw79ehs9h3g2m";

#[test]
fn clear_values_that_are_encrypted_stand_nowhere_in_clear() {
    let values = clear_values();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &["--reveal"]);
    let path = case.to_str().expect("UTF-8");
    let output = run(&["assess", path, "--reveal", "--encrypt-to", RECIPIENT]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_hidden(&values, &output.stdout, "stdout");
    for (name, bytes) in files(&case) {
        assert_hidden(&values, &bytes, &name);
    }
    let sealed = std::fs::read(case.join("reports/people_clear.csv.age")).expect("a sealed list");
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> X25519 ") && sealed.len() > 5000, "{} bytes", sealed.len());
    assert!(!case.join("reports/people_clear.csv").exists(), "the list in clear is gone");
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(case.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["assess"]["encrypted_to"], serde_json::json!([RECIPIENT]));
    let log = common::rows(&case, "custody.csv");
    assert!(log.last().expect("an act")["command_line"].ends_with(RECIPIENT));
    assert!(run(&["verify", path, "--quiet"]).status.success());
}

#[test]
fn a_recipient_that_is_none_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    let (root, path) = (fixture(), case.to_str().expect("UTF-8").to_owned());
    for (more, said) in [
        (&["--encrypt-to", RECIPIENT][..], "--reveal"),
        (&["--reveal", "--encrypt-to", "someone@example.org"], "no age recipient"),
        (&["--reveal", "--encrypt-to", "AGE-SECRET-KEY-1QQQ"], "secret key"),
    ] {
        let output = run(&[&["scan", root.to_str().expect("UTF-8"), "--case", &path], more].concat());
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(said), "{said}: {message}");
        assert!(!case.exists(), "{said}");
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
