//! `methodology.md`: what was examined, how, and what is not claimed; words a witness can stand by.

use super::{
    Assessment, Report, impact, reference_day,
    reread::Reread,
    severity,
    summary::{ItemCounts, item_counts},
    words::{bytes, group, plural},
};
use crate::{
    base::{Bounds, problem::Category},
    law::Duty,
    people::{
        cluster::Guard,
        rule::{Rule, Tier},
    },
};
use jiff::ToSpan;
use std::{collections::BTreeSet, fmt::Write, path::Path};

/// The scope statement with assumptions and rules.
pub struct Methodology;

impl Report for Methodology {
    fn name(&self) -> &'static str {
        "methodology.md"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        std::fs::write(folder.join(self.name()), text(assessment)?)?;
        Ok(())
    }
}

/// The scope statement, a paragraph each. It never says "all", "complete" or "no personal data".
pub fn scope(assessment: &Assessment<'_>) -> Vec<String> {
    let items = item_counts(assessment);
    let review = elusion(assessment).unwrap_or_default();
    vec![
        examined(assessment, &items),
        detection(assessment, &review),
        resolution(assessment),
        not_examined(assessment, &items),
        not_assessed(assessment),
    ]
}

/// Roots named in the statement.
const MOST_ROOTS: usize = 20;

fn examined(assessment: &Assessment<'_>, items: &ItemCounts) -> String {
    let roots: BTreeSet<&str> = assessment.evidence.items.iter().filter_map(|item| item.path.split(['/', '!']).next()).collect();
    let more = roots.len().checked_sub(MOST_ROOTS).filter(|more| *more > 0).map(|more| format!(" and {more} more")).unwrap_or_default();
    let named: Vec<&str> = roots.into_iter().take(MOST_ROOTS).collect();
    format!(
        "BreachScope {} examined {} ({}) found under {}{more}; when, by whom and on which host tell manifest.json (begin and end of the scan, UTC; digest \
         of the program) and custody.csv. The list with a digest of each is files.csv. {} were examined in full, {} in part, {} not at all and {} were \
         skipped, for the reasons in exceptions.csv. Identical content was examined once; {} are listed. Settings, and the digests of inputs, \
         detector files, law files and facts, stand in manifest.json.",
        env!("CARGO_PKG_VERSION"),
        plural(items.total, "item", "items"),
        bytes(items.bytes),
        named.join(", "),
        group(items.full),
        group(items.partial),
        group(items.failed),
        group(items.skipped),
        plural(items.duplicate, "copy", "copies"),
    )
}

/// What a review of a random sample of regions without findings came to, in words; none if there was no review.
fn elusion(assessment: &Assessment<'_>) -> Option<String> {
    let mut sheet = Reread::open(&assessment.case.reports(), "qc_results.csv").ok()??;
    let column = |sheet: &Reread, name| sheet.column(name).ok();
    let (measure, sampled, missed) = (column(&sheet, "measure")?, column(&sheet, "sampled")?, column(&sheet, "hits")?);
    let (high, confidence) = (column(&sheet, "exact_high")?, column(&sheet, "confidence")?);
    let mut found = None;
    let read = sheet.each(|row| {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let percent = |at: usize| cell(at).parse::<f64>().map(|share| 100.0 * share);
        if let ("elusion", Ok(high), Ok(confidence)) = (cell(measure), percent(high), percent(confidence)) {
            found = Some(format!(
                "A random sample of {} regions without findings, drawn by its seed before the review, contained {} with missed data: elusion at most \
                 {high:.2} % (Clopper–Pearson, {confidence:.0} %); precision and recall stand in qc_results.csv.",
                cell(sampled),
                cell(missed),
            ));
        }
        Ok(())
    });
    read.ok().and(found)
}

fn detection(assessment: &Assessment<'_>, review: &str) -> String {
    let found = assessment.census.elements.values().filter(|(people, mentions)| people + mentions > 0);
    let kinds = found.clone().count() as u64;
    let mentions: u64 = found.map(|(_, mentions)| *mentions).sum();
    format!(
        "Detection found {} of {}. What it did not find may still be there: found none under these rules in the items examined is all that can be said \
         of the rest. {}",
        plural(mentions, "mention", "mentions"),
        plural(kinds, "kind of data", "kinds of data"),
        if review.is_empty() {
            "How much it misses is measured by review of a random sample of regions without findings; no such review has been read back yet."
        } else {
            review
        },
    )
}

fn resolution(assessment: &Assessment<'_>) -> String {
    let Bounds { floor, best, ceiling } = assessment.population.counts.total;
    format!(
        "Resolution of identities under the rules and guards listed in methodology.md gives, as the best count, {}; not fewer than {}, not more than {} under \
         the same rules, for the reasons in interval_reasons.csv. The range tells what the rules leave open; it is not a confidence interval and does \
         not cover people in what could not be read. Ages are counted at {}.",
        plural(best, "individual", "individuals"),
        group(floor),
        group(ceiling),
        reference_day(assessment.facts),
    )
}

fn not_examined(assessment: &Assessment<'_>, items: &ItemCounts) -> String {
    let lost: u64 = assessment.evidence.problems.iter().map(|problem| problem.bytes_not_examined).sum();
    let reasons: BTreeSet<Category> = assessment.evidence.problems.iter().map(|problem| problem.category).collect();
    if items.partial + items.failed + items.skipped == 0 && reasons.is_empty() {
        return "Not examined: nothing that was met. Items that were not given to the tool are outside this statement.".to_owned();
    }
    let reasons: Vec<String> = reasons.iter().map(|category| category.word().replace('_', " ")).collect();
    format!(
        "Not examined: {} in {} (reasons: {}). People who are only there are not counted.",
        bytes(lost),
        plural(items.partial + items.failed + items.skipped, "item", "items"),
        reasons.join(", ")
    )
}

