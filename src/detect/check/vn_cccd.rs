//! Vietnamese citizen identity number: province, century and sex, year of birth, six digits.

use super::{digits, number};

/// The province is one of those given out.
pub(super) fn vn_cccd(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 12 && digits[0] == 0 && (1..=96).contains(&number(&digits[..3])) && digits[3] <= 3
}

#[cfg(test)]
mod tests {
    use super::vn_cccd;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(vn_cccd(b"001090000001"));
        for value in ["101090000001", "001990000001", "", "0"] {
            assert!(!vn_cccd(value.as_bytes()), "{value}");
        }
    }
}
