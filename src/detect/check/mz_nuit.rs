//! Mozambican tax number (NUIT): eight digits and a check digit by modulus 11.

use super::{digits, weighted};

/// Nine digits, the last of which checks the others.
pub(super) fn mz_nuit(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 9 {
        return false;
    }
    let rest = weighted(&digits[..8], &[8, 9, 4, 5, 6, 7, 8, 9]) % 11;
    // A remainder of ten is written as one.
    i32::from(digits[8]) == if rest == 10 { 1 } else { rest }
}

#[cfg(test)]
mod tests {
    use super::mz_nuit;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["700152855", "100033593"] {
            assert!(mz_nuit(value.as_bytes()), "{value}");
        }
        for value in ["700152856", "70015285", "", "0"] {
            assert!(!mz_nuit(value.as_bytes()), "{value}");
        }
    }
}
