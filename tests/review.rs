//! What looks into cases: `explain`, `diff`, `sample`, `qc`, and what packagers make of the command line.

mod common;

use common::{fixture, rows, run, scan, summary};
use std::{collections::BTreeMap, fs, path::Path};

fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn explain_shows_mentions_merges_and_near_misses_masked() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let case = folder.path().join("case");
    scan(&fixture(), &case, &[]);
    let merges = rows(&case, "merges.csv");
    let merge = merges.first().expect("the fixture has merges");
    let (code, text) = said(&["explain", utf8(&case), &merge["person_id"]]);
    assert_eq!(code, Some(0), "{text}");
    for part in
        [merge["person_id"].as_str(), "counted among the affected", &merge["rule_text"], &merge["record_a"], &merge["record_b"], "agree: "]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("agree: \n"), "every merge says what agrees: {text}");
    let people = rows(&case, "people.csv");
    let person = people.iter().find(|row| row["person_id"] == merge["person_id"]).expect("listed");
    let mentions = text.split("Merges").next().expect("a part").matches("  as ").count();
    assert_eq!(mentions.to_string(), person["records"]);
    for conflict in rows(&case, "conflicts.csv").iter().take(1) {
        let (_, text) = said(&["explain", utf8(&case), &conflict["person_a"]]);
        assert!(text.contains(&conflict["person_b"]) && text.contains(&conflict["conflict_reason"]), "{text}");
    }
    scan(&fixture(), &folder.path().join("clear"), &["--reveal"]);
    for row in rows(&folder.path().join("clear"), "people_clear.csv") {
        for column in ["full_names", "emails", "national_ids"] {
            for value in row[column].split(';').filter(|value| value.len() >= 8) {
                assert!(!text.contains(value), "a value is shown in clear");
            }
        }
    }
    let (code, text) = said(&["explain", utf8(&case), "P-none"]);
    assert!(code == Some(2) && text.contains("people.csv lists them"), "{text}");
}

#[test]
fn explain_says_which_record_of_the_person_an_attached_one_agrees_with() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (leak, case) = (folder.path().join("leak"), folder.path().join("case"));
    fs::create_dir_all(&leak).expect("made");
    let people = "name,email,ssn\nTamara Quigley,tq@nordlicht-post.net,900-10-1000\nTamara Quigley,tamara@quigley-post.net,900-10-1000\n";
    fs::write(leak.join("people.csv"), people).expect("written");
    fs::write(leak.join("logins.csv"), "email,password\ntq@nordlicht-post.net,Kestrel-71\ntamara@quigley-post.net,Osprey-83\n")
        .expect("written");
    scan(&leak, &case, &[]);
    let all = rows(&case, "people.csv");
    assert_eq!(all.len(), 1, "{all:?}");
    let (_, text) = said(&["explain", utf8(&case), &all[0]["person_id"]]);
    let attached: Vec<&str> = text.split("R20 ").skip(1).collect();
    assert_eq!(attached.len(), 2, "{text}");
    // One login has the address of the record it is shown beside, the other that of the person's second record.
    let others = attached.iter().filter(|merge| merge.contains("agree: email t***@***.net, as ")).count();
    assert!(others == 1 && !text.contains("agree: \n"), "{text}");
}

#[test]
fn diff_matches_people_over_keys_and_tells_what_is_new_and_gone() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("one")).expect("made");
    fs::create_dir_all(at("two")).expect("made");
    let first = "name,email,ssn\nTamara Quigley,tq@nordlicht-post.net,900-10-1000\nBruno Novak,bn@nordlicht-post.net,900-10-1002\nClara Brandt,cb@nordlicht-post.net,900-10-1004\n";
    let second = "full_name,mail,date_of_birth\nBruno Novak,bn@nordlicht-post.net,1980-02-03\nTamara Quigley,tq@nordlicht-post.net,\nElena Petrovic,ep@nordlicht-post.net,1975-11-30\n";
    fs::write(at("one/people.csv"), first).expect("written");
    fs::write(at("two/contacts.csv"), second).expect("written");
    scan(&at("one"), &at("a"), &[]);
    scan(&at("two"), &at("b"), &[]);
    let (code, text) = said(&["diff", utf8(&at("a")), utf8(&at("b")), "--format", "json", "--output", utf8(&at("out"))]);
    assert_eq!(code, Some(0), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["people"], serde_json::json!({"new": 1, "gone": 1, "changed": 2, "known": 0}));
    assert_eq!(value["elements"]["dob"], serde_json::json!({"new": 2, "gone": 0}));
    let mut reader = csv::Reader::from_path(at("out/diff.csv")).expect("a table");
    assert_eq!(reader.records().count(), 4);
    let (_, text) = said(&["diff", utf8(&at("a")), utf8(&at("a"))]);
    assert!(text.contains("New        0 people") && text.contains("Known      3 people"), "{text}");
}

