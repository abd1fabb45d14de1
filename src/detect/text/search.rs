//! Where something may begin, by bits: beginnings of words, numbers, seed phrases, of each sixty-four characters at once.
//!
//! Each search is compiled for the widest vectors of the processor ([`widest`]), so it and what it calls are `inline(always)`.

use super::{
    planes::{Block, Planes, Rows, plane},
    stems::Stems,
};
use crate::format::lanes::{CHUNK, EIGHT, Eight, Look, STRETCH, Walk, bits, widest};
use std::{
    cell::Cell,
    ops::{BitAnd, BitOr, Not, Range},
};

impl Planes<'_> {
    /// Hands over where one of these words may begin in these blocks.
    pub(super) fn each_stem(&self, blocks: Range<usize>, text: &[u8], stems: &Stems, scratch: &mut Scratch, each: impl FnMut(usize)) {
        let from = blocks.start * EIGHT * CHUNK;
        let count = widest(StemSearch { rows: self.rows, range: blocks, text, stems, scratch });
        // Of what the sieve lets through most is told apart by the first letters alone: noted without a branch as well.
        let mut kept = 0;
        for at in 0..count.min(scratch.places.len()) {
            let place = scratch.places[at];
            scratch.places[kept] = place;
            kept += usize::from(stems.may_begin(text, from + usize::from(place)));
        }
        scratch.places.iter().take(kept).map(|place| from + usize::from(*place)).for_each(each);
    }

    /// Hands over the numbers of each eight rows of these blocks. `before` goes from blocks to the next.
    #[inline]
    pub(super) fn each_numbers(&self, blocks: Range<usize>, before: &mut Before, each: impl Each) {
        *before = widest(NumberSearch { rows: self.rows, range: blocks, before: *before, each });
    }

    /// Hands over the beginnings of lines in these blocks, and what stands behind labels, where all words that begin in the next 44
    /// characters have three to eight letters, with nothing about them that stands in no phrase ([`PhraseSearch`]).
    pub(super) fn each_phrase(&self, blocks: Range<usize>, each: impl FnMut(usize)) {
        widest(PhraseSearch { rows: self.rows, range: blocks, each });
    }
}

/// What a block and the rows behind its own have of a plane: 128 characters from the first of each row on.
#[derive(Clone, Copy, Debug)]
struct Two<E> {
    low: E,
    high: E,
}

impl<E: Eight> Two<E> {
    /// What stands so many places farther, 63 at most.
    #[inline(always)]
    fn ahead(self, places: u32) -> Two<E> {
        Two { low: self.low.down(self.high, places), high: self.high.down(E::all(0), places) }
    }

    /// What stands right before; before the first, the last of `before`.
    #[inline(always)]
    fn behind_one(self, before: E) -> Two<E> {
        Two { low: self.low.up(before, 1), high: self.high.up(self.low, 1) }
    }

    /// Where it holds of so many characters more than it has held of.
    #[inline(always)]
    fn and_ahead(self, places: u32) -> Two<E> {
        self & self.ahead(places)
    }

    /// Where it holds of four characters in a row.
    #[inline(always)]
    fn four(self) -> Two<E> {
        self.and_ahead(1).and_ahead(2)
    }

    #[inline(always)]
    fn or_ahead(self, places: u32) -> Two<E> {
        self | self.ahead(places)
    }
}

impl<E: Eight> BitAnd for Two<E> {
    type Output = Two<E>;

    #[inline(always)]
    fn bitand(self, other: Two<E>) -> Two<E> {
        Two { low: self.low & other.low, high: self.high & other.high }
    }
}

impl<E: Eight> BitOr for Two<E> {
    type Output = Two<E>;

    #[inline(always)]
    fn bitor(self, other: Two<E>) -> Two<E> {
        Two { low: self.low | other.low, high: self.high | other.high }
    }
}

impl<E: Eight> Not for Two<E> {
    type Output = Two<E>;

    #[inline(always)]
    fn not(self) -> Two<E> {
        Two { low: !self.low, high: !self.high }
    }
}

