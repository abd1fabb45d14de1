//! `drafts/`: for each duty a notice to fill in, with the figures, days and elements of the case.
//!
//! Templates are the files of `patterns/drafts`; one of the same name in the case's `templates/`
//! replaces it. `{{word}}` stands for a figure of the duty, `[words]` for what a person must
//! fill in. Every draft says that it is one.

use super::{
    Assessment, Report,
    words::{group, place, plural},
};
use crate::{
    base::{Element, ElementSet, Facts, Moment, Role, element::ElementCategory},
    impact::Grades,
    law::{Crossed, Duty, DutyKind, Exposure, Resides, resides},
    people::{
        Population,
        individual::{Individual, Known},
    },
};
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/patterns/drafts");

/// The languages besides English in which people of a country are told, where there is a letter.
const SPOKEN: &[(&str, &[&str])] = &[
    ("de", &["DE", "AT", "LI", "CH", "LU"]),
    ("fr", &["FR", "BE", "CH", "LU", "MC", "GF", "GP", "MQ", "RE", "YT", "MF"]),
    ("es", &["ES", "AD", "AR", "CL", "CO", "CR", "DO", "EC", "MX", "PA", "PE", "PY", "SV", "UY"]),
    ("it", &["IT", "SM", "CH"]),
    ("nl", &["NL", "BE"]),
];

/// What stands where a day is not known.
const UNKNOWN_DAY: &str = "[YYYY-MM-DD]";

/// Notices to fill in, one for each duty and language.
pub struct Drafts;

impl Report for Drafts {
    fn name(&self) -> &'static str {
        "drafts"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let planned = planned(assessment.duties);
        if planned.is_empty() {
            return Ok(());
        }
        let folder = folder.join(self.name());
        fs::create_dir_all(&folder)?;
        let templates = Templates { own: assessment.case.root().join("templates") };
        let affected = Affected::groups(assessment.population);
        for draft in &planned {
            let (whose, affected) = of_duty(draft.duty, &affected);
            let case = CaseFacts { facts: assessment.facts, grades: assessment.grades, whose, affected };
            let words = words(draft.duty, draft.language, &case)?;
            fs::write(folder.join(&draft.file), fill(&templates.text(draft.template, draft.language)?, &words))?;
        }
        let Some(duty) = everybody(assessment.duties) else { return Ok(()) };
        let (whose, affected) = (EVERYBODY.to_owned(), Affected::sum(affected.values()));
        let unreachable = affected.unreachable;
        let case = CaseFacts { facts: assessment.facts, grades: assessment.grades, whose, affected };
        let mut words = words(&duty, "en", &case)?;
        words.insert("people", group(assessment.population.counts.total.best));
        fs::write(folder.join("faq.en.md"), fill(&templates.text("faq", "en")?, &words))?;
        if unreachable > 0 {
            fs::write(folder.join("substitute_notice.en.md"), fill(&templates.text("substitute", "en")?, &words))?;
        }
        Ok(())
    }
}

/// What the leak tells of the people of one residency, or of several.
#[derive(Clone, Debug, Default)]
struct Affected {
    people: u64,
    roles: BTreeMap<Role, u64>,
    records: u64,
    minors: u64,
    deceased: u64,
    /// Without an address, e-mail or phone.
    unreachable: u64,
}

impl Affected {
    /// By residency and what is exposed.
    fn groups(population: &Population) -> BTreeMap<(&str, ElementSet), Affected> {
        let mut all: BTreeMap<(&str, ElementSet), Affected> = BTreeMap::new();
        for individual in population.counted() {
            all.entry((&individual.residency, individual.elements)).or_default().add(individual);
        }
        all
    }

    fn add(&mut self, individual: &Individual) {
        self.people += 1;
        for role in individual.roles() {
            *self.roles.entry(role).or_default() += 1;
        }
        self.records += u64::from(individual.records());
        self.minors += u64::from(individual.minor == Known::Yes);
        self.deceased += u64::from(individual.deceased == Known::Yes);
        self.unreachable += u64::from(!individual.reachable);
    }

