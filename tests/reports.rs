//! The page, the workbook, the calendar and the method statement of a scanned case.

mod common;

use common::{files, generate, rows, run, scan, summary};
use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The fixture leak beside files with hostile names and cells, scanned once for all tests here.
struct Scanned {
    _folder: tempfile::TempDir,
    case: PathBuf,
}

const FACTS: &str = "discovery_date = 2026-03-02\nhome_jurisdiction = \"US-CA\"\n";

static SCANNED: LazyLock<Scanned> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let root = folder.path().join("share");
    // Joined by the separator the two names spell the end of a script element.
    std::fs::create_dir_all(root.join("x<")).expect("a folder");
    std::fs::write(root.join("harbour-share.zip"), generate::archive().0).expect("written");
    let row = |n: u32| format!("Oswin{0} Hartwell,oswin{0}@nordlicht-post.net,={0}+1\n", char::from(b'a' + (n % 26) as u8));
    let table = |from: u32| format!("name,email,note\n{}", (from..from + 8).map(row).collect::<String>());
    std::fs::write(root.join("x</script><img src=x onerror=alert(1)>.csv"), table(0)).expect("written");
    std::fs::write(root.join("=cmd|' C calc'!A0.csv"), table(9)).expect("written");
    let facts = folder.path().join("facts.toml");
    std::fs::write(&facts, FACTS).expect("written");
    let case = folder.path().join("case");
    scan(&root, &case, &["--facts", facts.to_str().expect("UTF-8")]);
    Scanned { _folder: folder, case }
});

fn page() -> String {
    std::fs::read_to_string(SCANNED.case.join("reports/report.html")).expect("a page")
}

/// The parts of the workbook by name.
fn workbook() -> BTreeMap<String, String> {
    let file = std::fs::File::open(SCANNED.case.join("reports/report.xlsx")).expect("a workbook");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("a part");
            let mut text = String::new();
            part.read_to_string(&mut text).expect("XML");
            (part.name().expect("UTF-8").into_owned(), text)
        })
        .collect()
}

/// The XML of a sheet by its name.
fn sheet(parts: &BTreeMap<String, String>, name: &str) -> String {
    let book = &parts["xl/workbook.xml"];
    let at = book.split("<sheet ").skip(1).position(|sheet| sheet.contains(&format!("name=\"{name}\""))).expect("a sheet of this name");
    parts[&format!("xl/worksheets/sheet{}.xml", at + 1)].clone()
}

/// `1234` as `1,234`.
fn group(number: &serde_json::Value) -> String {
    let digits = number.as_u64().expect("a count").to_string();
    let chunks: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|chunk| std::str::from_utf8(chunk).expect("digits")).collect();
    chunks.join(",")
}

#[test]
fn the_page_fetches_nothing_and_forbids_it() {
    let page = page();
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
    for word in [
        "http://",
        "https://",
        "<link",
        "<iframe",
        "<object",
        "@import",
        "url(",
        "src=\"",
        "fetch(",
        "XMLHttpRequest",
        "innerHTML",
        "eval(",
    ] {
        assert!(!page.contains(word), "the page holds `{word}`");
    }
    assert!(!page.contains("unsafe-eval") && !page.contains("script-src 'unsafe-inline'"));
}

