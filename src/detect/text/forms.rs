//! Shapes by what a value of them is made of, so that a stretch of text is looked up once for all of them.

use super::{
    context::{ANYBODY, Owners, mark},
    layer::DIALLED_SIGNS,
};
use crate::detect::{
    Detector, DetectorId,
    shape::{MakeUp, Rest, Shape},
};
use crate::format::lanes::{Eight, STRETCH};
use smallvec::SmallVec;
use std::{collections::HashMap, ops::RangeInclusive};

/// The shapes of all detectors.
#[derive(Debug)]
pub(super) struct Forms {
    /// Per hash of a make-up, what may be said of shapes that are made or begin so ([`state`]).
    filter: Vec<u8>,
    shapes: HashMap<MakeUp, Entry, foldhash::fast::FixedState>,
    /// The lengths of what shapes of [`MakeUp::ANY`] are made of and begin with: bit `n - 1` for `n` characters.
    open: u64,
    /// Per [`Next`], who looks for a shape that begins with a number that is followed so,
    numbers: Vec<Seekers>,
    /// Marks of those, all that most numbers are asked; behind them of those who look for a shape that begins with a run with letters in
    /// it ([`MIXED`]).
    marks: Box<[u64; MARKS]>,
    /// Per [`Further`], marks of those who look for a shape that begins with a number behind which stands so much.
    further: Box<[u64; Further::PLACES]>,
    /// Marks of those who look for so many digits alone, whatever stands behind them.
    alone: [u64; Next::LONGEST as usize + 1],
    /// Who does, per first run of a shape that may have letters in it.
    mixed: HashMap<MakeUp, [Seekers; 2], foldhash::fast::FixedState>,
    /// See [`Forms::has_short`].
    has_short: bool,
}

/// A run of letters and digits, and what is behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    /// How long the run is,
    pub first: u32,
    /// which sign follows alone up to the next run, or how many do ([`sign`]),
    pub sign: u8,
    /// how long that run is; 0 if none follows within 64 characters,
    pub length: u32,
    /// and whether there are letters in it.
    pub letters: bool,
}

/// What stands between two runs of letters and digits.
pub(super) mod sign {
    use crate::format::lanes::Eight;

    pub(super) const HYPHEN: u8 = 1;
    pub(in crate::detect::text) const DOT: u8 = 2;
    pub(super) const SLASH: u8 = 3;
    /// One that stands in hardly any shape. Behind it, two signs in a row, three, more.
    pub(super) const OTHER: u8 = 4;
    pub(super) const ALL: u8 = 8;

    /// What one sign is.
    const ONE: [u8; 256] = {
        let mut of = [OTHER; 256];
        of[b' ' as usize] = 0;
        of[b'-' as usize] = HYPHEN;
        of[b'.' as usize] = DOT;
        of[b'/' as usize] = SLASH;
        of
    };

    /// The same as [`of`] of eight.
    #[inline(always)]
    pub(super) fn of_eight<E: Eight>(gap: E, sign: E) -> E {
        let (mut one, mut known) = (E::all(0), E::all(0));
        for byte in *b" -./" {
            let is = sign.is(E::all(u64::from(byte)));
            known = known | is;
            one = one | is & E::all(u64::from(ONE[usize::from(byte)]));
        }
        let one = one | !known & E::all(u64::from(OTHER));
        gap.is(E::all(1)).choose(one, gap.least(E::all(4)).plus(E::all(u64::from(OTHER) - 1)))
    }

    /// So many signs, of which this is the first.
    #[inline(always)]
    pub(super) fn of(gap: u32, sign: u8) -> u8 {
        if gap == 1 { ONE[usize::from(sign)] } else { OTHER + gap.clamp(2, 4) as u8 - 1 }
    }
}

impl Next {
    /// `after`: the character behind the run.
    #[inline(always)]
    pub(super) fn of(made: MakeUp, after: u8) -> Next {
        let first = (!made.alphanumeric).trailing_zeros();
        let rest = made.alphanumeric.checked_shr(first).unwrap_or(0);
        let gap = rest.trailing_zeros();
        let run = |of: u64| (!of.checked_shr(first + gap).unwrap_or(0)).trailing_zeros();
        let length = run(made.alphanumeric);
        Next { first, sign: sign::of(gap, after), length, letters: run(made.digits) < length }
    }

    /// Longer runs are not told apart.
    const LONGEST: u32 = 15;
    pub(super) const PLACES: usize = 1 << 12;

