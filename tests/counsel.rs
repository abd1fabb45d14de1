//! What counsel reads of a case: notices, deadlines, severity, the reputational index, and words that are never used.

mod common;

use common::{files, fixture, rows, run, scan};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The fixture assessed three times: a hospital, a retailer, and a breach that is said to be harmless.
struct Cases {
    folder: tempfile::TempDir,
}

const FACTS: &[(&str, &str)] = &[
    (
        "hospital",
        "discovery_date = 2026-03-02T09:00:00-05:00\nbreach_date = 2026-02-20\nentity_type = \"hipaa_covered_entity\"\nhome_jurisdiction = \"US-MA\"\n",
    ),
    (
        "retailer",
        "discovery_date = 2026-11-19T10:00:00+01:00\nhome_jurisdiction = \"NL\"\nestablishments = [\"DE\", \"FR\", \"ES\", \"IT\"]\n\
         essential_service = true\nsignificant_incident = true\n",
    ),
    (
        "harmless",
        "discovery_date = 2028-06-01\nencrypted = true\nrisk = \"unlikely\"\nrecipients = \"trusted\"\nhome_jurisdiction = \"FR\"\nopt_in_laws = true\n",
    ),
];

static CASES: LazyLock<Cases> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let scanned = folder.path().join("scanned");
    scan(&fixture(), &scanned, &["--quiet"]);
    for (name, facts) in FACTS {
        let (case, file) = (folder.path().join(name), folder.path().join(format!("{name}.toml")));
        for (path, bytes) in files(&scanned) {
            let path = case.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("written");
        }
        fs::write(&file, facts).expect("written");
        assess(&case, &file);
    }
    Cases { folder }
});

