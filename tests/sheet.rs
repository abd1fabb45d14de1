//! A workbook as large as a sheet can be: everybody in it is counted, in bounded memory.

mod common;

use common::{rows, scan, summary};
use rust_xlsxwriter::Workbook;
use std::path::Path;

/// An address unlike anybody else's.
fn email(number: u32) -> String {
    format!("r{number:07}.{}@nordlicht-post.net", ["amelia", "bruno", "clara", "dmitri", "esther"][number as usize % 5])
}

/// A sheet of so many people: a number of theirs, a name, an address for mail, a day.
fn write_people(path: &Path, people: u32) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory().expect("a sheet");
    for (column, header) in ["customer_id", "first_name", "last_name", "email", "signup_date"].into_iter().enumerate() {
        sheet.write(0, column as u16, header).expect("a cell");
    }
    let (given, family) =
        (["Amelia", "Bruno", "Clara", "Dmitri", "Esther"], ["Brandt", "Novak", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Reyes"]);
    for number in 0..people {
        let row = number + 1;
        sheet.write(row, 0, 1_000_000 + number).expect("a cell");
        sheet.write(row, 1, given[number as usize % 5]).expect("a cell");
        sheet.write(row, 2, family[number as usize % 7]).expect("a cell");
        sheet.write(row, 3, email(number)).expect("a cell");
        sheet.write(row, 4, "2024-03-05").expect("a cell");
    }
    workbook.save(path).expect("written");
}

/// Scans a workbook of so many people; megabytes of memory at most.
fn counted(people: u32) -> f64 {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (share, case) = (folder.path().join("customers.xlsx"), folder.path().join("case"));
    write_people(&share, people);
    let output = scan(&share, &case, &["--timings"]);
    let counts = &summary(&case)["people"];
    assert_eq!([&counts["best"], &counts["ceiling"]], [&serde_json::json!(people); 2]);
    assert_eq!(rows(&case, "exceptions.csv").len(), 0);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told.lines().find(|line| line.contains("at most in memory")).unwrap_or_else(|| panic!("{told}"));
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn everybody_in_a_sheet_of_a_million_rows_is_counted_under_half_a_gibibyte() {
    let megabytes = counted(1_000_000);
    assert!(megabytes < 536.0, "{megabytes} MB");
}
