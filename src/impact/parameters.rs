//! The unit costs and shares of `patterns/impact.toml`.

use super::{
    Kind, Spread,
    reputation::{self, Band, Benchmark},
};
use crate::{
    base::{
        Fault,
        document::{Document, Keys},
        fault::nearest,
    },
    law::Exposure,
};
use std::collections::BTreeMap;

const BUILTIN: &str = include_str!("../../patterns/impact.toml");

/// What an estimate is made with.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub(super) lines: Vec<Rule>,
    /// Factors of the reputational index, and what it is called from which mark on.
    pub(super) reputation: Vec<reputation::Rule>,
    pub(super) bands: Vec<Band>,
    pub(super) benchmarks: Vec<Benchmark>,
}

/// How one line of the estimate is computed.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) quantity: Quantity,
    pub(super) exposed: Option<Exposure>,
    pub(super) residency: Vec<String>,
    pub(super) law: Option<String>,
    pub(super) share: Spread,
    pub(super) from: u64,
    /// In US dollars, as all amounts here.
    pub(super) unit: Spread,
    pub(super) cap: Option<f64>,
    pub(super) cap_turnover: Option<f64>,
    pub(super) source: String,
    pub(super) year: u64,
}

/// What a unit cost is multiplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Notified,
    People,
    Regulators,
    Law,
    Incident,
}

const QUANTITIES: &[(&str, Quantity)] = &[
    ("notified", Quantity::Notified),
    ("people", Quantity::People),
    ("regulators", Quantity::Regulators),
    ("law", Quantity::Law),
    ("incident", Quantity::Incident),
];

impl Parameters {
    /// The parameters in the binary.
    ///
    /// # Errors
    /// Its faults; a test holds that there are none.
    pub fn builtin() -> Result<Parameters, Vec<Fault>> {
        Parameters::parse("patterns/impact.toml", BUILTIN)
    }

    /// Reads a parameters file; `file` is its name in faults.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(file: &str, text: &str) -> Result<Parameters, Vec<Fault>> {
        let mut doc = Document::new(file, text);
        let parameters = doc.read(|keys, doc| {
            let rates = rates(keys, doc);
            let mut parameters = Parameters {
                lines: each(keys, "line", doc, &|table, doc| rule(table, &rates, doc)),
                reputation: each(keys, "reputation", doc, &factor),
                bands: each(keys, "reputation_band", doc, &band),
                benchmarks: each(keys, "benchmark", doc, &benchmark),
            };
            parameters.bands.sort_by(|a, b| a.from.total_cmp(&b.from));
            parameters
        });
        if doc.faults.is_empty() { Ok(parameters) } else { Err(doc.faults) }
    }

    /// These parameters with those of another file, which replace lines and factors of the same name, and all names of the index.
    #[must_use]
    pub fn with(mut self, other: Parameters) -> Parameters {
        replace(&mut self.lines, other.lines, |line| &line.name);
        replace(&mut self.reputation, other.reputation, |factor| &factor.name);
        replace(&mut self.benchmarks, other.benchmarks, |benchmark| &benchmark.name);
        if !other.bands.is_empty() {
            self.bands = other.bands;
        }
        self
    }
}

fn replace<T>(list: &mut Vec<T>, other: Vec<T>, name: fn(&T) -> &String) {
    for new in other {
        match list.iter_mut().find(|old| name(old) == name(&new)) {
            Some(old) => *old = new,
            None => list.push(new),
        }
    }
}