    fn sum<'a>(parts: impl Iterator<Item = &'a Affected>) -> Affected {
        let mut sum = Affected::default();
        for part in parts {
            sum.people += part.people;
            part.roles.iter().for_each(|(role, people)| *sum.roles.entry(*role).or_default() += people);
            sum.records += part.records;
            sum.minors += part.minors;
            sum.deceased += part.deceased;
            sum.unreachable += part.unreachable;
        }
        sum
    }

    /// `24 patients, 20 employees`, the most frequent first.
    fn categories(&self) -> String {
        let mut roles: Vec<(Role, u64)> = self.roles.iter().map(|(role, people)| (*role, *people)).collect();
        roles.sort_by_key(|(role, people)| (std::cmp::Reverse(*people), *role));
        let words: Vec<String> = roles.into_iter().map(|(role, people)| in_words(role, people)).collect();
        words.join(", ")
    }
}

fn in_words(role: Role, people: u64) -> String {
    match role {
        Role::Customer => plural(people, "customer", "customers"),
        Role::Employee => plural(people, "employee", "employees"),
        Role::Patient => plural(people, "patient", "patients"),
        Role::Student => plural(people, "student", "students"),
        Role::Dependant => plural(people, "dependant", "dependants"),
        Role::Contact => plural(people, "emergency contact or relative", "emergency contacts or relatives"),
        Role::Professional => plural(people, "person named for their work", "people named for their work"),
        Role::Unknown => plural(people, "person of unknown capacity", "people of unknown capacity"),
    }
}

const EVERYBODY: &str = "everybody in the leak";

/// Elements that many people have exposed and that trigger a law only together with others.
const COMPANIONS: &[Element] = &[Element::Name, Element::Email, Element::Phone, Element::PostalAddress, Element::Username];

/// Whom the figures of a duty's draft are of: the people under the law as far as their elements tell them, else those who live
/// there, and everybody where the law counts people wherever they live.
fn of_duty(duty: &Duty, groups: &BTreeMap<(&str, ElementSet), Affected>) -> (String, Affected) {
    let companions: ElementSet = COMPANIONS.iter().copied().collect();
    let telling = duty.trigger_elements.difference(companions);
    let telling = if telling.is_empty() { duty.trigger_elements } else { telling };
    let resident = |residency: &str| resides(residency, &duty.jurisdiction) == Resides::Yes;
    let concerned = |elements: ElementSet| !elements.intersection(telling).is_empty();
    let some = |keep: &dyn Fn(&str, ElementSet) -> bool| {
        Affected::sum(groups.iter().filter(|((residency, elements), _)| keep(residency, *elements)).map(|(_, part)| part))
    };
    for keep in [&|residency: &str, elements| resident(residency) && concerned(elements), &|_: &str, elements| concerned(elements)]
        as [&dyn Fn(&str, ElementSet) -> bool; 2]
    {
        let found = some(keep);
        if found.people == duty.people.best {
            return ("the people under this law".to_owned(), found);
        }
    }
    let residents = some(&|residency, _| resident(residency));
    if residents.people < duty.people.best {
        return (EVERYBODY.to_owned(), some(&|_, _| true));
    }
    (format!("people living in {}", with_article(&duty.jurisdiction)), residents)
}

/// A place as a sentence names it: `the United States`, `California, US`.
fn with_article(code: &str) -> String {
    let name = place(code);
    match name.strip_prefix("The ") {
        Some(name) => format!("the {name}"),
        None if name.starts_with("United ") || name == "Philippines" => format!("the {name}"),
        None => name,
    }
}

/// What drafts of one duty tell beside the duty itself.
struct CaseFacts<'a> {
    facts: &'a Facts,
    grades: &'a Grades,
    whose: String,
    affected: Affected,
}