/// A block, and those before and behind it.
struct Neighbours<'a> {
    before: Option<&'a Block>,
    here: &'a Block,
    behind: Option<&'a Block>,
}

impl<'a> Neighbours<'a> {
    #[inline(always)]
    fn of(rows: Rows<'a>, at: usize) -> Option<Neighbours<'a>> {
        Some(Neighbours {
            before: at.checked_sub(1).and_then(|before| rows.block(before)),
            here: rows.block(at)?,
            behind: rows.block(at + 1),
        })
    }

    /// What each row has of a plane.
    #[inline(always)]
    fn here<E: Eight>(&self, plane: usize) -> E {
        self.here.plane(plane)
    }

    /// What the row before each has.
    #[inline(always)]
    fn preceding<E: Eight>(&self, plane: usize) -> E {
        self.here::<E>(plane).preceding(self.before.map_or(E::all(0), |block| block.plane(plane)))
    }

    /// What each row has, and the one behind it.
    #[inline(always)]
    fn two<E: Eight>(&self, plane: usize) -> Two<E> {
        let low = self.here::<E>(plane);
        Two { low, high: low.following(self.behind.map_or(E::all(0), |block| block.plane(plane))) }
    }
}

/// First digits of runs of letters and digits, by bits, of eight rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers<E> {
    /// Those that begin a run,
    pub all: E,
    /// and may say something without a word near them: what does has seven characters in a row, an address of IPv6 nine.
    pub likely: E,
    /// Those that begin seven digits and signs of telephone numbers in a row, and stand in the middle of none,
    pub dialled: E,
    /// that have a capital and a space or hyphen before them.
    pub apart: E,
    /// Runs of four digits, behind which stand a sign of telephone numbers and a run of two; none where it is slow to tell.
    pub days: E,
    /// Those behind the letters that a run begins with.
    pub mixed: E,
    /// Which characters are joined to what stands before.
    pub rests: E,
    /// Which characters may be dialled, of the row behind each as well,
    pub dial: [E; 2],
    /// which set apart what is dialled, of the row behind each as well,
    pub set_apart: [E; 2],
    /// and which have one among the two before them.
    pub is_set_apart: E,
    /// Which characters are letters and digits, of the row behind each as well,
    pub runs: [E; 2],
    /// which are digits,
    pub digits: [E; 2],
    /// and which are letters, of the row before each and of its own.
    pub letters: [E; 2],
}

/// What is done with the numbers of eight rows, of which the first is the one at that place. To become part of the search, it is
/// `inline(always)`.
pub(super) trait Each {
    fn each<L: Look>(&mut self, first: usize, numbers: &Numbers<L::Eight>);
}

/// Keeps what is handed over, row by row.
#[cfg(test)]
pub(super) struct Noting<'n>(pub &'n mut Vec<Numbers<u64>>);

#[cfg(test)]
impl Each for Noting<'_> {
    fn each<L: Look>(&mut self, first: usize, numbers: &Numbers<L::Eight>) {
        let Numbers { all, likely, dialled, apart, mixed, rests, .. } = *numbers;
        let of = [all, likely, dialled, apart, mixed, rests].map(Eight::words);
        let [dial, set_apart, runs, digits, letters] = [[0; 2]; 5];
        let none = Numbers {
            all: 0,
            likely: 0,
            dialled: 0,
            apart: 0,
            days: 0,
            mixed: 0,
            rests: 0,
            dial,
            set_apart,
            is_set_apart: 0,
            runs,
            digits,
            letters,
        };
        self.0.resize(first, none);
        self.0.extend((0..EIGHT).map(|row| {
            let [all, likely, dialled, apart, mixed, rests] = of.map(|words| words[row]);
            Numbers { all, likely, dialled, apart, mixed, rests, ..none }
        }));
    }
}

/// What the characters before blocks tell of the first in them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// Whether the last one goes on a run that has begun with letters.
    carry: bool,
}

/// Looks where numbers may begin.
struct NumberSearch<'a, E> {
    rows: Rows<'a>,
    range: Range<usize>,
    before: Before,
    each: E,
}