    #[inline(always)]
    fn place(self) -> usize {
        let (first, length) = (self.first.min(Next::LONGEST), self.length.min(Next::LONGEST));
        (first | length << 4 | u32::from(self.sign) << 8 | u32::from(self.letters) << 11) as usize
    }

    /// All of a shape that begins with a number and is made so.
    fn of_shape(made: MakeUp, shape: &Shape) -> SmallVec<[Next; 16]> {
        let next = Next::of(made, 0);
        let signs: SmallVec<[u8; 8]> = if next.length == 0 {
            // However it is followed.
            (0..sign::ALL).collect()
        } else {
            signs_of(made, next.first, shape)
        };
        let lengths = if next.length == 0 { 0..=Next::LONGEST } else { next.length..=next.length };
        let is_any = next.length == 0 || made.digits == MakeUp::ANY;
        let all = signs.iter().flat_map(|sign| lengths.clone().map(move |length| (*sign, length)));
        let all = all.flat_map(|(sign, length)| [false, true].map(|letters| Next { sign, length, letters, ..next }));
        all.filter(|one| is_any || one.letters == next.letters).collect()
    }
}

/// What may stand in a shape that is made so behind its first so many characters, which end a run: see [`sign::of`].
fn signs_of(made: MakeUp, end: u32, shape: &Shape) -> SmallVec<[u8; 8]> {
    let gap = made.alphanumeric.checked_shr(end).unwrap_or(0).trailing_zeros();
    let one = |sign: u8| sign::of(1, sign);
    let mut signs: SmallVec<[u8; 8]> =
        if gap == 1 { shape.signs_at(made, end).into_iter().map(one).collect() } else { [sign::of(gap, 0)].into_iter().collect() };
    signs.sort_unstable();
    signs.dedup();
    signs
}

/// The second and the third run behind a first one, and what stands behind each ([`sign`]; a point is one only before a digit, which it
/// joins to what stands before).
#[derive(Clone, Copy, Debug)]
pub(super) struct Further {
    second: u32,
    signs: [u8; 2],
    third: u32,
}

impl Further {
    const PLACES: usize = 1 << 14;

    /// Of a text that is made so.
    #[inline]
    pub(super) fn of(text: &[u8], made: MakeUp, next: Next) -> Further {
        // Where runs begin and end: behind the last one, nowhere within 64 characters.
        let rest = |from: u32| made.alphanumeric.checked_shr(from).unwrap_or(0);
        let begin = |end: u32| end + rest(end).trailing_zeros();
        let length = |begin: u32| (!rest(begin)).trailing_zeros();
        let sign = |end: u32, begin: u32| {
            let of = sign::of(begin - end, text.get(end as usize).copied().unwrap_or(0));
            let joins = made.digits.checked_shr(begin).unwrap_or(0) & 1 != 0;
            if of == sign::DOT && !joins { sign::OTHER } else { of }
        };
        let second_end = begin(next.first) + next.length;
        let third = begin(second_end);
        let third_end = third + length(third);
        let signs = [sign(second_end, third), sign(third_end, begin(third_end))];
        Further { second: next.length, signs, third: third_end - third }
    }

    #[inline]
    fn place(self) -> usize {
        let (second, third) = (self.second.min(Next::LONGEST), self.third.min(Next::LONGEST));
        (second | third << 4 | u32::from(self.signs[0]) << 8 | u32::from(self.signs[1]) << 11) as usize
    }

    /// All of what may stand where a shape of several runs does that begins with a number and is made so.
    fn each_of_shape(made: MakeUp, shape: &Shape, mut each: impl FnMut(Further)) {
        let rest = |from: u32| made.alphanumeric.checked_shr(from).unwrap_or(0);
        let begin = |end: u32| end + rest(end).trailing_zeros();
        // How long the run is that begins here, what may stand behind it, and where it ends. Behind the last one anything may, but not what
        // joins to it what follows.
        let run = |begin: u32| -> (RangeInclusive<u32>, SmallVec<[u8; 8]>, u32) {
            let end = begin + (!rest(begin)).trailing_zeros();
            if rest(begin) == 0 {
                (0..=Next::LONGEST, (0..sign::ALL).collect(), end)
            } else if rest(end) == 0 {
                let joins = |sign: u8| shape.signs_at_end() == 0 && matches!(sign, sign::HYPHEN | sign::DOT | sign::SLASH);
                (end - begin..=end - begin, (0..sign::ALL).filter(|sign| !joins(*sign)).collect(), end)
            } else {
                let mut signs = signs_of(made, end, shape);
                if signs.contains(&sign::DOT) {
                    signs.push(sign::OTHER);
                }
                (end - begin..=end - begin, signs, end)
            }
        };
        let (seconds, behind_second, end) = run(begin((!made.alphanumeric).trailing_zeros()));
        let (thirds, behind_third, _) = run(begin(end));
        for (second, third) in seconds.flat_map(|second| thirds.clone().map(move |third| (second, third))) {
            for one in &behind_second {
                behind_third.iter().for_each(|other| each(Further { second, signs: [*one, *other], third }));
            }
        }
    }
}