/// One notice to write.
struct Draft<'d> {
    file: String,
    template: &'static str,
    language: &'static str,
    duty: &'d Duty,
}

/// The notices of duties that are owed or may be.
fn planned(duties: &[Duty]) -> Vec<Draft<'_>> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut drafts = Vec::new();
    for duty in duties.iter().filter(|duty| duty.crossed != Crossed::No && !duty.law_id.is_empty()) {
        let Some(template) = template(duty) else { continue };
        let stem = format!("{}_{}_{}", duty.jurisdiction, duty.law_id, duty.duty.word());
        let count = seen.entry(stem.clone()).or_default();
        *count += 1;
        let stem = if *count > 1 { format!("{stem}_{count}") } else { stem };
        for language in languages(duty) {
            drafts.push(Draft { file: format!("{stem}.{language}.md"), template, language, duty });
        }
    }
    drafts
}

fn template(duty: &Duty) -> Option<&'static str> {
    match duty.duty {
        DutyKind::Individuals => Some("letter"),
        DutyKind::Regulator if matches!(duty.law_id.as_str(), "eu_gdpr" | "gb_uk_gdpr" | "gi_gdpr" | "im_gdpr") => Some("authority_gdpr"),
        DutyKind::Regulator if duty.law_id.starts_with("us_hipaa") => Some("authority_hhs"),
        DutyKind::Regulator | DutyKind::AttorneyGeneral | DutyKind::Other => Some("authority"),
        DutyKind::Media => Some("press"),
        DutyKind::ConsumerReportingAgencies => Some("agencies"),
        // Part of the letters to individuals.
        DutyKind::CreditMonitoring => None,
    }
}

fn languages(duty: &Duty) -> Vec<&'static str> {
    let country = duty.jurisdiction.split('-').next().unwrap_or_default();
    let spoken = SPOKEN.iter().filter(|(_, countries)| duty.duty == DutyKind::Individuals && countries.contains(&country));
    std::iter::once("en").chain(spoken.map(|(language, _)| *language)).collect()
}

/// A duty towards everybody whom some duty concerns, for questions and answers.
fn everybody(duties: &[Duty]) -> Option<Duty> {
    let told = duties.iter().filter(|duty| duty.duty == DutyKind::Individuals && duty.crossed != Crossed::No);
    let elements = told.clone().fold(ElementSet::EMPTY, |all, duty| all.union(duty.trigger_elements));
    let exposed = told.clone().fold(ElementSet::EMPTY, |all, duty| all.union(duty.exposed));
    // Advice for one country is told where some of its people are.
    let first = told.clone().find(|duty| duty.jurisdiction.starts_with("US")).or_else(|| told.clone().next())?;
    Some(Duty { trigger_elements: elements, exposed, ..first.clone() })
}

/// Built-in templates, and those of the case.
struct Templates {
    own: PathBuf,
}

impl Templates {
    fn text(&self, name: &str, language: &str) -> anyhow::Result<String> {
        let file = format!("{name}.{language}.md");
        let own = self.own.join(&file);
        if own.is_file() {
            return fs::read_to_string(&own).map_err(|error| anyhow::anyhow!("the template `{}` cannot be read: {error}", own.display()));
        }
        builtin(&file).map(str::to_owned)
    }
}

fn builtin(file: &str) -> anyhow::Result<&'static str> {
    let text = TEMPLATES.get_file(file).and_then(include_dir::File::contents_utf8);
    text.ok_or_else(|| anyhow::anyhow!("there is no template `{file}`"))
}

