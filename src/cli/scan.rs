//! `breachscope scan PATH...`

use super::{Common, Exit, Usage, assess, output, timings::Timings};
use crate::{
    detect::Detectors,
    evidence::Case,
    report::manifest::{self, RuleSet, ScanOptions, Scanned, stamp},
    scan::{Digest, Options, Progress},
};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;

/// Read a leak, count the people in it, derive duties, write the case folder and its reports.
#[derive(Debug, Args)]
pub(super) struct Scan {
    /// Files and directories of the leak; archives are read as they are
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The case folder to write
    #[arg(long, value_name = "DIR", default_value = "case")]
    case: PathBuf,
    /// Replace the evidence and reports of an existing case; its key is kept
    #[arg(long)]
    force: bool,
    /// More pattern files
    #[arg(long, value_name = "DIR")]
    patterns: Vec<PathBuf>,
    /// Workers (default: one per core); results do not depend on it
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// How much memory items inside archives may take while they wait (such as 512M)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Most bytes that may unfold from one file (such as 1T)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_expanded: Option<u64>,
    /// Containers within containers that are opened
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// Read files instead of mapping them (network shares, files that may shrink)
    #[arg(long)]
    no_mmap: bool,
    /// Files larger than this are read in parts by several workers
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "64M")]
    part_size: u64,
    /// Hash that identifies items
    #[arg(long, value_enum, default_value_t = Hash::Sha256)]
    hash: Hash,
    /// Passwords to try on encrypted archives and documents, one on each line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where the fields stand in files of fixed-width records; see docs/formats.md
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Hash {
    Sha256,
    Blake3,
}

impl Scan {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (mut timings, began) = (Timings::begin(self.common.timings), Timestamp::now());
        let facts = assess::facts(&self.common)?;
        let laws = assess::laws(&self.common)?;
        let detectors = Detectors::load(&self.patterns).map_err(|faults| Usage(faults.to_string()))?;
        let mut options = Options::new(self.paths.clone());
        options.threads = self.threads.unwrap_or(options.threads).max(1);
        options.map = !self.no_mmap;
        options.part_size = usize::try_from(self.part_size).unwrap_or(usize::MAX).max(1 << 10);
        options.digest = if self.hash == Hash::Blake3 { Digest::Blake3 } else { Digest::Sha256 };
        options.limits.depth = self.max_depth.unwrap_or(options.limits.depth);
        options.limits.expanded = self.max_expanded.unwrap_or(options.limits.expanded);
        options.passwords = super::passwords(self.password_file.as_deref())?;
        options.layouts = super::layouts(self.layout.as_deref())?;
        if let Some(memory) = self.memory {
            options.limits.in_memory = usize::try_from(memory / 2).unwrap_or(usize::MAX);
        }
        // A root that cannot be read must not leave an empty case behind.
        crate::source::walk::check_roots(&options.roots)?;
        let case = Case::create(&self.case, self.common.key_file.as_deref(), self.force).map_err(|error| Usage(format!("{error:#}")))?;
        let progress = Progress::new(self.common.quiet);
        crate::scan::scan(&options, &detectors, &case, &progress)?;
        let read = stamp(Timestamp::now());
        timings.took("leak read");
        let printed = assess::assess(&case, &facts, &laws, &self.common, &mut timings)?;
        let scanned = self.scanned(&options, stamp(began), read.clone())?;
        let assessed = assess::assessed(&self.common, read)?;
        manifest::close(&case, "scan", |manifest| {
            manifest.scan = Some(scanned);
            (manifest.merged_at, manifest.merged) = (None, Vec::new());
            manifest.assess = Some(assessed);
        })?;
        timings.took("manifest.json");
        progress.clear();
        timings.tell();
        if !self.common.quiet {
            output::line(&printed);
        }
        Ok(Exit::Done)
    }
}

impl Scan {
    /// What the manifest tells of this scan.
    fn scanned(&self, options: &Options, started: String, ended: String) -> anyhow::Result<Scanned> {
        Ok(Scanned {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            ended,
            inputs: manifest::inputs(&self.paths),
            detectors: RuleSet::new(Detectors::builtin_sources(), &self.patterns),
            options: ScanOptions {
                max_depth: options.limits.depth,
                max_expanded: options.limits.expanded,
                in_memory: options.limits.in_memory as u64,
                part_size: options.part_size as u64,
                hash: if options.digest == Digest::Blake3 { "blake3" } else { "sha256" }.to_owned(),
                mapped: options.map,
                threads: options.threads,
                layouts: self.layout.as_deref().map(manifest::file_entry).transpose()?,
            },
        })
    }
}

/// `512M`, `2G`, `1048576`: powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let shift = match unit.trim_end_matches("IB").trim_end_matches('B') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("`{text}` is no size; write for example 512M or 2G")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no size; write for example 512M or 2G"))?;
    number.checked_shl(shift).filter(|size| size >> shift == number).ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(size("7"), Ok(7));
        assert!(size("many").is_err());
        assert!(size("99999999999T").is_err());
    }
}
