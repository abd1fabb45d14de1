//! Business secrets among look-alikes: four hundred documents with known truth.

mod common;

use common::business::{self, Document};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Writes the documents of a seed, each in a folder of its own, scans them, and tells which were listed.
fn listed(seed: u64) -> Vec<(Document, Option<BTreeMap<String, String>>)> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let documents = business::documents(seed);
    let case = folder.path().join("case");
    let rows = business::scan(&documents, folder.path(), |root| {
        common::scan(root, &case, &["--quiet"]);
        common::rows(&case, "trade_secrets.csv")
    });
    documents.into_iter().zip(rows).collect()
}

#[test]
fn secrets_are_told_from_look_alikes() {
    let listed = listed(4);
    let secrets = listed.iter().filter(|(document, _)| document.secret).count();
    assert!(listed.len() >= 200 && (listed.len() - secrets) * 3 >= listed.len(), "{secrets} of {}", listed.len());
    let languages: BTreeSet<&str> = listed.iter().map(|(document, _)| document.language).collect();
    assert!(languages.len() >= 7, "{languages:?}");

    let found = listed.iter().filter(|(document, row)| document.secret && row.is_some()).count();
    let wrong = listed.iter().filter(|(document, row)| !document.secret && row.is_some()).count();
    let (precision, recall) = (found as f32 / (found + wrong) as f32, found as f32 / secrets as f32);
    let told: Vec<String> = listed
        .iter()
        .filter(|(document, row)| document.secret != row.is_some())
        .map(|(document, row)| {
            let basis = row.as_ref().map_or("not listed", |row| row["basis"].as_str());
            format!("{} {} {}: {basis}", document.kind, document.language, document.path)
        })
        .collect();
    assert!(precision >= 0.9 && recall >= 0.9, "precision {precision}, recall {recall}\n{}", told.join("\n"));
}

#[test]
fn every_kind_and_language_is_found_mostly() {
    let listed = listed(5);
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (document, row) in listed.iter().filter(|(document, _)| document.secret) {
        for key in [document.kind, document.language] {
            let count = counts.entry(key).or_default();
            count.0 += u32::from(row.is_some());
            count.1 += 1;
        }
    }
    let weak: Vec<_> = counts.into_iter().filter(|(_, (found, all))| found * 4 < all * 3).collect();
    assert!(weak.is_empty(), "found, of all: {weak:?}");
}

#[test]
fn one_row_a_file_and_its_bits_add_up() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let root = folder.path().join("share");
    std::fs::create_dir_all(&root).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(Path::new(&root).join(name), text).expect("written");
    write("minutes.txt", "STRICTLY CONFIDENTIAL\n\nMinutes of the Board\nIt was resolved that the plant be closed.\n\nCONFIDENTIAL\n");
    write("notes.txt", "The café opens at nine.\n");
    let case = folder.path().join("case");
    common::scan(&root, &case, &["--quiet"]);
    let rows = common::rows(&case, "trade_secrets.csv");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let basis = &rows[0]["basis"];
    let (sum, terms) = basis.split_once(" bits:").expect("a sum");
    let parts: f32 =
        terms.split(';').map(|term| term.split_whitespace().nth(1).and_then(|bits| bits.parse::<f32>().ok()).expect("bits")).sum();
    assert!((sum.parse::<f32>().expect("a number") - parts).abs() < 0.3, "{basis}");
    assert!(rows[0]["marking"].contains("strictly confidential"), "{rows:?}");
}
