//! The values of a row, as every flavor writes them.

use super::lexer::{Cursor, Stop, is_word};
use crate::format::{Cell, binary::hexadecimal, marks::first_of};
use memchr::{memchr, memchr2};

/// How backslashes read in a string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    Letter,
    MySql,
    /// `E'...'`, with octal, hex and Unicode escapes.
    Postgres,
}

/// Functions and types around a literal that change its type, not what it says.
const CASTS: &[&[u8]] = &[
    b"TO_DATE",
    b"TO_TIMESTAMP",
    b"TO_TIMESTAMP_TZ",
    b"TO_CLOB",
    b"TO_NCLOB",
    b"TO_CHAR",
    b"TO_NUMBER",
    b"CAST",
    b"TRY_CAST",
    b"CONVERT",
    b"DATE",
    b"TIME",
    b"DATETIME",
    b"TIMESTAMP",
    b"STR_TO_DATE",
    b"UNISTR",
    b"PARSE",
    b"JSON",
    b"UUID",
    b"TRIM",
    b"PARSE_JSON",
    b"UPPER",
    b"LOWER",
];

/// The value here, up to the `,` or `)` after it.
#[inline]
pub(super) fn value(cursor: &mut Cursor<'_>, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    let start = cursor.at;
    let plain = if cursor.flavor.backslash { Backslash::MySql } else { Backslash::Letter };
    let cell = match cursor.peek().ok_or(Stop::More)? {
        quote @ (b'\'' | b'"') => string(cursor, quote, plain, arena)?,
        b'0'..=b'9' | b'-' | b'+' | b'.' => number(cursor, arena)?,
        b',' | b')' | b';' => return Err(Stop::Wrong),
        byte if is_word(byte) => word(cursor, plain, arena)?,
        _ => return opaque(cursor, start),
    };
    match cursor.peek() {
        Some(b',' | b')') => Ok(cell),
        _ => tail(cursor, start, cell),
    }
}

/// What stands between a literal and the next `,` or `)`: blanks, `::type`, or an operator that
/// makes the whole an expression, which is then kept as it is written.
#[cold]
fn tail(cursor: &mut Cursor<'_>, start: usize, cell: Cell) -> Result<Cell, Stop> {
    cursor.blank()?;
    while cursor.rest().starts_with(b"::") {
        cursor.at += 2;
        cursor.word();
        cursor.blank()?;
        if cursor.peek() == Some(b'(') {
            skip_parens(cursor)?;
        }
        cursor.blank()?;
    }
    match cursor.peek() {
        Some(b',' | b')') => Ok(cell),
        None => Err(Stop::More),
        _ => opaque(cursor, start),
    }
}

/// A string; the cursor stands at its opening quote. Quotes inside are doubled, or escaped.
#[inline]
fn string(cursor: &mut Cursor<'_>, quote: u8, backslash: Backslash, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    let from = cursor.at + 1;
    let mut at = from;
    let mut escaped = false;
    loop {
        let rest = cursor.bytes.get(at..).unwrap_or_default();
        let other = if backslash == Backslash::Letter { quote } else { b'\\' };
        at += first_of([quote, quote, other], rest).ok_or(Stop::More)?;
        if cursor.bytes[at] == quote && cursor.bytes.get(at + 1) != Some(&quote) {
            break;
        }
        at += 2;
        escaped = true;
    }
    if at + 1 == cursor.bytes.len() {
        // The quote might be the first half of a doubled one.
        return Err(Stop::More);
    }
    cursor.at = at + 1;
    if !escaped {
        return Ok(Cell::borrowed(from, at - from));
    }
    let start = arena.len();
    rewrite(&cursor.bytes[from..at], quote, backslash, arena);
    Ok(Cell::rewritten(start, arena.len() - start))
}

/// Appends a string's value without its escapes.
fn rewrite(mut text: &[u8], quote: u8, backslash: Backslash, arena: &mut Vec<u8>) {
    loop {
        let hit = if backslash == Backslash::Letter { memchr(quote, text) } else { memchr2(quote, b'\\', text) };
        let Some(at) = hit else { break };
        arena.extend_from_slice(&text[..at]);
        let used = match (text[at], text.get(at + 1).copied()) {
            (b'\\', Some(next)) if backslash == Backslash::MySql => {
                mysql_escape(next, arena);
                2
            }
            (b'\\', Some(_)) if backslash == Backslash::Postgres => 1 + postgres_escape(&text[at + 1..], arena),
            (byte, _) => {
                arena.push(byte);
                2
            }
        };
        text = text.get(at + used..).unwrap_or_default();
    }
    arena.extend_from_slice(text);
}

