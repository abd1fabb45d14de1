//! Words near a value that speak for it; looked for only around survivors.

use super::{Scan, is_word};
use crate::detect::{Detector, DetectorId, fold::fold};
use crate::format::TextKind;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;

/// The farthest a word may stand.
const WINDOW: usize = 64;
/// Words behind a value are farther away in meaning,
const BEHIND: usize = 20;
/// but not a label right behind it: `28-64-66-98 office`, `780 6326-Fax`.
const RIGHT_BEHIND: usize = 3;

/// All words of all detectors in one automaton.
#[derive(Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
    /// Whose word each pattern is.
    owners: Vec<Vec<DetectorId>>,
}

impl Words {
    pub(super) fn of(all: &[Detector]) -> Result<Words, String> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut owners: Vec<Vec<DetectorId>> = Vec::new();
        let mut words = Vec::new();
        // Words against a marking are looked up where one stands: they cost the walk nothing.
        for (at, detector) in all.iter().enumerate().filter(|(_, detector)| detector.text.near_bits > 0.0) {
            for word in detector.text.near.iter().flat_map(|near| cases(near)) {
                let place = *places.entry(word).or_insert_with_key(|word| {
                    words.push(word.clone());
                    owners.push(Vec::new());
                    owners.len() - 1
                });
                if let Some(owners) = owners.get_mut(place) {
                    owners.push(DetectorId(at as u16));
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // Eighteen hundred words make a DFA of 17 MB, longer in the building than in all its use.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words)
            .map_err(|error| error.to_string())?;
        Ok(Words { automaton, owners })
    }
}

/// A word as it may be written. The automaton knows the cases of ASCII only; ИНН and ΑΜΚΑ are mostly written in capitals.
pub(super) fn cases(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    if word.is_ascii() {
        return vec![lower];
    }
    let mut rest = lower.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect();
    // "Cedula" is often written where "cédula" is meant.
    let plain = fold(&lower);
    let mut forms = vec![lower.to_uppercase(), first, lower];
    forms.extend(plain.is_ascii().then_some(plain));
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// A label before a colon counts as a whole, up to this length.
const LABEL: usize = 160;

/// What was found around the place looked at last: several detectors ask about one place.
#[derive(Debug, Default)]
pub(super) struct Around {
    start: usize,
    end: usize,
    /// Whose word, and how far before the value it starts; 0 stands for behind the value, 1 for its label there.
    words: Vec<(DetectorId, usize)>,
}

impl Scan<'_> {
    /// What the words around `start..end` give this detector: its full bits for a word before
    /// it within reach, half for a word behind it, nothing without.
    pub(super) fn near(&mut self, id: DetectorId, start: usize, end: usize) -> f32 {
        if (self.around.start, self.around.end) != (start, end) || end == 0 {
            let mut words = std::mem::take(&mut self.around.words);
            words.clear();
            self.look_around(self.label_start(start).unwrap_or(start.saturating_sub(WINDOW)), start, start, &mut words);
            self.look_around(end, (end + BEHIND).min(self.text.len()), end, &mut words);
            self.around = Around { start, end, words };
        }
        let text = &self.detectors.get(id).text;
        let within = text.within.unwrap_or(48).min(WINDOW);
        let mine = self.around.words.iter().filter(|(owner, distance)| *owner == id && *distance <= within);
        match mine.map(|(_, distance)| *distance).max() {
            Some(0) => text.near_bits * 0.5,
            Some(_) => text.near_bits,
            None => 0.0,
        }
    }

    /// Where the label of a value begins, when it is longer than the window: `RUT (Rol Único Tributario,
    /// Chilean national tax number): 7.775.777-6`. A label goes back to the start of its line or the sign before.
    fn label_start(&self, value: usize) -> Option<usize> {
        let before = self.text[value.saturating_sub(LABEL)..value].trim_ascii_end();
        if self.kind == TextKind::Lines || before.last() != Some(&b':') {
            return None;
        }
        let label = &before[..before.len() - 1];
        let from = label.iter().rposition(|byte| matches!(byte, b'\n' | b':' | b';' | b'|' | b'\t')).map_or(0, |at| at + 1);
        let length = label.len() - from;
        (length > WINDOW && !label[from..].iter().any(u8::is_ascii_digit)).then(|| value.saturating_sub(LABEL) + from)
    }

    /// 0 for a word behind a value, 1 for its label right behind it. A word with a colon is the label of what follows.
    fn distance_behind(&self, value: usize, start: usize, end: usize) -> usize {
        let gap = self.text.get(value..start).unwrap_or_default();
        let of_the_next = matches!(self.byte(end), b':' | b'=') || self.byte(end) == b' ' && self.byte(end + 1) == b':';
        usize::from(gap.len() <= RIGHT_BEHIND && !gap.iter().any(|byte| matches!(byte, b'\n' | b',' | b';' | b'.' | b'|')) && !of_the_next)
    }

    /// Lists the words in `from..to`, by their distance before `value`.
    fn look_around(&self, from: usize, to: usize, value: usize, words: &mut Vec<(DetectorId, usize)>) {
        let all = &self.detectors.scanner.context;
        let Some(window) = self.text.get(from..to) else { return };
        // All of a label is right before its value.
        let reach = if value - from.min(value) > WINDOW { 1 } else { usize::MAX };
        for found in all.automaton.find_overlapping_iter(window) {
            let (start, end) = (from + found.start(), from + found.end());
            let (first, last) = (self.byte(start), self.before(end));
            let inside = (first.is_ascii() && is_word(first) && is_word(self.before(start)))
                || (last.is_ascii() && is_word(last) && self.byte(end).is_ascii_alphabetic());
            if !inside {
                let owners = all.owners.get(found.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
                let distance = if start >= value { self.distance_behind(value, start, end) } else { (value - start).min(reach) };
                words.extend(owners.iter().map(|owner| (*owner, distance)));
            }
        }
    }
}
