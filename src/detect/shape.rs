//! Shapes: the small language in which pattern files say what a value is made of.
//!
//! `d` a digit, `D` a digit or nothing, `A` a letter, `X` a letter or digit, `_` one of
//! space, hyphen, dot, slash, or nothing; a backslash takes the next character literally.
//! Every other character stands for itself; letters in either case.

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

/// A compiled shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pieces: Vec<Piece>,
}

impl Shape {
    /// Compiles a shape. `Err` is what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Shape, String> {
        if text.is_empty() || text.len() > 64 {
            return Err("a shape has 1 to 64 characters".to_owned());
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
            let byte = text.get(at).copied().unwrap_or(0);
            let taken = match piece {
                Piece::Digit => byte.is_ascii_digit(),
                Piece::Letter => byte.is_ascii_alphabetic(),
                Piece::Alnum => byte.is_ascii_alphanumeric(),
                Piece::Byte(wanted) => byte.to_ascii_uppercase() == *wanted,
                Piece::MaybeDigit => {
                    at += usize::from(byte.is_ascii_digit());
                    continue;
                }
                Piece::MaybeSeparator => {
                    at += usize::from(matches!(byte, b' ' | b'-' | b'.' | b'/'));
                    continue;
                }
            };
            if !taken {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Whether all of `text` has this shape.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.match_prefix(text) == Some(text.len())
    }

    /// The classes the first run of letters and digits may have: its length and, per
    /// character, whether it is a digit. What the text pass looks shapes up by.
    pub(super) fn first_runs(&self) -> Vec<RunKey> {
        let free = self.pieces.iter().filter(|piece| matches!(piece, Piece::Alnum)).count();
        if free > 6 && self.pieces.iter().all(|piece| !matches!(piece, Piece::MaybeDigit | Piece::MaybeSeparator)) {
            let length =
                self.pieces.iter().take_while(|piece| !matches!(piece, Piece::Byte(byte) if !byte.is_ascii_alphanumeric())).count();
            return vec![RunKey { length: length as u8, digits: RunKey::ANY }];
        }
        let mut keys = Vec::new();
        let mut open = vec![RunKey::default()];
        for piece in &self.pieces {
            match piece {
                Piece::Digit => open.iter_mut().for_each(|key| key.push(true)),
                Piece::Letter => open.iter_mut().for_each(|key| key.push(false)),
                Piece::Byte(byte) if byte.is_ascii_alphanumeric() => open.iter_mut().for_each(|key| key.push(byte.is_ascii_digit())),
                Piece::Alnum => fork(&mut open, |key| key.push(false), |key| key.push(true)),
                Piece::MaybeDigit => fork(&mut open, |_| (), |key| key.push(true)),
                Piece::MaybeSeparator => keys.extend(open.iter().copied()),
                Piece::Byte(_) if open.iter().all(|key| key.length == 0) => {}
                Piece::Byte(_) => {
                    keys.append(&mut open);
                    break;
                }
            }
            if open.len() > 4096 {
                break;
            }
        }
        keys.append(&mut open);
        keys.retain(|key| key.length > 0);
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn fork(open: &mut Vec<RunKey>, one: impl Fn(&mut RunKey), other: impl Fn(&mut RunKey)) {
    let mut forked = open.clone();
    open.iter_mut().for_each(one);
    forked.iter_mut().for_each(other);
    open.append(&mut forked);
    open.sort_unstable();
    open.dedup();
}

/// Length and kinds of characters of a run of letters and digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RunKey {
    pub length: u8,
    /// Bit `i` is set when character `i` is a digit; only the first 32 count.
    pub digits: u32,
}

impl RunKey {
    /// In place of the kinds of characters: any.
    pub(super) const ANY: u32 = u32::MAX;

    /// Adds a character.
    pub(super) fn push(&mut self, digit: bool) {
        if self.length < 32 {
            self.digits |= u32::from(digit) << self.length;
        }
        self.length = self.length.saturating_add(1);
    }

    /// The key of a run.
    pub(super) fn of(run: &[u8]) -> RunKey {
        let mut key = RunKey::default();
        run.iter().for_each(|byte| key.push(byte.is_ascii_digit()));
        key
    }
}

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
    fn first_runs_list_every_beginning() {
        let shape = Shape::parse("AA_dd_A").expect("a good shape");
        let runs: Vec<RunKey> = ["ab", "ab12", "ab12c"].iter().map(|run| RunKey::of(run.as_bytes())).collect();
        assert_eq!(shape.first_runs(), runs);
        assert!(Shape::parse("").is_err());
    }
}
