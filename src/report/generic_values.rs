//! `generic_values.csv`: values that link nobody, so that nobody need ask why they do not.

use super::{Assessment, Report, sheet::Sheet};
use crate::{
    base::{Meaning, Token, mask::mask},
    evidence::row::unpack,
    people::{
        generic::Crowd,
        record::{Class, mix},
    },
};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

/// Values that link nobody.
pub struct GenericValues;

impl Report for GenericValues {
    fn name(&self) -> &'static str {
        "generic_values.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let generic = &assessment.population.generic;
        let mut sheet = Sheet::create(folder, self.name(), "kind, value_masked, value_token, records, reason")?;
        let shown = shown(assessment, &generic.crowds)?;
        for (crowd, (token, masked)) in generic.crowds.iter().zip(shown) {
            sheet.word(crowd.key.class.word()).text(&masked).plain(token).plain(crowd.records);
            sheet.word("more distinct records share it than one person has").end()?;
        }
        for mailbox in &generic.mailboxes {
            sheet.word(Class::Email.word()).text(&mailbox.masked).plain(mailbox.token).plain(mailbox.records);
            sheet.word("a mailbox of a function").end()?;
        }
        if generic.too_many {
            sheet.word(Class::Email.word()).word("").word("").word("").word("mailboxes of functions, too many to list").end()?;
        }
        for (detector, [tests, placeholders]) in made_up(assessment) {
            for (count, reason) in
                [(tests, "known test values; tables.csv tells the columns"), (placeholders, "placeholders; tables.csv tells the columns")]
            {
                if count > 0 {
                    sheet.word(detector).word("").word("").plain(count).word(reason).end()?;
                }
            }
        }
        sheet.finish()
    }
}

/// By detector: cells of tables that hold known test values, and placeholders.
fn made_up<'a>(assessment: &'a Assessment<'_>) -> BTreeMap<&'a str, [u64; 2]> {
    let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for column in assessment.population.catalogue.tables.iter().flat_map(|table| &table.columns) {
        if let Some(entry) = assessment.evidence.detectors.get(usize::from(column.seen.detector)) {
            let [tests, placeholders] = counts.entry(&entry.id).or_default();
            *tests += column.seen.test_values;
            *placeholders += column.seen.placeholders;
        }
    }
    counts
}

/// Token and masked value of each, read once more from evidence where there are any.
fn shown(assessment: &Assessment<'_>, crowds: &[Crowd]) -> anyhow::Result<Vec<(Token, String)>> {
    let (population, evidence) = (assessment.population, assessment.evidence);
    let mut shown = vec![(Token::default(), "***".to_owned()); crowds.len()];
    if crowds.is_empty() {
        return Ok(shown);
    }
    let mut wanted: HashMap<u32, Vec<usize>> = HashMap::new();
    crowds.iter().enumerate().for_each(|(at, crowd)| wanted.entry(crowd.node).or_default().push(at));
    // By place among the mentions: the first of each record.
    let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
    for at in population.order.iter().map(|at| *at as usize) {
        if let Some(of_node) = wanted.remove(&population.records.mentions.node(at)) {
            places.insert(at, of_node);
        }
    }
    let mut at = 0;
    evidence.mentions(|mention| {
        if !population.catalogue.is_used(mention.item) {
            return;
        }
        // Evidence is read in the order resolution read it in.
        at += 1;
        for crowd in places.get(&(at - 1)).into_iter().flatten() {
            let key = crowds[*crowd].key;
            for (number, (detector, value)) in mention.detectors.iter().zip(unpack(mention.values)).enumerate() {
                let Some(entry) = evidence.detectors.get(usize::from(*detector)) else { continue };
                let token = mention.token(number);
                let unverified = entry.meaning == Meaning::UnverifiedId;
                let scope = population.records.scopes.get(&{ key.value }).filter(|_| unverified);
                if { key.value } == scope.map_or(token.0 as u64, |scope| mix(&[*scope, token.0 as u64])) {
                    let value = if unverified { value.get(2..).unwrap_or_default() } else { value };
                    shown[*crowd] = (token, if value.is_empty() { "***".to_owned() } else { mask(&String::from_utf8_lossy(value)) });
                }
            }
        }
    })?;
    Ok(shown)
}
