//! Quality control by sample: sheets that reviewers fill in blind, and what they come to.
//!
//! A sheet asks of each place which kinds of data stand there, and does not tell what was found there or
//! whether anything was. What was found is kept in the key, which stays in the case folder. Draws depend on
//! the seed and on the evidence alone: whoever has both can draw the same sheet again.

use super::{people::location, sheet::Sheet};
use crate::{
    base::{
        Element,
        statistics::{Interval, clopper_pearson, share_size, wilson, zero_find_size},
    },
    evidence::{Evidence, ItemStatus, row::NO_TABLE},
    people::Population,
};
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet},
    path::Path,
};

/// Bytes of text that are one region.
const REGION: u64 = 4096;
/// What the answer column holds where there is nothing.
const NOTHING: &str = "none";

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub confidence: f64,
    /// Precision of each element is wanted within so much either way.
    pub margin: f64,
    /// The rate of missed regions that a review without a find must rule out.
    pub elusion: f64,
}

/// What the sheet does not tell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    /// When the evidence was read that the sheet was drawn from.
    pub scanned: String,
    pub seed: u64,
    pub confidence: f64,
    /// Findings in all, by element.
    pub found: BTreeMap<String, u64>,
    /// Regions without findings, in all (estimated from the draw).
    pub regions: u64,
    /// By sample: the element found there, none for a region without findings.
    pub samples: BTreeMap<String, Option<String>>,
}

/// A place to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: String,
    location: String,
}

/// The smallest draws of one element: those with the least hash.
#[derive(Debug, Default)]
struct Stratum {
    drawn: BinaryHeap<(u64, Place)>,
    count: u64,
}

/// Draws a sheet into `folder`/qc_sheet.csv; returns its key and how many rows it has.
///
/// # Errors
/// When evidence cannot be read or the sheet not be written.
pub fn draw(evidence: &Evidence<'_>, population: &Population, plan: &Plan, folder: &Path) -> anyhow::Result<(Key, usize)> {
    let strata = found(evidence, population, plan)?;
    let (regions, count) = regions(evidence, population, plan)?;
    let mut rows: Vec<(u64, Place, Option<Element>)> = Vec::new();
    for (element, stratum) in &strata {
        let wanted = share_size(plan.margin, plan.confidence, stratum.count) as usize;
        let mut drawn = stratum.drawn.clone().into_sorted_vec();
        drawn.truncate(wanted);
        rows.extend(drawn.into_iter().map(|(order, place)| (order, place, Some(*element))));
    }
    rows.extend(regions.into_iter().map(|(order, place)| (order, place, None)));
    // By hash: what was found and what was not stand mixed.
    rows.sort();
    let header = "sample_id, path, location, question, answer, reviewer, note";
    let mut sheet = Sheet::create(folder, "qc_sheet.csv", header)?;
    let found = strata.iter().map(|(element, stratum)| (element.code().to_owned(), stratum.count)).collect();
    let mut key =
        Key { scanned: String::new(), seed: plan.seed, confidence: plan.confidence, found, regions: count, samples: BTreeMap::new() };
    for (number, (_, place, element)) in rows.iter().enumerate() {
        let id = format!("Q-{:05}", number + 1);
        sheet.plain(&id).text(&place.path).text(&place.location);
        sheet.plain(format!("Which kinds of data of people stand here? Codes joined by ; or {NOTHING}")).plain("").plain("").plain("");
        sheet.end()?;
        key.samples.insert(id, element.map(|element| element.code().to_owned()));
    }
    sheet.finish()?;
    Ok((key, rows.len()))
}

fn order(seed: u64, parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    u64::from_le_bytes(hasher.finalize().as_bytes()[..8].try_into().unwrap_or_default())
}

