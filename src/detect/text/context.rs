//! Words near a value that speak for it; looked for only around survivors.

use super::{Scan, is_word};
use crate::detect::{Detector, DetectorId};
use aho_corasick::AhoCorasick;

/// The farthest a word may stand.
const WINDOW: usize = 64;
/// Words behind a value are farther away in meaning.
const BEHIND: usize = 20;

/// All words of all detectors in one automaton.
#[derive(Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
    /// Whose word each pattern is.
    owners: Vec<Vec<DetectorId>>,
}

impl Words {
    pub(super) fn of(all: &[Detector]) -> Result<Words, String> {
        let mut words: Vec<(String, Vec<DetectorId>)> = Vec::new();
        for (at, detector) in all.iter().enumerate() {
            for near in &detector.text.near {
                let near = near.to_lowercase();
                match words.iter_mut().find(|(word, _)| *word == near) {
                    Some((_, owners)) => owners.push(DetectorId(at as u16)),
                    None => words.push((near, vec![DetectorId(at as u16)])),
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words.iter().map(|(word, _)| word))
            .map_err(|error| error.to_string())?;
        Ok(Words { automaton, owners: words.into_iter().map(|(_, owners)| owners).collect() })
    }
}

impl Scan<'_> {
    /// What the words around `start..end` give this detector: its full bits for a word before
    /// it within reach, half for a word behind it, nothing without.
    pub(super) fn near(&self, id: DetectorId, start: usize, end: usize) -> f32 {
        let text = &self.detectors.get(id).text;
        let within = text.within.unwrap_or(48).min(WINDOW);
        // A step back into the middle of a character does no harm: words are compared as bytes.
        if self.has_word(id, start.saturating_sub(within), start) {
            text.near_bits
        } else if self.has_word(id, end, (end + BEHIND).min(self.text.len())) {
            text.near_bits * 0.5
        } else {
            0.0
        }
    }

    fn has_word(&self, id: DetectorId, from: usize, to: usize) -> bool {
        let words = &self.detectors.scanner.context;
        let Some(window) = self.text.get(from..to) else { return false };
        words.automaton.find_overlapping_iter(window).any(|found| {
            let (start, end) = (from + found.start(), from + found.end());
            let first = self.byte(start);
            let last = self.byte(end - 1);
            words.owners.get(found.pattern().as_usize()).is_some_and(|owners| owners.contains(&id))
                && !(is_word(first) && is_word(self.before(start)) && first.is_ascii())
                && !(is_word(last) && self.byte(end).is_ascii_alphabetic() && last.is_ascii())
        })
    }
}
