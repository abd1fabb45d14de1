//! What is known of the values behind keys: the digits of numbers, the places that telephones suggest.

use super::{
    lookup::Lookup,
    place::{Jurisdiction, phone_jurisdiction},
    record::{Map, Number},
};

/// Clear digits of numbers, by key value, for comparison. Never printed.
#[derive(Debug, Default)]
pub struct Numbers {
    /// As they are met, by the first bits of the key.
    noted: Vec<Noted>,
    /// All of them, from when they have been [settled](Numbers::settle).
    known: Option<Lookup<Known>>,
    /// Those that are more than digits.
    others: Map<u64, Number>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    key: u64,
    digits: Digits,
}

/// Numbers met in records, each perhaps many times: looking up each whenever it is met costs more than sorting all now and then.
#[derive(Clone, Debug, Default)]
struct Noted {
    all: Vec<Known>,
    /// The first of them are sorted, each once.
    sorted: usize,
}

impl Noted {
    fn add(&mut self, known: Known) {
        if self.all.last().is_some_and(|last| last.key == known.key) {
            return;
        }
        if self.all.len() == self.all.capacity() {
            if self.all.len() >= self.sorted / 2 * 3 {
                self.settle();
            }
            self.all.reserve_exact(self.all.len() / 2 + 16);
        }
        self.all.push(known);
    }

    /// Each once, as it was first met.
    fn settle(&mut self) {
        self.all.sort_by_key(|known| known.key);
        self.all.dedup_by_key(|known| known.key);
        self.sorted = self.all.len();
    }
}

/// A power of two.
const PARTS: usize = 1 << 8;

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
            self.noted.resize(PARTS, Noted::default());
            self.noted[(key >> (u64::BITS - PARTS.ilog2())) as usize].add(Known { key, digits });
        } else if let Some(number) = Number::fit(text) {
            self.others.entry(key).or_insert(number);
        }
    }

    /// Lays those that were noted out for [`Numbers::get`], once all are.
    pub(super) fn settle(&mut self) {
        self.noted.iter_mut().for_each(Noted::settle);
        let mut all = Vec::with_capacity(self.noted.iter().map(|noted| noted.all.len()).sum());
        std::mem::take(&mut self.noted).into_iter().for_each(|noted| all.extend(noted.all));
        self.known = Some(Lookup::new(all, |known| known.key));
    }

    /// The number behind a key.
    pub fn get(&self, key: u64) -> Option<Number> {
        self.digits(key).map(unpack).or_else(|| self.others.get(&key).copied())
    }

    fn digits(&self, key: u64) -> Option<Digits> {
        self.known.as_ref()?.at(key).first().map(|known| known.digits)
    }

    /// Whether two numbers have as many digits, and more than two of them differ: what most numbers are to each other, seen without
    /// writing them out.
    pub(super) fn are_far(&self, a: u64, b: u64) -> bool {
        let (Some(a), Some(b)) = (self.digits(a), self.digits(b)) else { return false };
        let differ = a ^ b;
        let digits = (differ | differ >> 1 | differ >> 2 | differ >> 3) & 0x0111_1111_1111_1111;
        differ >> (4 * MOST) == 0 && digits.count_ones() > 2
    }
}

/// Places that telephones suggest, each with a number.
#[derive(Debug)]
pub struct Places {
    places: Vec<Jurisdiction>,
    /// By the first digits of a telephone number, which are asked about once.
    known: Vec<u16>,
    /// By key value, of records with several telephones.
    several: Map<u64, u16>,
}

/// No place is suggested.
pub(super) const NOWHERE: u16 = u16::MAX;

/// The record has several telephones, whose places are known by their keys.
pub(super) const SEVERAL: u16 = u16::MAX - 1;

/// Nobody has asked yet.
const UNASKED: u16 = u16::MAX - 2;

/// Three digits, of an area of the North American numbering plan or of a country.
const DIGITS: usize = 1000;

impl Default for Places {
    fn default() -> Places {
        Places { places: Vec::new(), known: vec![UNASKED; 2 * DIGITS], several: Map::default() }
    }
}

