//! Luxembourg identification number (matricule): date of birth, serial, and two check digits, Luhn's and Verhoeff's.

use super::{digits, luhn_sum, number, plausible_date, verhoeff};

/// The date exists; the twelfth digit is Luhn's and the thirteenth Verhoeff's of the first eleven.
pub(super) fn lu_nin(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 13 {
        return false;
    }
    let mut outer = [0; 12];
    outer[..11].copy_from_slice(&digits[..11]);
    outer[11] = digits[12];
    (1850..=2099).contains(&number(&digits[..4]))
        && plausible_date(Some(number(&digits[..4]) as u16), digits[4] * 10 + digits[5], digits[6] * 10 + digits[7])
        && luhn_sum(&value[..12]).is_some_and(|sum| sum % 10 == 0)
        && verhoeff(&outer)
}

#[cfg(test)]
mod tests {
    use super::lu_nin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(lu_nin(b"1893120105732"));
        for value in ["1893120105733", "1893130105732", "", "0"] {
            assert!(!lu_nin(value.as_bytes()), "{value}");
        }
    }
}
