//! Which bytes of a text are of which class: one bit a byte, sixty-four at a time.
//!
//! The walks of the text pass go over these bits; a byte itself is looked at only where they say that something can begin.

use crate::{
    detect::shape::MakeUp,
    format::lanes::{CHUNK, Lanes},
};

/// The classes of all bytes of a text.
#[derive(Debug)]
pub(super) struct Planes {
    /// ASCII letters and digits.
    pub alphanumeric: Plane,
    /// ASCII digits.
    pub digits: Plane,
    /// Letters, digits, and everything beyond ASCII.
    pub words: Plane,
    /// Where words begin, and every character beyond ASCII: many scripts set no spaces.
    pub beginnings: Plane,
    /// What begins here is joined to what stands before: it is the rest of something longer.
    pub rests: Plane,
    /// What stands here is joined to what stands before: what ends right before it goes on.
    pub goes_on: Plane,
}

/// One class: bit `i % 64` of word `i / 64` is byte `i`. Behind the text no bit is set.
#[derive(Debug)]
pub(super) struct Plane {
    bits: Vec<u64>,
}

/// Sixty-four bytes by class.
#[derive(Clone, Copy, Default)]
struct Classes {
    alphanumeric: u64,
    digits: u64,
    words: u64,
    leads: u64,
    /// `-`, `_`, `+`: join what stands on both sides.
    hyphens: u64,
    slashes: u64,
    /// `.`, `,`: join digits.
    points: u64,
    colons: u64,
    ats: u64,
    dollars: u64,
    percents: u64,
}

impl Classes {
    #[inline(always)]
    fn of(chunk: &[u8; CHUNK]) -> Classes {
        let lanes = Lanes::of(chunk);
        let alphanumeric = lanes.alphanumeric();
        Classes {
            alphanumeric,
            digits: lanes.digits(),
            words: alphanumeric | lanes.beyond_ascii(),
            leads: lanes.leads(),
            hyphens: lanes.any_of(*b"-_+"),
            slashes: lanes.any_of(*b"/"),
            points: lanes.any_of(*b".,"),
            colons: lanes.any_of(*b":"),
            ats: lanes.any_of(*b"@"),
            dollars: lanes.any_of(*b"$"),
            percents: lanes.any_of(*b"%"),
        }
    }
}

impl Planes {
    pub(super) fn of(text: &[u8]) -> Planes {
        let length = text.len().div_ceil(CHUNK);
        let plane = || Plane { bits: Vec::with_capacity(length) };
        let mut planes =
            Planes { alphanumeric: plane(), digits: plane(), words: plane(), beginnings: plane(), rests: plane(), goes_on: plane() };
        let (chunks, rest) = text.as_chunks::<CHUNK>();
        let mut last = [0; CHUNK];
        last[..rest.len()].copy_from_slice(rest);
        let Some(first) = chunks.first().or((!rest.is_empty()).then_some(&last)) else { return planes };
        let (mut before, mut here) = (Classes::default(), Classes::of(first));
        for chunk in chunks.iter().skip(1) {
            let next = Classes::of(chunk);
            planes.push(&before, &here, &next);
            (before, here) = (here, next);
        }
        if !chunks.is_empty() && !rest.is_empty() {
            let next = Classes::of(&last);
            planes.push(&before, &here, &next);
            (before, here) = (here, next);
        }
        planes.push(&before, &here, &Classes::default());
        planes
    }

    /// What the 64 characters from `from` on are made of.
    #[inline]
    pub(super) fn made(&self, from: usize) -> MakeUp {
        MakeUp { alphanumeric: self.alphanumeric.window(from), digits: self.digits.window(from) }
    }

