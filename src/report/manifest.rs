//! `manifest.json`: what was read with what, when, and the digest of everything that came of it.
//!
//! Written last, after every report. The log of custody is not in it, since the log holds the
//! manifest's own digest; its entries are chained by themselves (see [`super::custody`]).

use super::{custody, reread::Reread};
use crate::{
    base::token::hex,
    evidence::{Case, case::CUSTODY},
    source::walk::logical_roots,
};
use anyhow::Context;
use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Detail tables that are Parquet where they are long.
const DETAIL_TABLES: &[&str] = &["person_elements", "mentions", "merges"];

/// The account of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema_version: u32,
    pub tool: Tool,
    /// How evidence came to be.
    pub scan: Option<Scanned>,
    /// Or from which cases, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_at: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merged>,
    /// How the reports came to be.
    pub assess: Option<Assessed>,
    /// `csv` or `parquet`, by name.
    pub detail_tables: BTreeMap<String, String>,
    /// Every file of `evidence/` and `reports/` but the log of custody.
    pub files: Vec<FileEntry>,
}

/// The program that wrote the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
    /// SHA-256 of the program file; empty where the system does not tell which it is.
    pub sha256: String,
}

/// The scan that read the leak.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    pub tool_version: String,
    pub started: String,
    pub ended: String,
    pub inputs: Vec<Input>,
    pub detectors: RuleSet,
    pub options: ScanOptions,
}

/// A case that went into a merged one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub path: String,
    /// Digest of its own manifest, which holds those of its evidence.
    pub manifest_sha256: Option<String>,
    pub scan: Option<Scanned>,
    /// What it was merged from itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merged>,
}

impl Merged {
    /// The case in a folder, by what its own manifest tells.
    pub fn new(folder: &Path) -> anyhow::Result<Merged> {
        let manifest = load(folder)?;
        let manifest_sha256 = digest_of(&folder.join("manifest.json")).ok().map(|(_, digest)| digest);
        let path = absolute(folder);
        let (scan, merged) = manifest.map(|manifest| (manifest.scan, manifest.merged)).unwrap_or_default();
        Ok(Merged { path, manifest_sha256, scan, merged })
    }
}

/// One root of the leak.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What logical paths call it.
    pub name: String,
    pub path: String,
    /// `file` or `directory`; the digest of each file in a directory stands in `files.csv`.
    pub kind: String,
    /// As `files.csv` has it, for a single file.
    pub digest: Option<String>,
}

/// What a scan was asked for, as far as it changes what is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOptions {
    pub max_depth: u32,
    pub max_expanded: u64,
    pub in_memory: u64,
    pub part_size: u64,
    pub hash: String,
    pub mapped: bool,
    pub threads: usize,
    /// The file of `--layout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layouts: Option<FileEntry>,
}

/// The assessment that made the reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    pub tool_version: String,
    pub started: String,
    pub ended: String,
    pub laws: RuleSet,
    pub facts: Option<FileEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<FileEntry>,
    pub revealed: bool,
    /// The age recipients that clear values were sealed to; none if they were written as they are, or not at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encrypted_to: Vec<String>,
    pub csv_all: bool,
}

/// A set of rule files.
///
/// `sha256` is that of the text `sha256sum` prints for the files in order of their paths: a
/// line each, digest, two spaces, path below the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    pub files: usize,
    pub sha256: String,
    /// The user's own folders, which add to the set or replace parts of it.
    pub directories: Vec<RuleDirectory>,
}

/// A user's folder of rule files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDirectory {
    pub path: String,
    pub files: usize,
    pub sha256: String,
}

/// One file with its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Below the case folder with `/`, or absolute for a file of the user's.
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

impl RuleSet {
    /// The set of these built-in files and of the `*.toml` below these folders.
    pub fn new(builtin: Vec<(String, &'static [u8])>, directories: &[PathBuf]) -> RuleSet {
        let (files, sha256) = listing(builtin.iter().map(|(path, text)| (path.clone(), hex(&Sha256::digest(text)))).collect());
        let directories = directories.iter().map(|directory| rule_directory(directory)).collect();
        RuleSet { files, sha256, directories }
    }
}

fn rule_directory(directory: &Path) -> RuleDirectory {
    let files = walkdir::WalkDir::new(directory).into_iter().filter_map(Result::ok);
    let toml = files.filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|ending| ending == "toml"));
    let digests = toml.filter_map(|entry| {
        let below = entry.path().strip_prefix(directory).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        Some((below, digest_of(entry.path()).ok()?.1))
    });
    let (files, sha256) = listing(digests.collect());
    RuleDirectory { path: absolute(directory), files, sha256 }
}

fn listing(mut digests: Vec<(String, String)>) -> (usize, String) {
    digests.sort();
    let lines: String = digests.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
    (digests.len(), hex(&Sha256::digest(lines.as_bytes())))
}

/// The roots as given, with what logical paths call them.
pub fn inputs(roots: &[PathBuf]) -> Vec<Input> {
    let input = |(root, name): (&PathBuf, String)| {
        let kind = if root.is_dir() { "directory" } else { "file" };
        Input { name, path: absolute(root), kind: kind.to_owned(), digest: None }
    };
    roots.iter().zip(logical_roots(roots)).map(input).collect()
}

/// A file of facts or costs, by its absolute path, so that it is found again from any folder.
pub fn file_entry(path: &Path) -> anyhow::Result<FileEntry> {
    let (size, sha256) = digest_of(path)?;
    Ok(FileEntry { path: absolute(path), size, sha256 })
}

