//! Where something may begin, by bits: beginnings of words, numbers, seed phrases, of each sixty-four characters at once.
//!
//! Each search is compiled for the widest vectors of the processor ([`widest`]), so it and what it calls are `inline(always)`.

use super::{
    planes::{Planes, Row, Rows, plane, walk, window},
    stems::Stems,
};
use crate::{
    detect::shape::MakeUp,
    format::lanes::{CHUNK, Look, Walk, bits},
};
use std::ops::Range;

impl Planes<'_> {
    /// Where one of these words may begin, by bits; hands over each sixty-four characters of these rows that have any.
    pub(super) fn each_stem(&self, rows: Range<usize>, text: &[u8], stems: &Stems, each: impl FnMut(usize, u64)) {
        walk(self.rows.count(), StemSearch { rows: self.rows, range: rows, text, stems, each });
    }

    /// Hands over the numbers of each sixty-four characters of these rows that have any. `before` goes from rows to the next.
    #[inline]
    pub(super) fn each_numbers(&self, rows: Range<usize>, before: &mut Before, each: impl Each) {
        *before = walk(self.rows.count(), NumberSearch { rows: self.rows, range: rows, before: *before, each });
    }

    /// Hands over the beginnings of lines in these rows, and what stands behind labels, where all words that begin in the next 44
    /// characters have three to eight letters, with nothing about them that stands in no phrase ([`PhraseSearch`]).
    pub(super) fn each_phrase(&self, rows: Range<usize>, each: impl FnMut(usize)) {
        walk(self.rows.count(), PhraseSearch { rows: self.rows, range: rows, each });
    }
}

/// Which of sixty-four characters are ASCII letters.
#[inline(always)]
fn letters(row: &Row) -> u64 {
    row[plane::ALPHANUMERIC].get() & !row[plane::DIGITS].get()
}

/// First digits of runs of letters and digits, by bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Numbers {
    /// Those that begin a run,
    pub all: u64,
    /// and may say something without a word near them: what does has seven characters in a row, an address of IPv6 nine.
    pub likely: u64,
    /// Those that begin seven digits and signs of telephone numbers in a row,
    pub dialled: u64,
    /// that have a capital and a space or hyphen before them.
    pub apart: u64,
    /// Those behind the letters that a run begins with.
    pub mixed: u64,
    /// Which characters are joined to what stands before,
    pub rests: u64,
    /// which are letters and digits, of the next sixty-four as well,
    alphanumeric: [u64; 2],
    /// which are digits,
    digits: [u64; 2],
    /// Something may set a telephone number apart: there is a plus or a bracket among these, those before and the next.
    pub is_set_apart: bool,
}

impl Numbers {
    /// What the 64 characters from one of these on are made of.
    #[inline(always)]
    pub(super) fn made(&self, from: usize) -> MakeUp {
        MakeUp { alphanumeric: window(self.alphanumeric, from), digits: window(self.digits, from) }
    }
}

/// What is done with the numbers of each sixty-four characters that have any, of the row at that place. To become part of the
/// search, it is `inline(always)`.
pub(super) trait Each {
    fn each(&mut self, at: usize, numbers: &Numbers);
}

/// Keeps what is handed over.
#[cfg(test)]
pub(super) struct Noting<'n>(pub &'n mut [Numbers]);

#[cfg(test)]
impl Each for Noting<'_> {
    fn each(&mut self, at: usize, numbers: &Numbers) {
        self.0[at] = *numbers;
    }
}

