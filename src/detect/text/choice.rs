//! Which numbers are worth a look: of most it is told by their length and what follows them that nothing begins there.
//!
//! A log has five numbers in every sixty-four characters. Here they are asked about by arithmetic alone, with what is known of the
//! row; what is kept is then looked at ([`super::numbers`]).

use super::{
    Scan, Scanner,
    context::{ANYBODY, mark},
    forms::{Next, sign},
    phones::Enough,
    search::{Each, Numbers},
};
use crate::format::{
    TextKind,
    lanes::{CHUNK, bits},
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
    chosen: &'a mut Vec<Chosen>,
}

impl<'a> Choice<'a> {
    pub(super) fn of(scan: &'a Scan<'_>, chosen: &'a mut Vec<Chosen>) -> Choice<'a> {
        let scanner = &scan.detectors.scanner;
        let is_dated = scan.kind != TextKind::Lines;
        let (reach, marks) = scan.around.rows();
        let phone = scanner.phone.map_or(0, mark);
        let (all, enough) = (is_dated || scanner.forms.has_short(), Enough::than(scanner.phone_alone));
        Choice { scanner, text: scan.text, all, is_dated, reach, marks, enough, phone, chosen }
    }

    /// Whether a number is worth a look: what [`Scan::may_be_number`] says of it, or more. `near`: marks of whose words may be near;
    /// `is_dialled`: it begins what may be dialled and says enough whatever its form is.
    #[inline(always)]
    fn is_worth(&self, at: usize, bit: usize, numbers: &Numbers, near: u64, is_dialled: bool) -> bool {
        let made = numbers.made(bit);
        let byte = |far: u32| self.text.get(at * CHUNK + bit + far as usize).copied().unwrap_or_default();
        let after = byte((!made.alphanumeric).trailing_zeros());
        let next = Next::of(made, after);
        let length = next.first;
        let is_number = (!made.digits).trailing_zeros() >= length;
        let shape = if is_number {
            self.scanner.forms.marks_of_number(next) & near != 0
        } else {
            self.scanner.forms.may_be(made.first_run(), near != ANYBODY)
        };
        let is = |bits: u64| bits >> bit & 1 != 0;
        let dials = is(numbers.dialled) & (is_dialled | self.enough.may_be(byte(0), length, next.length));
        let v4 = !is(numbers.rests) & (next.sign == sign::DOT) & is_number & (length <= 3) & (next.length <= 3);
        let v6 = (after == b':') & (length <= 4);
        let behind = made.digits.checked_shr(length).unwrap_or(0);
        let is_year = behind.checked_shr(behind.trailing_zeros()).unwrap_or(0) & 0xf == 0xf;
        let dated = self.is_dated & (length <= 4) & is_year;
        shape | dials | v4 | v6 | dated | (length as usize >= self.scanner.shortest_word)
    }
}

impl Each for Choice<'_> {
    #[inline(always)]
    fn each(&mut self, at: usize, numbers: &Numbers) {
        let whole = if self.all { numbers.all } else { numbers.likely };
        let of_row = |of: &[u64], at: usize| of.get(at).copied().unwrap_or(0);
        // Fewer characters in a row say something near a word, but only of a shape.
        let (near, reach) = (of_row(self.marks, at) | ANYBODY, of_row(self.reach, at));
        let short = numbers.all & reach & !whole & !numbers.rests;
        let around = near | of_row(self.marks, at.saturating_sub(1)) | of_row(self.marks, at + 1);
        let is_dialled = numbers.is_set_apart | (around & self.phone != 0);
        let mut kept = numbers.apart;
        // Noted without a branch, which would mostly be guessed wrong.
        for bit in bits(whole | short) {
            let near = if reach >> bit & 1 != 0 { near } else { ANYBODY };
            kept |= u64::from(self.is_worth(at, bit, numbers, near, is_dialled)) << bit;
        }
        let (whole, short, mixed) = (whole & kept, short & kept, numbers.mixed);
        if whole | short | mixed != 0 {
            self.chosen.push(Chosen { at, whole, short, mixed });
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
    use crate::detect::Detectors;
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
            let (mut chosen, mut all) = (Vec::new(), vec![Numbers::default(); rows]);
            planes.each_numbers(0..rows, &mut Before::default(), Choice::of(&scan, &mut chosen));
            planes.each_numbers(0..rows, &mut Before::default(), search::Noting(&mut all));
            for (at, numbers) in all.iter().enumerate() {
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
