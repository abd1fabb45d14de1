//! Kazakh IIN: date of birth, century and sex, four digits, check digit modulus 11.

use super::{digits, plausible_short_date, weighted};

/// The date exists, and the check digit is what the eleven digits before it ask for.
pub(super) fn kz_iin(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 || digits[6] > 6 {
        return false;
    }
    let first = weighted(&digits[..11], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let check = if first == 10 { weighted(&digits[..11], &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11 } else { first };
    plausible_short_date(digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        && check == i32::from(digits[11])
}

#[cfg(test)]
mod tests {
    use super::kz_iin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(kz_iin(b"990101300013"));
        for value in ["990101300012", "991301300013", "", "0"] {
            assert!(!kz_iin(value.as_bytes()), "{value}");
        }
    }
}
