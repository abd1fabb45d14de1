//! Files of named lists of words (`patterns/lexicons/*-words.toml`), folded as the text is when it is looked up.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// The lists of one file, by name.
pub(super) struct WordLists(HashMap<String, Vec<String>>);

impl WordLists {
    /// Reads a file.
    pub(super) fn parse(text: &str) -> Result<WordLists, toml::de::Error> {
        toml::from_str(text).map(WordLists)
    }

    /// The words of a list, which is gone afterwards; none when the file has no such list.
    pub(super) fn take(&mut self, name: &str) -> impl Iterator<Item = Vec<u8>> + use<> {
        self.0.remove(name).unwrap_or_default().into_iter().map(String::into_bytes)
    }
}

/// What folded words are, one bit each.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    listed: HashMap<Vec<u8>, u16, FixedState>,
    filter: Filter,
}

impl Kinds {
    pub(super) fn add(&mut self, word: Vec<u8>, bit: u16) {
        self.filter.add(&word);
        *self.listed.entry(word).or_default() |= bit;
    }

    /// What a word is; 0 when it is in no list.
    #[inline]
    pub(super) fn get(&self, word: &[u8]) -> u16 {
        if !self.filter.may_have(word) {
            return 0;
        }
        self.listed.get(word).copied().unwrap_or_default()
    }
}

/// Which words may be in a list. Most words of a text are in none: how one begins and ends, and its length, tell nearly always,
/// without a hash of all of it.
#[derive(Debug)]
pub(super) struct Filter(Box<[u64; 1 << (FILTER_BITS - 6)]>);

const FILTER_BITS: u32 = 15;

impl Default for Filter {
    fn default() -> Filter {
        Filter(Box::new([0; 1 << (FILTER_BITS - 6)]))
    }
}

impl Filter {
    pub(super) fn add(&mut self, word: &[u8]) {
        let (at, mask) = place(word);
        self.0[at] |= mask;
    }

    #[inline]
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        let (at, mask) = place(word);
        self.0[at] & mask != 0
    }
}

/// Where the bit of a word is.
#[inline]
fn place(word: &[u8]) -> (usize, u64) {
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let (first, last) = match (word.first_chunk(), word.last_chunk(), word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last), ..) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        (_, _, Some(first), Some(last)) => (four(first), four(last)),
        _ => (word.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), 0),
    };
    let mixed = (first ^ (word.len() as u64) << 58).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ last.wrapping_mul(0xd6e8_feb8_6659_fd93);
    let hash = (mixed ^ mixed >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS);
    (hash as usize / 64, 1 << (hash % 64))
}

/// Holds that a file has so many lists, none of them empty, all words folded.
#[cfg(test)]
pub(super) fn are_folded(text: &str, count: usize) {
    let WordLists(lists) = WordLists::parse(text).expect("a readable file");
    assert_eq!(lists.len(), count);
    for (name, words) in &lists {
        assert!(!words.is_empty(), "{name}");
        for word in words {
            assert_eq!(*word, crate::detect::fold::fold(word), "{name}");
        }
    }
}
