//! Files of named lists of words (`patterns/lexicons/*-words.toml`), folded as the text is when it is looked up.

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
