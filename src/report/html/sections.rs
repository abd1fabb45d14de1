//! The sections below the first screens: people, interval, exceptions, files, costs, method, words.

use super::{
    cards, charts, first, section,
    table::{Kind, Shown, table},
    visible,
};
use crate::{
    base::{Element, ElementSet, problem::Category},
    impact::{Kind as CostKind, Line, Reputation, Spread, totals},
    report::{
        Assessment,
        impact::FORMULA,
        methodology,
        summary::item_counts,
        words::{self, bytes, dollars, group, plural},
    },
};
use maud::{Markup, PreEscaped, html};
use std::{collections::BTreeMap, path::Path};

/// Files listed by density.
const DENSEST: usize = 20;

pub(super) fn people(assessment: &Assessment<'_>) -> anyhow::Result<Markup> {
    let count = assessment.population.counts.total.best;
    let body = if count > cards::MOST {
        html! { p { (group(count)) " people are too many for one page: they are in " code { "people.csv" } " and " code { "report.xlsx" } ". "
        "To see why somebody is on the list: " code { "breachscope explain CASE PERSON_ID" } "." } }
    } else if count == 0 {
        html! { p { "Nobody is on the list." } }
    } else {
        let data = cards::cards(assessment)?;
        html! {
            p { "Why is this person on the list? Search by person number, initials, year, place or kind of data, and open a person by the number. Names are masked; "
                code { "people.csv" } " is the list itself." }
            div.tools {
                label { "Search" input type="search" id="person-search" autocomplete="off"; }
                label { "Who lost" select id="person-element" { option value="" { "anything" } } }
            }
            div.scroll tabindex="0" role="region" aria-label="People" { table id="people-table" { caption { "People" }
                thead { tr { th scope="col" { "Person" } th scope="col" { "Name" } th.num scope="col" { "Born" } th scope="col" { "Lives in" }
                    th.num scope="col" { "Kinds of data" } th.num scope="col" { "Records" } th.num scope="col" { "Files" } } }
                tbody {}
            } }
            noscript { p { "This look-up needs scripts; the same rows are in " code { "people.csv" } "." } }
            p.print { (group(count)) " people: see people.csv." }
            script type="application/json" id="people-data" { (PreEscaped(data)) }
        }
    };
    Ok(section("people", &body))
}

