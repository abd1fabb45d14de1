//! Which numbers are worth a look: of most it is told by their length and what follows them that nothing begins there.
//!
//! A log has five numbers in every sixty-four characters. Here they are asked about by arithmetic alone, eight at a time, with what is
//! known of eight rows; what is kept is then looked at ([`super::numbers`]).

use super::{
    Scan, Scanner, TILE,
    context::{ANYBODY, mark},
    forms::{MIXED, Nexts, mixed_place, sign},
    phones::Enough,
    search::{Each, Numbers},
};
use crate::format::{
    TextKind,
    lanes::{CHUNK, EIGHT, Eight, Look, STRETCH},
};
use std::ops::Range;

/// The numbers of a tile that are worth a look.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Where the tile begins.
    from: usize,
    /// Where their first digits stand in it, and in the bits behind that what they are a part of.
    noted: Vec<u16>,
    count: usize,
}

impl Chosen {
    /// Makes room for the numbers of a tile of these rows, of which every second character may begin one.
    pub(super) fn clear(&mut self, rows: &Range<usize>) {
        (self.from, self.count) = (rows.start * CHUNK, 0);
        let most = rows.len() * CHUNK / 2 + EIGHT;
        if self.noted.len() < most {
            self.noted.resize(most, 0);
        }
    }

    /// Their first digits, in the order of the text, and what they are a part of.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, Part)> {
        self.noted.iter().take(self.count).map(|noted| usize::from(*noted)).map(|noted| {
            let part = match (noted >> SHAPE & 1, noted >> BEHIND_LETTERS & 1) {
                (_, 1) => Part::Mixed,
                (1, _) => Part::Shape,
                _ => Part::Any,
            };
            (self.from + noted % (TILE * CHUNK), part)
        })
    }
}

/// What a number is a part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    /// Anything may begin with it.
    Any,
    /// Too little stands there for anything but a shape near a word.
    Shape,
    /// The run has begun with letters.
    Mixed,
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
    /// What is written like a day of the calendar says nothing without a word near it.
    is_day_mute: bool,
    /// The mark of telephones.
    phone: u64,
    /// Room for the places of the numbers in eight rows.
    places: &'a mut [u16; STRETCH],
    chosen: &'a mut Chosen,
}

/// What is known of the numbers in eight rows, by bits.
struct Known<E> {
    /// A word may be near.
    reach: E,
    /// Whose words are near to any in the row.
    near: E,
    /// The same of the rows before and behind as well.
    around: E,
    /// All of the rows where one of telephones may be near.
    is_phone_near: E,
    rests: E,
}

