//! Where something may begin, by bits: beginnings of words, numbers, seed phrases, of each sixty-four characters at once.
//!
//! Each search is compiled for the widest vectors of the processor ([`widest`]), so it and what it calls are `inline(always)`.

use super::{
    planes::{Planes, Row, Rows, plane, walk},
    stems::Stems,
};
use crate::format::lanes::{CHUNK, Look, Walk, bits};
use std::ops::Range;

impl Planes<'_> {
    /// Where one of these words may begin, by bits; hands over each sixty-four characters of these rows that have any.
    pub(super) fn each_stem(&self, rows: Range<usize>, text: &[u8], stems: &Stems, each: impl FnMut(usize, u64)) {
        walk(self.rows.count(), StemSearch { rows: self.rows, range: rows, text, stems, each });
    }

    /// Hands over the numbers of each sixty-four characters of these rows that have any. `before` goes from rows to the next.
    #[inline]
    pub(super) fn each_numbers(&self, rows: Range<usize>, before: &mut Before, each: impl FnMut(usize, Numbers)) {
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Numbers {
    /// Those that begin a run,
    pub all: u64,
    /// and may say something without a word near them: what does has seven characters in a row, an address of IPv6 nine.
    pub likely: u64,
    /// Those behind the letters that a run begins with.
    pub mixed: u64,
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

impl<E: FnMut(usize, Numbers)> Walk for NumberSearch<'_, E> {
    type Output = Before;

    #[inline(always)]
    fn walk<L: Look>(mut self) -> Before {
        let Before { alphanumeric: mut before, mut carry } = self.before;
        for at in self.range {
            let Some(row) = self.rows.get(at) else { break };
            let get = |of: usize| row[of].get();
            let (alphanumeric, digits) = (get(plane::ALPHANUMERIC), get(plane::DIGITS));
            let letters = letters(row);
            let begin = alphanumeric & !(alphanumeric << 1 | before);
            before = alphanumeric >> (CHUNK - 1);
            // Added to its first letter, a run of letters gives way to a bit behind it.
            let (sum, more) = letters.overflowing_add(letters & begin | u64::from(carry));
            carry = more;
            let mut numbers = Numbers { all: begin & digits, likely: 0, mixed: sum & !letters & digits };
            if numbers.all != 0 {
                let next = self.rows.get(at + 1);
                // Where so many of a class stand in a row, by doubling; by what the next row has it is known for the last as well.
                let class = |of: usize| [get(of), next.map_or(0, |next| next[of].get())];
                let both = |[here, next]: [u64; 2], far: usize| [here & (here >> far | next << (CHUNK - far)), next & next >> far];
                let four = |of: usize| both(both(class(of), 1), 2);
                let run = four(plane::ALPHANUMERIC);
                let hexadecimal = both(both(four(plane::HEXADECIMAL), 4), 1)[0];
                let form = both(run, 3)[0] | run[0] & !four(plane::DIGITS)[0] | hexadecimal;
                let dialled = both(four(plane::DIALLED), 3)[0];
                numbers.likely = numbers.all & (dialled | get(plane::APART) | form & !get(plane::RESTS));
            }
            if numbers.all | numbers.mixed != 0 {
                (self.each)(at, numbers);
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
            let mut all = vec![Numbers { all: 0, likely: 0, mixed: 0 }; text.len().div_ceil(CHUNK)];
            let mut before = Before::default();
            for row in 0..planes.rows.count() {
                planes.each_numbers(row..row + 1, &mut before, |at, numbers| all[at] = numbers);
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
                    let likely = is_first(at) && (dialled >= 7 || is_apart || form && !slow.is_rest(at));
                    prop_assert_eq!(has(numbers.likely), likely, "{}", at);
                    prop_assert_eq!(planes.letters_before(at), letters_before(at).min(64));
                }
            }
        }
    }
}