    #[inline(always)]
    fn push(&mut self, before: &Classes, here: &Classes, next: &Classes) {
        // Of byte `i`: the class of the byte so many before it, and that of the one behind it.
        let back = |of: fn(&Classes) -> u64, far: usize| of(here) << far | of(before) >> (CHUNK - far);
        let ahead = |of: fn(&Classes) -> u64| of(here) >> 1 | of(next) << (CHUNK - 1);
        let joined = back(|all| all.hyphens, 1) & back(|all| all.words, 2)
            | back(|all| all.points | all.slashes, 1) & back(|all| all.digits, 2)
            | back(|all| all.dollars | all.words, 1);
        // "%20" and "%3D" before a value are a space and a sign, not its digits.
        let spared = back(|all| all.percents, 2) | back(|all| all.percents, 3);
        let goes_on = (here.hyphens | here.slashes) & ahead(|all| all.alphanumeric)
            | (here.points | here.colons) & ahead(|all| all.digits)
            | here.ats
            | here.words;
        self.alphanumeric.bits.push(here.alphanumeric);
        self.digits.bits.push(here.digits);
        self.words.bits.push(here.words);
        self.beginnings.bits.push(here.alphanumeric & !back(|all| all.words, 1) | here.leads);
        self.rests.bits.push(joined & !spared);
        self.goes_on.bits.push(goes_on);
    }
}

impl Plane {
    #[inline]
    fn word(&self, at: usize) -> u64 {
        self.bits.get(at).copied().unwrap_or(0)
    }

    /// Whether the byte is of the class.
    #[inline]
    pub(super) fn has(&self, at: usize) -> bool {
        self.word(at / CHUNK) >> (at % CHUNK) & 1 != 0
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

    /// The 64 bits from `from` on.
    #[inline]
    pub(super) fn window(&self, from: usize) -> u64 {
        let (at, bit) = (from / CHUNK, from % CHUNK);
        let high = if bit > 0 { self.word(at + 1) << (CHUNK - bit) } else { 0 };
        self.word(at) >> bit | high
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

    /// Hands over every byte of the class.
    #[inline]
    pub(super) fn each(&self, mut each: impl FnMut(usize)) {
        for (at, bits) in self.bits.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                each(at * CHUNK + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::reference::Slow, *};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn planes_say_what_a_look_at_every_byte_says(text in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), prop::sample::select(b"-_+./,:$%@".to_vec()), any::<u8>()], 0..300), from in 0..320_usize) {
            let planes = Planes::of(&text);
            let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
            let is_word = |at: usize| text.get(at).is_some_and(|byte| super::super::is_word(*byte));
            let mut starts = Vec::new();
            planes.digits.each_start(|at| starts.push(at));
            prop_assert_eq!(starts, (0..text.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1))).collect::<Vec<_>>());
            prop_assert_eq!(planes.words.end(from), (from..).find(|at| !is_word(*at)).expect("behind the text"));
            let start = (0..from).rev().take_while(|at| is_word(*at)).last().unwrap_or(from);
            prop_assert_eq!(planes.words.start(0, from), start);
            prop_assert_eq!(planes.words.start(from.min(200), from), start.max(from.min(200)));
            prop_assert_eq!(planes.digits.window(from), (0..64).fold(0, |bits, at| bits | u64::from(is_digit(from + at)) << at));
            prop_assert!((0..text.len()).all(|at| (planes.alphanumeric.window(at) & 1 == 1) == text[at].is_ascii_alphanumeric()));
            let slow = Slow { text: &text };
            for at in 0..text.len() {
                prop_assert_eq!((planes.rests.has(at), planes.goes_on.has(at)), (slow.is_rest(at), slow.goes_on(at)), "{}", at);
            }
            prop_assert!(!planes.goes_on.has(text.len()));
            let mut beginnings = Vec::new();
            planes.beginnings.each(|at| beginnings.push(at));
            let begins = |at: &usize| text[*at] >= 0xc0 || text[*at].is_ascii_alphanumeric() && (*at == 0 || !is_word(at - 1));
            prop_assert_eq!(beginnings, (0..text.len()).filter(begins).collect::<Vec<_>>());
        }
    }
}