/// The figures of a duty, by the words of templates.
fn words(duty: &Duty, language: &str, case: &CaseFacts<'_>) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let CaseFacts { facts, affected, .. } = case;
    // Letters are read by people: days as their language writes them.
    let style = match duty.duty {
        DutyKind::Individuals | DutyKind::Media => {
            Some(if language == "en" && duty.jurisdiction.starts_with("US") { "en-US" } else { language })
        }
        _ => None,
    };
    let day = |moment: Option<Moment>| match (moment, style) {
        (None, _) => Ok(UNKNOWN_DAY.to_owned()),
        (Some(moment), None) => Ok(moment.to_string()),
        (Some(moment), Some(style)) => spelled(moment.day(), style),
    };
    let deadline = match &duty.deadline_date {
        Some(date) => format!("{date} ({})", duty.deadline),
        None => duty.deadline.clone(),
    };
    let exposed = duty.exposed;
    let assumed: Vec<&str> = duty.assumptions.iter().filter_map(|key| facts.assumption(key)).collect();
    Ok(BTreeMap::from([
        ("law", duty.law.clone()),
        ("citation", duty.citation.clone()),
        ("jurisdiction", duty.jurisdiction.clone()),
        ("place", with_article(&duty.jurisdiction)),
        ("recipient", duty.recipient.clone()),
        ("deadline", deadline),
        ("threshold", duty.threshold.clone()),
        ("note", if duty.note.is_empty() { "none".to_owned() } else { duty.note.clone() }),
        ("assumptions", if assumed.is_empty() { "none".to_owned() } else { assumed.join("; ") }),
        ("people", group(duty.people.best)),
        ("floor", group(duty.people.floor)),
        ("ceiling", group(duty.people.ceiling)),
        ("whose", case.whose.clone()),
        ("categories", affected.categories()),
        ("records", group(affected.records)),
        ("minors", group(affected.minors)),
        ("deceased", group(affected.deceased)),
        ("unreachable", group(affected.unreachable)),
        ("severity", severity(case.grades)),
        ("breach", day(facts.breach().map(Moment::Day))?),
        ("discovery", day(facts.discovery().cloned())?),
        ("determination", day(facts.determination().cloned())?),
        ("sent", day(facts.notices_sent().cloned())?),
        ("elements", names(exposed, language)?.join(", ")),
        ("trigger", names(duty.trigger_elements, language)?.join(", ")),
        ("health_information", health_information(exposed)?),
        ("guidance", guidance(exposed, affected.minors > 0, &duty.jurisdiction, language)?),
    ]))
}

/// The grade of the gravest group.
fn severity(grades: &Grades) -> String {
    grades.groups.first().map_or_else(
        || "not graded".to_owned(),
        |graded| {
            format!("{} ({}), {}: {}", graded.severity.score, graded.severity.band, graded.severity.indication.word(), graded.severity)
        },
    )
}

/// A day as a language writes it in letters: `2. März 2026`.
fn spelled(day: jiff::civil::Date, style: &str) -> anyhow::Result<String> {
    let line = builtin("dates.tsv")?.lines().find(|line| line.split('\t').next() == Some(style));
    // Language, form, the months, the first of a month where it is written otherwise.
    let cells: Vec<&str> = line.unwrap_or_default().split('\t').collect();
    let (Some(form), Some(month)) = (cells.get(1), cells.get(usize::from(day.month().unsigned_abs()) + 1)) else {
        return Ok(day.to_string());
    };
    let first = cells.get(14).filter(|first| day.day() == 1 && **first != "-");
    let number = first.map_or_else(|| day.day().to_string(), |first| (*first).to_owned());
    Ok(form.replace("{year}", &day.year().to_string()).replace("{month}", month).replace("{day}", &number))
}

/// Elements in the classes of the breach portal of the Department of Health and Human Services.
fn health_information(elements: ElementSet) -> anyhow::Result<String> {
    let class = |element: Element| match element.category() {
        ElementCategory::Financial => "financial",
        ElementCategory::Health if !matches!(element, Element::MedicalRecordNumber | Element::HealthInsuranceId) => "clinical",
        ElementCategory::Credentials => "other",
        _ => "demographic",
    };
    let mut parts = Vec::new();
    for name in ["clinical", "demographic", "financial", "other"] {
        let part: ElementSet = elements.iter().filter(|element| class(*element) == name).collect();
        if !part.is_empty() {
            parts.push(format!("{name}: {}", names(part, "en")?.join(", ")));
        }
    }
    Ok(parts.join("; "))
}

