//! The words of SQL: blanks and comments, names, quoted strings, the end of a statement.

use super::flavor::Flavor;
use memchr::{memchr, memmem};

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the thing does.
    More,
    /// It is not what it should be.
    Wrong,
}

/// A place in the bytes.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) flavor: Flavor,
}

/// Part of a name without quotes.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte == b'@' || byte == b'#' || byte >= 0x80
}

impl<'a> Cursor<'a> {
    /// The byte here.
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// What is still to come.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over blanks and comments. A comment that does not end asks for more.
    #[inline]
    pub(super) fn blank(&mut self) -> Result<(), Stop> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-' | b'/' | b'#') => {
                    let before = self.at;
                    self.comment()?;
                    if self.at == before {
                        return Ok(());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// Steps over a comment, if one is here.
    #[cold]
    fn comment(&mut self) -> Result<(), Stop> {
        let rest = self.rest();
        let end = match rest {
            [b'-', b'-', ..] | [b'#', ..] => memchr(b'\n', rest).map(|at| at + 1),
            [b'/', b'*', inner @ ..] => memmem::find(inner, b"*/").map(|at| at + 4),
            _ => return Ok(()),
        };
        self.at += end.ok_or(Stop::More)?;
        Ok(())
    }

    /// The word here; empty if there is none.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Whether the word here is this one (upper case), without stepping over it.
    pub(super) fn at_word(&self, word: &[u8]) -> bool {
        let rest = self.rest();
        rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) && !rest.get(word.len()).copied().is_some_and(is_word)
    }