/// Runs of letters and digits at eight places, and what is behind each: [`Next`] of eight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nexts<E> {
    pub first: E,
    pub sign: E,
    pub length: E,
    /// All bits where there are letters in the run behind it.
    letters: E,
    /// The character behind the run,
    pub after: E,
    /// and how many digits it begins with.
    pub digits: E,
}

impl<E: Eight> Nexts<E> {
    /// At these places of eight rows; `runs`: which characters are letters and digits, of the rows and of those behind each, `digits`: which
    /// are digits.
    #[inline(always)]
    pub(super) fn of(text: &[u8; STRETCH], places: E, runs: [E; 2], digits: [E; 2]) -> Nexts<E> {
        let run = E::windows(runs, places);
        let first = (!run).zeros();
        let rest = run.without(first);
        let gap = rest.zeros();
        let after = places.bytes_of(first, text);
        let digits = E::windows(digits, places);
        let length = (!rest.without(gap)).zeros();
        let letters = !(!digits.without(first).without(gap)).zeros().is(length);
        Nexts { first, sign: sign::of_eight(gap, after), length, letters, after, digits: (!digits).zeros() }
    }

    /// See [`Forms::marks`].
    #[inline(always)]
    pub(super) fn places(&self) -> E {
        let most = E::all(u64::from(Next::LONGEST));
        let none = E::all(0);
        let letters = self.letters & E::all(1 << 11);
        self.first.least(most) | self.length.least(most).up(none, 4) | self.sign.up(none, 8) | letters
    }
}

/// Longer runs, and longer beginnings of them, are not told apart.
const MIXED_MOST: u32 = (1 << MIXED_BITS) - 1;
const MIXED_BITS: u32 = 5;
/// Where the marks of runs that have both letters and digits lie, of those that begin with a digit and of those that begin with a letter.
pub(super) const MIXED: [u64; 2] = [Next::PLACES as u64, Next::PLACES as u64 + (1 << (2 * MIXED_BITS))];
const MARKS: usize = (Next::PLACES + (2 << (2 * MIXED_BITS))).next_power_of_two();

/// Where in such a part they lie: by how long a run is and how many of the kind of its first character it begins with.
#[inline(always)]
pub(super) fn mixed_place<E: Eight>(length: E, lead: E) -> E {
    let most = E::all(u64::from(MIXED_MOST));
    length.least(most) | lead.least(most).up(E::all(0), MIXED_BITS)
}

/// The shapes of one make-up.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub shapes: Vec<Alike>,
    pub seekers: Seekers,
}

/// Who looks for shapes of some kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Seekers {
    /// Somebody does to whom one says something without a word near it.
    pub is_any_alone: bool,
    /// Those to whom one says nothing unless a word of theirs stands near.
    pub needing: Owners,
}

impl Seekers {
    /// Marks of those who need a word, [`ANYBODY`] where somebody does not.
    fn marks(&self) -> u64 {
        self.needing.marks() | if self.is_any_alone { ANYBODY } else { 0 }
    }

    fn add(&mut self, sought: &Sought) {
        if sought.needs_word {
            self.needing.insert(sought.id);
        } else {
            self.is_any_alone = true;
        }
    }
}

/// A shape and all who look for it.
#[derive(Debug)]
pub(super) struct Alike {
    pub shape: Shape,
    /// What it asks of text that is made so besides.
    rest: Option<Rest>,
    /// How many signs stand behind its last letter or digit.
    pub signs: usize,
    pub sought: Vec<Sought>,
    pub seekers: Seekers,
}

impl Alike {
    /// Whether the shape stands where a text begins that is made so, and ends there after so many bytes.
    #[inline]
    pub(super) fn stands(&self, text: &[u8], length: usize) -> bool {
        self.rest.as_ref().map_or_else(|| self.shape.match_prefix(text) == Some(length), |rest| rest.holds(text))
    }
}