#[test]
fn the_page_says_what_the_summary_says() {
    let (page, summary) = (page(), summary(&SCANNED.case));
    let people = &summary["people"];
    assert!(page.contains(&format!("<div class=\"big n\">{}</div>", group(&people["best"]))));
    assert!(page.contains(&format!(
        "at least {}, best {}, at most {}",
        group(&people["floor"]),
        group(&people["best"]),
        group(&people["ceiling"])
    )));
    assert!(page.contains(summary["duties"]["earliest_deadline"].as_str().expect("a date")));
    let data = page.split("id=\"people-data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("cards");
    let cards: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let listed: Vec<&str> = cards["people"].as_array().expect("people").iter().filter_map(|card| card[0].as_str()).collect();
    let csv: Vec<String> = rows(&SCANNED.case, "people.csv").into_iter().map(|row| row["person_id"].clone()).collect();
    assert_eq!(listed, csv);
}

#[test]
fn hostile_names_are_text_in_the_page() {
    let page = page();
    assert!(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;.csv"), "the name is not shown at all");
    assert!(!page.contains("<img"));
    // Two scripts of data and one of code, as far as the browser sees.
    assert_eq!(page.matches("<script").count(), page.matches("</script").count());
    assert_eq!(page.matches("<script>").count(), 1);
}

#[test]
fn no_clear_value_of_the_leak_is_in_page_or_workbook() {
    let texts: Vec<String> = workbook().into_values().chain([page()]).collect();
    for text in &texts {
        for value in ["Hartwell", "oswina@", "nordlicht-post", "Sandoval", "Rasmussen"] {
            assert!(!text.contains(value), "`{value}` is shown");
        }
    }
}

#[test]
fn the_workbook_has_the_sheets_and_neither_formula_nor_link() {
    let parts = workbook();
    for name in [
        "Summary",
        "Duties",
        "Residency",
        "Element sets",
        "People",
        "Matrix",
        "Conflicts",
        "Minors",
        "No contact",
        "Exceptions",
        "Files",
        "Costs",
        "QC",
        "Method",
    ] {
        assert!(sheet(&parts, name).contains("<sheetData"), "{name}");
    }
    for (name, text) in &parts {
        assert!(!text.contains("<f>") && !text.contains("<hyperlink") && !text.contains("externalLink"), "{name}");
        assert!(!name.contains("vba") && !name.contains("externalLinks"), "{name}");
    }
    assert!(sheet(&parts, "Files").contains("cmd|"), "the hostile name is text");
}

#[test]
fn the_workbook_has_a_row_for_each_person_and_duty_with_typed_cells() {
    let parts = workbook();
    for (name, report) in
        [("People", "people.csv"), ("Matrix", "people.csv"), ("Duties", "duties.csv"), ("Costs", "impact.csv"), ("Files", "files.csv")]
    {
        let count = sheet(&parts, name).matches("</row>").count();
        assert_eq!(count, rows(&SCANNED.case, report).len() + 1, "{name}");
    }
    let people = sheet(&parts, "People");
    assert!(people.contains("<autoFilter") && people.contains("state=\"frozen\""));
    let records = rows(&SCANNED.case, "people.csv")[0]["records"].clone();
    assert!(people.contains(&format!("<v>{records}</v>")), "numbers are numbers");
    let (matrix, first) = (sheet(&parts, "Matrix"), &rows(&SCANNED.case, "people.csv")[0]);
    let row = matrix.split("<row>").nth(1).expect("a first person");
    let cells: Vec<&str> = row.split("<t>").skip(1).filter_map(|cell| cell.split('<').next()).collect();
    assert_eq!(cells[..4], [&first["person_id"], &first["full_name"], &first["minor"], &first["residency"]]);
    assert_eq!(cells[4..].iter().filter(|mark| **mark == "Y" || **mark == "protected").count().to_string(), first["element_count"]);
    // 2026-03-02 plus 30 days, in days since 1899-12-30.
    assert!(sheet(&parts, "Duties").contains("<v>46113</v>"), "dates are dates");
}

/// A cell as the CSV reports write it.
fn written(cell: &calamine::Data) -> String {
    use calamine::Data;
    match cell {
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year}-{month:02}-{day:02}"),
                _ => format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            }
        }
        other => other.to_string(),
    }
}

