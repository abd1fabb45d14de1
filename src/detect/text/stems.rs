//! Many words looked up by how they begin, in either case of ASCII letters.
//!
//! A walk that only stops where a word can begin passes most bytes over; where it stops, one bit under the hash of the letters
//! up to the next sign or digit says that, as nearly always, nothing begins here. That is quicker to walk than an automaton of
//! thousands of words, whose tables no cache holds, and is built in the time it takes to sort them.

use super::is_word;
use crate::format::lanes::bits;
use std::ops::Range;

/// Words by how they begin.
#[derive(Debug)]
pub(super) struct Stems {
    /// Letters of ASCII in lower case, in the order they were given.
    texts: Vec<Box<[u8]>>,
    /// By the hash of a beginning, so that those that may stand somewhere lie side by side.
    heads: Vec<Head>,
    /// One bit per hash of the letters a word begins with ([`letters_place`]): the first look, at what fits a small cache.
    letters: Box<[u64; 1 << (LETTERS_BITS - 6)]>,
    /// The same look for what may go on with letters, or begins with none: by the hash of three bytes, which fourth ones follow.
    fourths: Box<[u32; 1 << FOURTHS_BITS]>,
    /// The same look for what begins with a digit: a bit for that and the next byte.
    seconds: Box<[u64; SECONDS / 64]>,
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
    word: u32,
    /// Signs before its first letter or digit, in bytes: `-----BEGIN` begins at its B.
    lead: u8,
}

