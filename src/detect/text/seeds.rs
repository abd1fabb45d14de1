//! Phrases that hold the keys of a wallet (BIP 39): twelve to twenty-four words of a list of 2048, the last of which checks
//! the others.

use super::{Scan, layer::BETWEEN};
use crate::format::lanes::EIGHT;
use bip39::{Language, Mnemonic};
use foldhash::fast::FixedState;
use std::{collections::HashMap, ops::Range, sync::LazyLock};

/// How many words a phrase may have, most first.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// Twelve words, the least, take so many bytes or more.
const SHORTEST: usize = 47;
/// The most characters between two words.
const MOST_BETWEEN: usize = 12;
/// A label ends within so many characters of its line.
const LABEL: usize = 80;
/// Phrases of fewer different words are examples of the standard, `abandon` eleven times and `about`.
const DISTINCT: usize = 5;

/// The phrase found last: where it ends, and the line it begins in, which has no other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    until: usize,
    line: Option<usize>,
}

impl Scan<'_> {
    /// Looks where a phrase may begin in these rows: at the beginning of a line and behind its label.
    pub(super) fn seeds(&mut self, rows: Range<usize>, seen: &mut Seen) {
        let Some(id) = self.detectors.scanner.seed_phrase.filter(|_| self.text.len() >= SHORTEST) else { return };
        let planes = self.planes;
        planes.each_phrase(rows.start / EIGHT..rows.end.div_ceil(EIGHT), |from| {
            if from < seen.until || !self.may_be_phrase(from) {
                return;
            }
            let far = from.saturating_sub(LABEL + 1);
            let Some(line) = planes.newlines.last(far, from).map(|at| at + 1).or((far == 0).then_some(0)) else { return };
            let is_behind_label = || {
                let head = &self.text[line..(line + LABEL).min(self.text.len())];
                let end = line + memchr::memchr(b'\n', head).unwrap_or(head.len());
                planes.labels.last(line, end).map(|at| at + 1) == Some(from)
            };
            if seen.line == Some(line) || line != from && !is_behind_label() {
                return;
            }
            if let Some((start, stop, words)) = self.phrase_from(from) {
                self.scratch.clear();
                self.scratch.extend_from_slice(words.join(" ").as_bytes());
                let mut distinct = words;
                distinct.sort_unstable();
                distinct.dedup();
                self.keep(id, start, stop, 12.0, distinct.len() < DISTINCT);
                *seen = Seen { until: stop, line: Some(line) };
            }
        });
    }

    /// Whether words of a phrase's lengths may begin here, behind what may stand between them. The first twelve take 47 bytes or more: of the words that begin
    /// in the first 44 all end within the 64 looked at, or are too long.
    #[inline]
    fn may_be_phrase(&self, from: usize) -> bool {
        let planes = self.planes;
        let gap = planes.letters(from).trailing_zeros();
        if gap > MOST_BETWEEN as u32 {
            return false;
        }
        let letters = planes.letters(from + gap as usize);
        let two = letters & letters >> 1;
        let four = two & two >> 2;
        let (three, nine) = (two & letters >> 2, four & four >> 4 & letters >> 8);
        let begin = letters & !(letters << 1);
        (begin & !three | nine) & ((1 << 44) - 1) == 0
    }

    /// The phrase whose first word is the first at or behind `from`: where it begins and ends, and its words.
    fn phrase_from(&self, from: usize) -> Option<(usize, usize, Vec<&'static str>)> {
        let list = Language::English.word_list();
        let (mut words, mut ends, mut start, mut at) = (Vec::new(), Vec::new(), from, from);
        while words.len() < LENGTHS[0] {
            // Between words: blanks, commas, quotes, the numbers of a list; a dozen of them at most.
            let gap = self.text[at..].iter().take(MOST_BETWEEN).take_while(|byte| is_between(**byte)).count();
            let word = at + gap;
            let length = self.text[word..].iter().take(9).take_while(|byte| byte.is_ascii_alphabetic()).count();
            let Some(known) = known_word(&self.text[word..word + length]) else { break };
            if words.is_empty() {
                start = word;
            }
            words.push(*list.get(usize::from(known))?);
            at = word + length;
            ends.push(at);
        }
        let fits = |count: &usize| {
            words.get(..*count).is_some_and(|words| Mnemonic::parse_in_normalized(Language::English, &words.join(" ")).is_ok())
        };
        let count = LENGTHS.into_iter().find(fits)?;
        words.truncate(count);
        Some((start, *ends.get(count - 1)?, words))
    }
}

/// Places in the list by the first four letters, which no two words share (BIP 39, "Wordlist").
static PLACES: LazyLock<HashMap<[u8; 4], u16, FixedState>> = LazyLock::new(|| {
    let words = Language::English.word_list().iter().zip(0..);
    words.map(|(word, place)| (first_four(word.as_bytes()), place)).collect()
});

/// The first four letters in lower case, zeros behind a shorter word.
fn first_four(word: &[u8]) -> [u8; 4] {
    std::array::from_fn(|at| word.get(at).map_or(0, u8::to_ascii_lowercase))
}

/// The place of a word in the list.
fn known_word(word: &[u8]) -> Option<u16> {
    let place = *PLACES.get(&first_four(word))?;
    Language::English.word_list().get(usize::from(place))?.as_bytes().eq_ignore_ascii_case(word).then_some(place)
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_digit() || BETWEEN.contains(&byte)
}

#[cfg(test)]
mod tests {
    use crate::{detect::Detectors, format::TextKind};
    use bip39::Mnemonic;

    /// A phrase of so much entropy, made of a seed.
    fn phrase(bytes: usize, seed: u8) -> String {
        let entropy: Vec<u8> = (0..bytes).map(|at| (at as u8).wrapping_mul(73).wrapping_add(seed)).collect();
        Mnemonic::from_entropy(&entropy).expect("a right length").words().collect::<Vec<_>>().join(" ")
    }

    fn found(text: &str) -> Vec<(String, String, bool)> {
        let detectors = Detectors::builtin().expect("our own files");
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
        found
            .iter()
            .map(|one| (detectors.get(one.detector).id.clone(), text[one.start..one.start + one.length].to_owned(), one.test_value))
            .collect()
    }

    #[test]
    fn phrases_whose_last_word_checks_are_found_however_they_are_laid_out() {
        for bytes in [16, 20, 24, 28, 32] {
            let phrase = phrase(bytes, 11);
            let list = phrase.split(' ').collect::<Vec<_>>();
            let numbered = list.iter().enumerate().map(|(at, word)| format!("{}. {word}\n", at + 1)).collect::<String>();
            let layouts = [
                format!("{phrase}\n"),
                format!("Recovery phrase: {phrase}\n"),
                numbered,
                format!("{{\"words\": [\"{}\"]}}", list.join("\", \"")),
            ];
            for text in layouts {
                let found = found(&text);
                assert!(found.len() == 1 && found[0].0 == "key_seed_phrase" && !found[0].2, "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn words_that_do_not_check_are_none_and_the_standard_s_example_is_a_test_value() {
        let right = phrase(16, 11);
        let mut words = right.split(' ').collect::<Vec<_>>();
        words.swap(0, 5);
        let turned = words.join(" ");
        assert!(bip39::Mnemonic::parse_in_normalized(bip39::Language::English, &turned).is_err());
        assert_eq!(found(&turned), []);
        assert_eq!(found("the quick brown fox jumps over the lazy dog and then goes home again\n"), []);
        let example = format!("{}about", "abandon ".repeat(11));
        assert!(found(&example).iter().all(|(_, _, test)| *test));
        assert_eq!(found(&example).len(), 1);
    }
}
