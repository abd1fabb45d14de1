//! Malaysian MyKad number: date of birth, place of birth, four digits.

use super::{digits, plausible_short_date};

/// The date exists and the place is one of those given out.
pub(super) fn my_nric(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 12
        && plausible_short_date(digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        && !matches!(digits[6] * 10 + digits[7], 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97)
}

#[cfg(test)]
mod tests {
    use super::my_nric;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(my_nric(b"770305021234"));
        for value in ["771305021234", "770305171234", "", "0"] {
            assert!(!my_nric(value.as_bytes()), "{value}");
        }
    }
}
