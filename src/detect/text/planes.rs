//! Which bytes of a text are of which class: one bit a byte, sixty-four at a time.
//!
//! The walks of the text pass go over these bits; a byte itself is looked at only where they say that something can begin.

use crate::{
    detect::shape::MakeUp,
    format::lanes::{CHUNK, Lanes},
};
use smallvec::SmallVec;

/// Room for the classes of a text; that of a cell of a table needs no heap.
pub(super) type Room = SmallVec<[u64; 2 * PLANES]>;

/// The classes of all bytes of a text.
#[derive(Debug)]
pub(super) struct Planes<'r> {
    /// ASCII letters and digits.
    pub alphanumeric: Plane<'r>,
    /// ASCII digits.
    pub digits: Plane<'r>,
    /// Letters, digits, and everything beyond ASCII.
    pub words: Plane<'r>,
    /// Where words begin, and every character beyond ASCII: many scripts set no spaces.
    pub beginnings: Plane<'r>,
    /// What begins here is joined to what stands before: it is the rest of something longer.
    pub rests: Plane<'r>,
    /// What stands here is joined to what stands before: what ends right before it goes on.
    pub goes_on: Plane<'r>,
    /// Digits, and what may stand between those of a telephone number.
    pub dialled: Plane<'r>,
    /// Ends of lines.
    pub newlines: Plane<'r>,
    /// Ends of labels: `:`, `=`, `[`, `>`.
    pub labels: Plane<'r>,
    /// Whether there is any `%`, any `:`.
    pub has_percent: bool,
    pub has_colon: bool,
}

const PLANES: usize = 9;

/// One class: bit `i % 64` of word `i / 64` is byte `i`. Behind the text no bit is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<'r> {
    bits: &'r [u64],
}

/// Sixty-four bytes by class.
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
    /// Space and brackets.
    spaces: u64,
    newlines: u64,
    /// `=`, `[`, `>`.
    signs: u64,
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
            spaces: lanes.any_of(*b" ()"),
            newlines: lanes.any_of(*b"\n"),
            signs: lanes.any_of(*b"=[>"),
        }
    }
}

impl<'r> Planes<'r> {
    /// The classes of a text, laid out in `room`.
    pub(super) fn of(text: &[u8], room: &'r mut Room) -> Planes<'r> {
        let length = text.len().div_ceil(CHUNK);
        room.clear();
        room.resize(PLANES * length, 0);
        let (chunks, rest) = text.as_chunks::<CHUNK>();
        let (mut before, mut any) = (Before::default(), [0; 2]);
        if length > 0 {
            let mut planes = room.chunks_exact_mut(length);
            let mut plane = || planes.next().unwrap_or_default();
            let mut planes: [&mut [u64]; PLANES] = std::array::from_fn(|_| plane());
            for (at, chunk) in chunks.iter().enumerate() {
                lay(&mut planes, at, chunk, text.get((at + 1) * CHUNK).copied().unwrap_or(0), &mut before, &mut any);
            }
            if !rest.is_empty() {
                let mut last = [0; CHUNK];
                last[..rest.len()].copy_from_slice(rest);
                lay(&mut planes, chunks.len(), &last, 0, &mut before, &mut any);
            }
        }
        let plane = |at: usize| Plane { bits: room.get(at * length..(at + 1) * length).unwrap_or_default() };
        Planes {
            alphanumeric: plane(0),
            digits: plane(1),
            words: plane(2),
            beginnings: plane(3),
            rests: plane(4),
            goes_on: plane(5),
            dialled: plane(6),
            newlines: plane(7),
            labels: plane(8),
            has_percent: any[0] != 0,
            has_colon: any[1] != 0,
        }
    }

    /// What the 64 characters from `from` on are made of.
    #[inline]
    pub(super) fn made(&self, from: usize) -> MakeUp {
        MakeUp { alphanumeric: self.alphanumeric.window(from), digits: self.digits.window(from) }
    }

    /// Which of the 64 characters from `from` on are ASCII letters.
    #[inline]
    pub(super) fn letters(&self, from: usize) -> u64 {
        self.alphanumeric.window(from) & !self.digits.window(from)
    }
}

/// Of the sixty-four bytes before, the classes that join what follows to them.
#[derive(Default)]
struct Before {
    words: u64,
    digits: u64,
    hyphens: u64,
    /// Points and slashes.
    points: u64,
    /// Words and dollars.
    joined: u64,
    percents: u64,
}

/// Lays out sixty-four bytes in every plane, in the order of its fields; `next` is the byte behind them.
#[inline(always)]
fn lay(planes: &mut [&mut [u64]; PLANES], at: usize, chunk: &[u8; CHUNK], next: u8, before: &mut Before, any: &mut [u64; 2]) {
    let here = Classes::of(chunk);
    let now = Before {
        words: here.words,
        digits: here.digits,
        hyphens: here.hyphens,
        points: here.points | here.slashes,
        joined: here.words | here.dollars,
        percents: here.percents,
    };
    // Of byte `i`: the class of the byte so many before it, and that of the one behind it.
    let back = |here: u64, before: u64, far: usize| here << far | before >> (CHUNK - far);
    let ahead = |here: u64, next: bool| here >> 1 | u64::from(next) << (CHUNK - 1);
    let joined = back(now.hyphens, before.hyphens, 1) & back(now.words, before.words, 2)
        | back(now.points, before.points, 1) & back(now.digits, before.digits, 2)
        | back(now.joined, before.joined, 1);
    // "%20" and "%3D" before a value are a space and a sign, not its digits.
    let spared = back(now.percents, before.percents, 2) | back(now.percents, before.percents, 3);
    let goes_on = (here.hyphens | here.slashes) & ahead(here.alphanumeric, next.is_ascii_alphanumeric())
        | (here.points | here.colons) & ahead(here.digits, next.is_ascii_digit())
        | here.ats
        | here.words;
    let bits = [
        here.alphanumeric,
        here.digits,
        here.words,
        here.alphanumeric & !back(now.words, before.words, 1) | here.leads,
        joined & !spared,
        goes_on,
        here.digits | here.spaces | here.hyphens | now.points,
        here.newlines,
        here.colons | here.signs,
    ];
    for (plane, bits) in planes.iter_mut().zip(bits) {
        if let Some(place) = plane.get_mut(at) {
            *place = bits;
        }
    }
    any[0] |= here.percents;
    any[1] |= here.colons;
    *before = now;
}

impl Plane<'_> {
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

