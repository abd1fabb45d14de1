//! What is known of the values behind keys: the digits of numbers, the places that telephones suggest.

use super::{
    intern::Parts,
    place::Jurisdiction,
    record::{Map, Number},
};

/// Clear digits of numbers, by key value, for comparison. Never printed.
#[derive(Debug, Default)]
pub struct Numbers {
    table: Parts<(u64, Digits)>,
    /// Those that are more than digits.
    others: Map<u64, Number>,
}

/// Up to fifteen digits, four bits each, the first lowest; above them how many they are.
type Digits = u64;

const MOST: usize = 15;

fn pack(text: &str) -> Option<Digits> {
    let fits = text.len() <= MOST && text.bytes().all(|byte| byte.is_ascii_digit());
    let count = (text.len() as u64) << (4 * MOST);
    fits.then(|| text.bytes().enumerate().fold(count, |digits, (at, byte)| digits | u64::from(byte - b'0') << (4 * at)))
}

fn unpack(digits: Digits) -> Number {
    let mut text = [0; MOST];
    text.iter_mut().enumerate().for_each(|(at, byte)| *byte = b'0' + (digits >> (4 * at) & 15) as u8);
    let text = text.get(..(digits >> (4 * MOST)) as usize).unwrap_or_default();
    std::str::from_utf8(text).ok().and_then(Number::fit).unwrap_or_default()
}

impl Numbers {
    /// Keeps a number to compare by; longer ones are no number that anybody types.
    pub(super) fn note(&mut self, key: u64, text: &str) {
        if let Some(digits) = pack(text) {
            self.table.find_or(key, |known| known.0 == key, |known| known.0, || (key, digits));
        } else if let Some(number) = Number::fit(text) {
            self.others.entry(key).or_insert(number);
        }
    }

    /// Brings what will be asked for next into the processor's cache.
    pub(super) fn foresee(&self, key: u64) -> bool {
        self.table.find(key, |known| known.0 == key).is_some()
    }

    /// The number behind a key.
    pub fn get(&self, key: u64) -> Option<Number> {
        let known = self.table.find(key, |known| known.0 == key);
        known.map(|(_, digits)| unpack(digits)).or_else(|| self.others.get(&key).copied())
    }
}

/// Places that telephones suggest, by key value.
#[derive(Debug, Default)]
pub struct Places {
    table: Parts<Known>,
    places: Vec<Jurisdiction>,
}

#[derive(Clone, Copy, Debug)]
#[repr(C, packed(2))] // ten bytes, not sixteen
struct Known {
    key: u64,
    /// In `places`, or [`NOWHERE`].
    place: u16,
}

const NOWHERE: u16 = u16::MAX;

impl Places {
    /// Keeps the place of a telephone not met before.
    pub(super) fn note(&mut self, key: u64, place: impl FnOnce() -> Option<Jurisdiction>) {
        let places = &mut self.places;
        let number = || {
            let Some(place) = place() else { return NOWHERE };
            let known = places.iter().position(|known| *known == place).unwrap_or_else(|| {
                places.push(place);
                places.len() - 1
            });
            u16::try_from(known).unwrap_or(NOWHERE)
        };
        self.table.find_or(key, |known| { known.key } == key, |known| known.key, || Known { key, place: number() });
    }

    /// The place of a telephone.
    pub fn get(&self, key: u64) -> Option<Jurisdiction> {
        let known = self.table.find(key, |known| { known.key } == key)?;
        self.places.get(usize::from(known.place)).copied()
    }

    /// Brings what will be asked for next into the processor's cache.
    pub(super) fn foresee(&self, key: u64) -> bool {
        self.table.find(key, |known| { known.key } == key).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_out_as_they_went_in(texts in prop::collection::vec("[0-9]{0,17}|[A-Z0-9-]{0,25}", 0..40)) {
            let mut numbers = Numbers::default();
            texts.iter().enumerate().for_each(|(key, text)| numbers.note(key as u64, text));
            for (key, text) in texts.iter().enumerate() {
                prop_assert_eq!(numbers.get(key as u64), Number::fit(text));
            }
        }
    }

    #[test]
    fn a_telephone_keeps_the_place_it_was_first_given() {
        let mut places = Places::default();
        let place = Jurisdiction::fit("US-IL");
        for (key, found) in [(7, place), (7, None), (8, None), (8, place)] {
            places.note(key, || found);
        }
        assert_eq!([7, 8, 9].map(|key| places.get(key)), [place, None, None]);
    }
}