impl<'a> Choice<'a> {
    pub(super) fn of(scan: &'a Scan<'_>, places: &'a mut [u16; STRETCH], chosen: &'a mut Chosen) -> Choice<'a> {
        let scanner = &scan.detectors.scanner;
        let is_dated = scan.kind != TextKind::Lines;
        let (reach, marks) = scan.around.rows();
        let phone = scanner.phone.map_or(0, mark);
        let (all, enough) = (is_dated || scanner.forms.has_short(), Enough::than(scanner.phone_alone));
        let is_day_mute = !all && !enough.is_any() && !scanner.forms.is_day_a_shape() && scanner.shortest_word > 4;
        Choice { scanner, text: scan.text, all, is_dated, reach, marks, enough, is_day_mute, phone, places, chosen }
    }

    /// Which of the numbers at eight places are worth a look: what [`Scan::may_be_number`] says of them, or more, and of what is behind
    /// letters [`Scan::may_be_mixed`]. Then, of which nothing but a shape may be there.
    #[inline(always)]
    fn are_worth<E: Eight>(&self, text: &[u8; STRETCH], places: E, numbers: &Numbers<E>, nexts: &Nexts<E>, known: &Known<E>) -> [E; 2] {
        let (row, eights) = (places.without(E::all(6)), places.eights_of(text));
        let are_numbers = nexts.first.is_at_most(nexts.digits);
        let (are_mixed, are_rests) = (numbers.mixed.has(places), known.rests.has(places));
        // What is behind letters begins with them.
        let before = (!E::windows(numbers.letters, places)).zeros_above() & are_mixed;
        let (length, lead) = (before.plus(nexts.first), are_mixed.choose(before, nexts.digits));
        let mixed = mixed_place(length, lead).plus(are_mixed.choose(E::all(MIXED[1]), E::all(MIXED[0])));
        let near = are_mixed.choose(known.around.pick(row), known.near.pick(row) & known.reach.has(places)) | E::all(ANYBODY);
        let marks = (are_numbers & !are_mixed).choose(nexts.places(), mixed).look_up(self.scanner.forms.marks());
        let shapes = (marks & near).filled() & (are_mixed | !are_rests);
        let colons = nexts.after.is(E::all(u64::from(b':')));
        let long = !length.is_at_most(E::all((self.scanner.shortest_word as u64).saturating_sub(1)));
        // See `Scan::may_dial`.
        let dial = E::below((!E::windows(numbers.dial, places)).zeros());
        let few = (E::windows(numbers.digits, places) & dial & E::all(u64::from(u32::MAX))).ones().is_at_most(E::all(6));
        let is_set_apart = (E::windows(numbers.set_apart, places) & dial).filled() | numbers.is_set_apart.has(places);
        let form = is_set_apart | self.enough.which_may_be(eights & E::all(0xff), nexts.first, nexts.length);
        let dials = numbers.dialled.has(places) & !few & (form | known.is_phone_near.pick(row));
        let dots = nexts.sign.is(E::all(u64::from(sign::DOT)));
        let v4 =
            !are_rests & dots & are_numbers & nexts.first.is_at_most(E::all(3)) & nexts.length.is_at_most(E::all(3)) & !are_inside(eights);
        let mut whole = numbers.apart.has(places) | v4 | dials;
        if self.is_dated {
            let behind = E::windows(numbers.digits, places).without(nexts.first);
            let four = E::all(0xf);
            whole = whole | nexts.first.is_at_most(E::all(4)) & (behind.without(behind.zeros()) & four).is(four);
        }
        let iban = before.is(E::all(2)) & !length.is_at_most(E::all(3)) & !nexts.digits.is_at_most(E::all(1));
        let behind_letters = iban | !before.is_at_most(E::all(CHUNK as u64 - 1));
        let others = colons & length.is_at_most(E::all(4)) | long | are_mixed.choose(behind_letters, whole);
        [shapes | others, !others]
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
        let is_phone_near = (around & L::Eight::all(self.phone)).filled();
        // What is dialled and has a plus or a bracket in it may be of a telephone.
        let may_be_set_apart = (numbers.set_apart[0] | numbers.set_apart[1] | numbers.is_set_apart).filled();
        let mute = numbers.days & !(reach | is_phone_near | numbers.apart | may_be_set_apart);
        let asked = whole & !(mute & L::Eight::all(if self.is_day_mute { u64::MAX } else { 0 }));
        let known = Known { reach, near: marks, around, is_phone_near, rests: numbers.rests };
        let mut count = 0;
        for (row, asked) in (asked | short | numbers.mixed).words().into_iter().enumerate() {
            let Some(free) = self.places[count..].first_chunk_mut() else { break };
            L::list(asked, (row * CHUNK) as u16, free);
            count += asked.count_ones() as usize;
        }
        if count == 0 {
            return;
        }
        let from = first * CHUNK;
        let rest = self.text.get(from..).unwrap_or_default();
        let mut last = [0; STRETCH];
        let text: &[u8; STRETCH] = rest.first_chunk().unwrap_or_else(|| {
            last[..rest.len()].copy_from_slice(rest);
            &last
        });
        // Noted without a branch, which would mostly be guessed wrong.
        let base = L::Eight::all(from.wrapping_sub(self.chosen.from) as u64 % (TILE * CHUNK) as u64);
        for group in 0..count.div_ceil(EIGHT) {
            let Some(places) = self.places.get(group * EIGHT..).and_then(|rest| rest.first_chunk()) else { break };
            let eight = L::Eight::of_places(places);
            let nexts = Nexts::of(text, eight, numbers.runs, numbers.digits);
            let asked = u8::MAX >> EIGHT.saturating_sub(count - group * EIGHT);
            let [worth, is_shape] = self.are_worth(text, eight, numbers, &nexts, &known);
            let worth = worth.which() & asked;
            // What else is known of them goes along in further bits.
            let is_shape = (short.has(eight) | is_shape) & L::Eight::all(1 << SHAPE);
            let noted = eight.plus(base) | is_shape | numbers.mixed.has(eight) & L::Eight::all(1 << BEHIND_LETTERS);
            let Some(free) = self.chosen.noted.get_mut(self.chosen.count..).and_then(|rest| rest.first_chunk_mut()) else { break };
            noted.pack(worth, free);
            self.chosen.count += worth.count_ones() as usize;
        }
    }
}

