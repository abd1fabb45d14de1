//! Character maps: from the codes of a font to characters (ISO 32000-2, 9.7.5 and 9.10.3).

use super::lexer::{Bracket, Lexer, Token};
use std::collections::BTreeMap;

/// More entries than any font has glyphs.
const ENTRIES: usize = 1 << 17;

/// What characters codes stand for, and how long codes are.
#[derive(Debug, Default)]
pub(super) struct CharacterMap {
    singles: BTreeMap<(usize, u32), String>,
    /// By length and first code: last code, and what the first stands for.
    ranges: BTreeMap<(usize, u32), (u32, Vec<u16>)>,
    /// Length, first and last code.
    lengths: Vec<(usize, u32, u32)>,
}

impl CharacterMap {
    /// Reads what a `ToUnicode` stream says.
    pub(super) fn parse(bytes: &[u8]) -> CharacterMap {
        let mut map = CharacterMap::default();
        let mut lexer = Lexer::new(bytes);
        while let Some(token) = lexer.next() {
            match token {
                Token::Word(b"begincodespacerange") => map.code_space(&mut lexer),
                Token::Word(b"beginbfchar") => map.singles(&mut lexer),
                Token::Word(b"beginbfrange") => map.ranges(&mut lexer),
                _ => {}
            }
        }
        map
    }

    /// Whether it maps nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.singles.is_empty() && self.ranges.is_empty()
    }

    fn code_space(&mut self, lexer: &mut Lexer<'_>) {
        while let (Some(Token::Text(first)), Some(Token::Text(last))) = (lexer.next(), lexer.next()) {
            if self.lengths.len() < 100 {
                self.lengths.push((first.len(), code(&first), code(&last)));
            }
        }
    }

    fn singles(&mut self, lexer: &mut Lexer<'_>) {
        while let (Some(Token::Text(from)), Some(Token::Text(to))) = (lexer.next(), lexer.next()) {
            if self.singles.len() < ENTRIES {
                self.singles.insert((from.len(), code(&from)), String::from_utf16_lossy(&units(&to)));
            }
        }
    }

    fn ranges(&mut self, lexer: &mut Lexer<'_>) {
        while let (Some(Token::Text(first)), Some(Token::Text(last))) = (lexer.next(), lexer.next()) {
            let (length, from, to) = (first.len(), code(&first), code(&last));
            match lexer.next() {
                Some(Token::Text(target)) if self.ranges.len() < ENTRIES => {
                    self.ranges.insert((length, from), (to, units(&target)));
                }
                Some(Token::Open(Bracket::Array)) => {
                    let mut code = from;
                    while let Some(Token::Text(target)) = lexer.next() {
                        if self.singles.len() < ENTRIES {
                            self.singles.insert((length, code), String::from_utf16_lossy(&units(&target)));
                        }
                        code = code.wrapping_add(1);
                    }
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The length of the code these bytes begin with.
    pub(super) fn length(&self, bytes: &[u8]) -> Option<usize> {
        let fits =
            |(length, first, last): &&(usize, u32, u32)| bytes.get(..*length).is_some_and(|bytes| (*first..=*last).contains(&code(bytes)));
        self.lengths.iter().find(fits).map(|found| found.0).filter(|length| *length > 0)
    }

    /// Adds the characters a code stands for; `false` when there are none.
    pub(super) fn push(&self, bytes: &[u8], out: &mut String) -> bool {
        let key = (bytes.len(), code(bytes));
        if let Some(characters) = self.singles.get(&key) {
            out.push_str(characters);
            return true;
        }
        let range = self.ranges.range(..=key).next_back().filter(|((length, _), (last, _))| *length == key.0 && key.1 <= *last);
        let Some(((_, first), (_, units))) = range else { return false };
        let mut units = units.clone();
        if let Some(last) = units.last_mut() {
            *last = last.wrapping_add((key.1 - first) as u16);
        }
        out.push_str(&String::from_utf16_lossy(&units));
        true
    }
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    // Some programs write one byte for ASCII.
    match bytes {
        [one] => vec![u16::from(*one)],
        // Longer than any ligature: nothing a glyph stands for.
        bytes => bytes.chunks_exact(2).take(32).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_mapped_singly_and_by_range() {
        let map = CharacterMap::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <00660069> <0003> <D83DDE00> endbfchar
              2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0078> <0079>] endbfrange 1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange",
        );
        for (code, want) in [([0, 1], "fi"), ([0, 3], "😀"), ([0, 0x12], "C"), ([0, 0x21], "y"), ([0, 0x13], ""), ([9, 9], "")] {
            let mut out = String::new();
            assert_eq!(map.push(&code, &mut out), !want.is_empty());
            assert_eq!(out, want);
        }
        assert_eq!(map.length(&[0, 1, 2]), Some(2));
        assert_eq!(map.length(&[0]), None);
    }
}
