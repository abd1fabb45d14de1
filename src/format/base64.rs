//! Base64 (RFC 4648), read leniently: blanks pass, both alphabets, reading ends at the padding.

/// The bytes it stands for, up to the first character that is none of it.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    join(text.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).map_while(|byte| sextet(*byte)), &mut bytes);
    bytes
}

/// The six bits a character of either alphabet stands for.
#[inline]
pub(crate) const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Appends the whole bytes that sextets make together.
#[inline]
pub(crate) fn join(sextets: impl Iterator<Item = u8>, bytes: &mut Vec<u8>) {
    let (mut bits, mut held) = (0_u32, 0);
    for sextet in sextets {
        bits = bits << 6 | u32::from(sextet);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_alphabets_and_blanks_are_read() {
        for (text, want) in [("SmFu\nZQ==", b"Jane".as_slice()), ("_-8", b"\xFF\xEF"), ("", b""), ("!", b"")] {
            assert_eq!(super::decode(text.as_bytes()), want, "{text}");
        }
    }
}
