//! How severe the exposure is for the people concerned, by the method of ENISA (2013):
//! `SE = DPC × EI + CB`, with the computation kept. What the scores are is data
//! (`patterns/severity.toml`); the indication drawn from them is one, for counsel to decide.

use crate::{
    base::{
        Bounds, ElementSet, Facts, Fault,
        document::{Document, Keys, Spanned},
    },
    law::{Condition, Exposure, Group, Population, Resides, resides},
};
use std::{collections::BTreeMap, fmt};

const BUILTIN: &str = include_str!("../../patterns/severity.toml");

/// The scores, bands and overrides of a method.
#[derive(Clone, Debug, Default)]
pub struct Scale {
    pub version: String,
    minor: f64,
    many: u64,
    contexts: Vec<Score>,
    identifications: Vec<Score>,
    circumstances: Vec<Circumstance>,
    bands: Vec<Band>,
    overrides: Vec<Override>,
}

#[derive(Clone, Debug)]
struct Score {
    score: f64,
    exposed: Exposure,
    /// Facts it needs besides.
    when: Option<Condition>,
    why: String,
}

#[derive(Clone, Debug)]
struct Circumstance {
    score: f64,
    when: Condition,
    why: String,
}

#[derive(Clone, Debug)]
struct Band {
    from: f64,
    name: String,
    indication: Indication,
}

#[derive(Clone, Debug)]
struct Override {
    exposed: Option<Exposure>,
    residency: Vec<String>,
    when: Condition,
    /// The identification from which it applies.
    from: f64,
    least: Option<Indication>,
    most: Option<Indication>,
    why: String,
}

/// What a score points to, from mild to grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indication {
    Unlikely,
    /// Too near a border, or too much depends on facts: somebody must look.
    Review,
    Risk,
    High,
}

impl Indication {
    /// All of them.
    pub const ALL: &'static [Indication] = &[Indication::Unlikely, Indication::Review, Indication::Risk, Indication::High];

    /// The words in files.
    pub const fn word(self) -> &'static str {
        match self {
            Indication::Unlikely => "risk unlikely",
            Indication::Review => "review",
            Indication::Risk => "risk",
            Indication::High => "high risk likely",
        }
    }
}

/// One part of a score and where it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    pub score: f64,
    pub why: String,
}

/// The severity for somebody with certain elements exposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Severity {
    pub context: Part,
    pub identification: Part,
    pub circumstances: Vec<Part>,
    pub score: f64,
    pub band: String,
    pub indication: Indication,
    /// Why the indication is another than that of the band.
    pub overrides: Vec<String>,
}

impl fmt::Display for Severity {
    /// The computation: `4 × 1 + 0.5 + 0.5 = 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.context.score, self.identification.score)?;
        for part in &self.circumstances {
            write!(f, " + {}", part.score)?;
        }
        write!(f, " = {}", self.score)
    }
}

/// People alike in what is exposed of them, and how severe that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Graded {
    pub elements: ElementSet,
    pub minor: bool,
    pub people: Bounds,
    pub severity: Severity,
}

/// The severity of a data set: that of its people, the worst first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grades {
    pub groups: Vec<Graded>,
    /// More people than the method calls many.
    pub many: bool,
}

impl Grades {
    /// People by band, the gravest first.
    pub fn bands(&self) -> Vec<(&str, Indication, Bounds)> {
        let mut bands: Vec<(&str, Indication, Bounds)> = Vec::new();
        for group in &self.groups {
            let key = (group.severity.band.as_str(), group.severity.indication);
            match bands.iter_mut().find(|(band, indication, _)| (*band, *indication) == key) {
                Some((_, _, people)) => *people = people.plus(group.people),
                None => bands.push((key.0, key.1, group.people)),
            }
        }
        bands
    }
}

impl Scale {
    /// The method in the binary.
    ///
    /// # Errors
    /// Its faults; a test holds that there are none.
    pub fn builtin() -> Result<Scale, Vec<Fault>> {
        Scale::parse("patterns/severity.toml", BUILTIN)
    }

