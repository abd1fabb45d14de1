//! Word lists, compiled to one small table each: a hash of the word and its flags.
//!
//! A table tells a word that is not in it apart with an error below one in 30,000, which is
//! far below the error of the lists themselves.

use std::{hash::Hasher, sync::LazyLock};

/// What a word is known as; one bit each.
pub(super) mod flag {
    /// A given name that is common somewhere.
    pub(in crate::detect) const GIVEN: u8 = 1;
    /// A given name that is rare.
    pub(in crate::detect) const RARE_GIVEN: u8 = 2;
    /// A surname that is common somewhere.
    pub(in crate::detect) const SURNAME: u8 = 4;
    /// A surname that is rare.
    pub(in crate::detect) const RARE_SURNAME: u8 = 8;
    /// Also a word of English, written in lower case.
    pub(in crate::detect) const WORD: u8 = 16;
    pub(in crate::detect) const FEMALE: u8 = 32;
    pub(in crate::detect) const MALE: u8 = 64;
    /// Only a word, no name.
    pub(in crate::detect) const PLAIN: u8 = 128;
}

/// A set of words with flags.
pub(super) struct Lexicon {
    /// Upper 24 bits: fingerprint; lower 8: flags, never 0 for a word that is there.
    slots: Vec<u32>,
}

impl Lexicon {
    fn with_capacity(words: usize) -> Lexicon {
        Lexicon { slots: vec![0; (words * 2).next_power_of_two().max(64)] }
    }

    fn insert(&mut self, word: &[u8], flags: u8) {
        let (mut at, print) = self.place(word);
        while self.slots[at] != 0 && self.slots[at] >> 8 != print {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] |= print << 8 | u32::from(flags);
    }

    /// The flags of a folded word; 0 when it is not in the list.
    pub(super) fn get(&self, word: &[u8]) -> u8 {
        let (mut at, print) = self.place(word);
        loop {
            match self.slots[at] {
                0 => return 0,
                slot if slot >> 8 == print => return slot as u8,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn place(&self, word: &[u8]) -> (usize, u32) {
        let mut hasher = Mix(0);
        hasher.write(word);
        let hash = hasher.finish();
        (hash as usize & (self.slots.len() - 1), (hash >> 40) as u32)
    }
}

/// A quick hash of short words (multiply and rotate by eight bytes at a time).
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        self.0 ^= bytes.len() as u64;
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ mixed >> 32
    }
}

/// Given names and surnames of many countries, and English words that are neither.
pub(super) fn names() -> &'static Lexicon {
    static NAMES: LazyLock<Lexicon> = LazyLock::new(|| {
        let mut lexicon = Lexicon::with_capacity(200_000);
        for line in lines(include_str!("../../patterns/lexicons/names.tsv")) {
            let line = line.as_bytes();
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
            let flags = line[tab + 1..].iter().fold(0, |flags, letter| {
                flags
                    | match letter {
                        b'G' => flag::GIVEN,
                        b'g' => flag::RARE_GIVEN,
                        b'S' => flag::SURNAME,
                        b's' => flag::RARE_SURNAME,
                        b'w' => flag::WORD,
                        b'f' => flag::FEMALE,
                        b'm' => flag::MALE,
                        _ => 0,
                    }
            });
            lexicon.insert(&line[..tab], flags);
        }
        for word in lines(include_str!("../../patterns/lexicons/words.txt")) {
            lexicon.insert(word.as_bytes(), flag::PLAIN);
        }
        lexicon
    });
    &NAMES
}

/// Names of towns.
pub(super) fn cities() -> &'static Lexicon {
    static CITIES: LazyLock<Lexicon> = LazyLock::new(|| {
        let mut lexicon = Lexicon::with_capacity(60_000);
        for line in lines(include_str!("../../patterns/lexicons/cities.tsv")) {
            lexicon.insert(line.split('\t').next().unwrap_or(line).as_bytes(), 1);
        }
        lexicon
    });
    &CITIES
}

/// Whether a folded word is a given name somewhere.
pub fn is_given_name(word: &str) -> bool {
    names().get(word.as_bytes()) & (flag::GIVEN | flag::RARE_GIVEN) != 0
}

/// Whether a folded word is a surname somewhere.
pub fn is_surname(word: &str) -> bool {
    names().get(word.as_bytes()) & (flag::SURNAME | flag::RARE_SURNAME) != 0
}

/// Reads the big lists, which nearly every leak asks for, on a thread of its own while something else is done.
pub fn read_ahead() {
    std::thread::spawn(|| (names(), cities()));
}

/// The lines of a list that are not comments.
pub(super) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = text;
    let lines = std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest.as_bytes()).or((!rest.is_empty()).then_some(rest.len()))?;
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    });
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_told_apart() {
        let names = names();
        assert_ne!(names.get(b"jane") & flag::GIVEN, 0);
        assert_ne!(names.get(b"smith") & flag::SURNAME, 0);
        assert_ne!(names.get(b"will") & flag::WORD, 0);
        assert_eq!(names.get(b"annual"), flag::PLAIN);
        assert_eq!(names.get(b"qwrtzpx"), 0);
    }
}
