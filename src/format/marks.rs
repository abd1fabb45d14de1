//! Finds the few bytes that matter to a tokenizer, 64 bytes at a time.
//!
//! The wanted bytes are compared with a whole chunk at once and the hits become one word, whose
//! set bits are then handed out one by one. For the short distances between delimiters this is
//! several times quicker than one search per hit.

use super::lanes::{CHUNK, Lanes, Look as _};

/// Positions of any of a few bytes, rising.
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    wanted: [u8; 3],
    /// Where the chunk behind `hits` starts.
    chunk: usize,
    hits: u64,
}

impl<'a> Marks<'a> {
    /// Every position from `from` on that holds one of `wanted` (repeat one to want fewer).
    pub(super) fn new(bytes: &'a [u8], from: usize, wanted: [u8; 3]) -> Marks<'a> {
        let mut marks = Marks { bytes, wanted, chunk: from, hits: 0 };
        marks.hits = marks.look();
        marks
    }

    /// Goes on from `at`, which must not lie before the last position handed out.
    #[inline]
    pub(super) fn seek(&mut self, at: usize) {
        match at.checked_sub(self.chunk) {
            Some(ahead) if ahead < CHUNK => self.hits &= u64::MAX << ahead,
            _ => {
                self.chunk = at;
                self.hits = self.look();
            }
        }
    }

    /// The hits of the chunk at `self.chunk`.
    #[inline]
    fn look(&self) -> u64 {
        let rest = self.bytes.get(self.chunk..).unwrap_or_default();
        match rest.first_chunk::<CHUNK>() {
            Some(chunk) => Lanes::of(chunk).any_of(self.wanted),
            None => {
                let mut padded = [0; CHUNK];
                padded[..rest.len()].copy_from_slice(rest);
                Lanes::of(&padded).any_of(self.wanted) & ((1 << rest.len()) - 1)
            }
        }
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            self.chunk = self.chunk.saturating_add(CHUNK);
            if self.chunk >= self.bytes.len() {
                self.chunk = self.bytes.len();
                return None;
            }
            self.hits = self.look();
        }
        let at = self.chunk + self.hits.trailing_zeros() as usize;
        self.hits &= self.hits - 1;
        Some(at)
    }
}

/// The first of any of three bytes (repeat one to want fewer): [`memchr::memchr3`] for texts in which it is near.
#[inline]
pub(super) fn first_of(wanted: [u8; 3], bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, _) = bytes.get(..NEAR).unwrap_or_default().as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest high bit set marks the first byte that is zero after the xor.
        let zero = |byte: u8| {
            let x = word ^ LOW.wrapping_mul(u64::from(byte));
            x.wrapping_sub(LOW) & !x & HIGH
        };
        let hits = zero(wanted[0]) | zero(wanted[1]) | zero(wanted[2]);
        if hits != 0 {
            return Some(8 * at + hits.trailing_zeros() as usize / 8);
        }
    }
    let seen = 8 * words.len();
    memchr::memchr3(wanted[0], wanted[1], wanted[2], bytes.get(seen..)?).map(|at| seen + at)
}

/// How far [`first_of`] looks by itself.
const NEAR: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_what_a_plain_search_finds(bytes in prop::collection::vec(0u8..6, 0..300), from in 0usize..310) {
            let expected: Vec<usize> = (from.min(bytes.len())..bytes.len()).filter(|at| (1..=3).contains(&bytes[*at])).collect();
            prop_assert_eq!(Marks::new(&bytes, from, [1, 2, 3]).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn the_first_is_what_memchr_finds(bytes in prop::collection::vec(prop::sample::select(vec![0u8, 1, 2, 3, 4, 127, 128, 129, 255]), 0..80), wanted in any::<[u8; 3]>()) {
            for wanted in [wanted, [1, 2, 3], [0, 128, 255], [1, 1, 1]] {
                prop_assert_eq!(first_of(wanted, &bytes), memchr::memchr3(wanted[0], wanted[1], wanted[2], &bytes));
            }
        }

        #[test]
        fn seeking_skips_exactly_what_lies_before(bytes in prop::collection::vec(0u8..6, 1..300), to in 0usize..310) {
            let mut marks = Marks::new(&bytes, 0, [1, 2, 3]);
            marks.seek(to);
            let expected: Vec<usize> = (to.min(bytes.len())..bytes.len()).filter(|at| (1..=3).contains(&bytes[*at])).collect();
            prop_assert_eq!(marks.collect::<Vec<_>>(), expected);
        }
    }
}
