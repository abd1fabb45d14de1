//! French social security number (NIR, code INSEE): 13 characters and a key, modulus 97.

/// Sex, month and department are possible and the key fits; Corsica is 2A and 2B.
pub(super) fn fr_nir(value: &[u8]) -> bool {
    if value.len() != 15 || !matches!(value[0], b'1'..=b'4' | b'7' | b'8') {
        return false;
    }
    let mut number = 0_u64;
    for (place, byte) in value[..13].iter().enumerate() {
        number = match byte {
            b'0'..=b'9' => number * 10 + u64::from(byte - b'0'),
            // The department of Corsica counts as 19 or 18.
            b'A' if place == 6 && value[5] == b'2' => number / 10 * 100 + 19,
            b'B' if place == 6 && value[5] == b'2' => number / 10 * 100 + 18,
            _ => return false,
        };
    }
    let month = value[3..5].iter().fold(0_u32, |month, byte| month * 10 + u32::from(byte.wrapping_sub(b'0')));
    let key = value[13..15].iter().fold(0_u64, |key, byte| key * 10 + u64::from(byte.wrapping_sub(b'0')));
    matches!(month, 1..=12 | 20..=42 | 50..=99) && key == 97 - number % 97
}

#[cfg(test)]
mod tests {
    use super::fr_nir;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["295109912611193", "255081416802538"] {
            assert!(fr_nir(value.as_bytes()), "{value}");
        }
        for value in ["295109912611194", "995109912611193", "29510991261119", "", "0"] {
            assert!(!fr_nir(value.as_bytes()), "{value}");
        }
    }
}