    /// The first byte of the class at or behind `from`.
    #[inline]
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from / CHUNK;
        let mut bits = self.word(at) & u64::MAX << (from % CHUNK);
        while bits == 0 {
            at += 1;
            bits = *self.bits.get(at)?;
        }
        Some(at * CHUNK + bits.trailing_zeros() as usize)
    }

    /// The last byte of the class in `from..until`, which are no more than some words apart.
    #[inline]
    pub(super) fn last(&self, from: usize, until: usize) -> Option<usize> {
        let mut end = until;
        while end > from {
            let (at, bit) = ((end - 1) / CHUNK, (end - 1) % CHUNK);
            let bits = self.word(at) << (CHUNK - 1 - bit);
            if bits != 0 {
                return Some(end - 1 - bits.leading_zeros() as usize).filter(|last| *last >= from);
            }
            end = at * CHUNK;
        }
        None
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
        fn planes_say_what_a_look_at_every_byte_says(text in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), prop::sample::select(b"-_+./,:$%@=[>\n(".to_vec()), any::<u8>()], 0..300), from in 0..320_usize) {
            let mut room = Room::new();
            let planes = Planes::of(&text, &mut room);
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
            let is = |of: &'static [u8]| move |byte: &u8| of.contains(byte);
            for (at, byte) in text.iter().enumerate() {
                let dialled = planes.dialled.has(at);
                prop_assert!(dialled || !is(b"0123456789 -.()/")(byte), "{}", at);
                prop_assert!(!dialled || is(b"0123456789 -.()/_+,")(byte), "{}", at);
                prop_assert_eq!((planes.newlines.has(at), planes.labels.has(at)), (*byte == b'\n', is(b":=[>")(byte)));
            }
            prop_assert_eq!((planes.has_percent, planes.has_colon), (text.contains(&b'%'), text.contains(&b':')));
            let to = from.min(text.len());
            let low = to.saturating_sub(90);
            prop_assert_eq!(planes.labels.last(low, to), text[low..to].iter().rposition(is(b":=[>")).map(|at| low + at));
            prop_assert_eq!(planes.newlines.next(to), text[to..].iter().position(|byte| *byte == b'\n').map(|at| to + at));
            let mut beginnings = Vec::new();
            planes.beginnings.each(|at| beginnings.push(at));
            let begins = |at: &usize| text[*at] >= 0xc0 || text[*at].is_ascii_alphanumeric() && (*at == 0 || !is_word(at - 1));
            prop_assert_eq!(beginnings, (0..text.len()).filter(begins).collect::<Vec<_>>());
        }
    }
}
