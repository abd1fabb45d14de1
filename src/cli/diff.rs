//! `breachscope diff CASE_A CASE_B`: who and what is new or gone between two cases.

use super::{Exit, Format, case, output};
use crate::{
    base::Element,
    report::{
        compare::{Row, compare},
        sheet::Sheet,
        words::{group, plural},
    },
};
use clap::Args;
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};

/// New, gone and known people and elements between two cases.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The earlier case
    #[arg(value_name = "CASE_A")]
    first: PathBuf,
    /// The later case
    #[arg(value_name = "CASE_B")]
    second: PathBuf,
    /// Key of the earlier case, if it does not lie in it
    #[arg(long, value_name = "FILE")]
    key_file_a: Option<PathBuf>,
    /// Key of the later case, if it does not lie in it
    #[arg(long, value_name = "FILE")]
    key_file_b: Option<PathBuf>,
    /// Also write one row per person to this folder, as diff.csv
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Diff {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let first = case::open(&self.first, self.key_file_a.as_deref())?;
        let second = case::open(&self.second, self.key_file_b.as_deref())?;
        let (a, b) = (case::resolve(&first)?, case::resolve(&second)?);
        let rows = compare((&a.0, &a.1), (&b.0, &b.1))?;
        if let Some(folder) = &self.output {
            std::fs::create_dir_all(folder)?;
            let mut sheet = Sheet::create(folder, "diff.csv", "status, person_a, person_b, elements_new, elements_gone")?;
            for row in &rows {
                sheet.plain(row.status).plain(&row.person_a).plain(&row.person_b).plain(row.added.codes()).plain(row.removed.codes());
                sheet.end()?;
            }
            sheet.finish()?;
        }
        output::line(&match self.format {
            Format::Text => text(&rows),
            Format::Json => json_of(&rows),
        });
        Ok(Exit::Done)
    }
}

/// For how many people an element is new, and for how many it is gone.
type ByElement = BTreeMap<Element, (u64, u64)>;

/// People by status, and elements by how many people they are new or gone for.
fn counts(rows: &[Row]) -> (BTreeMap<&'static str, u64>, ByElement) {
    let mut people: BTreeMap<&'static str, u64> = ["new", "gone", "changed", "known"].into_iter().map(|status| (status, 0)).collect();
    let mut elements = ByElement::new();
    for row in rows {
        *people.entry(row.status).or_default() += 1;
        row.added.iter().for_each(|element| elements.entry(element).or_default().0 += 1);
        row.removed.iter().for_each(|element| elements.entry(element).or_default().1 += 1);
    }
    (people, elements)
}

fn text(rows: &[Row]) -> String {
    let (people, elements) = counts(rows);
    let count = |status: &str| people.get(status).copied().unwrap_or(0);
    let mut lines = vec![
        format!("New        {}", plural(count("new"), "person", "people")),
        format!("Gone       {}", plural(count("gone"), "person", "people")),
        format!("Changed    {} with other elements", plural(count("changed"), "person", "people")),
        format!("Known      {} with the same elements", plural(count("known"), "person", "people")),
    ];
    for (element, (added, removed)) in elements {
        lines.push(format!("           {:<24} new for {}, gone for {}", element.code(), group(added), group(removed)));
    }
    lines.join("\n")
}

fn json_of(rows: &[Row]) -> String {
    let (people, elements) = counts(rows);
    let elements: BTreeMap<&str, _> =
        elements.iter().map(|(element, (added, removed))| (element.code(), json!({"new": added, "gone": removed}))).collect();
    json!({"schema_version": 1, "people": people, "elements": elements}).to_string()
}