impl Places {
    /// The number of the place that a telephone number suggests.
    pub(super) fn number(&mut self, e164: &str) -> u16 {
        let (from, first) = match e164.as_bytes() {
            [b'+', b'1', first @ ..] => (0, first),
            [b'+', first @ ..] => (DIGITS, first),
            _ => (0, &[][..]),
        };
        let Some(first) = first.first_chunk::<3>().filter(|first| first.iter().all(u8::is_ascii_digit)) else {
            return self.find(e164);
        };
        let at = first.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')) + from;
        if self.known[at] == UNASKED {
            self.known[at] = self.find(e164);
        }
        self.known[at]
    }

    fn find(&mut self, e164: &str) -> u16 {
        let Some(place) = phone_jurisdiction(e164).and_then(|place| Jurisdiction::fit(&place)) else { return NOWHERE };
        let known = self.places.iter().position(|known| *known == place).unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        });
        u16::try_from(known).ok().filter(|number| *number < UNASKED).unwrap_or(NOWHERE)
    }

    /// Keeps the place of one of several telephones.
    pub(super) fn note(&mut self, key: u64, number: u16) {
        self.several.entry(key).or_insert(number);
    }

    /// The places of a record, by its number and its telephones.
    pub(super) fn of(&self, number: u16, phones: impl Iterator<Item = u64>) -> impl Iterator<Item = Jurisdiction> {
        let several = (number == SEVERAL).then_some(phones).into_iter().flatten().filter_map(|key| self.several.get(&key).copied());
        let one = Some(number).filter(|number| *number < UNASKED);
        one.into_iter().chain(several).filter_map(|number| self.places.get(usize::from(number)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{record::mix, spelling::edit_distance},
        *,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_out_as_they_went_in(texts in prop::collection::vec("[0-9]{0,17}|[A-Z0-9-]{0,25}", 0..40)) {
            let mut numbers = Numbers::default();
            let key = |at: usize| mix(&[at as u64]);
            // Each is met often, and is what it was first.
            for at in (0..texts.len()).flat_map(|at| [at, 0, at / 2]) {
                numbers.note(key(at), &texts[at]);
            }
            texts.iter().enumerate().for_each(|(at, text)| numbers.note(key(at), &format!("9{text}")));
            numbers.settle();
            for (at, text) in texts.iter().enumerate() {
                prop_assert_eq!(numbers.get(key(at)), Number::fit(text));
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_that_are_far_are_more_than_an_error_apart(a in "[0-3]{0,16}", b in "[0-3]{0,16}", at in any::<prop::sample::Index>()) {
            let mut near = a.clone().into_bytes();
            if !near.is_empty() {
                let at = at.index(near.len());
                near.swap(at, (at + 1).min(a.len() - 1));
            }
            let near = String::from_utf8(near).expect("digits");
            let mut numbers = Numbers::default();
            [&a, &b, &near].into_iter().enumerate().for_each(|(key, text)| numbers.note(key as u64, text));
            numbers.settle();
            let is_far = |x: &str, y: &str| x.len() == y.len() && edit_distance(x, y, 1) > 1;
            prop_assert!(!numbers.are_far(0, 2) && (!numbers.are_far(0, 1) || is_far(&a, &b)));
        }
    }

    #[test]
    fn telephones_suggest_the_places_they_suggest_by_themselves() {
        let mut places = Places::default();
        for (key, phone) in ["+14155550100", "+14155550199", "+493012345678", "+35312345678", "+1", "+", "", "+99912345678", "5550100"]
            .into_iter()
            .chain(["+14155550100"])
            .enumerate()
        {
            let number = places.number(phone);
            let place = phone_jurisdiction(phone).and_then(|place| Jurisdiction::fit(&place));
            assert_eq!(places.of(number, std::iter::empty()).next(), place, "{phone}");
            places.note(key as u64, number);
            assert_eq!(places.of(SEVERAL, std::iter::once(key as u64)).next(), place, "{phone}");
        }
    }
}
