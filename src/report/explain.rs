//! Why one person is one person: every mention, each merge with what agrees, and who was kept apart.
//!
//! Values are masked. Every line can be walked back by its path and location.

use super::{people::location, words::plural};
use crate::{
    base::{
        Meaning,
        mask::{mask, mask_name},
    },
    evidence::{
        Evidence,
        row::{NO_TABLE, unpack},
    },
    people::{
        Population, block,
        cluster::Guard,
        individual::Individual,
        record::NONE,
        rule::{self, Birth, Door, Numbers, Tier},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Write,
};

/// One value of a record, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    detector: String,
    /// Equal tokens are equal values.
    token: u128,
    masked: String,
}

/// What explaining needs to know of the person's records.
struct Records<'p> {
    evidence: &'p Evidence<'p>,
    population: &'p Population,
    /// By place in the mentions.
    values: BTreeMap<usize, Vec<Shown>>,
    /// By node: its first mention.
    first: HashMap<u32, usize>,
    /// The person's own nodes, in the order of their mentions.
    own: Vec<u32>,
}

/// The explanation of a person; `None` where there is no such person.
///
/// # Errors
/// When evidence cannot be read.
pub fn explain(evidence: &Evidence<'_>, population: &Population, id: &str) -> anyhow::Result<Option<String>> {
    let Some(place) = population.individuals.iter().position(|individual| *individual.id.text() == *id) else { return Ok(None) };
    let individual = &population.individuals[place];
    let own: Vec<usize> = population.places_of(individual).iter().map(|at| *at as usize).collect();
    let nodes: HashSet<u32> = own.iter().map(|at| population.records.mentions.node(*at)).collect();
    // Records of the other side of a near miss are shown too.
    let apart = near_misses(population, &nodes);
    let others: HashSet<u32> = apart.iter().map(|miss| miss.theirs).collect();
    let mut first: HashMap<u32, usize> = HashMap::new();
    for at in &population.order {
        let node = population.records.mentions.node(*at as usize);
        if nodes.contains(&node) || others.contains(&node) {
            first.entry(node).or_insert(*at as usize);
        }
    }
    let wanted: HashSet<usize> = own.iter().copied().chain(first.values().copied()).collect();
    let mut of_person: Vec<u32> = own.iter().map(|at| population.records.mentions.node(*at)).collect();
    let mut seen = HashSet::new();
    of_person.retain(|node| seen.insert(*node));
    let records = Records { evidence, population, values: shown_values(evidence, population, &wanted)?, first, own: of_person };
    let mut out = String::new();
    write_head(&mut out, population, individual)?;
    write_mentions(&mut out, &records, &own)?;
    write_merges(&mut out, &records, place as u32)?;
    write_apart(&mut out, &records, &apart)?;
    Ok(Some(out))
}

/// A record that is like one of the person's and was not joined.
struct Miss {
    rule: rule::Rule,
    /// Why not; `None` where the rule is too weak to join anybody.
    guard: Option<Guard>,
    own: u32,
    theirs: u32,
}

fn near_misses(population: &Population, nodes: &HashSet<u32>) -> Vec<Miss> {
    let sides = |a: u32, b: u32| match (nodes.contains(&a), nodes.contains(&b)) {
        (true, false) => Some((a, b)),
        (false, true) => Some((b, a)),
        _ => None,
    };
    let refused = population.refusals.iter().filter_map(|refusal| {
        let (own, theirs) = sides(refusal.a, refusal.b)?;
        Some(Miss { rule: refusal.rule, guard: Some(refusal.guard), own, theirs })
    });
    let edges = block::propose(&population.records).edges;
    let weak = edges.iter().filter(|edge| edge.rule.tier() == Tier::Possible).filter_map(|edge| {
        let (own, theirs) = sides(edge.a, edge.b)?;
        Some(Miss { rule: edge.rule, guard: None, own, theirs })
    });
    let mut seen = BTreeSet::new();
    let person = |node: u32| population.individual_of.get(node as usize).copied().unwrap_or(NONE);
    refused.chain(weak).filter(|miss| seen.insert((person(miss.theirs), miss.rule.id(), miss.guard))).collect()
}