impl Head {
    fn of(word: u32, text: &[u8]) -> Option<Head> {
        let lead = text.iter().position(|byte| is_word(*byte))?;
        let mask = mask(text.len() - lead);
        Some(Head { bytes: eight(text, lead) & mask, mask, word, lead: u8::try_from(lead).ok()? })
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

const LETTERS_BITS: u32 = 17;
const FOURTHS_BITS: u32 = 12;
const FILTER_BITS: u32 = 16;
const BUCKET_BITS: u32 = 12;

impl Stems {
    /// Lays out these words; they are known by their places from now on. With each goes whether it may be the beginning of a
    /// longer word. `Err` is one with neither letter nor digit: it would have to be looked for everywhere.
    pub(super) fn of<'t>(words: impl IntoIterator<Item = (&'t str, bool)>) -> Result<Stems, String> {
        let lower = |text: &str| text.to_ascii_lowercase().into_bytes().into();
        let (texts, may_go_on): (Vec<Box<[u8]>>, Vec<bool>) = words.into_iter().map(|(text, may_go_on)| (lower(text), may_go_on)).unzip();
        let mut placed: Vec<(u32, Head)> = Vec::new();
        let mut seconds = Box::new([0; SECONDS / 64]);
        let (mut letters, mut fourths) = (Box::new([0; 1 << (LETTERS_BITS - 6)]), Box::new([0; 1 << FOURTHS_BITS]));
        for (word, (text, may_go_on)) in texts.iter().zip(may_go_on).enumerate() {
            let head = Head::of(word as u32, text)
                .ok_or_else(|| format!("`{}` does not begin with a letter or digit", String::from_utf8_lossy(text)))?;
            placed.extend(head.beginnings().map(|bytes| (hash(bytes, head.hashed()), head)));
            let rest = &text[usize::from(head.lead)..];
            let run = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            if run > 0 && !(may_go_on && run == rest.len()) {
                let place = letters_place(eight(rest, 0), run as u32);
                letters[place / 64] |= 1 << (place % 64);
                continue;
            }
            if rest[0].is_ascii_digit() {
                for place in head.beginnings().map(seconds_place) {
                    seconds[place / 64] |= 1 << (place % 64);
                }
                continue;
            }
            for bytes in head.beginnings() {
                fourths[fourths_place(bytes)] |= if head.hashed() == 4 { 1 << (bytes >> 24 & 31) } else { u32::MAX };
            }
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
        let mut stems = Stems { heads, texts, letters, fourths, seconds, long, short, buckets: vec![(0, 0); 1 << BUCKET_BITS] };
        for (place, (hash, _)) in placed.iter().enumerate() {
            let (from, to) = &mut stems.buckets[(hash >> (32 - BUCKET_BITS)) as usize];
            if *to == 0 {
                *from = place as u32;
            }
            *to = place as u32 + 1;
        }
        Ok(stems)
    }

    /// At which of the sixty-four characters from `at` on a word may begin, by bits; nearly always at none. `letters` are the
    /// ASCII letters among them and among the next.
    #[inline(always)]
    pub(super) fn may_begin_at(&self, text: &[u8], at: usize, beginnings: u64, digits: u64, letters: [u64; 2]) -> u64 {
        // Noted without a branch, which would mostly be guessed wrong.
        let mut noted = 0;
        for bit in bits(beginnings & !digits) {
            let others = !(letters[0] >> bit | letters[1] << 1 << (63 - bit));
            noted |= u64::from(self.may_begin(text, at + bit, others.trailing_zeros())) << bit;
        }
        for bit in bits(beginnings & digits) {
            noted |= u64::from(self.may_begin_with_digit(text, at + bit)) << bit;
        }
        noted
    }

    /// Whether a word may begin at `at`, where so many letters of ASCII stand in a row, 64 at most.
    #[inline(always)]
    fn may_begin(&self, text: &[u8], at: usize, letters: u32) -> bool {
        let here = eight(text, at);
        let place = letters_place(here, letters);
        let whole = self.letters[place / 64] >> (place % 64);
        let beginning = self.fourths[fourths_place(here)] >> (here >> 24 & 31);
        (whole | u64::from(beginning)) & 1 != 0
    }

    /// The same where a digit stands.
    #[inline(always)]
    fn may_begin_with_digit(&self, text: &[u8], at: usize) -> bool {
        let place = seconds_place(eight(text, at));
        self.seconds[place / 64] >> (place % 64) & 1 != 0
    }

    /// Hands over the place of every word whose first letter or digit is at `at`, and where it stands.
    #[inline]
    pub(super) fn each_at(&self, text: &[u8], at: usize, mut each: impl FnMut(usize, Range<usize>)) {
        let here = eight(text, at);
        let (long, short) = (hash(here, 4), hash(here, 3));
        let may = |filter: &[u64], hash: u32| filter[(hash >> (38 - FILTER_BITS)) as usize] >> (hash >> (32 - FILTER_BITS) & 63) & 1;
        let (long_may, short_may) = (may(&self.long, long), may(&self.short, short));
        if long_may != 0 {
            self.compare(text, at, here, long, 4, &mut each);
        }
        if short_may != 0 {
            self.compare(text, at, here, short, 3, &mut each);
        }
    }

    fn compare(&self, text: &[u8], at: usize, here: u64, hash: u32, hashed: usize, each: &mut impl FnMut(usize, Range<usize>)) {
        let (from, to) = self.buckets[(hash >> (32 - BUCKET_BITS)) as usize];
        for head in &self.heads[from as usize..to as usize] {
            if here & head.mask != head.bytes || head.hashed() != hashed || at < usize::from(head.lead) {
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

/// The bit of a word that begins with so many letters, of which these eight bytes are the first.
#[inline(always)]
fn letters_place(eight: u64, letters: u32) -> usize {
    let known = eight & u64::MAX >> (64 - 8 * letters.clamp(1, 8));
    ((known ^ u64::from(letters) << 58).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - LETTERS_BITS)) as usize
}

/// So many ways there are to begin with a digit and another byte.
const SECONDS: usize = 16 << 8;

/// The bit of what begins with a digit.
#[inline(always)]
fn seconds_place(eight: u64) -> usize {
    eight as usize & 0xf | eight as usize >> 4 & 0xff0
}

/// Where the bytes are that may follow the first three of these.
#[inline(always)]
fn fourths_place(eight: u64) -> usize {
    ((eight as u32 & 0x00ff_ffff).wrapping_mul(0x9e37_79b1) >> (32 - FOURTHS_BITS)) as usize
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
            words in prop::collection::vec(("[$-]{0,2}[a-c7é][a-c$7é]{0,9}", any::<bool>()), 0..40),
            text in "[a-cA-C$é7-]{0,14}",
        ) {
            let stems = Stems::of(words.iter().map(|(word, may_go_on)| (word.as_str(), *may_go_on))).expect("each has a letter");
            let lower = text.to_ascii_lowercase();
            for at in (0..text.len()).filter(|at| is_word(text.as_bytes()[*at])) {
                let mut found = Vec::new();
                let bits = |is: &dyn Fn(u8) -> bool| (at..text.len()).fold(0, |bits, place| bits | u64::from(is(text.as_bytes()[place])) << (place - at));
                let (digits, letters) = (bits(&|byte| byte.is_ascii_digit()), bits(&|byte| byte.is_ascii_alphabetic()));
                let may = stems.may_begin_at(text.as_bytes(), at, 1, digits, [letters, 0]) == 1;
                stems.each_at(text.as_bytes(), at, |place, range| found.push((place, range)));
                found.sort_unstable_by_key(|(place, _)| *place);
                let lead = |word: &str| word.bytes().position(is_word).expect("a letter");
                let stands = |word: &str| {
                    let start = at.checked_sub(lead(word))?;
                    lower.as_bytes()[start..].starts_with(word.as_bytes()).then_some(start..start + word.len())
                };
                let wanted: Vec<_> = words.iter().enumerate().filter_map(|(place, (word, _))| Some((place, stands(word)?))).collect();
                let is_whole = |end: usize| !text[..end].ends_with(|last: char| last.is_ascii_alphabetic()) || !text[end..].starts_with(|next: char| next.is_ascii_alphabetic());
                prop_assert!(may || !wanted.iter().any(|(place, range)| words[*place].1 || is_whole(range.end)));
                prop_assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn signs_alone_are_refused() {
        assert!(Stems::of([("a", false), ("--", false)]).is_err());
    }
}
