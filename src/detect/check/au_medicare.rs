//! Australian Medicare card number: ten or eleven digits, check digit in the ninth place.

use super::{digits, weighted};

/// First digit 2 to 6 and the ninth digit checks the eight before it.
pub(super) fn au_medicare(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    matches!(digits.len(), 10 | 11)
        && matches!(digits[0], 2..=6)
        && weighted(&digits[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == i32::from(digits[8])
}

#[cfg(test)]
mod tests {
    use super::au_medicare;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["2123456701", "2428778132"] {
            assert!(au_medicare(value.as_bytes()), "{value}");
        }
        for value in ["2123456711", "7123456701", "", "0"] {
            assert!(!au_medicare(value.as_bytes()), "{value}");
        }
    }
}