/// The values of these mentions, read once more from evidence.
fn shown_values(evidence: &Evidence<'_>, population: &Population, wanted: &HashSet<usize>) -> anyhow::Result<BTreeMap<usize, Vec<Shown>>> {
    let mut values: BTreeMap<usize, Vec<Shown>> = BTreeMap::new();
    let mut at = 0;
    evidence.mentions(|mention| {
        if !population.catalogue.is_used(mention.item) {
            return;
        }
        // Evidence is read in the order resolution read it in.
        at += 1;
        if !wanted.contains(&(at - 1)) {
            return;
        }
        let shown = mention.detectors.iter().zip(unpack(mention.values)).enumerate().filter_map(|(number, (detector, value))| {
            let entry = evidence.detectors.get(usize::from(*detector))?;
            let text = String::from_utf8_lossy(value);
            let masked = match entry.meaning {
                Meaning::RowKey | Meaning::ForeignKey | Meaning::UnverifiedId => mask(&String::from_utf8_lossy(value.get(2..)?)),
                meaning if is_name(meaning) => mask_name(&text),
                _ if value.is_empty() => "***".to_owned(),
                _ => mask(&text),
            };
            Some(Shown { detector: entry.id.clone(), token: mention.token(number).0, masked })
        });
        values.insert(at - 1, shown.collect());
    })?;
    Ok(values)
}

fn is_name(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::FullName | Meaning::GivenName | Meaning::MiddleName | Meaning::Surname | Meaning::MaidenName)
}

fn write_head(out: &mut String, population: &Population, individual: &Individual) -> std::fmt::Result {
    let name = population.records.shown_name(individual.name).map(|name| mask_name(&name)).unwrap_or_default();
    writeln!(out, "{}  {name}", individual.id)?;
    let counted = if individual.counted { "counted among the affected" } else { "not counted among the affected" };
    let tier = individual.tier.map_or("single record", Tier::word);
    let (records, files) = (plural(individual.records().into(), "record", "records"), plural(individual.files.into(), "file", "files"));
    writeln!(out, "{counted}; {records} in {files}; weakest merge: {tier}")?;
    writeln!(out, "residency {} (by {})", individual.residency, individual.residency_basis.word())?;
    writeln!(out, "elements {}", individual.elements.codes())
}

