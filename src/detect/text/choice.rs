//! Which numbers are worth a look: of most it is told by their length and what follows them that nothing begins there.
//!
//! A log has five numbers in every sixty-four characters. Here they are asked about by arithmetic alone, with what is known of the
//! row; what is kept is then looked at ([`super::numbers`]).

use super::{
    Scan, Scanner,
    context::{ANYBODY, mark},
    forms::{Next, sign},
    phones::Enough,
    planes::Planes,
    search::{Each, Numbers},
};
use crate::format::{
    TextKind,
    lanes::{CHUNK, EIGHT, Eight, Look},
};

/// Which numbers of sixty-four characters are worth a look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    /// The row.
    pub at: usize,
    pub whole: u64,
    /// Too short for anything but a shape near a word.
    pub short: u64,
    /// Behind letters.
    pub mixed: u64,
}

/// Chooses them.
pub(super) struct Choice<'a> {
    scanner: &'a Scanner,
    text: &'a [u8],
    planes: &'a Planes<'a>,
    /// Every number may begin something, however few characters stand in a row: prose writes dates in words, of which the day is
    /// a short number.
    all: bool,
    /// Words say dates.
    is_dated: bool,
    /// See [`Around::rows`](super::context::Around::rows).
    reach: &'a [u64],
    marks: &'a [u64],
    enough: Enough,
    /// The mark of telephones.
    phone: u64,
    /// Room for the places of the numbers in eight rows, which are parted by what is none.
    places: [u16; EIGHT * CHUNK / 2 + CHUNK],
    chosen: &'a mut Vec<Chosen>,
}

/// What is known of the numbers in eight rows, by bits.
struct Known {
    /// A word may be near.
    reach: [u64; EIGHT],
    /// Whose words are near to any in the row.
    near: [u64; EIGHT],
    /// What may be dialled begins there,
    dialled: [u64; EIGHT],
    /// which says enough whatever its form is.
    is_enough: [u64; EIGHT],
    rests: [u64; EIGHT],
}

impl<'a> Choice<'a> {
    pub(super) fn of(scan: &'a Scan<'_>, chosen: &'a mut Vec<Chosen>) -> Choice<'a> {
        let scanner = &scan.detectors.scanner;
        let is_dated = scan.kind != TextKind::Lines;
        let (reach, marks) = scan.around.rows();
        let phone = scanner.phone.map_or(0, mark);
        let (all, enough) = (is_dated || scanner.forms.has_short(), Enough::than(scanner.phone_alone));
        let places = [0; EIGHT * CHUNK / 2 + CHUNK];
        Choice { scanner, text: scan.text, planes: scan.planes, all, is_dated, reach, marks, enough, phone, places, chosen }
    }

    /// Whether a number is worth a look: what [`Scan::may_be_number`] says of it, or more. `place`: where it begins behind `from`, of which
    /// the numbers are known.
    #[inline(always)]
    fn is_worth(&self, from: usize, place: usize, known: &Known) -> bool {
        let (row, bit) = (place / CHUNK, place % CHUNK);
        let is = |words: &[u64; EIGHT]| words[row % EIGHT] >> bit & 1 != 0;
        let near = if is(&known.reach) { known.near[row % EIGHT] } else { ANYBODY };
        let made = self.planes.made(from + place);
        let byte = |far: u32| self.text.get(from + place + far as usize).copied().unwrap_or_default();
        let after = byte((!made.alphanumeric).trailing_zeros());
        let next = Next::of(made, after);
        let length = next.first;
        let is_number = (!made.digits).trailing_zeros() >= length;
        let shape = if is_number {
            self.scanner.forms.marks_of_number(next) & near != 0
        } else {
            self.scanner.forms.may_be(made.first_run(), near != ANYBODY)
        };
        let dials = is(&known.dialled) & (is(&known.is_enough) | self.enough.may_be(byte(0), length, next.length));
        let v4 = !is(&known.rests) & (next.sign == sign::DOT) & is_number & (length <= 3) & (next.length <= 3);
        let v6 = (after == b':') & (length <= 4);
        let behind = made.digits.checked_shr(length).unwrap_or(0);
        let is_year = behind.checked_shr(behind.trailing_zeros()).unwrap_or(0) & 0xf == 0xf;
        let dated = self.is_dated & (length <= 4) & is_year;
        shape | dials | v4 | v6 | dated | (length as usize >= self.scanner.shortest_word)
    }
}

/// What is known of the rows from one on; nothing of those behind the last.
#[inline(always)]
fn of_rows<E: Eight>(known: &[u64], from: usize) -> E {
    let rest = known.get(from..).unwrap_or_default();
    E::of(rest.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|row| rest.get(row).copied().unwrap_or(0))))
}

