//! `severity.csv` and its part of `methodology.md`: how grave the exposure is by the method of ENISA (2013), for each data
//! set (a file or a table of the leak) and for each group of people, with the computation.

use super::{
    Assessment, Report,
    sheet::Sheet,
    words::{group, plural},
};
use crate::{
    base::{Bounds, ElementSet, Facts},
    evidence::{Evidence, row::NO_TABLE},
    impact::{Graded, Indication, Scale, Severity},
    law::Group,
    people::{
        Population,
        individual::{Individual, Known},
        record::Map,
    },
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    path::Path,
};

/// A file, or a table of one that has several, graded by itself: by what it alone shows of each of its people.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    pub path: String,
    /// Empty for a whole file.
    pub table: String,
    pub people: u64,
    /// Those of its people who are worst off.
    pub gravest: Graded,
}

/// People of one data set alike for the method: item, table ([`WHOLE`] for the file), exposed in the clear, under age, residency
/// where it matters.
type Alike<'p> = (u32, u32, ElementSet, bool, &'p str);

/// Stands for all tables and the text of a file.
const WHOLE: u32 = NO_TABLE;

/// The data sets of a case, the gravest first.
pub fn data_sets(evidence: &Evidence<'_>, population: &Population, scale: &Scale, facts: &Facts) -> Vec<DataSet> {
    let parts = population.individuals.par_chunks(1 << 14).map(|individuals| alike(individuals, population, scale));
    let counts = parts.reduce(Map::default, |mut sum, part| {
        part.into_iter().for_each(|(key, people)| *sum.entry(key).or_default() += people);
        sum
    });
    let mut grades: HashMap<(ElementSet, bool, &str), Severity> = HashMap::new();
    // In the order of the keys, so that of two equally grave groups always the same one is told.
    let mut sets: BTreeMap<(u32, u32), DataSet> = BTreeMap::new();
    for ((item, table, elements, minor, residency), people) in counts.into_iter().collect::<BTreeMap<_, _>>() {
        let severity = grades.entry((elements, minor, residency)).or_insert_with(|| {
            let residency = residency.to_owned();
            scale.grade(&Group { residency, elements, minor, ..Group::default() }, facts)
        });
        let graded = || Graded { elements, minor, people: Bounds::exactly(people), severity: severity.clone() };
        let set = sets.entry((item, table)).or_insert_with(|| DataSet {
            path: population.catalogue.path(evidence, item).to_owned(),
            table: population.catalogue.tables.get(table as usize).map(|table| table.name.clone()).unwrap_or_default(),
            people: 0,
            gravest: graded(),
        });
        set.people += people;
        if rank(severity, people) > rank(&set.gravest.severity, set.gravest.people.best) {
            set.gravest = graded();
        }
    }
    // The only table of a file says what the file says.
    let mut parts: HashMap<u32, u32> = HashMap::new();
    sets.keys().for_each(|(item, _)| *parts.entry(*item).or_default() += 1);
    sets.retain(|(item, table), _| *table == WHOLE || parts.get(item).is_some_and(|parts| *parts > 2));
    let mut sets: Vec<DataSet> = sets.into_values().collect();
    sets.sort_by(|a, b| {
        let grave = rank(&b.gravest.severity, b.people).partial_cmp(&rank(&a.gravest.severity, a.people));
        grave.unwrap_or(std::cmp::Ordering::Equal).then_with(|| (&a.path, &a.table).cmp(&(&b.path, &b.table)))
    });
    sets
}

fn rank(severity: &Severity, people: u64) -> (f64, Indication, u64) {
    (severity.score, severity.indication, people)
}

/// Counts the people of each data set by what it shows of them.
fn alike<'p>(individuals: &'p [Individual], population: &'p Population, scale: &Scale) -> Map<Alike<'p>, u64> {
    let mut counts: Map<Alike<'p>, u64> = Map::default();
    for individual in population.with_mentions(individuals).filter(|individual| individual.counted) {
        let minor = individual.minor == Known::Yes;
        let residency = if scale.distinguishes(&individual.residency) { individual.residency.as_str() } else { "" };
        let mut add = |(item, table, clear): (u32, u32, ElementSet)| {
            if !clear.is_empty() {
                *counts.entry((item, table, clear, minor, residency)).or_default() += 1;
            }
        };
        // Mentions of a person come by item and table.
        let (mut file, mut table) = ((0, WHOLE, ElementSet::EMPTY), (0, WHOLE, ElementSet::EMPTY));
        for mention in population.mentions(individual) {
            let clear = mention.elements.difference(mention.protected);
            if mention.item != file.0 {
                add(std::mem::replace(&mut file, (mention.item, WHOLE, ElementSet::EMPTY)));
            }
            file.2 = file.2.union(clear);
            if (mention.item, mention.table) != (table.0, table.1) {
                let closed = std::mem::replace(&mut table, (mention.item, mention.table, ElementSet::EMPTY));
                if closed.1 != NO_TABLE {
                    add(closed);
                }
            }
            table.2 = table.2.union(clear);
        }
        add(file);
        if table.1 != NO_TABLE {
            add(table);
        }
    }
    counts
}

/// How grave the exposure is, with the computation.
pub struct SeverityTable;

