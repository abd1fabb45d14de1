//! Greek tax number (ΑΦΜ): nine digits, powers of two, modulus 11.

use super::{digits, weighted};

/// The last digit is what the eight before it ask for.
pub(super) fn gr_afm(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && weighted(&digits[..8], &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == i32::from(digits[8])
}

#[cfg(test)]
mod tests {
    use super::gr_afm;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gr_afm(b"094259216"));
        for value in ["094259217", "", "0"] {
            assert!(!gr_afm(value.as_bytes()), "{value}");
        }
    }
}
