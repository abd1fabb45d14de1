//! From evidence to findings: values in text one by one, tables column by column.

use super::{
    Accepted, At, Finding,
    place::{Copies, Shown},
    policy::Policy,
};
use crate::{
    base::{
        Element, ElementSet,
        glob::{fits, text_fits},
        path::around,
        token::base32,
    },
    evidence::{
        Evidence, FindingRow,
        row::{NO_DETECTOR, NO_TABLE, unpack},
        sketch::Sketch,
    },
    people::{Population, record::NONE},
    report::words,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Ties a finding to the mentions it may belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Place in the catalogue's tables.
    Table(u32),
    /// Item, part, sequence.
    Text(u32, u32, u32),
}

/// Everything found, and which elements of each mention hold allowed values only.
pub struct Gathered {
    pub findings: Vec<Finding>,
    /// Beside the mentions of the population; empty where the policy allows no values.
    pub allowed: Vec<ElementSet>,
}

/// What the mentions of a table say of one element.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    mentions: u64,
    allowed: u64,
    clear: bool,
    people: u64,
    exposed: u64,
}

/// Gathers the findings of a case; paths and values that the policy allows are marked so.
pub fn gather(evidence: &Evidence<'_>, population: &Population, policy: &Policy, shown: &Shown) -> anyhow::Result<Gathered> {
    let copies = Copies::new(evidence, &population.catalogue);
    let allowed = allowed_values(evidence, population, policy)?;
    let place = |read_path: &str| judged_path(&copies, shown, policy, read_path);
    let mut findings = columns(evidence, population, &allowed, &place);
    findings.extend(texts(evidence, population, policy, &place)?);
    findings.sort_by(|a, b| (&a.path, order(&a.at), a.element, &a.detector).cmp(&(&b.path, order(&b.at), b.element, &b.detector)));
    Ok(Gathered { findings, allowed })
}

fn order(at: &At) -> (u64, &str) {
    match at {
        At::Column { header, .. } => (0, header),
        At::Text { offset, .. } => (*offset, ""),
        At::Page(page) => (u64::from(*page), ""),
        At::Cell { row, header } => (*row, header),
    }
}

/// The path to tell, and whether every path of these bytes is allowed.
fn judged_path(copies: &Copies<'_>, shown: &Shown, policy: &Policy, read_path: &str) -> (String, bool) {
    let paths: Vec<String> = copies.of(read_path).iter().map(|path| shown.path(path)).collect();
    let is_allowed = |path: &String| policy.allowed_paths.iter().any(|pattern| around(path).any(|path| fits(pattern, path)));
    match paths.iter().find(|path| !is_allowed(path)) {
        Some(path) => (path.clone(), false),
        None => (paths.into_iter().next().unwrap_or_default(), true),
    }
}

/// Whether a value is one the policy calls made up: equal letters and digits, or fitting a pattern with stars.
fn is_allowed_value(policy: &Policy, value: &str) -> bool {
    let value = value.to_lowercase();
    let core = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    policy.allowed_values.iter().map(|allowed| allowed.to_lowercase()).any(|allowed| {
        if allowed.contains('*') { text_fits(&allowed, &value) } else { !core(&allowed).is_empty() && core(&allowed) == core(&value) }
    })
}

fn allowed_values(evidence: &Evidence<'_>, population: &Population, policy: &Policy) -> anyhow::Result<Vec<ElementSet>> {
    let mut allowed = Vec::new();
    if policy.allowed_values.is_empty() {
        return Ok(allowed);
    }
    evidence.mentions(|mention| {
        if !population.catalogue.is_used(mention.item) {
            return;
        }
        let (mut made_up, mut other) = (ElementSet::EMPTY, ElementSet::EMPTY);
        for (detector, value) in mention.detectors.iter().zip(unpack(mention.values)) {
            let element = evidence.detectors.get(usize::from(*detector)).and_then(|entry| entry.element);
            if let Some(element) = element {
                let set = if is_allowed_value(policy, &String::from_utf8_lossy(value)) { &mut made_up } else { &mut other };
                set.insert(element);
            }
        }
        // Evidence is read in the order resolution read it in.
        allowed.push(made_up.difference(other));
    })?;
    Ok(allowed)
}

