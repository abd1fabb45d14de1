//! Records: the values of a row (section 2.1 of the file format).

use super::page::{Encoding, varint};
use crate::format::Cell;
use encoding_rs::{UTF_16BE, UTF_16LE};
use std::io::Write;

/// A value as stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// The values of a record, until it breaks off.
pub(super) struct Values<'r> {
    types: &'r [u8],
    body: &'r [u8],
    /// The record holds together so far.
    pub(super) whole: bool,
}

impl<'r> Values<'r> {
    /// The values of this record.
    pub(super) fn of(record: &'r [u8]) -> Values<'r> {
        let header = varint(record).and_then(|(length, used)| {
            let length = usize::try_from(length).ok()?;
            Some((record.get(used..length)?, record.get(length..)?))
        });
        match header {
            Some((types, body)) => Values { types, body, whole: true },
            None => Values { types: &[], body: &[], whole: false },
        }
    }

    fn take(&mut self, length: u64) -> Option<&'r [u8]> {
        let (value, rest) = self.body.split_at_checked(usize::try_from(length).ok()?)?;
        self.body = rest;
        Some(value)
    }

    fn value(&mut self) -> Option<Value<'r>> {
        let (kind, used) = varint(self.types)?;
        self.types = &self.types[used..];
        Some(match kind {
            0 => Value::Null,
            1..=4 => Value::Integer(integer(self.take(kind)?)),
            5 => Value::Integer(integer(self.take(6)?)),
            6 => Value::Integer(integer(self.take(8)?)),
            7 => Value::Real(f64::from_be_bytes(self.take(8)?.try_into().ok()?)),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            10 | 11 => return None,
            even if even % 2 == 0 => Value::Blob(self.take((even - 12) / 2)?),
            odd => Value::Text(self.take((odd - 13) / 2)?),
        })
    }
}

impl<'r> Iterator for Values<'r> {
    type Item = Value<'r>;

    fn next(&mut self) -> Option<Value<'r>> {
        if self.types.is_empty() {
            return None;
        }
        let value = self.value();
        if value.is_none() {
            self.whole = false;
            self.types = &[];
        }
        value
    }
}

/// A big-endian two's complement number of up to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte))
}

/// Writes a value into the arena. Blobs that are no text are NULL.
pub(super) fn cell(value: Value<'_>, encoding: Encoding, arena: &mut Vec<u8>) -> Cell {
    let start = arena.len();
    match value {
        Value::Null => return Cell::NULL,
        Value::Integer(number) => {
            let _ = write!(arena, "{number}");
        }
        // As SQLite casts to text: a real shows that it is one.
        Value::Real(number) => {
            let _ = write!(arena, "{number:?}");
        }
        Value::Text(text) => push_text(text, encoding, arena),
        Value::Blob(blob) => match std::str::from_utf8(blob) {
            Ok(text) if !text.contains('\0') => arena.extend_from_slice(blob),
            _ => return Cell::NULL,
        },
    }
    Cell::rewritten(start, arena.len() - start)
}

/// Appends text as UTF-8.
pub(super) fn push_text(text: &[u8], encoding: Encoding, into: &mut Vec<u8>) {
    let decoded = match encoding {
        Encoding::Utf8 if std::str::from_utf8(text).is_ok() => {
            into.extend_from_slice(text);
            return;
        }
        Encoding::Utf8 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(text).0,
        Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(text).0,
        Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(text).0,
    };
    into.extend_from_slice(decoded.as_bytes());
}
