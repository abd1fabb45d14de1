//! Many words looked up by how they begin, in either case of ASCII letters.
//!
//! A walk that only stops where a word can begin passes most bytes over; where it stops, the hash of the first four bytes
//! says with one bit that, as nearly always, nothing begins here. That is quicker to walk than an automaton of thousands
//! of words, whose tables no cache holds, and is built in the time it takes to sort them.

use super::is_word;
use std::ops::Range;

/// Words by how they begin.
#[derive(Debug)]
pub(super) struct Stems {
    /// Letters of ASCII in lower case.
    texts: Vec<Stem>,
    /// One bit per hash of a beginning.
    filter: Vec<u64>,
    /// By the upper bits of the hash, where in `listed` the words are that begin so.
    buckets: Vec<(u32, u32)>,
    listed: Vec<u32>,
    /// The lengths of beginnings there are: bit `n` for n bytes.
    lengths: u8,
}

#[derive(Debug)]
struct Stem {
    text: Box<[u8]>,
    /// Signs before its first letter or digit, in bytes: `-----BEGIN` begins at its B.
    lead: usize,
    /// The first eight bytes from there on as [`eight`] reads them, and a mask of those there are.
    head: u64,
    mask: u64,
}

impl Stem {
    fn of(text: &str) -> Option<Stem> {
        let lead = text.bytes().position(is_word)?;
        let text = text.to_ascii_lowercase().into_bytes();
        let mask = mask(text.len() - lead);
        Some(Stem { head: eight(&text, lead) & mask, mask, text: text.into(), lead })
    }

    /// How many bytes of its beginning are hashed.
    fn hashed(&self) -> usize {
        (self.text.len() - self.lead).min(BEGINNING)
    }
}

/// A beginning is this many bytes, of shorter words all they have.
const BEGINNING: usize = 4;
const FILTER_BITS: u32 = 16;
const BUCKET_BITS: u32 = 12;

impl Stems {
    /// Lays out these words; they are known by their places from now on. `Err` is one with neither letter nor digit:
    /// it would have to be looked for everywhere.
    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Stems, String> {
        let stem = |text: &str| Stem::of(text).ok_or_else(|| format!("`{text}` has neither letter nor digit"));
        let texts = texts.into_iter().map(stem).collect::<Result<Vec<Stem>, String>>()?;
        let hash_of = |at: u32| hash(texts[at as usize].head, texts[at as usize].hashed());
        let mut listed: Vec<u32> = (0..texts.len() as u32).collect();
        listed.sort_by_key(|at| (hash_of(*at) >> (32 - BUCKET_BITS), *at));
        let (mut filter, mut buckets, mut lengths) = (vec![0; 1 << (FILTER_BITS - 6)], vec![(0, 0); 1 << BUCKET_BITS], 0);
        for (place, at) in listed.iter().enumerate() {
            let hash = hash_of(*at);
            let bit = hash >> (32 - FILTER_BITS);
            filter[bit as usize / 64] |= 1_u64 << (bit % 64);
            lengths |= 1 << texts[*at as usize].hashed();
            let (from, to) = &mut buckets[(hash >> (32 - BUCKET_BITS)) as usize];
            if *to == 0 {
                *from = place as u32;
            }
            *to = place as u32 + 1;
        }
        Ok(Stems { texts, filter, buckets, listed, lengths })
    }

    /// Hands over the place of every word whose first letter or digit is at `at`, and where it stands.
    #[inline]
    pub(super) fn each_at(&self, text: &[u8], at: usize, mut each: impl FnMut(usize, Range<usize>)) {
        let here = eight(text, at);
        let may = |length: usize| {
            let bit = hash(here, length) >> (32 - FILTER_BITS);
            self.filter[bit as usize / 64] >> (bit % 64) & u64::from(self.lengths >> length) & 1
        };
        // One branch for all lengths: nearly always nothing begins here.
        let lengths = may(1) << 1 | may(2) << 2 | may(3) << 3 | may(4) << 4;
        if lengths != 0 {
            (1..=BEGINNING).filter(|length| lengths >> length & 1 != 0).for_each(|length| self.compare(text, at, here, length, &mut each));
        }
    }

    fn compare(&self, text: &[u8], at: usize, here: u64, length: usize, each: &mut impl FnMut(usize, Range<usize>)) {
        let (from, to) = self.buckets[(hash(here, length) >> (32 - BUCKET_BITS)) as usize];
        for place in &self.listed[from as usize..to as usize] {
            let stem = &self.texts[*place as usize];
            if here & stem.mask != stem.head || stem.hashed() != length || at < stem.lead {
                continue;
            }
            let range = at - stem.lead..at - stem.lead + stem.text.len();
            if text.get(range.clone()).is_some_and(|stands| stands.eq_ignore_ascii_case(&stem.text)) {
                each(*place as usize, range);
            }
        }
    }
}

/// Eight bytes from `at` on, zeros behind the text. The bit that parts cases is set in all of them: letters become alike
/// whatever their case, and so do some signs, which a comparison tells apart.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk::<8>().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// A mask of the first so many of eight bytes.
#[inline]
const fn mask(bytes: usize) -> u64 {
    if bytes >= 8 { u64::MAX } else { (1 << (8 * bytes)) - 1 }
}

/// Mixes the first so many bytes.
#[inline]
fn hash(eight: u64, bytes: usize) -> u32 {
    let number = (eight & mask(bytes)) as u32;
    (number ^ number >> 15).wrapping_mul(0x9e37_79b1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_found_exactly_where_they_stand(
            words in prop::collection::vec("[$-]{0,2}[a-cé][a-c$é]{0,5}", 0..40),
            text in "[a-cA-C$é-]{0,12}",
        ) {
            let stems = Stems::of(words.iter().map(String::as_str)).expect("each has a letter");
            let lower = text.to_ascii_lowercase();
            for at in (0..text.len()).filter(|at| is_word(text.as_bytes()[*at])) {
                let mut found = Vec::new();
                stems.each_at(text.as_bytes(), at, |place, range| found.push((place, range)));
                found.sort_unstable_by_key(|(place, _)| *place);
                let lead = |word: &str| word.bytes().position(is_word).expect("a letter");
                let stands = |word: &String| {
                    let start = at.checked_sub(lead(word))?;
                    lower.as_bytes()[start..].starts_with(word.as_bytes()).then_some(start..start + word.len())
                };
                let wanted: Vec<_> = words.iter().enumerate().filter_map(|(place, word)| Some((place, stands(word)?))).collect();
                prop_assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn signs_alone_are_refused() {
        assert!(Stems::of(["a", "--"]).is_err());
    }
}