pub(super) fn interval(assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<Markup> {
    let counts = &assessment.population.counts;
    let conflicts = Shown {
        report: "conflicts.csv",
        caption: "Pairs that a rule would have joined and a guard kept apart.",
        columns: &[
            ("person_a", "Person", Kind::Id),
            ("person_b", "Other person", Kind::Id),
            ("conflict_reason", "Kept apart because", Kind::Text),
            ("rule_text", "Would be joined by", Kind::Text),
            ("record_a", "Record", Kind::Path),
            ("record_b", "Other record", Kind::Path),
        ],
        nothing: "No merge was refused.",
    };
    let generic = Shown {
        report: "generic_values.csv",
        caption: "Values that link nobody, the most frequent first.",
        columns: &[
            ("kind", "Kind", Kind::Text),
            ("value_masked", "Value", Kind::Text),
            ("records", "Records", Kind::Count),
            ("reason", "Links nobody because", Kind::Text),
        ],
        nothing: "Every value that could link records did.",
    };
    let body = html! {
        p { "Nobody in a leak carries a number tag. Records are joined into people by fixed rules; where the rules leave room, the count has a range. "
            "At least " b { (group(counts.total.floor)) } ", most likely " b { (group(counts.total.best)) } ", at most " b { (group(counts.total.ceiling)) } "." }
        @if counts.reasons.is_empty() { p { "Nothing makes the count uncertain under the rules." } }
        @else {
            figure { (charts::waterfall(counts.total, &counts.reasons)) figcaption { "From the best count down to the floor and up to the ceiling." } }
            div.scroll tabindex="0" role="region" aria-label="Reasons of the range" { table { caption { "Reasons of the range" }
                thead { tr { th scope="col" { "Reason" } th scope="col" { "Effect" } th.num scope="col" { "People" } th scope="col" { "What would settle it" } } }
                tbody { @for reason in &counts.reasons { tr {
                    td { (visible(&reason.text)) small { (reason.code) } }
                    td { (reason.direction.word()) " the " (reason.direction.bound()) }
                    td.num { (group(reason.people)) } td { (reason.resolve) }
                } } }
            } }
        }
        h3 { "Conflicts" }
        (table(folder, &conflicts)?)
        h3 { "Values that link nobody" }
        (table(folder, &generic)?)
    };
    Ok(section("interval", &body))
}

pub(super) fn exceptions(assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<Markup> {
    let mut kinds: BTreeMap<Category, (u64, u64)> = BTreeMap::new();
    for problem in &assessment.evidence.problems {
        let entry = kinds.entry(problem.category).or_default();
        *entry = (entry.0 + 1, entry.1 + problem.bytes_not_examined);
    }
    let shown = Shown {
        report: "exceptions.csv",
        caption: "Every item that was not fully examined.",
        columns: &[
            ("path", "Item", Kind::Path),
            ("category", "Why", Kind::Code),
            ("detail", "In detail", Kind::Text),
            ("bytes_not_examined", "Not looked at", Kind::Bytes),
        ],
        nothing: "Every item was examined to its end.",
    };
    let body = html! {
        p { "People who are only in what could not be read are not in any count here." }
        @if !kinds.is_empty() { div.scroll tabindex="0" role="region" aria-label="Exceptions by reason" { table { caption { "Exceptions by reason" }
            thead { tr { th scope="col" { "Why" } th.num scope="col" { "Times" } th.num scope="col" { "Not looked at" } th scope="col" { "What to do" } } }
            tbody { @for (kind, (count, lost)) in &kinds { tr {
                th scope="row" { (words::sentence(kind.word())) } td.num { (group(*count)) } td.num { (bytes(*lost)) } td { (kind.action()) }
            } } }
        } } }
        h3 { "Item by item" }
        (table(folder, &shown)?)
    };
    Ok(section("exceptions", &body))
}

/// Weight of the worst element of a file: what it does to one person.
fn weight(elements: ElementSet) -> f64 {
    use crate::base::element::Severity;
    match elements.severity() {
        None => 0.0,
        Some(Severity::Low) => 1.0,
        Some(Severity::Medium) => 3.0,
        Some(Severity::High) => 10.0,
        Some(Severity::Critical) => 30.0,
    }
}

pub(super) fn files(assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<Markup> {
    let catalogue = &assessment.population.catalogue;
    let mut dense = Vec::new();
    for (item, tally) in assessment.census.items.iter().filter(|(_, tally)| tally.people > 0) {
        let size = catalogue.place(*item).and_then(|place| assessment.evidence.items.get(place)).map_or(0, |row| row.size);
        let score = tally.people as f64 * weight(tally.elements) / (size as f64 / 1e6).max(0.1);
        dense.push((score, catalogue.path(assessment.evidence, *item), size, tally));
    }
    dense.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let all = Shown {
        report: "files.csv",
        caption: "Every item, members of archives included.",
        columns: &[
            ("path", "Item", Kind::Path),
            ("size_bytes", "Size", Kind::Bytes),
            ("format", "Format", Kind::Text),
            ("status", "Read", Kind::Code),
            ("people", "People", Kind::Count),
            ("mentions", "Mentions", Kind::Count),
            ("severity", "Worst", Kind::Code),
        ],
        nothing: "There is no item.",
    };
    let body = html! {
        @if !dense.is_empty() {
            p { "Where to look first: people in a file, weighted by the worst kind of data there (low 1, medium 3, high 10, critical 30), per megabyte; files under 0.1 MB count as 0.1 MB." }
            div.scroll tabindex="0" role="region" aria-label="Worst files" { table { caption { "Worst files" }
                thead { tr { th scope="col" { "Worst files" } th.num scope="col" { "People" } th.num scope="col" { "Size" } th scope="col" { "Worst of it" } th.num scope="col" { "Density" } } }
                tbody { @for (score, path, size, tally) in dense.iter().take(DENSEST) { tr {
                    td.path { (visible(path)) } td.num { (group(tally.people)) } td.num { (bytes(*size)) }
                    td { (worst(tally.elements)) } td.num { (group(score.round() as u64)) }
                } } }
            } }
        }
        h3 { "All items" }
        (table(folder, &all)?)
    };
    Ok(section("files", &body))
}

/// The gravest elements of a set in words, at most three.
fn worst(elements: ElementSet) -> String {
    let mut all: Vec<Element> = elements.iter().collect();
    all.sort_by_key(|element| (std::cmp::Reverse(element.severity()), *element));
    all.iter().take(3).map(|element| words::element(*element)).collect::<Vec<_>>().join(", ")
}

pub(super) fn tables(folder: &Path) -> anyhow::Result<Markup> {
    let shown = Shown {
        report: "tables.csv",
        caption: "Tables that were recognised, and what their columns hold.",
        columns: &[
            ("path", "Item", Kind::Path),
            ("table", "Table", Kind::Name),
            ("rows", "Rows", Kind::Count),
            ("people", "People", Kind::Count),
            ("header", "Column", Kind::Name),
            ("element", "Read as", Kind::Elements),
            ("fill_rate", "Filled", Kind::Share),
            ("valid_rate", "Valid", Kind::Share),
            ("distinct_values", "Different values", Kind::Count),
        ],
        nothing: "No table was recognised.",
    };
    Ok(section("tables", &table(folder, &shown)?))
}

pub(super) fn credentials(folder: &Path) -> anyhow::Result<Markup> {
    let shown = Shown {
        report: "credentials.csv",
        caption: "What to revoke or rotate. The secrets themselves are not shown anywhere.",
        columns: &[
            ("path", "Item", Kind::Path),
            ("location", "Place", Kind::Path),
            ("credential_type", "Kind", Kind::Elements),
            ("protection", "Stored", Kind::Code),
            ("people", "People", Kind::Count),
            ("rotate_how", "What to do", Kind::Text),
        ],
        nothing: "No credential was found under these rules in the items examined.",
    };
    Ok(section("credentials", &table(folder, &shown)?))
}

pub(super) fn secrets(folder: &Path) -> anyhow::Result<Markup> {
    let shown = Shown {
        report: "trade_secrets.csv",
        caption: "Files that carry markings or the make-up of business secrets.",
        columns: &[
            ("path", "Item", Kind::Path),
            ("class", "Class", Kind::Code),
            ("marking", "Marking", Kind::Text),
            ("severity", "Severity", Kind::Code),
            ("basis", "Basis", Kind::Text),
        ],
        nothing: "No marked business secret was found under these rules in the items examined.",
    };
    Ok(section("secrets", &table(folder, &shown)?))
}

pub(super) fn costs(assessment: &Assessment<'_>) -> Markup {
    let body = html! {
        p { "Three different questions, whose answers must not be added together. Each line is a quantity times a price, both as ranges; the dot is the likely value, bars are on a scale of powers of ten." }
        @for (kind, total) in totals(assessment.costs) {
            @let lines: Vec<&Line> = assessment.costs.iter().filter(|line| line.kind == kind).collect();
            @let most = lines.iter().map(|line| line.cost.high).fold(0.0, f64::max);
            h3 { (heading(kind)) }
            @if lines.is_empty() { p { "Nothing." } } @else {
                p { b { (dollars(total.low)) " to " (dollars(total.high)) } ", likely " b { (dollars(total.likely)) } }
                div.scroll tabindex="0" role="region" aria-label=(heading(kind)) { table { caption { (heading(kind)) }
                    thead { tr { th scope="col" { "Line" } th.num scope="col" { "From" } th.num scope="col" { "Likely" } th.num scope="col" { "To" } th.plot scope="col" { "Range" } th scope="col" { "Source" } } }
                    tbody { @for line in lines { tr {
                        th scope="row" { (words::sentence(&line.line)) }
                        td.num { (dollars(line.cost.low)) } td.num { (dollars(line.cost.likely)) } td.num { (dollars(line.cost.high)) }
                        td.plot { (charts::range(line.cost, most)) } td { small { (line.source) " (" (line.year) ")" } }
                    } } }
                } }
            }
        }
        @if let Some(found) = assessment.reputation { (reputation(found)) }
    };
    section("costs", &body)
}

/// The reputational index with its factors.
fn reputation(found: &Reputation) -> Markup {
    let Spread { low, likely, high } = found.index;
    html! {
        h3 { "Reputational index" }
        p { b { (likely) " of 100 (" (found.band) ")" } ", " (low) " to " (high) " over the range of the counts. It orders incidents; it is no probability and no amount of money. Index = " (FORMULA) "." }
        div.scroll tabindex="0" role="region" aria-label="Reputational index" { table { caption { "Reputational index" }
            thead { tr { th scope="col" { "Factor" } th.num scope="col" { "Measured" } th.num scope="col" { "1 at" } th.num scope="col" { "Value" } th.num scope="col" { "Weight" } th scope="col" { "Source" } } }
            tbody { @for factor in &found.factors { tr {
                th scope="row" { (words::sentence(&factor.name)) }
                td.num { (factor.measured.likely) } td.num { (factor.full) } td.num { (factor.value.likely) } td.num { (factor.weight) }
                td { small { (factor.source) " (" (factor.year) ")" } }
            } } }
        } }
        p { "Observed elsewhere, to read it by: "
            @for (at, one) in found.benchmarks.iter().enumerate() {
                @if at > 0 { "; " } (words::sentence(&one.name).to_lowercase()) " " (one.value.low) " to " (one.value.high) " " (one.unit) " (" (one.source) ")"
            } "." }
    }
}

const fn heading(kind: CostKind) -> &'static str {
    match kind {
        CostKind::Expected => "What responding costs",
        CostKind::Statutory => "What laws allow at most",
        CostKind::Indicative => "Lost business and settlements, an order of magnitude",
    }
}

pub(super) fn method(assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<Markup> {
    let items = item_counts(assessment);
    let body = html! {
        @for paragraph in methodology::scope(assessment) { p { (visible(&paragraph)) } }
        h3 { "Checked by review" }
        (review(folder)?)
        h3 #assumed { "Assumed, because nobody said otherwise" }
        @let assumptions = assessment.facts.assumptions();
        @if assumptions.is_empty() { p { "Nothing: every fact of the incident was given." } }
        @else { ul { @for assumption in &assumptions { li { (assumption) } } } }
        h3 { "The reports beside this page" }
        p { "The same folder holds " (plural(items.total, "item", "items")) " by row in " code { "files.csv" } ", the people in " code { "people.csv" } ", what of theirs is exposed in " code { "person_elements" }
            ", each finding in text in " code { "mentions" } ", why records are one person in " code { "merges" } ", letter versions in " code { "element_sets.csv" }
            ", the duties in " code { "duties.csv" } " and as calendar " code { "deadlines.ics" } ", and all of it as a workbook in " code { "report.xlsx" } "." }
        p.soft { "Scanned: " (first::roots(assessment)) "." }
    };
    Ok(section("method", &body))
}

/// What reviewers of a blind sample found, if there was a review.
fn review(folder: &Path) -> anyhow::Result<Markup> {
    if !folder.join("qc_results.csv").is_file() {
        return Ok(
            html! { p { "No sample was reviewed. " code { "breachscope sample" } " draws one and " code { "breachscope qc" } " reads the answers." } },
        );
    }
    let shown = Shown {
        report: "qc_results.csv",
        caption: "Measured on a blind sample. Hits are, for precision, findings the reviewer confirmed; for elusion, regions without findings in which the reviewer saw \
                  data of people. Bounds are exact (Clopper–Pearson) and by Wilson's score.",
        columns: &[
            ("measure", "Measure", Kind::Code),
            ("stratum", "Of", Kind::Code),
            ("sampled", "Looked at", Kind::Count),
            ("hits", "Hits", Kind::Count),
            ("estimate", "Estimate", Kind::Share),
            ("exact_low", "At least, exact", Kind::Share),
            ("exact_high", "At most, exact", Kind::Share),
            ("wilson_low", "At least, Wilson", Kind::Share),
            ("wilson_high", "At most, Wilson", Kind::Share),
        ],
        nothing: "Nothing was reviewed.",
    };
    table(folder, &shown)
}

const WORDS: &[(&str, &str)] = &[
    (
        "Person, individual",
        "A natural person whom the leak shows by a direct identifier, or by a name and at least one other kind of data. Names alone, organisations, and people named only for their work are not counted.",
    ),
    ("Item", "A file, a member of an archive, an attachment or a database inside another file."),
    ("Copy", "An item whose bytes equal another's. It is read once; every path is listed."),
    ("Kind of data, element", "What a law speaks of: name, Social Security number, diagnosis. Several spellings of one value are one."),
    ("Mention", "One place where data of a person stand: a row of a table, a passage of text."),
    (
        "Direct identifier",
        "Data that points to one person without a name: a national number, an e-mail address, a phone or account number.",
    ),
    (
        "At least, best, at most",
        "The best count follows the rules. The floor takes every doubtful pair as one person, the ceiling every doubtful merge as two.",
    ),
    (
        "Owed, may be owed, not reached",
        "Whether the count passes a law's threshold: surely, depending on where in the range it lies, or not even at most.",
    ),
    ("Protected", "Seen only hashed, encrypted, masked or cut short."),
    (
        "Severity",
        "What exposure of this kind of data alone may do to a person: low, medium, high, critical (opens accounts by itself or cannot be changed).",
    ),
    (
        "Expected, statutory, indicative cost",
        "The bill of responding; the most that laws allow; lost business and settlements as an order of magnitude.",
    ),
];

pub(super) fn glossary() -> Markup {
    section("glossary", &html! { dl.glossary { @for (word, meaning) in WORDS { dt { (word) } dd { (meaning) } } } })
}
