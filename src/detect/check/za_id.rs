//! South African identity number: birth date, serial, citizenship, Luhn.

use super::{digits, luhn_sum, plausible_short_date};

/// Thirteen digits that start with a possible date and pass Luhn.
pub(super) fn za_id(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13
        && plausible_short_date(digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        && digits[10] < 3
        && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::za_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["7503305044089", "8801235111088"] {
            assert!(za_id(value.as_bytes()), "{value}");
        }
        for value in ["7503305044088", "7513305044089", "", "0"] {
            assert!(!za_id(value.as_bytes()), "{value}");
        }
    }
}
