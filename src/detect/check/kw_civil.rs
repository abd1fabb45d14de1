//! Kuwaiti civil number: twelve digits: century, date of birth, serial, check digit modulus 11.

use super::{digits, number, plausible_date, weighted};

/// A date of birth, and the check digit of the eleven digits before it.
pub(super) fn kw_civil(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 || !matches!(digits[0], 2 | 3) {
        return false;
    }
    let year = 1700 + number(&digits[..3]) as u16;
    let check = 11 - weighted(&digits[..11], &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    plausible_date(Some(year), digits[3] * 10 + digits[4], digits[5] * 10 + digits[6]) && check == i32::from(digits[11])
}

#[cfg(test)]
mod tests {
    use super::kw_civil;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(kw_civil(b"286010100028"));
        for value in ["286010100029", "286130100022", "", "0"] {
            assert!(!kw_civil(value.as_bytes()), "{value}");
        }
    }
}
