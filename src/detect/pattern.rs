//! The schema of a detector file, and its compilation. One file serves three uses: the words
//! columns are called by, the reading of a cell, and finding the value in free text.

use super::{
    Detector, Scope,
    check::{self, Check},
    fault::Fault,
    normal::Normalise,
    shape::Shape,
};
use crate::base::{Element, Meaning};
use serde::Deserialize;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A detector file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub name: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub sources: Vec<String>,
    pub element: Option<String>,
    /// A class of trade-secret marking instead of an element.
    pub marking: Option<String>,
    #[serde(default = "attribute")]
    pub meaning: Meaning,
    pub country: Option<String>,
    #[serde(default)]
    pub column: ColumnFile,
    #[serde(default)]
    pub value: ValueFile,
    pub text: Option<TextFile>,
    #[serde(default)]
    pub examples: Examples,
}

const fn attribute() -> Meaning {
    Meaning::Attribute
}

/// `[column]`: how columns that hold it are called.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ColumnFile {
    /// Names that say it by themselves.
    pub names: Vec<String>,
    /// Names that only say it when the values agree, or where the table is about people.
    pub weak: Vec<String>,
    /// Whether values alone may say it.
    pub alone: Alone,
}

/// When values alone, without a fitting header, say what a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alone {
    #[default]
    Never,
    /// In tables without any header.
    Headerless,
    /// Also under a header that says nothing.
    Always,
}

/// `[value]`: how a value is read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ValueFile {
    pub normalise: Normalise,
    /// Of numbers written in parts: how long each is once the noughts that are left out stand before it again.
    pub groups: Vec<u8>,
    /// Every one must hold.
    pub check: Vec<String>,
    /// Normalised values have one of these shapes.
    pub shapes: Vec<String>,
    /// Least and most characters of a normalised value.
    pub min: Option<usize>,
    pub max: Option<usize>,
    /// What is written like this is something else: `12-3456789` is the number of an employer.
    pub unlike: Vec<String>,
    /// Under a fitting header a value that fails its check is one still, if its shape fits.
    pub loose: bool,
    /// Most cells of a fitting column hold something else, as a column of states does; those that are one count.
    pub sparse: bool,
    /// Printed in documentation and adverts: harmless.
    pub test_values: Vec<String>,
    /// Kept for lists: the only values there are.
    pub only: Vec<String>,
}

/// `[text]`: how it is found in free text.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TextFile {
    /// Evidence before anything is seen, in bits; below zero.
    pub base: f32,
    pub shapes: Vec<ShapeFile>,
    /// One of the scanners written in Rust, for what shapes cannot say.
    pub scanner: Option<String>,
    /// Fixed beginnings of tokens.
    pub tokens: Vec<TokenFile>,
    /// Words that may stand near.
    pub near: Vec<String>,
    pub near_bits: f32,
    /// How far before the value such a word may stand, in bytes.
    pub within: Option<usize>,
    /// Words after which the value follows behind `:` or `=`.
    pub labels: Vec<String>,
    /// What the check adds when it holds.
    pub check_bits: f32,
    /// For markings: what one gains that has its line for itself, as headers, footers and titles do.
    pub alone_bits: f32,
    /// For markings: phrases that are the finding themselves.
    pub phrases: Vec<String>,
}

impl TextFile {
    /// The most that a value says whose shape says this much, without a word near it.
    pub(super) fn most_alone(&self, shape_bits: f32) -> f32 {
        self.base + shape_bits + self.check_bits.max(0.0)
    }

    /// The most that everything together can say of it.
    pub(super) fn most(&self, shape_bits: f32) -> f32 {
        self.most_alone(shape_bits) + self.near_bits.max(0.0)
    }
}

/// A shape and what it says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeFile {
    pub shape: String,
    pub bits: f32,
}

/// A token by its beginning.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenFile {
    pub prefix: String,
    /// `upper` A–Z0–9, `base32`, `alnum`, `hex`, `uuid` (hex, `-`), `url` (alnum, `-`, `_`), `dotted` (`url`, `.`), `base64`, `escaped`
    /// (`base64` as URLs write it, `%2B`).
    pub set: TokenSet,
    /// Characters behind the prefix.
    pub min: usize,
    pub max: usize,
    /// The number before the prefix belongs to the token: `123456789:AA…`.
    #[serde(default)]
    pub number_before: bool,
    /// A check of the whole token: what fails is no token.
    pub check: Option<String>,
    /// A checksum inside the token: one that fails was never issued and is a test value.
    pub checksum: Option<String>,
}

/// What the rest of a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenSet {
    Upper,
    /// Capitals and 2 to 7.
    Base32,
    Alnum,
    Hex,
    /// Hexadecimal digits and hyphens.
    Uuid,
    Url,
    /// As `url`, and dots.
    Dotted,
    Base64,
    /// As `base64`, and the percent signs by which URLs write what they cannot.
    Escaped,
}

