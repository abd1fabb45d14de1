//! Russian SNILS: nine digits and a two digit sum, modulus 101.

use super::{digits, weighted};

/// Eleven digits whose last two are the weighted sum of the others.
pub(super) fn ru_snils(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    let sum = weighted(&digits[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    digits[..9].iter().any(|digit| *digit != 0) && sum == i32::from(digits[9]) * 10 + i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::ru_snils;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(ru_snils(b"11223344595"));
        for value in ["11223344596", "00000000000", "", "0"] {
            assert!(!ru_snils(value.as_bytes()), "{value}");
        }
    }
}
