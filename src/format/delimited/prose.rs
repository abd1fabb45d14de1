//! What has delimiters in every line and is no table: prose, logs, source code, settings.

use super::dialect::{Dialect, HeadRow};
use std::borrow::Cow;

/// Whether the rows are rather lines of something else. Each rule names the thing it keeps out.
pub(super) fn is_not_a_table(rows: &[HeadRow<'_>], dialect: &Dialect) -> bool {
    if statements(rows) {
        return true;
    }
    let texts: Vec<Vec<&str>> = rows.iter().map(|row| row.cells.iter().map(as_text).collect()).collect();
    log_lines(&texts, dialect) || running_text(&texts, dialect) || markup(&texts) || settings(&texts) || brackets(&texts)
}

fn as_text<'c>(cell: &'c Option<Cow<'_, [u8]>>) -> &'c str {
    cell.as_deref().map_or("", |bytes| std::str::from_utf8(bytes).unwrap_or("?"))
}

/// Whether at least `percent` of the rows are so.
fn most(texts: &[Vec<&str>], percent: usize, test: impl Fn(&[&str]) -> bool) -> bool {
    texts.iter().filter(|row| test(row)).count() * 100 >= texts.len() * percent
}

/// `call();`: two columns, the second always empty.
fn statements(rows: &[HeadRow<'_>]) -> bool {
    let is_statement = |row: &&HeadRow<'_>| matches!(row.cells.as_slice(), [_, end] if as_text(end).trim().is_empty());
    rows.iter().filter(is_statement).count() * 100 >= rows.len() * 85
}

/// `2024-01-01 10:00:00,123 INFO`: the comma is part of a time.
fn log_lines(texts: &[Vec<&str>], dialect: &Dialect) -> bool {
    dialect.delimiter == b','
        && most(texts, 60, |row| {
            let clock = row[0].as_bytes().last_chunk::<8>().is_some_and(|clock| clock[2] == b':' && clock[5] == b':');
            let fraction = row.get(1).is_some_and(|cell| {
                let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
                digits == 3 && cell.len() > 3
            });
            clock && fraction
        })
}

/// Sentences: a space after every delimiter, several words in every cell.
fn running_text(texts: &[Vec<&str>], dialect: &Dialect) -> bool {
    if !matches!(dialect.delimiter, b',' | b';') {
        return false;
    }
    let cells = texts.iter().map(Vec::len).sum::<usize>().max(1);
    let words: usize = texts.iter().flatten().map(|cell| cell.split_whitespace().count()).sum();
    let spaced = most(texts, 80, |row| row.iter().skip(1).all(|cell| cell.is_empty() || cell.starts_with(' ')));
    let wordy = words >= 3 * cells && most(texts, 60, |row| row.iter().all(|cell| cell.split_whitespace().count() >= 2));
    // Of a few lines, two columns say little: a letter has a comma after its greeting.
    let few = texts.len() < 4 && most(texts, 100, |row| row.len() == 2) && words * 2 > 3 * cells;
    spaced && (wordy || few)
}

/// JSON lines, XML, SQL: other formats read these better.
fn markup(texts: &[Vec<&str>]) -> bool {
    most(texts, 50, |row| {
        let first = row[0].trim_start();
        first.starts_with(['{', '<']) || first.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("insert into "))
    })
}

/// `Name: value` or `name=value` in every cell or at the start of every line.
fn settings(texts: &[Vec<&str>]) -> bool {
    let name =
        |text: &str| !text.is_empty() && text.len() < 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let assigned = |cell: &str| cell.trim().is_empty() || cell.split_once('=').is_some_and(|(before, _)| name(before.trim()));
    let header =
        |row: &[&str]| row[0].split_once(": ").is_some_and(|(before, _)| name(before) && !before.bytes().all(|b| b.is_ascii_digit()));
    most(texts, 80, |row| row[0].contains('=') && row.iter().all(|cell| assigned(cell))) || most(texts, 80, header)
}

/// Source code, drawings: delimiters between brackets that open in one cell and close in another.
fn brackets(texts: &[Vec<&str>]) -> bool {
    most(texts, 40, |row| {
        row.iter().any(|cell| {
            let open = cell.bytes().filter(|byte| b"([{".contains(byte)).count();
            open != cell.bytes().filter(|byte| b")]}".contains(byte)).count()
        })
    })
}
