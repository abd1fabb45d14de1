//! Business secrets beside their text: names of files and folders, columns of tables, feet of mails.
//!
//! The words are data, `patterns/lexicons/secrecy.toml`; what the text itself says is found by the
//! detectors that have a `marking`.

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::sync::LazyLock;

/// A reason for or against a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// The class it speaks for; [`PUBLIC`] speaks against all.
    pub marking: &'static str,
    /// Evidence in bits, above zero for either side.
    pub bits: f32,
    /// The word as the list has it.
    pub word: &'static str,
}

/// The class of what is meant for everybody.
pub const PUBLIC: &str = "public";

/// The class of a claim that says something in source code only.
pub const OWNERSHIP: &str = "ownership";

/// The class of what only the house may read.
pub const INTERNAL: &str = "internal_only";

/// How many folders above a file are looked at.
const FOLDERS: usize = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    footer: Vec<String>,
    source: Vec<String>,
    name: Vec<Name>,
    table: Vec<Table>,
}

/// Words of names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    marking: String,
    bits: f32,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    endings: Vec<String>,
}

/// A make of table: one column of each group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    marking: String,
    bits: f32,
    columns: Vec<Vec<String>>,
}

/// The words; none of them if the file inside the binary were wrong, which a test rules out.
static WORDS: LazyLock<File> = LazyLock::new(|| parse().unwrap_or_default());

fn parse() -> Result<File, toml::de::Error> {
    toml::from_str(include_str!("../../patterns/lexicons/secrecy.toml"))
}

/// The words of all names in one automaton.
struct Names {
    automaton: AhoCorasick,
    /// Of each word the list in [`File::name`] and its place there.
    places: Vec<(usize, usize)>,
}

static NAMES: LazyLock<Option<Names>> = LazyLock::new(|| {
    let lists = WORDS.name.iter().enumerate();
    let places: Vec<(usize, usize)> = lists.flat_map(|(list, name)| (0..name.words.len()).map(move |word| (list, word))).collect();
    // Each word between spaces of its own; the longer of two: a trade secret is not top secret.
    let words = places.iter().map(|(list, word)| format!(" {} ", parted(&WORDS.name[*list].words[*word])));
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()?;
    Some(Names { automaton, places })
});

/// Whether words of the foot of a mail stand in this text of lower case.
pub(super) fn is_footer(around: &str) -> bool {
    WORDS.footer.iter().any(|word| around.contains(word.as_str()))
}

/// What the names of a file and of the folders it lies in say: of each class the strongest.
/// The first part of a path is what the leak is called by whoever scans it and says nothing.
pub fn of_path(path: &str) -> Vec<Sign> {
    let parts: Vec<&str> = path.split(['/', '#']).filter(|part| !part.is_empty()).collect();
    let from = parts.len().saturating_sub(FOLDERS + 1).max(usize::from(parts.len() > 1));
    let mut signs: Vec<Sign> = Vec::new();
    for (at, part) in parts.iter().enumerate().skip(from) {
        let spaced = parted(&spaced(part));
        let found = NAMES
            .iter()
            .flat_map(|names| names.automaton.find_iter(&spaced).filter_map(|found| names.places.get(found.pattern().as_usize())));
        for (list, word) in found {
            let list = &WORDS.name[*list];
            keep(&mut signs, list, &list.words[*word]);
        }
        if at + 1 == parts.len() {
            let ending = ending(part);
            for list in &WORDS.name {
                list.endings.iter().filter(|known| **known == ending).for_each(|known| keep(&mut signs, list, known));
            }
        }
    }
    signs
}

/// Adds a sign unless a stronger one of its class is there.
fn keep(signs: &mut Vec<Sign>, list: &'static Name, word: &'static str) {
    let sign = Sign { marking: &list.marking, bits: list.bits, word };
    match signs.iter_mut().find(|held| held.marking == sign.marking) {
        Some(held) if held.bits >= sign.bits => {}
        Some(held) => *held = sign,
        None => signs.push(sign),
    }
}

