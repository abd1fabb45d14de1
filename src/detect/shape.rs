//! Shapes: the small language in which pattern files say what a value is made of.
//!
//! `d` a digit, `D` a digit or nothing, `A` a letter, `X` a letter or digit, `_` one of
//! space, hyphen, dot, slash, or nothing; a backslash takes the next character literally.
//! Every other character stands for itself; letters in either case.

use smallvec::SmallVec;

/// One element of a compiled shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Digit,
    MaybeDigit,
    Letter,
    Alnum,
    MaybeSeparator,
    Byte(u8),
}

impl Piece {
    /// How many bytes it takes where this is the next one; `None` where it cannot stand.
    fn takes(self, byte: u8) -> Option<usize> {
        match self {
            Piece::Digit => byte.is_ascii_digit().then_some(1),
            Piece::Letter => byte.is_ascii_alphabetic().then_some(1),
            Piece::Alnum => byte.is_ascii_alphanumeric().then_some(1),
            Piece::Byte(wanted) => (byte.to_ascii_uppercase() == wanted).then_some(1),
            Piece::MaybeDigit => Some(usize::from(byte.is_ascii_digit())),
            Piece::MaybeSeparator => Some(usize::from(SEPARATORS.contains(&byte))),
        }
    }
}

/// A compiled shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pieces: Vec<Piece>,
}

