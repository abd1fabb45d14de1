//! `trade_secrets.csv`: files that carry markings or the make-up of business secrets.

use super::{Assessment, Report, sheet::Sheet};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// One row per file.
pub struct TradeSecrets;

/// What speaks for one file.
#[derive(Default)]
struct Signs {
    bits: f32,
    indicators: BTreeMap<String, u32>,
    classes: BTreeMap<String, f32>,
    markings: BTreeSet<String>,
}

/// Evidence a file must carry to be listed, in bits.
pub const ENOUGH: f32 = 3.0;

/// Files with enough signs: path, class, indicators, marking, bits.
pub fn listed(assessment: &Assessment<'_>) -> anyhow::Result<Vec<(String, String, String, String, f32)>> {
    let catalogue = &assessment.population.catalogue;
    let mut files: BTreeMap<String, Signs> = BTreeMap::new();
    assessment.evidence.findings(|finding| {
        let Some(entry) = assessment.evidence.detectors.get(usize::from(finding.detector)) else { return };
        if entry.marking.is_empty() || finding.test_value || catalogue.used.get(&finding.item) != Some(&true) {
            return;
        }
        let signs = files.entry(catalogue.path(assessment.evidence, finding.item).to_owned()).or_default();
        // The same words again say little more.
        let count = signs.indicators.entry(entry.id.clone()).or_default();
        *count += 1;
        if *count == 1 {
            signs.bits += finding.bits;
            *signs.classes.entry(entry.marking.clone()).or_default() += finding.bits;
        }
        if signs.markings.len() < 5 {
            signs.markings.insert(String::from_utf8_lossy(&finding.value).to_lowercase());
        }
    })?;
    Ok(files
        .into_iter()
        .filter(|(_, signs)| signs.bits >= ENOUGH)
        .map(|(path, signs)| {
            let class =
                signs.classes.iter().max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0))).map_or("", |(class, _)| class).to_owned();
            let indicators: Vec<String> = signs.indicators.iter().map(|(id, count)| format!("{id}×{count}")).collect();
            let markings: Vec<String> = signs.markings.into_iter().collect();
            (path, class, indicators.join(";"), markings.join(";"), signs.bits)
        })
        .collect())
}

impl Report for TradeSecrets {
    fn name(&self) -> &'static str {
        "trade_secrets.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), "path, class, indicators, marking, severity, basis")?;
        for (path, class, indicators, marking, bits) in listed(assessment)? {
            let severity = if bits >= 8.0 { "high" } else { "medium" };
            sheet.text(&path).plain(class).text(&indicators).text(&marking).plain(severity).plain(format!("{bits:.1} bits of evidence"));
            sheet.end()?;
        }
        sheet.finish()
    }
}
