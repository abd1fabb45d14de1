//! `people.csv`, `person_elements`, and `evidence/person_records`.

use super::{
    Assessment, Report, census,
    sheet::{Sheet, guard},
};
use crate::{
    base::{ElementSet, mask::write_masked_name},
    evidence::row::NO_TABLE,
    people::{Population, individual::Individual, record::Map, rule::Tier},
};
use std::{fmt::Write, path::Path};

/// One row per affected individual.
pub struct People;

/// Its columns.
pub(super) const COLUMNS: &str = "person_id, full_name, birth_year, minor, deceased, residency, residency_basis, elements, element_count, \
                                  severity, records, files, tier, conflict, roles, protected";

/// Those of them that say who a row is about.
pub(super) const WHO: [&str; 4] = ["person_id", "full_name", "minor", "residency"];

impl Report for People {
    fn name(&self) -> &'static str {
        "people.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), COLUMNS)?;
        let mut row = PersonRow::default();
        for individual in assessment.population.counted_with_names() {
            row.fill(assessment.population, individual);
            row.cells().for_each(|cell| {
                sheet.word(cell);
            });
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// One row of `people.csv`, cell by cell. Reused from person to person.
#[derive(Default)]
pub(super) struct PersonRow {
    text: String,
    ends: Vec<usize>,
    /// Few sets of elements occur among many people.
    codes: Map<ElementSet, String>,
    name: String,
}

impl PersonRow {
    /// Takes the cells of this individual.
    pub(super) fn fill(&mut self, population: &Population, individual: &Individual) {
        self.begin(population, individual);
        match individual.birth / 10_000 {
            0 => self.word(""),
            year => self.number(year),
        }
        self.word(individual.minor.word());
        self.word(individual.deceased.word());
        self.word(&individual.residency);
        self.word(individual.residency_basis.word());
        self.set(individual.elements);
        self.number(individual.elements.len() as u32);
        self.word(individual.elements.severity().map_or("", |severity| severity.word()));
        self.number(individual.records());
        self.number(individual.files);
        self.word(individual.tier.map_or("single", Tier::word));
        self.word(if individual.conflict { "Y" } else { "N" });
        for (at, role) in individual.roles().enumerate() {
            self.text.push_str(if at == 0 { "" } else { ";" });
            self.text.push_str(role.word());
        }
        self.word("");
        self.set(individual.protected);
    }

    /// Takes only those that say who it is: [`WHO`].
    pub(super) fn fill_who(&mut self, population: &Population, individual: &Individual) {
        self.begin(population, individual);
        self.word(individual.minor.word());
        self.word(&individual.residency);
    }

    /// Id and name.
    fn begin(&mut self, population: &Population, individual: &Individual) {
        self.text.clear();
        self.ends.clear();
        self.word(&individual.id.text());
        if let Some(name) = population.records.shown_name(individual.name) {
            self.name.clear();
            write_masked_name(&mut self.name, &name);
            self.text.push_str(&guard(&self.name));
        }
        self.word("");
    }

    /// Ends a cell with this word.
    fn word(&mut self, word: &str) {
        self.text.push_str(word);
        self.ends.push(self.text.len());
    }

    fn number(&mut self, number: u32) {
        self.text.push_str(itoa::Buffer::new().format(number));
        self.ends.push(self.text.len());
    }

    fn set(&mut self, set: ElementSet) {
        let codes = self.codes.entry(set).or_insert_with(|| set.codes());
        self.text.push_str(codes);
        self.ends.push(self.text.len());
    }

    /// The cells, in the order of [`COLUMNS`] or [`WHO`].
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }
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
        let header = "person_id, element, detectors, distinct_values#, mentions#, files#, protection, confidence";
        let mut sheet = Sheet::detail(folder, "person_elements", header, rows, assessment.csv_all)?;
        let mut cells = census::Cells::new(assessment.evidence, population)?;
        let mut detectors = String::new();
        for chunk in population.individuals.chunks(census::AHEAD) {
            cells.foresee(population, chunk);
            for individual in population.with_mentions(chunk).filter(|individual| individual.counted) {
                cells.of(population, individual);
                for cell in cells.last() {
                    detectors.clear();
                    for (at, detector) in cells.detectors(cell).iter().enumerate() {
                        detectors.push_str(if at == 0 { "" } else { ";" });
                        detectors.push_str(assessment.evidence.detectors.get(usize::from(*detector)).map_or("", |entry| &entry.id));
                    }
                    let protection = if individual.protected.contains(cell.element) { "protected" } else { "clear" };
                    let confidence = if detectors.is_empty() { "medium" } else { "high" };
                    sheet.word(&individual.id.text()).word(cell.element.code()).word(&detectors);
                    sheet.number(cell.distinct).number(cell.mentions).number(cell.files).word(protection).word(confidence).end()?;
                }
            }
        }
        sheet.finish()
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
        let mut sheet = Sheet::parquet(&assessment.case.evidence(), "person_records-0000", "person_id, path, location, roles")?;
        let mut location = String::new();
        let told = |individual: &&Individual| individual.counted || individual.professional;
        for individual in population.with_mentions(&population.individuals).filter(told) {
            for mention in population.mentions(individual) {
                location.clear();
                write_location(&mut location, mention.table != NO_TABLE, mention.row, mention.length);
                let path = population.catalogue.path(assessment.evidence, mention.item);
                sheet.word(&individual.id.text()).word(path).word(&location).word(mention.role.word()).end()?;
            }
        }
        sheet.finish()
    }
}

/// A location as the contract writes it; rows count from 1.
pub fn location(in_table: bool, row: u64, length: u32) -> String {
    let mut text = String::new();
    write_location(&mut text, in_table, row, length);
    text
}

/// The same, behind what `to` holds.
pub(super) fn write_location(to: &mut String, in_table: bool, row: u64, length: u32) {
    if in_table {
        write!(to, "row:{}", row + 1).ok();
    } else {
        write!(to, "@{row}+{length}").ok();
    }
}
