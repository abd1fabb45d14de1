//! `trade_secrets.csv`: files that carry markings or the make-up of business secrets.
//!
//! What the text says are findings of detectors with a `marking`; what names and columns say is judged here,
//! over the evidence as a whole. All of it is bits that add up; words of what is meant for everybody are taken away.

use super::{Assessment, Report, sheet::Sheet};
use crate::{
    detect::secrecy::{self, INTERNAL, OWNERSHIP, PUBLIC, Sign},
    evidence::row::NO_TABLE,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

/// One row per file.
pub struct TradeSecrets;

/// Evidence a file must carry to be listed, in bits.
pub const ENOUGH: f32 = 3.0;
/// Evidence of a file that is beyond doubt.
const HIGH: f32 = 8.0;
/// A document says on its first pages what it is: words inside sentences farther in are not counted.
const EARLY: u64 = 16 << 10;
const EARLY_PAGES: u32 = 3;
/// Of each further word of one kind half its bits count, for so many words.
const FURTHER: usize = 4;
/// Words of one kind that are shown.
const SHOWN: usize = 3;
/// From here on a phrase stood by itself: its bits are more than those of any phrase in a sentence.
const BY_ITSELF: f32 = 3.0;

/// What one detector found in one file.
#[derive(Default)]
struct Phrases {
    class: String,
    /// Of each phrase the best bits and how often it stands there.
    seen: BTreeMap<String, (f32, u32)>,
}

/// What speaks for and against one file.
#[derive(Default)]
struct Signs {
    /// By detector.
    phrases: BTreeMap<String, Phrases>,
    names: Vec<Sign>,
    tables: Vec<Sign>,
}

/// A file with enough signs.
pub struct Listed {
    pub path: String,
    pub class: String,
    /// Detectors and how often each found something.
    pub indicators: String,
    /// The strongest phrases.
    pub marking: String,
    /// Evidence in bits.
    pub bits: f32,
    /// The sum, term by term.
    pub basis: String,
}

/// Files with enough signs, by path.
pub fn listed(assessment: &Assessment<'_>) -> anyhow::Result<Vec<Listed>> {
    let catalogue = &assessment.population.catalogue;
    let mut files: BTreeMap<String, Signs> = BTreeMap::new();
    let used = |item: u32| catalogue.is_used(item);
    assessment.evidence.findings(|finding| {
        let Some(entry) = assessment.evidence.detectors.get(usize::from(finding.detector)) else { return };
        if entry.marking.is_empty() || finding.test_value || !used(finding.item) {
            return;
        }
        // A word in one cell of many says little of the file.
        let in_table = finding.table != NO_TABLE;
        let early = !in_table && finding.at <= EARLY && finding.column <= EARLY_PAGES;
        let bits = match in_table {
            true => finding.bits / 2.0,
            false if early || finding.bits > BY_ITSELF => finding.bits,
            false => return,
        };
        let signs = files.entry(catalogue.path(assessment.evidence, finding.item).to_owned()).or_default();
        let phrases = signs.phrases.entry(entry.id.clone()).or_default();
        phrases.class.clone_from(&entry.marking);
        let (best, count) = phrases.seen.entry(String::from_utf8_lossy(&finding.value).into_owned()).or_default();
        *best = best.max(bits);
        *count += 1;
    })?;
    for table in &catalogue.tables {
        if let Some(sign) = secrecy::of_columns(table.columns.iter().map(|column| column.seen.header.as_str())) {
            let path = catalogue.path(assessment.evidence, table.item).to_owned();
            files.entry(path).or_default().tables.push(sign);
        }
    }
    let paths = || assessment.evidence.items.iter().filter(|item| used(item.item)).map(|item| item.path);
    let containers: BTreeSet<&str> = paths().flat_map(|path| path.match_indices("!/").map(|(at, _)| &path[..at])).collect();
    for item in assessment.evidence.items.iter().filter(|item| used(item.item)) {
        let path = catalogue.path(assessment.evidence, item.item);
        let names = secrecy::of_path(path);
        if !names.is_empty() && !containers.contains(path) {
            files.entry(path.to_owned()).or_default().names = names;
        }
    }
    Ok(files.into_iter().filter_map(|(path, signs)| signs.judge(path)).collect())
}

impl Signs {
    /// The sum of all signs, if it is enough.
    fn judge(self, path: String) -> Option<Listed> {
        let is_source = secrecy::is_source(&path);
        let mut sum = Sum::default();
        let (mut indicators, mut markings) = (Vec::new(), Vec::new());
        for (id, Phrases { class, seen: phrases }) in &self.phrases {
            if class == OWNERSHIP && !is_source {
                continue;
            }
            let mut best: Vec<(&String, f32)> = phrases.iter().map(|(phrase, (bits, _))| (phrase, *bits)).collect();
            best.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            let further: f32 = best.iter().skip(1).take(FURTHER).map(|(_, bits)| bits / 2.0).sum();
            let bits = best.first().map_or(0.0, |(_, bits)| *bits) + further;
            let shown: Vec<&str> = best.iter().take(SHOWN).map(|(phrase, _)| phrase.as_str()).collect();
            // In source code it is mostly said of a function.
            let bits = if is_source && class == INTERNAL { bits / 2.0 } else { bits };
            sum.add(if class == OWNERSHIP { "source_code" } else { class }, bits, &shown.join(", "));
            if class != PUBLIC {
                indicators.push(format!("{id}×{}", phrases.values().map(|(_, count)| count).sum::<u32>()));
                markings.extend(best.iter().take(SHOWN).map(|(phrase, bits)| (*bits, (*phrase).clone())));
            }
        }
        for sign in &self.names {
            sum.add(sign.marking, sign.bits, &format!("name {}", sign.word));
            if sign.marking != PUBLIC {
                indicators.push(format!("name:{}", sign.marking));
            }
        }
        if let Some(sign) = self.tables.iter().max_by(|a, b| a.bits.total_cmp(&b.bits)) {
            sum.add(sign.marking, sign.bits, &format!("columns like {}", sign.word));
            indicators.push(format!("columns:{}×{}", sign.marking, self.tables.len()));
        }
        markings.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let marking: Vec<String> = markings.into_iter().take(5).map(|(_, phrase)| phrase).collect();
        let class = sum.class()?;
        (sum.bits >= ENOUGH).then(|| Listed {
            path,
            class,
            indicators: indicators.join(";"),
            marking: marking.join(";"),
            bits: sum.bits,
            basis: format!("{:.1} bits:{}", sum.bits, sum.terms),
        })
    }
}

/// A sum of bits that says what it is made of.
#[derive(Default)]
struct Sum {
    bits: f32,
    classes: BTreeMap<String, f32>,
    terms: String,
}

impl Sum {
    fn add(&mut self, class: &str, bits: f32, shown: &str) {
        let against = class == PUBLIC;
        let bits = if against { -bits } else { bits };
        self.bits += bits;
        if !against {
            *self.classes.entry(class.to_owned()).or_default() += bits;
        }
        let separator = if self.terms.is_empty() { "" } else { ";" };
        let _ = write!(self.terms, "{separator} {class} {bits:+.1} ({shown})");
    }

    /// The class that most speaks for.
    fn class(&self) -> Option<String> {
        self.classes.iter().max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0))).map(|(class, _)| class.clone())
    }
}

impl Report for TradeSecrets {
    fn name(&self) -> &'static str {
        "trade_secrets.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), "path, class, indicators, marking, severity, basis")?;
        for file in listed(assessment)? {
            let severity = if file.bits >= HIGH { "high" } else { "medium" };
            sheet.text(&file.path).plain(&file.class).text(&file.indicators).text(&file.marking).plain(severity).text(&file.basis);
            sheet.end()?;
        }
        sheet.finish()
    }
}
