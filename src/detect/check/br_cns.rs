//! Brazilian number of the SUS card (CNS): fifteen digits whose weighted sum divides by eleven.

use super::{digits, weighted};

/// Begins with 1, 2, 7, 8 or 9, and the sum divides.
pub(super) fn br_cns(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 15
        && matches!(digits[0], 1 | 2 | 7..=9)
        && weighted(&digits, &[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::br_cns;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(br_cns(b"700000000000005"));
        for value in ["700000000000006", "300000000000005", "", "0"] {
            assert!(!br_cns(value.as_bytes()), "{value}");
        }
    }
}
