//! `custody.csv`: every act on a case, each entry chained to the one before.
//!
//! `hash` is the SHA-256 of the entry's other cells in order, a line feed after each; the last
//! of them is the hash of the entry before. An entry that is changed, removed or put in
//! between breaks the chain. A log rewritten from its beginning does not: note the last hash outside of the
//! case folder, as `breachscope verify` prints it.

use super::{manifest::stamp, sheet::guard};
use crate::{
    base::token::hex,
    evidence::{Case, case::CUSTODY},
};
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The columns of the log.
const COLUMNS: [&str; 10] =
    ["sequence", "time", "act", "command_line", "host", "user", "tool_version", "manifest_sha256", "previous_hash", "hash"];

/// What stands before the first entry.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// All cells but the last, as they are written.
    cells: Vec<String>,
    hash: String,
}

impl Entry {
    fn new(number: usize, act: &str, manifest_digest: &str, previous: &str) -> Entry {
        let command: Vec<String> = std::env::args().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { word }).collect();
        let cells = [
            number.to_string(),
            stamp(jiff::Timestamp::now()),
            act.to_owned(),
            command.join(" "),
            host(),
            user(),
            env!("CARGO_PKG_VERSION").to_owned(),
            manifest_digest.to_owned(),
            previous.to_owned(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| guard(cell).replace('\n', " ")).collect();
        let hash = digest(&cells);
        Entry { cells, hash }
    }

    fn cell(&self, name: &str) -> &str {
        COLUMNS.iter().position(|column| *column == name).and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// What was done and when, for people.
    pub fn said(&self) -> String {
        format!("{} on {} by {} at {}", self.cell("act"), self.cell("host"), self.cell("user"), self.cell("time"))
    }

    /// The digest of the manifest this act left.
    pub fn manifest_digest(&self) -> &str {
        self.cell("manifest_sha256")
    }

    /// Its own hash.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

fn digest(cells: &[String]) -> String {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update(cell.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// Enters an act that ended with a manifest of this digest; returns the entry's hash.
pub fn append(case: &Case, act: &str, manifest_digest: &str) -> anyhow::Result<String> {
    let path = case.reports().join(CUSTODY);
    let before = read(case.root())?;
    let entry = Entry::new(before.len() + 1, act, manifest_digest, before.last().map_or(BEGINNING, Entry::hash));
    let file = std::fs::File::options().create(true).append(true).open(&path).with_context(|| format!("`{CUSTODY}` cannot be written"))?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(file);
    if before.is_empty() {
        writer.write_record(COLUMNS)?;
    }
    writer.write_record(entry.cells.iter().chain([&entry.hash]))?;
    writer.flush()?;
    Ok(entry.hash)
}

/// The log of a case; empty where there is none.
pub fn read(case_root: &Path) -> anyhow::Result<Vec<Entry>> {
    let path = case_root.join("reports").join(CUSTODY);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).with_context(|| format!("`{CUSTODY}` cannot be read"))?;
    let mut entries = Vec::new();
    for row in reader.records() {
        let mut cells: Vec<String> = row.with_context(|| format!("`{CUSTODY}` is not a CSV file"))?.iter().map(str::to_owned).collect();
        let hash = cells.pop().unwrap_or_default();
        entries.push(Entry { cells, hash });
    }
    Ok(entries)
}

/// What is wrong with a log: a sentence each. `manifest_digest` is that of the manifest as it is now.
pub fn faults(entries: &[Entry], manifest_digest: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut previous = BEGINNING;
    for (at, entry) in entries.iter().enumerate() {
        let number = at + 1;
        if entry.cells.len() + 1 != COLUMNS.len() {
            faults.push(format!("custody log, entry {number}: it has not the columns of the log"));
        } else if digest(&entry.cells) != entry.hash {
            faults.push(format!("custody log, entry {number} ({}): it was changed after it was written", entry.said()));
        } else if entry.cell("previous_hash") != previous || entry.cell("sequence") != number.to_string() {
            faults.push(format!("custody log, entry {number} ({}): an entry before it was removed, added or changed", entry.said()));
        }
        previous = &entry.hash;
    }
    match entries.last() {
        None => faults.push("custody log: there is none, or it is empty".to_owned()),
        Some(last) if last.manifest_digest() != manifest_digest => {
            faults.push(format!("manifest.json: it is not the one that the last act left ({})", last.said()));
        }
        Some(_) => {}
    }
    faults
}

fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(user_number)
}

/// Where no variable tells: the number of whoever owns this process.
#[cfg(target_os = "linux")]
fn user_number() -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |own| format!("uid {}", own.uid()))
}

#[cfg(not(target_os = "linux"))]
fn user_number() -> String {
    "unknown".to_owned()
}

fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let asked = || std::process::Command::new("hostname").output().ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let names = [read("/proc/sys/kernel/hostname"), std::env::var("COMPUTERNAME").ok(), read("/etc/hostname")];
    let name = names.into_iter().flatten().find(|name| !name.trim().is_empty()).or_else(asked);
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(acts: usize) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for number in 1..=acts {
            let previous = entries.last().map_or(BEGINNING, Entry::hash).to_owned();
            entries.push(Entry::new(number, "assess", &format!("m{number}"), &previous));
        }
        entries
    }

    #[test]
    fn a_log_as_it_was_written_has_no_faults() {
        assert_eq!(faults(&log(3), "m3"), Vec::<String>::new());
    }

    #[test]
    fn changed_removed_and_added_entries_break_the_chain() {
        let mut changed = log(3);
        changed[1].cells[5] = "nobody".to_owned();
        assert!(faults(&changed, "m3")[0].contains("entry 2"), "{:?}", faults(&changed, "m3"));
        let mut removed = log(3);
        removed.remove(1);
        assert!(faults(&removed, "m3")[0].contains("entry 2"));
        let mut rehashed = log(3);
        rehashed[0].cells[5] = "nobody".to_owned();
        rehashed[0].hash = digest(&rehashed[0].cells);
        assert!(faults(&rehashed, "m3")[0].contains("entry 2"), "a forged entry is told by the next");
        let mut cut = log(3);
        cut.pop();
        assert!(faults(&cut, "m3")[0].contains("manifest.json"), "a log cut short does not fit the manifest");
        assert_eq!(faults(&[], "m0").len(), 1);
    }
}
