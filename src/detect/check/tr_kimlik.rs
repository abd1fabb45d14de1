//! Turkish T.C. kimlik number: eleven digits with two check digits.

use super::{digits, weighted};

/// Eleven digits, not starting with 0, whose two last digits check.
pub(super) fn tr_kimlik(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 11
        && digits[0] != 0
        && (10 - weighted(&digits[..9], &[3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10 == i32::from(digits[9])
        && weighted(&digits[..10], &[1; 10]) % 10 == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::tr_kimlik;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(tr_kimlik(b"17291716060"));
        for value in ["17291716050", "07291716060", "", "0"] {
            assert!(!tr_kimlik(value.as_bytes()), "{value}");
        }
    }
}
