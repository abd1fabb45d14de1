//! The manifest and the log of custody: what `verify` holds a case to.

mod common;

use common::{fixture, rows, run, scan};
use std::{fs, path::Path};

fn verify(case: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut arguments = vec!["verify", case.to_str().expect("UTF-8")];
    arguments.extend(more);
    let output = run(&arguments);
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn manifest(case: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(case.join("manifest.json")).expect("a manifest")).expect("JSON")
}

#[test]
fn the_manifest_tells_what_was_read_with_what_and_every_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let manifest = manifest(&case);
    assert_eq!(manifest["scan"]["inputs"][0]["name"], "harbour-share.zip");
    let digest = rows(&case, "files.csv").into_iter().find(|row| row["path"] == "harbour-share.zip").expect("listed")["digest"].clone();
    assert_eq!(manifest["scan"]["inputs"][0]["digest"], digest);
    assert_eq!(manifest["detail_tables"]["mentions"], "csv");
    let listed: Vec<&str> = manifest["files"].as_array().expect("a list").iter().filter_map(|file| file["path"].as_str()).collect();
    let mut there: Vec<String> = common::files(&case)
        .into_keys()
        .filter(|path| !["case.key", "manifest.json", "reports/custody.csv"].contains(&path.as_str()))
        .collect();
    there.sort();
    assert_eq!(listed, there);
    for set in [&manifest["scan"]["detectors"], &manifest["assess"]["laws"]] {
        assert_eq!(set["sha256"].as_str().map(str::len), Some(64));
        assert!(set["files"].as_u64() > Some(50));
    }
}

#[test]
fn an_untouched_case_is_verified_and_the_leak_gives_it_again() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &["--threads", "3"]);
    let before = common::files(&case);
    let (code, said) = verify(&case, &[]);
    assert_eq!((code, said.contains("Verified")), (Some(0), true), "{said}");
    // The leak may lie elsewhere by now.
    let moved = folder.path().join("seized-2026-11.zip");
    fs::copy(fixture(), &moved).expect("copied");
    let (code, said) = verify(&case, &[moved.to_str().expect("UTF-8")]);
    assert_eq!((code, said.contains("same evidence again")), (Some(0), true), "{said}");
    assert!(common::files(&case) == before, "verify changes nothing");
}

#[test]
fn tampering_is_told_file_by_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    fs::write(case.join("reports/people.csv"), "person_id\n").expect("written");
    fs::remove_file(case.join("reports/duties.csv")).expect("removed");
    fs::write(case.join("evidence/mentions-99-0000.parquet"), "x").expect("written");
    let (code, said) = verify(&case, &[]);
    assert_eq!(code, Some(1));
    for part in [
        "reports/people.csv: its content was changed",
        "reports/duties.csv: it is missing",
        "mentions-99-0000.parquet: nobody recorded it",
        "Not verified",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_log_outlives_assessments_and_new_scans_and_tells_of_changes() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    assert!(run(&["assess", case.to_str().expect("UTF-8"), "--quiet"]).status.success());
    scan(&fixture(), &case, &["--force"]);
    let log = rows(&case, "custody.csv");
    assert_eq!(log.iter().map(|row| row["act"].as_str()).collect::<Vec<_>>(), ["scan", "assess", "scan"]);
    assert_eq!(log[2]["previous_hash"], log[1]["hash"]);
    assert_eq!(verify(&case, &[]).0, Some(0));
    let path = case.join("reports/custody.csv");
    let text = fs::read_to_string(&path).expect("a log");
    fs::write(&path, text.replacen("assess", "read", 1)).expect("written");
    let (code, said) = verify(&case, &[]);
    assert!(code == Some(1) && said.contains("entry 2") && said.contains("changed after it was written"), "{said}");
}

#[test]
fn another_leak_is_not_taken_for_this_one() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (leak, case) = (folder.path().join("leak"), folder.path().join("case"));
    fs::create_dir(&leak).expect("made");
    fs::write(leak.join("people.csv"), "name,email\nTamara Quigley,tq@nordlicht-post.net\nBruno Novak,bn@nordlicht-post.net\n")
        .expect("written");
    fs::write(leak.join("note.txt"), "call Tamara Quigley, tq@nordlicht-post.net\n").expect("written");
    scan(&leak, &case, &[]);
    assert_eq!(verify(&case, &[leak.to_str().expect("UTF-8")]).0, Some(0));
    fs::write(leak.join("people.csv"), "name,email\nTamara Quigley,tq@nordlicht-post.net\nBruno Novak,b2@nordlicht-post.net\n")
        .expect("written");
    let (code, said) = verify(&case, &[leak.to_str().expect("UTF-8")]);
    assert!(code == Some(1) && said.contains("`leak/people.csv`") && !said.contains("note.txt`"), "{said}");
    assert!(!said.contains("b2@"), "no value is printed: {said}");
}
