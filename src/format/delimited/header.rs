//! Whether the first row names the columns, judged by shape: a name is text where the values
//! below are numbers, dates or addresses, and does not come again below.

use super::dialect::HeadRow;
use std::{borrow::Cow, collections::HashSet};

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Empty,
    /// Digits, with the punctuation of numbers, dates, times, phones.
    Figures,
    /// `@` between letters.
    Address,
    /// Letters and digits of which the digits are many: keys, codes, hashes.
    Code,
    Text,
}

/// Longer than any column name.
const LONGEST_NAME: usize = 80;

/// Whether the first of these rows is a header.
pub(in crate::format) fn is_header(rows: &[HeadRow<'_>]) -> bool {
    let Some((first, below)) = rows.split_first() else { return false };
    let names: Vec<&str> = first.cells.iter().map(as_text).collect();
    if !names.iter().all(|name| name.len() <= LONGEST_NAME) || names.iter().all(|name| name.is_empty()) {
        return false;
    }
    if below.is_empty() {
        return names.iter().all(|name| shape(name) == Shape::Text);
    }
    let votes: i32 = names.iter().enumerate().map(|(column, name)| vote(name, column, below)).sum();
    match votes {
        1.. => true,
        0 => by_style(&names, below),
        _ => false,
    }
}

fn as_text<'c>(cell: &'c Option<Cow<'_, [u8]>>) -> &'c str {
    // Other charsets: letters all the same.
    cell.as_deref().map_or("", |bytes| std::str::from_utf8(bytes).unwrap_or("text")).trim()
}

/// What one column says: positive for a header.
fn vote(name: &str, column: usize, below: &[HeadRow<'_>]) -> i32 {
    let values: Vec<&str> = below.iter().filter_map(|row| row.cells.get(column)).map(as_text).filter(|value| !value.is_empty()).collect();
    let here = if is_period(name) && !values.iter().any(|value| is_period(value)) { Shape::Text } else { shape(name) };
    if values.is_empty() {
        return i32::from(here == Shape::Text);
    }
    let figured = values.iter().filter(|value| shape(value) != Shape::Text).count();
    let typed = figured * 10 >= values.len() * 8;
    match here {
        Shape::Text if typed => 2,
        Shape::Text if values.contains(&name) => -2,
        Shape::Text | Shape::Empty => 0,
        _ if typed => -3,
        _ => -1,
    }
}

/// `Q1`, `H2`, `1T`, `W12`: parts of a year stand over columns of figures.
fn is_period(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_uppercase).count();
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let ends = name.bytes().next().zip(name.bytes().next_back());
    letters == 1
        && (1..=2).contains(&digits)
        && name.len() == digits + 1
        && ends.is_some_and(|(first, last)| first.is_ascii_uppercase() || last.is_ascii_uppercase())
}

/// A table of nothing but text: names are written unlike values, or are words everybody uses.
fn by_style(names: &[&str], below: &[HeadRow<'_>]) -> bool {
    let distinct: HashSet<&str> = names.iter().copied().collect();
    if distinct.len() < names.len() || names.iter().any(|name| shape(name) != Shape::Text) {
        return false;
    }
    if names.iter().any(|name| is_usual(name)) {
        return true;
    }
    let lower = |text: &str| text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase);
    let upper = |text: &str| text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
    let styles: [&dyn Fn(&str) -> bool; 3] = [&lower, &upper, &|text: &str| text.contains('_')];
    styles.iter().any(|style| {
        let cells = below.iter().flat_map(|row| row.cells.iter().map(as_text)).filter(|cell| !cell.is_empty());
        let (alike, all) = cells.fold((0, 0), |(alike, all), cell| (alike + usize::from(style(cell)), all + 1));
        names.iter().all(|name| style(name)) && alike * 4 <= all
    })
}

/// Parts of names that stand over columns in most tables of people. Only breaks ties: what
/// columns mean is decided by the detectors' own vocabulary.
const USUAL: &[&str] = &[
    "name",
    "vorname",
    "nachname",
    "nombre",
    "nom",
    "prenom",
    "id",
    "email",
    "mail",
    "phone",
    "tel",
    "address",
    "city",
    "ort",
    "country",
    "state",
    "date",
    "title",
    "type",
    "status",
    "description",
    "code",
    "user",
    "username",
    "login",
    "password",
    "surname",
    "gender",
    "sex",
    "note",
    "notes",
    "comment",
    "company",
    "department",
    "role",
    "position",
    "category",
    "value",
    "key",
];

/// Whether a name has one of the words that stand over columns, or before the fields of a form.
pub(in crate::format) fn is_usual(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| USUAL.contains(&word))
}

/// What this cell looks like.
fn shape(cell: &str) -> Shape {
    if cell.is_empty() {
        return Shape::Empty;
    }
    if cell.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !cell.contains(' ')) {
        return Shape::Address;
    }
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    match (digits, letters) {
        (0, _) => Shape::Text,
        (_, 0 | 1) => Shape::Figures,
        // `2024-01-31T10:00:00Z`, `31 Jan 2024`, `12.50 EUR`
        _ if digits >= letters => Shape::Figures,
        _ if digits >= 4 && digits * 4 >= letters && !cell.contains(' ') => Shape::Code,
        _ => Shape::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<HeadRow<'_>> {
        text.lines().map(|line| HeadRow::of(line.split(',').map(|cell| Some(cell.as_bytes().into())).collect())).collect()
    }

    #[test]
    fn headers_are_told_by_shape() {
        for (text, expected) in [
            ("id,name\n1,Ann\n2,Bob", true),
            ("1,Ann\n2,Bob", false),
            ("name,city\nAnn,Rome\nBob,Oslo", true),
            ("Ann,Rome\nBob,Oslo\nAnn,Bern", false),
            ("Smith,Rome\nDoe,Oslo\nRay,Bern", false),
            ("apellidos_cliente,ciudad_cliente\nSmith,Rome\nDoe,Oslo", true),
            ("IMIE,MIASTO\nSmith,Rome\nDoe,Oslo", true),
            ("ann@example.org,hunter2\nbob@example.org,letmein", false),
            (",age\n0,31\n1,44", true),
            ("region,Q1,Q2\nRome,1200.50,800.25\nOslo,31.00,44.75", true),
            ("B7,A2,C4\nB9,A3,C5\nB8,A1,C2", false),
            ("year,2019,2020\nRome,1,2\nOslo,3,4", false),
            ("2024-01-01,x\n2024-01-02,y", false),
            ("first,last", true),
            ("7,8", false),
        ] {
            assert_eq!(is_header(&rows(text)), expected, "{text}");
        }
    }
}