/// Who looks for a shape.
#[derive(Debug)]
pub(super) struct Sought {
    pub id: DetectorId,
    /// What it says by itself.
    pub bits: f32,
    /// Whether it says nothing unless a word of the detector stands near.
    pub needs_word: bool,
}

impl Sought {
    fn mark(&self) -> u64 {
        if self.needs_word { mark(self.id) } else { ANYBODY }
    }
}

/// What is known of a make-up before its shapes are looked up; one bit each.
pub(super) mod state {
    /// A shape is made so,
    pub(in crate::detect::text) const WHOLE: u8 = 1;
    /// and has signs behind its last letter or digit,
    pub(in crate::detect::text) const SIGNED: u8 = 1 << 1;
    /// or says something without a word near it.
    pub(in crate::detect::text) const ALONE: u8 = 1 << 2;
    /// A shape begins so,
    pub(super) const MORE: u8 = 1 << 3;
    /// which says something without a word near it.
    pub(super) const MORE_ALONE: u8 = 1 << 4;
}

const FILTER_BITS: u32 = 14;

#[inline(always)]
fn place(made: MakeUp) -> usize {
    let hash = made.alphanumeric.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ made.digits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    (hash >> (64 - FILTER_BITS)) as usize
}

impl Forms {
    /// `Err` is why a shape cannot be looked for.
    pub(super) fn of(all: &[Detector]) -> Result<Forms, String> {
        let mut forms = Forms {
            filter: vec![0; 1 << FILTER_BITS],
            shapes: HashMap::default(),
            open: 0,
            numbers: vec![Default::default(); Next::PLACES],
            marks: Box::new([0; MARKS]),
            further: Box::new([0; Further::PLACES]),
            alone: [0; Next::LONGEST as usize + 1],
            mixed: HashMap::default(),
            has_short: false,
        };
        for (at, detector) in all.iter().enumerate() {
            for shape in detector.text_shapes.iter().filter(|shape| detector.text.most(shape.bits) > 0.0) {
                let needs_word = detector.text.most_alone(shape.bits) <= 0.0;
                for made in shape.shape.make_ups().map_err(|why| format!("a shape of `{}`: {why}", detector.id))? {
                    forms.add(made, &shape.shape, Sought { id: DetectorId(at as u16), bits: shape.bits, needs_word });
                }
            }
        }
        forms.marks.iter_mut().zip(&forms.numbers).for_each(|(marks, seekers)| *marks = seekers.marks());
        Ok(forms)
    }

    fn add(&mut self, made: MakeUp, shape: &Shape, sought: Sought) {
        // Text is looked up at the end of every run of letters and digits.
        let ends = made.alphanumeric & !(made.alphanumeric >> 1);
        let signed = if shape.signs_at_end() > 0 { state::SIGNED } else { 0 };
        let (alone, more_alone) = if sought.needs_word { (0, 0) } else { (state::ALONE, state::MORE_ALONE) };
        let (whole, more) = (state::WHOLE | signed | alone, state::MORE | more_alone);
        for length in (1..=made.length()).filter(|length| ends >> (length - 1) & 1 == 1) {
            self.filter[place(made.first(length))] |= if length == made.length() { whole } else { more };
            self.open |= u64::from(made.digits == MakeUp::ANY) << (length - 1);
        }
        let first = made.first_run().length();
        let is_open = made.digits == MakeUp::ANY;
        let is_number = if is_open { !shape.begins_with_letter() } else { (!made.digits).trailing_zeros() >= first };
        if is_open || !is_number {
            self.add_mixed(made.first_run(), shape, &sought);
        }
        if is_number {
            Next::of_shape(made, shape).into_iter().for_each(|next| self.numbers[next.place()].add(&sought));
            if made.length() == first {
                self.alone[first.min(Next::LONGEST) as usize] |= sought.mark();
            } else {
                Further::each_of_shape(made, shape, |further| self.further[further.place()] |= sought.mark());
            }
        }
        let may_begin_with_digit = if is_open { is_number } else { made.digits & 1 != 0 };
        self.has_short |= may_begin_with_digit && !sought.needs_word && !is_long(made, shape);
        let entry = self.shapes.entry(made).or_default();
        let alike = &mut entry.shapes;
        let at = alike.iter().position(|alike| alike.shape == *shape).unwrap_or_else(|| {
            let (rest, signs) = (shape.rest(made), shape.signs_at_end());
            alike.push(Alike { shape: shape.clone(), rest, signs, sought: Vec::new(), seekers: Seekers::default() });
            alike.len() - 1
        });
        entry.seekers.add(&sought);
        alike[at].seekers.add(&sought);
        alike[at].sought.push(sought);
    }