/// Findings in text and rows of tables, by element.
fn found(evidence: &Evidence<'_>, population: &Population, plan: &Plan) -> anyhow::Result<BTreeMap<Element, Stratum>> {
    let most = share_size(plan.margin, plan.confidence, u64::MAX) as usize;
    let mut strata: BTreeMap<Element, Stratum> = BTreeMap::new();
    let mut add = |element: Element, path: &str, location: String| {
        let stratum = strata.entry(element).or_default();
        stratum.count += 1;
        let hash = order(plan.seed, &[path, &location, element.code()]);
        if stratum.drawn.len() < most {
            stratum.drawn.push((hash, Place { path: path.to_owned(), location }));
        } else if stratum.drawn.peek().is_some_and(|(worst, _)| hash < *worst) {
            stratum.drawn.pop();
            stratum.drawn.push((hash, Place { path: path.to_owned(), location }));
        }
    };
    let catalogue = &population.catalogue;
    for mention in population.records.mentions.iter().filter(|mention| mention.table != NO_TABLE) {
        let path = catalogue.path(evidence, mention.item);
        mention.elements.iter().for_each(|element| add(element, path, location(true, mention.row, 0)));
    }
    evidence.findings(|finding| {
        let element = evidence.detectors.get(usize::from(finding.detector)).and_then(|entry| entry.element);
        let counts = finding.table == NO_TABLE && !finding.test_value && catalogue.is_used(finding.item);
        if let Some(element) = element.filter(|_| counts) {
            let page = finding.column;
            let place = if page > 0 { format!("page:{page}") } else { location(false, finding.at, finding.length) };
            add(element, catalogue.path(evidence, finding.item), place);
        }
    })?;
    Ok(strata)
}

/// Places within what was examined: rows of tables, and blocks of what is no table.
struct Regions<'e> {
    /// Path, item, table (or none), regions before it.
    spans: Vec<(&'e str, u32, Option<u32>, u64)>,
    total: u64,
}

impl<'e> Regions<'e> {
    fn new(evidence: &'e Evidence<'_>, population: &Population) -> Regions<'e> {
        let catalogue = &population.catalogue;
        let mut spans: Vec<(&str, u32, Option<u32>, u64)> = Vec::new();
        let with_tables: HashSet<u32> = catalogue.tables.iter().map(|table| table.item).collect();
        for (index, table) in catalogue.tables.iter().enumerate() {
            spans.push((catalogue.path(evidence, table.item), table.item, Some(index as u32), table.rows));
        }
        let containers: HashSet<&str> = evidence.items.iter().filter_map(|item| around(item.path)).collect();
        let read = evidence.items.iter().filter(|item| matches!(item.status, ItemStatus::Full | ItemStatus::Partial));
        for item in read.filter(|item| catalogue.is_used(item.item) && !with_tables.contains(&item.item)) {
            // What a container holds is examined as its members.
            if !containers.contains(item.path) {
                spans.push((catalogue.path(evidence, item.item), item.item, None, item.examined.div_ceil(REGION)));
            }
        }
        spans.sort_by(|a, b| (a.0, a.2.is_some(), a.3).cmp(&(b.0, b.2.is_some(), b.3)));
        let mut total = 0;
        for span in &mut spans {
            total += std::mem::replace(&mut span.3, total);
        }
        Regions { spans, total }
    }

    fn at(&self, number: u64) -> Option<(&'e str, u32, Option<u32>, u64)> {
        let span = self.spans.get(self.spans.partition_point(|span| span.3 <= number).checked_sub(1)?)?;
        Some((span.0, span.1, span.2, number - span.3))
    }
}

/// The container a member lies in.
fn around(path: &str) -> Option<&str> {
    path.rfind("!/").max(path.rfind('#')).map(|at| &path[..at])
}

