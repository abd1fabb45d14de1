//! Hungarian social insurance number (TAJ): nine digits, weights 3 and 7, modulus 10.

use super::{digits, weighted};

/// The last digit is the weighted sum of the eight before it.
pub(super) fn hu_taj(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && weighted(&digits[..8], &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == i32::from(digits[8])
}

#[cfg(test)]
mod tests {
    use super::hu_taj;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(hu_taj(b"111111110"));
        for value in ["111111111", "", "0"] {
            assert!(!hu_taj(value.as_bytes()), "{value}");
        }
    }
}