    /// Adds a first run that may have letters in it.
    fn add_mixed(&mut self, run: MakeUp, shape: &Shape, sought: &Sought) {
        let length = run.length();
        let is_open = run.digits == MakeUp::ANY;
        let begins = |letters: bool| if is_open { letters || !shape.begins_with_letter() } else { letters == (run.digits & 1 == 0) };
        for letters in [false, true].into_iter().filter(|letters| begins(*letters)) {
            let leads = match letters {
                _ if is_open => 1..=length,
                true => run.digits.trailing_zeros()..=run.digits.trailing_zeros(),
                false => (!run.digits).trailing_zeros()..=(!run.digits).trailing_zeros(),
            };
            for lead in leads {
                let place = MIXED[usize::from(letters)] as usize + (length.min(MIXED_MOST) | lead.min(MIXED_MOST) << MIXED_BITS) as usize;
                self.marks[place] |= sought.mark();
            }
            self.mixed.entry(run).or_default()[usize::from(letters)].add(sought);
        }
    }

    /// Whether a shape that begins with a digit and says something without a word near it may be missed by
    /// [`Planes::each_numbers`](super::planes::Planes::each_numbers), which wants seven characters in a row.
    pub(super) fn has_short(&self) -> bool {
        self.has_short
    }

    /// Whether a shape that begins like a day of the calendar, with four digits, a sign and two digits, says something without a word near
    /// it.
    pub(super) fn is_day_a_shape(&self) -> bool {
        let day = |sign| Next { first: 4, sign, length: 2, letters: false };
        (0..sign::ALL).any(|sign| self.of_number(day(sign)).is_any_alone)
    }

    /// Who looks for a shape that may begin with a number that is followed so.
    #[inline]
    pub(super) fn of_number(&self, next: Next) -> &Seekers {
        &self.numbers[next.place()]
    }

    /// Marks of those who look for a shape, by the place that [`Nexts`] says, or behind those [`mixed_place`].
    #[inline(always)]
    pub(super) fn marks(&self) -> &[u64; MARKS] {
        &self.marks
    }

    /// Marks of them.
    #[inline(always)]
    pub(super) fn marks_of_number(&self, next: Next) -> u64 {
        self.marks[next.place()]
    }

    /// Marks of those who look for a shape that may begin with a number that is followed so, and by so much behind that.
    #[inline(always)]
    pub(super) fn marks_of_further(&self, next: Next, further: Further) -> u64 {
        self.marks_of_number(next) & self.further[further.place()] | self.alone[next.first.min(Next::LONGEST) as usize]
    }

    /// Who looks for a shape that may begin with this run, which has letters in it: by what it is made of, and by its length alone.
    pub(super) fn of_mixed(&self, run: MakeUp) -> impl Iterator<Item = &Seekers> {
        let begins_with_letter = usize::from(run.digits & 1 == 0);
        [run, run.open()].into_iter().filter_map(move |made| self.mixed.get(&made)).map(move |of| &of[begins_with_letter])
    }

    /// Whether a shape may begin with this run, which has letters in it. `is_near`: a word may stand near; otherwise what needs one
    /// is passed over.
    #[inline(always)]
    pub(super) fn may_be(&self, run: MakeUp, is_near: bool) -> bool {
        if run.length() > 63 {
            return false;
        }
        let known = self.filter[place(run)] | self.filter[place(run.open())];
        known & if is_near { state::WHOLE | state::MORE } else { state::ALONE | state::MORE_ALONE } != 0
    }

    /// Hands over the shapes that text begins with which is made so (what stands farther than 64 characters does not count),
    /// with the length up to the last letter or digit, where `wanted` says of that length and its [`state`] that it is worth
    /// looking them up. Signs, and letters that must be certain ones, are still to be compared. `is_near`: a word may stand near;
    /// otherwise what needs one is passed over.
    #[inline]
    pub(super) fn each<'f>(
        &'f self,
        text: MakeUp,
        is_near: bool,
        mut wanted: impl FnMut(usize, u8) -> bool,
        mut each: impl FnMut(usize, &'f Entry),
    ) {
        let (whole, more) = if is_near { (state::WHOLE, state::MORE) } else { (state::ALONE, state::MORE_ALONE) };
        let mut length = 0;
        while length < 64 {
            let rest = text.alphanumeric >> length;
            if rest == 0 {
                return;
            }
            let gap = rest.trailing_zeros();
            length += gap + (!(rest >> gap)).trailing_zeros();
            if length > 64 {
                return;
            }
            let mask = u64::MAX >> (64 - length);
            let closed = MakeUp { alphanumeric: text.alphanumeric & mask, digits: text.digits & mask };
            let open = closed.open();
            let is_open = self.open >> (length - 1) & 1 == 1;
            let known = self.filter[place(closed)] | if is_open { self.filter[place(open)] } else { 0 };
            if known & whole != 0 && wanted(length as usize, known) {
                let open = if is_open { self.shapes.get(&open) } else { None };
                self.shapes.get(&closed).into_iter().chain(open).for_each(|entry| each(length as usize, entry));
            }
            if known & more == 0 {
                return;
            }
        }
    }
}

