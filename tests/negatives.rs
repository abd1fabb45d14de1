//! Machine data that holds nobody: what is found in it is wrong.
//!
//! Two megabytes by default; `NEGATIVES_MB=100 cargo test --test negatives` makes more.

mod common;

use breachscope::{base::Random, detect::Detectors, format::TextKind};
use common::machine::{Draw, megabyte};

#[test]
fn machine_data_holds_less_than_one_finding_in_ten_megabytes() {
    let megabytes: usize = std::env::var("NEGATIVES_MB").ok().and_then(|size| size.parse().ok()).unwrap_or(2);
    let detectors = Detectors::builtin().expect("built-in files load");
    let (mut draw, mut wrong) = (Draw(Random(5)), Vec::new());
    for _ in 0..megabytes {
        let text = megabyte(&mut draw);
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
        for one in found.iter().filter(|one| !one.test_value) {
            wrong.push(format!("{}: {:?}", detectors.get(one.detector).id, text.get(one.start..one.start + one.length)));
        }
    }
    assert!(wrong.len() <= megabytes / 10, "{}", wrong.join("\n"));
}
