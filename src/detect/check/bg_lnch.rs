//! Bulgarian personal number of a foreigner (ЛНЧ): ten digits, modulus 10.

use super::{digits, weighted};

/// The last digit is the weighted sum of the others.
pub(super) fn bg_lnch(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10 && weighted(&digits[..9], &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::bg_lnch;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(bg_lnch(b"7111042925"));
        for value in ["7111042922", "", "0"] {
            assert!(!bg_lnch(value.as_bytes()), "{value}");
        }
    }
}
