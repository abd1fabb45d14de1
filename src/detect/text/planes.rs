//! Which bytes of a text are of which class: one bit a byte, sixty-four at a time.
//!
//! The walks of the text pass go over these bits; a byte itself is looked at only where they say that something can begin.

use super::TILE;
use crate::{
    detect::shape::MakeUp,
    format::lanes::{self, CHUNK, CLASSES, EIGHT, Eight, HalfTable, Look, Table, Walk, look_ahead, widest},
};
use std::{cell::Cell, ops::Range};

/// The classes of eight rows of sixty-four bytes: of each plane eight words side by side, which walks work on at once.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Block([Cell<[u64; EIGHT]>; PLANES]);

/// One more than there are: blocks are found by a shift.
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
    fn set<E: Eight>(&self, plane: usize, words: E) {
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

    /// Empties the block behind the text, where an earlier one would be read instead: a value may end with the text, and 64 characters
    /// from there on are looked at.
    fn empty_behind(self) {
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

/// Eight times sixty-four bytes by class.
struct Classes<E> {
    alphanumeric: E,
    digits: E,
    words: E,
    leads: E,
    /// `-`, `_`, `+`: join what stands on both sides.
    hyphens: E,
    slashes: E,
    /// `.`, `,`: join digits.
    points: E,
    colons: E,
    ats: E,
    dollars: E,
    percents: E,
    /// Space and brackets.
    spaces: E,
    newlines: E,
    /// `=`, `[`, `>`.
    signs: E,
    capitals: E,
    /// `a` to `f` in either case.
    hexadecimal: E,
    /// What seed phrases are made of.
    of_phrase: E,
    /// `+` and `(`.
    set_apart: E,
}

impl<E: Eight> Classes<E> {
    #[inline(always)]
    fn of<L: Look<Eight = E>>(chunks: &[[u8; CHUNK]; EIGHT], rows: usize) -> Classes<E> {
        let of = match L::by_table(chunks, rows, &TABLE) {
            Some(of) => of,
            None => {
                let mut all = [[0; EIGHT]; CLASSES];
                for (at, chunk) in chunks.iter().enumerate().take(rows) {
                    for (class, of_chunk) in all.iter_mut().zip(compare::<L>(chunk)) {
                        class[at] = of_chunk;
                    }
                }
                all.map(E::of)
            }
        };
        let alphanumeric = of[0];
        // What is beyond ASCII has the bit of digits but not that of letters and digits; what begins a character that of capitals as well.
        let beyond = of[1] & !alphanumeric;
        Classes {
            alphanumeric,
            digits: of[1] & alphanumeric,
            words: alphanumeric | beyond,
            leads: of[12] & !alphanumeric,
            hyphens: of[2],
            slashes: of[3],
            points: of[4],
            colons: of[5],
            ats: of[6],
            dollars: of[7],
            percents: of[8],
            spaces: of[9],
            newlines: of[10],
            signs: of[11],
            capitals: of[12] & alphanumeric,
            hexadecimal: of[13],
            of_phrase: of[14],
            set_apart: of[15],
        }
    }
}

/// The classes of sixty-four bytes, in the order of the table.
#[inline(always)]
fn compare<L: Look>(chunk: &[u8; CHUNK]) -> [u64; CLASSES] {
    let lanes = L::of(chunk);
    let alphanumeric = lanes.alphanumeric();
    [
        alphanumeric,
        lanes.digits() | lanes.beyond_ascii(),
        lanes.any_of(*b"-_+"),
        lanes.any_of(*b"/"),
        lanes.any_of(*b".,"),
        lanes.any_of(*b":"),
        lanes.any_of(*b"@"),
        lanes.any_of(*b"$"),
        lanes.any_of(*b"%"),
        lanes.any_of(*b" ()"),
        lanes.any_of(*b"\n"),
        lanes.any_of(*b"=[>"),
        lanes.within(b'A', b'Z') | lanes.leads(),
        lanes.within(b'A', b'F') | lanes.within(b'a', b'f'),
        alphanumeric | lanes.any_of(BETWEEN),
        lanes.any_of(*b"+("),
    ]
}

/// What may stand between the words of a seed phrase, numbers aside.
pub(super) const BETWEEN: [u8; 16] = *b" \t\n\x0c\r,.)\"'|-_*#:";

const fn is_of_phrase(byte: u8) -> bool {
    let (mut found, mut at) = (byte.is_ascii_alphanumeric(), 0);
    while at < BETWEEN.len() {
        found |= BETWEEN[at] == byte;
        at += 1;
    }
    found
}

/// The same by a table.
static TABLE: Table = {
    let (mut all, mut byte) = ([HalfTable { ascii: [0; 128], beyond: 0, leads: 0 }; 2], 0);
    while byte < 128 {
        let is = byte as u8;
        let of = [
            is.is_ascii_alphanumeric(),
            is.is_ascii_digit(),
            matches!(is, b'-' | b'_' | b'+'),
            is == b'/',
            matches!(is, b'.' | b','),
            is == b':',
            is == b'@',
            is == b'$',
            is == b'%',
            matches!(is, b' ' | b'(' | b')'),
            is == b'\n',
            matches!(is, b'=' | b'[' | b'>'),
            is.is_ascii_uppercase(),
            is.is_ascii_hexdigit() && !is.is_ascii_digit(),
            is_of_phrase(is),
            matches!(is, b'+' | b'('),
        ];
        let mut class = 0;
        while class < of.len() {
            all[class / EIGHT].ascii[byte] |= (of[class] as u8) << (class % EIGHT);
            class += 1;
        }
        byte += 1;
    }
    all[0].beyond = 1 << 1;
    all[0].leads = 1 << 1;
    all[1].leads = 1 << (12 - EIGHT);
    Table(all)
};

impl<'r> Planes<'r> {
    /// Room for the classes of a text, to be laid out by [`Layer::lay`]: of all of it with `whole`, else of the last tiles.
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

/// Signs that may stand in a telephone number, and those that are of a class with them.
pub(super) const DIALLED_SIGNS: &[u8] = b" -./()_+,";

/// The classes that join what follows to them.
#[derive(Clone, Copy, Debug, Default)]
struct Joining<T> {
    words: T,
    digits: T,
    hyphens: T,
    slashes: T,
    /// Points and slashes.
    points: T,
    colons: T,
    /// Words and dollars.
    joined: T,
    percents: T,
    capitals: T,
    /// Spaces, brackets, hyphens.
    gaps: T,
}

impl<T> Joining<T> {
    #[inline(always)]
    fn map<U>(self, mut to: impl FnMut(T) -> U) -> Joining<U> {
        Joining {
            words: to(self.words),
            digits: to(self.digits),
            hyphens: to(self.hyphens),
            slashes: to(self.slashes),
            points: to(self.points),
            colons: to(self.colons),
            joined: to(self.joined),
            percents: to(self.percents),
            capitals: to(self.capitals),
            gaps: to(self.gaps),
        }
    }
}

/// Lays out a text in every plane, some rows after others.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// Of the sixty-four bytes before.
    before: Joining<u64>,
    /// Whether there was any `%` so far,
    pub has_percent: bool,
    /// any `://`,
    pub has_scheme: bool,
    /// any two colons with one character between them.
    pub has_single: bool,
}

impl Layer {
    /// Lays out these rows, which follow those laid out last and begin a block.
    pub(super) fn lay(&mut self, text: &[u8], planes: &Planes<'_>, rows: Range<usize>) {
        let (text, last) = (&text[text.len().min(rows.start * CHUNK)..], rows.end);
        let blocks = rows.start / EIGHT..rows.end.div_ceil(EIGHT);
        let (before, any) = widest(Laying { text, rows: planes.rows, blocks, before: self.before });
        if last == planes.rows.count() {
            planes.rows.empty_behind();
        }
        self.before = before;
        self.has_percent |= any[0];
        self.has_scheme |= any[1];
        self.has_single |= any[2];
    }
}

/// Lays out blocks of a text.
struct Laying<'a> {
    /// From the first of them on.
    text: &'a [u8],
    rows: Rows<'a>,
    blocks: Range<usize>,
    before: Joining<u64>,
}

impl Walk for Laying<'_> {
    /// The classes of the last row, and of which bytes [`Layer`] keeps in mind there are any.
    type Output = (Joining<u64>, [bool; 3]);

    #[inline(always)]
    fn walk<L: Look>(self) -> Self::Output {
        let (chunks, _) = self.text.as_chunks::<CHUNK>();
        let none = L::Eight::all(0);
        let (mut before, mut any) = (self.before.map(L::Eight::all), [none; 3]);
        for (at, to) in self.blocks.enumerate() {
            let Some(block) = self.rows.block(to) else { break };
            let rest = self.text.get(at * EIGHT * CHUNK..).unwrap_or_default();
            if let Some(full) = rest.as_chunks::<CHUNK>().0.first_chunk() {
                (at * EIGHT..(at + 1) * EIGHT).for_each(|row| look_ahead(chunks, row));
                lay::<L>((full, EIGHT), rest.get(EIGHT * CHUNK).copied().unwrap_or(0), block, &mut before, &mut any);
            } else {
                // The last one of the text, not full.
                let mut last = [[0; CHUNK]; EIGHT];
                last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
                lay::<L>((&last, rest.len().div_ceil(CHUNK)), 0, block, &mut before, &mut any);
                // What the zeros behind the text are is nobody's.
                let bytes = |row: usize| rest.len().saturating_sub(row * CHUNK).min(CHUNK) as u32;
                let within = L::Eight::of(std::array::from_fn(|row| u64::MAX.checked_shr(u64::BITS - bytes(row)).unwrap_or(0)));
                block.set(plane::STRANGE, block.plane::<L::Eight>(plane::STRANGE) & within);
            }
        }
        (before.map(|words| words.words()[EIGHT - 1]), any.map(|any| any.words() != [0; EIGHT]))
    }
}

