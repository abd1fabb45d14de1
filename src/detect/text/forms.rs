//! Shapes by what a value of them is made of, so that a stretch of text is looked up once for all of them.

use super::{context::Owners, numbers::LONGEST_LONE};
use crate::detect::{
    Detector, DetectorId,
    shape::{MakeUp, Shape},
};
use std::collections::HashMap;

/// The shapes of all detectors.
#[derive(Debug)]
pub(super) struct Forms {
    /// Per hash of a make-up, what may be said of shapes that are made or begin so ([`state`]).
    filter: Vec<u8>,
    shapes: HashMap<MakeUp, Vec<Alike>, foldhash::fast::FixedState>,
    /// The lengths of what shapes of [`MakeUp::ANY`] are made of and begin with: bit `n - 1` for `n` characters.
    open: u64,
    /// See [`Forms::has_lone`].
    has_lone: bool,
}

/// A shape and all who look for it.
#[derive(Debug)]
pub(super) struct Alike {
    pub shape: Shape,
    /// How many signs stand behind its last letter or digit.
    pub signs: usize,
    pub sought: Vec<Sought>,
    /// Those of them to whom it says nothing unless a word of theirs stands near; whether all are.
    pub needing: Owners,
    pub needs_word: bool,
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

#[inline]
fn place(made: MakeUp) -> usize {
    let hash = made.alphanumeric.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ made.digits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    (hash >> (64 - FILTER_BITS)) as usize
}

impl Forms {
    /// `Err` is why a shape cannot be looked for.
    pub(super) fn of(all: &[Detector]) -> Result<Forms, String> {
        let mut forms = Forms { filter: vec![0; 1 << FILTER_BITS], shapes: HashMap::default(), open: 0, has_lone: false };
        for (at, detector) in all.iter().enumerate() {
            for shape in detector.text_shapes.iter().filter(|shape| detector.text.most(shape.bits) > 0.0) {
                let needs_word = detector.text.most_alone(shape.bits) <= 0.0;
                for made in shape.shape.make_ups().map_err(|why| format!("a shape of `{}`: {why}", detector.id))? {
                    forms.add(made, &shape.shape, Sought { id: DetectorId(at as u16), bits: shape.bits, needs_word });
                }
            }
        }
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
        let first = (!made.alphanumeric).trailing_zeros();
        let (is_open, goes_on) = (made.digits == MakeUp::ANY, made.digits.checked_shr(first + 1).unwrap_or(0) & 1 != 0);
        let is_number = if is_open { !shape.begins_with_letter() } else { (!made.digits).trailing_zeros() >= first };
        self.has_lone |= !sought.needs_word && is_number && first as usize <= LONGEST_LONE && (is_open || !goes_on);
        let alike = self.shapes.entry(made).or_default();
        let at = alike.iter().position(|alike| alike.shape == *shape).unwrap_or_else(|| {
            alike.push(Alike {
                shape: shape.clone(),
                signs: shape.signs_at_end(),
                sought: Vec::new(),
                needing: Owners::default(),
                needs_word: true,
            });
            alike.len() - 1
        });
        alike[at].needs_word &= sought.needs_word;
        if sought.needs_word {
            alike[at].needing.insert(sought.id);
        }
        alike[at].sought.push(sought);
    }

    /// Whether a shape that says something without a word near it may begin with a short number that a sign and a digit do not follow.
    pub(super) fn has_lone(&self) -> bool {
        self.has_lone
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
        mut each: impl FnMut(usize, &'f Alike),
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
            let open = MakeUp { digits: MakeUp::ANY, ..closed };
            let is_open = self.open >> (length - 1) & 1 == 1;
            let known = self.filter[place(closed)] | if is_open { self.filter[place(open)] } else { 0 };
            if known & whole != 0 && wanted(length as usize, known) {
                let open = if is_open { self.shapes.get(&open) } else { None };
                self.shapes.get(&closed).into_iter().chain(open).flatten().for_each(|alike| each(length as usize, alike));
            }
            if known & more == 0 {
                return;
            }
        }
    }
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
        assert!(!ALL.scanner.forms.has_lone());
    }

    proptest! {
        /// Every shape of every detector, tried one after another, matches what is looked up for all at once.
        #[test]
        fn a_look_up_finds_what_every_shape_by_itself_matches(
            text in prop::collection::vec(prop_oneof![4 => prop::sample::select(b"0123456789".to_vec()), 2 => prop::sample::select(b"ABHMUVX".to_vec()), 2 => prop::sample::select(b" -./:()+".to_vec())], 1..30),
        ) {
            let mut room = Room::new();
            let planes = Planes::of(&text, &mut room);
            let made = planes.made(0);
            let mut found = Vec::new();
            ALL.scanner.forms.each(made, true, |_, _| true, |length, alike| {
                if alike.shape.match_prefix(&text) == Some(length + alike.signs) {
                    found.extend(alike.sought.iter().map(|sought| (sought.id, length + alike.signs)));
                }
            });
            let mut wanted = Vec::new();
            for (at, detector) in ALL.all.iter().enumerate() {
                for shape in detector.text_shapes.iter().filter(|shape| detector.text.most(shape.bits) > 0.0) {
                    // A run that goes on has no end inside.
                    let whole = |length: &usize| !text.get(length - shape.shape.signs_at_end()).is_some_and(u8::is_ascii_alphanumeric);
                    wanted.extend(shape.shape.match_prefix(&text).filter(whole).map(|length| (DetectorId(at as u16), length)));
                }
            }
            found.sort_unstable();
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }
}
