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
            at += piece.takes(text.get(at).copied().unwrap_or(0))?;
        }
        Some(at)
    }

    /// Whether all of `text` has this shape.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.match_prefix(text) == Some(text.len())
    }

    /// The classes the first run of letters and digits may have (its length and, per character, whether it is a digit), and
    /// what may follow it. What the text pass looks shapes up by; in order.
    pub(super) fn first_runs(&self) -> Vec<(RunKey, Follows)> {
        let free = self.pieces.iter().filter(|piece| matches!(piece, Piece::Alnum)).count();
        if free > 6 && self.pieces.iter().all(|piece| !matches!(piece, Piece::MaybeDigit | Piece::MaybeSeparator)) {
            let ends = |piece: &&Piece| !matches!(piece, Piece::Byte(byte) if !byte.is_ascii_alphanumeric());
            let length = self.pieces.iter().take_while(ends).count();
            let follows = match self.pieces.get(length) {
                Some(Piece::Byte(sign)) => Follows::Sign(*sign),
                _ => Follows::Anything,
            };
            return vec![(RunKey { length: length as u8, digits: RunKey::ANY }, follows)];
        }
        let mut runs = Vec::new();
        let mut open = vec![RunKey::default()];
        let mut last = Follows::Anything;
        for piece in &self.pieces {
            match piece {
                Piece::Digit => open.iter_mut().for_each(|key| key.push(true)),
                Piece::Letter => open.iter_mut().for_each(|key| key.push(false)),
                Piece::Byte(byte) if byte.is_ascii_alphanumeric() => open.iter_mut().for_each(|key| key.push(byte.is_ascii_digit())),
                Piece::Alnum => fork(&mut open, |key| key.push(false), |key| key.push(true)),
                Piece::MaybeDigit => fork(&mut open, |_| (), |key| key.push(true)),
                Piece::MaybeSeparator => {
                    runs.extend(SEPARATORS.iter().flat_map(|sign| open.iter().map(|key| (*key, Follows::Sign(*sign)))))
                }
                Piece::Byte(_) if open.iter().all(|key| key.length == 0) => {}
                Piece::Byte(sign) => {
                    last = Follows::Sign(*sign);
                    break;
                }
            }
            if open.len() > 4096 {
                break;
            }
        }
        runs.extend(open.into_iter().map(|key| (key, last)));
        runs.retain(|(key, _)| key.length > 0);
        runs.sort_unstable();
        runs.dedup();
        runs
    }
}

/// What stands behind the first run of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Follows {
    /// The shape ends there.
    Anything,
    Sign(u8),
}

/// What `_` may be.
const SEPARATORS: [u8; 4] = *b" -./";

/// Shapes that are matched together: what several begin with is looked at once.
#[derive(Debug)]
pub(super) struct Tree<T> {
    roots: Vec<Branch<T>>,
}

#[derive(Debug)]
struct Branch<T> {
    piece: Piece,
    /// What goes with the shapes that end here.
    ends: Vec<T>,
    further: Vec<Branch<T>>,
}

impl<T> Default for Tree<T> {
    fn default() -> Tree<T> {
        Tree { roots: Vec::new() }
    }
}

impl<T> Tree<T> {
    /// Adds a shape and what goes with it.
    pub(super) fn insert(&mut self, shape: &Shape, value: T) {
        let Some((last, before)) = shape.pieces.split_last() else { return };
        let mut branches = &mut self.roots;
        for piece in before {
            branches = &mut branch(branches, *piece).further;
        }
        branch(branches, *last).ends.push(value);
    }

    /// Hands over what goes with every shape that `text` begins with, and how many bytes have the shape.
    pub(super) fn matches(&self, text: &[u8], each: &mut impl FnMut(usize, &T)) {
        descend(&self.roots, text, 0, each);
    }
}

fn branch<T>(branches: &mut Vec<Branch<T>>, piece: Piece) -> &mut Branch<T> {
    let at = branches.iter().position(|branch| branch.piece == piece).unwrap_or_else(|| {
        branches.push(Branch { piece, ends: Vec::new(), further: Vec::new() });
        branches.len() - 1
    });
    &mut branches[at]
}

/// As deep as the longest shape, which has 64 pieces.
fn descend<T>(branches: &[Branch<T>], text: &[u8], at: usize, each: &mut impl FnMut(usize, &T)) {
    let byte = text.get(at).copied().unwrap_or(0);
    for branch in branches {
        if let Some(taken) = branch.piece.takes(byte) {
            branch.ends.iter().for_each(|value| each(at + taken, value));
            descend(&branch.further, text, at + taken, each);
        }
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
    #[cfg(test)]
    fn of(run: &[u8]) -> RunKey {
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
    fn a_tree_matches_what_its_shapes_match() {
        let shapes =
            ["ddd-dd-dddd", "ddd-dd", "ddd_ddd", "dDD.ddd.ddd-d", "AA_dd_dd_dd_A", "AA_dd", "dDD.dDD", "\\Ad", "dddDDDDd_d", "XXXX", "d"];
        let shapes = shapes.map(|shape| Shape::parse(shape).expect("a good shape"));
        let mut tree = Tree::default();
        shapes.iter().enumerate().for_each(|(at, shape)| tree.insert(shape, at));
        for text in ["536-22-8145", "536 221", "12.345.678-9", "AB 12 34 56 C", "AB123456C", "1254x", "1.254", "a7", "123456 7", "", "-"] {
            let mut together = Vec::new();
            tree.matches(text.as_bytes(), &mut |length, at: &usize| together.push((*at, length)));
            together.sort_unstable();
            let each = shapes.iter().enumerate().filter_map(|(at, shape)| Some((at, shape.match_prefix(text.as_bytes())?)));
            assert_eq!(together, each.collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn first_runs_list_every_beginning() {
        let shape = Shape::parse("AA_dd_A").expect("a good shape");
        let runs: Vec<RunKey> = ["ab", "ab12", "ab12c"].iter().map(|run| RunKey::of(run.as_bytes())).collect();
        let mut listed: Vec<RunKey> = shape.first_runs().into_iter().map(|(key, _)| key).collect();
        listed.dedup();
        assert_eq!(listed, runs);
        let follow = |shape: &str| Shape::parse(shape).expect("a good shape").first_runs();
        assert_eq!(follow("dd"), [(RunKey::of(b"12"), Follows::Anything)]);
        assert_eq!(follow("dd:d"), [(RunKey::of(b"12"), Follows::Sign(b':'))]);
        let either = [b' ', b'-', b'.', b'/'].map(|sign| (RunKey::of(b"1"), Follows::Sign(sign)));
        assert_eq!(follow("d_d"), [either.as_slice(), &[(RunKey::of(b"12"), Follows::Anything)]].concat());
        assert!(Shape::parse("").is_err());
    }
}
