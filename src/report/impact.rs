//! `impact.csv`: what it may cost, in ranges; the three kinds are never added together. Below them the reputational index,
//! which is no amount, and its part of `methodology.md`.

use super::{Assessment, Report, sheet::Sheet, words};
use crate::impact::{DRAWS, Kind, Spread, after_insurance, simulate, totals};
use std::{fmt::Write, path::Path};

/// How the reputational index is computed.
pub const FORMULA: &str = "100 × sum of (weight × factor) / sum of weights";

/// What it may cost.
pub struct Impact;

impl Report for Impact {
    fn name(&self) -> &'static str {
        "impact.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "line, quantity_low, quantity_best, quantity_high, unit_low, unit_likely, unit_high, cost_low, cost_likely, cost_high, kind, source, year";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        for line in assessment.costs {
            sheet.text(&line.line);
            for spread in [line.quantity, line.unit, line.cost] {
                push(&mut sheet, spread);
            }
            sheet.plain(line.kind.word()).text(&line.source).plain(line.year);
            sheet.end()?;
        }
        for (kind, cost) in totals(assessment.costs) {
            sheet.plain(format!("total {}", kind.word())).plain("").plain("").plain("").plain("").plain("").plain("");
            push(&mut sheet, cost);
            sheet.plain(kind.word()).plain("sum of the lines above").plain("");
            sheet.end()?;
            let insured = after_insurance(cost, assessment.facts).filter(|_| kind == Kind::Expected);
            if let Some(borne) = insured {
                sheet.plain("total expected after insurance").plain("").plain("").plain("").plain("").plain("").plain("");
                push(&mut sheet, borne);
                sheet
                    .plain(kind.word())
                    .plain("the total less what the policy pays above its retention, up to its limit (facts file)")
                    .plain("");
                sheet.end()?;
            }
        }
        for sum in simulate(assessment.costs) {
            sheet.plain(format!("simulated {}", sum.kind.word())).plain("").plain("").plain("").plain("").plain("").plain("");
            push(&mut sheet, sum.deciles);
            let source = format!(
                "PERT, {DRAWS} draws with a fixed seed, lines independent: P10, P50, P90; closed form: mean {:.0}, standard deviation {:.0}",
                sum.mean, sum.deviation
            );
            sheet.plain(sum.kind.word()).text(&source).plain("");
            sheet.end()?;
        }
        reputation(assessment, &mut sheet)?;
        sheet.finish()
    }
}

/// The index, its factors with their weights in the columns of units, and figures to read it by; no costs.
fn reputation(assessment: &Assessment<'_>, sheet: &mut Sheet) -> anyhow::Result<()> {
    let Some(found) = assessment.reputation else { return Ok(()) };
    let mut row = |line: &str, quantity: Spread, unit: Option<f64>, source: &str, year: Option<u64>| {
        sheet.text(line);
        push(sheet, quantity);
        for _ in 0..3 {
            sheet.plain(unit.map(|unit| unit.to_string()).unwrap_or_default());
        }
        sheet.plain("").plain("").plain("").plain(Kind::Indicative.word()).text(source);
        sheet.plain(year.map(|year| year.to_string()).unwrap_or_default());
        sheet.end()
    };
    let source = format!("{FORMULA} = {}; no amount of money, in no total", found.band);
    row("reputational index (0 to 100)", found.index, None, &source, None)?;
    for factor in &found.factors {
        let line = format!("reputational index, factor {} (0 to 1, unit is its weight)", factor.name);
        row(&line, factor.value, Some(factor.weight), &factor.source, Some(factor.year))?;
    }
    for benchmark in &found.benchmarks {
        let source = format!("observed elsewhere, used in no line: {}", benchmark.source);
        row(&format!("benchmark {} ({})", benchmark.name, benchmark.unit), benchmark.value, None, &source, Some(benchmark.year))?;
    }
    Ok(())
}

/// The part of `methodology.md` on the reputational index.
pub fn statement(assessment: &Assessment<'_>, out: &mut String) -> anyhow::Result<()> {
    let Some(found) = assessment.reputation else { return Ok(()) };
    let Spread { low, likely, high } = found.index;
    writeln!(
        out,
        "\n## Reputational index\n\nIndex = {FORMULA}; each factor from 0 to 1. It orders incidents; it is no probability and no amount of money,"
    )?;
    out.push_str("and no line of the costs uses it. No published weighting was found: the weights are assumptions and can be replaced (`--costs`).\n\n");
    writeln!(out, "The index of this incident is {likely} ({}), {low} to {high} over the range of the counts.\n", found.band)?;
    out.push_str("| factor | measured | 1 at | value | weight | source |\n|---|---|---|---|---|---|\n");
    for factor in &found.factors {
        let name = words::sentence(&factor.name);
        let range = if factor.measured.low == factor.measured.high {
            String::new()
        } else {
            format!(" ({} to {})", factor.measured.low, factor.measured.high)
        };
        writeln!(
            out,
            "| {name} | {}{range} | {} | {} | {} | {} ({}) |",
            factor.measured.likely, factor.full, factor.value.likely, factor.weight, factor.source, factor.year
        )?;
    }
    out.push_str("\nObserved elsewhere, to read it by: ");
    let benchmarks: Vec<String> = found
        .benchmarks
        .iter()
        .map(|one| {
            let Spread { low, likely, high } = one.value;
            format!(
                "{} {low} to {high} {}, likely {likely} ({}; {})",
                words::sentence(&one.name).to_lowercase(),
                one.unit,
                one.source,
                one.year
            )
        })
        .collect();
    writeln!(out, "{}.", benchmarks.join("; "))?;
    Ok(())
}

fn push(sheet: &mut Sheet, spread: Spread) {
    for number in [spread.low, spread.likely, spread.high] {
        sheet.plain(format!("{:.2}", number).trim_end_matches('0').trim_end_matches('.'));
    }
}
