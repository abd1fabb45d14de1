//! `breachscope sample CASE` and `breachscope qc CASE SHEET`: how good the answer is, by review of a sample.

use super::{Exit, Usage, assess, case, output, timings::Timings};
use crate::{
    base::statistics::Interval,
    report::{
        manifest::{self, Manifest},
        quality::{self, Key, Measure, Plan},
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

/// Read a filled quality-control sheet and make the case's reports again with what it comes to.
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
        let manifest = manifest::load(case.root())?.unwrap_or_default();
        let key = Key { scanned: scanned(&manifest), ..key };
        std::fs::write(case.root().join(KEY), serde_json::to_string_pretty(&key)? + "\n")?;
        let sheet = self.output.join("qc_sheet.csv");
        output::line(&format!("{rows} places to look at: {}", sheet.display()));
        output::line(&format!("Fill in the answers, then: breachscope qc {} {}", case.root().display(), sheet.display()));
        Ok(Exit::Done)
    }
}

impl Qc {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (mut timings, began) = (Timings::begin(false), manifest::stamp(jiff::Timestamp::now()));
        let case = case::open(&self.case, self.key_file.as_deref())?;
        let text = std::fs::read(case.root().join(KEY))
            .with_context(|| Usage(format!("no sheet was drawn from `{}`\nhint: `breachscope sample` draws one", case.root().display())))?;
        let key: Key = serde_json::from_slice(&text).with_context(|| format!("`{KEY}` is not what `breachscope sample` wrote"))?;
        let manifest = manifest::load(case.root())?.unwrap_or_default();
        if key.scanned != scanned(&manifest) {
            return Err(
                Usage("the leak was scanned anew since the sheet was drawn\nhint: `breachscope sample` draws another".to_owned()).into()
            );
        }
        let measures = quality::evaluate(&key, &self.sheet).map_err(|error| Usage(format!("{error:#}")))?;
        // Nothing is written before it is sure that the reports can be made again as they were.
        let common = assess::recorded(&case, &manifest, self.key_file)?;
        let (facts, laws) = (assess::facts(&common)?, assess::laws(&common)?);
        quality::write_results(&measures, key.confidence, &case.reports())?;
        assess::assess(&case, &facts, &laws, &common, &mut timings)?;
        let assessed = assess::assessed(&common, began)?;
        manifest::close(&case, "qc", |manifest| manifest.assess = Some(assessed))?;
        output::line(&table(&measures, key.confidence));
        output::line("Written to qc_results.csv, report.html, report.xlsx and methodology.md.");
        Ok(Exit::Done)
    }
}

/// What was measured, as it is printed: in eighty columns.
fn table(measures: &[Measure], confidence: f64) -> String {
    let line = |cells: [&str; 6]| {
        let [measure, of, seen, estimate, exact, wilson] = cells;
        format!("{measure:<9} {of:<32} {seen:>5} {estimate:>6}  {exact:<11} {wilson}\n")
    };
    let mut text = line(["measure", "of", "seen", "%", "exact", "Wilson"]);
    for measure in measures {
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        let bounds = |interval: Interval| format!("{}–{}", percent(interval.low), percent(interval.high));
        let (seen, estimate) = (measure.sampled.to_string(), percent(measure.estimate));
        text.push_str(&line([measure.measure, &measure.stratum, &seen, &estimate, &bounds(measure.exact), &bounds(measure.wilson)]));
    }
    text + &format!("Bounds at {:.0} %: exact (Clopper–Pearson), and Wilson's score interval.", confidence * 100.0)
}

/// When the case's evidence was read, or put together.
fn scanned(manifest: &Manifest) -> String {
    let read = manifest.scan.as_ref().map(|scan| scan.started.clone());
    read.or_else(|| manifest.merged_at.clone()).unwrap_or_default()
}

/// A share between 0 and 1, both excluded.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err(format!("`{text}` is not between 0 and 1")) }
}
