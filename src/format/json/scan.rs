//! The tokens of JSON, read leniently: comments, single quotes, `NaN` and the calls of the
//! MongoDB shell (`ObjectId("...")`) pass.

use crate::format::marks::first_of;
use memchr::{memchr, memmem};

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the value does.
    More,
    /// It is no JSON.
    Wrong,
}

/// A place in the bytes.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// A string or other scalar: where its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The text has escapes in it.
    pub(super) escaped: bool,
    pub(super) null: bool,
}

impl<'a> Scan<'a> {
    /// The byte here.
    #[inline]
    pub(super) fn peek(&self) -> Result<u8, Stop> {
        self.bytes.get(self.at).copied().ok_or(Stop::More)
    }

    /// The byte at the next token.
    #[inline]
    pub(super) fn token(&mut self) -> Result<u8, Stop> {
        loop {
            match self.peek()? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                b'/' | 0x1e | 0xef => {
                    self.blank()?;
                    return self.peek();
                }
                byte => return Ok(byte),
            }
        }
    }

    /// Steps over blanks, comments, record separators (RFC 7464) and byte order marks.
    pub(super) fn blank(&mut self) -> Result<(), Stop> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match rest {
                [b' ' | b'\n' | b'\t' | b'\r' | 0x1e, ..] => self.at += 1,
                [0xef, 0xbb, 0xbf, ..] => self.at += 3,
                [b'/', b'/', ..] => self.at += memchr(b'\n', rest).ok_or(Stop::More)?,
                [b'/', b'*', inner @ ..] => self.at += memmem::find(inner, b"*/").ok_or(Stop::More)? + 4,
                _ => return Ok(()),
            }
        }
    }

    /// The string here; the cursor stands at its quote. Line ends cannot stand in one, so
    /// a string that does not close breaks its line, not the file.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Scalar, Stop> {
        let quote = self.peek()?;
        if quote != b'"' && quote != b'\'' {
            return Err(Stop::Wrong);
        }
        let from = self.at + 1;
        let (mut to, mut escaped) = (from, false);
        loop {
            to += first_of([quote, b'\\', b'\n'], self.bytes.get(to..).unwrap_or_default()).ok_or(Stop::More)?;
            match self.bytes[to] {
                b'\\' => {
                    escaped = true;
                    to += 2;
                }
                b'\n' => return Err(Stop::Wrong),
                _ => break,
            }
        }
        self.at = to + 1;
        Ok(Scalar { from, to, escaped, null: false })
    }

    /// The scalar here.
    #[inline]
    pub(super) fn scalar(&mut self) -> Result<Scalar, Stop> {
        match self.peek()? {
            b'"' | b'\'' => return self.string(),
            b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {}
            _ => return Err(Stop::Wrong),
        }
        let from = self.at;
        let rest = &self.bytes[from..];
        let length = rest.iter().position(|byte| !is_scalar(*byte)).ok_or(Stop::More)?;
        self.at += length;
        let text = &rest[..length];
        if rest[length] == b'(' {
            return self.call();
        }
        let null = matches!(text, b"null" | b"NaN" | b"undefined" | b"None" | b"Infinity" | b"-Infinity");
        if !null && text[0].is_ascii_alphabetic() && !matches!(text, b"true" | b"false" | b"True" | b"False") {
            return Err(Stop::Wrong);
        }
        Ok(Scalar { from, to: from + length, escaped: false, null })
    }

    /// `ISODate("...")`: what is in the parentheses.
    #[cold]
    fn call(&mut self) -> Result<Scalar, Stop> {
        self.at += 1;
        let scalar = match self.token()? {
            b')' => Scalar { from: self.at, to: self.at, escaped: false, null: true },
            _ => self.scalar()?,
        };
        // Further arguments are of no interest.
        let length = self.bytes[self.at..].iter().take(200).position(|byte| *byte == b')').ok_or(Stop::Wrong)?;
        self.at += length + 1;
        Ok(scalar)
    }

    /// Steps over a value, whatever is in it, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let mut depth = 0u64;
        loop {
            match self.token()? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Stop::Wrong)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                _ => {
                    self.scalar()?;
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

const fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Appends a string's text without its escapes (RFC 8259, section 7).
pub(super) fn unescape(mut text: &[u8], into: &mut Vec<u8>) {
    while let Some(at) = memchr(b'\\', text) {
        into.extend_from_slice(&text[..at]);
        let after = &text[at + 1..];
        let used = match after.first().copied() {
            Some(b'u') => unicode(&after[1..], into) + 1,
            Some(byte) => {
                into.push(match byte {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    other => other,
                });
                1
            }
            None => 0,
        };
        text = after.get(used..).unwrap_or_default();
    }
    into.extend_from_slice(text);
}

/// Appends the letter of the hex digits after `\u`, and of a second `\u` when the first is half of
/// a pair; returns the length of both. Halves without the other are replaced.
fn unicode(after: &[u8], into: &mut Vec<u8>) -> usize {
    let unit = |from: usize| -> Option<u32> {
        let digits = std::str::from_utf8(after.get(from..from + 4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else {
        into.push(b'u');
        return 0;
    };
    let pair = match unit(6).filter(|_| after.get(4..6) == Some(b"\\u")) {
        Some(second) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) => {
            char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        }
        _ => None,
    };
    let letter = pair.or_else(|| char::from_u32(first)).unwrap_or(char::REPLACEMENT_CHARACTER);
    into.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    if pair.is_some() { 10 } else { 4 }
}
