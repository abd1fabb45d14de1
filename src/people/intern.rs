//! Things met before, and the numbers they were given.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

type Hashing = foldhash::fast::FixedState;

/// What lies in a table.
pub(super) trait Entry: Copy {
    /// Where nothing lies.
    const FREE: Self;

    /// Whether nothing lies here.
    fn is_free(&self) -> bool;

    /// Where it is looked for; spread over all bits.
    fn hash(&self) -> u64;
}

/// A table whose entries lie in their places, so that most are found with one look at memory, and none has to be waited for
/// before the next is looked at. In parts, which grow one after the other: one that grows as a whole is there twice for a while.
#[derive(Clone, Debug)]
pub(super) struct Table<T>(Vec<Part<T>>);

#[derive(Clone, Debug)]
struct Part<T> {
    places: Vec<T>,
    used: usize,
}

/// A power of two.
const PARTS: usize = 64;

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table((0..PARTS).map(|_| Part { places: Vec::new(), used: 0 }).collect())
    }
}

impl<T: Entry> Table<T> {
    fn part(hash: u64) -> usize {
        hash as usize % PARTS
    }

    /// What lies there, or `None` where `new` was put.
    pub(super) fn find_or(&mut self, hash: u64, is: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> Option<T> {
        let part = &mut self.0[Table::<T>::part(hash)];
        if part.used >= part.places.len() / 4 * 3 {
            part.grow();
        }
        let mut at = part.start(hash);
        loop {
            let entry = &mut part.places[at];
            if entry.is_free() {
                *entry = new();
                part.used += 1;
                return None;
            }
            if is(entry) {
                return Some(*entry);
            }
            at += 1;
            if at == part.places.len() {
                at = 0;
            }
        }
    }

    /// Brings what will be asked for next into the processor's cache. What comes back means nothing.
    #[inline]
    pub(super) fn foresee(&self, hash: u64) -> u32 {
        let part = self.0.get(Table::<T>::part(hash));
        u32::from(part.and_then(|part| part.places.get(part.start(hash))).is_some_and(T::is_free))
    }
}

impl<T: Entry> Part<T> {
    #[inline]
    fn start(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.places.len() as u128) >> 64) as usize
    }

    /// The places an entry may lie in: the first that is its own or free.
    fn from(&self, hash: u64) -> impl Iterator<Item = usize> + use<T> {
        let (start, all) = (self.start(hash), self.places.len());
        (start..all).chain(0..start)
    }

    fn grow(&mut self) {
        let more = vec![T::FREE; (self.places.len() / 2 * 3).max(16)];
        for entry in std::mem::replace(&mut self.places, more).into_iter().filter(|entry| !entry.is_free()) {
            if let Some(at) = self.from(entry.hash()).find(|at| self.places[*at].is_free()) {
                self.places[at] = entry;
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

impl Entry for Slot {
    const FREE: Slot = Slot { hash: 0, at: u32::MAX };

    #[inline]
    fn is_free(&self) -> bool {
        self.at == u32::MAX
    }

    #[inline]
    fn hash(&self) -> u64 {
        Slot::spread(self.hash)
    }
}

impl Slot {
    /// The half, spread over all bits.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// Numbers of things that are kept elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Index {
    table: Table<Slot>,
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
        self.table.find_or(Slot::spread(hash), is, || Slot { hash, at: new }).map(|slot| slot.at)
    }
}

/// What stands for a text: 96 bits of its hash under a key of this run, so that nobody can make two texts of one hash, and of a thousand
/// million none are by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub(super) struct Print {
    low: u64,
    high: u32,
}

/// Texts met before, each with the number it was given.
#[derive(Debug)]
pub(super) struct Texts {
    table: Table<Known>,
    key: (u64, u64),
}

#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))] // 16 bytes, not 24
struct Known {
    print: Print,
    number: u32,
}

impl Entry for Known {
    /// No text has this hash, as none has that of another.
    const FREE: Known = Known { print: Print { low: 0, high: 0 }, number: 0 };

    #[inline]
    fn is_free(&self) -> bool {
        { self.print }.low | u64::from({ self.print }.high) == 0
    }

    #[inline]
    fn hash(&self) -> u64 {
        { self.print }.low
    }
}

impl Default for Texts {
    fn default() -> Texts {
        let random = || RandomState::new().hash_one(0);
        Texts { table: Table::default(), key: (random(), random()) }
    }
}

impl Texts {
    /// What stands for a text.
    pub(super) fn print(&self, text: &str) -> Print {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        hasher.write(text.as_bytes());
        let hash = hasher.finish128();
        Print { low: hash.h1, high: hash.h2 as u32 }
    }

    /// The number of this text; what `number` gives, if it is new.
    pub(super) fn number(&mut self, print: Print, number: impl FnOnce() -> u32) -> u32 {
        let mut given = None;
        let known = self.table.find_or(print.low, |known| { known.print } == print, || Known { print, number: *given.insert(number()) });
        given.or(known.map(|known| known.number)).unwrap_or_default()
    }

    /// Brings what will be asked for next into the processor's cache.
    pub(super) fn foresee(&self, print: Print) -> u32 {
        self.table.foresee(print.low)
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
                prop_assert_eq!(interned.number(print, || at as u32), expected);
            }
        }
    }

    #[test]
    fn tables_grow_and_lose_nothing() {
        let (mut texts, mut index) = (Texts::default(), Index::default());
        for round in 0..2 {
            for number in 0..20_000u32 {
                let print = texts.print(&number.to_string());
                assert_eq!(texts.number(print, || number + round), number);
                assert_eq!(index.find_or(&number, number, |at| at == number), (round > 0).then_some(number));
            }
        }
    }
}
