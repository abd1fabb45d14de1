//! Stage 8: what people read. One file per report, all made from the same [`Assessment`].

pub mod age;
pub mod census;
pub mod compare;
pub mod counts;
pub mod credentials;
pub mod custody;
pub mod drafts;
pub mod duties;
pub mod explain;
pub mod files;
pub mod generic_values;
pub mod html;
pub mod impact;
pub mod links;
pub mod manifest;
pub mod mentions;
pub mod methodology;
pub mod people;
pub mod people_clear;
pub mod quality;
pub mod reproduce;
pub mod reread;
pub mod severity;
pub mod sheet;
pub mod summary;
pub mod table_columns;
pub mod timeline;
pub mod trade_secrets;
pub mod words;
pub mod xlsx;

use crate::{
    base::facts::Facts,
    evidence::{Case, Evidence},
    law::Duty,
    people::Population,
};
use rayon::prelude::*;
use std::{path::Path, time::Instant};

/// The whole answer about a case.
pub struct Assessment<'a> {
    pub case: &'a Case,
    pub evidence: &'a Evidence<'a>,
    pub population: &'a Population,
    pub census: &'a census::Census,
    pub duties: &'a [Duty],
    pub costs: &'a [crate::impact::Line],
    pub grades: &'a crate::impact::Grades,
    /// The gravest first.
    pub data_sets: &'a [severity::DataSet],
    pub reputation: Option<&'a crate::impact::Reputation>,
    pub facts: &'a Facts,
    pub reveal: Reveal<'a>,
    /// Detail tables as CSV whatever their length.
    pub csv_all: bool,
    pub seconds: f64,
}

/// Whether clear values may be written, to `people_clear.csv` only, and who can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal<'a> {
    Nothing,
    Clear,
    /// To `people_clear.csv.age`, sealed before it reaches the disk.
    SealedTo(&'a [age::Recipient]),
}

/// One way to write an assessment.
pub trait Report: Sync {
    /// Its files, for `--help` and the manifest.
    fn name(&self) -> &'static str;

    /// Writes it into the reports folder.
    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()>;
}

/// Every report. Those of a group are written at once, since none reads what another of them writes; those of a later group
/// may show it.
pub const REPORTS: &[&[&dyn Report]] = &[TABLES, PAGES];

const TABLES: &[&dyn Report] = &[
    &people::Elements,
    &people::People,
    &people_clear::Clear,
    &people::Records,
    &counts::CountsTable,
    &counts::Reasons,
    &files::Files,
    &files::Exceptions,
    &mentions::Mentions,
    &table_columns::Tables,
    &trade_secrets::TradeSecrets,
    &credentials::Credentials,
    &duties::Duties,
    &duties::ElementSets,
    &impact::Impact,
    &severity::SeverityTable,
    &links::Merges,
    &links::Conflicts,
    &generic_values::GenericValues,
    &methodology::Methodology,
    &timeline::Timeline,
    &timeline::Deadlines,
    &drafts::Drafts,
];

const PAGES: &[&dyn Report] = &[&xlsx::Xlsx, &html::Html, &summary::Summary];

/// Files of the reports folder that no assessment makes and none may remove.
pub const KEPT: &[&str] = &[crate::evidence::case::CUSTODY, REVIEWED];

/// What a review of a sample came to.
const REVIEWED: &str = "qc_results.csv";

/// Writes every report of a case; `written` hears of each, and of the seconds it took. They are made beside the reports there are and take their place
/// when all of them are: an assessment that is ended half-way, or fails, leaves those as they were.
pub fn write_all(assessment: &Assessment<'_>, mut written: impl FnMut(&'static str, f64)) -> anyhow::Result<()> {
    let (made, folder) = (assessment.case.unfinished_reports()?, assessment.case.reports());
    // Reports copy what a review came to.
    if folder.join(REVIEWED).is_file() {
        std::fs::copy(folder.join(REVIEWED), made.join(REVIEWED))?;
    }
    for group in REPORTS {
        let write = |report: &&dyn Report| {
            let began = Instant::now();
            report.write(assessment, &made).map(|()| began.elapsed().as_secs_f64())
        };
        // Each may be taken up by whoever has nothing to do: they are of very different lengths.
        let done: Vec<anyhow::Result<f64>> = group.par_iter().with_max_len(1).map(write).collect();
        for (report, seconds) in group.iter().zip(done) {
            written(report.name(), seconds.map_err(|error| error.context(format!("report `{}`", report.name())))?);
        }
    }
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        if KEPT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() { std::fs::remove_dir_all(entry.path())? } else { std::fs::remove_file(entry.path())? }
    }
    for entry in std::fs::read_dir(&made)? {
        let entry = entry?;
        std::fs::rename(entry.path(), folder.join(entry.file_name()))?;
    }
    std::fs::remove_dir(&made)?;
    Ok(())
}

/// The day ages are counted at and nothing later is known of: the latest day the facts name, else today (UTC).
pub fn reference_day(facts: &Facts) -> jiff::civil::Date {
    facts.reference_day().unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// A date as `yyyymmdd`.
pub fn day_number(date: jiff::civil::Date) -> u32 {
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    u32::try_from(year * 10_000 + month * 100 + day).unwrap_or(0)
}

/// The people of a case as laws see them: groups alike in residency, elements and age.
pub fn groups(population: &Population) -> crate::law::Population {
    let mut groups: std::collections::BTreeMap<_, crate::base::Bounds> = std::collections::BTreeMap::new();
    for (individual, bounds) in population.counted_bounds() {
        let minor = individual.minor == crate::people::individual::Known::Yes;
        let key = (individual.residency, individual.elements.difference(individual.protected), individual.protected, minor);
        let entry = groups.entry(key).or_default();
        *entry = entry.plus(bounds);
    }
    let groups = groups
        .into_iter()
        .map(|((residency, elements, protected, minor), people)| crate::law::Group {
            residency: residency.to_string(),
            elements,
            protected,
            minor,
            people,
        })
        .collect();
    crate::law::Population { groups, total: population.counts.total }
}
