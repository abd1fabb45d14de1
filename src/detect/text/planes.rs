//! Which bytes of a text are of which class: one bit a byte, sixty-four at a time.
//!
//! The walks of the text pass go over these bits; a byte itself is looked at only where they say that something can begin.

use super::TILE;
#[cfg(test)]
use super::layer::Layer;
use crate::{
    detect::shape::MakeUp,
    format::lanes::{self, CHUNK, EIGHT, Eight},
};
use std::{cell::Cell, ops::Range};

/// The classes of eight rows of sixty-four bytes: of each plane eight words side by side, which walks work on at once.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Block([Cell<[u64; EIGHT]>; PLANES]);

/// Blocks are found by a shift.
const PLANES: usize = 16;

impl Block {
    fn blank() -> Block {
        Block([const { Cell::new([0; EIGHT]) }; PLANES])
    }

    /// What a plane has of all eight rows.
    #[inline(always)]
    pub(super) fn plane<E: Eight>(&self, plane: usize) -> E {
        E::of(self.0[plane].get())
    }

    #[inline(always)]
    pub(super) fn set<E: Eight>(&self, plane: usize, words: E) {
        self.0[plane].set(words.words());
    }

    #[inline(always)]
    fn word(&self, row: usize, plane: usize) -> u64 {
        let words: &Cell<[u64]> = &self.0[plane];
        words.as_slice_of_cells()[row % EIGHT].get()
    }
}

/// Places of the planes in a block.
pub(super) mod plane {
    pub(in crate::detect::text) const ALPHANUMERIC: usize = 0;
    pub(in crate::detect::text) const DIGITS: usize = 1;
    pub(in crate::detect::text) const WORDS: usize = 2;
    /// Where words begin, and every character beyond ASCII: many scripts set no spaces.
    pub(in crate::detect::text) const BEGINNINGS: usize = 3;
    pub(in crate::detect::text) const RESTS: usize = 4;
    pub(in crate::detect::text) const GOES_ON: usize = 5;
    pub(in crate::detect::text) const DIALLED: usize = 6;
    pub(in crate::detect::text) const NEWLINES: usize = 7;
    pub(in crate::detect::text) const LABELS: usize = 8;
    /// Digits to base 16 and colons.
    pub(in crate::detect::text) const HEXADECIMAL: usize = 9;
    /// What a capital and a space or hyphen stand before.
    pub(in crate::detect::text) const APART: usize = 10;
    pub(in crate::detect::text) const ATS: usize = 11;
    pub(in crate::detect::text) const CAPITALISED: usize = 12;
    /// What stands in no seed phrase.
    pub(in crate::detect::text) const STRANGE: usize = 13;
    /// What sets a telephone number apart.
    pub(in crate::detect::text) const SET_APART: usize = 14;
    /// What a digit and a sign of telephone numbers stand before: none begins here.
    pub(in crate::detect::text) const MIDDLE: usize = 15;
}

/// Room for the classes of a text.
#[derive(Debug)]
pub(super) struct Room(Vec<Block>);

/// Room for more blocks is given back at once, less is kept for the next text of the thread.
const KEPT: usize = 1 << 13;

/// Of a text that is walked once, so many blocks are kept, a power of two: the room of the first is used again.
const RING: usize = 4 * TILE / EIGHT;

thread_local! {
    static KEPT_ROOM: Cell<Vec<Block>> = const { Cell::new(Vec::new()) };
}

impl Room {
    pub(super) fn new() -> Room {
        Room(KEPT_ROOM.take())
    }

    /// Room for so many rows; with `whole`, for all of them at once.
    fn rows(&mut self, count: usize, whole: bool) -> Rows<'_> {
        let blocks = count.div_ceil(EIGHT);
        let (length, mask) = if whole || blocks <= RING { (blocks, usize::MAX) } else { (RING, RING - 1) };
        // What is there of an earlier text is overwritten.
        if self.0.len() < length {
            self.0.resize_with(length, Block::blank);
        }
        Rows { room: &self.0[..length], mask, count }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if (1..=KEPT).contains(&self.0.len()) {
            KEPT_ROOM.set(std::mem::take(&mut self.0));
        }
    }
}

/// The rows of a text, or those of the last tiles that were laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'r> {
    room: &'r [Block],
    /// Of the number of a block, the bits that say where it lies.
    mask: usize,
    count: usize,
}

impl<'r> Rows<'r> {
    pub(super) fn count(self) -> usize {
        self.count
    }

