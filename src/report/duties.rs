//! `duties.csv`, `element_sets.csv`: who must be told by when, and which letters there are.

use super::{Assessment, Report, sheet::Sheet};
use crate::base::{Bounds, ElementSet};
use std::{collections::BTreeMap, path::Path};

/// Who must be told, by when.
pub struct Duties;

impl Report for Duties {
    fn name(&self) -> &'static str {
        "duties.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "jurisdiction, law, duty, recipient, people_floor, people_best, people_ceiling, threshold, crossed, trigger_elements, \
                      deadline, deadline_date, citation, as_of, confidence, note, assumptions";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        for duty in assessment.duties {
            sheet.plain(&duty.jurisdiction).text(&duty.law).plain(duty.duty.word()).text(&duty.recipient);
            sheet.plain(duty.people.floor).plain(duty.people.best).plain(duty.people.ceiling);
            sheet.text(&duty.threshold).plain(duty.crossed.word()).plain(duty.trigger_elements.codes()).text(&duty.deadline);
            sheet.plain(duty.deadline_date.as_ref().map(ToString::to_string).unwrap_or_default()).text(&duty.citation);
            sheet.plain(duty.as_of.map(|day| day.to_string()).unwrap_or_default()).plain(duty.confidence.word()).text(&duty.note);
            // Facts nobody gave, by their keys; methodology.md says what was assumed of each.
            sheet.plain(duty.assumptions.join(";"));
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// People per combination of elements: each is one version of the letter.
pub struct ElementSets;

impl Report for ElementSets {
    fn name(&self) -> &'static str {
        "element_sets.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sets: BTreeMap<ElementSet, (Bounds, BTreeMap<&str, u64>)> = BTreeMap::new();
        for individual in assessment.population.counted() {
            let entry = sets.entry(individual.elements).or_default();
            entry.0 = entry.0.plus(Bounds::exactly(1));
            *entry.1.entry(&individual.residency).or_default() += 1;
        }
        let mut rows: Vec<_> = sets.into_iter().collect();
        rows.sort_by_key(|(set, (people, _))| (std::cmp::Reverse(people.best), set.codes()));
        let mut sheet = Sheet::create(folder, self.name(), "element_set, people, jurisdictions, severity, letter_version")?;
        for (number, (set, (people, places))) in rows.into_iter().enumerate() {
            let places: Vec<String> = places.iter().map(|(place, people)| format!("{place}:{people}")).collect();
            sheet
                .plain(set.codes())
                .plain(people.best)
                .plain(places.join(";"))
                .plain(set.severity().map_or("", |severity| severity.word()));
            sheet.plain(format!("L{:03}", number + 1));
            sheet.end()?;
        }
        sheet.finish()
    }
}
