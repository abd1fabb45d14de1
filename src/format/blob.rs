//! Documents held in a cell: as they are, in base64, or in hexadecimal digits.
//!
//! What begins like a document or archive is one, and so is text in base64. A long value is looked at by its first
//! bytes and nothing else, so that tables without any cost next to nothing.

use super::{
    base64,
    binary::{hexadecimal, slice},
};
use crate::base::token::hex;
use std::borrow::Cow;

/// A shorter value is no document.
pub(super) const SHORTEST: usize = 64;

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
    if !start.iter().all(is_packed) {
        return None;
    }
    let begin = base64::decode(start);
    if is_document(&begin) {
        return Some(base64::decode(value).into());
    }
    // A letter may be cut at the end of these bytes.
    let may_be_text = begin.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n'));
    if !may_be_text || !value.trim_ascii_end().iter().all(|byte| is_packed(byte) || *byte == b'=') {
        return None;
    }
    Some(base64::decode(value)).filter(|bytes| is_text(bytes)).map(Cow::Owned)
}

const fn is_packed(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'\r' | b'\n')
}

/// Whether bytes are text that somebody wrote: letters with something between them.
fn is_text(bytes: &[u8]) -> bool {
    let is_parted = bytes.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b':' | b'=' | b'"'));
    is_parted && readable(bytes).is_some()
}

/// Bytes as text without control characters but those of layout.
fn readable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()))
}

/// Binary values longer than this are no identifiers.
const LONGEST_ID: usize = 64;

/// A value of bytes as a cell: text as it is, documents and what may be an identifier in hexadecimal digits; `None` of others,
/// which say nothing that can be read.
pub(super) fn written(bytes: &[u8]) -> Option<String> {
    match readable(bytes) {
        Some(text) => Some(text.to_owned()),
        _ if bytes.len() <= LONGEST_ID || is_document(bytes) => Some(hex(bytes)),
        _ => None,
    }
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
            (format!("data:application/pdf;base64,{base64}=").into_bytes(), true),
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

    #[test]
    fn text_in_base64_is_a_document() {
        let text = b"name,mail\nAnn Mara,ann@example.org\nBob Sz\xC3\xA9kely,bob@example.org\n";
        let mut packed = String::new();
        for three in text.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            packed.extend((0..=three.len()).map(|at| char::from(alphabet[(bits >> (18 - 6 * at) & 63) as usize])));
        }
        assert_eq!(document(format!("{packed}==").as_bytes()).as_deref(), Some(&text[..]));
        assert_eq!(document(packed.as_bytes()).as_deref(), Some(&text[..]));
        for none in [
            // A token of three parts, digests, keys, words.
            format!("{packed}.{packed}"),
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".repeat(2),
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R4".to_owned(),
            "Donaudampfschiffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft".to_owned(),
            "A".repeat(200),
        ] {
            assert_eq!(document(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn bytes_are_written_as_what_can_be_read() {
        assert_eq!(written("Jané\n".as_bytes()).as_deref(), Some("Jané\n"));
        assert_eq!(written(b"\0\x01\xff").as_deref(), Some("0001ff"));
        assert_eq!(written(&[0xff; 100]), None);
        let packed = [b"\x1F\x8B\x08\0".as_slice(), &[0xff; 100]].concat();
        assert_eq!(written(&packed).and_then(|digits| document(digits.as_bytes()).map(Cow::into_owned)), Some(packed));
    }
}
