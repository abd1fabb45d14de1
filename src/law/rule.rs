//! The schema of a law file. Reading tells every fault of a file at once.
//!
//! A part without `cite` is cited as the law itself.

use super::{
    Confidence, DutyKind,
    clock::Clock,
    expression::Wrong,
    protects::{self, Combination, Protects},
    when::When,
};
use crate::base::{
    Element, ElementSet, Facts, Fault, Moment,
    document::{Document, Keys, Spanned},
    fault::nearest,
};
use jiff::{ToSpan, civil::Date};
use std::{collections::BTreeMap, ops::Range};

/// A law, as its file states it.
#[derive(Clone, Debug)]
pub struct Law {
    /// The path below `patterns/laws` with `_` for `/`: `us_ca`.
    pub id: String,
    pub name: String,
    pub cite: String,
    pub jurisdictions: Vec<String>,
    /// Since when this text governs; none where that is not recorded.
    pub in_force: Option<Date>,
    pub read_on: Date,
    /// Drafted on that day from a survey of laws; nobody has compared it with its sources.
    pub survey: bool,
    pub confidence: Confidence,
    pub sources: Vec<String>,
    pub(super) until: Option<Date>,
    /// An earlier text governed before `in_force`.
    pub(super) amended: bool,
    /// Applied only if the facts ask for such files: low confidence, not in force, not a law.
    pub opt_in: bool,
    pub(super) reach: Reach,
    pub(super) note: String,
    /// Said of regulators elsewhere when one has an establishment under this law.
    pub(super) lead_note: String,
    pub(super) scope: Option<When>,
    pub(super) encryption: Encryption,
    pub(super) protected: Vec<Protected>,
    pub(super) exempt: Vec<Exemption>,
    pub(super) duties: Vec<Obligation>,
    pub(super) service_provider: Option<ServiceProvider>,
    pub(super) substitute: Option<Substitute>,
    pub(super) authorities: BTreeMap<String, String>,
    /// What is particular to one jurisdiction, added to the rows of its regulator.
    pub(super) place_notes: BTreeMap<String, String>,
    pub(super) examples: Vec<Example>,
    pub(super) file: String,
    pub(super) text: String,
}

/// Whose exposure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// People who live in the jurisdiction.
    Residents,
    /// Those, and everybody for the places where the organisation is established.
    ResidentsOrEstablishment,
    /// Everybody, for the places where the organisation is established; nobody for others.
    Establishment,
    /// Everybody.
    Everyone,
}

/// Which duties fall away for encrypted data whose key is safe.
#[derive(Clone, Debug, Default)]
pub(super) struct Encryption {
    pub(super) exempts: Vec<DutyKind>,
    pub(super) cite: String,
}

/// Elements under protection, by one paragraph of the law.
#[derive(Clone, Debug)]
pub(super) struct Protected {
    pub(super) when: Option<When>,
    pub(super) protects: Protects,
}

/// A reason why duties fall away.
#[derive(Clone, Debug)]
pub(super) struct Exemption {
    pub(super) cite: String,
    pub(super) why: String,
    pub(super) when: When,
    pub(super) duties: Vec<DutyKind>,
}

/// A duty as the law states it.
#[derive(Clone, Debug)]
pub(super) struct Obligation {
    pub(super) cite: String,
    pub(super) tell: DutyKind,
    pub(super) recipient: String,
    pub(super) when: Option<When>,
    /// Counts only these of the people whom the law concerns.
    pub(super) only: Option<Protects>,
    /// Counts per state of residence, not in total.
    pub(super) each_state: bool,
    pub(super) by: Clock,
    pub(super) note: String,
    pub(super) confidence: Option<Confidence>,
    pub(super) span: Range<usize>,
}

/// What a keeper of others' data must do instead.
#[derive(Clone, Debug)]
pub(super) struct ServiceProvider {
    pub(super) cite: String,
    pub(super) by: Clock,
}

/// When a public notice may stand for letters to each of the people.
#[derive(Clone, Debug)]
pub(super) struct Substitute {
    pub(super) cite: String,
    /// Over so many people.
    pub(super) people: Option<u64>,
    /// Where letters would cost over so much, in US dollars.
    pub(super) cost: Option<u64>,
    pub(super) note: String,
}

