//! `impact.csv`: what it may cost, in ranges; the three kinds are never added together.

use super::{Assessment, Report, sheet::Sheet};
use crate::impact::{DRAWS, Kind, Spread, after_insurance, simulate, totals};
use std::path::Path;

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
        sheet.finish()
    }
}

fn push(sheet: &mut Sheet, spread: Spread) {
    for number in [spread.low, spread.likely, spread.high] {
        sheet.plain(format!("{:.2}", number).trim_end_matches('0').trim_end_matches('.'));
    }
}
