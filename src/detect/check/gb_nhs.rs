//! NHS number (England, Wales, Isle of Man) and Scottish CHI: ten digits, modulus 11.

use super::{digits, weighted};

/// Ten digits whose last is the modulus 11 check digit.
pub(super) fn gb_nhs(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10 && digits.iter().any(|digit| *digit != 0) && weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::gb_nhs;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["9434765919", "9434765870"] {
            assert!(gb_nhs(value.as_bytes()), "{value}");
        }
        for value in ["9434765918", "0000000000", "943476591", "", "0"] {
            assert!(!gb_nhs(value.as_bytes()), "{value}");
        }
    }
}
