//! The same answer for any number of threads, any order of files, any cut of a file.

mod common;

use common::{files, fixture, scan, zipped};
use std::{collections::BTreeMap, fs, path::Path};

/// Reports without the one figure that is a clock's.
fn reports(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut reports = files(&case.join("reports"));
    if let Some(summary) = reports.get_mut("summary.json") {
        let text = String::from_utf8_lossy(summary).into_owned();
        *summary = text.lines().filter(|line| !line.contains("\"seconds\"")).collect::<Vec<_>>().join("\n").into_bytes();
    }
    reports.remove("manifest.json");
    reports.remove("custody.csv");
    reports
}

fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in one {
        assert!(bytes == &other[name], "{what}: {name} differs");
    }
}

/// A dump whose tables take turns, so that every part of it meets them in another order.
fn dump() -> String {
    let mut dump = "-- MySQL dump 10.13\n\
        CREATE TABLE `customers` (`id` int, `first_name` varchar(40), `last_name` varchar(40), `email` varchar(80), `birth_date` date);\n\
        CREATE TABLE `addresses` (`id` int, `customer_id` int, `street` varchar(80), `city` varchar(40), `state` char(2), `zip` char(5));\n\
        CREATE TABLE `orders` (`id` int, `customer_id` int, `total` decimal(8,2), `note` varchar(200));\n"
        .to_owned();
    let given = ["Johanna", "Miguel", "Theresa", "Walter", "Beatrice"];
    let surname = ["Lindqvist", "Okafor", "Marchetti", "Dubois", "Hernandez", "Petersen", "Whitfield"];
    for batch in 0..40 {
        let ids = || batch * 20..batch * 20 + 20;
        let rows = |row: &dyn Fn(usize) -> String| ids().map(row).collect::<Vec<_>>().join(",");
        let (of, at) = (given.len(), surname.len());
        dump.push_str(&format!(
            "INSERT INTO `customers` VALUES {};\nINSERT INTO `addresses` VALUES {};\nINSERT INTO `orders` VALUES {};\n",
            rows(&|id| format!(
                "({id},'{}','{}','c{id}@nordlicht-post.net','19{:02}-0{}-1{}')",
                given[id % of],
                surname[id / of % at],
                30 + id % 70,
                1 + id % 9,
                id % 10
            )),
            rows(&|id| format!("({},{id},'{} Harbor Street','Fresno','CA','937{:02}')", 9_000 - id, 1 + id * 7, id % 90)),
            rows(&|id| format!("({id},{},{}.99,'call before delivery, it\\'s for Ms. {}')", id / 3, 5 + id, surname[id % at])),
        ));
    }
    dump
}

/// Nested records, the rarer kinds of which only some parts of a cut file meet.
fn records(between: &str) -> String {
    let record = |n: usize| {
        let contact = match n % 7 {
            0 => format!(",\"emergency\":[{{\"name\":\"Walter Okafor\",\"phone\":\"+1 415-555-{:04}\"}}]", 2_000 + n),
            3 if n > 200 => format!(",\"visits\":[{{\"ward\":\"B{}\",\"diagnosis\":\"E11.{}\"}},{{\"ward\":\"C\"}}]", n % 5, n % 10),
            _ => String::new(),
        };
        format!(
            "{{\"id\":{n},\"name\":{{\"first\":\"Johanna\",\"last\":\"Lindqvist{}\"}},\"email\":\"{between_less}{n}@nordlicht-post.net\",\
             \"address\":{{\"street\":\"{n} Harbor Street\",\"city\":\"Fresno\",\"state\":\"CA\",\"zip\":\"937{:02}\"}}{contact}}}",
            n % 31,
            n % 90,
            between_less = if between == "\n" { "p" } else { "m" },
        )
    };
    (0..500).map(record).collect::<Vec<_>>().join(between)
}

/// A log in which some lines name people, over several lines now and then.
fn log() -> String {
    let line = |n: usize| {
        let at = format!("2026-03-{:02} 08:{:02}:{:02}", 1 + n % 28, n % 60, n * 7 % 60);
        match n % 9 {
            0 => format!("{at} INFO login ok user=w{n}@nordlicht-post.net from 81.190.{}.{}\n", n % 250, 1 + n % 200),
            4 => format!(
                "{at} ERROR import failed\n  Patient: Beatrice Whitfield\n  DOB: 1961-04-{:02}\n  SSN: 536-22-{:04}\n",
                1 + n % 28,
                1_000 + n
            ),
            7 => format!("{at} WARN password=Tr0ub4dor-{n} rejected for account w{n}\n"),
            _ => format!("{at} DEBUG cache {} hit, took {} ms, trace {:016x}\n", n % 13, n % 90, n * 7_919),
        }
    };
    (0..2_000).map(line).collect()
}

