//! French tax number (numéro fiscal, SPI): thirteen digits, the last three of which are the remainder of the first ten by 511.

use super::{digits, number};

/// Begins with 0 to 3 and ends with the remainder.
pub(super) fn fr_nif(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13 && digits[0] <= 3 && number(&digits[..10]) % 511 == number(&digits[10..])
}

#[cfg(test)]
mod tests {
    use super::fr_nif;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(fr_nif(b"3023217600053"));
        for value in ["3023217600054", "", "0"] {
            assert!(!fr_nif(value.as_bytes()), "{value}");
        }
    }
}
