//! `merges.csv`, `conflicts.csv`: why records are one person, and which pairs were kept apart.

use super::{Assessment, Report, people::location, sheet::guard};
use crate::{
    evidence::{part_file::Output, row::NO_TABLE},
    people::record::NONE,
};
use std::{collections::HashMap, path::Path};

/// Why records are one person.
pub struct Merges;

/// Where the first record of these nodes stands: place in the mentions.
fn first_places(assessment: &Assessment<'_>, nodes: impl Iterator<Item = u32>) -> HashMap<u32, u32> {
    let population = assessment.population;
    let mut first: HashMap<u32, u32> = nodes.map(|node| (node, u32::MAX)).collect();
    // The order of mentions is by path and place within each individual.
    for at in &population.order {
        let node = population.records.mentions[*at as usize].node;
        if let Some(place) = first.get_mut(&node).filter(|place| **place == u32::MAX) {
            *place = *at;
        }
    }
    first
}

fn written_place(assessment: &Assessment<'_>, places: &HashMap<u32, u32>, node: u32) -> String {
    let Some(mention) = places.get(&node).and_then(|at| assessment.population.records.mentions.get(*at as usize)) else {
        return String::new();
    };
    let path = assessment.population.catalogue.path(assessment.evidence, mention.item);
    format!("{} {}", guard(path), location(mention.table != NO_TABLE, mention.row, mention.length))
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
        rows.sort_by_key(|merge| (population.individual_of[merge.a as usize], merge.rule.id, merge.a, merge.b));
        let header = "person_id, rule, rule_text, tier, record_a, record_b";
        let parquet = rows.len() > 1_000_000 && !assessment.csv_all;
        let places = first_places(assessment, rows.iter().flat_map(|merge| [merge.a, merge.b]));
        let mut output = Output::create(folder, "merges", header, parquet)?;
        for merge in rows {
            let id = person(merge.a).map_or("", |individual| individual.id.as_str());
            let place = |node: u32| written_place(assessment, &places, node);
            output.row(&[id, merge.rule.id, merge.rule.text, merge.rule.tier.word(), &place(merge.a), &place(merge.b)])?;
        }
        output.finish()
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
                (a.id != b.id)
                    .then(|| (a.id.as_str().min(&b.id), a.id.as_str().max(&b.id), refusal.guard, refusal.rule, refusal.a, refusal.b))
            })
            .collect();
        rows.sort_by_key(|row| (row.0, row.1, row.2.id, row.3.id, row.4, row.5));
        rows.dedup_by_key(|row| (row.0, row.1, row.2.id, row.3.id));
        let header = "conflict_id, person_a, person_b, guard, conflict_reason, rule, rule_text, record_a, record_b, effect_on_count, status, decision";
        let places = first_places(assessment, rows.iter().flat_map(|row| [row.4, row.5]));
        let mut output = Output::create(folder, "conflicts", header, false)?;
        for (number, (a, b, cause, rule, x, y)) in rows.into_iter().enumerate() {
            let place = |node: u32| written_place(assessment, &places, node);
            let id = format!("C-{:06}", number + 1);
            output.row(&[&id, a, b, cause.id, cause.text, rule.id, rule.text, &place(x), &place(y), "-1 if merged", "not reviewed", ""])?;
        }
        output.finish()
    }
}