impl Records<'_> {
    fn place(&self, at: usize) -> String {
        let Some(mention) = self.population.records.mentions.get(at) else { return String::new() };
        let path = self.population.catalogue.path(self.evidence, mention.item);
        format!("{path} {}", location(mention.table != NO_TABLE, mention.row, mention.length))
    }

    fn place_of_node(&self, node: u32) -> String {
        self.first.get(&node).map_or_else(String::new, |at| self.place(*at))
    }

    /// What two records agree in, in words and masked values.
    fn agreement(&self, a: u32, b: u32) -> String {
        let equal = self.equal_values(a, b);
        (if equal.is_empty() { self.alike(a, b) } else { equal }).join(", ")
    }

    /// The same of two records of a person. A record without a name is attached to all that the person's others hold: where it agrees
    /// with one of these only, with that.
    fn agreement_within(&self, a: u32, b: u32) -> String {
        let agreement = self.agreement(a, b);
        if !agreement.is_empty() {
            return agreement;
        }
        let others = self.own.iter().filter(|other| **other != a && **other != b);
        let found = others.map(|other| (*other, self.equal_values(*other, b))).find(|(_, equal)| !equal.is_empty());
        found.map_or_else(String::new, |(other, equal)| format!("{}, as {}", equal.join(", "), self.place_of_node(other)))
    }

    fn equal_values(&self, a: u32, b: u32) -> Vec<String> {
        let none = Vec::new();
        let values = |node: u32| self.first.get(&node).and_then(|at| self.values.get(at)).unwrap_or(&none);
        let theirs: BTreeSet<u128> = values(b).iter().map(|value| value.token).collect();
        let equal = values(a).iter().filter(|value| theirs.contains(&value.token));
        let mut equal: Vec<String> = equal.map(|value| format!("{} {}", value.detector, value.masked)).collect();
        equal.dedup();
        equal
    }

    /// What is alike where no value is equal to the last character.
    fn alike(&self, a: u32, b: u32) -> Vec<String> {
        let records = &self.population.records;
        let comparison = rule::compare(records, records.record(a as usize), records.record(b as usize));
        let mut alike = Vec::new();
        alike.extend(comparison.name.map(|likeness| format!("names {likeness:?}").to_lowercase()));
        let said = [
            (comparison.birth == Birth::Same, "same birth date"),
            (comparison.birth == Birth::Near, "birth dates one slip apart"),
            (comparison.personal == Numbers::Near, "personal numbers one slip apart"),
            (comparison.address == Door::Same, "same address"),
            (comparison.address == Door::Near, "addresses alike"),
            (comparison.row_key || comparison.reference, "rows that point to each other"),
            (comparison.contact, "same e-mail, phone or login"),
            (comparison.account, "same account"),
        ];
        alike.extend(said.iter().filter(|(holds, _)| *holds).map(|(_, text)| (*text).to_owned()));
        alike
    }
}

fn write_mentions(out: &mut String, records: &Records<'_>, own: &[usize]) -> std::fmt::Result {
    writeln!(out, "\nMentions")?;
    for at in own {
        let Some(mention) = records.population.records.mentions.get(*at) else { continue };
        let values = records.values.get(at).map(Vec::as_slice).unwrap_or_default();
        let values: Vec<String> = values.iter().map(|value| format!("{} {}", value.detector, value.masked)).collect();
        writeln!(out, "  {}  as {}", records.place(*at), mention.role.word())?;
        writeln!(out, "    {}", values.join(", "))?;
    }
    Ok(())
}

fn write_merges(out: &mut String, records: &Records<'_>, person: u32) -> std::fmt::Result {
    let population = records.population;
    let merges: Vec<_> = population.merges.iter().filter(|merge| population.individual_of[merge.a as usize] == person).collect();
    writeln!(out, "\nMerges")?;
    if merges.is_empty() {
        writeln!(out, "  none: the records are equal in all that identifies, or there is one only")?;
    }
    for merge in merges {
        writeln!(out, "  {} ({}): {}", merge.rule.id(), merge.rule.tier().word(), merge.rule.text())?;
        writeln!(out, "    {}\n    {}", records.place_of_node(merge.a), records.place_of_node(merge.b))?;
        writeln!(out, "    agree: {}", records.agreement_within(merge.a, merge.b))?;
    }
    Ok(())
}

fn write_apart(out: &mut String, records: &Records<'_>, apart: &[Miss]) -> std::fmt::Result {
    writeln!(out, "\nKept apart")?;
    if apart.is_empty() {
        writeln!(out, "  nobody is like this person")?;
    }
    for miss in apart {
        let other = records.population.individual_of.get(miss.theirs as usize).copied().unwrap_or(NONE);
        let other = records
            .population
            .individuals
            .get(other as usize)
            .map_or_else(|| "a record of nobody".to_owned(), |other| other.id.to_string());
        let why = miss.guard.map_or("too weak to join, so it only lowers the floor", Guard::text);
        writeln!(out, "  {other}: {} ({})\n    not joined: {why}", miss.rule.text(), miss.rule.id())?;
        writeln!(out, "    {}\n    {}", records.place_of_node(miss.own), records.place_of_node(miss.theirs))?;
        writeln!(out, "    agree: {}", records.agreement(miss.own, miss.theirs))?;
    }
    Ok(())
}