impl Shape {
    /// Compiles a shape. `Err` is what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Shape, String> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(format!("a shape has 1 to {LONGEST} characters"));
        }
        let mut pieces = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            pieces.push(match byte {
                b'd' => Piece::Digit,
                b'D' => Piece::MaybeDigit,
                b'A' => Piece::Letter,
                b'X' => Piece::Alnum,
                b'_' => Piece::MaybeSeparator,
                b'\\' => Piece::Byte(bytes.next().ok_or("a shape cannot end in a backslash")?.to_ascii_uppercase()),
                _ if byte.is_ascii() => Piece::Byte(byte.to_ascii_uppercase()),
                _ => return Err("a shape is made of ASCII characters".to_owned()),
            });
        }
        Ok(Shape { pieces })
    }

    /// How many leading bytes of `text` have this shape.
    pub(super) fn match_prefix(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        for piece in &self.pieces {
            at += piece.takes(text.get(at).copied().unwrap_or(0))?;
        }
        Some(at)
    }

    /// Whether all of `text` has this shape.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.match_prefix(text) == Some(text.len())
    }

    /// The shape as a regular expression.
    #[cfg(test)]
    pub(super) fn expression(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Digit => "[0-9]".to_owned(),
            Piece::MaybeDigit => "[0-9]?".to_owned(),
            Piece::Letter => "[A-Z]".to_owned(),
            Piece::Alnum => "[0-9A-Z]".to_owned(),
            Piece::MaybeSeparator => "[ ./-]?".to_owned(),
            Piece::Byte(byte) => format!("\\x{byte:02x}"),
        };
        self.pieces.iter().map(piece).collect()
    }

    pub(super) fn begins_with_letter(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Letter))
            || matches!(self.pieces.first(), Some(Piece::Byte(byte)) if byte.is_ascii_alphabetic())
    }

    /// How many of its last characters are signs.
    pub(super) fn signs_at_end(&self) -> usize {
        self.pieces.iter().rev().take_while(|piece| matches!(piece, Piece::Byte(byte) if !byte.is_ascii_alphanumeric())).count()
    }

    /// The signs that stand in it as they are.
    pub(super) fn signs(&self) -> impl Iterator<Item = u8> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Byte(byte) if !byte.is_ascii_alphanumeric() => Some(*byte),
            _ => None,
        })
    }

    /// All signs that may stand in it.
    fn all_signs(&self) -> impl Iterator<Item = u8> {
        let separators = if self.pieces.contains(&Piece::MaybeSeparator) { SEPARATORS.as_slice() } else { &[] };
        self.signs().chain(separators.iter().copied())
    }

    /// The signs that may stand at a place of text that is made so; where it is not known which, all that may stand in the shape.
    pub(super) fn signs_at(&self, made: MakeUp, at: u32) -> SmallVec<[u8; 8]> {
        let is_there = |(place, _): &&(u8, Piece)| u32::from(*place) == at;
        match self.rest(made).and_then(|Rest(rest)| rest.iter().find(is_there).map(|(_, piece)| *piece)) {
            Some(Piece::Byte(sign)) => [sign].into_iter().collect(),
            Some(Piece::MaybeSeparator) => SEPARATORS.into_iter().collect(),
            _ => self.all_signs().collect(),
        }
    }

    /// Everything a value of this shape can be made of, up to its last letter or digit; in order. `Err` is why the shape
    /// cannot be looked for in text.
    pub(super) fn make_ups(&self) -> Result<Vec<MakeUp>, String> {
        // What may be a letter or a digit doubles the ways; of many such characters only that they are either is asked.
        let is_open = self.pieces.iter().filter(|piece| **piece == Piece::Alnum).count() > MOST_EITHER;
        let mut open = vec![(MakeUp::default(), 0_u32)];
        for piece in &self.pieces[..self.pieces.len() - self.signs_at_end()] {
            let mut longer = Vec::new();
            for (so_far, at) in &open {
                let mut push = |is_alphanumeric: bool, is_digit: bool| {
                    let bit = |is: bool| u64::from(is) << at;
                    let digits = if is_open { MakeUp::ANY } else { so_far.digits | bit(is_digit) };
                    longer.push((MakeUp { alphanumeric: so_far.alphanumeric | bit(is_alphanumeric), digits }, at + 1));
                };
                match piece {
                    Piece::Digit | Piece::MaybeDigit => push(true, true),
                    Piece::Letter => push(true, false),
                    Piece::Byte(byte) => push(byte.is_ascii_alphanumeric(), byte.is_ascii_digit()),
                    Piece::Alnum => {
                        push(true, true);
                        push(true, false);
                    }
                    Piece::MaybeSeparator => push(false, false),
                }
                if matches!(piece, Piece::MaybeDigit | Piece::MaybeSeparator) {
                    longer.push((*so_far, *at));
                }
            }
            longer.sort_unstable();
            longer.dedup();
            open = longer;
            if open.len() > MOST_MAKE_UPS {
                return Err("too many of its characters may be missing or either a letter or a digit".to_owned());
            }
        }
        let mut made: Vec<MakeUp> = open.into_iter().map(|(make_up, _)| make_up).filter(|make_up| make_up.alphanumeric & 1 == 1).collect();
        made.dedup();
        if made.is_empty() { Err("it does not begin with a letter or a digit".to_owned()) } else { Ok(made) }
    }

    /// What is left to ask of text that is made so to know whether it has this shape and ends with it: certain characters and separators
    /// at their places. `None` where that is not known beforehand.
    pub(super) fn rest(&self, made: MakeUp) -> Option<Rest> {
        if made.digits == MakeUp::ANY {
            return None;
        }
        let (mut rest, mut at) = (SmallVec::new(), 0_u32);
        for (place, piece) in self.pieces.iter().enumerate() {
            let is = |bits: u64| bits.checked_shr(at).unwrap_or(0) & 1 == 1;
            let (is_alphanumeric, is_digit) = (is(made.alphanumeric), is(made.digits));
            let fits = match piece {
                Piece::Digit => is_digit,
                Piece::Letter => is_alphanumeric && !is_digit,
                Piece::Alnum => is_alphanumeric,
                Piece::Byte(byte) => byte.is_ascii_alphanumeric() == is_alphanumeric,
                Piece::MaybeDigit if !is_digit => continue,
                Piece::MaybeSeparator if is_alphanumeric => continue,
                Piece::MaybeDigit => true,
                // A sign that is no separator may be the one behind it.
                Piece::MaybeSeparator => {
                    !matches!(self.pieces.get(place + 1), None | Some(Piece::MaybeSeparator | Piece::MaybeDigit))
                        && !matches!(self.pieces.get(place + 1), Some(Piece::Byte(byte)) if !byte.is_ascii_alphanumeric())
                }
            };
            if !fits {
                return None;
            }
            if matches!(piece, Piece::Byte(_) | Piece::MaybeSeparator) {
                rest.push((u8::try_from(at).ok()?, *piece));
            }
            at += 1;
        }
        (at as usize == made.length() as usize + self.signs_at_end()).then_some(Rest(rest))
    }
}

/// See [`Shape::rest`].
#[derive(Clone, Debug)]
pub(super) struct Rest(SmallVec<[(u8, Piece); 8]>);

impl Rest {
    /// Whether it holds of a text.
    #[inline]
    pub(super) fn holds(&self, text: &[u8]) -> bool {
        self.0.iter().all(|(at, piece)| piece.takes(text.get(usize::from(*at)).copied().unwrap_or(0)) == Some(1))
    }
}

