//! Many words looked up by how they begin, in either case of ASCII letters.
//!
//! A walk that only stops where a word can begin passes most bytes over; where it stops, a bit under the hash of the letters
//! up to the next sign or digit, and one under that of eight bytes and the one behind them, say that, as nearly always, nothing begins
//! here ([`Sieve`]). That is quicker to walk than an automaton of thousands of words, whose tables no cache holds, and is built in the
//! time it takes to sort them.

use super::is_word;
use crate::format::lanes::{Openings, Sieve, mask};
use std::ops::Range;

/// Words by how they begin.
#[derive(Debug)]
pub(super) struct Stems {
    /// Letters of ASCII in lower case, in the order they were given.
    texts: Vec<Box<[u8]>>,
    /// By the hash of a beginning, so that those that may stand somewhere lie side by side.
    heads: Vec<Head>,
    /// The first look.
    pub sieve: Sieve,
    /// What is asked before it, of many places at once.
    pub openings: Openings,
    /// One bit per hash of a beginning: of four bytes, and of three for words that are no longer.
    long: Vec<u64>,
    short: Vec<u64>,
    /// By the upper bits of the hash, where in `heads` the words are that begin so.
    buckets: Vec<(u32, u32)>,
}

/// How a word begins.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// The first eight bytes from its first letter or digit on as [`eight`] reads them, and a mask of those there are.
    bytes: u64,
    mask: u64,
    /// The eight behind those: dozens of words of a trade begin with `customer`.
    further: u64,
    further_mask: u64,
    word: u32,
    /// Signs before its first letter or digit, in bytes: `-----BEGIN` begins at its B.
    lead: u8,
}

impl Head {
    fn of(word: u32, text: &[u8]) -> Option<Head> {
        let lead = text.iter().position(|byte| is_word(*byte))?;
        let length = text.len() - lead;
        let (mask, further_mask) = (mask(length), mask(length.saturating_sub(8)));
        let (bytes, further) = (eight(text, lead) & mask, eight(text, lead + 8) & further_mask);
        Some(Head { bytes, mask, further, further_mask, word, lead: u8::try_from(lead).ok()? })
    }

    /// How many bytes of its beginning are hashed.
    fn hashed(&self) -> usize {
        if self.mask >> 24 != 0 { 4 } else { 3 }
    }

    /// Every beginning of that length it may have: of what is shorter, whatever follows it.
    fn beginnings(self) -> impl Iterator<Item = u64> {
        let known = (64 - self.mask.leading_zeros()) / 8;
        let free = (self.hashed() as u32).saturating_sub(known);
        (0..1_u64 << (8 * free)).map(move |rest| self.bytes | (rest << (8 * known.min(7)) | 0x2020_2020_2020_2020 & !self.mask))
    }
}

const FILTER_BITS: u32 = 16;
const BUCKET_BITS: u32 = 12;

/// How a word may go on behind its last letter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// Not with a letter.
    Whole,
    /// With anything.
    Open,
    /// With anything, and its letters stand in the case they have.
    OpenAsWritten,
}

/// Adds a word to the sieve, from its first letter or digit on: as it is written, and in lower case.
fn sift(sieve: &mut Sieve, text: &[u8], lower: &[u8], end: End) {
    let run = lower.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    // Texts are full of single letters: of `n.i.f.` more is asked than its first.
    let is_told_by_run = run > 1 || lower.len() == 1;
    if let (1.., Some(eight)) = (run, lower.first_chunk()) {
        sieve.add_eight(*eight, lower.get(8).copied());
    } else if run > 0 && is_told_by_run && (end == End::Whole || run < lower.len()) {
        sieve.add_run(&lower[..run]);
    } else if end == End::OpenAsWritten {
        sieve.add_bytes(text);
    } else {
        // The first four letters in either case.
        for upper in 0..1_u8 << lower.len().min(4) {
            let in_case = |(at, byte): (usize, &u8)| if at < 4 && upper >> at & 1 == 1 { byte.to_ascii_uppercase() } else { *byte };
            let bytes: Vec<u8> = lower.iter().enumerate().map(in_case).collect();
            sieve.add_bytes(&bytes);
        }
    }
}