/// MySQL 8.4 Reference Manual, table 11.1.
fn mysql_escape(byte: u8, arena: &mut Vec<u8>) {
    match byte {
        b'0' => arena.push(0),
        b'b' => arena.push(8),
        b'n' => arena.push(b'\n'),
        b'r' => arena.push(b'\r'),
        b't' => arena.push(b'\t'),
        b'Z' => arena.push(26),
        b'%' | b'_' => arena.extend([b'\\', byte]),
        other => arena.push(other),
    }
}

/// PostgreSQL documentation, table 4.1 and the COPY text format; returns the length after the backslash.
pub(super) fn postgres_escape(after: &[u8], arena: &mut Vec<u8>) -> usize {
    let digits = |radix: u32, from: usize, most: usize| -> (u32, usize) {
        let digits = after.get(from..).unwrap_or_default().iter().take(most).map_while(|byte| char::from(*byte).to_digit(radix));
        digits.fold((0, 0), |(value, length), digit| (value * radix + digit, length + 1))
    };
    match after.first().copied() {
        None => 0,
        Some(b'0'..=b'7') => {
            let (value, length) = digits(8, 0, 3);
            arena.push(value as u8);
            length
        }
        Some(b'x') if digits(16, 1, 2).1 > 0 => {
            let (value, length) = digits(16, 1, 2);
            arena.push(value as u8);
            1 + length
        }
        Some(kind @ (b'u' | b'U')) if digits(16, 1, if kind == b'u' { 4 } else { 8 }).1 > 0 => {
            let (value, length) = digits(16, 1, if kind == b'u' { 4 } else { 8 });
            let letter = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
            arena.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            1 + length
        }
        Some(byte) => {
            arena.push(match byte {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                other => other,
            });
            1
        }
    }
}

/// A number, or `0x...`.
#[inline]
fn number(cursor: &mut Cursor<'_>, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    let start = cursor.at;
    let rest = &cursor.bytes[start..];
    let length =
        rest.iter().position(|byte| matches!(byte, b',' | b')' | b' ' | b'\n' | b'\t' | b'\r' | b';' | b'\'')).ok_or(Stop::More)?;
    cursor.at += length;
    match &rest[..length] {
        [b'0', b'x' | b'X', digits @ ..] => Ok(hex(digits).map_or(Cell::borrowed(start, length), |value| keep(&value, arena))),
        _ => Ok(Cell::borrowed(start, length)),
    }
}

/// NULL, TRUE, `N'...'`, `_binary '...'`, `TO_DATE('...', '...')`, or a function's call.
fn word(cursor: &mut Cursor<'_>, plain: Backslash, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    let start = cursor.at;
    let word = cursor.word();
    let bare = Cell::borrowed(start, word.len());
    match cursor.peek().ok_or(Stop::More)? {
        b'\'' => return prefixed(cursor, word, plain, arena),
        b',' | b')' if word.eq_ignore_ascii_case(b"NULL") => return Ok(Cell::NULL),
        b',' | b')' if word.eq_ignore_ascii_case(b"DEFAULT") => return Ok(Cell::NULL),
        b',' | b')' => return Ok(bare),
        b'&' if word.eq_ignore_ascii_case(b"U") => cursor.at += 1,
        _ => cursor.blank()?,
    }
    match cursor.peek().ok_or(Stop::More)? {
        b'\'' => prefixed(cursor, word, plain, arena),
        b'(' if CASTS.iter().any(|cast| cast.eq_ignore_ascii_case(word)) => cast(cursor, start, plain, arena),
        b',' | b')' if word.eq_ignore_ascii_case(b"NULL") => Ok(Cell::NULL),
        b',' | b')' => Ok(bare),
        b':' if word.eq_ignore_ascii_case(b"NULL") => Ok(Cell::NULL),
        _ => opaque(cursor, start),
    }
}

