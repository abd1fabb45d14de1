//! Words near a value that speak for it; looked for only around survivors.

use super::{Scan, is_word};
use crate::detect::{Detector, DetectorId, fold::fold};
use crate::format::TextKind;
use std::collections::HashMap;

/// The farthest a word may stand.
const WINDOW: usize = 64;
/// Words behind a value are farther away in meaning,
const BEHIND: usize = 20;
/// but not a label right behind it: `28-64-66-98 office`, `780 6326-Fax`.
const RIGHT_BEHIND: usize = 3;

/// All words of all detectors, by how they begin.
///
/// Words are looked for in windows of some tens of bytes around survivors, so what counts is not the speed of a walk but
/// that most places of a window are passed over at once: only where a word can begin are its first bytes looked up.
#[derive(Debug, Default)]
pub(super) struct Words {
    all: Vec<Word>,
    /// By the hash of a beginning, where in `listed` the words are that begin so.
    buckets: Vec<(u32, u32)>,
    listed: Vec<u32>,
}

#[derive(Debug)]
struct Word {
    /// As written, letters of ASCII in lower case.
    text: Box<[u8]>,
    owners: Vec<DetectorId>,
}

/// Hashes of beginnings.
const BUCKETS: usize = 1 << 12;
/// A beginning is this many bytes, of shorter words all they have.
const BEGINNING: usize = 3;

impl Words {
    pub(super) fn of(all: &[Detector]) -> Words {
        let mut places: HashMap<Box<[u8]>, usize> = HashMap::new();
        let mut words = Words::default();
        // Words against a marking are looked up where one stands: they cost the walk nothing.
        for (at, detector) in all.iter().enumerate().filter(|(_, detector)| detector.text.near_bits > 0.0) {
            for word in detector.text.near.iter().flat_map(|near| cases(near)).filter(|word| !word.is_empty()) {
                let text: Box<[u8]> = word.to_ascii_lowercase().into_bytes().into();
                let place = *places.entry(text).or_insert_with_key(|text| {
                    words.all.push(Word { text: text.clone(), owners: Vec::new() });
                    words.all.len() - 1
                });
                words.all[place].owners.push(DetectorId(at as u16));
            }
        }
        let bucket = |word: &Word| beginning(&word.text[..word.text.len().min(BEGINNING)]);
        let mut order: Vec<u32> = (0..words.all.len() as u32).collect();
        order.sort_by_key(|at| bucket(&words.all[*at as usize]));
        words.buckets = vec![(0, 0); BUCKETS];
        for (place, at) in order.iter().enumerate() {
            let (from, to) = &mut words.buckets[bucket(&words.all[*at as usize])];
            if *to == 0 {
                *from = place as u32;
            }
            *to = place as u32 + 1;
        }
        words.listed = order;
        words
    }

    /// Hands over every word that stands at the beginning of `text`.
    fn each_at<'w>(&'w self, text: &[u8], mut each: impl FnMut(&'w Word)) {
        for length in 1..=BEGINNING.min(text.len()) {
            let (from, to) = self.buckets[beginning(&text[..length])];
            for at in &self.listed[from as usize..to as usize] {
                let word = &self.all[*at as usize];
                if word.text.len().min(BEGINNING) == length
                    && text.get(..word.text.len()).is_some_and(|stands| stands.eq_ignore_ascii_case(&word.text))
                {
                    each(word);
                }
            }
        }
    }
}

/// The bucket of words that begin with these bytes, whatever their case.
fn beginning(bytes: &[u8]) -> usize {
    let number = bytes.iter().fold(bytes.len() as u32, |number, byte| number << 8 | u32::from(byte.to_ascii_lowercase()));
    (number.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

/// A word as it may be written. Only letters of ASCII are compared in either case; ИНН and ΑΜΚΑ are mostly written in capitals.
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
        for place in 0..window.len() {
            let (start, first) = (from + place, window[place]);
            // Inside of a word of ASCII none begins.
            if first.is_ascii() && is_word(first) && is_word(self.before(start)) {
                continue;
            }
            all.each_at(&window[place..], |word| {
                let end = start + word.text.len();
                let last = self.before(end);
                if !(last.is_ascii() && is_word(last) && self.byte(end).is_ascii_alphabetic()) {
                    let distance = if start >= value { self.distance_behind(value, start, end) } else { (value - start).min(reach) };
                    words.extend(word.owners.iter().map(|owner| (*owner, distance)));
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detectors;

    #[test]
    fn every_word_is_found_where_it_stands_and_nothing_else() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let words = &detectors.scanner.context;
        assert!(words.all.len() > 1500, "{} words", words.all.len());
        let standing = |text: &[u8]| {
            let mut found: Vec<&[u8]> = Vec::new();
            words.each_at(text, |word| found.push(&word.text));
            found.sort_unstable();
            found
        };
        for word in &words.all {
            let text = [&word.text, b" 1".as_slice()].concat().to_ascii_uppercase();
            let mut wanted: Vec<&[u8]> =
                words.all.iter().map(|other| &*other.text).filter(|other| text.to_ascii_lowercase().starts_with(other)).collect();
            wanted.sort_unstable();
            assert_eq!(standing(&text), wanted, "{}", String::from_utf8_lossy(&text));
            assert!(!standing(&text[..word.text.len() - 1]).contains(&&*word.text));
        }
        assert!(standing(b"").is_empty() && standing(b"qxz").is_empty());
    }
}
