//! Australian tax file number: nine digits, modulus 11.

use super::{digits, weighted};

/// Nine digits that pass the weighted sum.
pub(super) fn au_tfn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && digits.iter().any(|digit| *digit != 0) && weighted(&digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::au_tfn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["123456782", "876543210"] {
            assert!(au_tfn(value.as_bytes()), "{value}");
        }
        for value in ["123456781", "000000000", "", "0"] {
            assert!(!au_tfn(value.as_bytes()), "{value}");
        }
    }
}
