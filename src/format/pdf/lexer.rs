//! The tokens of content streams and character maps (ISO 32000-2, 7.2 and 7.8.2).

/// A token. Names and strings are without their marks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f32),
    Name(&'a [u8]),
    Text(Vec<u8>),
    Open(Bracket),
    Close(Bracket),
    /// An operator, `true`, `null` and the like.
    Word(&'a [u8]),
}

/// What encloses other tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Array,
    Dictionary,
    /// A procedure of a character map.
    Brace,
}

/// Reads tokens one after the other; nonsense is passed over.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Lexer<'a> {
        Lexer { rest: bytes }
    }

    /// The next token; none at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let start = self.rest.iter().position(|byte| !is_space(*byte))?;
            self.rest = &self.rest[start..];
            if self.rest.first() != Some(&b'%') {
                break;
            }
            let line = self.rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.rest.len());
            self.rest = &self.rest[line..];
        }
        let (first, behind) = self.rest.split_first()?;
        let double = behind.first() == Some(first);
        let (token, length) = match first {
            b'(' => return Some(Token::Text(self.literal())),
            b'<' if !double => return Some(Token::Text(self.hexadecimal())),
            b'<' => (Token::Open(Bracket::Dictionary), 2),
            b'>' if double => (Token::Close(Bracket::Dictionary), 2),
            b'[' => (Token::Open(Bracket::Array), 1),
            b']' => (Token::Close(Bracket::Array), 1),
            b'{' => (Token::Open(Bracket::Brace), 1),
            b'}' => (Token::Close(Bracket::Brace), 1),
            b'/' => {
                let end = behind.iter().position(|byte| is_space(*byte) || is_delimiter(*byte)).unwrap_or(behind.len());
                (Token::Name(&behind[..end]), end + 1)
            }
            b')' | b'>' => (Token::Word(&self.rest[..1]), 1),
            _ => {
                let end = self.rest.iter().position(|byte| is_space(*byte) || is_delimiter(*byte)).unwrap_or(self.rest.len());
                let word = &self.rest[..end];
                (number(word).map_or(Token::Word(word), Token::Number), end)
            }
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(token)
    }

    /// A string in parentheses (7.3.4.2).
    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 0_u32;
        let mut at = 0;
        while let Some(byte) = self.rest.get(at) {
            at += 1;
            match byte {
                b'(' => {
                    depth += 1;
                    if depth > 1 {
                        text.push(b'(');
                    }
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                    text.push(b')');
                }
                b'\\' => at += escape(self.rest.get(at..).unwrap_or_default(), &mut text),
                byte => text.push(*byte),
            }
        }
        self.rest = self.rest.get(at..).unwrap_or_default();
        text
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let end = self.rest.iter().position(|byte| *byte == b'>').unwrap_or(self.rest.len());
        let digits = self.rest.get(1..end).unwrap_or_default().iter().filter_map(|byte| char::from(*byte).to_digit(16));
        let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
    }

    /// Passes over the bytes of an image that stands in the stream: from `ID` to `EI` (8.9.7).
    pub(super) fn skip_image(&mut self) {
        let ends = memchr::memmem::find_iter(self.rest, b"EI");
        let mut whole = ends.filter(|at| {
            let before = at.checked_sub(1).and_then(|before| self.rest.get(before));
            let behind = self.rest.get(at + 2);
            before.is_none_or(|byte| is_space(*byte)) && behind.is_none_or(|byte| is_space(*byte))
        });
        let end = whole.next().map_or(self.rest.len(), |at| at + 2);
        self.rest = self.rest.get(end..).unwrap_or_default();
    }
}

/// What stands behind a backslash; returns its length.
fn escape(rest: &[u8], text: &mut Vec<u8>) -> usize {
    let Some(first) = rest.first() else { return 0 };
    let plain = match first {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'\r' => return if rest.get(1) == Some(&b'\n') { 2 } else { 1 },
        b'\n' => return 1,
        b'0'..=b'7' => {
            let digits = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
            let (value, length) = digits.fold((0_u32, 0), |(value, length), digit| (value * 8 + u32::from(digit - b'0'), length + 1));
            text.push(value as u8);
            return length;
        }
        other => *other,
    };
    text.push(plain);
    1
}

fn number(word: &[u8]) -> Option<f32> {
    if !word.first().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?;
    // Some programs write `--5` or `5-3`.
    let text = text.strip_prefix("--").unwrap_or(text);
    let text = text.get(..text.get(1..)?.find('-').map_or(text.len(), |at| at + 1)).unwrap_or(text);
    text.parse::<f32>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart() {
        let mut lexer = Lexer::new(b"/F1 12 Tf % note\n[(a\\(b(c)\\051\\n) -250.5 <4142 4>]TJ <</A 1>>BDC -.5 --3 1-2 (open");
        let mut all = Vec::new();
        while let Some(token) = lexer.next() {
            all.push(token);
        }
        use Token::{Close, Name, Number, Open, Text, Word};
        let text = |bytes: &[u8]| Text(bytes.to_vec());
        let (array, dictionary) = (Bracket::Array, Bracket::Dictionary);
        assert_eq!(
            all,
            [
                Name(b"F1"),
                Number(12.0),
                Word(b"Tf"),
                Open(array),
                text(b"a(b(c))\n"),
                Number(-250.5),
                text(b"AB@"),
                Close(array),
                Word(b"TJ"),
                Open(dictionary),
                Name(b"A"),
                Number(1.0),
                Close(dictionary),
                Word(b"BDC"),
                Number(-0.5),
                Number(3.0),
                Number(1.0),
                text(b"open"),
            ]
        );
    }

    #[test]
    fn images_in_the_stream_are_passed_over() {
        let mut lexer = Lexer::new(b"ID \x01(EIx\x02 EI Q");
        assert_eq!(lexer.next(), Some(Token::Word(b"ID")));
        lexer.skip_image();
        assert_eq!(lexer.next(), Some(Token::Word(b"Q")));
    }
}