    /// A block of rows; at most one behind the text is asked for, which is empty.
    #[inline(always)]
    pub(super) fn block(self, at: usize) -> Option<&'r Block> {
        self.room.get(at & self.mask)
    }

    /// What a row has of a plane; nothing in the block behind the text.
    #[inline(always)]
    pub(super) fn word(self, at: usize, plane: usize) -> u64 {
        self.block(at / EIGHT).map_or(0, |block| block.word(at, plane))
    }

    /// Whether a block has any of a plane.
    #[inline(always)]
    fn has_any(self, block: usize, plane: usize) -> bool {
        self.block(block).is_some_and(|block| block.0[plane].get().iter().fold(0, |any, word| any | word) != 0)
    }

    /// Empties the block behind the text, where an earlier one would be read instead: a value may end with the text, and 64 characters
    /// from there on are looked at.
    pub(super) fn empty_behind(self) {
        if let Some(block) = self.block(self.count.div_ceil(EIGHT)) {
            block.0.iter().for_each(|plane| plane.set([0; EIGHT]));
        }
    }
}

/// The classes of all bytes of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes<'r> {
    pub(super) rows: Rows<'r>,
    /// ASCII letters and digits.
    pub alphanumeric: Plane<'r, { plane::ALPHANUMERIC }>,
    /// ASCII digits.
    pub digits: Plane<'r, { plane::DIGITS }>,
    /// Letters, digits, and everything beyond ASCII.
    pub words: Plane<'r, { plane::WORDS }>,
    #[cfg(test)]
    beginnings: Plane<'r, { plane::BEGINNINGS }>,
    /// What begins here is joined to what stands before: it is the rest of something longer.
    pub rests: Plane<'r, { plane::RESTS }>,
    /// What stands here is joined to what stands before: what ends right before it goes on.
    pub goes_on: Plane<'r, { plane::GOES_ON }>,
    /// Digits, and what may stand between those of a telephone number.
    pub dialled: Plane<'r, { plane::DIALLED }>,
    /// Ends of lines.
    pub newlines: Plane<'r, { plane::NEWLINES }>,
    /// Ends of labels: `:`, `=`, `[`, `>`.
    pub labels: Plane<'r, { plane::LABELS }>,
    /// Where words begin with a capital or a character beyond ASCII.
    pub capitalised: Plane<'r, { plane::CAPITALISED }>,
    /// `@`.
    pub ats: Plane<'r, { plane::ATS }>,
}

/// One class: bit `i % 64` of word `i / 64` is byte `i`. Behind the text no bit is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<'r, const AT: usize> {
    rows: Rows<'r>,
}

impl<'r> Planes<'r> {
    /// Room for the classes of a text, to be laid out by [`Layer::lay`](super::layer::Layer::lay): of all of it with `whole`, else of the last tiles.
    pub(super) fn of(text: &[u8], whole: bool, room: &'r mut Room) -> Planes<'r> {
        let rows = room.rows(text.len().div_ceil(CHUNK), whole);
        Planes {
            rows,
            alphanumeric: Plane { rows },
            digits: Plane { rows },
            words: Plane { rows },
            #[cfg(test)]
            beginnings: Plane { rows },
            rests: Plane { rows },
            goes_on: Plane { rows },
            dialled: Plane { rows },
            newlines: Plane { rows },
            labels: Plane { rows },
            capitalised: Plane { rows },
            ats: Plane { rows },
        }
    }

    /// The classes of all of a text.
    #[cfg(test)]
    pub(super) fn all(text: &[u8], room: &'r mut Room) -> (Planes<'r>, Layer) {
        let planes = Planes::of(text, true, room);
        let mut layer = Layer::default();
        layer.lay(text, &planes, 0..planes.rows.count());
        (planes, layer)
    }

    /// What the 64 characters from `from` on are made of.
    #[inline(always)]
    pub(super) fn made(&self, from: usize) -> MakeUp {
        MakeUp { alphanumeric: self.alphanumeric.window(from), digits: self.digits.window(from) }
    }

    /// How many ASCII letters stand in a row before `at`, 64 at most.
    #[inline]
    pub(super) fn letters_before(&self, at: usize) -> usize {
        let letters = if at >= CHUNK { self.letters(at - CHUNK) } else { self.letters(0).checked_shl((CHUNK - at) as u32).unwrap_or(0) };
        letters.leading_ones() as usize
    }

    /// Which of the 64 characters from `from` on are ASCII letters.
    #[inline]
    pub(super) fn letters(&self, from: usize) -> u64 {
        self.alphanumeric.window(from) & !self.digits.window(from)
    }
}

/// The 64 bits of two words from one of the first on.
#[inline(always)]
pub(super) fn window([here, next]: [u64; 2], from: usize) -> u64 {
    here >> from | next << 1 << (CHUNK - 1 - from)
}

impl<const AT: usize> Plane<'_, AT> {
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        self.rows.word(at, AT)
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

