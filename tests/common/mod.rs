//! What the tests that run the program share.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

pub(crate) mod business;
pub(crate) mod machine;
pub(crate) mod population;

/// The fixture's generator.
#[path = "../../fixtures/generate.rs"]
pub(crate) mod generate;

/// Runs the program.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breachscope")).args(arguments).output().expect("the program starts")
}

/// Scans `root` into `case` with more arguments; the scan must end well.
pub(crate) fn scan(root: &Path, case: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["scan", root.to_str().expect("UTF-8"), "--case", case.to_str().expect("UTF-8")];
    arguments.extend(more);
    let output = run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The fixture archive of the repository.
pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harbour-share.zip")
}

/// A zip of these members.
pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// Every file below a folder with its bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                all.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    all
}

/// `summary.json` of a case.
pub(crate) fn summary(case: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(case.join("reports/summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("JSON")
}

/// The rows of a CSV report, by column name.
pub(crate) fn rows(case: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(case.join("reports").join(name)).expect("a report");
    let header = reader.headers().expect("a header").clone();
    reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
        })
        .collect()
}

/// A sheet of quality control, every place of which a reviewer found to hold nothing.
pub(crate) fn answered_none(sheet: &str) -> String {
    let answer = |(at, line): (usize, &str)| if at == 0 { format!("{line}\n") } else { line.replacen(",,,", ",none,,", 1) + "\n" };
    sheet.lines().enumerate().map(answer).collect()
}