/// The counted individual of a node.
pub(super) fn person(population: &Population, node: u32) -> Option<u32> {
    let person = *population.individual_of.get(node as usize)?;
    (person != NONE && population.individuals.get(person as usize).is_some_and(|individual| individual.counted)).then_some(person)
}

/// What the rows of each table say, by table and element.
fn tallies(population: &Population, allowed: &[ElementSet]) -> HashMap<(u32, Element), Tally> {
    let mut tallies: HashMap<(u32, Element), Tally> = HashMap::new();
    let mut held: Vec<(u32, Element, u32, bool)> = Vec::new();
    for (at, mention) in population.records.mentions.iter().enumerate().filter(|(_, mention)| mention.table != NO_TABLE) {
        let made_up = allowed.get(at).copied().unwrap_or_default();
        let person = person(population, mention.node);
        for element in mention.elements.iter() {
            let tally = tallies.entry((mention.table, element)).or_default();
            tally.mentions += 1;
            if made_up.contains(element) {
                tally.allowed += 1;
                continue;
            }
            let clear = !mention.protected.contains(element);
            tally.clear |= clear;
            held.extend(person.map(|person| (mention.table, element, person, !clear)));
        }
    }
    // Clear sorts first, so that each person counts by their clearest row.
    held.sort_unstable();
    held.dedup_by_key(|row| (row.0, row.1, row.2));
    for (table, element, _, hidden) in held {
        let tally = tallies.entry((table, element)).or_default();
        tally.people += 1;
        tally.exposed += u64::from(!hidden);
    }
    tallies
}

fn columns(
    evidence: &Evidence<'_>,
    population: &Population,
    allowed: &[ElementSet],
    place: &dyn Fn(&str) -> (String, bool),
) -> Vec<Finding> {
    let tallies = tallies(population, allowed);
    let catalogue = &population.catalogue;
    let mut findings = Vec::new();
    for (index, table) in catalogue.tables.iter().enumerate() {
        let read_path = catalogue.path(evidence, table.item);
        let mut placed = None;
        for column in table.columns.iter().filter(|column| column.seen.valid > 0 && column.seen.detector != NO_DETECTOR) {
            let Some(entry) = evidence.detectors.get(usize::from(column.seen.detector)) else { continue };
            let Some(element) = entry.element else { continue };
            let (path, path_allowed) = placed.get_or_insert_with(|| place(read_path)).clone();
            let tally = tallies.get(&(index as u32, element)).copied();
            // A table that tells of nobody records no rows: what its columns hold is known all the same.
            let clear = tally.map_or(element != Element::PasswordHash, |tally| tally.clear);
            let tally = tally.unwrap_or_default();
            let values_allowed = tally.mentions > 0 && tally.allowed == tally.mentions;
            findings.push(Finding {
                element,
                detector: entry.id.clone(),
                kind: words::element(element).to_owned(),
                path,
                read_path: read_path.to_owned(),
                at: At::Column { table: table.name.clone(), header: column.seen.header.clone() },
                values: column.seen.valid.saturating_sub(tally.allowed),
                people: if clear { tally.exposed } else { tally.people },
                clear,
                fingerprint: column_fingerprint(&entry.id, &column.seen.header, &column.seen.distinct),
                accepted: if path_allowed { Some(Accepted::Path) } else { values_allowed.then_some(Accepted::Value) },
                source: None,
                key: Key::Table(index as u32),
            });
        }
    }
    findings
}

