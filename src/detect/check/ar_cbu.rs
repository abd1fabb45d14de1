//! Argentine CBU: eight and fourteen digits, each block with a check digit, modulus 10.

use super::{digits, weighted};

/// Both check digits are what their blocks ask for.
pub(super) fn ar_cbu(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let checks = |block: &[u8], weights: &[i32], check: u8| (10 - weighted(block, weights) % 10) % 10 == i32::from(check);
    digits.len() == 22
        && checks(&digits[..7], &[7, 1, 3, 9, 7, 1, 3], digits[7])
        && checks(&digits[8..21], &[3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3], digits[21])
}

#[cfg(test)]
mod tests {
    use super::ar_cbu;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ar_cbu(b"2850590940090418135201"));
        for value in ["2850590940090418135202", "", "0"] {
            assert!(!ar_cbu(value.as_bytes()), "{value}");
        }
    }
}
