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

/// What folded words are, one bit each. Most words of a text are in no list: how one begins and ends, and its length, tell
/// nearly always, without a hash of all of it.
#[derive(Debug)]
pub(super) struct Kinds {
    listed: HashMap<Vec<u8>, u16, FixedState>,
    filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
}

const FILTER_BITS: u32 = 14;

impl Default for Kinds {
    fn default() -> Kinds {
        Kinds { listed: HashMap::default(), filter: Box::new([0; 1 << (FILTER_BITS - 6)]) }
    }
}

impl Kinds {
    pub(super) fn add(&mut self, word: Vec<u8>, bit: u16) {
        let (at, mask) = place(&word);
        self.filter[at] |= mask;
        *self.listed.entry(word).or_default() |= bit;
    }

    /// What a word is; 0 when it is in no list.
    #[inline]
    pub(super) fn get(&self, word: &[u8]) -> u16 {
        let (at, mask) = place(word);
        if self.filter[at] & mask == 0 {
            return 0;
        }
        self.listed.get(word).copied().unwrap_or_default()
    }
}

/// Where the bit of a word is.
#[inline]
fn place(word: &[u8]) -> (usize, u64) {
    let byte = |at: usize| u32::from(word.get(at).copied().unwrap_or(0));
    let last = word.last().copied().unwrap_or(0);
    let mixed = byte(0) | byte(1) << 8 | byte(2) << 16 | u32::from(last) << 24;
    let hash = (mixed ^ (word.len() as u32) << 20).wrapping_mul(0x9e37_79b1) >> (32 - FILTER_BITS);
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