/// Draws regions in which nothing was found, and estimates how many of them there are.
fn regions(evidence: &Evidence<'_>, population: &Population, plan: &Plan) -> anyhow::Result<(Vec<(u64, Place)>, u64)> {
    let regions = Regions::new(evidence, population);
    let wanted = zero_find_size(plan.elusion, plan.confidence) as usize;
    let all = regions.total <= 20 * wanted as u64;
    let candidates: Vec<u64> = if all {
        (0..regions.total).collect()
    } else {
        let draws = (0..20 * wanted as u64).map(|draw| order(plan.seed, &["region", &draw.to_string()]) % regions.total);
        draws.collect::<BTreeSet<u64>>().into_iter().collect()
    };
    // (item, table or none, row or block)
    let places: HashMap<(u32, Option<u32>, u64), u64> =
        candidates.iter().filter_map(|number| regions.at(*number).map(|(_, item, table, at)| ((item, table, at), *number))).collect();
    let mut with_findings: HashSet<u64> = HashSet::new();
    for mention in population.records.mentions.iter() {
        let (table, at) = if mention.table == NO_TABLE { (None, mention.row / REGION) } else { (Some(mention.table), mention.row) };
        with_findings.extend(places.get(&(mention.item, table, at)));
    }
    evidence.findings(|finding| {
        let catalogue = &population.catalogue;
        let key = match catalogue.table_index(finding.item, finding.part, finding.table) {
            Some(index) if finding.table != NO_TABLE => {
                let row = catalogue.tables.get(index as usize).map_or(finding.at, |table| table.row(finding.part, finding.at));
                (finding.item, Some(index), row)
            }
            _ => (finding.item, None, finding.at / REGION),
        };
        with_findings.extend(places.get(&key));
    })?;
    let empty: Vec<u64> = candidates.iter().copied().filter(|number| !with_findings.contains(number)).collect();
    let share = empty.len() as f64 / candidates.len().max(1) as f64;
    let count = if all { empty.len() as u64 } else { (regions.total as f64 * share).round() as u64 };
    let mut drawn: Vec<(u64, Place)> = empty
        .into_iter()
        .filter_map(|number| {
            let (path, _, table, at) = regions.at(number)?;
            let location = if table.is_some() { location(true, at, 0) } else { format!("@{}+{REGION}", at * REGION) };
            Some((order(plan.seed, &[path, &location, "without"]), Place { path: path.to_owned(), location }))
        })
        .collect();
    drawn.sort();
    drawn.truncate(wanted);
    Ok((drawn, count))
}

/// One line of `qc_results.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub measure: &'static str,
    pub stratum: String,
    /// What the sample was drawn from.
    pub population: u64,
    pub sampled: u64,
    pub hits: u64,
    pub estimate: f64,
    pub exact: Interval,
    pub wilson: Interval,
}

/// Reads a filled sheet against its key. Rows without an answer are left out of every figure.
///
/// # Errors
/// When the sheet is not one of this key, or an answer is not a list of codes.
pub fn evaluate(key: &Key, sheet: &Path) -> anyhow::Result<Vec<Measure>> {
    let mut reader = csv::Reader::from_path(sheet).with_context(|| format!("`{}` cannot be read", sheet.display()))?;
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|column| column == name).with_context(|| format!("the sheet has no column `{name}`"));
    let (id, answer) = (column("sample_id")?, column("answer")?);
    // By element, none for regions: hits, sampled.
    let mut tallies: BTreeMap<Option<&str>, (u64, u64)> = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        let (id, answer) = (row.get(id).unwrap_or_default(), row.get(answer).unwrap_or_default().trim());
        let Some(claimed) = key.samples.get(id) else { bail!("`{id}` is no sample of this case's sheet") };
        if answer.is_empty() {
            continue;
        }
        let codes = answered(id, answer)?;
        let hit = match claimed {
            Some(element) => codes.iter().any(|code| code.code() == element),
            None => !codes.is_empty(),
        };
        let tally = tallies.entry(claimed.as_deref()).or_default();
        tally.0 += u64::from(hit);
        tally.1 += 1;
    }
    if tallies.is_empty() {
        bail!("no row of the sheet has an answer");
    }
    Ok(measures(key, &tallies))
}

fn answered(id: &str, answer: &str) -> anyhow::Result<Vec<Element>> {
    if answer.eq_ignore_ascii_case(NOTHING) {
        return Ok(Vec::new());
    }
    let code = |code: &str| {
        Element::from_code(code.trim()).with_context(|| format!("{id}: `{}` is neither an element's code nor `{NOTHING}`", code.trim()))
    };
    answer.split(';').filter(|code| !code.trim().is_empty()).map(code).collect()
}

