//! `merges.csv`, `conflicts.csv`: why records are one person, and which pairs were kept apart.

use super::{Assessment, Report, people::write_location, sheet::Sheet};
use crate::{evidence::row::NO_TABLE, people::record::NONE};
use std::path::Path;

/// Why records are one person.
pub struct Merges;

/// Where the first record of each node stands: place in the mentions, by node.
fn first_places(assessment: &Assessment<'_>) -> Vec<u32> {
    let population = assessment.population;
    let mut first = vec![u32::MAX; population.records.nodes.len()];
    // The order of mentions is by path and place within each individual.
    for at in &population.order {
        let node = population.records.mentions.node(*at as usize);
        if let Some(place) = first.get_mut(node as usize).filter(|place| **place == u32::MAX) {
            *place = *at;
        }
    }
    first
}

/// Writes path and place of a node's first record into `to`.
fn write_place(assessment: &Assessment<'_>, places: &[u32], node: u32, to: &mut String) {
    to.clear();
    let place = places.get(node as usize).and_then(|at| assessment.population.records.mentions.get(*at as usize));
    if let Some(mention) = place {
        to.push_str(assessment.population.catalogue.path(assessment.evidence, mention.item));
        to.push(' ');
        write_location(to, mention.table != NO_TABLE, mention.row, mention.length);
    }
}

impl Report for Merges {
    fn name(&self) -> &'static str {
        "merges.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let population = assessment.population;
        let person = |node: u32| population.individuals.get(population.individual_of[node as usize] as usize);
        let mut rows: Vec<_> = population
            .merges
            .iter()
            .filter(|merge| population.individual_of[merge.a as usize] != NONE)
            .filter(|merge| person(merge.a).is_some_and(|individual| individual.counted))
            .collect();
        rows.sort_by_key(|merge| (population.individual_of[merge.a as usize], merge.rule.id(), merge.a, merge.b));
        let header = "person_id, rule, rule_text, tier, record_a, record_b";
        let places = first_places(assessment);
        let mut sheet = Sheet::detail(folder, "merges", header, rows.len() as u64, assessment.csv_all)?;
        let mut place = String::new();
        for merge in rows {
            let id = person(merge.a).map(|individual| individual.id.text()).unwrap_or_default();
            sheet.word(&id).word(merge.rule.id()).word(merge.rule.text()).word(merge.rule.tier().word());
            for node in [merge.a, merge.b] {
                write_place(assessment, &places, node, &mut place);
                sheet.text(&place);
            }
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Pairs a rule would join and a guard kept apart.
pub struct Conflicts;

impl Report for Conflicts {
    fn name(&self) -> &'static str {
        "conflicts.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let population = assessment.population;
        let mut rows: Vec<_> = population
            .refusals
            .iter()
            .filter_map(|refusal| {
                let of = |node: u32| population.individuals.get(population.individual_of[node as usize] as usize);
                let (a, b) = (of(refusal.a)?, of(refusal.b)?);
                (a.id != b.id).then(|| (a.id.min(b.id), a.id.max(b.id), refusal.guard, refusal.rule, refusal.a, refusal.b))
            })
            .collect();
        rows.sort_by_key(|row| (row.0, row.1, row.2.id(), row.3.id(), row.4, row.5));
        rows.dedup_by_key(|row| (row.0, row.1, row.2.id(), row.3.id()));
        let header = "conflict_id, person_a, person_b, guard, conflict_reason, rule, rule_text, record_a, record_b, effect_on_count, status, decision";
        let places = first_places(assessment);
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let mut place = String::new();
        for (number, (a, b, cause, rule, x, y)) in rows.into_iter().enumerate() {
            sheet
                .plain(format_args!("C-{:06}", number + 1))
                .plain(a)
                .plain(b)
                .word(cause.id())
                .word(cause.text())
                .word(rule.id())
                .word(rule.text());
            for node in [x, y] {
                write_place(assessment, &places, node, &mut place);
                sheet.text(&place);
            }
            sheet.plain("-1 if merged").word("not reviewed").word("").end()?;
        }
        sheet.finish()
    }
}