/// Behind the place of a number in a tile, whether it is worth no more than a look for shapes,
const SHAPE: u32 = (TILE * CHUNK).trailing_zeros();
/// and whether it stands behind letters.
const BEHIND_LETTERS: u32 = SHAPE + 1;
const _: () = assert!((TILE * CHUNK).is_power_of_two() && BEHIND_LETTERS < u16::BITS);

/// Which addresses of IPv4 begin as those inside of networks do ([`Scan::is_inside`]), by their first eight characters.
#[inline(always)]
fn are_inside<E: Eight>(eights: E) -> E {
    const TEN: u64 = u64::from_le_bytes(*b"10.\0\0\0\0\0");
    const LOCAL: u64 = u64::from_le_bytes(*b"127.\0\0\0\0");
    const PRIVATE: u64 = u64::from_le_bytes(*b"192.168.");
    (eights & E::all(u64::MAX >> 40)).is(E::all(TEN)) | (eights & E::all(u64::MAX >> 32)).is(E::all(LOCAL)) | eights.is(E::all(PRIVATE))
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
            let (mut chosen, mut all, blocks) = (Chosen::default(), Vec::new(), rows.div_ceil(EIGHT));
            chosen.clear(&(0..rows));
            planes.each_numbers(0..blocks, &mut Before::default(), Choice::of(&scan, &mut [0; STRETCH], &mut chosen));
            planes.each_numbers(0..blocks, &mut Before::default(), search::Noting(&mut all));
            for (at, numbers) in all.iter().enumerate().take(rows) {
                let is_chosen = |at: usize, part: Part| chosen.each().any(|one| one == (at, part));
                let (near, reach) = (scan.around.marks(at * CHUNK) | ANYBODY, scan.around.rows().0[at]);
                let whole = if kind == TextKind::Lines { numbers.likely } else { numbers.all };
                for at in bits(whole).map(|bit| at * CHUNK + bit) {
                    let may_be_shape = is_chosen(at, Part::Shape) && scan.may_begin_shape(at, planes.made(at), near);
                    prop_assert!(may_be_shape || is_chosen(at, Part::Any) || !scan.may_be_number(at, planes.made(at), near), "{} in {}", &text[at..], text);
                }
                for bit in bits(numbers.mixed) {
                    let at = at * CHUNK + bit;
                    prop_assert!(is_chosen(at, Part::Mixed) || !scan.may_be_mixed(at), "{} in {}", &text[at..], text);
                }
                for bit in bits(numbers.all & reach & !whole) {
                    let made = planes.made(at * CHUNK + bit);
                    prop_assert!(is_chosen(at * CHUNK + bit, Part::Shape) || !scan.may_begin_shape(at * CHUNK + bit, made, near), "{} in {}", &text[at * CHUNK + bit..], text);
                }
            }
        }
    }
}
