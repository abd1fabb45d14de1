//! `methodology.md`: what was examined, how, and what is not claimed; words a witness can stand by.

use super::{
    Assessment, Report, reference_day,
    summary::{ItemCounts, item_counts},
    words::{bytes, group, plural},
};
use crate::{
    base::{Bounds, problem::Category},
    people::{
        cluster::Guard,
        rule::{Rule, Tier},
    },
};
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
    vec![examined(&items), detection(assessment), resolution(assessment), not_examined(assessment, &items), not_assessed(assessment)]
}

fn examined(items: &ItemCounts) -> String {
    format!(
        "BreachScope {} examined {} ({}); the list with a digest of each is files.csv. {} were examined in full, {} in part, {} not at all and {} were \
         skipped, for the reasons in exceptions.csv. Identical content was examined once; {} are listed. Times, settings and digests of inputs and rule \
         files belong to the case's manifest.json.",
        env!("CARGO_PKG_VERSION"),
        plural(items.total, "item", "items"),
        bytes(items.bytes),
        group(items.full),
        group(items.partial),
        group(items.failed),
        group(items.skipped),
        plural(items.duplicate, "copy", "copies"),
    )
}

fn detection(assessment: &Assessment<'_>) -> String {
    let found = assessment.census.elements.values().filter(|(people, mentions)| people + mentions > 0);
    let kinds = found.clone().count() as u64;
    let mentions: u64 = found.map(|(_, mentions)| *mentions).sum();
    format!(
        "Detection found {} of {}. What it did not find may still be there: found none under these rules in the items examined is all that can be said \
         of the rest. How much it misses is measured by review of a random sample of regions without findings; figures of such a review stand in \
         qc_results.csv once there is one.",
        plural(mentions, "mention", "mentions"),
        plural(kinds, "kind of data", "kinds of data"),
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
    let read = assessment.duties.iter().filter_map(|duty| duty.as_of).min();
    let as_of =
        read.map(|day| format!(" The law files behind them were last compared with the laws on {day} or later.")).unwrap_or_default();
    format!(
        "Not assessed: whether the data were in fact accessed or acquired; whether the values are still true; whether any law requires notice. Duties \
         are indications for decision by counsel.{as_of} The same items, rule files and facts reproduce these reports byte for byte, apart from the running time in summary.json."
    )
}

/// Rows of the table of severities; the gravest are shown.
const GRADES_SHOWN: usize = 20;

/// How severe the exposure is, with the computation.
fn severity(assessment: &Assessment<'_>, out: &mut String) -> anyhow::Result<()> {
    let grades = assessment.grades;
    let Some(worst) = grades.groups.first() else { return Ok(()) };
    out.push_str(
        "\n## Severity for the people (ENISA 2013)\n\nSeverity = context × identification + circumstances; below 2 low, from 2 medium, from 3 high, \
         from 4 very high. An indication for decision by counsel: scores of elements are this project's reading of the method, \
         circumstances are facts or assumptions.\n\n",
    );
    writeln!(
        out,
        "The data set grades as its gravest group: {} ({}), {}; {}.\n",
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
    out.push_str("\n| exposed | people | computation | indication | why |\n|---|---|---|---|---|\n");
    for graded in grades.groups.iter().take(GRADES_SHOWN) {
        let severity = &graded.severity;
        let reasons = [&severity.context.why, &severity.identification.why].into_iter().filter(|why| !why.is_empty());
        let why: Vec<&str> = reasons.chain(&severity.overrides).map(String::as_str).collect();
        let minor = if graded.minor { ", under age" } else { "" };
        writeln!(
            out,
            "| {}{minor} | {} | {severity} | {} | {} |",
            graded.elements.codes(),
            group(graded.people.best),
            severity.indication.word(),
            why.join("; ")
        )?;
    }
    let left = grades.groups.len().saturating_sub(GRADES_SHOWN) as u64;
    if left > 0 {
        writeln!(out, "\n{} less severe.", plural(left, "further group is", "further groups are"))?;
    }
    Ok(())
}

fn text(assessment: &Assessment<'_>) -> anyhow::Result<String> {
    let mut out = String::from("# Method and scope\n\n## Scope statement\n");
    for paragraph in scope(assessment) {
        write!(out, "\n{paragraph}\n")?;
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
    severity(assessment, &mut out)?;
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
            reason.direction,
            if reason.direction == "raises" { "ceiling" } else { "floor" },
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
