//! `merges.csv`, `conflicts.csv`: why records are one person, and which pairs were kept apart.

use super::{Assessment, Report, people::location, sheet::guard};
use crate::{
    evidence::{part_file::Output, row::NO_TABLE},
    people::record::NONE,
};
use std::{collections::HashMap, path::Path};

/// Why records are one person.
pub struct Merges;

/// Where the first record of every node stands.
fn first_places(assessment: &Assessment<'_>) -> HashMap<u32, String> {
    let population = assessment.population;
    let mut places: HashMap<u32, (String, u64, String)> = HashMap::new();
    for mention in &population.records.mentions {
        let path = population.catalogue.path(assessment.evidence, mention.item);
        let better = places.get(&mention.node).is_none_or(|(held, row, _)| (path, mention.row) < (held.as_str(), *row));
        if better {
            let place = location(mention.table != NO_TABLE, mention.row, mention.length);
            places.insert(mention.node, (path.to_owned(), mention.row, format!("{path} {place}")));
        }
    }
    places.into_iter().map(|(node, (_, _, place))| (node, place)).collect()
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
        let places = first_places(assessment);
        let mut output = Output::create(folder, "merges", header, parquet)?;
        let nowhere = String::new();
        for merge in rows {
            let id = person(merge.a).map_or("", |individual| individual.id.as_str());
            let place = |node: u32| guard(places.get(&node).unwrap_or(&nowhere));
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
        let places = if rows.is_empty() { HashMap::new() } else { first_places(assessment) };
        let mut output = Output::create(folder, "conflicts", header, false)?;
        let nowhere = String::new();
        for (number, (a, b, cause, rule, x, y)) in rows.into_iter().enumerate() {
            let place = |node: u32| guard(places.get(&node).unwrap_or(&nowhere));
            let id = format!("C-{:06}", number + 1);
            output.row(&[&id, a, b, cause.id, cause.text, rule.id, rule.text, &place(x), &place(y), "-1 if merged", "not reviewed", ""])?;
        }
        output.finish()
    }
}
