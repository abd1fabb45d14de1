//! Danish CPR number: birth date and serial. The modulus 11 check is not kept since 2007.

use super::{digits, plausible_date};

/// Ten digits that start with a possible date.
pub(super) fn dk_cpr(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10
        && plausible_date(None, digits[2] * 10 + digits[3], digits[0] * 10 + digits[1])
        && digits[6..].iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::dk_cpr;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["2110625629", "0101010001"] {
            assert!(dk_cpr(value.as_bytes()), "{value}");
        }
        for value in ["2113625629", "3210625629", "", "0"] {
            assert!(!dk_cpr(value.as_bytes()), "{value}");
        }
    }
}