/// A worked example that the file must pass.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub(super) why: String,
    pub(super) people: u64,
    pub(super) residency: Option<String>,
    pub(super) elements: ElementSet,
    pub(super) protected: ElementSet,
    pub(super) minor: bool,
    pub(super) facts: Facts,
    pub(super) duties: Vec<DutyKind>,
    pub(super) by: Vec<(DutyKind, Moment)>,
    pub(super) span: Range<usize>,
}

impl Law {
    /// Reads a law file. `file` is its name in faults.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(id: &str, file: &str, text: &str) -> Result<Law, Vec<Fault>> {
        let mut doc = Document::new(file, text);
        let law = doc.read(|keys, doc| read_law(id, keys, doc));
        match law {
            Some(law) if doc.faults.is_empty() => Ok(Law { file: file.to_owned(), text: text.to_owned(), ..law }),
            _ => Err(doc.faults),
        }
    }

    /// Whether it was last read over a year before a day.
    pub fn stale(&self, day: Date) -> bool {
        self.read_on.saturating_add(1.year()) < day
    }

    pub(super) fn fault(&self, span: &Range<usize>, message: impl Into<String>) -> Fault {
        Fault::at(&self.file, &self.text, span.clone(), message)
    }
}

fn read_law(id: &str, keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Law> {
    let name = keys.required_text("name", doc).value;
    let cite = keys.required_text("cite", doc).value;
    let jurisdictions = non_empty(keys, "jurisdiction", doc);
    let sources = non_empty(keys, "sources", doc);
    let until = keys.date("in_force_until", doc);
    let amended = keys.flag("amended", doc).unwrap_or(false);
    let opt_in = keys.flag("opt_in", doc).unwrap_or(false);
    let reach = reach(keys, doc);
    let note = optional(keys, "note", doc);
    let lead_note = optional(keys, "lead_note", doc);
    let scope = condition(keys, "scope", doc);
    let confidence = confidence(keys, doc);
    let in_force = keys.date("in_force", doc);
    let read_on = required_date(keys, "read_on", doc);
    let survey = keys.flag("survey", doc).unwrap_or(false);
    if survey && confidence == Some(Confidence::High) {
        doc.fault_with_hint(
            keys.span.clone(),
            "a file drafted from a survey cannot be of high confidence",
            "write `confidence = \"medium\"`, or `low`",
        );
    }
    let encryption = read_table(keys, "encryption", doc, encryption).unwrap_or_default();
    let service_provider = read_table(keys, "service_provider", doc, service_provider).flatten();
    let substitute = read_table(keys, "substitute", doc, substitute);
    let authorities = keys.table("authorities", doc).map(|table| table.entries(doc)).unwrap_or_default();
    let place_notes = keys.table("notes", doc).map(|table| table.entries(doc)).unwrap_or_default();
    let protected = read_tables(keys, "protected", doc, protected);
    let exempt = read_tables(keys, "exempt", doc, exemption).into_iter().flatten().collect();
    let duties: Vec<Obligation> = read_tables(keys, "duty", doc, obligation).into_iter().flatten().collect();
    let examples = read_tables(keys, "example", doc, example);
    for (missing, list) in [(protected.is_empty(), "protected"), (duties.is_empty(), "duty"), (examples.is_empty(), "example")] {
        // One that cannot be read has told so itself.
        if missing && !keys.has(list) {
            doc.fault(keys.span.clone(), format!("the law has no [[{list}]]"));
        }
    }
    Some(Law {
        id: id.to_owned(),
        name,
        cite,
        jurisdictions: jurisdictions.into_iter().map(|text| text.value).collect(),
        in_force,
        read_on: read_on?,
        survey,
        confidence: confidence.unwrap_or(Confidence::Low),
        sources: sources.into_iter().map(|text| text.value).collect(),
        until,
        amended,
        opt_in,
        reach,
        note,
        lead_note,
        scope,
        encryption,
        protected,
        exempt,
        duties,
        service_provider,
        substitute,
        authorities: authorities.into_iter().map(|(place, text)| (place, text.value)).collect(),
        place_notes: place_notes.into_iter().map(|(place, text)| (place, text.value)).collect(),
        examples,
        file: String::new(),
        text: String::new(),
    })
}

fn read_table<T>(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    doc: &mut Document<'_>,
    read: fn(&mut Keys<'_, '_>, &mut Document<'_>) -> T,
) -> Option<T> {
    let mut table = keys.table(key, doc)?;
    let value = read(&mut table, doc);
    table.finish(doc);
    Some(value)
}

fn read_tables<T>(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    doc: &mut Document<'_>,
    read: fn(&mut Keys<'_, '_>, &mut Document<'_>) -> T,
) -> Vec<T> {
    let mut values = Vec::new();
    for mut table in keys.tables(key, doc) {
        values.push(read(&mut table, doc));
        table.finish(doc);
    }
    values
}

fn encryption(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Encryption {
    Encryption { exempts: kinds_or_all(keys, "exempts", doc), cite: optional(keys, "cite", doc) }
}

fn service_provider(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<ServiceProvider> {
    let cite = optional(keys, "cite", doc);
    Some(ServiceProvider { cite, by: clock(keys, doc)? })
}

fn substitute(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Substitute {
    let (people, cost) = (keys.count("people", doc), keys.count("cost", doc));
    Substitute { cite: optional(keys, "cite", doc), people, cost, note: optional(keys, "note", doc) }
}

fn protected(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Protected {
    keys.text("cite", doc);
    let when = condition(keys, "when", doc);
    let with = combinations(keys, "with", doc);
    let before = doc.faults.len();
    let any_of = combinations(keys, "any_of", doc);
    if any_of.is_empty() && doc.faults.len() == before {
        doc.fault(keys.span.clone(), "`any_of` is missing");
    }
    Protected { when, protects: Protects { with, any_of } }
}

fn exemption(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Exemption> {
    let cite = optional(keys, "cite", doc);
    let why = keys.required_text("why", doc).value;
    let duties = kinds_or_all(keys, "duties", doc);
    let when = required_condition(keys, "when", doc)?;
    Some(Exemption { cite, why, when, duties })
}

fn obligation(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Obligation> {
    let span = keys.span.clone();
    let cite = optional(keys, "cite", doc);
    let tell = keys.required_text("tell", doc);
    let tell = kind(&tell, doc);
    let recipient = keys.text("recipient", doc).map(|text| text.value);
    let only = combinations(keys, "only", doc);
    let obligation = Obligation {
        cite,
        tell: tell.unwrap_or(DutyKind::Other),
        recipient: recipient.unwrap_or_else(|| tell.map_or("", default_recipient).to_owned()),
        when: condition(keys, "when", doc),
        only: (!only.is_empty()).then(|| Protects { with: Vec::new(), any_of: only }),
        each_state: keys.flag("each_state", doc).unwrap_or(false),
        note: optional(keys, "note", doc),
        confidence: keys.has("confidence").then(|| confidence(keys, doc)).flatten(),
        by: clock(keys, doc)?,
        span,
    };
    if obligation.recipient.is_empty() && tell.is_some() {
        doc.fault(keys.span.clone(), "`recipient` is missing");
    }
    Some(obligation)
}

const fn default_recipient(kind: DutyKind) -> &'static str {
    match kind {
        DutyKind::Individuals | DutyKind::CreditMonitoring => "individuals affected",
        DutyKind::AttorneyGeneral => "Attorney General",
        DutyKind::ConsumerReportingAgencies => "nationwide consumer reporting agencies",
        DutyKind::Media => "prominent media outlets",
        DutyKind::Regulator | DutyKind::Other => "",
    }
}

fn example(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Example {
    let span = keys.span.clone();
    let why = keys.required_text("why", doc).value;
    let mut example = Example {
        why,
        people: 1,
        residency: None,
        elements: ElementSet::EMPTY,
        protected: ElementSet::EMPTY,
        minor: false,
        facts: Facts::default(),
        duties: kinds(keys, "duties", doc),
        by: Vec::new(),
        span: span.clone(),
    };
    if !keys.has("duties") {
        doc.fault(span.clone(), "`duties` is missing; write `duties = []` if none is owed");
    }
    match keys.table("given", doc) {
        Some(mut given) => {
            example.people = given.count("people", doc).unwrap_or(1);
            example.residency = given.text("residency", doc).map(|text| text.value);
            example.elements = elements(&mut given, "elements", doc);
            example.protected = elements(&mut given, "protected", doc);
            example.minor = given.flag("minor", doc).unwrap_or(false);
            example.facts = Facts::read(&mut given, doc);
            given.finish(doc);
        }
        None => doc.fault(span, "`given` is missing"),
    }
    if let Some(mut by) = keys.table("by", doc) {
        for kind in DutyKind::ALL {
            let text = by.time_text(kind.word(), doc);
            let moment = text.and_then(|text| doc.check(text.span, Moment::parse(&text.value)));
            example.by.extend(moment.map(|moment| (*kind, moment)));
        }
        by.finish(doc);
    }
    example
}

fn optional(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> String {
    keys.text(key, doc).map(|text| text.value).unwrap_or_default()
}

fn non_empty(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Vec<Spanned<String>> {
    let list = keys.texts(key, doc);
    if list.is_empty() {
        doc.fault(keys.span.clone(), format!("`{key}` is missing or empty"));
    }
    list
}

fn required_date(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<Date> {
    if !keys.has(key) {
        doc.fault(keys.span.clone(), format!("`{key}` is missing"));
    }
    keys.date(key, doc)
}

fn reach(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Reach {
    let text = keys.required_text("protects", doc);
    match text.value.as_str() {
        "residents" => Reach::Residents,
        "residents or establishment" => Reach::ResidentsOrEstablishment,
        "establishment" => Reach::Establishment,
        "everyone" => Reach::Everyone,
        other => {
            let message = format!("`{other}` is nobody a law protects");
            doc.fault_with_hint(text.span, message, "one of: residents, residents or establishment, establishment, everyone");
            Reach::Residents
        }
    }
}

fn confidence(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Confidence> {
    let text = keys.required_text("confidence", doc);
    let confidence = Confidence::from_word(&text.value);
    if confidence.is_none() {
        doc.fault_with_hint(text.span, format!("`{}` is no confidence", text.value), "one of: low, medium, high");
    }
    confidence
}

fn kinds_or_all(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Vec<DutyKind> {
    match keys.texts(key, doc).as_slice() {
        [] => DutyKind::ALL.to_vec(),
        [all] if all.value == "all" => DutyKind::ALL.to_vec(),
        some => some.iter().filter_map(|text| kind(text, doc)).collect(),
    }
}

fn kinds(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Vec<DutyKind> {
    keys.texts(key, doc).iter().filter_map(|text| kind(text, doc)).collect()
}

fn kind(text: &Spanned<String>, doc: &mut Document<'_>) -> Option<DutyKind> {
    let kind = DutyKind::from_word(&text.value);
    if kind.is_none() {
        let words = DutyKind::ALL.iter().map(|kind| kind.word());
        let hint = match nearest(&text.value, words.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", words.collect::<Vec<_>>().join(", ")),
        };
        doc.fault_with_hint(text.span.clone(), format!("`{}` is no duty", text.value), hint);
    }
    kind
}

fn elements(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> ElementSet {
    let mut set = ElementSet::EMPTY;
    for text in keys.texts(key, doc) {
        match Element::from_code(&text.value) {
            Some(element) => set.insert(element),
            None => {
                let near = nearest(&text.value, Element::ALL.iter().map(|element| element.code()));
                let hint = near.map_or_else(|| "see the list of element codes".to_owned(), |near| format!("did you mean `{near}`?"));
                doc.fault_with_hint(text.span, format!("unknown element `{}`", text.value), hint);
            }
        }
    }
    set
}

fn combinations(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Vec<Combination> {
    let mut list = Vec::new();
    for text in keys.texts(key, doc) {
        list.extend(told(protects::combinations(&text.value), &text.span, doc).into_iter().flatten());
    }
    list
}

fn condition(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<When> {
    let text = keys.text(key, doc)?;
    told(When::parse(&text.value), &text.span, doc)
}

fn required_condition(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<When> {
    let text = keys.required_text(key, doc);
    (!text.value.is_empty()).then(|| told(When::parse(&text.value), &text.span, doc)).flatten()
}

fn clock(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Clock> {
    let text = keys.required_text("by", doc);
    (!text.value.is_empty()).then(|| told(Clock::parse(&text.value), &text.span, doc)).flatten()
}

/// Tells what is wrong inside a quoted text at its place in the file.
fn told<T>(result: Result<T, Wrong>, quoted: &Range<usize>, doc: &mut Document<'_>) -> Option<T> {
    result
        .map_err(|wrong| {
            let start = quoted.start + 1 + wrong.span.start;
            let span = start..(start + wrong.span.len()).min(quoted.end);
            match wrong.hint {
                Some(hint) => doc.fault_with_hint(span, wrong.message, hint),
                None => doc.fault(span, wrong.message),
            }
        })
        .ok()
}
