//! Words near a value that speak for it: found with the literals, asked only around survivors.

use super::Scan;
use crate::detect::{Detector, DetectorId, fold::fold, shape::LONGEST};
use crate::format::TextKind;
use smallvec::SmallVec;
use std::{cell::Cell, collections::HashMap, ops::Range};

/// The farthest a word may stand.
const WINDOW: usize = 64;
/// Words behind a value are farther away in meaning,
const BEHIND: usize = 20;
/// but not a label right behind it: `28-64-66-98 office`, `780 6326-Fax`.
const RIGHT_BEHIND: usize = 3;

/// All words of all detectors.
#[derive(Debug)]
pub(super) struct Words {
    texts: Vec<String>,
    /// Whose word each is.
    owners: Vec<Owners>,
}

/// Words of bits for the first detectors: more than the program has, few enough to be gone through without a look how many there are.
const FIRST: usize = 8;

/// Detectors, one bit each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Owners {
    first: [u64; FIRST],
    /// Those behind the first, where a user adds so many.
    further: Vec<u64>,
    /// See [`mark`].
    marks: u64,
}

/// One of 63 bits for a detector; some share one. Sets of detectors that have none in common are mostly told apart by them.
#[inline]
pub(super) const fn mark(id: DetectorId) -> u64 {
    1 << (id.0 % 63)
}

/// The bit no detector has.
pub(super) const ANYBODY: u64 = 1 << 63;

impl Owners {
    pub(super) fn insert(&mut self, id: DetectorId) {
        let at = usize::from(id.0) / 64;
        self.further.resize(self.further.len().max((at + 1).saturating_sub(FIRST)), 0);
        if let Some(bits) = self.first.iter_mut().chain(&mut self.further).nth(at) {
            *bits |= 1 << (id.0 % 64);
        }
        self.marks |= mark(id);
    }

    fn clear(&mut self) {
        self.first = [0; FIRST];
        self.further.clear();
        self.marks = 0;
    }

    #[inline]
    fn extend(&mut self, others: &Owners) {
        self.further.resize(self.further.len().max(others.further.len()), 0);
        self.first.iter_mut().zip(&others.first).for_each(|(mine, others)| *mine |= others);
        self.further.iter_mut().zip(&others.further).for_each(|(mine, others)| *mine |= others);
        self.marks |= others.marks;
    }

    #[inline]
    pub(super) fn meets(&self, others: &Owners) -> bool {
        let meeting = self.first.iter().zip(&others.first).fold(0, |meeting, (mine, others)| meeting | mine & others);
        meeting != 0 || self.further.iter().zip(&others.further).any(|(mine, others)| mine & others != 0)
    }

    #[inline]
    pub(super) fn contains(&self, id: DetectorId) -> bool {
        let at = usize::from(id.0) / 64;
        let bits = self.first.get(at).or_else(|| self.further.get(at - FIRST));
        bits.is_some_and(|bits| bits >> (id.0 % 64) & 1 != 0)
    }

    /// The marks of all of them.
    pub(super) fn marks(&self) -> u64 {
        self.marks
    }
}

impl Words {
    pub(super) fn of(all: &[Detector]) -> Words {
        let mut places: HashMap<String, usize> = HashMap::new();
        let (mut texts, mut owners): (Vec<String>, Vec<Owners>) = (Vec::new(), Vec::new());
        // Words against a marking are looked up where one stands: they cost the walk nothing.
        for (at, detector) in all.iter().enumerate().filter(|(_, detector)| detector.text.near_bits > 0.0) {
            for word in detector.text.near.iter().flat_map(|near| cases(near)) {
                let place = *places.entry(word).or_insert_with_key(|word| {
                    texts.push(word.clone());
                    owners.push(Owners::default());
                    owners.len() - 1
                });
                owners[place].insert(DetectorId(at as u16));
            }
        }
        Words { texts, owners }
    }

    /// Marks of those whose word this is.
    pub(super) fn marks(&self, word: usize) -> u64 {
        self.owners[word].marks
    }