fn absolute(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// The manifest of a case; `None` where none was written.
pub fn load(case_root: &Path) -> anyhow::Result<Option<Manifest>> {
    match std::fs::read(case_root.join("manifest.json")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => {
            let manifest = serde_json::from_slice(&read.context("`manifest.json` cannot be read")?);
            manifest.map(Some).context("`manifest.json` is not what BreachScope wrote")
        }
    }
}

/// Writes the manifest anew after an act and enters the act into the log of custody. `change` says what the act did.
/// Returns the log's last hash.
pub fn close(case: &Case, act: &str, change: impl FnOnce(&mut Manifest)) -> anyhow::Result<String> {
    let mut manifest = load(case.root())?.unwrap_or_default();
    change(&mut manifest);
    manifest.schema_version = 1;
    note_digests(case, manifest.scan.iter_mut().flat_map(|scan| &mut scan.inputs).filter(|input| input.kind == "file"))?;
    manifest.detail_tables = DETAIL_TABLES.iter().filter_map(|name| Some(((*name).to_owned(), written_as(case, name)?))).collect();
    let (tool, files) = rayon::join(tool, || files(case.root()));
    (manifest.tool, manifest.files) = (tool, files?);
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    std::fs::write(case.manifest(), &text).with_context(|| format!("`{}` cannot be written", case.manifest().display()))?;
    custody::append(case, act, &hex(&Sha256::digest(text.as_bytes())))
}

/// Seconds of universal time, as every stamp is written.
pub fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn tool() -> Tool {
    let sha256 = std::env::current_exe().ok().and_then(|path| digest_of(&path).ok()).map_or_else(String::new, |(_, digest)| digest);
    Tool { name: "breachscope".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), sha256 }
}

fn written_as(case: &Case, name: &str) -> Option<String> {
    ["csv", "parquet"].into_iter().find(|ending| case.reports().join(format!("{name}.{ending}")).is_file()).map(str::to_owned)
}

/// Notes the digests of inputs that are files, as `files.csv` tells them.
fn note_digests<'i>(case: &Case, inputs: impl Iterator<Item = &'i mut Input>) -> anyhow::Result<()> {
    let mut by_name: HashMap<&str, Vec<&mut Option<String>>> = HashMap::new();
    for Input { name, digest, .. } in inputs {
        *digest = None;
        by_name.entry(name).or_default().push(digest);
    }
    let Some(mut files) = Reread::open(&case.reports(), "files.csv")? else { return Ok(()) };
    let (path, digest) = (files.column("path")?, files.column("digest")?);
    files.each(|row| {
        let told = row.get(digest).filter(|digest| !digest.is_empty());
        for noted in row.get(path).and_then(|path| by_name.get_mut(path)).into_iter().flatten() {
            **noted = told.map(str::to_owned);
        }
        Ok(())
    })
}

/// Every file below `evidence/` and `reports/`, by path, but the log of custody.
pub fn files(case_root: &Path) -> anyhow::Result<Vec<FileEntry>> {
    files_in(case_root, &["evidence", "reports"])
}

/// Whether the evidence of a case is still what this manifest of it records.
pub fn evidence_is_as_recorded(case_root: &Path, manifest: &Manifest) -> anyhow::Result<bool> {
    let recorded = manifest.files.iter().filter(|file| file.path.starts_with("evidence/"));
    Ok(files_in(case_root, &["evidence"])?.iter().eq(recorded))
}

fn files_in(case_root: &Path, parts: &[&str]) -> anyhow::Result<Vec<FileEntry>> {
    let mut paths: Vec<(String, PathBuf)> = Vec::new();
    for part in parts {
        for entry in walkdir::WalkDir::new(case_root.join(part)).sort_by_file_name() {
            let entry = entry.with_context(|| format!("`{part}` cannot be listed"))?;
            let below = entry.path().strip_prefix(case_root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
            if entry.file_type().is_file() && entry.file_name() != CUSTODY {
                paths.push((below, entry.into_path()));
            }
        }
    }
    let digest = |(path, on_disk): (String, PathBuf)| {
        let (size, sha256) = digest_of(&on_disk).with_context(|| format!("`{path}` cannot be read"))?;
        Ok(FileEntry { path, size, sha256 })
    };
    let mut files = paths.into_par_iter().map(digest).collect::<anyhow::Result<Vec<_>>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Size and SHA-256 of a file.
pub fn digest_of(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((size, hex(&hash.finalize()))),
            length => {
                hash.update(&buffer[..length]);
                size += length as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_set_has_the_digest_sha256sum_gives() {
        // printf 'one' > a.toml; printf 'two' > b.toml; sha256sum a.toml b.toml | sha256sum
        let set = RuleSet::new(vec![("b.toml".to_owned(), b"two".as_slice()), ("a.toml".to_owned(), b"one")], &[]);
        let one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
        let two = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";
        assert_eq!((set.files, set.sha256), (2, hex(&Sha256::digest(format!("{one}  a.toml\n{two}  b.toml\n")))));
    }

    #[test]
    fn a_users_folder_is_named_and_changes_with_its_content() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::write(folder.path().join("x.toml"), "a = 1").expect("written");
        let before = rule_directory(folder.path());
        std::fs::write(folder.path().join("x.toml"), "a = 2").expect("written");
        let after = rule_directory(folder.path());
        assert_eq!((before.files, &before.path), (1, &absolute(folder.path())));
        assert_ne!(before.sha256, after.sha256);
    }
}
