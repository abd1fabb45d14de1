//! Rules of the repository that no compiler holds: direction, size, registration, first lines.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules in the order a byte meets them; each imports only from those before it.
const ORDER: &[&str] = &["base", "source", "format", "detect", "evidence", "people", "law", "impact", "report", "scan", "gate", "cli"];

/// Lines of a source file, tests not counted.
const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder of ours").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).expect("UTF-8"))
        })
        .collect()
}

/// The part of a file before its inline tests.
fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod tests").map_or(text, |at| &text[..at])
}

/// Whether the file holds nothing but tests.
fn is_test_file(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.ends_with("/testing.rs") || name.contains("/tests/") || name.ends_with("/unfold.rs")
}

fn module(name: &str) -> &str {
    let below = name.strip_prefix("src/").unwrap_or(name);
    below.split(['/', '.']).next().unwrap_or(below)
}

#[test]
fn modules_import_only_leftwards() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        let Some(own) = ORDER.iter().position(|module_name| *module_name == module(&name)) else { continue };
        for (number, line) in without_tests(&text).lines().enumerate() {
            if is_test_file(&name) || line.trim_start().starts_with("//") {
                continue;
            }
            for (place, other) in ORDER.iter().enumerate().filter(|(place, _)| *place > own) {
                let grouped = text_groups(line, other);
                if line.contains(&format!("crate::{other}::")) || line.contains(&format!("crate::{other};")) || grouped {
                    faults.push(format!("{name}:{}: `{}` may not import `{other}` (place {place})", number + 1, ORDER[own]));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `use crate::{base::X, cli::Y}` on one line.
fn text_groups(line: &str, module: &str) -> bool {
    line.contains("crate::{") && line.split(['{', ',']).any(|part| part.trim_start().starts_with(&format!("{module}::")))
}

#[test]
fn files_begin_with_what_they_are_and_stay_short() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        if !text.starts_with("//!") {
            faults.push(format!("{name}: starts with no //! line"));
        }
        let lines = without_tests(&text).lines().count();
        if lines > LONGEST_FILE && !is_test_file(&name) {
            faults.push(format!("{name}: {lines} lines, at most {LONGEST_FILE}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn unsafe_stands_in_four_files() {
    let with: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("unsafe {")))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with, ["src/format/lanes/sift.rs", "src/format/lanes/vector.rs", "src/format/lanes/word.rs", "src/source/map.rs"]);
}

#[test]
fn nothing_below_the_edge_prints_or_unwraps() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        if is_test_file(&name) || name.starts_with("src/cli/output.rs") {
            continue;
        }
        for (number, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            for word in ["println!", "eprintln!", "print!(", "dbg!", "todo!", "unimplemented!", ".unwrap()", "panic!("] {
                if code.contains(word) {
                    faults.push(format!("{name}:{}: `{word}`", number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_report_file_is_registered() {
    let registry = fs::read_to_string(root().join("src/report/mod.rs")).expect("the registry");
    for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with("src/report/")) {
        for line in text.lines() {
            if let Some(report) = line.strip_prefix("impl Report for ").and_then(|rest| rest.strip_suffix(" {")) {
                let stem = name.trim_start_matches("src/report/").trim_end_matches(".rs").to_owned();
                let is_listed = [',', ']'].iter().any(|end| registry.contains(&format!("&{stem}::{report}{end}")));
                assert!(is_listed, "{name}: {report} is not in REPORTS");
            }
        }
    }
}

#[test]
fn every_format_file_is_registered() {
    let registry = fs::read_to_string(root().join("src/format/mod.rs")).expect("the registry");
    for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with("src/format/") && !is_test_file(name)) {
        for line in without_tests(&text).lines() {
            if let Some(format) = line.strip_prefix("impl Format for ").and_then(|rest| rest.strip_suffix(" {")) {
                assert!(registry.contains(&format!("::{format}")), "{name}: {format} is not in FORMATS");
            }
        }
    }
}
