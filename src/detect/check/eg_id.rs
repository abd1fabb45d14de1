//! Egyptian national number: fourteen digits: century, date of birth, governorate, serial.

use super::{digits, number, plausible_date};

/// The date and the governorate exist; the last digit has no published rule.
pub(super) fn eg_id(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 14 || !matches!(digits[0], 2 | 3) {
        return false;
    }
    let year = 1900 + u16::from(digits[0] - 2) * 100 + number(&digits[1..3]) as u16;
    let governorate = digits[7] * 10 + digits[8];
    plausible_date(Some(year), digits[3] * 10 + digits[4], digits[5] * 10 + digits[6])
        && matches!(governorate, 1..=4 | 11..=19 | 21..=29 | 31..=35 | 88)
}

#[cfg(test)]
mod tests {
    use super::eg_id;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(eg_id(b"29001011234567"));
        for value in ["29013011234567", "49001011234567", "", "0"] {
            assert!(!eg_id(value.as_bytes()), "{value}");
        }
    }
}
