//! Portuguese social security number (NISS): eleven digits that begin with 1 or 2, prime weights, modulus 10.

use super::{digits, weighted};

/// The last digit is what the ten before it ask for.
pub(super) fn pt_niss(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 11
        && matches!(digits[0], 1 | 2)
        && 9 - weighted(&digits[..10], &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10 == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::pt_niss;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pt_niss(b"12345678902"));
        for value in ["12345678903", "32345678902", "", "0"] {
            assert!(!pt_niss(value.as_bytes()), "{value}");
        }
    }
}
