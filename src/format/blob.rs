//! Documents held in a cell: as they are, in base64, or in hexadecimal digits.
//!
//! Only what begins like a document or archive is one: a long value is looked at by its first bytes and
//! nothing else, so that tables without any cost next to nothing.

use super::{
    base64,
    binary::{hexadecimal, slice},
};
use std::borrow::Cow;

/// A shorter value is no document.
const SHORTEST: usize = 64;

/// How documents and archives begin that are worth opening. Pictures are not: nothing in them is read.
const MAGICS: &[&[u8]] = &[
    b"%PDF-",
    b"PK\x03\x04",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"{\\rtf",
    b"\x1F\x8B\x08",
    b"7z\xBC\xAF\x27\x1C",
    b"Rar!\x1A\x07",
    b"SQLite format 3\0",
    b"PAR1",
    b"!BDN",
    b"<?xml ",
    b"<html",
    b"<!DOCTYPE",
    b"BEGIN:VCARD",
    b"BZh9",
    b"\xFD7zXZ\0",
    b"\x28\xB5\x2F\xFD",
];

/// The document a cell holds, if it holds one.
pub fn document(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    if value.len() < SHORTEST {
        return None;
    }
    if is_document(value) {
        // Markup that stands in a cell as it is, is text like any other.
        return (!value.starts_with(b"<") && !value.starts_with(b"BEGIN")).then_some(value.into());
    }
    // `data:application/pdf;base64,...`
    let value = match value.strip_prefix(b"data:") {
        Some(rest) => &rest[memchr::memmem::find(slice(rest, 0, 128), b";base64,")? + 8..],
        None => value,
    };
    let digits = value.strip_prefix(b"\\x").or_else(|| value.strip_prefix(b"0x")).or_else(|| value.strip_prefix(b"0X"));
    if hexadecimal(slice(digits.unwrap_or(value), 0, 32)).is_some_and(|start| is_document(&start)) {
        return hexadecimal(digits.unwrap_or(value)).map(Cow::Owned);
    }
    let start = slice(value, 0, 32);
    let is_packed = start.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'\r' | b'\n'));
    (is_packed && is_document(&base64::decode(start))).then(|| base64::decode(value).into())
}

/// Whether these bytes begin like a document or archive.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_first_bytes_however_they_are_written() {
        let body = [b"%PDF-1.4 ".as_slice(), &[b'x'; 90]].concat();
        let hex: String = body.iter().map(|byte| format!("{byte:02X}")).collect();
        let base64 = "JVBERi0xLjQg".to_owned() + &"eHh4".repeat(30);
        for (written, is_one) in [
            (body.clone(), true),
            (hex.clone().into_bytes(), true),
            (format!("\\x{}", hex.to_lowercase()).into_bytes(), true),
            (format!("0x{hex}").into_bytes(), true),
            (base64.clone().into_bytes(), true),
            (format!("data:application/pdf;base64,{base64}").into_bytes(), true),
            (b"%PDF-1.4".to_vec(), false),
            (vec![b'A'; 200], false),
            (format!("A PDF begins like {base64}").into_bytes(), false),
            ([b"<html>".as_slice(), &[b'x'; 90]].concat(), false),
        ] {
            let found = document(&written);
            assert_eq!(found.is_some(), is_one, "{}", String::from_utf8_lossy(&written));
            assert!(found.is_none_or(|found| *found == body), "{}", String::from_utf8_lossy(&written));
        }
    }
}