/// The longest shape, in characters: what it is made of has room in a [`MakeUp`], and [`MakeUp::ANY`] beside it.
pub(super) const LONGEST: usize = 63;
/// More characters of a shape that may be letters or digits are not told apart.
const MOST_EITHER: usize = 4;
/// A shape with more ways of being made is refused.
const MOST_MAKE_UPS: usize = 4096;

/// What a stretch of text is made of: bit `i` of each mask is its character `i`. It ends with its last letter or digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MakeUp {
    /// Letters and digits; all else are signs.
    pub alphanumeric: u64,
    pub digits: u64,
}

impl MakeUp {
    /// In place of the digits: which of the letters and digits are digits says nothing.
    pub(super) const ANY: u64 = u64::MAX;

    /// Its first so many characters.
    #[inline]
    pub(super) fn first(self, length: u32) -> MakeUp {
        let mask = u64::MAX.checked_shr(64 - length).unwrap_or(0);
        MakeUp { alphanumeric: self.alphanumeric & mask, digits: if self.digits == MakeUp::ANY { MakeUp::ANY } else { self.digits & mask } }
    }

    /// The letters and digits it begins with.
    #[inline]
    pub(super) fn first_run(self) -> MakeUp {
        self.first((!self.alphanumeric).trailing_zeros())
    }

    /// The same, if nothing is asked of which are digits.
    #[inline]
    pub(super) fn open(self) -> MakeUp {
        MakeUp { digits: MakeUp::ANY, ..self }
    }

    /// How many characters it has.
    #[inline]
    pub(super) fn length(self) -> u32 {
        64 - self.alphanumeric.leading_zeros()
    }
}

/// What `_` may be.
const SEPARATORS: [u8; 4] = *b" -./";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_match_what_they_say() {
        for (shape, text, length) in [
            ("ddd-dd-dddd", "536-22-8145", Some(11)),
            ("ddd-dd-dddd", "536 22 8145", None),
            ("AA_dd_dd_dd_A", "AB 12 34 56 C", Some(13)),
            ("AA_dd_dd_dd_A", "AB123456C", Some(9)),
            ("dDD.dDD", "1.254x", Some(5)),
            ("\\Ad", "a7", Some(2)),
            ("\\Ad", "b7", None),
            ("dd", "1", None),
        ] {
            assert_eq!(Shape::parse(shape).expect("a good shape").match_prefix(text.as_bytes()), length, "{shape} {text}");
        }
    }

    #[test]
    fn make_ups_are_what_a_shape_can_be_made_of() {
        let of = |text: &str| {
            let bit = |is: fn(&u8) -> bool| text.bytes().enumerate().fold(0, |mask, (at, byte)| mask | u64::from(is(&byte)) << at);
            MakeUp { alphanumeric: bit(u8::is_ascii_alphanumeric), digits: bit(u8::is_ascii_digit) }
        };
        let made = |shape: &str| Shape::parse(shape).expect("a good shape").make_ups();
        let sorted = |texts: &[&str]| {
            let mut made: Vec<MakeUp> = texts.iter().map(|text| of(text)).collect();
            made.sort_unstable();
            Ok(made)
        };
        assert_eq!(made("AA_dd_A"), sorted(&["ab12c", "ab 12c", "ab12 c", "ab 12 c"]));
        assert_eq!(made("dDD:d"), sorted(&["1:2", "12:2", "123:2"]));
        assert_eq!(made("X\\D(d)"), sorted(&["1d(1", "ad(1"]));
        assert_eq!(made("XXXXX-d"), Ok(vec![MakeUp { digits: MakeUp::ANY, ..of("abcde-1") }]));
        assert_eq!(made("_d"), sorted(&["1"]));
        let shape = Shape::parse("dD.d_d").expect("a good shape");
        let signs = |text: &str, at: u32| shape.signs_at(of(text), at).to_vec();
        assert_eq!((signs("1.2-3", 1), signs("12.3-4", 2), signs("1.2-3", 3)), (b".".to_vec(), b".".to_vec(), SEPARATORS.to_vec()));
        assert!(made("(d)").is_err() && made("-").is_err() && Shape::parse("").is_err());
        assert!(made("d_D_D_D_D_D_D_D_D_D_D_D_D_D_D_").is_err());
        let long = "d".repeat(63);
        let digits = "1".repeat(63);
        assert_eq!(made(&long), sorted(&[&digits]));
        assert_eq!((of(&long).length(), of(&long).first(63), of("12-4").first(2)), (63, of(&long), of("12")));
    }
}
