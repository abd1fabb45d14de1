//! The words and numbers of a text as an address takes them, behind and before a place.

use super::{
    Scan,
    address_words::{address_words, kind},
    is_word,
};
use crate::detect::fold::with_folded;

/// Longest stretch of one address, in bytes.
const REACH: usize = 160;

/// One word or number of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub start: usize,
    pub end: usize,
    pub kind: PieceKind,
    pub kinds: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// `12`, `97a`, `263-1`, `38140-1234`.
    Number,
    /// Starts with a capital, or has one in it with digits.
    Capital,
    Lower,
}

impl Piece {
    pub(super) fn is(&self, kinds: u16) -> bool {
        self.kinds & kinds != 0
    }

    pub(super) fn is_capital(&self) -> bool {
        self.kind == PieceKind::Capital
    }

    pub(super) fn is_number(&self) -> bool {
        self.kind == PieceKind::Number
    }

    pub(super) fn length(&self) -> usize {
        self.end - self.start
    }

    /// A word of a street's name, or one between.
    pub(super) fn is_of_street(&self) -> bool {
        self.is_capital() || self.kind == PieceKind::Lower && self.is(kind::PARTICLE | kind::LOWER)
    }

    /// `Street`, `rue`, `Bahnhofstraße`.
    pub(super) fn is_street(&self) -> bool {
        self.is_capital() && self.is(kind::BEHIND | kind::BEFORE | kind::COMPOUND) || self.kind == PieceKind::Lower && self.is(kind::LOWER)
    }
}

/// Words one after another.
pub(super) type Pieces = smallvec::SmallVec<[Piece; 8]>;

impl Scan<'_> {
    pub(super) fn pieces(&self, from: usize, most: usize) -> Pieces {
        let mut pieces = Pieces::new();
        self.add_pieces(&mut pieces, from, most);
        pieces
    }

    /// Goes on from the last of these pieces until there are so many.
    pub(super) fn add_pieces(&self, pieces: &mut Pieces, from: usize, most: usize) {
        let mut at = pieces.last().map_or(from, |piece| piece.end);
        while pieces.len() < most {
            let Some((start, end)) = self.word_within(from, at) else { break };
            at = end;
            pieces.push(self.piece(start, end));
        }
    }

    /// The second of the pieces from a place on.
    pub(super) fn word_behind(&self, from: usize) -> Option<Piece> {
        let (_, at) = self.word_within(from, from)?;
        self.word_within(from, at).map(|(start, end)| self.piece(start, end))
    }

    /// The first word at or behind `at` that begins within reach of `from`.
    pub(super) fn word_within(&self, from: usize, at: usize) -> Option<(usize, usize)> {
        let words = self.planes.words;
        let start = words.next(at).filter(|start| *start < (from + REACH).min(self.text.len()))?;
        // What an apostrophe or a hyphen joins, up to forty bytes.
        let most = start + 40;
        let mut end = words.end(start);
        while end < most && matches!(self.byte(end), b'\'' | b'-') {
            end = words.end(end + 1);
        }
        Some((start, end.min(most)))
    }

    /// The words before a place, nearest first.
    pub(super) fn pieces_before(&self, at: usize, most: usize) -> Pieces {
        let mut pieces = Pieces::new();
        let mut end = at.min(self.text.len());
        while pieces.len() < most {
            let gap = self.text[..end].iter().rev().take(3).take_while(|byte| matches!(byte, b' ' | b',' | b'.' | b'/' | b'\n')).count();
            if gap == 0 {
                break;
            }
            end -= gap;
            let length = self.text[..end].iter().rev().take(40).take_while(|byte| is_word(**byte) || matches!(byte, b'\'' | b'-')).count();
            if length == 0 {
                break;
            }
            pieces.push(self.piece(end - length, end));
            end -= length;
        }
        pieces
    }

    pub(super) fn piece(&self, start: usize, end: usize) -> Piece {
        let word = &self.text[start..end];
        let letters = || word.iter().filter(|byte| !byte.is_ascii_digit() && **byte != b'-').count();
        let kind = match word.first() {
            Some(b'0'..=b'9')
                if word.ends_with(b"bis")
                    || match letters() {
                        0 => true,
                        1 => word.last().is_some_and(u8::is_ascii_alphabetic),
                        _ => false,
                    } =>
            {
                PieceKind::Number
            }
            Some(first) if first.is_ascii_lowercase() => PieceKind::Lower,
            Some(0x80..) if !starts_upper(word) => PieceKind::Lower,
            _ => PieceKind::Capital,
        };
        let kinds = if kind == PieceKind::Number { 0 } else { with_folded(word, |folded| address_words().kinds(folded)) };
        Piece { start, end, kind, kinds }
    }
}

/// Whether a word that starts beyond ASCII starts with a capital.
fn starts_upper(word: &[u8]) -> bool {
    let head = &word[..word.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase())
}
