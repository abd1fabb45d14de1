//! What somebody suffers from, said in prose near their name: `diagnosed with type 2 diabetes`,
//! `leidet an Asthma`, `padece esclerosis múltiple`.

use super::{Scan, is_word, word_lists::WordLists};
use crate::detect::{DetectorId, fold::fold_into};
use foldhash::fast::FixedState;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// How far behind its lead a condition may end, in bytes.
const REACH: usize = 64;
/// How far from the name, within one paragraph.
const FROM_NAME: usize = 300;

/// The lists of `patterns/lexicons/health-words.toml`.
#[derive(Debug, Default)]
struct HealthWords {
    /// By their first word.
    leads: HashMap<Vec<u8>, Vec<Vec<u8>>, FixedState>,
    conditions: HashSet<Vec<u8>, FixedState>,
    endings: Vec<Vec<u8>>,
}

impl HealthWords {
    fn parse(text: &str) -> Result<HealthWords, toml::de::Error> {
        let mut lists = WordLists::parse(text)?;
        let mut words = HealthWords::default();
        for lead in lists.take("leads") {
            let first = lead.iter().take_while(|byte| is_word(**byte)).count();
            words.leads.entry(lead[..first].to_vec()).or_default().push(lead);
        }
        words.conditions = lists.take("conditions").collect();
        words.endings = lists.take("endings").collect();
        Ok(words)
    }

    fn is_condition(&self, folded: &[u8]) -> bool {
        self.conditions.contains(folded) || self.endings.iter().any(|ending| folded.len() >= ending.len() + 4 && folded.ends_with(ending))
    }
}

const WORDS_FILE: &str = include_str!("../../../patterns/lexicons/health-words.toml");

fn health_words() -> &'static HealthWords {
    // The test below holds that the file can be read.
    static WORDS: LazyLock<HealthWords> = LazyLock::new(|| HealthWords::parse(WORDS_FILE).unwrap_or_default());
    &WORDS
}

impl Scan<'_> {
    /// Looks around the names found since `from` for what their people suffer from.
    pub(super) fn diagnoses(&mut self, from: usize) {
        let scanner = &self.detectors.scanner;
        let (Some(id), Some(name)) = (scanner.diagnosis, scanner.name) else { return };
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
                self.diagnoses_in(id, first, last);
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

    fn diagnoses_in(&mut self, id: DetectorId, first: usize, last: usize) {
        let words = health_words();
        let (mut at, mut folded) = (first, Vec::new());
        while at < last {
            if !is_word(self.text[at]) || is_word(self.before(at)) {
                at += 1;
                continue;
            }
            let end = at + self.text[at..last].iter().take_while(|byte| is_word(**byte)).count();
            folded.clear();
            fold_into(&self.text[at..end], &mut folded);
            let reached = words.leads.get(&folded).and_then(|leads| self.condition(leads, at));
            if let Some((start, stop)) = reached {
                self.scratch.clear();
                fold_into(&self.text[start..stop], &mut self.scratch);
                self.keep(id, start, stop, 3.0, false);
                at = stop;
            } else {
                at = end;
            }
        }
    }

    /// The condition behind one of these leads that begins at `at`.
    fn condition(&self, leads: &[Vec<u8>], at: usize) -> Option<(usize, usize)> {
        let mut window = Vec::new();
        fold_into(&self.text[at..(at + 40).min(self.text.len())], &mut window);
        let lead = leads
            .iter()
            .filter(|lead| {
                window.starts_with(lead)
                    && !window.get(lead.len()).is_some_and(|next| is_word(*next) && lead.last().is_some_and(|last| is_word(*last)))
            })
            .max_by_key(|lead| lead.len())?;
        // Folding may shorten the text: the lead ends at the same word.
        let words = lead.split(|byte| *byte == b' ').count();
        let mut from = at;
        for word in 0..words {
            from += self.text[from..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'\'').count();
            from += usize::from(word + 1 < words || self.byte(from) == b'\'');
        }
        from += self.text[from.min(self.text.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = self.text.get(from..(from + REACH).min(self.text.len()))?;
        let stop = rest.iter().position(|byte| matches!(byte, b'.' | b';' | b'\n' | b'(' | b'!' | b'?' | b':')).unwrap_or(rest.len());
        self.last_condition(from, from + stop).map(|end| (from, end))
    }

    /// Where the last word of a condition ends in a stretch.
    fn last_condition(&self, from: usize, to: usize) -> Option<usize> {
        let (mut at, mut folded, mut found) = (from, Vec::new(), None);
        while at < to {
            let length = self.text[at..to].iter().take_while(|byte| is_word(**byte) || matches!(byte, b'-')).count();
            folded.clear();
            fold_into(&self.text[at..at + length], &mut folded);
            if length > 2 && health_words().is_condition(&folded) {
                found = Some(at + length);
            }
            at += length.max(1);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{super::word_lists::are_folded, *};

    #[test]
    fn the_word_lists_can_be_read_and_are_folded() {
        are_folded(WORDS_FILE, 3);
        assert!(HealthWords::parse(WORDS_FILE).is_ok());
    }
}