#[test]
fn values_that_link_nobody_are_listed_masked() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let leak = folder.path().join("leak");
    std::fs::create_dir(&leak).expect("a folder");
    let mut orders = "full_name,birth_date,phone,email\n".to_owned();
    let given = ["Ezra", "Lotte", "Bruno", "Hanna", "Oscar", "Paula", "Victor", "Nadine", "Simon", "Greta"];
    let surnames = ["Hartmann", "Okafor", "Lindqvist", "Moreau", "Castellano", "Whitfield", "Novak", "Brennan", "Delgado", "Kowalski"];
    for at in 0..300 {
        let (name, surname) = (given[at % 10], surnames[at / 10 % 10]);
        orders += &format!(
            "{name} {surname},19{:02}-{:02}-{:02},+1 303 498 7710,sales@harbour-trade.com\n",
            40 + at / 10,
            1 + at % 12,
            1 + at % 28
        );
    }
    orders += "Test User,1900-01-01,+1 303 498 7710,sales@harbour-trade.com\n";
    std::fs::write(leak.join("orders.csv"), orders).expect("written");
    let case = folder.path().join("case");
    common::scan(&leak, &case, &["--quiet"]);
    let listed = rows(&case, "generic_values.csv");
    let told = |kind: &str, masked: &str| listed.iter().find(|row| row["kind"] == kind && row["value_masked"] == masked);
    let phone = told("telephone number", "*******7710").expect("the telephone of the call centre");
    assert_eq!((phone["records"].as_str(), phone["reason"].as_str()), ("300", "more distinct records share it than one person has"));
    assert_eq!(told("e-mail address", "s***@***.com").expect("the mailbox")["records"], "301");
    assert_eq!(told("birth_date", "").expect("the placeholder")["reason"], "placeholders; tables.csv tells the columns");
    assert_eq!(rows(&case, "people.csv").len(), 300);
    let page = std::fs::read_to_string(case.join("reports/report.html")).expect("the page");
    assert!(page.contains("Values that link nobody") && page.contains("*******7710") && !page.contains("4987710"));
}

#[test]
fn another_reader_finds_in_the_workbook_what_the_csv_reports_hold() {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(SCANNED.case.join("reports/report.xlsx")).expect("a workbook");
    let sheets = [
        ("Duties", "duties.csv"),
        ("Element sets", "element_sets.csv"),
        ("People", "people.csv"),
        ("Conflicts", "conflicts.csv"),
        ("Generic values", "generic_values.csv"),
        ("Exceptions", "exceptions.csv"),
        ("Files", "files.csv"),
        ("Costs", "impact.csv"),
    ];
    let (mut cells, mut numbers) = (0, 0);
    for (name, report) in sheets {
        let range = book.worksheet_range(name).expect("a sheet");
        let mut csv = csv::Reader::from_path(SCANNED.case.join("reports").join(report)).expect("a report");
        let columns = csv.headers().expect("a header").clone();
        let mut expected: Vec<Vec<String>> = csv.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
        let mut found: Vec<Vec<String>> =
            range.rows().skip(1).map(|row| (0..columns.len()).map(|at| row.get(at).map(written).unwrap_or_default()).collect()).collect();
        numbers += range
            .cells()
            .filter(|(.., cell)| matches!(cell, calamine::Data::Float(_) | calamine::Data::Int(_) | calamine::Data::DateTime(_)))
            .count();
        // The files come by rank in the workbook.
        if name == "Files" {
            expected.sort();
            found.sort();
        }
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            for ((found, expected), column) in found.iter().zip(expected).zip(&columns) {
                // A workbook says what is text; only a CSV needs an apostrophe before what looks like a formula.
                let expected = expected.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@'])).unwrap_or(expected);
                let same = found == expected || matches!((found.parse::<f64>(), expected.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
                assert!(same, "{name}, {column}: {found:?} is not {expected:?}");
                cells += 1;
            }
        }
    }
    assert!(cells > 2000 && numbers > 300, "{cells} cells, {numbers} of them typed");
}

#[test]
fn the_calendar_and_the_timeline_hold_the_dated_duties() {
    let calendar = std::fs::read_to_string(SCANNED.case.join("reports/deadlines.ics")).expect("a calendar");
    let owed = |row: &&BTreeMap<String, String>| row["crossed"] != "no" && !row["deadline_date"].is_empty();
    let dated = rows(&SCANNED.case, "duties.csv").iter().filter(owed).count();
    assert!(dated > 0);
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), dated);
    let timeline = rows(&SCANNED.case, "timeline.csv");
    assert_eq!(
        timeline.iter().filter(|row| row["event"] == "discovery").map(|row| row["date"].as_str()).collect::<Vec<_>>(),
        ["2026-03-02"]
    );
    assert_eq!(timeline.iter().filter(|row| !row["jurisdiction"].is_empty() && !row["date"].is_empty()).count(), dated);
}

