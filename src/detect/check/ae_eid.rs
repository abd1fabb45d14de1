//! Emirates ID: 784, the year of birth, seven digits and Luhn's check digit.

use super::{digits, luhn_sum, number};

/// Fifteen digits that begin with 784 and a year, and check.
pub(super) fn ae_eid(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 15
        && value.starts_with(b"784")
        && (1900..=2099).contains(&number(&digits[3..7]))
        && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::ae_eid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ae_eid(b"784198012345678"));
        for value in ["784198012345679", "785198012345677", "", "0"] {
            assert!(!ae_eid(value.as_bytes()), "{value}");
        }
    }
}