impl TokenSet {
    /// Whether a byte is of the set.
    pub(super) const fn contains(self, byte: u8) -> bool {
        match self {
            TokenSet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            TokenSet::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            TokenSet::Alnum => byte.is_ascii_alphanumeric(),
            TokenSet::Hex => byte.is_ascii_hexdigit(),
            TokenSet::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
            TokenSet::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            TokenSet::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            TokenSet::Escaped => byte == b'%' || TokenSet::Base64.contains(byte),
            TokenSet::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'),
        }
    }
}

/// `[examples]`: what the file says of itself; the self-test holds it to them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Examples {
    /// Text with each finding between « and ».
    pub finds: Vec<String>,
    pub ignores: Vec<Ignored>,
    pub cells: Vec<CellExample>,
}

/// Text in which nothing is found, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    pub text: String,
    pub why: String,
}

/// A column of one value, and what is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellExample {
    /// The header; none for a table without.
    pub column: Option<String>,
    pub value: String,
    /// The normalised value; none when the column is not ours or the value is refused.
    pub reads: Option<String>,
    /// A known harmless value.
    #[serde(default)]
    pub test: bool,
}

/// A shape of the text pass.
#[derive(Debug)]
pub(super) struct TextShape {
    pub shape: Shape,
    pub bits: f32,
}

/// Scanners written in Rust that files may name.
pub(super) const SCANNERS: &[&str] = &[
    "email",
    "phone",
    "iban",
    "ip",
    "name",
    "address",
    "birth_date",
    "attribute",
    "labelled",
    "combo",
    "private_key",
    "jwt",
    "url_login",
    "tokens",
    "hash",
    "word",
    "seed_phrase",
];

/// Reads and compiles one file.
pub(super) fn compile(file: &str, id: &str, text: &str) -> Result<Detector, Vec<Fault>> {
    let parsed = toml::from_str(text).map_err(|error| vec![parse_fault(file, text, &error)])?;
    compile_parsed(file, id, parsed, text)
}

/// Compiles a file of ours from the JSON the build made of it: TOML takes thrice as long to read, and every run begins with it.
pub(super) fn compile_built_in(file: &str, id: &str, json: &str, text: impl FnOnce() -> &'static str) -> Result<Detector, Vec<Fault>> {
    match serde_json::from_str(json).map(|parsed| compile_parsed(file, id, parsed, "")) {
        Ok(Ok(detector)) => Ok(detector),
        // Only the file itself has lines to show.
        _ => compile(file, id, text()),
    }
}

