//! `drafts/`: for each duty a notice to fill in, with the figures, days and elements of the case.
//!
//! Templates are the files of `patterns/drafts`; one of the same name in the case's `templates/`
//! replaces it. `{{word}}` stands for a figure of the duty, `[words]` for what a person must
//! fill in. Every draft says that it is one.

use super::{Assessment, Report, words::group};
use crate::{
    base::{ElementSet, Facts, Moment},
    law::{Crossed, Duty, DutyKind, Exposure},
};
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/patterns/drafts");

/// The languages of letters, in the order of the columns of the word lists; English comes first.
const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "it", "nl"];

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
        for draft in &planned {
            let words = words(draft.duty, draft.language, assessment.facts)?;
            fs::write(folder.join(&draft.file), fill(&templates.text(draft.template, draft.language)?, &words))?;
        }
        let all = everybody(assessment.duties);
        if let Some(duty) = all {
            let people = group(assessment.population.counts.total.best);
            let mut words = words(&duty, "en", assessment.facts)?;
            words.insert("people", people);
            fs::write(folder.join("faq.en.md"), fill(&templates.text("faq", "en")?, &words))?;
        }
        Ok(())
    }
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
        DutyKind::Regulator if matches!(duty.law_id.as_str(), "eu_gdpr" | "gb_uk_gdpr") => Some("authority_gdpr"),
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
    let first = told.into_iter().next()?;
    Some(Duty { trigger_elements: elements, ..first.clone() })
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
fn words(duty: &Duty, language: &str, facts: &Facts) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let moment = |moment: Option<&Moment>| moment.map_or_else(|| UNKNOWN_DAY.to_owned(), ToString::to_string);
    let deadline = match &duty.deadline_date {
        Some(date) => format!("{date} ({})", duty.deadline),
        None => duty.deadline.clone(),
    };
    Ok(BTreeMap::from([
        ("law", duty.law.clone()),
        ("citation", duty.citation.clone()),
        ("jurisdiction", duty.jurisdiction.clone()),
        ("recipient", duty.recipient.clone()),
        ("deadline", deadline),
        ("threshold", duty.threshold.clone()),
        ("note", duty.note.clone()),
        ("people", group(duty.people.best)),
        ("floor", group(duty.people.floor)),
        ("ceiling", group(duty.people.ceiling)),
        ("breach", facts.breach().map_or_else(|| UNKNOWN_DAY.to_owned(), |day| day.to_string())),
        ("discovery", moment(facts.discovery())),
        ("determination", moment(facts.determination())),
        ("sent", moment(facts.notices_sent())),
        ("elements", names(duty.trigger_elements, language)?.join(", ")),
        ("guidance", guidance(duty.trigger_elements, language)?),
    ]))
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
    let column = LANGUAGES.iter().position(|known| *known == language).unwrap_or(0) + 1;
    let lines = builtin(file)?.lines().filter(|line| !line.starts_with('#')).skip(1);
    Ok(lines.filter_map(|line| Some((line.split('\t').next()?, line.split('\t').nth(column)?))).collect())
}

/// What the elements are called.
fn names(elements: ElementSet, language: &str) -> anyhow::Result<Vec<&'static str>> {
    let codes = elements.codes();
    let rows = rows("elements.tsv", language)?;
    Ok(rows.into_iter().filter(|(code, _)| codes.split(';').any(|one| one == *code)).map(|(_, name)| name).collect())
}

/// What people with these elements exposed can do, as a list.
fn guidance(elements: ElementSet, language: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for (exposed, advice) in rows("guidance.tsv", language)? {
        let exposure = Exposure::parse(exposed).map_err(|message| anyhow::anyhow!("guidance.tsv: {message}"))?;
        if exposure.includes(elements, false) {
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

    fn text(draft: &Draft<'_>) -> String {
        let templates = Templates { own: PathBuf::new() };
        let words = words(draft.duty, draft.language, &Facts::parse(FACTS).expect("facts")).expect("words");
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
                assert!(Exposure::parse(exposed).is_ok() && advice.ends_with('.'), "{exposed} in {language}");
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
        for part in
            ["art. 33", "2026-03-05 (72 hours after discovery)", "1,200", "took place on 2026-02-20", "individuals told: [YYYY-MM-DD]"]
        {
            assert!(form.contains(part), "{part} is not in\n{form}");
        }
        let letter = text(&drafts[2]);
        for part in ["ENTWURF", "2026-03-02", "IBAN", "Beobachten Sie Ihr Konto"] {
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
        assert_eq!(fill(&template, &words(duty, "en", &Facts::default()).expect("words")), "1,200 of {{nobody}} {{");
    }
}