impl<E: Each> Walk for NumberSearch<'_, E> {
    type Output = Before;

    #[inline(always)]
    fn walk<L: Look>(mut self) -> Before {
        let Before { mut carry } = self.before;
        for at in self.range {
            let Some(of) = Neighbours::of(self.rows, at) else { break };
            let (runs, digits) = (of.two::<L::Eight>(plane::ALPHANUMERIC), of.two::<L::Eight>(plane::DIGITS));
            let letters = runs.low & !digits.low;
            let begin = runs.low & !runs.low.up(of.preceding(plane::ALPHANUMERIC), 1);
            // Added to its first letter, a run of letters gives way to a bit behind it.
            let sum = letters.add(letters & begin, &mut carry);
            let (all, mixed, rests) = (begin & digits.low, sum & !letters & digits.low, of.here::<L::Eight>(plane::RESTS));
            if (all | mixed).which() == 0 {
                continue;
            }
            // Where so many of a class stand in a row, by doubling; by what the next row has it is known for the last as well.
            let run = runs.four();
            let hexadecimal = of.two::<L::Eight>(plane::HEXADECIMAL).four().and_ahead(4).and_ahead(1).low;
            let four = digits.four().low;
            let form = run.and_ahead(3).low | run.low & !four | hexadecimal;
            let dial = of.two::<L::Eight>(plane::DIALLED);
            let many = all & dial.four().and_ahead(3).low;
            let dialled = many & !of.here::<L::Eight>(plane::MIDDLE);
            // Told where that costs less than a look at each of them.
            let days = if L::Eight::IS_QUICK {
                four & of.two::<L::Eight>(plane::MIDDLE).ahead(5).low & digits.and_ahead(1).ahead(5).low & !runs.ahead(7).low
            } else {
                L::Eight::all(0)
            };
            let apart = all & of.here(plane::APART);
            let (set_apart, set_before) = (of.two::<L::Eight>(plane::SET_APART), of.preceding(plane::SET_APART));
            let numbers = Numbers {
                all,
                likely: dialled | apart | (many | all & form) & !rests,
                dialled,
                apart,
                days,
                mixed,
                rests,
                dial: [dial.low, dial.high],
                set_apart: [set_apart.low, set_apart.high],
                is_set_apart: set_apart.low.up(set_before, 1) | set_apart.low.up(set_before, 2),
                runs: [runs.low, runs.high],
                digits: [digits.low, digits.high],
                letters: [of.preceding::<L::Eight>(plane::ALPHANUMERIC) & !of.preceding::<L::Eight>(plane::DIGITS), letters],
            };
            self.each.each::<L>(at * EIGHT, &numbers);
        }
        Before { carry }
    }
}

/// Looks where the words of a seed phrase may begin: the first twelve take 47 bytes or more.
struct PhraseSearch<'a, E> {
    rows: Rows<'a>,
    range: Range<usize>,
    each: E,
}

impl<E: FnMut(usize)> Walk for PhraseSearch<'_, E> {
    type Output = ();

    #[inline(always)]
    fn walk<L: Look>(mut self) {
        for at in self.range {
            let Some(of) = Neighbours::of(self.rows, at) else { break };
            let ends = of.here::<L::Eight>(plane::NEWLINES) | of.here(plane::LABELS);
            let mut ends_before = of.preceding::<L::Eight>(plane::NEWLINES) | of.preceding(plane::LABELS);
            if at == 0 {
                // The beginning of the text is that of a line.
                ends_before = ends_before | L::Eight::of([1 << (CHUNK - 1), 0, 0, 0, 0, 0, 0, 0]);
            }
            let starts = ends.up(ends_before, 1);
            let here = of.two::<L::Eight>(plane::ALPHANUMERIC) & !of.two(plane::DIGITS);
            let before = of.preceding::<L::Eight>(plane::ALPHANUMERIC) & !of.preceding::<L::Eight>(plane::DIGITS);
            let begin = here & !here.behind_one(before);
            let two = here.and_ahead(1);
            let four = two.and_ahead(2);
            let bad = begin & !(two & here.ahead(2)) | four & four.ahead(4) & here.ahead(8) | of.two(plane::STRANGE);
            // Where one stands among the next so many, by doubling.
            let thirty_two = bad.or_ahead(1).or_ahead(2).or_ahead(4).or_ahead(8).or_ahead(16);
            let good = starts & !thirty_two.or_ahead(12).low;
            if good.which() == 0 {
                continue;
            }
            for (row, good) in good.words().into_iter().enumerate() {
                bits(good).for_each(|bit| (self.each)((at * EIGHT + row) * CHUNK + bit));
            }
        }
    }
}