fn not_assessed(assessment: &Assessment<'_>) -> String {
    format!(
        "Not assessed: whether the data were in fact accessed or acquired; whether the values are still true; whether any law requires notice. Duties \
         are indications for decision by counsel.{} The same items, rule files and facts reproduce these reports byte for byte, apart from the running time in summary.json.",
        law_files(assessment)
    )
}

/// How old the law files behind the duties are, and which of them nobody has compared with the law.
fn law_files(assessment: &Assessment<'_>) -> String {
    let mut text = String::new();
    let laws = || assessment.duties.iter().filter(|duty| !duty.law_id.is_empty());
    if let Some(day) = laws().filter_map(|duty| duty.as_of).min() {
        let _ = write!(text, " The law files behind them were last compared with their sources on {day} or later.");
    }
    let named = |ids: BTreeSet<&str>| ids.into_iter().collect::<Vec<_>>().join(", ");
    let drafts: BTreeSet<&str> = laws().filter(|duty| duty.as_of.is_none()).map(|duty| duty.law_id.as_str()).collect();
    if !drafts.is_empty() {
        let _ = write!(text, " Drafted from a survey and compared with no text: {}.", named(drafts));
    }
    let day = reference_day(assessment.facts);
    let old = |duty: &&Duty| duty.as_of.is_some_and(|read| read.saturating_add(1.year()) < day);
    let stale: BTreeSet<&str> = laws().filter(old).map(|duty| duty.law_id.as_str()).collect();
    if !stale.is_empty() {
        let _ = write!(text, " WARNING: last read over a year before {day}, so that the law may have changed: {}.", named(stale));
    }
    text
}

fn text(assessment: &Assessment<'_>) -> anyhow::Result<String> {
    let mut out = String::from("# Method and scope\n\n## Scope statement\n");
    for paragraph in scope(assessment) {
        // Names of roots come from the leak: they must not become markup.
        write!(out, "\n{}\n", paragraph.replace('<', "&lt;").replace(char::is_control, "\u{FFFD}"))?;
    }
    out.push_str(
        "\n## Assumptions\n\nFacts of the incident that nobody gave; give them with `--facts` and run `breachscope assess` again.\n\n",
    );
    let assumptions = assessment.facts.assumptions();
    if assumptions.is_empty() {
        out.push_str("None: every fact was given.\n");
    }
    for assumption in assumptions {
        writeln!(out, "- {assumption}")?;
    }
    severity::statement(assessment, &mut out)?;
    impact::statement(assessment, &mut out)?;
    out.push_str("\n## Who is counted\n\nA natural person whom the leak shows by a direct identifier, or by a name and at least one further element. ");
    out.push_str("Names alone, organisations, role mailboxes, test values and people named only for their work are not in the count.\n");
    out.push_str("\n## Rules that join records\n\n| rule | tier | text | merges |\n|---|---|---|---|\n");
    let merges = |rule: Rule| assessment.population.merges.iter().filter(|merge| merge.rule == rule).count() as u64;
    for rule in Rule::ALL.iter().copied() {
        writeln!(out, "| {} | {} | {} | {} |", rule.id(), rule.tier().word(), rule.text(), group(merges(rule)))?;
    }
    out.push_str("\nRules of tier `possible` join nothing; they lower the floor.\n\n## Guards that keep records apart\n\n| guard | text | refusals |\n|---|---|---|\n");
    for guard in Guard::ALL.iter().copied() {
        let refusals = assessment.population.refusals.iter().filter(|refusal| refusal.guard == guard).count() as u64;
        writeln!(out, "| {} | {} | {} |", guard.id(), guard.text(), group(refusals))?;
    }
    holdout(assessment, &mut out)?;
    out.push_str("\n## What makes the range wide\n\n");
    let reasons = &assessment.population.counts.reasons;
    if reasons.is_empty() {
        out.push_str("Nothing under these rules.\n");
    }
    for reason in reasons {
        writeln!(
            out,
            "- {}: {} ({} the {}). To settle it: {}.",
            plural(reason.people, "person", "people"),
            reason.text,
            reason.direction.word(),
            reason.direction.bound(),
            reason.resolve
        )?;
    }
    Ok(out)
}

/// What hiding numbers and birth dates told of the rules.
fn holdout(assessment: &Assessment<'_>, out: &mut String) -> std::fmt::Result {
    let rates = &assessment.population.rates;
    out.push_str(
        "\n## How the rules fare on these data\n\nWhere two records both carry a personal number or a birth date, it was hidden, the rules were asked \
         again, and what was hidden told who is who. Bounds hold with 97.5 %; before anything is asked a rule is believed to err as \
         docs/counting.md says.\n\n| rule | birth dates known | one person | two people | at most |\n|---|---|---|---|---|\n",
    );
    for (rule, births, tally) in rates.rules() {
        let (share, of) = match rule.tier() {
            Tier::Possible => (rates.one(rule, births), "one person"),
            Tier::Certain | Tier::Strong => (rates.two(rule, births), "two people"),
        };
        let known = if births { "yes" } else { "no" };
        writeln!(out, "| {} | {known} | {} | {} | {:.1} % {of} |", rule.id(), group(tally.one), group(tally.two), share * 100.0)?;
    }
    for births in [true, false] {
        let (pieces, known) = (rates.pieces(births), if births { "yes" } else { "no" });
        let share = rates.missed(births) * 100.0;
        writeln!(out, "| none | {known} | {} whole | {} in pieces | {share:.1} % in pieces |", group(pieces.one), group(pieces.two))?;
    }
    Ok(())
}