fn assess(case: &Path, facts: &Path) {
    let output = run(&["assess", case.to_str().expect("UTF-8"), "--facts", facts.to_str().expect("UTF-8"), "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn case(name: &str) -> PathBuf {
    CASES.folder.path().join(name)
}

fn report(name: &str, file: &str) -> String {
    fs::read_to_string(case(name).join("reports").join(file)).expect(file)
}

/// How it is said in each language that nobody has to be told.
const NEVER: &[&str] = &[
    "not required",
    "need not be told",
    "need not notify",
    "no need to notify",
    "no need to tell",
    "not obliged to",
    "not necessary to",
    "no notice is",
    "no notification is",
    "no duty is",
    "no duties are",
    "nobody has to be told",
    "nobody must be told",
    "nicht erforderlich",
    "nicht notwendig",
    "keine meldepflicht",
    "nicht meldepflichtig",
    "nicht verpflichtet",
    "keine benachrichtigung",
    "n'est pas requis",
    "n'est pas nécessaire",
    "pas obligatoire",
    "aucune notification",
    "no es necesari",
    "no se requiere",
    "no es obligatori",
    "no está obligad",
    "non è necessari",
    "non è richiest",
    "non è obbligator",
    "nessuna notifica",
    "niet vereist",
    "niet verplicht",
    "niet nodig",
    "geen melding",
];

fn assert_never(name: &str, text: &str) {
    let text = text.to_lowercase();
    for phrase in NEVER {
        assert!(!text.contains(phrase), "{name} says `{phrase}`");
    }
}

/// The lines of a rule file that reach a report: not its comments, not its worked examples.
fn told(text: &str) -> String {
    let before_examples = text.split("[[example]]").next().unwrap_or_default();
    let lines = before_examples.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn no_template_and_no_rule_file_says_in_any_language_that_nobody_has_to_be_told() {
    let patterns = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let mut seen = 0;
    for folder in ["drafts", "laws"] {
        for (name, bytes) in files(&patterns.join(folder)) {
            assert_never(&name, &told(&String::from_utf8(bytes).expect("UTF-8")));
            seen += 1;
        }
    }
    for name in ["impact.toml", "severity.toml"] {
        assert_never(name, &told(&fs::read_to_string(patterns.join(name)).expect("a file")));
    }
    assert!(seen > 190, "only {seen} files were looked at");
}

#[test]
fn no_report_says_that_nobody_has_to_be_told_even_of_a_breach_without_harm() {
    for (name, _) in FACTS {
        for (file, bytes) in files(&case(name).join("reports")) {
            if let Ok(text) = String::from_utf8(bytes) {
                assert_never(&format!("{name}: {file}"), &text);
            }
        }
    }
    let harmless = rows(&case("harmless"), "duties.csv");
    assert!(harmless.iter().any(|row| row["note"].contains("an exemption appears to apply")));
}

#[test]
fn law_files_read_over_a_year_before_are_warned_of_in_the_statement_and_on_the_page() {
    for file in ["methodology.md", "report.html"] {
        let warned = |name: &str| report(name, file).contains("WARNING: last read over a year before");
        assert!(warned("harmless") && !warned("hospital"), "{file}");
    }
    let rows = rows(&case("harmless"), "duties.csv");
    let california = rows.iter().find(|row| row["jurisdiction"] == "US-CA" && row["duty"] == "individuals").expect("a duty");
    assert!(california["note"].contains("over a year before the incident"), "{}", california["note"]);
}

#[test]
fn duties_are_sorted_by_day_with_those_without_one_last() {
    for (name, _) in FACTS {
        for (file, column) in [("duties.csv", "deadline_date"), ("timeline.csv", "date")] {
            let days: Vec<String> = rows(&case(name), file).into_iter().map(|row| row[column].chars().take(10).collect()).collect();
            let dated = days.iter().take_while(|day| !day.is_empty()).count();
            assert!(days[..dated].is_sorted() && days[dated..].iter().all(String::is_empty), "{name} {file}: {days:?}");
        }
    }
}

/// RFC 5545: lines end in CR LF and hold at most 75 bytes (3.1), each event has a UID of its own and a DTSTAMP in UTC (3.6.1).
#[test]
fn the_calendar_is_one_by_its_standard() {
    for (name, _) in FACTS {
        let text = report(name, "deadlines.ics");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{name}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:") && unfolded.ends_with("END:VCALENDAR\r\n"));
        let events: Vec<&str> = unfolded.split("BEGIN:VEVENT\r\n").skip(1).collect();
        let dated = rows(&case(name), "duties.csv").into_iter().filter(|row| row["crossed"] != "no" && !row["deadline_date"].is_empty());
        assert_eq!(events.len(), dated.count(), "{name}");
        let mut ids = BTreeSet::new();
        for event in events {
            let value = |key: &str| event.lines().find_map(|line| line.strip_prefix(key).map(str::to_owned)).expect(key);
            assert!(ids.insert(value("UID:")), "{name}: {event}");
            let stamp = value("DTSTAMP:");
            assert!(stamp.len() == 16 && stamp.ends_with('Z') && stamp.as_bytes()[8] == b'T', "{stamp}");
            let start = value("DTSTART");
            assert!(start.starts_with(";VALUE=DATE:") && start.len() == 20 || start.starts_with(':') && start.ends_with('Z'), "{start}");
        }
    }
    assert!(report("retailer", "deadlines.ics").contains("DTSTART:20261122T090000Z"));
}

#[test]
fn every_file_is_graded_by_itself_with_the_computation() {
    let rows = rows(&case("hospital"), "severity.csv");
    let of = |scope: &str| rows.iter().filter(|row| row["scope"] == scope).collect::<Vec<_>>();
    assert_eq!(of("leak").len(), 1);
    let file = |ending: &str| *of("file").iter().find(|row| row["path"].ends_with(ending)).expect(ending);
    let payroll = file("hr/employees.csv");
    assert_eq!((payroll["people"].as_str(), payroll["computation"].as_str()), ("24", "4 × 1 + 0.5 + 0.5 = 5"));
    let letter = file("newsletter.csv");
    assert_eq!((letter["computation"].as_str(), letter["indication"].as_str()), ("1 × 0.75 + 0.5 + 0.5 = 1.75", "review"));
    // Two tables of one file: patients in one, what they have in the other; together they are the file.
    assert!(file("visits.jsonl")["elements"].contains("medical_info;medical_record_number;name"));
    assert!(of("table").iter().any(|row| row["path"].ends_with("shop.sql") && row["table"] == "users"));
    let people: u64 = of("people").iter().map(|row| row["people"].parse::<u64>().expect("a count")).sum();
    assert_eq!(people.to_string(), of("leak")[0]["people"]);
    let statement = report("hospital", "methodology.md");
    assert!(
        statement.contains("### By file") && statement.contains("newsletter.csv | 15 | 15 | email | 1 × 0.75 + 0.5 + 0.5 = 1.75 | review")
    );
}

#[test]
fn the_reputational_index_says_the_same_in_table_page_and_statement() {
    let rows = rows(&case("hospital"), "impact.csv");
    let row = |line: &str| rows.iter().find(|row| row["line"].starts_with(line)).expect(line);
    let index = row("reputational index (0 to 100)");
    assert_eq!((index["kind"].as_str(), index["cost_likely"].as_str()), ("indicative", ""));
    let likely: f64 = index["quantity_best"].parse().expect("a number");
    let factors: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| row["line"].starts_with("reputational index, factor"))
        .map(|row| (row["quantity_best"].parse().expect("a factor"), row["unit_likely"].parse().expect("a weight")))
        .collect();
    let weights: f64 = factors.iter().map(|(_, weight)| weight).sum();
    let mean = 100.0 * factors.iter().map(|(factor, weight)| factor * weight).sum::<f64>() / weights;
    assert!(factors.len() == 5 && (mean - likely).abs() < 0.01, "{mean} {likely}");
    assert!(report("hospital", "methodology.md").contains(&format!("The index of this incident is {likely} (")));
    assert!(report("hospital", "report.html").contains(&format!("{likely} of 100 (")));
}

#[test]
fn each_authority_has_its_form_and_the_people_a_letter_in_their_language() {
    let drafts = |name: &str| files(&case(name).join("reports/drafts"));
    let hospital = drafts("hospital");
    let form = String::from_utf8_lossy(&hospital["US_us_hipaa_regulator.en.md"]);
    assert!(
        form.contains("| Breach affecting | 20 individuals")
            && form.contains("Figures other than the number affected are of the people under this law")
    );
    assert!(form.contains("clinical: health information;") && !form.contains("Social Security"), "{form}");
    let retailer = drafts("retailer");
    for (place, language, word) in [
        ("NL", "nl", "op 19 november 2026"),
        ("DE", "de", "am 19. november 2026"),
        ("FR", "fr", "le 19 novembre 2026"),
        ("ES", "es", "el 19 de noviembre de 2026"),
        ("IT", "it", "in data 19 novembre 2026"),
    ] {
        let letter = String::from_utf8_lossy(&retailer[&format!("{place}_eu_gdpr_individuals.{language}.md")]).to_lowercase();
        assert!(letter.contains(word), "{letter}");
        let form = String::from_utf8_lossy(&retailer[&format!("{place}_eu_gdpr_regulator.en.md")]);
        for part in ["## (a)", "## (b)", "## (c)", "## (d)", "approximate number of people: 78", "24 employees"] {
            assert!(form.contains(part), "{place}: {part} is not in {form}");
        }
    }
}

#[test]
fn a_review_that_was_read_back_stands_in_the_scope_statement() {
    let (from, to) = (case("hospital"), CASES.folder.path().join("reviewed"));
    for (path, bytes) in files(&from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    let results = "measure,stratum,population,sampled,hits,estimate,exact_low,exact_high,wilson_low,wilson_high,confidence\n\
                   elusion,regions without findings,5000,299,1,0.0033,0.0001,0.0185,0.0006,0.0187,0.95\n";
    fs::write(to.join("reports/qc_results.csv"), results).expect("written");
    assess(&to, &CASES.folder.path().join("hospital.toml"));
    let statement = fs::read_to_string(to.join("reports/methodology.md")).expect("a statement");
    assert!(
        statement.contains("A random sample of 299 regions without findings, drawn by its seed before the review, contained 1 with missed data: elusion at most 1.85 %"),
        "{statement}"
    );
    assert!(report("hospital", "methodology.md").contains("no such review has been read back yet"));
}