    /// Reads a file of scores; `file` is its name in faults.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(file: &str, text: &str) -> Result<Scale, Vec<Fault>> {
        let mut doc = Document::new(file, text);
        let scale = doc.read(|keys, doc| {
            let mut scale = Scale {
                version: keys.required_text("version", doc).value,
                minor: keys.number("minor", doc).unwrap_or(0.0),
                many: keys.count("many", doc).unwrap_or(u64::MAX),
                contexts: each(keys, "context", doc, score),
                identifications: each(keys, "identification", doc, score),
                circumstances: each(keys, "circumstance", doc, circumstance),
                bands: each(keys, "band", doc, band),
                overrides: each(keys, "override", doc, replacement),
            };
            for (list, name) in [(scale.contexts.is_empty(), "context"), (scale.bands.is_empty(), "band")] {
                if list {
                    doc.fault(keys.span.clone(), format!("there is no [[{name}]]"));
                }
            }
            scale.bands.sort_by(|a, b| a.from.total_cmp(&b.from));
            scale
        });
        if doc.faults.is_empty() { Ok(scale) } else { Err(doc.faults) }
    }

    /// The severity for somebody of a group.
    pub fn grade(&self, group: &Group, facts: &Facts) -> Severity {
        let highest = |scores: &[Score]| {
            let fits =
                |one: &&Score| one.exposed.includes(group.elements, group.minor) && one.when.as_ref().is_none_or(|when| when.holds(facts));
            let fitting = scores.iter().filter(fits);
            let best = fitting.reduce(|best, one| if one.score > best.score { one } else { best });
            best.map_or_else(Part::default, |one| Part { score: one.score, why: one.why.clone() })
        };
        let mut context = highest(&self.contexts);
        if group.minor && self.minor > 0.0 && context.score > 0.0 {
            context.score = (context.score + self.minor).min(4.0);
            context.why.push_str(", of somebody under age");
        }
        let identification = highest(&self.identifications);
        let applies = self.circumstances.iter().filter(|one| one.when.holds(facts));
        let circumstances: Vec<Part> = applies.map(|one| Part { score: one.score, why: one.why.clone() }).collect();
        let score = context.score * identification.score + circumstances.iter().map(|part| part.score).sum::<f64>();
        let band = self.bands.iter().rfind(|band| band.from <= score).or(self.bands.first());
        let mut severity = Severity {
            band: band.map_or_else(String::new, |band| band.name.clone()),
            indication: band.map_or(Indication::Review, |band| band.indication),
            context,
            identification,
            circumstances,
            score,
            overrides: Vec::new(),
        };
        for one in &self.overrides {
            if !one.applies(group, &severity, facts) {
                continue;
            }
            let before = severity.indication;
            let lifted = one.least.map_or(before, |least| before.max(least));
            severity.indication = one.most.map_or(lifted, |most| lifted.min(most));
            if severity.indication != before {
                severity.overrides.push(one.why.clone());
            }
        }
        severity
    }

    /// Whether people of this residency may grade otherwise than those of others.
    pub fn distinguishes(&self, residency: &str) -> bool {
        self.overrides.iter().flat_map(|one| &one.residency).any(|place| resides(residency, place) == Resides::Yes)
    }

    /// The severity for everybody, the gravest first; people alike in elements and grade are one group.
    pub fn grades(&self, population: &Population, facts: &Facts) -> Grades {
        let mut groups: BTreeMap<_, Graded> = BTreeMap::new();
        for group in population.groups.iter().filter(|group| group.people.ceiling > 0) {
            let severity = self.grade(group, facts);
            let key = (group.elements, group.minor, severity.overrides.clone());
            let entry = groups.entry(key).or_insert_with(|| Graded {
                elements: group.elements,
                minor: group.minor,
                people: Bounds::default(),
                severity,
            });
            entry.people = entry.people.plus(group.people);
        }
        let mut groups: Vec<Graded> = groups.into_values().collect();
        groups.sort_by(|a, b| {
            let grave = b.severity.score.total_cmp(&a.severity.score).then(b.severity.indication.cmp(&a.severity.indication));
            grave.then(b.people.best.cmp(&a.people.best)).then(a.elements.cmp(&b.elements))
        });
        let many = population.total.best > self.many;
        // A crowd is never silently harmless.
        if many {
            for severity in groups.iter_mut().map(|group| &mut group.severity) {
                if severity.indication == Indication::Unlikely && severity.score >= 1.5 {
                    severity.indication = Indication::Review;
                    severity.overrides.push(format!("more than {} people are concerned", self.many));
                }
            }
        }
        Grades { groups, many }
    }
}

