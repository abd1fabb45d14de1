//! `files.csv` and `exceptions.csv`: one row per item, and everything not fully examined.

use super::{Assessment, Report, sheet::Sheet};
use crate::{base::ElementSet, evidence::ItemStatus};
use std::path::Path;

/// One row per item, container members included.
pub struct Files;

impl Report for Files {
    fn name(&self) -> &'static str {
        "files.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "path, size_bytes, digest, format, status, bytes_examined, duplicate_of, people, mentions, elements, severity";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let catalogue = &assessment.population.catalogue;
        // Places only: there may be ten million.
        let items = &assessment.evidence.items;
        let mut places: Vec<u32> = (0..u32::try_from(items.len()).unwrap_or(u32::MAX)).collect();
        places.sort_unstable_by_key(|place| (items.get(*place as usize).map(|item| (item.path, item.digest)), *place));
        for item in places.into_iter().filter_map(|place| items.get(place as usize)) {
            let master = catalogue.master(item.item);
            // What a copy holds is what the copy that was read holds.
            let read = catalogue.read_as(assessment.evidence, item.item).unwrap_or(item);
            let tally = assessment.census.items.get(&read.item).copied().unwrap_or_default();
            let copy = master != item.item;
            let status = if copy { ItemStatus::Duplicate } else { read.status };
            sheet.text(item.path).plain(item.size).plain(item.digest).plain(read.format).plain(status.word());
            sheet.plain(if copy { 0 } else { read.examined });
            sheet.text(if copy { catalogue.path(assessment.evidence, item.item) } else { "" });
            sheet.plain(tally.people).plain(tally.mentions).plain(tally.elements.codes()).plain(severity(tally.elements));
            sheet.end()?;
        }
        sheet.finish()
    }
}

fn severity(elements: ElementSet) -> &'static str {
    elements.severity().map_or("", |severity| severity.word())
}

/// Everything not fully examined, and why.
pub struct Exceptions;

impl Report for Exceptions {
    fn name(&self) -> &'static str {
        "exceptions.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), "path, category, detail, bytes_not_examined, action")?;
        let catalogue = &assessment.population.catalogue;
        let mut rows: Vec<_> = assessment
            .evidence
            .problems
            .iter()
            .map(|problem| {
                let path =
                    if catalogue.is_used(problem.item) { catalogue.path(assessment.evidence, problem.item) } else { problem.path.as_str() };
                (path, problem.category, problem.detail.as_str(), problem.bytes_not_examined)
            })
            .collect();
        rows.sort_unstable();
        rows.dedup();
        for (path, category, detail, bytes) in rows {
            sheet.text(path).plain(category.word()).text(detail).plain(bytes).text(category.action());
            sheet.end()?;
        }
        sheet.finish()
    }
}