#[test]
fn every_duty_that_may_be_owed_has_a_draft() {
    let drafts = files(&SCANNED.case.join("reports/drafts"));
    let duties = rows(&SCANNED.case, "duties.csv");
    let owed = |row: &&BTreeMap<String, String>| {
        row["crossed"] != "no" && row["duty"] != "credit_monitoring" && row["recipient"] != "to be determined"
    };
    let english = drafts.keys().filter(|name| name.ends_with(".en.md") && *name != "faq.en.md").count();
    assert_eq!(english, duties.iter().filter(owed).count());
    for (name, text) in &drafts {
        let text = String::from_utf8_lossy(text);
        assert!(text.starts_with("> ") && !text.contains("{{"), "{name}: {text}");
    }
    let letter = String::from_utf8_lossy(drafts.iter().find(|(name, _)| name.ends_with("individuals.en.md")).expect("a letter").1);
    assert!(letter.contains("On March 2, 2026 we found out"), "{letter}");
}

#[test]
fn severity_is_shown_with_its_computation_and_the_simulation_beside_the_sums() {
    let text = std::fs::read_to_string(SCANNED.case.join("reports/methodology.md")).expect("a statement");
    assert!(text.contains("## Severity for the people (ENISA 2013)") && text.contains(" + 0.5 + 0.5 = "), "{text}");
    let costs = rows(&SCANNED.case, "impact.csv");
    let of = |line: &str| -> Vec<f64> {
        let row = costs.iter().find(|row| row["line"] == line).expect(line);
        ["cost_low", "cost_likely", "cost_high"].map(|column| row[column].parse().expect(column)).to_vec()
    };
    let (total, simulated) = (of("total expected"), of("simulated expected"));
    assert!(total[0] < simulated[0] && simulated[0] < simulated[1] && simulated[1] < simulated[2] && simulated[2] < total[2]);
}

#[test]
fn the_method_statement_claims_no_more_than_was_done() {
    let text = std::fs::read_to_string(SCANNED.case.join("reports/methodology.md")).expect("a statement");
    let people = &summary(&SCANNED.case)["people"];
    assert!(text.contains(&format!(
        "as the best count, {} individuals; not fewer than {}, not more than {}",
        people["best"], people["floor"], people["ceiling"]
    )));
    assert!(text.contains("(entity_type not given)") && !text.contains("(discovery_date not given)"));
    for word in ["no personal data", "all personal data", "complete list"] {
        assert!(!text.to_lowercase().contains(word), "`{word}` is claimed");
    }
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let facts = SCANNED.case.with_file_name("facts.toml");
    let copy = tempfile::tempdir().expect("a scratch folder");
    copy_folder(&SCANNED.case, copy.path());
    let output = run(&["assess", copy.path().to_str().expect("UTF-8"), "--facts", facts.to_str().expect("UTF-8"), "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (before, after) = (files(&SCANNED.case.join("reports")), files(&copy.path().join("reports")));
    for name in ["report.html", "report.xlsx", "methodology.md", "timeline.csv", "deadlines.ics"] {
        assert!(before[name] == after[name], "{name} differs");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
}

#[test]
fn an_assessment_that_fails_half_way_leaves_the_reports_there_were() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&common::fixture(), &case, &[]);
    let path = case.to_str().expect("UTF-8");
    let (reports, unfinished) = (case.join("reports"), case.join("reports.unfinished"));
    let before = files(&reports);
    assert!(before.len() > 15 && !unfinished.exists());

    // The second report cannot write its records: a folder is in the way.
    let records = case.join("evidence/person_records-0000.parquet");
    std::fs::remove_file(&records).expect("there");
    std::fs::create_dir(&records).expect("made");
    assert!(!run(&["assess", path]).status.success());
    assert_eq!(files(&reports), before);

    // What was left is taken away, and so is a file no assessment makes.
    std::fs::remove_dir(&records).expect("there");
    assert!(unfinished.exists());
    std::fs::write(unfinished.join("left.csv"), "x").expect("written");
    std::fs::write(reports.join("stray.csv"), "x").expect("written");
    let output = run(&["assess", path]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!unfinished.exists() && records.is_file());
    assert_eq!(files(&reports).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}