fn texts(
    evidence: &Evidence<'_>,
    population: &Population,
    policy: &Policy,
    place: &dyn Fn(&str) -> (String, bool),
) -> anyhow::Result<Vec<Finding>> {
    let catalogue = &population.catalogue;
    let mut rows: Vec<FindingRow> = Vec::new();
    evidence.findings(|row| {
        let reported = evidence.detectors.get(usize::from(row.detector)).is_some_and(|entry| entry.element.is_some());
        if reported && !row.test_value && catalogue.is_used(row.item) {
            rows.push(row);
        }
    })?;
    let people = People::new(population, &rows);
    let mut placed: BTreeMap<u32, (String, bool)> = BTreeMap::new();
    let mut findings = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(entry) = evidence.detectors.get(usize::from(row.detector)) else { continue };
        let Some(element) = entry.element else { continue };
        let read_path = catalogue.path(evidence, row.item);
        let (path, path_allowed) = placed.entry(row.item).or_insert_with(|| place(read_path)).clone();
        let (at, key) = text_place(population, &row);
        let value_allowed = is_allowed_value(policy, &String::from_utf8_lossy(&row.value));
        findings.push(Finding {
            element,
            detector: entry.id.clone(),
            kind: words::element(element).to_owned(),
            path,
            read_path: read_path.to_owned(),
            at,
            values: 1,
            people: u64::from(people.has(&row, key)),
            clear: row.protection == 0,
            fingerprint: format!("{}/text/{}", entry.id, base32(row.token.0 >> 108, 4)),
            accepted: if path_allowed { Some(Accepted::Path) } else { value_allowed.then_some(Accepted::Value) },
            source: None,
            key,
        });
    }
    Ok(findings)
}

fn text_place(population: &Population, row: &FindingRow) -> (At, Key) {
    let text = Key::Text(row.item, row.part, row.sequence);
    if row.table == NO_TABLE {
        let at = if row.column > 0 { At::Page(row.column) } else { At::Text { offset: row.at, length: row.length } };
        return (at, text);
    }
    let catalogue = &population.catalogue;
    let Some(index) = catalogue.table_index(row.item, row.part, row.table) else {
        return (At::Cell { row: row.at + 1, header: String::new() }, text);
    };
    let table = &catalogue.tables[index as usize];
    let header = table.columns.get(row.column as usize).map_or_else(String::new, |column| column.seen.header.clone());
    (At::Cell { row: table.row(row.part, row.at) + 1, header }, Key::Table(index))
}

/// Which mentions in text, and which rows with free text, are of counted people.
struct People {
    text: HashSet<(u32, u32, u32)>,
    rows: HashSet<(u32, u64)>,
}

impl People {
    fn new(population: &Population, findings: &[FindingRow]) -> People {
        let catalogue = &population.catalogue;
        let tables: HashSet<u32> = findings
            .iter()
            .filter(|row| row.table != NO_TABLE)
            .filter_map(|row| catalogue.table_index(row.item, row.part, row.table))
            .collect();
        let mut people = People { text: HashSet::new(), rows: HashSet::new() };
        for mention in population.records.mentions.iter().filter(|mention| person(population, mention.node).is_some()) {
            if mention.table == NO_TABLE {
                people.text.insert((mention.item, mention.part, mention.sequence));
            } else if mention.slot == 0 && tables.contains(&mention.table) {
                people.rows.insert((mention.table, mention.row));
            }
        }
        people
    }

    fn has(&self, row: &FindingRow, key: Key) -> bool {
        match key {
            Key::Text(item, part, sequence) => self.text.contains(&(item, part, sequence)),
            Key::Table(table) => self.rows.contains(&(table, row.at)),
        }
    }
}

/// Detector, 20 bits of the header, 20 bits of the set of values.
///
/// So few bits tell a changed value from an accepted one (one in a million is missed), and do not
/// tell the value: about a thousand social security numbers share each.
fn column_fingerprint(detector: &str, header: &str, distinct: &[u8]) -> String {
    let bits = |bytes: &[u8]| {
        let hash = blake3::hash(bytes);
        base32(u128::from(u32::from_le_bytes(hash.as_bytes()[..4].try_into().unwrap_or_default())), 4)
    };
    let values = Sketch::from_bytes(distinct).to_bytes();
    format!("{detector}/{}/{}", bits(header.to_lowercase().as_bytes()), bits(&values))
}
