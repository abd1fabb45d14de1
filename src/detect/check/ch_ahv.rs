//! Swiss AHV/AVS number: 756 and ten digits, EAN-13 check digit.

use super::{digits, weighted};

/// Thirteen digits that start with 756 and check.
pub(super) fn ch_ahv(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13 && digits[..3] == [7, 5, 6] && weighted(&digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::ch_ahv;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(ch_ahv(b"7569217076985"));
        for value in ["7569217076984", "7559217076985", "", "0"] {
            assert!(!ch_ahv(value.as_bytes()), "{value}");
        }
    }
}
