//! `mentions.csv`, the PI log: every finding in text and in free-text columns.

use super::{Assessment, Report, people::location, sheet::Sheet};
use crate::{
    base::{
        Element,
        mask::{mask, mask_name},
    },
    evidence::{FindingRow, row::NO_TABLE},
    people::record::{Map, NONE},
};
use std::path::Path;

/// Every finding in text.
pub struct Mentions;

impl Report for Mentions {
    fn name(&self) -> &'static str {
        "mentions.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let population = assessment.population;
        let catalogue = &population.catalogue;
        let mut findings: Vec<FindingRow> = Vec::new();
        assessment.evidence.findings(|finding| {
            let reported = assessment.evidence.detectors.get(usize::from(finding.detector)).is_some_and(|entry| entry.element.is_some());
            if reported && !finding.test_value && catalogue.is_used(finding.item) {
                findings.push(finding);
            }
        })?;
        for finding in findings.iter_mut().filter(|finding| finding.table != NO_TABLE) {
            // From here on the place in the catalogue's tables: parts number their tables for themselves.
            let index = catalogue.table_index(finding.item, finding.part, finding.table);
            finding.table = index.unwrap_or(NO_TABLE - 1);
            if let Some(table) = catalogue.tables.get(finding.table as usize) {
                finding.at = table.row(finding.part, finding.at);
            }
        }
        findings.sort_by(|a, b| {
            let key = |f: &FindingRow| (f.table, f.at, f.column, f.context_at, f.detector, f.length);
            catalogue.path(assessment.evidence, a.item).cmp(catalogue.path(assessment.evidence, b.item)).then_with(|| key(a).cmp(&key(b)))
        });
        // Whose they are: only the records that hold a finding are looked for, since there may be millions of others.
        let mut people: Map<(u32, u32, u32), u32> = Map::default();
        let mut rows_of: Map<(u32, u32, u64), u32> = Map::default();
        for finding in &findings {
            if finding.table == NO_TABLE {
                people.insert((finding.item, finding.part, finding.sequence), NONE);
            } else {
                rows_of.insert((finding.item, finding.table, finding.at), NONE);
            }
        }
        for mention in population.records.mentions.iter().filter(|_| !findings.is_empty()) {
            let place = match mention.table {
                NO_TABLE => people.get_mut(&(mention.item, mention.part, mention.sequence)),
                table if mention.slot == 0 => rows_of.get_mut(&(mention.item, table, mention.row)),
                _ => None,
            };
            let person = population.individual_of[mention.node as usize];
            if let Some(place) = place
                && person != NONE
                && population.individuals[person as usize].counted
            {
                *place = person;
            }
        }
        let header = "path, location, element, detector, value_masked, value_token, confidence, person_id, context_masked";
        let mut sheet = Sheet::detail(folder, "mentions", header, findings.len() as u64, assessment.csv_all)?;
        let neighbours = Neighbours::new(&findings);
        for (at, finding) in findings.iter().enumerate() {
            let Some(entry) = assessment.evidence.detectors.get(usize::from(finding.detector)) else { continue };
            let element = entry.element.map_or("", |element| element.code());
            let person = if finding.table == NO_TABLE {
                people.get(&(finding.item, finding.part, finding.sequence))
            } else {
                rows_of.get(&(finding.item, finding.table, finding.at))
            };
            let person = person
                .and_then(|person| population.individuals.get(*person as usize))
                .map(|individual| individual.id.text())
                .unwrap_or_default();
            let context = neighbours.masked(&findings, at, assessment);
            sheet
                .text(catalogue.path(assessment.evidence, finding.item))
                .text(&place(assessment, finding))
                .word(element)
                .word(&entry.id)
                .text(&masked(&String::from_utf8_lossy(&finding.value), entry.element))
                .plain(finding.token)
                .plain(format_args!("{:.1}", finding.bits))
                .word(&person)
                .text(&context)
                .end()?;
        }
        sheet.finish()
    }
}

/// What a reader may see of a value of this element.
fn masked(value: &str, element: Option<Element>) -> String {
    match element {
        Some(Element::Name) => mask_name(value),
        Some(
            Element::Password
            | Element::ApiKey
            | Element::PrivateKey
            | Element::AccessToken
            | Element::SecurityAnswer
            | Element::PasswordHash,
        ) => "***".to_owned(),
        _ => mask(value),
    }
}

fn place(assessment: &Assessment<'_>, finding: &FindingRow) -> String {
    if finding.table == NO_TABLE {
        if finding.column > 0 {
            return format!("page:{}", finding.column);
        }
        return location(false, finding.at, finding.length);
    }
    let table = assessment.population.catalogue.tables.get(finding.table as usize);
    let header = table.and_then(|table| table.columns.get(finding.column as usize)).map_or("", |column| column.seen.header.as_str());
    format!("row:{} col:{header}", finding.at + 1)
}

/// Findings near each other, so that the context of one does not show the value of another.
struct Neighbours;

impl Neighbours {
    fn new(_findings: &[FindingRow]) -> Neighbours {
        Neighbours
    }

    /// The words around a finding that are plainly words; everything else is masked.
    ///
    /// Only lower-case words of the context are shown, since names, numbers, addresses and
    /// codes are none: whatever a detector missed does not leak through the context of another.
    fn masked(&self, findings: &[FindingRow], at: usize, assessment: &Assessment<'_>) -> String {
        let finding = &findings[at];
        let from = usize::from(finding.context_at).min(finding.context.len());
        let value_length = finding.context.len() - from;
        let length = (finding.length as usize).min(value_length);
        let element = assessment.evidence.detectors.get(usize::from(finding.detector)).and_then(|entry| entry.element);
        let before = String::from_utf8_lossy(&finding.context[..from]);
        let own_length = if finding.table == NO_TABLE { length } else { finding.value.len().min(value_length) };
        let value = String::from_utf8_lossy(&finding.context[from..from + own_length]);
        let after = String::from_utf8_lossy(&finding.context[from + own_length..]);
        format!("{}[{}]{}", words_only(&before), masked(&value, element), words_only(&after))
    }
}

/// Text with everything but lower-case words and punctuation masked.
fn words_only(text: &str) -> String {
    let mut out = String::new();
    for piece in text.split_inclusive(|c: char| c.is_whitespace()) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        let core = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let plain = core.chars().all(|c| c.is_lowercase()) || KNOWN_LABELS.contains(&core.to_lowercase().as_str());
        if plain {
            out.push_str(word);
        } else {
            out.push('*');
        }
        out.push_str(if space.is_empty() { "" } else { " " });
    }
    out
}

/// Labels that stand before values with a capital.
pub const KNOWN_LABELS: &[&str] = &[
    "ssn",
    "name",
    "dob",
    "phone",
    "email",
    "e-mail",
    "mail",
    "address",
    "card",
    "account",
    "iban",
    "passport",
    "patient",
    "member",
    "employee",
    "customer",
    "number",
    "no",
    "id",
    "tel",
    "mobile",
    "date",
    "birth",
    "of",
    "from",
    "to",
    "cc",
    "subject",
    "password",
    "user",
    "login",
    "salary",
    "diagnosis",
    "mrn",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_show_words_and_no_values() {
        assert_eq!(words_only("call Jane at 555-0100, her SSN: "), "call * at * her SSN: ");
        assert_eq!(words_only("pass hunter22 x"), "pass * x");
    }
}
