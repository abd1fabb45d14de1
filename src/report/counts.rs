//! `counts.csv` and `interval_reasons.csv`: every headline number with its bounds, and why it is wide.

use super::{Assessment, Report, sheet::Sheet};
use std::path::Path;

/// Every headline number with its bounds.
pub struct CountsTable;

impl Report for CountsTable {
    fn name(&self) -> &'static str {
        "counts.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), "metric, scope, floor, best, ceiling, method, reasons")?;
        let counts = &assessment.population.counts;
        let reasons: Vec<&str> = counts.reasons.iter().map(|reason| reason.code).collect();
        for (scope, bounds) in &counts.scopes {
            let reasons = if bounds.floor == bounds.ceiling { String::new() } else { reasons.join(";") };
            sheet.plain("people").plain(scope).plain(bounds.floor).plain(bounds.best).plain(bounds.ceiling);
            sheet.plain("rules R01-R25, guards V1-V7").plain(reasons);
            sheet.end()?;
        }
        let unattributed = assessment.population.unattributed;
        sheet.plain("mentions").plain("unattributed").plain(unattributed).plain(unattributed).plain(unattributed);
        sheet.plain("records with elements that tell nothing of whom").plain("");
        sheet.end()?;
        sheet.finish()
    }
}

/// What makes the interval wide, and what would resolve it.
pub struct Reasons;

impl Report for Reasons {
    fn name(&self) -> &'static str {
        "interval_reasons.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet =
            Sheet::create(folder, self.name(), "reason_code, text, direction, people_affected, examples_person_ids, how_to_resolve")?;
        for reason in &assessment.population.counts.reasons {
            let examples: Vec<_> = reason
                .examples
                .iter()
                .filter_map(|at| assessment.population.individuals.get(*at as usize))
                .map(|one| one.id.text())
                .collect();
            sheet
                .plain(reason.code)
                .text(&reason.text)
                .plain(reason.direction.word())
                .plain(reason.people)
                .plain(examples.join(";"))
                .text(reason.resolve);
            sheet.end()?;
        }
        sheet.finish()
    }
}
