//! `tables.csv`: every recognised table and what each column holds.

use super::{
    Assessment, Report,
    sheet::{Sheet, share},
};
use crate::evidence::sketch::Sketch;
use std::path::Path;

/// Every recognised table and its columns.
pub struct Tables;

impl Report for Tables {
    fn name(&self) -> &'static str {
        "tables.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "path, table, rows, people, column, header, element, detector, fill_rate, valid_rate, distinct_values, confidence, reason, test_values, placeholders";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let catalogue = &assessment.population.catalogue;
        let mut tables: Vec<(u32, &crate::people::catalogue::Table)> =
            catalogue.tables.iter().enumerate().map(|(at, table)| (at as u32, table)).collect();
        tables.sort_by_key(|(_, table)| (catalogue.path(assessment.evidence, table.item), &table.name, table.table));
        for (at, table) in tables {
            let people = assessment.census.tables.get(&at).copied().unwrap_or(0);
            for column in &table.columns {
                let seen = &column.seen;
                let entry = assessment.evidence.detectors.get(usize::from(seen.detector));
                if entry.is_none() && !seen.free_text {
                    continue;
                }
                let header: String = seen.header.chars().take(200).collect();
                sheet.text(catalogue.path(assessment.evidence, table.item)).text(&table.name).plain(table.rows).plain(people);
                sheet.plain(seen.column + 1).text(&header);
                sheet.plain(entry.and_then(|entry| entry.element).map_or("", |element| element.code()));
                sheet.plain(entry.map_or("free_text", |entry| entry.id.as_str()));
                sheet.plain(share(seen.filled, table.rows)).plain(share(seen.valid - seen.kept.min(seen.valid), seen.filled));
                sheet
                    .plain(Sketch::from_bytes(&seen.distinct).count())
                    .plain(format!("{:.1}", seen.bits))
                    .text(&seen.reason)
                    .plain(seen.test_values)
                    .plain(seen.placeholders);
                sheet.end()?;
            }
        }
        sheet.finish()
    }
}
