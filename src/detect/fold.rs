//! Folding: two spellings of one word become the same bytes (case, accents, spacing).

use unicode_normalization::UnicodeNormalization;

/// Appends `text` in lower case without accents: `Müller` and `MULLER` are both `muller`.
/// Letters that do not decompose are spelled out (`ß` as `ss`, `ø` as `o`). Bytes that are
/// not UTF-8 are read as Latin-1. Characters of other scripts stay, in lower case.
pub fn fold_into(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.extend(text.iter().map(u8::to_ascii_lowercase));
        return;
    }
    match std::str::from_utf8(text) {
        Ok(text) => text.chars().for_each(|c| fold_char(c, out)),
        Err(_) => text.iter().for_each(|byte| fold_char(char::from(*byte), out)),
    }
}

/// Reads the folded text. Short ASCII, which most words are, takes no memory of its own.
pub(super) fn with_folded<R>(text: &[u8], read: impl FnOnce(&[u8]) -> R) -> R {
    let mut short = [0; 48];
    if let Some(lower) = lower_into(text, &mut short) {
        return read(lower);
    }
    let mut folded = Vec::with_capacity(text.len());
    fold_into(text, &mut folded);
    read(&folded)
}

/// Short ASCII in lower case, eight bytes at a time: for a word that is quicker than what is made for long texts.
#[inline]
fn lower_into<'s>(text: &[u8], short: &'s mut [u8; 48]) -> Option<&'s [u8]> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let to = short.get_mut(..text.len())?;
    let mut beyond_ascii = 0;
    let mut lower = |bytes: u64| {
        beyond_ascii |= bytes & HIGH;
        let all = |byte: u8| u64::from_ne_bytes([byte; 8]);
        // Of each byte the highest bit: whether it is `A` or more, and whether it is more than `Z`.
        let (from, beyond) = ((bytes & !HIGH) + all(0x80 - b'A'), (bytes & !HIGH) + all(0x7f - b'Z'));
        bytes | (from & !beyond & HIGH) >> 2
    };
    // What stands at the end is read with what stands before it.
    if let Some(last) = text.last_chunk::<8>() {
        for (to, eight) in to.as_chunks_mut::<8>().0.iter_mut().zip(text.as_chunks::<8>().0) {
            *to = lower(u64::from_le_bytes(*eight)).to_le_bytes();
        }
        *to.last_chunk_mut()? = lower(u64::from_le_bytes(*last)).to_le_bytes();
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let both = lower(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32);
        *to.first_chunk_mut()? = (both as u32).to_le_bytes();
        *to.last_chunk_mut()? = ((both >> 32) as u32).to_le_bytes();
    } else {
        for (to, byte) in to.iter_mut().zip(text) {
            *to = lower(u64::from(*byte)) as u8;
        }
    }
    (beyond_ascii == 0).then_some(to)
}

/// The folded text, owned.
pub fn fold(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    fold_into(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn fold_char(c: char, out: &mut Vec<u8>) {
    let spelled = match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'þ' | 'Þ' => "th",
        'ı' | 'İ' => "i",
        '’' | '‘' | 'ʼ' | '`' | '´' => "'",
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => " ",
        '‐' | '‑' | '–' | '—' => "-",
        _ => "",
    };
    if !spelled.is_empty() {
        out.extend_from_slice(spelled.as_bytes());
        return;
    }
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase() as u8);
        return;
    }
    let mut buffer = [0; 4];
    for part in std::iter::once(c).nfd().filter(|part| !is_mark(*part)) {
        for lower in part.to_lowercase().filter(|lower| !is_mark(*lower)) {
            out.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

/// Combining accents of the European scripts. Marks of other scripts carry vowels and stay.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_fold_away() {
        for (from, to) in [
            ("Müller", "muller"),
            ("STRASSE Straße", "strasse strasse"),
            ("Łódź", "lodz"),
            ("Œuvre", "oeuvre"),
            ("İzmir", "izmir"),
            ("ИВАН", "иван"),
            ("Ἀθήνα", "αθηνα"),
            ("O’Brien", "o'brien"),
        ] {
            assert_eq!(fold(from), to);
        }
    }

    #[test]
    fn short_words_are_folded_as_long_texts_are() {
        for length in 0..60_u8 {
            for first in 0..=u8::MAX {
                // All of ASCII, and some of what is beyond it.
                let most = if first > 250 { u8::MAX } else { 0x7f };
                let text: Vec<u8> = (0..length).map(|at| first.wrapping_add(at.wrapping_mul(37)) & most).collect();
                let mut folded = Vec::new();
                fold_into(&text, &mut folded);
                with_folded(&text, |short| assert_eq!(short, folded));
            }
        }
    }

    #[test]
    fn latin_1_bytes_fold_too() {
        let mut out = Vec::new();
        fold_into(b"M\xfcller", &mut out);
        assert_eq!(out, b"muller");
    }
}