/// Lays out eight times sixty-four bytes, of which so many are of the text; `next` is the byte behind them.
#[inline(always)]
fn lay<L: Look>(
    (chunks, rows): (&[[u8; CHUNK]; EIGHT], usize),
    next: u8,
    to: &Block,
    before: &mut Joining<L::Eight>,
    any: &mut [L::Eight; 3],
) {
    let here = Classes::of::<L>(chunks, rows);
    let now = Joining {
        words: here.words,
        digits: here.digits,
        hyphens: here.hyphens,
        slashes: here.slashes,
        points: here.points | here.slashes,
        colons: here.colons,
        joined: here.words | here.dollars,
        percents: here.percents,
        capitals: here.capitals,
        gaps: here.spaces | here.hyphens,
    };
    // Of byte `i`: the class of the byte so many before it, and that of the one behind it.
    let back = |now: L::Eight, before: L::Eight, far: u32| now.up(now.preceding(before), far);
    let ahead = |now: L::Eight, next: bool| now.down(now.following(L::Eight::all(u64::from(next))), 1);
    let joined = back(now.hyphens, before.hyphens, 1) & back(now.words, before.words, 2)
        | back(now.points, before.points, 1) & back(now.digits, before.digits, 2)
        | back(now.joined, before.joined, 1);
    // "%20" and "%3D" before a value are a space and a sign, not its digits.
    let spared = back(now.percents, before.percents, 2) | back(now.percents, before.percents, 3);
    let goes_on = (here.hyphens | here.slashes) & ahead(here.alphanumeric, next.is_ascii_alphanumeric())
        | (here.points | here.colons) & ahead(here.digits, next.is_ascii_digit())
        | here.ats
        | here.words;
    let in_word = back(now.words, before.words, 1);
    to.set(plane::ALPHANUMERIC, here.alphanumeric);
    to.set(plane::DIGITS, here.digits);
    to.set(plane::WORDS, here.words);
    to.set(plane::BEGINNINGS, here.alphanumeric & !in_word | here.leads);
    to.set(plane::RESTS, joined & !spared);
    to.set(plane::GOES_ON, goes_on);
    to.set(plane::DIALLED, here.digits | here.spaces | here.hyphens | now.points);
    to.set(plane::NEWLINES, here.newlines);
    to.set(plane::LABELS, here.colons | here.signs);
    to.set(plane::HEXADECIMAL, here.digits | here.hexadecimal | here.colons);
    to.set(plane::APART, back(now.gaps, before.gaps, 1) & back(now.capitals, before.capitals, 2));
    any[0] = any[0] | here.percents;
    any[1] = any[1] | here.slashes & back(now.slashes, before.slashes, 1) & back(now.colons, before.colons, 2);
    any[2] = any[2] | here.colons & back(now.colons, before.colons, 2);
    to.set(plane::ATS, here.ats);
    to.set(plane::STRANGE, !here.of_phrase);
    to.set(plane::SET_APART, here.set_apart);
    to.set(plane::CAPITALISED, (here.capitals | here.words & !here.alphanumeric) & !in_word);
    *before = now;
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
    pub(super) fn each(&self, each: impl FnMut(usize)) {
        self.each_in(0..self.rows.count(), each);
    }

    /// The same of these rows of the text.
    #[inline]
    pub(super) fn each_in(&self, rows: Range<usize>, mut each: impl FnMut(usize)) {
        for at in rows {
            lanes::bits(self.word(at)).for_each(|bit| each(at * CHUNK + bit));
        }
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
    use super::{super::reference::Slow, *};
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