impl Stems {
    /// Lays out these words; they are known by their places from now on. `Err` is one with neither letter nor digit: it would
    /// have to be looked for everywhere.
    pub(super) fn of<'t>(words: impl IntoIterator<Item = (&'t str, End)>) -> Result<Stems, String> {
        let mut texts: Vec<Box<[u8]>> = Vec::new();
        let mut placed: Vec<(u32, Head)> = Vec::new();
        let mut sieve = Sieve::new();
        for (word, (text, end)) in words.into_iter().enumerate() {
            let lower = text.to_ascii_lowercase().into_bytes();
            let head = Head::of(word as u32, &lower).ok_or_else(|| format!("`{text}` does not begin with a letter or digit"))?;
            placed.extend(head.beginnings().map(|bytes| (hash(bytes, head.hashed()), head)));
            let lead = usize::from(head.lead);
            sift(&mut sieve, &text.as_bytes()[lead..], &lower[lead..], end);
            texts.push(lower.into());
        }
        let (mut long, mut short) = (vec![0; 1 << (FILTER_BITS - 6)], vec![0; 1 << (FILTER_BITS - 6)]);
        for (hash, head) in &placed {
            let bit = hash >> (32 - FILTER_BITS);
            let filter = if head.hashed() == 4 { &mut long } else { &mut short };
            filter[bit as usize / 64] |= 1 << (bit % 64);
        }
        placed.sort_unstable_by_key(|(hash, head)| (hash >> (32 - BUCKET_BITS), head.word));
        placed.dedup_by_key(|(hash, head)| (*hash >> (32 - BUCKET_BITS), head.word));
        let heads = placed.iter().map(|(_, head)| *head).collect();
        let mut stems = Stems { heads, texts, openings: sieve.openings(), sieve, long, short, buckets: vec![(0, 0); 1 << BUCKET_BITS] };
        for (place, (hash, _)) in placed.iter().enumerate() {
            let (from, to) = &mut stems.buckets[(hash >> (32 - BUCKET_BITS)) as usize];
            if *to == 0 {
                *from = place as u32;
            }
            *to = place as u32 + 1;
        }
        Ok(stems)
    }

    /// Whether words may begin with the first four bytes or three that stand here.
    #[inline(always)]
    fn may_be(&self, long: u32, short: u32) -> [bool; 2] {
        let may = |filter: &[u64], hash: u32| filter[(hash >> (38 - FILTER_BITS)) as usize] >> (hash >> (32 - FILTER_BITS) & 63) & 1 != 0;
        [may(&self.long, long), may(&self.short, short)]
    }

    /// Whether a word may have its first letter or digit at `at`.
    #[inline(always)]
    pub(super) fn may_begin(&self, text: &[u8], at: usize) -> bool {
        let here = eight(text, at);
        let [long, short] = self.may_be(hash(here, 4), hash(here, 3));
        long | short
    }

    /// Hands over the place of every word whose first letter or digit is at `at`, and where it stands.
    #[inline]
    pub(super) fn each_at(&self, text: &[u8], at: usize, mut each: impl FnMut(usize, Range<usize>)) {
        let here = eight(text, at);
        let (long, short) = (hash(here, 4), hash(here, 3));
        let [may_be_long, may_be_short] = self.may_be(long, short);
        if may_be_long {
            self.compare(text, at, here, long, 4, &mut each);
        }
        if may_be_short {
            self.compare(text, at, here, short, 3, &mut each);
        }
    }

    fn compare(&self, text: &[u8], at: usize, here: u64, hash: u32, hashed: usize, each: &mut impl FnMut(usize, Range<usize>)) {
        let (from, to) = self.buckets[(hash >> (32 - BUCKET_BITS)) as usize];
        for head in &self.heads[from as usize..to as usize] {
            if here & head.mask != head.bytes
                || head.further_mask != 0 && eight(text, at + 8) & head.further_mask != head.further
                || head.hashed() != hashed
                || at < usize::from(head.lead)
            {
                continue;
            }
            let word = &self.texts[head.word as usize];
            let start = at - usize::from(head.lead);
            let range = start..start + word.len();
            if text.get(range.clone()).is_some_and(|stands| stands.eq_ignore_ascii_case(word)) {
                each(head.word as usize, range);
            }
        }
    }
}

/// Eight bytes from `at` on, zeros behind the text. The bit that parts cases is set in all of them: letters become alike
/// whatever their case, and so do some signs, which a comparison tells apart.
#[inline(always)]
fn eight(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk::<8>().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
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
            words in prop::collection::vec(("[$-]{0,2}[a-c7é][a-c$7é]{0,9}", prop::sample::select(vec![End::Whole, End::Open, End::OpenAsWritten])), 0..40),
            text in "[a-cA-C$é7-]{0,14}",
        ) {
            let stems = Stems::of(words.iter().map(|(word, end)| (word.as_str(), *end))).expect("each has a letter");
            let lower = text.to_ascii_lowercase();
            for at in (0..text.len()).filter(|at| is_word(text.as_bytes()[*at])) {
                let mut found = Vec::new();
                let may = stems.sieve.each(text.as_bytes(), &mut [at as u16], 1) != 0;
                stems.each_at(text.as_bytes(), at, |place, range| found.push((place, range)));
                found.sort_unstable_by_key(|(place, _)| *place);
                let lead = |word: &str| word.bytes().position(is_word).expect("a letter");
                let stands = |word: &str| {
                    let start = at.checked_sub(lead(word))?;
                    lower.as_bytes()[start..].starts_with(word.as_bytes()).then_some(start..start + word.len())
                };
                let wanted: Vec<_> = words.iter().enumerate().filter_map(|(place, (word, _))| Some((place, stands(word)?))).collect();
                let is_whole = |end: usize| !text[..end].ends_with(|last: char| last.is_ascii_alphabetic()) || !text[end..].starts_with(|next: char| next.is_ascii_alphabetic());
                let passes = |(place, range): &(usize, Range<usize>)| match words[*place].1 {
                    End::Whole => is_whole(range.end),
                    End::Open => true,
                    End::OpenAsWritten => text[range.clone()] == words[*place].0,
                };
                prop_assert!(may || !wanted.iter().any(passes));
                prop_assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn signs_alone_are_refused() {
        assert!(Stems::of([("a", End::Whole), ("--", End::Whole)]).is_err());
    }
}