    /// Steps over this word and the blanks after it, if it is here.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> Result<bool, Stop> {
        if !self.at_word(word) {
            return Ok(false);
        }
        self.at += word.len();
        self.blank()?;
        Ok(true)
    }

    /// A name, quoted in any flavor's way or not.
    pub(super) fn name(&mut self) -> Result<String, Stop> {
        let close = match self.peek().ok_or(Stop::More)? {
            b'`' => b'`',
            b'"' => b'"',
            b'\'' => b'\'',
            b'[' => b']',
            _ => {
                let word = self.word();
                if word.is_empty() {
                    return Err(Stop::Wrong);
                }
                return Ok(String::from_utf8_lossy(word).into_owned());
            }
        };
        let mut name = Vec::new();
        loop {
            let from = self.at + 1;
            let length = memchr(close, self.bytes.get(from..).unwrap_or_default()).ok_or(Stop::More)?;
            name.extend_from_slice(&self.bytes[from..from + length]);
            self.at = from + length + 1;
            if self.peek() != Some(close) {
                return Ok(String::from_utf8_lossy(&name).into_owned());
            }
            name.push(close);
        }
    }

    /// A table's name: the last of the names joined by dots.
    pub(super) fn table_name(&mut self) -> Result<String, Stop> {
        let mut name = self.name()?;
        self.blank()?;
        while self.peek() == Some(b'.') {
            self.at += 1;
            self.blank()?;
            // `db..table` of SQL Server.
            if self.peek() == Some(b'.') {
                continue;
            }
            name = self.name()?;
            self.blank()?;
        }
        Ok(name)
    }

    /// Steps over a quoted stretch that starts here; `quote` closes it when not doubled or escaped.
    pub(super) fn skip_quoted(&mut self, quote: u8) -> Result<(), Stop> {
        let backslash = self.flavor.backslash && quote != b'`';
        let mut at = self.at + 1;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let hit = if backslash { memchr::memchr2(quote, b'\\', rest) } else { memchr(quote, rest) };
            at += hit.ok_or(Stop::More)?;
            match (self.bytes[at], self.bytes.get(at + 1)) {
                (b'\\', _) if backslash => at += 2,
                (_, Some(next)) if *next == quote => at += 2,
                _ => {
                    self.at = at + 1;
                    return Ok(());
                }
            }
        }
    }

    /// Steps over `$tag$ ... $tag$`, if it starts here.
    fn skip_dollars(&mut self) -> Result<bool, Stop> {
        let rest = self.rest();
        let Some(tag) = rest.get(1..).and_then(|rest| rest.iter().take(64).position(|byte| *byte == b'$')) else { return Ok(false) };
        let tag = &rest[..tag + 2];
        if !tag[1..tag.len() - 1].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
            return Ok(false);
        }
        let end = memmem::find(&rest[tag.len()..], tag).ok_or(Stop::More)?;
        self.at += end + 2 * tag.len();
        Ok(true)
    }

    /// Steps over the rest of a statement, its end included. Ends are the delimiter (outside of
    /// quotes, comments and the BEGIN ... END of a routine), a line with `GO` or `/` alone, and a
    /// line that starts with INSERT where SQL Server's scripts do without delimiters.
    pub(super) fn skip_statement(&mut self, delimiter: &[u8]) -> Result<(), Stop> {
        let plain = delimiter == b";";
        let routine = plain && self.is_routine();
        let (mut depth, mut parens) = (0i32, 0i32);
        while let Some(byte) = self.peek() {
            if depth <= 0 && self.rest().starts_with(delimiter) {
                self.at += delimiter.len();
                return Ok(());
            }
            match byte {
                b'\'' | b'"' | b'`' => self.skip_quoted(byte)?,
                b'$' if self.skip_dollars()? => {}
                b'-' | b'/' | b'#' => {
                    let before = self.at;
                    self.comment()?;
                    self.at += usize::from(self.at == before);
                }
                b'\n' => {
                    self.at += 1;
                    if self.line_ends_statement(routine || parens > 0)? {
                        return Ok(());
                    }
                }
                b'(' | b')' => {
                    parens += if byte == b'(' { 1 } else { -1 };
                    self.at += 1;
                }
                _ if is_word(byte) => {
                    let word = self.word();
                    if routine {
                        depth += self.nesting(word)?;
                    }
                }
                _ => self.at += 1,
            }
        }
        Err(Stop::More)
    }

    /// Whether the statement here makes a routine, whose body holds delimiters.
    fn is_routine(&self) -> bool {
        let head = self.rest();
        let head = &head[..head.len().min(200)];
        let words = head.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
        let mut words = words.map(<[u8]>::to_ascii_uppercase).take(12);
        let first = words.next();
        matches!(first.as_deref(), Some(b"CREATE" | b"ALTER"))
            && words.any(|word| matches!(&word[..], b"PROCEDURE" | b"FUNCTION" | b"TRIGGER" | b"PACKAGE" | b"EVENT" | b"PROC"))
    }

    /// How a word of a routine's body changes the depth of BEGIN ... END.
    fn nesting(&mut self, word: &[u8]) -> Result<i32, Stop> {
        if word.eq_ignore_ascii_case(b"BEGIN") || word.eq_ignore_ascii_case(b"CASE") {
            return Ok(1);
        }
        if !word.eq_ignore_ascii_case(b"END") {
            return Ok(0);
        }
        // A line with GO may follow: only looked at.
        let mut ahead = *self;
        ahead.blank()?;
        let closes_other = [&b"IF"[..], b"LOOP", b"WHILE", b"REPEAT", b"FOR"].iter().any(|word| ahead.at_word(word));
        if ahead.eat_word(b"CASE")? {
            *self = ahead;
        }
        Ok(if closes_other { 0 } else { -1 })
    }

    /// Whether the line that starts here ends the statement before it; steps over `GO` and `/`.
    fn line_ends_statement(&mut self, inside: bool) -> Result<bool, Stop> {
        let rest = self.rest();
        let Some(end) = memchr(b'\n', rest) else { return Ok(false) };
        let line = rest[..end].trim_ascii();
        if line.eq_ignore_ascii_case(b"GO") || line == b"/" {
            self.at += end + 1;
            return Ok(true);
        }
        Ok(!inside && (self.at_word(b"INSERT") || rest.starts_with(b"COPY ")))
    }
}
