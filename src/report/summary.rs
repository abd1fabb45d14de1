//! `summary.json`: the headline, for programs; and what the terminal says of it.

use super::{
    Assessment, Report, credentials, trade_secrets,
    words::{bytes, group},
};
use crate::{base::Bounds, evidence::ItemStatus, law::Crossed};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The headline, for programs.
pub struct Summary;

impl Report for Summary {
    fn name(&self) -> &'static str {
        "summary.json"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(&headline(assessment)?)?;
        text.push('\n');
        std::fs::write(folder.join(self.name()), text)?;
        Ok(())
    }
}

/// Items by how far they were examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    pub total: u64,
    pub full: u64,
    pub partial: u64,
    pub failed: u64,
    pub skipped: u64,
    pub duplicate: u64,
    pub bytes: u64,
    pub examined: u64,
}

/// Counts the items of a case, copies as duplicates whichever of them was read.
pub fn item_counts(assessment: &Assessment<'_>) -> ItemCounts {
    let mut counts = ItemCounts::default();
    let catalogue = &assessment.population.catalogue;
    for item in assessment.evidence.items.iter() {
        counts.total += 1;
        counts.bytes += item.size;
        counts.examined += item.examined;
        let copy = catalogue.master(item.item) != item.item;
        // The first copy by path carries the status of the one that was read.
        let status = match (copy, item.status) {
            (true, _) => ItemStatus::Duplicate,
            (false, ItemStatus::Duplicate) => ItemStatus::Full,
            (false, status) => status,
        };
        match status {
            ItemStatus::Full => counts.full += 1,
            ItemStatus::Partial => counts.partial += 1,
            ItemStatus::Failed => counts.failed += 1,
            ItemStatus::Skipped => counts.skipped += 1,
            ItemStatus::Duplicate => counts.duplicate += 1,
        }
    }
    counts
}

/// The earliest deadline of a duty that is owed or may be.
pub fn earliest_deadline(assessment: &Assessment<'_>) -> Option<String> {
    let owed = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No);
    let dates = owed.filter_map(|duty| duty.deadline_date.as_ref());
    dates.min_by_key(|date| date.sort_key()).map(|date| date.day().to_string())
}

fn headline(assessment: &Assessment<'_>) -> anyhow::Result<Value> {
    let counts = &assessment.population.counts;
    let bounds = |bounds: Bounds| json!({"floor": bounds.floor, "best": bounds.best, "ceiling": bounds.ceiling});
    let elements: Map<String, Value> = assessment
        .census
        .elements
        .iter()
        .filter(|(_, (people, mentions))| *people > 0 || *mentions > 0)
        .map(|(element, (people, mentions))| (element.code().to_owned(), json!({"people": people, "mentions": mentions})))
        .collect();
    let residency: Map<String, Value> = counts
        .scopes
        .iter()
        .filter_map(|(scope, value)| scope.strip_prefix("residency:").map(|place| (place.to_owned(), bounds(*value))))
        .collect();
    let items = item_counts(assessment);
    let owed = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No).count();
    Ok(json!({
        "schema_version": 1,
        "people": bounds(counts.total),
        "elements": elements,
        "residency": residency,
        "items": {
            "total": items.total, "full": items.full, "partial": items.partial, "failed": items.failed, "skipped": items.skipped,
            "duplicate": items.duplicate, "bytes": items.bytes, "bytes_examined": items.examined,
        },
        "trade_secrets": trade_secrets::listed(assessment)?.len(),
        "credentials": credentials::listed(assessment)?.len(),
        "duties": {"count": owed, "earliest_deadline": earliest_deadline(assessment)},
        "seconds": (assessment.seconds * 10.0).round() / 10.0,
    }))
}

/// The headline in plain words, for the terminal. Holds no value of the evidence.
pub fn plain(assessment: &Assessment<'_>) -> String {
    let mut lines = Vec::new();
    let items = item_counts(assessment);
    let counts = &assessment.population.counts;
    lines.push(format!("Read       {} items, {} of {}", group(items.total), bytes(items.examined), bytes(items.bytes)));
    let problems = items.partial + items.failed + items.skipped;
    if problems > 0 || items.duplicate > 0 {
        lines.push(format!(
            "           {} in part, {} not at all, {} skipped, {} copies: see exceptions.csv",
            items.partial, items.failed, items.skipped, items.duplicate
        ));
    }
    let Bounds { floor, best, ceiling } = counts.total;
    lines.push(format!("People     {} (at least {}, at most {})", group(best), group(floor), group(ceiling)));
    let aside = |scope: &str| counts.scopes.iter().find(|(name, _)| name == scope).map_or(0, |(_, bounds)| bounds.best);
    let (minors, deceased, professionals) = (aside("minor"), aside("deceased"), aside("role:professional"));
    let (minors, deceased, professionals) = (group(minors), group(deceased), group(professionals));
    lines.push(format!("           {minors} minors, {deceased} deceased; not counted: {professionals} named only for their work"));
    let mut elements: Vec<(&str, u64)> =
        assessment.census.elements.iter().map(|(element, (people, _))| (element.code(), *people)).collect();
    elements.retain(|(_, people)| *people > 0);
    elements.sort_by_key(|(code, people)| (std::cmp::Reverse(*people), *code));
    push_list(&mut lines, "Elements ", &elements, 12);
    let mut places: Vec<(&str, u64)> =
        counts.scopes.iter().filter_map(|(scope, bounds)| Some((scope.strip_prefix("residency:")?, bounds.best))).collect();
    places.sort_by_key(|(place, people)| (std::cmp::Reverse(*people), *place));
    push_list(&mut lines, "Residency", &places, 10);
    let owed = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No).count();
    match earliest_deadline(assessment) {
        Some(date) => lines.push(format!("Duties     {owed} indicated, the first by {date}: confirm duties.csv with counsel")),
        None => lines.push(format!("Duties     {owed} indicated: see duties.csv, confirm with counsel")),
    }
    lines.push(format!("Reports    {}", assessment.case.reports().display()));
    lines.join("\n")
}

/// Columns of a terminal that nobody widened.
const WIDTH: usize = 80;

fn push_list(lines: &mut Vec<String>, label: &str, entries: &[(&str, u64)], most: usize) {
    let shown: Vec<String> = entries.iter().take(most).map(|(name, count)| format!("{name} {}", group(*count))).collect();
    let rest = entries.len().saturating_sub(most);
    let more = if rest > 0 { format!(", {rest} more") } else { String::new() };
    let mut line = format!("{label}  ");
    for (at, entry) in shown.iter().enumerate() {
        if line.len() + entry.len() >= WIDTH {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(11);
        }
        line.push_str(entry);
        if at + 1 < shown.len() {
            line.push_str(", ");
        }
    }
    lines.push(line + &more);
}
