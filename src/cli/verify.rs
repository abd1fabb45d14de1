//! `breachscope verify CASE [PATH...]`: that a case is as it was left, and can be made again.

use super::{Exit, Usage, output};
use crate::{
    base::token::hex,
    detect::Detectors,
    evidence::{Case, CaseKey, Evidence},
    report::{
        custody,
        manifest::{self, FileEntry, Manifest, RuleSet, Scanned},
        reproduce,
    },
    scan::{Digest, Options, Progress},
    source::walk::logical_roots,
};
use clap::Args;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// So many differences are told one by one.
const MOST: usize = 40;

/// Check the digests and the custody log of a case and, with the leak at hand, that it gives the same evidence again.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The case folder
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The leak: it is read again, and its evidence compared with the case's
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The case's key, if it does not lie in the case folder (needed with PATH only)
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// More pattern files, if the scan had them
    #[arg(long, value_name = "DIR")]
    patterns: Vec<PathBuf>,
    /// The passwords that the scan had, if it had any
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The layouts that the scan had, if it had any
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    /// Only the exit code tells
    #[arg(long, short)]
    quiet: bool,
}

impl Verify {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        if !self.case.join("evidence").is_dir() {
            return Err(Usage(format!("`{}` is no case folder: it has no `evidence` in it", self.case.display())).into());
        }
        let mut told = Vec::new();
        let mut faults = self.files(&mut told)?;
        if !self.paths.is_empty() {
            faults.extend(self.reproduce(&mut told)?);
        }
        if !self.quiet {
            told.iter().for_each(|line| output::line(line));
            faults.iter().take(MOST).for_each(|fault| output::line(&format!("differs    {fault}")));
            if faults.len() > MOST {
                output::line(&format!("           and {} more", faults.len() - MOST));
            }
            output::line(match (faults.is_empty(), self.paths.is_empty()) {
                (true, true) => {
                    "Verified: every file is as the last act on this case left it. Give the leak's path to also check that it can be reproduced."
                }
                (true, false) => {
                    "Verified: every file is as the last act on this case left it, and the leak gives the same evidence again."
                }
                (false, _) => "Not verified: do not rely on this case before each difference is explained.",
            });
        }
        Ok(if faults.is_empty() { Exit::Done } else { Exit::Failed })
    }

    fn manifest(&self) -> anyhow::Result<Manifest> {
        let missing = || Usage(format!("`{}` has no manifest.json\nhint: `breachscope assess` writes one", self.case.display()));
        Ok(manifest::load(&self.case)?.ok_or_else(missing)?)
    }

    /// Digests of files, and the log.
    fn files(&self, told: &mut Vec<String>) -> anyhow::Result<Vec<String>> {
        let manifest = self.manifest()?;
        let now = manifest::files(&self.case)?;
        let there: BTreeMap<&str, &FileEntry> = now.iter().map(|file| (file.path.as_str(), file)).collect();
        let recorded: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        let mut faults = Vec::new();
        for entry in &manifest.files {
            match there.get(entry.path.as_str()) {
                None => faults.push(format!("{}: it is missing", entry.path)),
                Some(file) if *file != entry => faults.push(format!(
                    "{}: its content was changed ({} bytes, SHA-256 {}; recorded were {} bytes, {})",
                    file.path, file.size, file.sha256, entry.size, entry.sha256
                )),
                Some(_) => {}
            }
        }
        let added = now.iter().filter(|file| !recorded.contains(file.path.as_str()));
        faults.extend(added.map(|file| format!("{}: nobody recorded it; it was added later", file.path)));
        let entries = custody::read(&self.case)?;
        let digest = hex(&Sha256::digest(std::fs::read(self.case.join("manifest.json"))?));
        faults.extend(custody::faults(&entries, &digest));
        told.push(format!("Files      {} recorded in manifest.json, {} found", manifest.files.len(), now.len()));
        if let Some(last) = entries.last() {
            told.push(format!("Custody    {} acts, the last: {}", entries.len(), last.said()));
            told.push(format!("           last hash {}; compare it with a copy kept elsewhere", last.hash()));
        }
        Ok(faults)
    }

    /// Reads the leak again into a case that is thrown away, under the same key.
    fn reproduce(&self, told: &mut Vec<String>) -> anyhow::Result<Vec<String>> {
        let case = Case::open(&self.case, self.key_file.as_deref()).map_err(|error| Usage(format!("{error:#}")))?;
        let manifest = self.manifest()?;
        if !manifest.merged.is_empty() {
            return Err(Usage(
                "this case was merged from others, and no leak by itself gives its evidence again\nhint: verify each of them with its own leak"
                    .to_owned(),
            )
            .into());
        }
        let scanned = manifest.scan.ok_or_else(|| Usage("the manifest does not tell how the leak was read".to_owned()))?;
        let detectors = Detectors::load(&self.patterns).map_err(|faults| Usage(faults.to_string()))?;
        let mut faults = Vec::new();
        let rules = RuleSet::new(Detectors::builtin_sources(), &self.patterns);
        let digests = |set: &RuleSet| set.directories.iter().map(|directory| directory.sha256.clone()).collect::<Vec<_>>();
        if rules.sha256 != scanned.detectors.sha256 || digests(&rules) != digests(&scanned.detectors) {
            faults.push(format!("pattern files: they are not those of the scan (BreachScope {} had others)", scanned.tool_version));
        }
        let scratch = tempfile::Builder::new().prefix("breachscope-").tempdir()?;
        let again = Case::in_scratch(scratch.path(), CaseKey::clone(case.key()))?;
        let passwords = super::passwords(self.password_file.as_deref())?;
        let layouts = super::layouts(self.layout.as_deref())?;
        let digest = self.layout.as_deref().map(manifest::file_entry).transpose()?.map(|file| file.sha256);
        if digest.as_deref() != scanned.options.layouts.as_ref().map(|file| file.sha256.as_str()) {
            faults.push("layouts: they are not those of the scan".to_owned());
        }
        let options = Options { passwords, layouts, ..options(&self.paths, &scanned) };
        crate::scan::scan(&options, &detectors, &again, &Progress::new(self.quiet))?;
        let renamed: reproduce::Renamed = match self.paths.len() == scanned.inputs.len() {
            true => logical_roots(&self.paths).into_iter().zip(scanned.inputs.iter().map(|input| input.name.clone())).collect(),
            false => Vec::new(),
        };
        let before = reproduce::content(&Evidence::load(&case)?, &Vec::new())?;
        let after = reproduce::content(&Evidence::load(&again)?, &renamed)?;
        told.push(format!(
            "Evidence   {} rows compared with what the leak gives now",
            before.values().map(|tally| tally.rows).sum::<u64>()
        ));
        faults.extend(reproduce::differences(&before, &after));
        Ok(faults)
    }
}

/// The options of the scan, as its manifest tells them.
fn options(paths: &[PathBuf], scanned: &Scanned) -> Options {
    let mut options = Options::new(paths.to_vec());
    options.limits.depth = scanned.options.max_depth;
    options.limits.expanded = scanned.options.max_expanded;
    options.limits.in_memory = usize::try_from(scanned.options.in_memory).unwrap_or(usize::MAX);
    options.part_size = usize::try_from(scanned.options.part_size).unwrap_or(usize::MAX);
    options.map = scanned.options.mapped;
    options.digest = if scanned.options.hash == "blake3" { Digest::Blake3 } else { Digest::Sha256 };
    options
}
