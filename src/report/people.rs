//! `people.csv`, `people_clear.csv`, `person_elements`, and `evidence/person_records`.

use super::{Assessment, Report, census, sheet::Sheet};
use crate::{
    base::{Meaning, mask::mask_name},
    evidence::{part_file::Output, row::unpack},
    people::{record::NONE, rule::Tier},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Detail tables longer than this are written as Parquet.
const LONGEST_CSV: u64 = 1_000_000;

/// One row per affected individual.
pub struct People;

impl Report for People {
    fn name(&self) -> &'static str {
        "people.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "person_id, full_name, birth_year, minor, deceased, residency, residency_basis, elements, element_count, severity, records, \
                      files, tier, conflict, roles, protected";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let population = assessment.population;
        for individual in population.counted() {
            let name = population.records.shown_names.get(individual.name as usize).map(|name| mask_name(name)).unwrap_or_default();
            let roles: Vec<&str> = individual.roles().map(|role| role.word()).collect();
            sheet.plain(&individual.id).text(&name);
            match individual.birth / 10_000 {
                0 => sheet.plain(""),
                year => sheet.plain(year),
            };
            sheet
                .plain(individual.minor.word())
                .plain(individual.deceased.word())
                .plain(&individual.residency)
                .plain(individual.residency_basis)
                .plain(individual.elements.codes())
                .plain(individual.elements.len())
                .plain(individual.elements.severity().map_or("", |severity| severity.word()))
                .plain(individual.records)
                .plain(individual.files)
                .plain(individual.tier.map_or("single", Tier::word))
                .plain(if individual.conflict { "Y" } else { "N" })
                .plain(roles.join(";"))
                .plain(individual.protected.codes());
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Clear values, only on request.
pub struct Clear;

/// What `people_clear.csv` lists, column by column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Name,
    Email,
    Phone,
    Number,
    Birth,
    Address,
    Card,
    Account,
}

impl Report for Clear {
    fn name(&self) -> &'static str {
        "people_clear.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        if !assessment.reveal {
            return Ok(());
        }
        let values = clear_values(assessment)?;
        let mut sheet =
            Sheet::create(folder, self.name(), "person_id, full_names, emails, phones, national_ids, dobs, addresses, cards, accounts")?;
        let nothing = BTreeSet::new();
        for (at, individual) in assessment.population.individuals.iter().enumerate().filter(|(_, individual)| individual.counted) {
            sheet.plain(&individual.id);
            for shown in [Shown::Name, Shown::Email, Shown::Phone, Shown::Number, Shown::Birth, Shown::Address, Shown::Card, Shown::Account]
            {
                let all = values.get(&(at as u32, shown)).unwrap_or(&nothing);
                sheet.text(&all.iter().map(String::as_str).collect::<Vec<_>>().join(";"));
            }
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Every clear value of every counted individual, read once more from evidence.
fn clear_values(assessment: &Assessment<'_>) -> anyhow::Result<BTreeMap<(u32, Shown), BTreeSet<String>>> {
    let population = assessment.population;
    let records = &population.records;
    let mut values: BTreeMap<(u32, Shown), BTreeSet<String>> = BTreeMap::new();
    let mut at = 0;
    assessment.evidence.mentions(|mention| {
        if population.catalogue.used.get(&mention.item) != Some(&true) {
            return;
        }
        // Evidence is read in the order resolution read it in.
        let Some(known) = records.mentions.get(at) else { return };
        at += 1;
        let person = population.individual_of[known.node as usize];
        if person == NONE || !population.individuals[person as usize].counted {
            return;
        }
        let node = &records.nodes[known.node as usize];
        if let Some(name) = records.shown_names.get(node.name as usize) {
            values.entry((person, Shown::Name)).or_default().insert(clean(name));
        }
        let mut parts = [const { String::new() }; 7];
        for (detector, value) in mention.detectors.iter().zip(unpack(mention.values)) {
            let Some(entry) = assessment.evidence.detectors.get(usize::from(*detector)) else { continue };
            let text = String::from_utf8_lossy(value);
            let shown = match entry.meaning {
                Meaning::Email => Shown::Email,
                Meaning::Phone => Shown::Phone,
                Meaning::PersonalNumber => Shown::Number,
                Meaning::BirthDate => Shown::Birth,
                Meaning::Card => Shown::Card,
                Meaning::Account => Shown::Account,
                meaning => {
                    if let Some(place) = address_place(meaning) {
                        if parts[place].is_empty() {
                            parts[place] = clean(&text);
                        }
                    }
                    continue;
                }
            };
            values.entry((person, shown)).or_default().insert(clean(&text));
        }
        let address = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ");
        if !(parts[0].is_empty() && parts[6].is_empty()) {
            values.entry((person, Shown::Address)).or_default().insert(address);
        }
    })?;
    Ok(values)
}

/// Where in a written address a part stands.
fn address_place(meaning: Meaning) -> Option<usize> {
    Some(match meaning {
        Meaning::Street => 0,
        Meaning::Unit => 1,
        Meaning::Postcode => 2,
        Meaning::City => 3,
        Meaning::Region => 4,
        Meaning::Country => 5,
        Meaning::FullAddress => 6,
        _ => return None,
    })
}

/// `;` separates the list, so it cannot stand in a value.
fn clean(text: &str) -> String {
    text.trim().replace([';', '\n', '\r'], ",")
}

/// The matrix of people and elements, long form.
pub struct Elements;

impl Report for Elements {
    fn name(&self) -> &'static str {
        "person_elements.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let population = assessment.population;
        let rows: u64 = population.counted().map(|individual| individual.elements.len() as u64).sum();
        let header = "person_id, element, detectors, distinct_values, mentions, files, protection, confidence";
        let mut output = Output::create(folder, "person_elements", header, rows > LONGEST_CSV && !assessment.csv_all)?;
        for individual in population.counted() {
            for cell in census::cells(assessment.evidence, population, individual) {
                let detectors: Vec<&str> = cell
                    .detectors
                    .iter()
                    .filter_map(|detector| assessment.evidence.detectors.get(usize::from(*detector)))
                    .map(|entry| entry.id.as_str())
                    .collect();
                let protection = if individual.protected.contains(cell.element) { "protected" } else { "clear" };
                output.row(&[
                    &individual.id,
                    cell.element.code(),
                    &detectors.join(";"),
                    &cell.distinct.to_string(),
                    &cell.mentions.to_string(),
                    &cell.files.to_string(),
                    protection,
                    if cell.detectors.is_empty() { "medium" } else { "high" },
                ])?;
            }
        }
        output.finish()
    }
}

/// Which records speak of whom, as evidence: any number can be walked back with it.
pub struct Records;

impl Report for Records {
    fn name(&self) -> &'static str {
        "evidence/person_records"
    }

    fn write(&self, assessment: &Assessment<'_>, _folder: &Path) -> anyhow::Result<()> {
        let population = assessment.population;
        for old in std::fs::read_dir(assessment.case.evidence())? {
            let old = old?.path();
            if old.file_name().is_some_and(|name| name.to_string_lossy().starts_with("person_records-")) {
                std::fs::remove_file(old)?;
            }
        }
        let mut output = Output::create(&assessment.case.evidence(), "person_records-0000", "person_id, path, location, roles", true)?;
        for individual in population.individuals.iter().filter(|individual| individual.counted || individual.professional) {
            for mention in population.mentions(individual) {
                output.row(&[
                    &individual.id,
                    population.catalogue.path(assessment.evidence, mention.item),
                    &location(mention.table != crate::evidence::row::NO_TABLE, mention.row, mention.length),
                    mention.role.word(),
                ])?;
            }
        }
        output.finish()
    }
}

/// A location as the contract writes it; rows count from 1.
pub fn location(in_table: bool, row: u64, length: u32) -> String {
    if in_table { format!("row:{}", row + 1) } else { format!("@{row}+{length}") }
}
