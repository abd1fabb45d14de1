//! Norwegian account number: eleven digits, modulus 11.

use super::{digits, weighted};

/// The last digit is what the ten before it ask for.
pub(super) fn no_kontonr(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 11 && (11 - weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::no_kontonr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(no_kontonr(b"86011117947"));
        for value in ["86011117948", "", "0"] {
            assert!(!no_kontonr(value.as_bytes()), "{value}");
        }
    }
}