fn measures(key: &Key, tallies: &BTreeMap<Option<&str>, (u64, u64)>) -> Vec<Measure> {
    let measure = |measure, stratum: &str, population, (hits, sampled): (u64, u64)| Measure {
        measure,
        stratum: stratum.to_owned(),
        population,
        sampled,
        hits,
        estimate: hits as f64 / sampled.max(1) as f64,
        exact: clopper_pearson(hits, sampled, key.confidence),
        wilson: wilson(hits, sampled, key.confidence),
    };
    let mut all = Vec::new();
    for (element, tally) in tallies.iter().filter_map(|(element, tally)| Some(((*element)?, *tally))) {
        all.push(measure("precision", element, key.found.get(element).copied().unwrap_or(0), tally));
    }
    let Some(missed) = tallies.get(&None) else { return all };
    let elusion = measure("elusion", "regions without findings", key.regions, *missed);
    // Recall follows from both: what is right of what was found, beside what was missed.
    let recall = |precise: &dyn Fn(&Measure) -> f64, missed: f64| {
        let right: f64 = all.iter().map(|line| line.population as f64 * precise(line)).sum();
        let lost = key.regions as f64 * missed;
        if right + lost == 0.0 { 1.0 } else { right / (right + lost) }
    };
    let line = Measure {
        measure: "recall",
        stratum: "findings, a missed region as one".to_owned(),
        population: all.iter().map(|line| line.population).sum::<u64>() + key.regions,
        sampled: all.iter().map(|line| line.sampled).sum::<u64>() + missed.1,
        hits: all.iter().map(|line| line.hits).sum(),
        estimate: recall(&|line| line.estimate, elusion.estimate),
        exact: Interval {
            low: recall(&|line| line.exact.low, elusion.exact.high),
            high: recall(&|line| line.exact.high, elusion.exact.low),
        },
        wilson: Interval {
            low: recall(&|line| line.wilson.low, elusion.wilson.high),
            high: recall(&|line| line.wilson.high, elusion.wilson.low),
        },
    };
    all.push(elusion);
    all.push(line);
    all
}

/// Writes `qc_results.csv`.
///
/// # Errors
/// When it cannot be written.
pub fn write_results(measures: &[Measure], confidence: f64, folder: &Path) -> anyhow::Result<()> {
    let header = "measure, stratum, population, sampled, hits, estimate, exact_low, exact_high, wilson_low, wilson_high, confidence";
    let mut sheet = Sheet::create(folder, "qc_results.csv", header)?;
    for line in measures {
        sheet.plain(line.measure).text(&line.stratum).plain(line.population).plain(line.sampled).plain(line.hits);
        for share in [line.estimate, line.exact.low, line.exact.high, line.wilson.low, line.wilson.high] {
            sheet.plain(format!("{share:.4}"));
        }
        sheet.plain(confidence);
        sheet.end()?;
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_elusion_and_recall_come_from_the_answers() {
        let key = Key {
            scanned: String::new(),
            seed: 1,
            confidence: 0.95,
            found: BTreeMap::from([("ssn".to_owned(), 1000)]),
            regions: 5000,
            samples: BTreeMap::from([
                ("Q-1".to_owned(), Some("ssn".to_owned())),
                ("Q-2".to_owned(), Some("ssn".to_owned())),
                ("Q-3".to_owned(), None),
                ("Q-4".to_owned(), None),
            ]),
        };
        let folder = tempfile::tempdir().expect("a scratch folder");
        let sheet = folder.path().join("sheet.csv");
        std::fs::write(&sheet, "sample_id,answer\nQ-1,name;ssn\nQ-2,none\nQ-3,none\nQ-4,\n").expect("written");
        let measures = evaluate(&key, &sheet).expect("a sheet");
        let line = |name: &str| measures.iter().find(|line| line.measure == name).expect("a line");
        assert_eq!((line("precision").hits, line("precision").sampled, line("precision").estimate), (1, 2, 0.5));
        assert_eq!((line("elusion").hits, line("elusion").sampled), (0, 1));
        assert!((line("recall").estimate - 1.0).abs() < 1e-9 && line("recall").exact.low < 0.2);
        for (text, fault) in [("Q-9,none", "no sample"), ("Q-1,sns", "neither"), ("Q-1,", "no row")] {
            std::fs::write(&sheet, format!("sample_id,answer\n{text}\n")).expect("written");
            assert!(evaluate(&key, &sheet).expect_err(text).to_string().contains(fault), "{text}");
        }
    }
}