    /// The same, if it is not farther than so many bytes.
    #[inline]
    pub(super) fn end_within(&self, from: usize, most: usize) -> Option<usize> {
        let mut end = from;
        while end <= from + most {
            let run = (!self.window(end)).trailing_zeros() as usize;
            end += run;
            if run < CHUNK {
                return Some(end).filter(|end| *end <= from + most);
            }
        }
        None
    }

    /// The first byte of the class at or behind `from`.
    #[inline]
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from / CHUNK;
        let mut bits = self.word(at) & u64::MAX << (from % CHUNK);
        while bits == 0 {
            at += 1;
            bits = if at < self.rows.count() { self.word(at) } else { return None };
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
    #[inline(always)]
    pub(super) fn window(&self, from: usize) -> u64 {
        let (at, bit) = (from / CHUNK, from % CHUNK);
        window([self.word(at), self.word(at + 1)], bit)
    }

    /// Hands over every byte of the class.
    #[inline]
    pub(super) fn each(self, each: impl FnMut(usize)) {
        self.places_in(0..self.rows.count()).for_each(each);
    }

    /// Every byte of the class in these rows, which begin a block; blocks that have none are passed over.
    #[inline]
    pub(super) fn places_in(self, rows: Range<usize>) -> impl Iterator<Item = usize> {
        let blocks = (rows.start / EIGHT..rows.end.div_ceil(EIGHT)).filter(move |at| self.rows.has_any(*at, AT));
        let rows = blocks.flat_map(move |at| (at * EIGHT..(at + 1) * EIGHT).filter(move |row| *row < rows.end));
        rows.flat_map(move |at| lanes::bits(self.word(at)).map(move |bit| at * CHUNK + bit))
    }

    /// Hands over where every run of the class begins.
    #[inline]
    pub(super) fn each_start(&self, mut each: impl FnMut(usize)) {
        let mut before = 0;
        for at in 0..self.rows.count() {
            let bits = self.word(at);
            let starts = bits & !(bits << 1 | before);
            before = bits >> (CHUNK - 1);
            lanes::bits(starts).for_each(|bit| each(at * CHUNK + bit));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{layer::DIALLED_SIGNS, reference::Slow},
        *,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn planes_say_what_a_look_at_every_byte_says(text in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), prop::sample::select(b"-_+./,:$%@=[>\n(".to_vec()), any::<u8>()], 0..300), from in 0..320_usize) {
            let mut room = Room::new();
            let (planes, layer) = Planes::all(&text, &mut room);
            let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
            let is_word = |at: usize| text.get(at).is_some_and(|byte| super::super::is_word(*byte));
            let mut starts = Vec::new();
            planes.digits.each_start(|at| starts.push(at));
            prop_assert_eq!(starts, (0..text.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1))).collect::<Vec<_>>());
            prop_assert_eq!(planes.words.end(from), (from..).find(|at| !is_word(*at)).expect("behind the text"));
            let end = planes.words.end(from);
            prop_assert_eq!(planes.words.end_within(from, 70), Some(end).filter(|end| end - from <= 70));
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
                prop_assert!(!dialled || byte.is_ascii_digit() || is(DIALLED_SIGNS)(byte), "{}", at);
                prop_assert_eq!((planes.newlines.has(at), planes.labels.has(at)), (*byte == b'\n', is(b":=[>")(byte)));
            }
            let singles = text.windows(3).any(|three| three[0] == b':' && three[2] == b':');
            prop_assert_eq!((layer.has_percent, layer.has_single), (text.contains(&b'%'), singles));
            prop_assert_eq!(layer.has_scheme, text.windows(3).any(|three| three == b"://"));
            let mut capitalised = Vec::new();
            planes.capitalised.each(|at| capitalised.push(at));
            let is_capitalised = |at: &usize| (text[*at].is_ascii_uppercase() || text[*at] >= 0x80) && (*at == 0 || !is_word(at - 1));
            prop_assert_eq!(capitalised, (0..text.len()).filter(is_capitalised).collect::<Vec<_>>());
            let mut ats = Vec::new();
            planes.ats.each(|at| ats.push(at));
            prop_assert_eq!(ats, memchr::memchr_iter(b'@', &text).collect::<Vec<_>>());
            let to = from.min(text.len());
            let low = to.saturating_sub(90);
            prop_assert_eq!(planes.labels.last(low, to), text[low..to].iter().rposition(is(b":=[>")).map(|at| low + at));
            prop_assert_eq!(planes.newlines.next(to), text[to..].iter().position(|byte| *byte == b'\n').map(|at| to + at));
            let beginnings: Vec<usize> = (0..text.len()).filter(|at| planes.beginnings.has(*at)).collect();
            let begins = |at: &usize| text[*at] >= 0xc0 || text[*at].is_ascii_alphanumeric() && (*at == 0 || !is_word(at - 1));
            prop_assert_eq!(beginnings, (0..text.len()).filter(begins).collect::<Vec<_>>());
        }
    }
}
