//! `breachscope sample CASE` and `breachscope qc CASE SHEET`: how good the answer is, by review of a sample.

use super::{Exit, Usage, case, output};
use crate::{
    evidence::Case,
    report::{
        manifest,
        quality::{self, Key, Plan},
    },
};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

/// Draw a quality-control sheet: places to look at, without what was found there.
#[derive(Debug, Args)]
pub(super) struct Sample {
    /// The case folder
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Where to write qc_sheet.csv
    #[arg(long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// The same seed draws the same sheet
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Confidence of all bounds, such as 0.95
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, value_parser = share)]
    confidence: f64,
    /// How exactly the precision of each element is wanted, either way
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    margin: f64,
    /// The rate of missed regions that a review without a find must rule out
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    elusion: f64,
    /// The case's key, if it does not lie in the case folder
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Read a filled quality-control sheet back into the case's reports.
#[derive(Debug, Args)]
pub(super) struct Qc {
    /// The case folder
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The sheet, with its answers
    #[arg(value_name = "SHEET")]
    sheet: PathBuf,
    /// The case's key, if it does not lie in the case folder
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Where the key of the sheet drawn last lies.
const KEY: &str = "qc_key.json";

impl Sample {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let case = case::open(&self.case, self.key_file.as_deref())?;
        let (evidence, population) = case::resolve(&case)?;
        let plan = Plan { seed: self.seed, confidence: self.confidence, margin: self.margin, elusion: self.elusion };
        std::fs::create_dir_all(&self.output)?;
        let (key, rows) = quality::draw(&evidence, &population, &plan, &self.output)?;
        let key = Key { scanned: scanned(&case)?, ..key };
        std::fs::write(case.root().join(KEY), serde_json::to_string_pretty(&key)? + "\n")?;
        let sheet = self.output.join("qc_sheet.csv");
        output::line(&format!("{rows} places to look at: {}", sheet.display()));
        output::line(&format!("Fill in the answers, then: breachscope qc {} {}", case.root().display(), sheet.display()));
        Ok(Exit::Done)
    }
}

impl Qc {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let case = case::open(&self.case, self.key_file.as_deref())?;
        let text = std::fs::read(case.root().join(KEY))
            .with_context(|| Usage(format!("no sheet was drawn from `{}`\nhint: `breachscope sample` draws one", case.root().display())))?;
        let key: Key = serde_json::from_slice(&text).with_context(|| format!("`{KEY}` is not what `breachscope sample` wrote"))?;
        if key.scanned != scanned(&case)? {
            return Err(
                Usage("the leak was scanned anew since the sheet was drawn\nhint: `breachscope sample` draws another".to_owned()).into()
            );
        }
        let measures = quality::evaluate(&key, &self.sheet).map_err(|error| Usage(format!("{error:#}")))?;
        quality::write_results(&measures, key.confidence, &case.reports())?;
        manifest::close(&case, "qc", |_| {})?;
        output::line(&format!(
            "{:<10} {:<34} {:>8} {:>9}   exact bounds ({:.0} %)",
            "measure",
            "of",
            "sampled",
            "estimate",
            key.confidence * 100.0
        ));
        for line in &measures {
            let (low, high) = (line.exact.low * 100.0, line.exact.high * 100.0);
            let estimate = line.estimate * 100.0;
            output::line(&format!(
                "{:<10} {:<34} {:>8} {estimate:>7.1} %   {low:.1} % to {high:.1} %",
                line.measure, line.stratum, line.sampled
            ));
        }
        let case = case.root().display();
        output::line(&format!(
            "Written to qc_results.csv; `breachscope assess {case}`, with the facts used before, shows it in report.html and report.xlsx."
        ));
        Ok(Exit::Done)
    }
}

/// When the case's evidence was read.
fn scanned(case: &Case) -> anyhow::Result<String> {
    Ok(manifest::load(case.root())?.and_then(|manifest| manifest.scan).map(|scan| scan.started).unwrap_or_default())
}

/// A share between 0 and 1, both excluded.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err(format!("`{text}` is not between 0 and 1")) }
}