/// What a table of these columns is the make of.
pub fn of_columns<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Sign> {
    let headers: Vec<String> = headers.map(spaced).collect();
    WORDS.table.iter().find_map(|table| {
        let word = assigned(&table.columns, &headers, &mut Vec::new())?;
        Some(Sign { marking: &table.marking, bits: table.bits, word })
    })
}

/// The word of the first group, if every group has a column that is no other's: `budget margin` is one column, not two.
fn assigned(groups: &'static [Vec<String>], headers: &[String], taken: &mut Vec<usize>) -> Option<&'static str> {
    let (words, rest) = groups.split_first()?;
    for word in words {
        let word_spaced = spaced(word);
        for (at, _) in headers.iter().enumerate().filter(|(_, header)| header.contains(&word_spaced)) {
            if taken.contains(&at) {
                continue;
            }
            taken.push(at);
            let fits = rest.is_empty() || assigned(rest, headers, taken).is_some();
            taken.pop();
            if fits {
                return Some(word);
            }
        }
    }
    None
}

/// Whether a file of this name is source code.
pub fn is_source(path: &str) -> bool {
    let ending = ending(path.rsplit(['/', '#']).next().unwrap_or(path));
    WORDS.source.contains(&ending)
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}

/// Spaces doubled, so that of two words side by side each has its own on both sides.
fn parted(spaced: &str) -> String {
    spaced.replace(' ', "  ")
}

/// `Board-Minutes_2025` as ` board minutes 2025 `.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 2);
    spaced.push(' ');
    let mut before = ' ';
    for c in text.chars() {
        let starts = c.is_uppercase() && before.is_lowercase() || c.is_ascii_digit() != before.is_ascii_digit();
        if (starts || !c.is_alphanumeric() && c != '%') && !spaced.ends_with(' ') {
            spaced.push(' ');
        }
        if c.is_alphanumeric() || c == '%' {
            spaced.extend(c.to_lowercase());
        }
        before = c;
    }
    if !spaced.ends_with(' ') {
        spaced.push(' ');
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(path: &str) -> Vec<&'static str> {
        of_path(path).iter().map(|sign| sign.marking).collect()
    }

    #[test]
    fn the_word_list_is_readable() {
        let file = parse().expect("the file inside the binary");
        assert!(file.footer.len() > 20 && file.name.len() > 8 && file.table.len() >= 5);
        assert!(file.name.iter().all(|name| name.bits > 0.0));
    }

    #[test]
    fn names_of_files_and_folders_tell_but_not_the_name_of_the_leak() {
        assert_eq!(classes("share/Board-Minutes_2025.docx"), ["board"]);
        assert_eq!(classes("share/hr/CONFIDENTIAL/list.txt"), ["confidential"]);
        assert_eq!(classes("confidential/list.txt"), [""; 0]);
        assert_eq!(classes("share/node_modules/x/index.js"), ["public"]);
        assert_eq!(classes("share/boarding/pass.txt"), [""; 0]);
        assert_eq!(classes("share/parts/w.STEP"), ["cad"]);
        assert_eq!(classes("share/what_is_a_trade_secret.txt"), ["public", "trade_secret"]);
        assert_eq!(classes("share/board confidential.txt"), ["board", "confidential"]);
    }

    #[test]
    fn a_table_is_told_by_several_columns_and_never_by_one() {
        let of = |headers: &str| of_columns(headers.split('|')).map(|sign| sign.marking);
        assert_eq!(of("SKU|Unit cost|Floor price|List price"), Some("pricing"));
        assert_eq!(of("Artikel|Herstellkosten|Deckungsbeitrag"), Some("pricing"));
        assert_eq!(of("Kunde|Jahresumsatz|Vertragsende"), Some("customers"));
        assert_eq!(of("Grade|Salary band minimum|Maximum|Target bonus"), Some("compensation"));
        assert_eq!(of("level|min|max"), None);
        assert_eq!(of("SKU|Price|VAT"), None);
        assert_eq!(of("Unit cost price"), None);
    }
}
