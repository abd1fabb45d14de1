//! Which bytes of a text are of which class: one bit a byte, sixty-four at a time.
//!
//! The walks of the text pass go over these bits; a byte itself is looked at only where they say that something can begin.

use crate::format::lanes::{CHUNK, Lanes};

/// The classes of all bytes of a text.
#[derive(Debug)]
pub(super) struct Planes {
    /// ASCII letters and digits.
    pub alphanumeric: Plane,
    /// ASCII digits.
    pub digits: Plane,
    /// Letters, digits, and everything beyond ASCII.
    pub words: Plane,
}

/// One class: bit `i % 64` of word `i / 64` is byte `i`. Behind the text no bit is set.
#[derive(Debug)]
pub(super) struct Plane {
    bits: Vec<u64>,
}

impl Planes {
    pub(super) fn of(text: &[u8]) -> Planes {
        let length = text.len().div_ceil(CHUNK);
        let plane = || Plane { bits: Vec::with_capacity(length) };
        let mut planes = Planes { alphanumeric: plane(), digits: plane(), words: plane() };
        let (chunks, rest) = text.as_chunks::<CHUNK>();
        chunks.iter().for_each(|chunk| planes.push(chunk));
        if !rest.is_empty() {
            let mut last = [0; CHUNK];
            last[..rest.len()].copy_from_slice(rest);
            planes.push(&last);
        }
        planes
    }

    /// Hands over, between `from` and `to`, where words begin, and every byte beyond ASCII: many scripts set no spaces.
    pub(super) fn each_beginning(&self, from: usize, to: usize, mut each: impl FnMut(usize)) {
        let mut before = from.checked_sub(1).is_some_and(|at| self.words.window(at) & 1 == 1);
        let mut at = from;
        while at < to {
            let chunk = at / CHUNK;
            let mask = u64::MAX << (at % CHUNK) & if to < (chunk + 1) * CHUNK { (1 << (to % CHUNK)) - 1 } else { u64::MAX };
            let words = self.words.word(chunk);
            let inside = words << 1 | u64::from(before) << (at % CHUNK);
            let mut beginnings = words & (!inside | !self.alphanumeric.word(chunk)) & mask;
            while beginnings != 0 {
                each(chunk * CHUNK + beginnings.trailing_zeros() as usize);
                beginnings &= beginnings - 1;
            }
            before = words >> (CHUNK - 1) == 1;
            at = (chunk + 1) * CHUNK;
        }
    }

    #[inline]
    fn push(&mut self, chunk: &[u8; CHUNK]) {
        let lanes = Lanes::of(chunk);
        let alphanumeric = lanes.alphanumeric();
        self.alphanumeric.bits.push(alphanumeric);
        self.digits.bits.push(lanes.digits());
        self.words.bits.push(alphanumeric | lanes.beyond_ascii());
    }
}

impl Plane {
    #[inline]
    fn word(&self, at: usize) -> u64 {
        self.bits.get(at).copied().unwrap_or(0)
    }

    /// The first byte of the class at or behind `from`.
    #[inline]
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from / CHUNK;
        let mut bits = self.bits.get(at)? & u64::MAX << (from % CHUNK);
        while bits == 0 {
            at += 1;
            bits = *self.bits.get(at)?;
        }
        Some(at * CHUNK + bits.trailing_zeros() as usize)
    }

    /// The first byte at or behind `from` that is not of the class; that behind the text is none.
    #[inline]
    pub(super) fn end(&self, from: usize) -> usize {
        let mut at = from / CHUNK;
        let mut bits = !self.word(at) & u64::MAX << (from % CHUNK);
        while bits == 0 {
            at += 1;
            bits = !self.word(at);
        }
        at * CHUNK + bits.trailing_zeros() as usize
    }

    /// Where the run of the class begins that ends before `until`; not before `from`.
    #[inline]
    pub(super) fn start(&self, from: usize, until: usize) -> usize {
        let mut start = until;
        while start > from {
            let (at, bit) = ((start - 1) / CHUNK, (start - 1) % CHUNK);
            let others = !self.word(at) << (CHUNK - 1 - bit);
            if others != 0 {
                return (start - others.leading_zeros() as usize).max(from);
            }
            start = at * CHUNK;
        }
        from
    }

    /// The 32 bits from `from` on.
    #[inline]
    pub(super) fn window(&self, from: usize) -> u32 {
        let (at, bit) = (from / CHUNK, from % CHUNK);
        let low = self.word(at) >> bit;
        let high = if bit > 32 { self.word(at + 1) << (CHUNK - bit) } else { 0 };
        (low | high) as u32
    }

    /// Hands over where every run of the class begins.
    #[inline]
    pub(super) fn each_start(&self, mut each: impl FnMut(usize)) {
        let mut before = 0;
        for (at, bits) in self.bits.iter().enumerate() {
            let mut starts = bits & !(bits << 1 | before);
            before = bits >> (CHUNK - 1);
            while starts != 0 {
                each(at * CHUNK + starts.trailing_zeros() as usize);
                starts &= starts - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn planes_say_what_a_look_at_every_byte_says(text in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), any::<u8>()], 0..300), from in 0..320_usize) {
            let planes = Planes::of(&text);
            let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
            let is_word = |at: usize| text.get(at).is_some_and(|byte| super::super::is_word(*byte));
            prop_assert_eq!(planes.digits.next(from), (from..text.len()).find(|at| is_digit(*at)));
            prop_assert_eq!(planes.words.end(from), (from..).find(|at| !is_word(*at)).expect("behind the text"));
            let start = (0..from).rev().take_while(|at| is_word(*at)).last().unwrap_or(from);
            prop_assert_eq!(planes.words.start(0, from), start);
            prop_assert_eq!(planes.words.start(from.min(200), from), start.max(from.min(200)));
            prop_assert_eq!(planes.digits.window(from), (0..32).fold(0, |bits, at| bits | u32::from(is_digit(from + at)) << at));
            prop_assert!((0..text.len()).all(|at| (planes.alphanumeric.window(at) & 1 == 1) == text[at].is_ascii_alphanumeric()));
            let mut starts = Vec::new();
            planes.words.each_start(|at| starts.push(at));
            let to = (from + 70).min(text.len());
            let mut beginnings = Vec::new();
            planes.each_beginning(from, to, |at| beginnings.push(at));
            let begins = |at: &usize| is_word(*at) && (*at == 0 || !is_word(at - 1) || text[*at] >= 0x80);
            prop_assert_eq!(beginnings, (from..to).filter(begins).collect::<Vec<_>>());
            prop_assert_eq!(starts, (0..text.len()).filter(|at| is_word(*at) && (*at == 0 || !is_word(at - 1))).collect::<Vec<_>>());
        }
    }
}
