//! The unit costs and shares of `patterns/impact.toml`.

use super::{Kind, Spread};
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
            let mut lines = Vec::new();
            for mut table in keys.tables("line", doc) {
                lines.extend(rule(&mut table, &rates, doc));
                table.finish(doc);
            }
            Parameters { lines }
        });
        if doc.faults.is_empty() { Ok(parameters) } else { Err(doc.faults) }
    }

    /// These parameters with the lines of another file, which replace lines of the same name.
    #[must_use]
    pub fn with(mut self, other: Parameters) -> Parameters {
        for new in other.lines {
            match self.lines.iter_mut().find(|line| line.name == new.name) {
                Some(line) => *line = new,
                None => self.lines.push(new),
            }
        }
        self
    }
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
    let exposed = keys.text("exposed", doc).and_then(|text| doc.check(text.span, Exposure::parse(&text.value)));
    Some(Rule {
        name,
        exposed,
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
