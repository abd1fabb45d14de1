//! Greek AMKA: birth date, serial, Luhn.

use super::{digits, luhn_sum, plausible_short_date};

/// Eleven digits that start with a possible date and pass Luhn.
pub(super) fn gr_amka(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 11
        && plausible_short_date(digits[4] * 10 + digits[5], digits[2] * 10 + digits[3], digits[0] * 10 + digits[1])
        && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::gr_amka;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(gr_amka(b"01013099997"));
        for value in ["01013099999", "01133099997", "", "0"] {
            assert!(!gr_amka(value.as_bytes()), "{value}");
        }
    }
}