/// Reads one entry of a list.
type Read<'r, T> = &'r dyn Fn(&mut Keys<'_, '_>, &mut Document<'_>) -> Option<T>;

fn each<T>(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>, read: Read<'_, T>) -> Vec<T> {
    let mut list = Vec::new();
    for mut table in keys.tables(key, doc) {
        list.extend(read(&mut table, doc));
        table.finish(doc);
    }
    list
}

fn factor(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<reputation::Rule> {
    let name = keys.required_text("name", doc).value;
    let measure = word(keys, "measure", reputation::MEASURES.iter().copied(), doc);
    Some(reputation::Rule {
        name,
        exposed: exposure(keys, doc),
        weight: positive(keys, "weight", doc)?,
        full: positive(keys, "full", doc)?,
        source: keys.required_text("source", doc).value,
        year: keys.count("year", doc).unwrap_or(0),
        measure: measure?,
    })
}

fn band(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Band> {
    Some(Band { name: keys.required_text("name", doc).value, from: keys.number("from", doc)? })
}

fn benchmark(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Benchmark> {
    Some(Benchmark {
        name: keys.required_text("name", doc).value,
        unit: keys.required_text("unit", doc).value,
        source: keys.required_text("source", doc).value,
        year: keys.count("year", doc).unwrap_or(0),
        value: spread(keys, "value", doc)?,
    })
}

fn exposure(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Exposure> {
    keys.text("exposed", doc).and_then(|text| doc.check(text.span, Exposure::parse(&text.value)))
}

/// A number above 0.
fn positive(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<f64> {
    let number = keys.number(key, doc).filter(|number| *number > 0.0);
    if number.is_none() {
        doc.fault(keys.span.clone(), format!("`{key}` must be a number above 0"));
    }
    number
}

fn rates(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> BTreeMap<String, f64> {
    let mut rates = BTreeMap::from([("USD".to_owned(), 1.0)]);
    if let Some(table) = keys.table("rates", doc) {
        rates.extend(table.amounts(doc));
    }
    rates
}

fn rule(keys: &mut Keys<'_, '_>, rates: &BTreeMap<String, f64>, doc: &mut Document<'_>) -> Option<Rule> {
    let name = keys.required_text("name", doc).value;
    let kind = word(keys, "kind", Kind::ALL.iter().map(|kind| (kind.word(), *kind)), doc);
    let quantity = word(keys, "quantity", QUANTITIES.iter().copied(), doc);
    let rate = rate(keys, rates, doc);
    let unit = spread(keys, "unit", doc);
    if unit.is_none() && !keys.has("unit") {
        doc.fault(keys.span.clone(), "`unit` is missing");
    }
    let law = keys.text("law", doc).map(|text| text.value);
    if quantity == Some(Quantity::Law) && law.is_none() {
        doc.fault(keys.span.clone(), "`law` is missing: people under which law?");
    }
    Some(Rule {
        name,
        exposed: exposure(keys, doc),
        residency: keys.texts("residency", doc).into_iter().map(|text| text.value).collect(),
        law,
        share: spread(keys, "share", doc).unwrap_or(Spread::ONE),
        from: keys.count("from", doc).unwrap_or(0),
        cap: keys.number("cap", doc).map(|cap| cap * rate),
        cap_turnover: keys.number("cap_turnover", doc),
        source: keys.required_text("source", doc).value,
        year: keys.count("year", doc).unwrap_or(0),
        kind: kind?,
        quantity: quantity?,
        unit: unit?.times(Spread::of(rate)),
    })
}

fn word<T>(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    words: impl Iterator<Item = (&'static str, T)> + Clone,
    doc: &mut Document<'_>,
) -> Option<T> {
    let text = keys.required_text(key, doc);
    let found = words.clone().find(|(word, _)| *word == text.value).map(|(_, value)| value);
    if found.is_none() && !text.value.is_empty() {
        let known: Vec<_> = words.map(|(word, _)| word).collect();
        doc.fault_with_hint(text.span, format!("`{}` is no {key}", text.value), format!("one of: {}", known.join(", ")));
    }
    found
}

fn rate(keys: &mut Keys<'_, '_>, rates: &BTreeMap<String, f64>, doc: &mut Document<'_>) -> f64 {
    let Some(currency) = keys.text("currency", doc) else { return 1.0 };
    rates.get(&currency.value).copied().unwrap_or_else(|| {
        let hint = nearest(&currency.value, rates.keys().map(String::as_str)).unwrap_or("add it to [rates]").to_owned();
        doc.fault_with_hint(currency.span, format!("no rate for `{}`", currency.value), hint);
        1.0
    })
}

/// Three numbers that do not fall.
fn spread(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<Spread> {
    let numbers = keys.numbers(key, doc)?;
    let ordered = match numbers.value.as_slice() {
        [low, likely, high] if low <= likely && likely <= high => Ok(Spread { low: *low, likely: *likely, high: *high }),
        _ => Err(format!("`{key}` must be [low, likely, high], in this order")),
    };
    doc.check(numbers.span, ordered)
}
