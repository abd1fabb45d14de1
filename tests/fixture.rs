//! The shipped fixture leak: its truth is found, from one command.

mod common;

use common::{files, fixture, generate, rows, scan, summary};

#[test]
fn the_fixture_in_the_repository_is_what_the_generator_makes() {
    let (bytes, _) = generate::archive();
    assert!(std::fs::read(fixture()).expect("the fixture") == bytes, "run `cargo run --example make-fixture`");
}

#[test]
fn the_fixtures_people_and_elements_are_found_exactly() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let (_, truth) = generate::archive();
    let summary = summary(&case);
    assert_eq!(summary["people"]["best"], truth.people);
    assert_eq!(summary["elements"]["ssn"]["people"], truth.ssn);
    assert_eq!(summary["elements"]["medical_info"]["people"], truth.patients);
    assert_eq!(summary["elements"]["password_hash"]["people"], truth.password_hashes);
    let (floor, ceiling) = (summary["people"]["floor"].as_u64(), summary["people"]["ceiling"].as_u64());
    assert!(floor <= Some(truth.people) && Some(truth.people) <= ceiling, "{floor:?} {ceiling:?}");
}

#[test]
fn what_could_not_be_read_of_the_fixture_is_told() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let exceptions = rows(&case, "exceptions.csv");
    assert!(exceptions.iter().any(|row| row["path"].contains("shop_old.tar.gz") && row["category"] == "truncated"), "{exceptions:?}");
    let files = rows(&case, "files.csv");
    assert!(files.iter().any(|row| row["path"].ends_with("shop.tar.gz!/shop.tar!/shop/shop.sql") && row["status"] == "full"), "{files:?}");
}

#[test]
fn assess_without_the_leak_gives_the_same_reports() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let before = files(&case.join("reports"));
    let output = common::run(&["assess", case.to_str().expect("UTF-8"), "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let after = files(&case.join("reports"));
    for (name, bytes) in &before {
        if !["summary.json", "custody.csv"].contains(&name.as_str()) {
            assert!(after.get(name) == Some(bytes), "{name} differs");
        }
    }
}