#[test]
fn a_sheet_is_blind_and_the_same_for_the_same_seed_and_comes_back_as_figures() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| folder.path().join(name);
    let case = at("case");
    scan(&fixture(), &case, &["--threads", "1"]);
    let draw = |seed: &str, out: &str| {
        let (code, text) = said(&["sample", utf8(&case), "--seed", seed, "--output", utf8(&at(out))]);
        assert_eq!(code, Some(0), "{text}");
        fs::read_to_string(at(out).join("qc_sheet.csv")).expect("a sheet")
    };
    let sheet = draw("7", "one");
    assert_ne!(sheet, draw("8", "two"));
    scan(&fixture(), &case, &["--threads", "4", "--force"]);
    assert_eq!(sheet, draw("7", "three"));
    for word in ["us_ssn", "confidence", "precision", "elusion"] {
        assert!(!sheet.contains(word), "the sheet tells {word}");
    }
    // A reviewer who agrees with everything, but for one finding and one missed region.
    let key: serde_json::Value = serde_json::from_slice(&fs::read(case.join("qc_key.json")).expect("a key")).expect("JSON");
    let samples: BTreeMap<String, Option<String>> = serde_json::from_value(key["samples"].clone()).expect("samples");
    assert!(samples.values().any(Option::is_none) && samples.values().any(Option::is_some));
    let wrong = samples.iter().find(|(_, element)| element.as_deref() == Some("ssn")).expect("an ssn").0;
    let missed = samples.iter().find(|(_, element)| element.is_none()).expect("a region").0;
    let mut answers = "sample_id,answer\n".to_owned();
    for (id, element) in &samples {
        let answer = match element {
            _ if id == wrong => "none",
            _ if id == missed => "email",
            Some(element) => element,
            None => "none",
        };
        answers.push_str(&format!("{id},{answer}\n"));
    }
    fs::write(at("filled.csv"), answers).expect("written");
    let (code, text) = said(&["qc", utf8(&case), utf8(&at("filled.csv"))]);
    assert!(code == Some(0) && text.contains("elusion"), "{text}");
    let results = rows(&case, "qc_results.csv");
    let line = |measure: &str, stratum: &str| {
        results.iter().find(|row| row["measure"] == measure && row["stratum"].starts_with(stratum)).expect("a line").clone()
    };
    let ssn = line("precision", "ssn");
    let (hits, sampled): (u64, u64) = (ssn["hits"].parse().expect("a number"), ssn["sampled"].parse().expect("a number"));
    assert_eq!((hits + 1, ssn["population"].clone()), (sampled, summary(&case)["elements"]["ssn"]["mentions"].to_string()));
    assert_eq!(line("precision", "email")["estimate"], "1.0000");
    assert_eq!(line("elusion", "regions")["hits"], "1");
    let recall: f64 = line("recall", "findings")["estimate"].parse().expect("a number");
    assert!(recall > 0.5 && recall < 1.0, "{recall}");
    // Both kinds of bounds are printed as they are written.
    let percent = |share: &str| format!("{:.1}", 100.0 * share.parse::<f64>().expect("a share"));
    for name in ["exact", "wilson"] {
        let bounds = format!("{}–{}", percent(&ssn[&format!("{name}_low")]), percent(&ssn[&format!("{name}_high")]));
        assert!(text.contains(&bounds), "{bounds}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // The reports have them at once, a new assessment keeps them, and the case stays verified.
    assert_eq!(rows(&case, "custody.csv").last().expect("an act")["act"], "qc");
    for act in ["qc", "assess"] {
        if act == "assess" {
            assert!(run(&["assess", utf8(&case), "--quiet"]).status.success());
        }
        let page = fs::read_to_string(case.join("reports/report.html")).expect("a page");
        assert!(page.contains("Measured on a blind sample") && !page.contains("No sample was reviewed"), "{act}");
        let statement = fs::read_to_string(case.join("reports/methodology.md")).expect("a statement");
        assert!(statement.contains("elusion at most"), "{act}");
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(case.join("reports/report.xlsx")).expect("a workbook");
        let sheet = calamine::Reader::worksheet_range(&mut book, "QC").expect("a sheet");
        assert_eq!(sheet.height(), 1 + results.len(), "{act}");
        let (code, text) = said(&["verify", utf8(&case)]);
        assert_eq!(code, Some(0), "{act}: {text}");
    }
}

/// `qc` makes the reports again as they were made last, and refuses where it cannot.
#[test]
fn a_review_is_read_back_under_the_facts_of_the_last_assessment_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| folder.path().join(name);
    let (case, facts, sheet) = (at("case"), at("incident.toml"), at("qc_sheet.csv"));
    fs::write(&facts, "discovery_date = 2026-03-02\nhome_jurisdiction = \"US-CA\"\n").expect("written");
    scan(&fixture(), &case, &["--facts", utf8(&facts), "--reveal"]);
    assert_eq!(said(&["sample", utf8(&case), "--output", utf8(folder.path())]).0, Some(0));
    let blank = fs::read_to_string(&sheet).expect("a sheet");
    let filled = common::answered_none(&blank);
    fs::write(&sheet, filled).expect("written");
    let duties = fs::read(case.join("reports/duties.csv")).expect("duties");
    let before = common::files(&case);

    fs::write(&facts, "discovery_date = 2026-04-02\n").expect("written");
    let (code, text) = said(&["qc", utf8(&case), utf8(&sheet)]);
    assert!(code == Some(2) && text.contains("was changed since the last assessment") && text.contains("breachscope assess"), "{text}");
    fs::remove_file(&facts).expect("removed");
    let (code, text) = said(&["qc", utf8(&case), utf8(&sheet)]);
    assert!(code == Some(2) && text.contains("cannot be read"), "{text}");
    assert!(common::files(&case) == before, "a refused review changes nothing");

    fs::write(&facts, "discovery_date = 2026-03-02\nhome_jurisdiction = \"US-CA\"\n").expect("written");
    let (code, text) = said(&["qc", utf8(&case), utf8(&sheet)]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(fs::read(case.join("reports/duties.csv")).expect("duties"), duties, "the facts still hold");
    assert!(case.join("reports/people_clear.csv").exists(), "what was revealed still is");

    fs::write(case.join("evidence/mentions-99-0000.parquet"), "x").expect("written");
    let (code, text) = said(&["qc", utf8(&case), utf8(&sheet)]);
    assert!(code == Some(2) && text.contains("is not what the last act on it left"), "{text}");
}

#[test]
fn completions_and_the_man_page_know_every_command() {
    let (_, help) = said(&["--help"]);
    let (code, page) = said(&["docs", "man"]);
    assert!(code == Some(0) && page.contains(".TH breachscope"), "{page}");
    for command in ["scan", "assess", "check", "diff", "explain", "sample", "qc", "verify", "patterns", "read", "facts"] {
        assert!(help.contains(&format!("  {command} ")), "help lacks {command}");
        assert!(page.contains(&format!(".SH {}", command.to_uppercase())), "the man page lacks {command}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, text) = said(&["docs", "completions", shell]);
        assert!(code == Some(0) && text.contains("verify") && text.contains("changed-since"), "{shell}");
    }
    assert!(!help.contains("  docs"), "it is for packagers");
}