/// A share of the fixture's files, laid out in folders, with a table long enough to be cut.
fn lay_out(folder: &Path, reversed: bool) {
    let (bytes, _) = common::generate::archive();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("our own archive");
    let mut members: Vec<(String, Vec<u8>)> = (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).expect("a member");
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut member, &mut bytes).expect("stored");
            (member.name().expect("our own name").into_owned(), bytes)
        })
        .collect();
    let mut long = "id,name,email,note\n".to_owned();
    for n in 0..4000 {
        long.push_str(&format!(
            "{n},\"Person{}, Tamara {}\",t{n}@nordlicht-post.net,\"first line\nsecond \"\"line\"\" {n}\"\n",
            n % 97,
            n % 89
        ));
    }
    members.push(("harbour/crm/long.csv".to_owned(), long.into_bytes()));
    members.push(("harbour/shop/shop.sql".to_owned(), dump().into_bytes()));
    members.push(("harbour/clinic/patients.jsonl".to_owned(), records("\n").into_bytes()));
    members.push(("harbour/clinic/members.json".to_owned(), format!("[{}]", records(",\n")).into_bytes()));
    members.push(("harbour/logs/app.log".to_owned(), log().into_bytes()));
    if reversed {
        members.reverse();
    }
    for (name, bytes) in members {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
}

#[test]
fn threads_order_and_cuts_change_no_byte_of_the_reports() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (straight, reversed) = (folder.path().join("a/harbour"), folder.path().join("b/harbour"));
    lay_out(straight.parent().expect("a folder"), false);
    lay_out(reversed.parent().expect("a folder"), true);
    let key = folder.path().join("key");
    let key_argument = key.to_str().expect("UTF-8").to_owned();
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    let runs: [(&str, &Path, &[&str]); 5] = [
        ("one thread", &straight, &["--threads", "1"]),
        ("two threads", &straight, &["--threads", "2"]),
        ("eight threads", &straight, &["--threads", "8"]),
        ("other order", &reversed, &["--threads", "2"]),
        ("cut files", &straight, &["--threads", "3", "--part-size", "20K"]),
    ];
    for (number, (what, root, arguments)) in runs.into_iter().enumerate() {
        let case = folder.path().join(format!("case{number}"));
        let mut all = vec!["--key-file", &key_argument, "--reveal"];
        all.extend(arguments);
        scan(root, &case, &all);
        let these = reports(&case);
        match &first {
            None => first = Some(these),
            Some(first) => assert_same(first, &these, what),
        }
    }
    assert!(fixture().exists());
}

