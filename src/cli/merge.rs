//! `breachscope merge CASE... --case DIR`: one case from cases scanned on several machines.

use super::{Common, Exit, Usage, assess, case, output, timings::Timings};
use crate::{
    evidence::{Case, merge},
    report::manifest::{self, Merged, stamp},
};
use clap::Args;
use jiff::Timestamp;
use std::{collections::BTreeSet, path::PathBuf};

/// Put cases that were scanned on several machines together and count their people as one.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// The case folders, each with its key in it
    #[arg(required = true, num_args = 2.., value_name = "CASE")]
    cases: Vec<PathBuf>,
    /// The case folder to write
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// Replace the evidence and reports of an existing case; its key is kept
    #[arg(long)]
    force: bool,
    /// The key of all the cases, if it is one that does not lie in them; the new case has it too
    #[arg(long, value_name = "FILE")]
    case_key_file: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (mut timings, began) = (Timings::begin(self.common.timings), Timestamp::now());
        let (facts, laws) = (assess::facts(&self.common)?, assess::laws(&self.common)?);
        let mut folders = BTreeSet::new();
        for folder in &self.cases {
            let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            if self.case.canonicalize().is_ok_and(|into| into == real) {
                return Err(
                    Usage(format!("`{}` cannot be merged into itself\nhint: name a new folder with --case", folder.display())).into()
                );
            }
            if !folders.insert(real) {
                return Err(Usage(format!("`{}` is named twice", folder.display())).into());
            }
        }
        let open = |folder: &PathBuf| case::open(folder, self.case_key_file.as_deref());
        let cases = self.cases.iter().map(open).collect::<anyhow::Result<Vec<Case>>>()?;
        let key_file = self.common.key_file.as_deref().or(self.case_key_file.as_deref());
        let into = Case::create_under(&self.case, key_file, self.force, merge::common_key(&cases));
        let into = into.map_err(|error| Usage(format!("{error:#}")))?;
        merge::merge(&cases, &into)?;
        timings.took("evidence merged");
        let merged = self.cases.iter().map(|folder| Merged::new(folder)).collect::<anyhow::Result<Vec<Merged>>>()?;
        let read = stamp(Timestamp::now());
        let printed = assess::assess(&into, &facts, &laws, &self.common, &mut timings)?;
        let assessed = assess::assessed(&self.common, read)?;
        manifest::close(&into, "merge", |manifest| {
            (manifest.scan, manifest.assess) = (None, Some(assessed));
            (manifest.merged_at, manifest.merged) = (Some(stamp(began)), merged);
        })?;
        timings.took("manifest.json");
        timings.tell();
        if !self.common.quiet {
            output::line(&printed);
        }
        Ok(Exit::Done)
    }
}
