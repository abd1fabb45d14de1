//! Values everybody knows to be harmless are told apart and count nobody.

mod common;

use breachscope::{
    detect::{Detectors, Reading, Scratch},
    format::{Sample, TextKind},
};

/// Header, value, and the detector that knows it: from the issuers' own documentation.
const HARMLESS: &[(&str, &str, &str)] = &[
    // Card numbers that processors publish for tests (Stripe, Adyen, PayPal).
    ("card number", "4111 1111 1111 1111", "card_number"),
    ("card number", "4242424242424242", "card_number"),
    ("card number", "5555555555554444", "card_number"),
    ("card number", "378282246310005", "card_number"),
    ("card number", "6011111111111117", "card_number"),
    ("card number", "3530111333300000", "card_number"),
    ("card number", "30569309025904", "card_number"),
    // Printed in a wallet, used in an advertisement, typed by everyone.
    ("ssn", "078-05-1120", "us_ssn"),
    ("ssn", "219-09-9999", "us_ssn"),
    ("ssn", "123-45-6789", "us_ssn"),
    ("iban", "DE89 3704 0044 0532 0130 00", "iban"),
    ("iban", "GB29 NWBK 6016 1331 9268 19", "iban"),
    // RFC 2606 and RFC 6761.
    ("email", "jane@example.com", "email"),
    ("email", "jane@mail.example.org", "email"),
    ("email", "jane@firm.test", "email"),
    ("email", "jane@host.invalid", "email"),
    // Kept for films and manuals.
    ("phone", "(212) 555-0142", "phone"),
    ("phone", "+44 7700 900123", "phone"),
    ("phone", "+44 20 7946 0958", "phone"),
    ("phone", "+33 1 99 00 12 34", "phone"),
    ("phone", "+49 30 23125 042", "phone"),
    ("phone", "+61 491 570 156", "phone"),
    // RFC 5737 and RFC 3849.
    ("ip address", "192.0.2.44", "ip_address"),
    ("ip address", "198.51.100.7", "ip_address"),
    ("ip address", "203.0.113.99", "ip_address"),
    ("ip address", "2001:db8::17", "ip_address"),
];

#[test]
fn harmless_values_are_test_values_in_columns_and_never_more_in_text() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut faults = Vec::new();
    for (header, value, id) in HARMLESS {
        let row = vec![Some(value.as_bytes().to_vec())];
        let sample = Sample { name: None, columns: Some(vec![(*header).to_owned()]), rows: vec![row; 5] };
        let profile = detectors.profile(&sample);
        let known = profile.columns[0].detector.map(|detector| detectors.get(detector).id.as_str());
        let mut scratch = Scratch::default();
        let reading = profile.read(&detectors, 0, value.as_bytes(), &mut scratch);
        if known != Some(id) || !matches!(reading, Reading::Test { .. }) {
            faults.push(format!("column {header}: {value} is read as {reading:?} of {known:?}"));
        }
        let text = format!("{header}: {value}\n");
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Prose, &mut found);
        for one in found.iter().filter(|one| !one.test_value) {
            faults.push(format!("text {text:?}: {} is not known to be harmless", detectors.get(one.detector).id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn placeholder_dates_are_no_birthdays() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let sample = Sample {
        name: None,
        columns: Some(vec!["date of birth".to_owned()]),
        rows: ["1975-03-21", "1981-11-02", "1990-07-14"].iter().map(|day| vec![Some(day.as_bytes().to_vec())]).collect(),
    };
    let profile = detectors.profile(&sample);
    for day in ["1900-01-01", "01/01/1900", "0000-00-00", "1111-11-11"] {
        let reading = format!("{:?}", profile.read(&detectors, 0, day.as_bytes(), &mut Scratch::default()));
        assert_eq!(reading, format!("{:?}", Reading::Placeholder), "{day}");
    }
}

#[test]
fn a_table_of_harmless_values_counts_nobody_and_says_so() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let root = folder.path().join("share");
    std::fs::create_dir_all(&root).expect("a folder");
    let rows: String = ["4111111111111111", "4242424242424242", "5555555555554444"]
        .iter()
        .enumerate()
        .map(|(at, card)| format!("tester{at}@example.com,078-05-1120,{card}\n"))
        .collect();
    std::fs::write(root.join("fixtures.csv"), format!("email,ssn,card number\n{rows}")).expect("written");
    std::fs::write(root.join("notes.txt"), "SSN: 078-05-1120, card number: 4111 1111 1111 1111, mail jane@example.com\n").expect("written");
    let case = folder.path().join("case");
    common::scan(&root, &case, &["--quiet"]);
    let summary = common::summary(&case);
    assert_eq!(summary["people"]["best"], 0, "{summary}");
    assert!(common::rows(&case, "people.csv").is_empty());
    for (element, counts) in summary["elements"].as_object().expect("elements") {
        assert_eq!(counts["people"], 0, "{element}: {summary}");
    }
}
