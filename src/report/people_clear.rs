//! `people_clear.csv`: the mailing list, only on request; sealed before it reaches the disk where that is asked for.

use super::{Assessment, Report, Reveal, sheet::Sheet};
use crate::{
    base::Meaning,
    evidence::row::unpack,
    people::{intern::Index, record::NONE},
};
use std::path::Path;

/// Clear values, only on request.
pub struct Clear;

/// What is listed, column by column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// The columns behind the person's id, in the order of the header.
const COLUMNS: [Shown; 8] =
    [Shown::Name, Shown::Email, Shown::Phone, Shown::Number, Shown::Birth, Shown::Address, Shown::Card, Shown::Account];

impl Report for Clear {
    fn name(&self) -> &'static str {
        "people_clear.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "person_id, full_names, emails, phones, national_ids, dobs, addresses, cards, accounts";
        let mut sheet = match assessment.reveal {
            Reveal::Nothing => return Ok(()),
            Reveal::Clear => Sheet::create(folder, self.name(), header)?,
            Reveal::SealedTo(recipients) => Sheet::sealed(folder, self.name(), header, recipients)?,
        };
        let values = clear_values(assessment)?;
        let mut sorted = values.sorted().into_iter().peekable();
        let mut list = String::new();
        for (at, individual) in assessment.population.individuals.iter().enumerate().filter(|(_, individual)| individual.counted) {
            sheet.plain(individual.id);
            for shown in COLUMNS {
                list.clear();
                while let Some(value) = sorted.next_if(|value| values.of[*value as usize] == (at as u32, shown)) {
                    list.push_str(if list.is_empty() { "" } else { ";" });
                    list.push_str(values.text(value));
                }
                sheet.text(&list);
            }
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Distinct values by person and column, one behind the other in one piece of memory: a million people have ten million.
#[derive(Default)]
struct Values {
    text: String,
    /// Where each value ends.
    ends: Vec<usize>,
    /// Person and column of each value.
    of: Vec<(u32, Shown)>,
    known: Index,
}

impl Values {
    fn text(&self, at: u32) -> &str {
        text_of(&self.text, &self.ends, at)
    }

    /// Adds a value of a person, unless it is known. `;` separates the list, so it cannot stand in a value.
    fn add(&mut self, person: u32, shown: Shown, value: &str) {
        let start = self.text.len();
        self.text.extend(value.trim().chars().map(|c| if matches!(c, ';' | '\n' | '\r') { ',' } else { c }));
        let (before, value) = self.text.split_at(start);
        let (ends, of, key) = (&self.ends, &self.of, (person, shown));
        let is = |at: u32| of[at as usize] == key && text_of(before, ends, at) == value;
        if value.is_empty() || self.known.find_or(&(key, value), ends.len() as u32, is).is_some() {
            self.text.truncate(start);
        } else {
            self.ends.push(self.text.len());
            self.of.push(key);
        }
    }

    /// The values by person, column and text.
    fn sorted(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..self.of.len() as u32).collect();
        sorted.sort_unstable_by(|a, b| (self.of[*a as usize], self.text(*a)).cmp(&(self.of[*b as usize], self.text(*b))));
        sorted
    }
}

fn text_of<'t>(text: &'t str, ends: &[usize], at: u32) -> &'t str {
    let at = at as usize;
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    text.get(start..ends[at]).unwrap_or_default()
}

/// Every clear value of every counted individual, read once more from evidence.
fn clear_values(assessment: &Assessment<'_>) -> anyhow::Result<Values> {
    let population = assessment.population;
    let records = &population.records;
    let mut values = Values::default();
    let mut at = 0;
    let mut parts = [const { String::new() }; 7];
    let mut address = String::new();
    assessment.evidence.mentions(|mention| {
        if !population.catalogue.is_used(mention.item) {
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
        if let Some(name) = records.shown_name(node.name) {
            values.add(person, Shown::Name, &name);
        }
        parts.iter_mut().for_each(String::clear);
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
                    if let Some(place) = address_place(meaning)
                        && parts[place].is_empty()
                    {
                        parts[place].push_str(text.trim());
                    }
                    continue;
                }
            };
            values.add(person, shown, &text);
        }
        if !(parts[0].is_empty() && parts[6].is_empty()) {
            address.clear();
            for part in parts.iter().filter(|part| !part.is_empty()) {
                address.push_str(if address.is_empty() { "" } else { ", " });
                address.push_str(part);
            }
            values.add(person, Shown::Address, &address);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_once_for_each_person_and_column_and_come_sorted() {
        let mut values = Values::default();
        for (person, shown, value) in [
            (1, Shown::Email, "b@example.org"),
            (0, Shown::Phone, "+12025550100"),
            (1, Shown::Email, "a@example.org"),
            (1, Shown::Email, " b@example.org "),
            (0, Shown::Name, "Ann; Bo\nLee"),
            (1, Shown::Name, "b@example.org"),
            (1, Shown::Name, "  "),
        ] {
            values.add(person, shown, value);
        }
        let told: Vec<_> = values.sorted().into_iter().map(|at| (values.of[at as usize], values.text(at))).collect();
        let expected = [
            ((0, Shown::Name), "Ann, Bo,Lee"),
            ((0, Shown::Phone), "+12025550100"),
            ((1, Shown::Name), "b@example.org"),
            ((1, Shown::Email), "a@example.org"),
            ((1, Shown::Email), "b@example.org"),
        ];
        assert_eq!(told, expected);
    }
}