    /// How they are written.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }
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

/// The words that stand in the text.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// In the order of their first letters.
    words: Vec<Standing>,
    /// Sixty-four places each: where a value may begin that one of the words is near to.
    reach: SmallVec<[u64; 8]>,
    /// Whose words those are ([`mark`]).
    marks: SmallVec<[u64; 8]>,
    /// How far behind a word such a value may begin.
    behind: usize,
    looked: Option<Looked>,
    /// Whose words stand in the window looked at last,
    owners: Owners,
    /// when it was asked for: of the words that begin in these places.
    joined: (usize, usize),
}

/// The window of the value looked at last: several detectors ask about one.
#[derive(Clone, Copy, Debug)]
struct Looked {
    /// Where the value begins.
    start: usize,
    from: usize,
    to: usize,
    /// It goes back to the beginning of a long label.
    is_label: bool,
    /// Which of the words begin in it: the first, and that behind the last.
    standing: (usize, usize),
}

/// A word where it stands.
#[derive(Clone, Copy, Debug)]
struct Standing {
    /// Its first letter.
    at: usize,
    start: usize,
    end: usize,
    word: usize,
}

thread_local! {
    static KEPT: Cell<Option<Around>> = const { Cell::new(None) };
}

/// Of a longer text what is known is given back at once, in words of sixty-four places.
const KEPT_ROWS: usize = 1 << 16;

impl Around {
    /// What the thread has kept.
    pub(super) fn kept() -> Around {
        KEPT.take().unwrap_or_default()
    }

    /// Keeps the room for the next text.
    pub(super) fn keep(self) {
        if self.reach.len() <= KEPT_ROWS && self.words.len() <= KEPT_ROWS {
            KEPT.set(Some(self));
        }
    }

    /// Begins with a text of this length.
    pub(super) fn clear(&mut self, length: usize, kind: TextKind) {
        (self.looked, self.joined) = (None, (0, 0));
        self.words.clear();
        self.reach.clear();
        self.reach.resize(length / 64 + 1, 0);
        self.marks.clear();
        self.marks.resize(length / 64 + 1, 0);
        self.behind = if kind == TextKind::Lines { WINDOW } else { LABEL };
    }

    /// Adds a word whose first letter is at `at`, behind all that begin before it. `marks`: of whose it is.
    pub(super) fn add(&mut self, word: usize, marks: u64, at: usize, stands: Range<usize>) {
        let (from, to) = (at.saturating_sub(LONGEST + BEHIND), at + self.behind);
        self.marks.iter_mut().take(to / 64 + 1).skip(from / 64).for_each(|of_row| *of_row |= marks);
        for (place, bits) in self.reach.iter_mut().enumerate().take(to / 64 + 1).skip(from / 64) {
            let low = u64::MAX << from.saturating_sub(place * 64).min(63);
            let high = u64::MAX >> (63 - (to - place * 64).min(63));
            *bits |= low & high;
        }
        self.words.push(Standing { at, start: stands.start, end: stands.end, word });
    }

    /// Whether a word of any detector may be near to a value that begins here; said without a look around.
    #[inline]
    pub(super) fn may_reach(&self, start: usize) -> bool {
        self.reach.get(start / 64).is_some_and(|bits| bits >> (start % 64) & 1 != 0)
    }

    /// Marks of all whose words may be near to a value that begins here or among the sixty-four characters around.
    #[inline]
    pub(super) fn marks(&self, start: usize) -> u64 {
        self.marks.get(start / 64).copied().unwrap_or(0)
    }

    /// The same of every sixty-four places: where a value may begin that a word is near to, and marks of whose words those are.
    #[inline]
    pub(super) fn rows(&self) -> (&[u64], &[u64]) {
        (&self.reach, &self.marks)
    }

    /// The words that begin in a window: the first, and that behind the last. Values are asked about one after another: the
    /// search begins where the last one ended.
    fn between(&self, from: usize, to: usize) -> (usize, usize) {
        let mut first = self.looked.map_or(0, |looked| looked.standing.0).min(self.words.len());
        while first > 0 && self.words[first - 1].at >= from {
            first -= 1;
        }
        // A value far behind the last one is searched for.
        if self.words.get(first + 16).is_some_and(|word| word.at < from) {
            first += self.words[first..].partition_point(|word| word.at < from);
        }
        first += self.words[first..].iter().take_while(|word| word.at < from).count();
        (first, first + self.words[first..].iter().take_while(|word| word.at < to).count())
    }
}