/// Whether what is made so begins with seven letters and digits, four of which not all are digits, or seven digits and signs of
/// telephone numbers.
fn is_long(made: MakeUp, shape: &Shape) -> bool {
    let begins = |bits: u64, count: u32| bits.trailing_ones() >= count;
    let mixed = made.digits != MakeUp::ANY && !begins(made.digits, 4);
    let dialled = made.digits | !made.alphanumeric;
    begins(made.alphanumeric, 7)
        || begins(made.alphanumeric, 4) && mixed
        || made.length() >= 7 && made.digits != MakeUp::ANY && begins(dialled, 7) && shape.signs().all(|sign| DIALLED_SIGNS.contains(&sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        Detectors,
        text::planes::{Planes, Room},
    };
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ALL: LazyLock<Detectors> = LazyLock::new(|| Detectors::builtin().expect("built-in files load"));

    #[test]
    fn no_short_number_by_itself_is_a_value() {
        assert!(!ALL.scanner.forms.has_short());
        let short = |shape: &str| {
            let shape = Shape::parse(shape).expect("a good shape");
            let made = shape.make_ups().expect("can be looked for");
            !made.into_iter().all(|made| is_long(made, &shape))
        };
        assert!(short("dd-ddd") && short("ddd:dddd") && short("dddd-dAA") && short("dXXXX\\X-dd"));
        assert!(!short("ddd-dd-dddd") && !short("dd_ddd_ddd") && !short("dAXX-d") && !short("ddddddAd"));
    }

    proptest! {
        /// Every shape of every detector, tried one after another, matches what is looked up for all at once.
        #[test]
        fn a_look_up_finds_what_every_shape_by_itself_matches(
            text in prop::collection::vec(prop_oneof![4 => prop::sample::select(b"0123456789".to_vec()), 2 => prop::sample::select(b"ABHMUVX".to_vec()), 2 => prop::sample::select(b" -./:()+".to_vec())], 1..30),
        ) {
            let mut room = Room::new();
            let (planes, _) = Planes::all(&text, &mut room);
            let made = planes.made(0);
            let mut found = Vec::new();
            ALL.scanner.forms.each(made, true, |_, _| true, |length, entry| {
                let matching = entry.shapes.iter().filter(|alike| alike.stands(&text, length + alike.signs));
                found.extend(matching.flat_map(|alike| alike.sought.iter().map(move |sought| (sought.id, length + alike.signs))));
            });
            let mut wanted = Vec::new();
            for (at, detector) in ALL.all.iter().enumerate() {
                for shape in detector.text_shapes.iter().filter(|shape| detector.text.most(shape.bits) > 0.0) {
                    // A run that goes on has no end inside.
                    let whole = |length: &usize| !text.get(length - shape.shape.signs_at_end()).is_some_and(u8::is_ascii_alphanumeric);
                    wanted.extend(shape.shape.match_prefix(&text).filter(whole).map(|length| (DetectorId(at as u16), length)));
                }
            }
            let after = text.get(made.first_run().length() as usize).copied().unwrap_or(b' ');
            let next = Next::of(made, after);
            let is_number = next.first > 0 && (!made.digits).trailing_zeros() >= next.first;
            let seekers = ALL.scanner.forms.of_number(next);
            let marks = ALL.scanner.forms.marks_of_further(next, Further::of(&text, made, next));
            for (id, length) in &wanted {
                prop_assert!(!is_number || planes.goes_on.has(*length) || marks & (mark(*id) | ANYBODY) != 0);
                let may_be = if is_number { seekers.is_any_alone || seekers.needing.contains(*id) } else { next.first == 0 || ALL.scanner.forms.may_be(made.first_run(), true) };
                prop_assert!(may_be);
            }
            found.sort_unstable();
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }
}