/// The template with its words; a word nobody knows stays as it is, for its author to see.
fn fill(template: &str, words: &BTreeMap<&'static str, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let known = after.split_once("}}").and_then(|(word, behind)| Some((words.get(word.trim())?, behind)));
        match known {
            Some((value, behind)) => {
                out.push_str(value);
                rest = behind;
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The rows of a word list: its first column, and the column of a language.
fn rows(file: &str, language: &str) -> anyhow::Result<Vec<(&'static str, &'static str)>> {
    let mut lines = builtin(file)?.lines().filter(|line| !line.starts_with('#'));
    let column = lines.next().and_then(|head| head.split('\t').position(|known| known == language)).unwrap_or(1);
    Ok(lines.filter_map(|line| Some((line.split('\t').next()?, line.split('\t').nth(column)?))).collect())
}

/// What the elements are called.
fn names(elements: ElementSet, language: &str) -> anyhow::Result<Vec<&'static str>> {
    let codes = elements.codes();
    let rows = rows("elements.tsv", language)?;
    Ok(rows.into_iter().filter(|(code, _)| codes.split(';').any(|one| one == *code)).map(|(_, name)| name).collect())
}

/// What people of a place with these elements exposed can do, as a list.
fn guidance(elements: ElementSet, minors: bool, jurisdiction: &str, language: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for ((exposed, advice), (_, place)) in rows("guidance.tsv", language)?.into_iter().zip(rows("guidance.tsv", "place")?) {
        let exposure = Exposure::parse(exposed).map_err(|message| anyhow::anyhow!("guidance.tsv: {message}"))?;
        let here = place == "-" || resides(jurisdiction, place) == Resides::Yes;
        // Some advice is for one country and in its language only.
        if here && advice != "-" && exposure.includes(elements, minors) {
            lines.push(format!("- {advice}"));
        }
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Bounds, Element},
        law::{Group, Law, Population, assess},
    };

    const FACTS: &str = "discovery_date = 2026-03-02\nbreach_date = 2026-02-20\n";

    fn duties(place: &str, people: u64, elements: &[Element]) -> Vec<Duty> {
        let people = Bounds::exactly(people);
        let group = Group { residency: place.to_owned(), elements: elements.iter().copied().collect(), people, ..Group::default() };
        let laws = Law::builtin().expect("built-in laws");
        assess(&Population { groups: vec![group], total: people }, &Facts::parse(FACTS).expect("facts"), &laws)
    }

    const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "it", "nl"];

    /// Twelve customers, one of them under age, and three people nobody knows how to reach.
    fn case<'a>(facts: &'a Facts, grades: &'a Grades) -> CaseFacts<'a> {
        let roles = BTreeMap::from([(Role::Customer, 12), (Role::Unknown, 3)]);
        let affected = Affected { people: 15, roles, records: 40, minors: 1, unreachable: 3, ..Affected::default() };
        CaseFacts { facts, grades, whose: "people living in Utopia".to_owned(), affected }
    }

    fn text(draft: &Draft<'_>) -> String {
        let templates = Templates { own: PathBuf::new() };
        let words = words(draft.duty, draft.language, &case(&Facts::parse(FACTS).expect("facts"), &Grades::default())).expect("words");
        fill(&templates.text(draft.template, draft.language).expect("a template"), &words)
    }

    #[test]
    fn every_element_has_a_name_and_every_advice_a_sentence_in_every_language() {
        for language in LANGUAGES {
            let named = rows("elements.tsv", language).expect("a list");
            for element in Element::ALL {
                assert!(named.iter().any(|(code, name)| *code == element.code() && !name.is_empty()), "{} in {language}", element.code());
            }
            assert_eq!(named.len(), Element::ALL.len());
            for (exposed, advice) in rows("guidance.tsv", language).expect("a list") {
                let here = rows("guidance.tsv", "place").expect("a list").iter().any(|(other, place)| *other == exposed && *place != "-");
                let told = advice.ends_with('.') || here && advice == "-" || here && advice.ends_with(").");
                assert!(Exposure::parse(exposed).is_ok() && told, "{exposed} in {language}");
            }
        }
    }

    #[test]
    fn a_letter_comes_in_english_and_in_the_language_of_the_country_with_its_figures() {
        let duties = duties("DE", 1200, &[Element::Name, Element::Iban, Element::Email]);
        let drafts = planned(&duties);
        let files: Vec<&str> = drafts.iter().map(|draft| draft.file.as_str()).collect();
        assert_eq!(files, ["DE_eu_gdpr_regulator.en.md", "DE_eu_gdpr_individuals.en.md", "DE_eu_gdpr_individuals.de.md"]);
        let form = text(&drafts[0]);
        for part in [
            "art. 33",
            "2026-03-05 (72 hours after discovery)",
            "1,200",
            "took place on 2026-02-20",
            "individuals told (art. 34): [YYYY-MM-DD]",
            "of people living in Utopia (one person may be of several): 12 customers, 3 people of unknown capacity; under age: 1",
            "approximate number of records, of people living in Utopia: 40",
            "Assumed: ",
        ] {
            assert!(form.contains(part), "{part} is not in\n{form}");
        }
        let letter = text(&drafts[2]);
        for part in ["ENTWURF", "Am 2. März 2026", "am 20. Februar 2026", "IBAN", "Beobachten Sie Ihr Konto"] {
            assert!(letter.contains(part), "{part} is not in\n{letter}");
        }
    }

    #[test]
    fn every_template_is_filled_and_says_that_it_is_a_draft() {
        use Element::{CardNumber, Name, Password, Ssn, Username};
        for (place, people) in [("US-CA", 12_000), ("US-FL", 12_000), ("US-TX", 12_000), ("ES", 9), ("CH", 9), ("BE", 9), ("IT", 9)] {
            let duties = duties(place, people, &[Name, Ssn, CardNumber, Username, Password]);
            let drafts = planned(&duties);
            assert!(drafts.len() > 1, "{place}");
            for draft in &drafts {
                let text = text(draft);
                assert!(!text.contains("{{") && !text.contains("not required"), "{}: {text}", draft.file);
                assert!(
                    ["> DRAFT", "> ENTWURF", "> PROJET", "> BORRADOR", "> BOZZA", "> CONCEPT"].iter().any(|word| text.starts_with(word))
                );
            }
        }
    }

    #[test]
    fn a_template_of_the_case_replaces_the_built_in_one_and_unknown_words_stay() {
        let own = tempfile::tempdir().expect("a scratch folder");
        fs::write(own.path().join("letter.en.md"), "{{people}} of {{nobody}} {{").expect("a file");
        let duties = duties("DE", 1200, &[Element::Name, Element::Iban]);
        let duty = duties.iter().find(|duty| duty.duty == DutyKind::Individuals).expect("a duty");
        let template = Templates { own: own.path().to_owned() }.text("letter", "en").expect("the template");
        let words = words(duty, "en", &case(&Facts::default(), &Grades::default())).expect("words");
        assert_eq!(fill(&template, &words), "1,200 of {{nobody}} {{");
    }

    #[test]
    fn the_form_for_hhs_has_the_fields_of_its_portal_with_their_figures() {
        use Element::{CardNumber, Dob, MedicalInfo, Name, Password};
        let facts = Facts::parse(&format!("{FACTS}entity_type = \"hipaa_covered_entity\"")).expect("facts");
        let people = Bounds::exactly(640);
        let elements: ElementSet = [Name, Dob, MedicalInfo, CardNumber, Password].into_iter().collect();
        let population =
            Population { groups: vec![Group { residency: "US-FL".to_owned(), elements, people, ..Group::default() }], total: people };
        let duties = assess(&population, &facts, &Law::builtin().expect("built-in laws"));
        let drafts = planned(&duties);
        let draft = drafts.iter().find(|draft| draft.template == "authority_hhs").expect("a report to HHS");
        let grades = Grades::default();
        let words = words(draft.duty, "en", &case(&facts, &grades)).expect("words");
        let form = fill(builtin("authority_hhs.en.md").expect("a template"), &words);
        for part in [
            "640 individuals",
            "clinical: health information; demographic: name, date of birth; financial: payment card number; other: password",
            "3 people show no address",
            "| Breach began, ended | 2026-02-20, [day] |",
            "Type of breach",
            "Location of the information",
            "Safeguards before the breach",
            "Media notice",
            "Actions in response",
        ] {
            assert!(form.contains(part), "{part} is not in\n{form}");
        }
    }

    #[test]
    fn figures_are_of_the_people_under_the_law_where_their_elements_tell_them() {
        use Element::{Email, MedicalInfo, Name, Ssn};
        let part = |people: u64, role: Role| Affected { people, roles: BTreeMap::from([(role, people)]), ..Affected::default() };
        let set = |elements: &[Element]| elements.iter().copied().collect::<ElementSet>();
        let groups = BTreeMap::from([
            (("US-CA", set(&[Name, Ssn])), part(4, Role::Employee)),
            (("US-CA", set(&[Name, Email])), part(9, Role::Customer)),
            (("US-TX", set(&[Name, MedicalInfo])), part(2, Role::Patient)),
        ]);
        let of = |place: &str, people, elements: &[Element]| {
            let duties = duties(place, people, elements);
            let duty = duties.iter().find(|duty| duty.duty == DutyKind::Individuals).expect("a duty");
            let (whose, affected) = of_duty(duty, &groups);
            (whose, affected.categories())
        };
        assert_eq!(of("US-CA", 4, &[Name, Ssn]), ("the people under this law".to_owned(), "4 employees".to_owned()));
        // Some are of the ceiling only: no elements tell them.
        assert_eq!(of("US-CA", 3, &[Name, Ssn]), ("people living in California, US".to_owned(), "9 customers, 4 employees".to_owned()));
        assert_eq!(of("US-CA", 14, &[Name, Ssn]).0, EVERYBODY);
    }

    #[test]
    fn days_are_written_as_letters_of_each_language_write_them() {
        for (style, day, expected) in [
            ("en", "2026-03-02", "2 March 2026"),
            ("en-US", "2026-12-31", "December 31, 2026"),
            ("de", "2026-03-02", "2. März 2026"),
            ("fr", "2026-08-01", "1er août 2026"),
            ("fr", "2026-08-21", "21 août 2026"),
            ("es", "2026-03-02", "2 de marzo de 2026"),
            ("it", "2026-01-01", "1º gennaio 2026"),
            ("nl", "2026-03-02", "2 maart 2026"),
        ] {
            assert_eq!(spelled(day.parse().expect(day), style).expect("a day"), expected);
        }
    }

    #[test]
    fn advice_for_one_country_is_told_there_only() {
        let ssn = ElementSet::EMPTY.with(Element::Ssn);
        let told = |place: &str, language: &str| guidance(ssn, false, place, language).expect("advice");
        assert!(
            told("US-CA", "en").contains("irs.gov/ippin") && !told("DE", "en").contains("irs.gov") && !told("DE", "de").contains("- -")
        );
        assert!(!told("US-CA", "en").contains("child") && guidance(ssn, true, "US-CA", "en").expect("advice").contains("child"));
    }
}
