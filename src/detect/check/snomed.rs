//! Identifier of a SNOMED CT concept: six to eighteen digits, Verhoeff's check digit, partition 00 or 10 before it.

use super::{digits, verhoeff};

/// Digits that check, of a concept.
pub(super) fn snomed(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    (6..=18).contains(&digits.len())
        && digits[0] != 0
        && matches!(digits[digits.len() - 3..digits.len() - 1], [0 | 1, 0])
        && verhoeff(&digits)
}

#[cfg(test)]
mod tests {
    use super::snomed;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(snomed(b"22298006"));
        for value in ["22298007", "22298106", "", "0"] {
            assert!(!snomed(value.as_bytes()), "{value}");
        }
    }
}