impl Each for Choice<'_> {
    #[inline(always)]
    fn each<L: Look>(&mut self, first: usize, numbers: &Numbers<L::Eight>) {
        let whole = if self.all { numbers.all } else { numbers.likely };
        // Fewer characters in a row say something near a word, but only of a shape.
        let reach = of_rows::<L::Eight>(self.reach, first);
        let short = numbers.all & reach & !whole & !numbers.rests;
        let marks = of_rows::<L::Eight>(self.marks, first);
        let before = first.checked_sub(EIGHT).map_or(L::Eight::all(0), |before| of_rows(self.marks, before));
        let around = marks | marks.preceding(before) | marks.following(of_rows(self.marks, first + EIGHT));
        let is_enough = numbers.set_apart | (around & L::Eight::all(self.phone)).filled();
        let known = Known {
            reach: reach.words(),
            near: (marks | L::Eight::all(ANYBODY)).words(),
            dialled: numbers.dialled.words(),
            is_enough: is_enough.words(),
            rests: numbers.rests.words(),
        };
        let mut count = 0;
        for (row, asked) in (whole | short).words().into_iter().enumerate() {
            let Some(free) = self.places[count..].first_chunk_mut() else { break };
            L::list(asked, (row * CHUNK) as u16, free);
            count += asked.count_ones() as usize;
        }
        let mut kept = numbers.apart.words();
        // Noted without a branch, which would mostly be guessed wrong.
        for place in self.places.iter().take(count).map(|place| usize::from(*place)) {
            kept[place / CHUNK % EIGHT] |= u64::from(self.is_worth(first * CHUNK, place, &known)) << (place % CHUNK);
        }
        let kept = L::Eight::of(kept);
        let of = [whole & kept, short & kept, numbers.mixed];
        if (of[0] | of[1] | of[2]).words() != [0; EIGHT] {
            let of = of.map(Eight::words);
            for row in 0..EIGHT {
                let [whole, short, mixed] = of.map(|words| words[row]);
                if whole | short | mixed != 0 {
                    self.chosen.push(Chosen { at: first + row, whole, short, mixed });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            planes::{Planes, Room},
            search::{self, Before},
        },
        *,
    };
    use crate::{detect::Detectors, format::lanes::bits};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ALL: LazyLock<Detectors> = LazyLock::new(|| Detectors::builtin().expect("built-in files load"));

    /// Numbers as values have them, words that speak for them, and what is between.
    fn texts() -> impl Strategy<Value = String> {
        let words = vec!["ssn", "phone", "spi", "passport", "born", "May", "AB", "x", "10", "::", "\n"];
        let part = prop_oneof![
            6 => "[0-9]{1,6}",
            1 => "[0-9a-fA-F]{1,34}",
            5 => prop::sample::select(vec!["-", ".", "/", ":", "+", "(", ") ", "_", ", "]).prop_map(str::to_owned),
            4 => Just(" ".to_owned()),
            2 => prop::sample::select(words).prop_map(str::to_owned),
        ];
        prop::collection::vec(part, 0..80).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn whatever_may_begin_something_is_chosen(text in texts(), kind in prop::sample::select(vec![TextKind::Lines, TextKind::Raw])) {
            let (bytes, mut found, mut room) = (text.as_bytes(), Vec::new(), Room::new());
            let planes = Planes::of(bytes, false, &mut room);
            let mut scan = Scan::of(&ALL, bytes, kind, &planes, &mut found);
            scan.walk();
            let rows = planes.rows.count();
            let (mut chosen, mut all, blocks) = (Vec::new(), Vec::new(), rows.div_ceil(EIGHT));
            planes.each_numbers(0..blocks, &mut Before::default(), Choice::of(&scan, &mut chosen));
            planes.each_numbers(0..blocks, &mut Before::default(), search::Noting(&mut all));
            for (at, numbers) in all.iter().enumerate().take(rows) {
                let of_row = chosen.iter().find(|chosen| chosen.at == at);
                let (near, reach) = (scan.around.marks(at * CHUNK) | ANYBODY, scan.around.rows().0[at]);
                let whole = if kind == TextKind::Lines { numbers.likely } else { numbers.all };
                for bit in bits(whole) {
                    let is_chosen = of_row.is_some_and(|chosen| chosen.whole >> bit & 1 != 0);
                    prop_assert!(is_chosen || !scan.may_be_number(at * CHUNK + bit, near), "{} in {}", &text[at * CHUNK + bit..], text);
                }
                for bit in bits(numbers.all & reach & !whole) {
                    let (is_chosen, made) = (of_row.is_some_and(|chosen| chosen.short >> bit & 1 != 0), planes.made(at * CHUNK + bit));
                    prop_assert!(is_chosen || !scan.may_begin_shape(at * CHUNK + bit, made, near), "{} in {}", &text[at * CHUNK + bit..], text);
                }
            }
        }
    }
}
