//! Things met before, and the numbers they were given.

use hashbrown::{HashTable, hash_table::Entry};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

type Hashing = foldhash::fast::FixedState;

/// A table in parts, which grow one after the other: one that grows as a whole is there twice for a while.
#[derive(Clone, Debug)]
pub(super) struct Parts<T>(Vec<HashTable<T>>);

/// A power of two.
const PARTS: usize = 64;

impl<T> Default for Parts<T> {
    fn default() -> Parts<T> {
        Parts((0..PARTS).map(|_| HashTable::new()).collect())
    }
}

impl<T: Copy> Parts<T> {
    /// The part for a hash, by bits that the tables of hashbrown look at last.
    fn part(hash: u64) -> usize {
        (hash >> 40) as usize % PARTS
    }

    /// What lies under a hash and is the right one.
    pub(super) fn find(&self, hash: u64, is: impl FnMut(&T) -> bool) -> Option<T> {
        self.0.get(Parts::<T>::part(hash))?.find(hash, is).copied()
    }

    /// What lies there, or `None` where `new` was put.
    pub(super) fn find_or(
        &mut self,
        hash: u64,
        is: impl FnMut(&T) -> bool,
        rehash: impl Fn(&T) -> u64,
        new: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.0[Parts::<T>::part(hash)].entry(hash, is, rehash) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(free) => {
                free.insert(new());
                None
            }
        }
    }
}

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
    table: Parts<Slot>,
    hashing: Hashing,
}

impl Index {
    /// Finds the place of an equal thing, or takes `new` for it. `is(place)` tells whether what lies there is equal.
    pub(crate) fn find_or<T: Hash + ?Sized>(&mut self, thing: &T, new: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.find_hashed_or(self.hashing.hash_one(thing), new, is)
    }

    /// The same for a thing whose hash is known.
    pub(super) fn find_hashed_or(&mut self, hash: u64, new: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = (hash >> 32) as u32;
        let is = |slot: &Slot| slot.hash == hash && is(slot.at);
        self.table.find_or(Slot::place(hash), is, |slot| Slot::place(slot.hash), || Slot { hash, at: new }).map(|slot| slot.at)
    }

    /// Brings what will be asked for next into the processor's cache.
    pub(super) fn foresee(&self, hash: u64) -> bool {
        let hash = (hash >> 32) as u32;
        self.table.find(Slot::place(hash), |slot| slot.hash == hash).is_some()
    }
}

/// What stands for a text: its 128-bit hash under a key of this run, so that nobody can make two texts of one hash, and none are by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    low: u64,
    high: u64,
}

/// Texts met before, each with the number it was given.
#[derive(Debug)]
pub(super) struct Texts {
    table: Parts<Known>,
    key: (u64, u64),
}

#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))] // 20 bytes, not 32
struct Known {
    print: Print,
    number: u32,
}

impl Default for Texts {
    fn default() -> Texts {
        let random = || RandomState::new().hash_one(0);
        Texts { table: Parts::default(), key: (random(), random()) }
    }
}

impl Texts {
    /// What stands for a text.
    pub(super) fn print(&self, text: &str) -> Print {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        hasher.write(text.as_bytes());
        let hash = hasher.finish128();
        Print { low: hash.h1, high: hash.h2 }
    }

    /// The number of this text; what `number` gives, if it is new.
    pub(super) fn number(&mut self, print: Print, number: impl FnOnce() -> u32) -> u32 {
        let mut given = None;
        let known = self.table.find_or(
            print.low,
            |known| { known.print } == print,
            |known| { known.print }.low,
            || Known { print, number: *given.insert(number()) },
        );
        given.or(known.map(|known| known.number)).unwrap_or_default()
    }

    /// Brings what will be asked for next into the processor's cache.
    pub(super) fn foresee(&self, print: Print) -> bool {
        self.table.find(print.low, |known| { known.print } == print).is_some()
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
                let print = interned.print(text);
                prop_assert_eq!(interned.foresee(print), expected != at as u32);
                prop_assert_eq!(interned.number(print, || at as u32), expected);
            }
        }
    }
}
