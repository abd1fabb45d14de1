//! Hong Kong identity card number: one or two letters, six digits, modulus 11.

use super::{digits, weighted};

/// The check character in the last place fits.
pub(super) fn hk_id(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if !matches!(letters, 1 | 2) || value.len() != letters + 7 {
        return false;
    }
    let Some(digits) = digits(&value[letters..letters + 6]) else { return false };
    let first = if letters == 2 { i32::from(value[0] - b'A') + 10 } else { 36 };
    let second = i32::from(value[letters - 1] - b'A') + 10;
    let sum = first * 9 + second * 8 + weighted(&digits, &[7, 6, 5, 4, 3, 2]);
    match value[letters + 6] {
        b'A' => (sum + 10) % 11 == 0,
        byte @ b'0'..=b'9' => (sum + i32::from(byte - b'0')) % 11 == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::hk_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["A1234563", "G123456A"] {
            assert!(hk_id(value.as_bytes()), "{value}");
        }
        for value in ["A1234564", "11234563", "", "0"] {
            assert!(!hk_id(value.as_bytes()), "{value}");
        }
    }
}
