//! What prose says of a person near their name: what somebody suffers from, believes, belongs to (GDPR, articles 9 and 10).
//! `diagnosed with type 2 diabetes`, `ist Gewerkschaftsmitglied`, `es católica practicante`.

use super::{Scan, is_word};
use crate::detect::{DetectorId, fold::fold_into};
use foldhash::fast::FixedState;
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// How far from the name, within one paragraph.
const FROM_NAME: usize = 300;
/// The longest lead, folded.
const LONGEST: usize = 48;

/// A table of `patterns/lexicons/attribute-words.toml`: the words of one detector.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    /// How far behind its lead a term may end, in bytes.
    reach: usize,
    /// A term follows.
    leads: Vec<String>,
    terms: HashSet<String, FixedState>,
    /// Ends of terms.
    endings: Vec<String>,
    /// Say it by themselves.
    phrases: Vec<String>,
}

impl Words {
    fn is_term(&self, folded: &str) -> bool {
        self.terms.contains(folded) || self.endings.iter().any(|ending| folded.len() >= ending.len() + 4 && folded.ends_with(ending))
    }
}

/// A lead or phrase.
#[derive(Debug)]
struct Saying {
    text: Vec<u8>,
    /// Whose.
    table: usize,
    /// Nothing has to follow.
    is_phrase: bool,
}

#[derive(Debug, Default)]
struct Sayings {
    /// Names of detectors, and their words.
    tables: Vec<(String, Words)>,
    /// By their first word.
    by_first: HashMap<Vec<u8>, Vec<Saying>, FixedState>,
}

impl Sayings {
    fn parse(text: &str) -> Result<Sayings, toml::de::Error> {
        let mut sayings = Sayings::default();
        sayings.tables.extend(toml::from_str::<HashMap<String, Words>>(text)?);
        sayings.tables.sort_by(|a, b| a.0.cmp(&b.0));
        for (table, (_, words)) in sayings.tables.iter().enumerate() {
            let of = |text: &String, is_phrase| Saying { text: text.as_bytes().to_vec(), table, is_phrase };
            let all = words.leads.iter().map(|lead| of(lead, false)).chain(words.phrases.iter().map(|phrase| of(phrase, true)));
            for saying in all {
                let first = saying.text.iter().take_while(|byte| is_word(**byte)).count();
                sayings.by_first.entry(saying.text[..first].to_vec()).or_default().push(saying);
            }
        }
        // The longest that fits comes first.
        sayings.by_first.values_mut().for_each(|all| all.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then(a.table.cmp(&b.table))));
        Ok(sayings)
    }
}

const WORDS_FILE: &str = include_str!("../../../patterns/lexicons/attribute-words.toml");

fn sayings() -> &'static Sayings {
    // The test below holds that the file can be read.
    static WORDS: LazyLock<Sayings> = LazyLock::new(|| Sayings::parse(WORDS_FILE).unwrap_or_default());
    &WORDS
}

