//! Machine data that holds nobody: what is found in it is wrong.
//!
//! A few megabytes by default; `NEGATIVES_MB=10 cargo test --test negatives` makes ten of each kind.

mod common;

use breachscope::{base::Random, detect::Detectors, format::TextKind};
use common::machine::{Draw, KINDS, megabyte, megabyte_of};

/// What is found in a text, test values aside.
fn wrong(detectors: &Detectors, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
    let shown = |one: &breachscope::detect::Finding| {
        format!("{}: {:?}", detectors.get(one.detector).id, text.get(one.start..one.start + one.length))
    };
    found.iter().filter(|one| !one.test_value).map(shown).collect()
}

#[test]
fn machine_data_holds_less_than_one_finding_in_ten_megabytes() {
    let megabytes: Option<usize> = std::env::var("NEGATIVES_MB").ok().and_then(|size| size.parse().ok());
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut draw = Draw(Random(5));
    let mixed: Vec<String> = (0..megabytes.unwrap_or(2)).flat_map(|_| wrong(&detectors, &megabyte(&mut draw))).collect();
    let few = |found: usize, megabytes: usize| found == 0 || found * 10 < megabytes;
    assert!(few(mixed.len(), megabytes.unwrap_or(2)), "{}", mixed.join("\n"));
    for (kind, write) in KINDS {
        let count = megabytes.unwrap_or(1);
        let found: Vec<String> = (0..count).flat_map(|_| wrong(&detectors, &megabyte_of(*write, &mut draw))).collect();
        assert!(few(found.len(), count), "{kind}: {} in {count} MB: {}", found.len(), found.join("\n"));
    }
}