/// What the characters before rows tell of the first in them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// Whether the last one is a letter or digit,
    alphanumeric: u64,
    /// whether it goes on a run that has begun with letters.
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
        let Before { alphanumeric: mut before, mut carry } = self.before;
        let previous = self.range.start.checked_sub(1).and_then(|at| self.rows.get(at));
        let mut set_apart = previous.map_or(0, |row| row[plane::SET_APART].get());
        for at in self.range {
            let Some(row) = self.rows.get(at) else { break };
            let get = |of: usize| row[of].get();
            let next = self.rows.get(at + 1);
            let class = |of: usize| [get(of), next.map_or(0, |next| next[of].get())];
            let set_apart_before = std::mem::replace(&mut set_apart, get(plane::SET_APART));
            let (of_run, of_digits) = (class(plane::ALPHANUMERIC), class(plane::DIGITS));
            let (alphanumeric, digits) = (of_run[0], of_digits[0]);
            let letters = letters(row);
            let begin = alphanumeric & !(alphanumeric << 1 | before);
            before = alphanumeric >> (CHUNK - 1);
            // Added to its first letter, a run of letters gives way to a bit behind it.
            let (sum, more) = letters.overflowing_add(letters & begin | u64::from(carry));
            carry = more;
            let mut numbers = Numbers {
                all: begin & digits,
                mixed: sum & !letters & digits,
                rests: get(plane::RESTS),
                alphanumeric: of_run,
                digits: of_digits,
                is_set_apart: class(plane::SET_APART) != [0; 2] || set_apart_before != 0,
                ..Numbers::default()
            };
            if numbers.all != 0 {
                // Where so many of a class stand in a row, by doubling; by what the next row has it is known for the last as well.
                let both = |[here, next]: [u64; 2], far: usize| [here & (here >> far | next << (CHUNK - far)), next & next >> far];
                let four = |of: usize| both(both(class(of), 1), 2);
                let run = both(both(of_run, 1), 2);
                let hexadecimal = both(both(four(plane::HEXADECIMAL), 4), 1)[0];
                let form = both(run, 3)[0] | run[0] & !both(both(of_digits, 1), 2)[0] | hexadecimal;
                numbers.dialled = numbers.all & both(four(plane::DIALLED), 3)[0];
                numbers.apart = numbers.all & get(plane::APART);
                numbers.likely = numbers.dialled | numbers.apart | numbers.all & form & !numbers.rests;
            }
            if numbers.all | numbers.mixed != 0 {
                self.each.each(at, &numbers);
            }
        }
        Before { alphanumeric: before, carry }
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
        let ends = |row: &Row| row[plane::NEWLINES].get() | row[plane::LABELS].get();
        let previous = self.range.start.checked_sub(1).and_then(|before| self.rows.get(before));
        // The beginning of the text is that of a line.
        let mut behind = previous.map_or(1, |row| ends(row) >> (CHUNK - 1));
        let mut before = u128::from(previous.map_or(0, letters) >> (CHUNK - 1));
        for at in self.range {
            let Some(row) = self.rows.get(at) else { break };
            let ends = ends(row);
            let starts = ends << 1 | behind;
            behind = ends >> (CHUNK - 1);
            let next = self.rows.get(at + 1).map_or(0, letters);
            let here = u128::from(letters(row)) | u128::from(next) << CHUNK;
            let begin = here & !(here << 1 | before);
            before = here >> (CHUNK - 1) & 1;
            if starts == 0 {
                continue;
            }
            let two = here & here >> 1;
            let four = two & two >> 2;
            let strange = u128::from(row[plane::STRANGE].get())
                | u128::from(self.rows.get(at + 1).map_or(0, |next| next[plane::STRANGE].get())) << CHUNK;
            let bad = begin & !(two & here >> 2) | four & four >> 4 & here >> 8 | strange;
            // Where one stands among the next so many, by doubling.
            let among = |bits: u128, far: u32| bits | bits >> far;
            let thirty_two = among(among(among(among(among(bad, 1), 2), 4), 8), 16);
            bits(starts & !(among(thirty_two, 12) as u64)).for_each(|bit| (self.each)(at * CHUNK + bit));
        }
    }
}

/// Looks where words may begin.
struct StemSearch<'a, E> {
    rows: Rows<'a>,
    range: Range<usize>,
    text: &'a [u8],
    stems: &'a Stems,
    each: E,
}

impl<E: FnMut(usize, u64)> Walk for StemSearch<'_, E> {
    type Output = ();

    #[inline(always)]
    fn walk<L: Look>(mut self) {
        for at in self.range {
            let Some(row) = self.rows.get(at) else { break };
            let rest = self.text.get(at * CHUNK..).unwrap_or_default();
            let mut last = [0; 2 * CHUNK];
            let text = rest.first_chunk().unwrap_or_else(|| {
                last[..rest.len()].copy_from_slice(rest);
                &last
            });
            let begin = row[plane::BEGINNINGS].get();
            let letters = begin & letters(row);
            let noted = L::sieve(&self.stems.sieve, text, letters, begin & !letters);
            if noted != 0 {
                (self.each)(at * CHUNK, noted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            planes::{BETWEEN, Room},
            reference::Slow,
        },
        *,
    };
    use proptest::prelude::*;

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let often = prop_oneof![Just(b'a'), Just(b'7'), Just(b' '), prop::sample::select(b"-_+./,:$%@=[>\n(Ab".to_vec()), any::<u8>()];
        // Runs of one character are what the searches ask for.
        prop::collection::vec((often, prop_oneof![4 => Just(1), 1 => 1..12_usize]), 0..120)
            .prop_map(|runs| runs.into_iter().flat_map(|(byte, count)| std::iter::repeat_n(byte, count)).collect())
    }

    proptest! {
        #[test]
        fn phrases_may_begin_where_a_look_at_every_word_says_so(text in texts()) {
            let mut room = Room::new();
            let (planes, _) = Planes::all(&text, &mut room);
            let mut phrases = Vec::new();
            // In two parts: what follows is told as if it were one.
            let (rows, half) = (planes.rows.count(), planes.rows.count() / 2);
            planes.each_phrase(0..half, |at| phrases.push(at));
            planes.each_phrase(half..rows, |at| phrases.push(at));
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
            let mut all = vec![Numbers::default(); text.len().div_ceil(CHUNK)];
            let mut before = Before::default();
            for row in 0..planes.rows.count() {
                planes.each_numbers(row..row + 1, &mut before, Noting(&mut all));
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
                    prop_assert_eq!((has(numbers.dialled), has(numbers.apart)), (is_first(at) && dialled >= 7, is_first(at) && is_apart));
                    let likely = is_first(at) && (dialled >= 7 || is_apart || form && !slow.is_rest(at));
                    prop_assert_eq!(has(numbers.likely), likely, "{}", at);
                    prop_assert_eq!(planes.letters_before(at), letters_before(at).min(64));
                }
            }
        }
    }
}