impl Override {
    fn applies(&self, group: &Group, severity: &Severity, facts: &Facts) -> bool {
        let exposed = self.exposed.as_ref().is_none_or(|exposed| exposed.includes(group.elements, group.minor));
        let lives = self.residency.is_empty() || self.residency.iter().any(|place| resides(&group.residency, place) == Resides::Yes);
        exposed && lives && severity.identification.score >= self.from && self.when.holds(facts)
    }
}

fn each<T>(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    doc: &mut Document<'_>,
    read: fn(&mut Keys<'_, '_>, &mut Document<'_>) -> Option<T>,
) -> Vec<T> {
    let mut values = Vec::new();
    for mut table in keys.tables(key, doc) {
        values.extend(read(&mut table, doc));
        table.finish(doc);
    }
    values
}

fn required_number(keys: &mut Keys<'_, '_>, key: &'static str, doc: &mut Document<'_>) -> Option<f64> {
    let number = keys.number(key, doc);
    if number.is_none() && !keys.has(key) {
        doc.fault(keys.span.clone(), format!("`{key}` is missing"));
    }
    number
}

fn score(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Score> {
    let why = keys.required_text("why", doc).value;
    let exposed = keys.required_text("exposed", doc);
    let exposed = doc.check(exposed.span, Exposure::parse(&exposed.value));
    let when = if keys.has("when") { Some(condition(keys, doc)?) } else { None };
    Some(Score { score: required_number(keys, "score", doc)?, exposed: exposed?, when, why })
}

fn circumstance(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Circumstance> {
    let why = keys.required_text("why", doc).value;
    let when = condition(keys, doc);
    Some(Circumstance { score: required_number(keys, "score", doc)?, when: when?, why })
}

fn band(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Band> {
    let name = keys.required_text("name", doc).value;
    let indication = keys.required_text("indication", doc);
    let indication = self::indication(&indication, doc);
    Some(Band { from: required_number(keys, "from", doc)?, name, indication: indication? })
}

fn replacement(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Override> {
    let why = keys.required_text("why", doc).value;
    let exposed = keys.text("exposed", doc).and_then(|text| doc.check(text.span, Exposure::parse(&text.value)));
    let residency = keys.texts("residency", doc).into_iter().map(|text| text.value).collect();
    let least = keys.text("least", doc).and_then(|text| indication(&text, doc));
    let most = keys.text("most", doc).and_then(|text| indication(&text, doc));
    let from = keys.number("from", doc).unwrap_or(0.0);
    Some(Override { exposed, residency, when: condition(keys, doc)?, from, least, most, why })
}

fn condition(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Option<Condition> {
    let text = keys.required_text("when", doc);
    doc.check(text.span, Condition::parse(&text.value))
}

fn indication(text: &Spanned<String>, doc: &mut Document<'_>) -> Option<Indication> {
    let found = Indication::ALL.iter().copied().find(|one| one.word() == text.value);
    if found.is_none() {
        let known: Vec<_> = Indication::ALL.iter().map(|one| one.word()).collect();
        doc.fault_with_hint(text.span.clone(), format!("`{}` is no indication", text.value), format!("one of: {}", known.join(", ")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Element;

    fn scale() -> Scale {
        Scale::builtin().unwrap_or_else(|faults| panic!("{}", faults.iter().map(ToString::to_string).collect::<String>()))
    }

    fn graded(residency: &str, elements: &str, people: u64, facts: &str) -> (f64, String, Indication) {
        let elements: ElementSet = elements.split_whitespace().map(|code| Element::from_code(code).expect(code)).collect();
        let people = Bounds::exactly(people);
        let group = Group { residency: residency.to_owned(), elements, people, ..Group::default() };
        let population = Population { groups: vec![group], total: people };
        let grades = scale().grades(&population, &Facts::parse(facts).expect(facts));
        let severity = grades.groups[0].severity.clone();
        (severity.score, severity.band, severity.indication)
    }

    /// T1 to T10 of the collected examples, their severity; each a leak, its facts, and what must come out.
    #[test]
    fn worked_examples_of_the_method_grade_as_published() {
        use Indication::{High, Review, Risk, Unlikely};
        let accident = "cause = \"accidental\"";
        let mailed = "cause = \"accidental\"\nrecipients = \"known\"";
        let trusted = "cause = \"accidental\"\nrecipients = \"trusted\"";
        for (place, elements, people, facts, score, band, indication) in [
            ("DE", "name postal_address phone", 5000, accident, 1.5, "low", Review),
            (
                "FR",
                "name dob medical_info",
                300,
                "cause = \"accidental\"\nrecipients = \"none\"\nencrypted = true",
                4.0,
                "very high",
                Review,
            ),
            ("FR", "name dob medical_info", 300, "cause = \"accidental\"\nrecipients = \"none\"", 4.0, "very high", High),
            ("NL", "name email phone dob", 213, "", 3.0, "high", High),
            ("DE", "username password_hash", 1200, "", 1.5, "low", Review),
            ("DE", "email password", 1200, "", 3.25, "high", High),
            ("DE", "name email phone password_hash", 1200, "", 2.0, "medium", Risk),
            ("SG", "name email", 500, mailed, 1.25, "low", Unlikely),
            ("DE", "name salary iban religion", 200, trusted, 4.25, "very high", Review),
            ("DE", "name salary iban religion", 200, mailed, 4.25, "very high", High),
            ("PL", "name national_id salary", 30, trusted, 3.25, "high", Review),
        ] {
            assert_eq!(graded(place, elements, people, facts), (score, band.to_owned(), indication), "{place} {elements} {facts}");
        }
    }

    /// The cases of the EDPB's Guidelines 01/2021 (version 2.0). Where it would tell neither authority nor people, the grade is
    /// `risk unlikely` or, with the reason given, `review`; where it would tell the authority alone, `risk`; where the people too, `high risk likely`.
    #[test]
    fn cases_of_the_data_protection_board_grade_as_it_would_have_them() {
        use Indication::{High, Review, Risk, Unlikely};
        let mailed = "cause = \"accidental\"\nrecipients = \"known\"";
        let trusted = "cause = \"accidental\"\nrecipients = \"trusted\"";
        let ransom = |more: &str| format!("recipients = \"none\"\n{more}");
        let (backed_up, lost) = (ransom("encrypted = true"), ransom("availability = \"lost\""));
        let out_of_reach = ransom("availability = \"restorable\"");
        for (case, elements, facts, indication) in [
            ("01 ransomware, backup, nothing taken", "name email phone", backed_up.as_str(), Unlikely),
            ("02 ransomware without a backup", "name email postal_address", lost.as_str(), Risk),
            ("03 ransomware in a hospital", "name dob medical_info", out_of_reach.as_str(), High),
            ("04 ransomware without a backup, data taken", "name national_id card_number", "availability = \"lost\"", High),
            ("05 job applications taken from a web site", "name email phone dob", "", High),
            ("06 hashed passwords", "username password_hash", "password_hashes = \"strong\"", Unlikely),
            ("07 logins of another breach tried on a bank", "name dob bank_account", "logins_from = \"elsewhere\"", High),
            ("08 clients' data copied by somebody who left", "name email phone", "", Risk),
            ("09 list sent to a trusted insurance agent", "name email postal_address", trusted, Unlikely),
            ("10 stolen encrypted tablets", "name dob email", "encrypted = true", Review),
            ("11 stolen notebook", "name dob postal_address", "", High),
            ("12 stolen files on addiction", "name medical_info postal_address", "", High),
            ("13 packing slips mixed up", "name postal_address", mailed, Unlikely),
            ("14 job seekers' numbers mailed by mistake", "name email postal_address dob ssn", mailed, High),
            ("15 list of participants mailed by mistake", "name email", mailed, Unlikely),
            ("16 summary of a policy in the wrong envelope", "name postal_address dob vehicle_id", mailed, Risk),
            (
                "17 a call centre gives bills to somebody who poses as the client",
                "name postal_address phone email",
                "insight = \"habits\"",
                High,
            ),
            ("18 payroll data forwarded from a mailbox", "name ssn salary", "", High),
        ] {
            assert_eq!(graded("BE", elements, 90, facts).2, indication, "{case}");
        }
    }

    /// T5 scores 5.0 for a view of transactions (DPC 4), which no element shows: the account number alone is DPC 2.
    #[test]
    fn what_elements_do_not_show_is_not_scored() {
        assert_eq!(graded("IE", "name dob bank_account", 2000, ""), (3.0, "high".to_owned(), Indication::High));
        // What no element shows, a fact can say.
        let seen = "insight = \"finances\"";
        assert_eq!(graded("IE", "name dob bank_account", 2000, seen), (5.0, "very high".to_owned(), Indication::High));
    }

    #[test]
    fn bands_begin_at_their_border_and_the_computation_is_shown() {
        let scale = scale();
        let elements: ElementSet = [Element::Name, Element::Ssn, Element::Dob].into_iter().collect();
        let severity = scale.grade(&Group { elements, people: Bounds::exactly(1), ..Group::default() }, &Facts::default());
        assert_eq!(severity.to_string(), "4 × 1 + 0.5 + 0.5 = 5");
        for (score, name) in [(1.99, "low"), (2.0, "medium"), (2.99, "medium"), (3.0, "high"), (3.99, "high"), (4.0, "very high")] {
            assert_eq!(scale.bands.iter().rfind(|band| band.from <= score).map(|band| band.name.as_str()), Some(name), "{score}");
        }
    }

    #[test]
    fn minors_weigh_more_and_nobody_weighs_over_four() {
        let grade = |element: Element, minor| {
            let elements = ElementSet::EMPTY.with(Element::Name).with(element);
            scale().grade(&Group { elements, minor, ..Group::default() }, &Facts::default()).context.score
        };
        assert_eq!((grade(Element::Email, false), grade(Element::Email, true)), (1.0, 2.0));
        assert_eq!(grade(Element::MedicalInfo, true), 4.0);
    }

    #[test]
    fn people_are_counted_once_by_band() {
        let group = |elements: &[Element], people| Group {
            elements: elements.iter().copied().collect(),
            people: Bounds::exactly(people),
            ..Group::default()
        };
        let groups = vec![
            group(&[Element::Name, Element::Email], 70),
            group(&[Element::MedicalInfo, Element::Name], 5),
            group(&[Element::Phone], 30),
        ];
        let grades = scale().grades(&Population { groups, total: Bounds::exactly(105) }, &Facts::default());
        let bands: Vec<_> = grades.bands().into_iter().map(|(band, indication, people)| (band, indication.word(), people.best)).collect();
        assert_eq!(bands, [("high", "high risk likely", 5), ("medium", "risk", 70), ("low", "review", 30)]);
        assert!(grades.many);
    }

    #[test]
    fn mistakes_in_the_file_have_a_place() {
        let good = "version = \"x\"\n\n[[context]]\nscore = 1\nexposed = \"any\"\nwhy = \"y\"\n\n[[band]]\nfrom = 0\nname = \"low\"\nindication = \"risk\"\n";
        assert!(Scale::parse("x.toml", good).is_ok());
        for (from, to, line, message) in [
            ("\"any\"", "\"anny\"", 5, "unknown element `anny`"),
            ("\"risk\"", "\"danger\"", 11, "`danger` is no indication"),
            ("score = 1\n", "", 3, "`score` is missing"),
            ("[[band]]\nfrom = 0\nname = \"low\"\nindication = \"risk\"\n", "", 1, "there is no [[band]]"),
        ] {
            let faults = Scale::parse("x.toml", &good.replace(from, to)).expect_err(to);
            assert!(faults.iter().any(|fault| fault.line == line && fault.message.contains(message)), "{to}: {faults:?}");
        }
    }
}
