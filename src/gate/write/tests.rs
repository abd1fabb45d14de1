//! What every format keeps to, on an outcome with hostile names.

use super::*;
use crate::{
    base::{Category, Element},
    gate::{At, CREDENTIAL, TOO_MANY, Unread, gather::Key, source::Excerpt},
};

fn outcome() -> Outcome {
    let finding = Finding {
        element: Element::Password,
        detector: "password".to_owned(),
        kind: "password".to_owned(),
        path: "a b/\"<x>&\n,:%\u{1b}[2J.env".to_owned(),
        read_path: "x".to_owned(),
        at: At::Text { offset: 3, length: 8 },
        values: 1,
        people: 0,
        clear: true,
        fingerprint: "password/text/0abc".to_owned(),
        accepted: None,
        source: Some(Excerpt { line: 7, column: 5, end_column: 13, text: "pw: ********".to_owned(), indent: 4, width: 8 }),
        key: Key::Text(0, 0, 0),
    };
    Outcome {
        policy: "policy <p>".to_owned(),
        findings: vec![finding],
        violations: vec![
            Violation { rule: CREDENTIAL, message: "password in clear".to_owned(), finding: Some(0) },
            Violation { rule: TOO_MANY, message: "3 people in the data, at most 0 allowed".to_owned(), finding: None },
        ],
        unread: vec![Unread {
            path: "z.zip!/a".to_owned(),
            category: Category::Encrypted,
            detail: "needs a \"password\"".to_owned(),
            bytes: 9,
        }],
        people: 3,
        ..Outcome::default()
    }
}

fn written(format: Format) -> String {
    let mut out = Vec::new();
    write(format, &outcome(), &mut out).expect("memory takes all");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn text_points_with_a_caret_and_says_what_to_do() {
    let text = written(Format::Text);
    assert!(text.contains("7 | pw: ********\n  |     ^^^^^^^^ password"), "{text}");
    assert!(text.contains("help[credential/clear]: revoke") && text.contains("breachscope:allow(password)"), "{text}");
    assert!(!text.contains('\u{1b}'), "no escape sequence reaches a terminal");
}

#[test]
fn json_is_valid_and_complete() {
    let value: serde_json::Value = serde_json::from_str(&written(Format::Json)).expect("JSON");
    assert_eq!((value["verdict"].as_str(), value["violations"].as_array().map(Vec::len)), (Some("violated"), Some(2)));
    assert_eq!(value["findings"][0]["line"], 7);
}

#[test]
fn sarif_has_the_parts_the_standard_demands() {
    let value: serde_json::Value = serde_json::from_str(&written(Format::Sarif)).expect("JSON");
    let results = value["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/%22%3Cx%3E%26%0A%2C%3A%25%1B%5B2J.env");
    assert_eq!(results[2]["level"], "warning");
}

#[test]
fn junit_is_well_formed() {
    let text = written(Format::Junit);
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut depth, mut failures) = (0i32, 0);
    loop {
        match reader.read_event().expect("well formed") {
            quick_xml::events::Event::Start(start) => {
                depth += 1;
                failures += i32::from(start.name().as_ref() == "failure");
            }
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((depth, failures), (0, 2));
}

#[test]
fn annotations_stay_one_line_each() {
    let text = written(Format::Github);
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.starts_with("::error title=credential/clear,file=a b/\"<x>&%0A%2C%3A%25"), "{text}");
    assert!(text.contains(",line=7,col=5,endColumn=13::"), "{text}");
}