impl Scan<'_> {
    /// What the words around `start..end` give this detector: its full bits for a word before
    /// it within reach, half for a word behind it, nothing without.
    pub(super) fn near(&mut self, id: DetectorId, start: usize, end: usize) -> f32 {
        let looked = self.look_around(start, end);
        let to = (end + BEHIND).min(self.text.len());
        let text = &self.detectors.get(id).text;
        let within = text.within.unwrap_or(48).min(WINDOW);
        let distance = |word: &Standing| {
            if word.start >= looked.from && word.end <= start {
                // All of a label is right before its value.
                Some(if looked.is_label { 1 } else { start - word.start })
            } else {
                (word.start >= end && word.end <= to).then(|| self.distance_behind(end, word.start, word.end))
            }
        };
        match self.of_detector(id, looked).filter_map(distance).filter(|distance| *distance <= within).max() {
            Some(0) => text.near_bits * 0.5,
            Some(_) => text.near_bits,
            None => 0.0,
        }
    }

    /// Whether a word of this detector stands anywhere around a value, however long it is. Most shapes say nothing without one: asked first,
    /// this spares them the look at the value.
    pub(super) fn may_be_near(&mut self, id: DetectorId, start: usize, end: usize) -> bool {
        (self.around.marks(start) | self.around.marks(end)) & mark(id) != 0 && {
            self.look_around(start, end);
            self.owners_around().contains(id)
        }
    }

    /// Whether a word of any of these detectors stands around a value that begins at `start`.
    pub(super) fn is_any_of_near(&mut self, ids: &Owners, start: usize) -> bool {
        self.around.marks(start) & ids.marks != 0 && {
            self.look_around(start, start);
            self.owners_around().meets(ids)
        }
    }

    /// Whose words stand around a value that begins at `start`, if any may.
    pub(super) fn owners_near(&mut self, start: usize) -> Option<&Owners> {
        self.around.may_reach(start).then(|| {
            self.look_around(start, start);
            self.owners_around()
        })
    }

    /// Whose words stand in the window looked at last.
    fn owners_around(&mut self) -> &Owners {
        let known = &self.detectors.scanner.context.owners;
        let Around { words, looked, owners, joined, .. } = &mut self.around;
        let standing = looked.map_or((0, 0), |looked| looked.standing);
        match &words[standing.0..standing.1] {
            [only] => &known[only.word],
            all => {
                if *joined != standing || standing.0 == standing.1 {
                    owners.clear();
                    all.iter().for_each(|word| owners.extend(&known[word.word]));
                    *joined = standing;
                }
                owners
            }
        }
    }

    /// The words of a detector that begin in a window.
    fn of_detector(&self, id: DetectorId, looked: Looked) -> impl Iterator<Item = &Standing> {
        let owners = &self.detectors.scanner.context.owners;
        self.around.words[looked.standing.0..looked.standing.1].iter().filter(move |word| owners[word.word].contains(id))
    }

    /// The window of a value: wide enough for every shape that may begin at `start`, and for a value that ends at `end`.
    #[inline]
    fn look_around(&mut self, start: usize, end: usize) -> Looked {
        let to = (end.max(start + LONGEST) + BEHIND).min(self.text.len());
        match self.around.looked {
            Some(looked) if looked.start == start && looked.to >= to => looked,
            _ => self.look_anew(start, to),
        }
    }

    fn look_anew(&mut self, start: usize, to: usize) -> Looked {
        let label = self.label_start(start);
        let from = label.unwrap_or(start.saturating_sub(WINDOW));
        let standing = self.around.between(from, to);
        *self.around.looked.insert(Looked { start, from, to, is_label: label.is_some(), standing })
    }

    /// Where the label of a value begins, when it is longer than the window: `RUT (Rol Único Tributario,
    /// Chilean national tax number): 7.775.777-6`. A label goes back to the start of its line or the sign before.
    fn label_start(&self, value: usize) -> Option<usize> {
        if self.kind == TextKind::Lines {
            return None;
        }
        let before = self.text[value.saturating_sub(LABEL)..value].trim_ascii_end();
        if before.last() != Some(&b':') {
            return None;
        }
        let label = &before[..before.len() - 1];
        let from = label.iter().rposition(|byte| matches!(byte, b'\n' | b':' | b';' | b'|' | b'\t')).map_or(0, |at| at + 1);
        let length = label.len() - from;
        (length > WINDOW && !label[from..].iter().any(u8::is_ascii_digit)).then(|| value.saturating_sub(LABEL) + from)
    }

    /// 0 for a word behind a value, 1 for its label right behind it. A word with a colon is the label of what follows.
    pub(super) fn distance_behind(&self, value: usize, start: usize, end: usize) -> usize {
        let gap = self.text.get(value..start).unwrap_or_default();
        let of_the_next = matches!(self.byte(end), b':' | b'=') || self.byte(end) == b' ' && self.byte(end + 1) == b':';
        usize::from(gap.len() <= RIGHT_BEHIND && !gap.iter().any(|byte| matches!(byte, b'\n' | b',' | b';' | b'.' | b'|')) && !of_the_next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        Detectors,
        text::{
            planes::{Planes, Room},
            reference::Slow,
        },
    };

    /// Every word in a window by a look at every place of it.
    fn naive(words: &[(String, usize)], text: &[u8], from: usize, to: usize) -> Vec<(usize, usize, usize)> {
        let slow = Slow { text };
        let mut found = Vec::new();
        for start in from..to {
            for (word, place) in words {
                let end = start + word.len();
                if end <= to && text[start..end].eq_ignore_ascii_case(word.as_bytes()) && slow.is_free(start, end) {
                    found.push((start, end, *place));
                }
            }
        }
        found
    }

    #[test]
    fn words_around_are_those_a_look_at_every_place_finds_in_whatever_order_it_is_asked() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let mut all: Vec<String> = Vec::new();
        for detector in detectors.all.iter().filter(|detector| detector.text.near_bits > 0.0) {
            for word in detector.text.near.iter().flat_map(|near| cases(near)) {
                if !all.contains(&word) {
                    all.push(word);
                }
            }
        }
        let words: Vec<(String, usize)> = all.into_iter().enumerate().map(|(place, word)| (word, place)).collect();
        assert!(words.len() > 1400, "{} words", words.len());
        let mut state = 3_u32;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let mut text = String::new();
        for (word, _) in &words {
            let word = if draw(3) == 0 { word.to_uppercase() } else { word.clone() };
            text += &word;
            text += ["", " ", "x", ": ", "-", "7", "é", "\n"][draw(8)];
        }
        let (bytes, mut found) = (text.as_bytes(), Vec::new());
        let mut room = Room::new();
        let planes = Planes::of(bytes, false, &mut room);
        let mut scan = Scan::of(&detectors, bytes, TextKind::Lines, &planes, &mut found);
        scan.walk();
        let (mut at, mut listed) = (0, 0);
        for round in 0..400 {
            at = if round % 7 == 0 { draw(bytes.len() - 200) } else { (at + draw(60)).min(bytes.len() - 200) };
            let looked = scan.look_around(at, at);
            let inside = scan.around.words[looked.standing.0..looked.standing.1].iter().filter(|word| word.end <= looked.to);
            let mut told: Vec<_> = inside.filter(|word| word.start >= looked.from).map(|word| (word.start, word.end, word.word)).collect();
            told.sort_unstable();
            let mut wanted = naive(&words, bytes, looked.from, looked.to);
            assert!(wanted.is_empty() || scan.around.may_reach(at));
            wanted.sort_unstable();
            listed += wanted.len();
            assert_eq!(told, wanted, "{:?}", text.get(looked.from..looked.to));
        }
        assert!(listed > 1000, "{listed} words");
    }
}
