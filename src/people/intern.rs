//! Things met before, and the numbers they were given.

use hashbrown::HashTable;
use std::hash::BuildHasher;

type Hashing = foldhash::fast::FixedState;

/// Where something known lies, with its hash at hand for when the table grows.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Half of it: the table is a third of the memory of a million records, and what looks equal is compared anyway.
    hash: u32,
    at: u32,
}

impl Slot {
    /// Where the table looks: the half, spread over all bits.
    fn place(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// Numbers of things that are kept elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Index {
    table: HashTable<Slot>,
    hashing: Hashing,
}

impl Index {
    /// Finds the place of an equal thing, or takes `new` for it. `is(place)` tells whether what lies there is equal.
    pub(crate) fn find_or<T: std::hash::Hash + ?Sized>(&mut self, thing: &T, new: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.find_hashed_or(self.hashing.hash_one(thing), new, is)
    }

    /// The same for a thing whose hash is known.
    pub(super) fn find_hashed_or(&mut self, hash: u64, new: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = (hash >> 32) as u32;
        match self.table.entry(Slot::place(hash), |slot| slot.hash == hash && is(slot.at), |slot| Slot::place(slot.hash)) {
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
    /// Where each text ends.
    ends: Vec<usize>,
    numbers: Vec<u32>,
}

impl Texts {
    /// The number of this text; what `number` gives, if it is new.
    pub(super) fn number(&mut self, text: &str, number: impl FnOnce() -> u32) -> u32 {
        let (ends, all) = (&self.ends, &self.text);
        let start = |at: usize| at.checked_sub(1).map_or(0, |before| ends[before]);
        let is = |at: u32| all.get(start(at as usize)..ends[at as usize]) == Some(text);
        if let Some(known) = self.index.find_or(text, ends.len() as u32, is) {
            return self.numbers[known as usize];
        }
        let number = number();
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.numbers.push(number);
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