/// Scans folders of a share into a case.
fn scan_folders(share: &Path, folders: &[String], case: &Path, more: &[&str]) {
    let roots: Vec<String> = folders.iter().map(|folder| share.join(folder).to_str().expect("UTF-8").to_owned()).collect();
    let mut arguments = vec!["scan"];
    arguments.extend(roots.iter().map(String::as_str));
    arguments.extend(["--quiet", "--case", case.to_str().expect("UTF-8")]);
    arguments.extend(more);
    let output = common::run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn four_cases_merged_are_the_case_of_all() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| scratch.path().join(name);
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    lay_out(scratch.path(), false);
    let share = at("harbour");
    let mut folders: Vec<String> = fs::read_dir(&share)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_str().expect("UTF-8").to_owned())
        .collect();
    folders.sort();
    assert!(folders.len() >= 4, "{folders:?}");
    let machines: Vec<Vec<String>> = (0..4).map(|machine| folders.iter().skip(machine).step_by(4).cloned().collect()).collect();
    let key = text(&at("key"));

    scan_folders(&share, &folders, &at("whole"), &["--key-file", &key, "--reveal"]);
    for (number, folders) in machines.iter().enumerate() {
        scan_folders(&share, folders, &at(&format!("shared{number}")), &["--key-file", &key]);
        scan_folders(&share, folders, &at(&format!("own{number}")), &[]);
    }
    let merge = |names: [&str; 4], into: &str, more: &[&str]| {
        let cases = names.map(|name| text(&at(name)));
        let into = text(&at(into));
        let mut arguments = vec!["merge"];
        arguments.extend(cases.iter().map(String::as_str));
        arguments.extend(["--quiet", "--reveal", "--case", &into]);
        arguments.extend(more);
        common::run(&arguments)
    };

    // One key: nothing tells that there were four.
    let whole = reports(&at("whole"));
    let merged = merge(["shared2", "shared0", "shared3", "shared1"], "one", &["--case-key-file", &key]);
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    assert_same(&whole, &reports(&at("one")), "merged under one key");

    // Four keys: tokens are others, people and what is theirs are not.
    let merged = merge(["own0", "own1", "own2", "own3"], "many", &[]);
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    let many = reports(&at("many"));
    for name in ["people.csv", "people_clear.csv", "counts.csv", "duties.csv", "merges.csv", "files.csv"] {
        assert!(whole[name] == many[name], "merged under four keys: {name} differs");
    }

    let clash = merge(["own0", "own1", "own2", "own0"], "twice", &[]);
    assert_eq!(clash.status.code(), Some(2), "{}", String::from_utf8_lossy(&clash.stderr));
}

#[test]
fn roots_of_one_name_are_told_apart_by_the_cases_they_were_scanned_into() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| scratch.path().join(name);
    for (machine, person) in [("left", "Johanna Lindqvist,536-22-1234"), ("right", "Walter Okafor,536-22-4321")] {
        fs::create_dir_all(at(machine).join("share")).expect("a folder");
        fs::write(at(machine).join("share/staff.csv"), format!("name,ssn\n{person}\n")).expect("written");
        scan(&at(machine).join("share"), &at(&format!("case_{machine}")), &["--quiet"]);
    }
    let text = |name: &str| at(name).to_str().expect("UTF-8").to_owned();
    let merged = common::run(&["merge", &text("case_left"), &text("case_right"), "--quiet", "--case", &text("both")]);
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    let mut paths: Vec<String> = common::rows(&at("both"), "files.csv").into_iter().map(|row| row["path"].clone()).collect();
    paths.sort();
    assert_eq!(paths, ["case_left/share/staff.csv", "case_right/share/staff.csv"]);
    assert_eq!(common::rows(&at("both"), "people.csv").len(), 2);
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(at("both").join("manifest.json")).expect("read")).expect("JSON");
    assert_eq!(manifest["merged"].as_array().map(Vec::len), Some(2));
    assert_eq!(common::run(&["verify", &text("both"), "--quiet"]).status.code(), Some(0));
}

#[test]
fn members_of_copied_archives_stand_under_one_path() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    fs::create_dir(&share).expect("a folder");
    let inner = zipped(&[("people.csv", b"name,email,ssn\nAnna Weber,a.weber@mailhaven.com,536-22-8145\n")]);
    for (at, name) in ["q.zip", "p.zip", "s.zip", "r.zip"].iter().enumerate() {
        // The largest is read first.
        let padding = vec![b'x'; 100_000 * (at + 1)];
        fs::write(share.join(name), zipped(&[("inner.zip", &inner), ("padding.txt", &padding)])).expect("a file");
    }
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for threads in ["1", "2", "8"] {
        let case = folder.path().join(format!("case{threads}"));
        scan(&share, &case, &["--threads", threads]);
        let rows = common::rows(&case, "files.csv");
        let of = |path: &str| rows.iter().find(|row| row["path"].ends_with(path)).map(|row| (row["status"].clone(), row["people"].clone()));
        assert_eq!(of("p.zip!/inner.zip"), Some(("full".to_owned(), "0".to_owned())), "{threads}");
        assert_eq!(of("p.zip!/inner.zip!/people.csv"), Some(("full".to_owned(), "1".to_owned())), "{threads}");
        assert_eq!(of("q.zip!/inner.zip").map(|row| row.0).as_deref(), Some("duplicate"), "{threads}");
        assert_eq!(rows.len(), 13, "{threads}");
        let made = reports(&case);
        match &first {
            Some(first) => assert_same(first, &made, threads),
            None => first = Some(made),
        }
    }
}