impl Scan<'_> {
    /// Looks around the names found since `from` for what is said of their people.
    pub(super) fn attributes(&mut self, from: usize) {
        let Some(name) = self.detectors.scanner.name else { return };
        let mut names: Vec<(usize, usize)> = self.found[from..]
            .iter()
            .filter(|found| found.detector == name && !found.test_value)
            .map(|found| (found.start, found.start + found.length))
            .collect();
        names.sort_unstable();
        let mut looked = 0;
        for (start, end) in names {
            let (first, last) = self.paragraph_around(start, end);
            let first = first.max(looked);
            looked = looked.max(last);
            if first < last {
                self.attributes_in(first, last);
            }
        }
    }

    /// The stretch of the paragraph of a name within reach of it.
    fn paragraph_around(&self, start: usize, end: usize) -> (usize, usize) {
        let from = start.saturating_sub(FROM_NAME);
        let to = (end + FROM_NAME).min(self.text.len());
        let first = memchr::memmem::rfind(&self.text[from..start], b"\n\n").map_or(from, |at| from + at);
        let last = memchr::memmem::find(&self.text[end..to], b"\n\n").map_or(to, |at| end + at);
        (first, last)
    }

    fn attributes_in(&mut self, first: usize, last: usize) {
        let (mut at, mut folded) = (first, Vec::new());
        while at < last {
            if !is_word(self.text[at]) || is_word(self.before(at)) {
                at += 1;
                continue;
            }
            let end = at + self.text[at..last].iter().take_while(|byte| is_word(**byte)).count();
            folded.clear();
            fold_into(&self.text[at..end], &mut folded);
            let said = sayings().by_first.get(&folded).and_then(|all| {
                let mut window = Vec::new();
                let mut cut = (at + LONGEST).min(self.text.len());
                // Half a character would make all others be read as Latin-1.
                while cut > at && cut < self.text.len() && self.text[cut] & 0xc0 == 0x80 {
                    cut -= 1;
                }
                fold_into(&self.text[at..cut], &mut window);
                all.iter().find_map(|saying| {
                    let id = self.reporter(saying.table)?;
                    self.said(saying, at, &window).map(|(start, stop)| (id, start, stop))
                })
            });
            if let Some((id, start, stop)) = said {
                self.scratch.clear();
                fold_into(&self.text[start..stop], &mut self.scratch);
                self.keep(id, start, stop, 3.0, false);
                at = stop.max(end);
            } else {
                at = end;
            }
        }
    }

    /// The detector named like a table of the words.
    fn reporter(&self, table: usize) -> Option<DetectorId> {
        let (name, _) = sayings().tables.get(table)?;
        self.detectors.scanner.attributes.iter().copied().find(|id| self.detectors.get(*id).id == *name)
    }

    /// What a saying that may begin at `at` says: itself, or the term behind it. `window` is the folded text from there.
    fn said(&self, saying: &Saying, at: usize, window: &[u8]) -> Option<(usize, usize)> {
        let goes_on =
            window.get(saying.text.len()).is_some_and(|next| is_word(*next)) && saying.text.last().is_some_and(|last| is_word(*last));
        if !window.starts_with(&saying.text) || goes_on {
            return None;
        }
        let end = self.end_of(saying.text.len(), at);
        if saying.is_phrase {
            return Some((at, end));
        }
        let words = &sayings().tables.get(saying.table)?.1;
        let from = end + self.text[end.min(self.text.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = self.text.get(from..(from + words.reach).min(self.text.len()))?;
        let stop = rest.iter().position(|byte| matches!(byte, b'.' | b';' | b'\n' | b'(' | b'!' | b'?' | b':')).unwrap_or(rest.len());
        // A word that the reach cuts is no word.
        let cut = if stop == rest.len() { rest.iter().rev().take_while(|byte| is_word(**byte)).count() } else { 0 };
        let whole = if is_word(self.byte(from + stop)) { stop - cut } else { stop };
        self.last_term(words, from, from + whole).map(|end| (from, end))
    }

    /// Where in the text a saying ends that begins at `at` and has so many bytes when folded.
    fn end_of(&self, folded: usize, at: usize) -> usize {
        let (mut end, mut out) = (at, Vec::new());
        while out.len() < folded && end < self.text.len() {
            let width = self.char_width(end);
            fold_into(&self.text[end..end + width], &mut out);
            end += width;
        }
        end
    }

    /// How many bytes the character at a place has.
    fn char_width(&self, at: usize) -> usize {
        1 + self.text[at + 1..].iter().take(3).take_while(|byte| !self.text[at].is_ascii() && **byte & 0xc0 == 0x80).count()
    }

    /// Where the last term of a stretch ends.
    fn last_term(&self, words: &Words, from: usize, to: usize) -> Option<usize> {
        let (mut at, mut folded, mut found) = (from, Vec::new(), None);
        while at < to {
            let length = self.text[at..to].iter().take_while(|byte| is_word(**byte) || matches!(byte, b'-')).count();
            folded.clear();
            fold_into(&self.text[at..at + length], &mut folded);
            if length > 2 && std::str::from_utf8(&folded).is_ok_and(|folded| words.is_term(folded)) {
                found = Some(at + length);
            }
            at += length.max(1);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Detectors, fold::fold};

    #[test]
    fn the_words_can_be_read_are_folded_and_belong_to_detectors() {
        let sayings = Sayings::parse(WORDS_FILE).expect("a readable file");
        assert!(sayings.tables.len() >= 10);
        for (name, words) in &sayings.tables {
            assert!(!words.leads.is_empty() || !words.phrases.is_empty(), "{name}");
            assert!(words.leads.is_empty() || (words.reach > 0 && !words.terms.is_empty()), "{name}");
            for word in words.leads.iter().chain(&words.terms).chain(&words.endings).chain(&words.phrases) {
                assert_eq!(*word, fold(word), "{name}");
                assert!(word.len() < LONGEST, "{name}: {word}");
            }
        }
        let builtin = Detectors::builtin().expect("our own files");
        let named: HashSet<&str> = builtin.scanner.attributes.iter().map(|id| builtin.get(*id).id.as_str()).collect();
        assert_eq!(named, sayings.tables.iter().map(|(name, _)| name.as_str()).collect());
    }
}