impl Report for SeverityTable {
    fn name(&self) -> &'static str {
        "severity.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "scope, path, table, people, gravest_people, elements, minor, computation, context, identification, circumstances, \
                      score, band, indication, override";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        if let Some(worst) = assessment.grades.groups.first() {
            let people = assessment.grades.groups.iter().map(|graded| graded.people.best).sum();
            row(&mut sheet, ("leak", "", ""), people, worst)?;
        }
        for set in assessment.data_sets {
            let scope = if set.table.is_empty() { "file" } else { "table" };
            row(&mut sheet, (scope, &set.path, &set.table), set.people, &set.gravest)?;
        }
        for graded in &assessment.grades.groups {
            row(&mut sheet, ("people", "", ""), graded.people.best, graded)?;
        }
        sheet.finish()
    }
}

fn row(sheet: &mut Sheet, (scope, path, table): (&str, &str, &str), people: u64, graded: &Graded) -> anyhow::Result<()> {
    let Severity { context, identification, circumstances, score, band, indication, overrides } = &graded.severity;
    let circumstances: Vec<String> = circumstances.iter().map(|part| format!("{}: {}", part.score, part.why)).collect();
    sheet.plain(scope).text(path).text(table).plain(people).plain(graded.people.best).plain(graded.elements.codes());
    sheet.plain(if graded.minor { "Y" } else { "N" }).text(&graded.severity.to_string());
    for part in [context, identification] {
        sheet.text(&format!("{}: {}", part.score, part.why));
    }
    sheet.text(&circumstances.join("; ")).plain(score).plain(band).plain(indication.word()).text(&overrides.join("; "));
    sheet.end()
}

/// Rows of each table in `methodology.md`; the gravest are shown.
const SHOWN: usize = 20;

/// The part of `methodology.md` on severity.
pub fn statement(assessment: &Assessment<'_>, out: &mut String) -> anyhow::Result<()> {
    let grades = assessment.grades;
    let Some(worst) = grades.groups.first() else { return Ok(()) };
    out.push_str(
        "\n## Severity for the people (ENISA 2013)\n\nSeverity = context × identification + circumstances; below 2 low, from 2 medium, from 3 high, \
         from 4 very high. An indication for decision by counsel: scores of elements are this project's reading of the method, \
         circumstances are facts or assumptions. Every row with its computation: severity.csv.\n\n",
    );
    writeln!(
        out,
        "The leak grades as its gravest group: {} ({}), {}; {}.\n",
        worst.severity.score,
        worst.severity.band,
        worst.severity.indication.word(),
        if grades.many { "more people than the method's mark for many" } else { "fewer people than the method's mark for many" },
    )?;
    for part in &worst.severity.circumstances {
        writeln!(out, "- circumstance {}: {}", part.score, part.why)?;
    }
    out.push_str("\n| band | indication | people | range |\n|---|---|---|---|\n");
    for (band, indication, Bounds { floor, best, ceiling }) in grades.bands() {
        writeln!(out, "| {band} | {} | {} | {} to {} |", indication.word(), group(best), group(floor), group(ceiling))?;
    }
    out.push_str("\n### By group of people\n\n| exposed | people | computation | indication | why |\n|---|---|---|---|---|\n");
    for graded in grades.groups.iter().take(SHOWN) {
        writeln!(out, "| {} | {} | {} |", exposed(graded), group(graded.people.best), graded_cells(&graded.severity))?;
    }
    left(grades.groups.len(), ("further group is", "further groups are"), out)?;
    out.push_str("\n### By file\n\nEach file by what it alone shows of its people: those worst off. Tables of a file by themselves: severity.csv.\n\n");
    out.push_str("| file | people | worst off | exposed | computation | indication | why |\n|---|---|---|---|---|---|---|\n");
    let files: Vec<&DataSet> = assessment.data_sets.iter().filter(|set| set.table.is_empty()).collect();
    for set in files.iter().take(SHOWN) {
        let (people, worst) = (group(set.people), group(set.gravest.people.best));
        writeln!(
            out,
            "| {} | {people} | {worst} | {} | {} |",
            cell(&set.path),
            exposed(&set.gravest),
            graded_cells(&set.gravest.severity)
        )?;
    }
    left(files.len(), ("further file is", "further files are"), out)
}

fn left(total: usize, (one, many): (&str, &str), out: &mut String) -> anyhow::Result<()> {
    if let Some(left) = total.checked_sub(SHOWN).filter(|left| *left > 0) {
        writeln!(out, "\n{} less severe, or as severe with fewer people.", plural(left as u64, one, many))?;
    }
    Ok(())
}

fn exposed(graded: &Graded) -> String {
    format!("{}{}", graded.elements.codes(), if graded.minor { ", under age" } else { "" })
}

fn graded_cells(severity: &Severity) -> String {
    let reasons = [&severity.context.why, &severity.identification.why].into_iter().filter(|why| !why.is_empty());
    let why: Vec<&str> = reasons.chain(&severity.overrides).map(String::as_str).collect();
    format!("{severity} | {} | {}", severity.indication.word(), why.join("; "))
}

/// A name from the leak as a cell of a Markdown table: it cannot end the cell, the row or begin markup.
fn cell(name: &str) -> String {
    let shown = name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c });
    shown.fold(String::new(), |mut out, c| {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_leak_stay_in_their_cell() {
        assert_eq!(cell("a|b\n<img>"), "a\\|b\u{FFFD}\\<img\\>");
        assert_eq!(cell("share/hr!/payroll.csv"), "share/hr!/payroll.csv");
    }
}