/// A string with a word before it that says what kind of string it is.
fn prefixed(cursor: &mut Cursor<'_>, prefix: &[u8], plain: Backslash, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    match prefix {
        b"E" | b"e" => string(cursor, b'\'', Backslash::Postgres, arena),
        b"N" | b"n" => string(cursor, b'\'', plain, arena),
        b"X" | b"x" => {
            let before = arena.len();
            let cell = string(cursor, b'\'', Backslash::Letter, arena)?;
            let value = cell.value(cursor.bytes, arena).and_then(hex);
            arena.truncate(before);
            Ok(value.map_or(cell, |value| keep(&value, arena)))
        }
        b"q" | b"Q" | b"nq" | b"NQ" | b"Nq" => oracle_quoted(cursor),
        _ => string(cursor, b'\'', plain, arena),
    }
}

/// Oracle's `q'[...]'`: the cursor stands at the quote.
fn oracle_quoted(cursor: &mut Cursor<'_>) -> Result<Cell, Stop> {
    let open = *cursor.bytes.get(cursor.at + 1).ok_or(Stop::More)?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    };
    let from = cursor.at + 2;
    let length = memchr::memmem::find(cursor.bytes.get(from..).unwrap_or_default(), &[close, b'\'']).ok_or(Stop::More)?;
    cursor.at = from + length + 2;
    Ok(Cell::borrowed(from, length))
}

/// The literal inside a cast; the cursor stands at the parenthesis. Without one, the call as it is.
fn cast(cursor: &mut Cursor<'_>, start: usize, plain: Backslash, arena: &mut Vec<u8>) -> Result<Cell, Stop> {
    let mut inner = *cursor;
    skip_parens(cursor)?;
    inner.bytes = &cursor.bytes[..cursor.at];
    let Some(quote) = memchr(b'\'', inner.rest()) else { return Ok(Cell::borrowed(start, cursor.at - start)) };
    inner.at += quote;
    string(&mut inner, b'\'', plain, arena)
}

/// Steps over a parenthesis and all in it.
fn skip_parens(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    let mut depth = 0;
    while let Some(byte) = cursor.peek() {
        match byte {
            b'\'' | b'"' | b'`' => {
                cursor.skip_quoted(byte)?;
                continue;
            }
            b'(' => depth += 1,
            b')' if depth <= 1 => {
                cursor.at += 1;
                return Ok(());
            }
            b')' => depth -= 1,
            b';' => return Err(Stop::Wrong),
            _ => {}
        }
        cursor.at += 1;
    }
    Err(Stop::More)
}

/// An expression, as it is written.
#[cold]
fn opaque(cursor: &mut Cursor<'_>, start: usize) -> Result<Cell, Stop> {
    cursor.at = start;
    while let Some(byte) = cursor.peek() {
        match byte {
            b'\'' | b'"' | b'`' => cursor.skip_quoted(byte)?,
            b'(' => skip_parens(cursor)?,
            b',' | b')' => {
                let text = cursor.bytes[start..cursor.at].trim_ascii_end();
                return Ok(Cell::borrowed(start, text.len()));
            }
            b';' => return Err(Stop::Wrong),
            _ => cursor.at += 1,
        }
    }
    Err(Stop::More)
}

/// The text written as hex digits; `None` when it is no text, so that hashes stay digits.
fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let bytes = hexadecimal(digits).filter(|bytes| !bytes.is_empty())?;
    let text = String::from_utf8(bytes).ok()?;
    text.chars().all(|letter| !letter.is_control() || letter.is_whitespace()).then(|| text.into_bytes())
}

/// A cell of the arena with this value.
fn keep(value: &[u8], arena: &mut Vec<u8>) -> Cell {
    let start = arena.len();
    arena.extend_from_slice(value);
    Cell::rewritten(start, value.len())
}
/// A value of a COPY line.
#[inline]
pub(super) fn copied(bytes: &[u8], from: usize, to: usize, escaped: bool, arena: &mut Vec<u8>) -> Cell {
    let mut text = &bytes[from..to];
    if !escaped {
        return Cell::borrowed(from, to - from);
    }
    if text == b"\\N" {
        return Cell::NULL;
    }
    let start = arena.len();
    while let Some(at) = memchr(b'\\', text) {
        arena.extend_from_slice(&text[..at]);
        let used = postgres_escape(&text[at + 1..], arena);
        text = text.get(at + 1 + used..).unwrap_or_default();
    }
    arena.extend_from_slice(text);
    Cell::rewritten(start, arena.len() - start)
}
