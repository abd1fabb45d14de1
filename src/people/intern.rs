//! Things met before, and the numbers they were given.

use hashbrown::HashTable;
use std::hash::BuildHasher;

type Hashing = foldhash::fast::FixedState;

/// Where something known lies, with its hash at hand for when the table grows.
#[derive(Clone, Copy)]
struct Slot {
    hash: u64,
    at: u32,
}

/// Numbers of things that are kept elsewhere.
#[derive(Default)]
pub(super) struct Index {
    table: HashTable<Slot>,
    hashing: Hashing,
}

impl Index {
    /// Finds the place of an equal thing, or takes `new` for it. `is(place)` tells whether what lies there is equal.
    pub(super) fn find_or<T: std::hash::Hash + ?Sized>(&mut self, thing: &T, new: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = self.hashing.hash_one(thing);
        match self.table.entry(hash, |slot| slot.hash == hash && is(slot.at), |slot| slot.hash) {
            hashbrown::hash_table::Entry::Occupied(known) => Some(known.get().at),
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert(Slot { hash, at: new });
                None
            }
        }
    }
}

/// Texts, one behind the other in one piece of memory, each with the number it was given.
#[derive(Default)]
pub(super) struct Texts {
    index: Index,
    text: String,
    entries: Vec<Entry>,
}

struct Entry {
    start: usize,
    length: usize,
    number: u32,
}

impl Texts {
    /// The number of this text; what `number` gives, if it is new.
    pub(super) fn number(&mut self, text: &str, number: impl FnOnce() -> u32) -> u32 {
        let (entries, all) = (&self.entries, &self.text);
        let is = |at: u32| entries.get(at as usize).is_some_and(|entry| all.get(entry.start..entry.start + entry.length) == Some(text));
        if let Some(known) = self.index.find_or(text, entries.len() as u32, is) {
            return self.entries[known as usize].number;
        }
        let number = number();
        self.entries.push(Entry { start: self.text.len(), length: text.len(), number });
        self.text.push_str(text);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_keeps_the_number_it_was_first_given(texts in prop::collection::vec("[ab]{0,5}", 0..200)) {
            let (mut interned, mut plain) = (Texts::default(), std::collections::HashMap::new());
            for (at, text) in texts.iter().enumerate() {
                let expected = *plain.entry(text.clone()).or_insert(at as u32);
                prop_assert_eq!(interned.number(text, || at as u32), expected);
            }
        }
    }
}