/// Room for a search: places of a tile, and what of the text is there, where it ends.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    places: Vec<u16>,
    text: Vec<u8>,
}

thread_local! {
    static KEPT: Cell<Scratch> = const { Cell::new(Scratch { places: Vec::new(), text: Vec::new() }) };
}

impl Scratch {
    /// What the thread has kept.
    pub(super) fn kept() -> Scratch {
        let mut kept = KEPT.take();
        if kept.places.len() < STRETCH {
            kept.places.resize(STRETCH, 0);
        }
        kept
    }

    /// Room for the places of eight rows.
    pub(super) fn places(&mut self) -> Option<&mut [u16; STRETCH]> {
        self.places.first_chunk_mut()
    }

    /// Keeps it for the next text.
    pub(super) fn keep(self) {
        KEPT.set(self);
    }
}

/// Looks where words may begin in some blocks, no more than there are places in sixteen bits for.
struct StemSearch<'a> {
    rows: Rows<'a>,
    range: Range<usize>,
    text: &'a [u8],
    stems: &'a Stems,
    scratch: &'a mut Scratch,
}

impl Walk for StemSearch<'_> {
    /// How many there are.
    type Output = usize;

    #[inline(always)]
    fn walk<L: Look>(self) -> usize {
        const BLOCK: usize = EIGHT * CHUNK;
        let Scratch { places, text: last } = self.scratch;
        let length = (self.range.len() * BLOCK).next_power_of_two();
        if places.len() < length + CHUNK {
            places.resize(length + CHUNK, 0);
        }
        let rest = self.text.get(self.range.start * BLOCK..).unwrap_or_default();
        let text = rest.get(..length + CHUNK).unwrap_or_else(|| {
            if last.len() < length + CHUNK {
                last.resize(length + CHUNK, 0);
            }
            // What stands farther behind is not looked at.
            let (text, behind) = last.split_at_mut(rest.len());
            text.copy_from_slice(rest);
            behind.iter_mut().take(CHUNK).for_each(|byte| *byte = 0);
            &last[..length + CHUNK]
        });
        let mut count = 0;
        for (at, block) in self.range.clone().enumerate() {
            let Some(block) = self.rows.block(block) else { break };
            for (row, begin) in block.plane::<L::Eight>(plane::BEGINNINGS).words().into_iter().enumerate() {
                let here = text.get(at * BLOCK + row * CHUNK..).and_then(|rest| rest.first_chunk::<{ CHUNK + 1 }>());
                let free = places.get_mut(count..).and_then(|rest| rest.first_chunk_mut());
                let (Some(here), Some(free)) = (here, free) else { break };
                let begin = match (here.first_chunk(), here.last_chunk()) {
                    (Some(first), Some(second)) => begin & L::may_open(&self.stems.openings, first, second),
                    _ => begin,
                };
                L::list(begin, (at * BLOCK + row * CHUNK) as u16, free);
                count += begin.count_ones() as usize;
            }
        }
        L::sieve(&self.stems.sieve, text, places, count)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{layer::BETWEEN, planes::Room, reference::Slow},
        *,
    };
    use proptest::prelude::*;

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let often = prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), prop::sample::select(b"-_+./,:$%@=[>\n(Ab".to_vec()), any::<u8>()];
        // Runs of one character are what the searches ask for.
        prop::collection::vec((often, prop_oneof![4 => Just(1), 1 => 1..12_usize]), 0..400)
            .prop_map(|runs| runs.into_iter().flat_map(|(byte, count)| std::iter::repeat_n(byte, count)).collect())
    }

    proptest! {
        #[test]
        fn phrases_may_begin_where_a_look_at_every_word_says_so(text in texts()) {
            let mut room = Room::new();
            let (planes, _) = Planes::all(&text, &mut room);
            let mut phrases = Vec::new();
            // In two parts: what follows is told as if it were one.
            let (blocks, half) = (planes.rows.count().div_ceil(EIGHT), planes.rows.count() / EIGHT / 2);
            planes.each_phrase(0..half, |at| phrases.push(at));
            planes.each_phrase(half..blocks, |at| phrases.push(at));
            // What would begin behind the text has no letters.
            phrases.retain(|at| *at < text.len());
            let is_letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
            let letters = |at: usize| (at..).take_while(|at| is_letter(*at)).count();
            let is_bad = |at: usize| letters(at) > 8 || is_letter(at) && (at == 0 || !is_letter(at - 1)) && letters(at) < 3;
            let is_strange = |at: usize| text.get(at).is_some_and(|byte| !byte.is_ascii_alphanumeric() && !BETWEEN.contains(byte));
            let starts = |at: &usize| (*at == 0 || b":=[>\n".contains(&text[at - 1])) && !(*at..at + 44).any(|at| is_bad(at) || is_strange(at));
            prop_assert_eq!(phrases, (0..text.len()).filter(starts).collect::<Vec<_>>());
        }

        #[test]
        fn numbers_are_chosen_as_by_a_look_at_every_byte(text in texts()) {
            let mut room = Room::new();
            let (planes, _) = Planes::all(&text, &mut room);
            let slow = Slow { text: &text };
            let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
            let run = |at: usize| text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let is_first = |at: usize| is_digit(at) && (at == 0 || !text[at - 1].is_ascii_alphanumeric());
            let letters_before = |at: usize| text[..at].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let is_mixed = |at: usize| is_digit(at) && letters_before(at) > 0 && !text.get(at.wrapping_sub(letters_before(at) + 1)).is_some_and(u8::is_ascii_alphanumeric);
            let mut all = Vec::new();
            let mut before = Before::default();
            for block in 0..planes.rows.count().div_ceil(EIGHT) {
                planes.each_numbers(block..block + 1, &mut before, Noting(&mut all));
            }
            for (at, numbers) in all.into_iter().enumerate() {
                for (bit, at) in (at * CHUNK..text.len().min((at + 1) * CHUNK)).enumerate() {
                    let has = |bits: u64| bits >> bit & 1 != 0;
                    prop_assert_eq!((has(numbers.all), has(numbers.mixed)), (is_first(at), is_mixed(at)), "{}", at);
                    let row = |is: &dyn Fn(&u8) -> bool| text[at..].iter().take_while(|byte| is(byte)).count();
                    let dialled = (at..).take_while(|at| planes.dialled.has(*at)).count();
                    let colons = row(&|byte| byte.is_ascii_hexdigit() || *byte == b':');
                    let form = run(at) >= 7 || run(at) >= 4 && row(&u8::is_ascii_digit) < 4 || colons >= 9;
                    let is_apart = at > 1 && b" ()-_+".contains(&text[at - 1]) && text[at - 2].is_ascii_uppercase();
                    let is_middle = at > 1 && b" ()-_+./".contains(&text[at - 1]) && is_digit(at - 2);
                    let is_dialled = is_first(at) && dialled >= 7 && !is_middle;
                    prop_assert_eq!((has(numbers.dialled), has(numbers.apart)), (is_dialled, is_first(at) && is_apart));
                    let likely = is_dialled || is_first(at) && (is_apart || (dialled >= 7 || form) && !slow.is_rest(at));
                    prop_assert_eq!(has(numbers.likely), likely, "{}", at);
                    prop_assert_eq!(planes.letters_before(at), letters_before(at).min(64));
                }
            }
        }
    }
}
