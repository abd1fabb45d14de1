//! Words of postal addresses (`patterns/lexicons/address-words.toml`).

use super::word_lists::{Kinds, WordLists};
use aho_corasick::AhoCorasick;
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::LazyLock};

/// What a word is in an address; one bit each.
pub(super) mod kind {
    /// Behind the name of a street, before it, before it and of other uses too.
    pub(in crate::detect::text) const BEHIND: u16 = 1;
    pub(in crate::detect::text) const BEFORE: u16 = 1 << 1;
    pub(in crate::detect::text) const WEAK: u16 = 1 << 2;
    /// Street words that stand in lower case.
    pub(in crate::detect::text) const LOWER: u16 = 1 << 3;
    pub(in crate::detect::text) const UNIT: u16 = 1 << 4;
    pub(in crate::detect::text) const BOX: u16 = 1 << 5;
    pub(in crate::detect::text) const FORCES: u16 = 1 << 6;
    pub(in crate::detect::text) const PARTICLE: u16 = 1 << 7;
    /// The ending alone makes it a street, perhaps.
    pub(in crate::detect::text) const COMPOUND: u16 = 1 << 8;
    pub(in crate::detect::text) const PERHAPS: u16 = 1 << 9;
    /// Behind the name and before the number: `Mariahilfer Straße 12`.
    pub(in crate::detect::text) const NUMBERED: u16 = 1 << 10;
}

/// The lists of `patterns/lexicons/address-words.toml`.
#[derive(Debug, Default)]
pub(super) struct AddressWords {
    kinds: Kinds,
    /// By their last byte.
    endings: HashMap<u8, Vec<(Vec<u8>, u16)>, FixedState>,
    /// Words of the text before an address that speak for one.
    leads: Option<AhoCorasick>,
}

impl AddressWords {
    fn parse(text: &str) -> Result<AddressWords, toml::de::Error> {
        let mut lists = WordLists::parse(text)?;
        let mut words = AddressWords::default();
        for (name, bit) in [
            ("behind", kind::BEHIND),
            ("before", kind::BEFORE),
            ("before_weak", kind::WEAK),
            ("lower", kind::LOWER),
            ("units", kind::UNIT),
            ("boxes", kind::BOX),
            ("forces", kind::FORCES),
            ("particles", kind::PARTICLE),
            ("numbered", kind::NUMBERED),
        ] {
            lists.take(name).for_each(|word| words.kinds.add(word, bit));
        }
        for (name, bit) in [("endings", kind::COMPOUND), ("endings_weak", kind::PERHAPS)] {
            for ending in lists.take(name) {
                words.endings.entry(ending.last().copied().unwrap_or_default()).or_default().push((ending, bit));
            }
        }
        // Short words all: no automaton of them is refused.
        words.leads = AhoCorasick::new(lists.take("leads")).ok();
        Ok(words)
    }

    /// Whether words that speak for an address stand in the folded text before one.
    pub(super) fn is_lead(&self, before: &[u8]) -> bool {
        let is_whole = |lead: aho_corasick::Match| !before.get(lead.end()).is_some_and(u8::is_ascii_alphabetic);
        self.leads.as_ref().is_some_and(|leads| leads.find_overlapping_iter(before).any(is_whole))
    }

    /// What a folded word is.
    pub(super) fn kinds(&self, folded: &[u8]) -> u16 {
        let listed = self.kinds.get(folded);
        if listed != 0 || folded.len() < 7 {
            return listed;
        }
        let compound = |(ending, _): &&(Vec<u8>, u16)| folded.len() >= ending.len() + 3 && folded.ends_with(ending);
        let endings = folded.last().and_then(|last| self.endings.get(last));
        endings.and_then(|endings| endings.iter().find(compound)).map_or(0, |(_, bit)| *bit)
    }
}

const WORDS_FILE: &str = include_str!("../../../patterns/lexicons/address-words.toml");

pub(super) fn address_words() -> &'static AddressWords {
    // The test below holds that the file can be read.
    static WORDS: LazyLock<AddressWords> = LazyLock::new(|| AddressWords::parse(WORDS_FILE).unwrap_or_default());
    &WORDS
}

#[cfg(test)]
mod tests {
    use super::{super::word_lists::are_folded, *};

    #[test]
    fn the_word_lists_can_be_read_and_are_folded() {
        are_folded(WORDS_FILE, 12);
        assert!(AddressWords::parse(WORDS_FILE).is_ok());
    }
}