fn compile_parsed(file: &str, id: &str, parsed: File, text: &str) -> Result<Detector, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault = |key: &str, value: &str, message: String| faults.push(Fault::at(file, text, place_of(text, key, value), message));

    let element = parsed.element.as_ref().and_then(|code| {
        Element::from_code(code).or_else(|| {
            fault("element", code, format!("`{code}` is no element code"));
            None
        })
    });
    let scope = match parsed.country.as_ref().map(|country| (country.as_bytes(), country)) {
        Some((&[one, two], _)) => Scope::Country([one, two]),
        Some((_, country)) => {
            fault("country", country, "a country is two letters (ISO 3166-1)".to_owned());
            Scope::World
        }
        None => Scope::World,
    };
    let mut known = |key: &str, name: &str| {
        let check = check::by_name(name);
        if check.is_none() {
            fault(key, name, format!("there is no check `{name}`"));
        }
        check
    };
    let checks: Vec<&'static Check> = parsed.value.check.iter().filter_map(|name| known("check", name)).collect();
    for token in parsed.text.iter().flat_map(|text| &text.tokens) {
        token.check.iter().for_each(|name| _ = known("check", name));
        token.checksum.iter().for_each(|name| _ = known("checksum", name));
    }
    let mut shape = |key: &str, text: &str| Shape::parse(text).map_err(|message| fault(key, text, message)).ok();
    let shapes = parsed.value.shapes.iter().filter_map(|text| shape("shapes", text)).collect();
    let unlike = parsed.value.unlike.iter().filter_map(|text| shape("unlike", text)).collect();
    let text_file = parsed.text.unwrap_or_default();
    let text_shapes = text_file.shapes.iter();
    let text_shapes =
        text_shapes.filter_map(|file| shape("shape", &file.shape).map(|shape| TextShape { shape, bits: file.bits })).collect();
    if let Some(scanner) = text_file.scanner.as_deref().filter(|scanner| !SCANNERS.contains(scanner)) {
        fault("scanner", scanner, format!("there is no scanner `{scanner}`"));
    }
    if parsed.examples.ignores.iter().any(|ignored| ignored.why.trim().is_empty()) {
        faults.push(Fault::of_file(file, "every `ignores` needs a `why`"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Detector {
        id: id.to_owned(),
        name: parsed.name,
        about: parsed.about,
        sources: parsed.sources,
        element,
        marking: parsed.marking,
        meaning: parsed.meaning,
        token_domain: token_domain(parsed.meaning, element),
        scope,
        column: parsed.column,
        normalise: parsed.value.normalise,
        groups: parsed.value.groups,
        checks,
        shapes,
        unlike,
        length: (parsed.value.min.unwrap_or(1), parsed.value.max.unwrap_or(usize::MAX)),
        loose: parsed.value.loose,
        sparse: parsed.value.sparse,
        test_values: parsed.value.test_values.into_iter().map(String::into_bytes).collect(),
        only: parsed.value.only.into_iter().map(String::into_bytes).collect(),
        text_shapes,
        text: text_file,
        examples: parsed.examples,
    })
}

/// Values of one domain are compared: class A numbers of all countries share one, because
/// tables mix them.
pub const fn token_domain(meaning: Meaning, element: Option<Element>) -> u8 {
    match (meaning, element) {
        (Meaning::Attribute | Meaning::IssuedNumber, Some(element)) => 100 + element as u8,
        // A reference is the same value as the key it refers to.
        (Meaning::ForeignKey, _) => Meaning::RowKey as u8,
        _ => meaning as u8,
    }
}

/// Where in a pattern file this value of this key stands: faults are rare, so it is looked for only then.
fn place_of(text: &str, key: &str, value: &str) -> Range<usize> {
    fn among<'i>(found: &Spanned<DeValue<'i>>, value: &str) -> Option<Range<usize>> {
        match found.get_ref() {
            DeValue::String(string) if string.as_ref() == value => Some(found.span()),
            DeValue::Array(all) => all.iter().find_map(|one| among(one, value)),
            _ => None,
        }
    }
    fn below(table: &DeTable<'_>, key: &str, value: &str) -> Option<Range<usize>> {
        table.iter().find_map(|(name, held)| {
            let own = if name.get_ref() == key { among(held, value) } else { None };
            own.or_else(|| match held.get_ref() {
                DeValue::Table(table) => below(table, key, value),
                DeValue::Array(all) => all.iter().find_map(|one| one.get_ref().as_table().and_then(|table| below(table, key, value))),
                _ => None,
            })
        })
    }
    DeTable::parse(text).ok().and_then(|table| below(table.get_ref(), key, value)).unwrap_or(0..0)
}

fn parse_fault(file: &str, text: &str, error: &toml::de::Error) -> Fault {
    let message = error.message().lines().next().unwrap_or("not readable").to_owned();
    let fault = match error.span() {
        Some(span) => Fault::at(file, text, span, message.clone()),
        None => Fault::of_file(file, message.clone()),
    };
    match unknown_key(&message) {
        Some((key, known)) => match nearest(key, &known) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint(format!("known here: {}", known.join(", "))),
        },
        None => fault,
    }
}

/// The key serde did not know and those it expected, from its message.
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let mut quoted =
        message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?.split('`').skip(1).step_by(2);
    let key = quoted.next()?;
    Some((key, quoted.collect()))
}

/// The known word that differs least, if it differs by no more than two letters.
fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let distance = |other: &str| {
        let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, from) in a.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, to) in b.iter().enumerate() {
                let cost = diagonal + usize::from(from != to);
                diagonal = row[j + 1];
                row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    };
    known.iter().map(|other| (distance(other), *other)).min().filter(|(distance, _)| *distance <= 2).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (text, line, said, hint) in [
            ("name = 'x'\nelemnt = 'ssn'\n", 2, "unknown field `elemnt`", Some("did you mean `element`?")),
            ("name = 'x'\nelement = 'sssn'\n", 2, "`sssn` is no element code", None),
            ("name = 'x'\n[value]\ncheck = ['luhm']\n", 3, "there is no check `luhm`", None),
            ("name = 'x'\n[text]\nscanner = 'nope'\n", 3, "there is no scanner `nope`", None),
            ("name = 'dd\\'\ncountry = 'usa'\n[value]\nshapes = ['d',\n'dd\\']\n", 2, "two letters", None),
            ("name = 'dd\\'\n[value]\nshapes = ['d',\n'dd\\']\n", 4, "backslash", None),
            (
                "name = 'x'\n[text]\ntokens = [{ prefix = 'a', set = 'hex', min = 1, max = 2 },\n{ prefix = 'b', set = 'hex', min = 1, max = 2, checksum = 'b' }]\n",
                4,
                "no check `b`",
                None,
            ),
            ("name = ", 1, "", None),
        ] {
            let faults = compile("x.toml", "x", text).expect_err("a mistake");
            assert_eq!(faults[0].line, line, "{text}");
            assert!(faults[0].message.contains(said), "{}", faults[0].message);
            assert_eq!(faults[0].hint.as_deref(), hint);
        }
    }
}
