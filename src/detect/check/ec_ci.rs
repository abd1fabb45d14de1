//! Ecuadorian cédula: ten digits, province first, Luhn's sum.

use super::{digits, luhn_sum};

/// A province from 01 to 24 or 30, and the check digit.
pub(super) fn ec_ci(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let province = digits[0] * 10 + digits.get(1).copied().unwrap_or(0);
    digits.len() == 10 && (matches!(province, 1..=24 | 30 | 50)) && digits[2] <= 6 && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::ec_ci;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ec_ci(b"1714307103"));
        for value in ["1714307104", "", "0"] {
            assert!(!ec_ci(value.as_bytes()), "{value}");
        }
    }
}
