//! Spanish social security number: province, eight digits, two check digits, modulus 97.

use super::{digits, number};

/// The check digits are the remainder of province and number.
pub(super) fn es_nss(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 {
        return false;
    }
    let (province, serial) = (number(&digits[..2]), number(&digits[2..10]));
    let whole = if serial < 10_000_000 { province * 10_000_000 + serial } else { province * 100_000_000 + serial };
    (1..=66).contains(&province) && whole % 97 == number(&digits[10..])
}

#[cfg(test)]
mod tests {
    use super::es_nss;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(es_nss(b"281234567840"));
        for value in ["281234567841", "", "0"] {
            assert!(!es_nss(value.as_bytes()), "{value}");
        }
    }
}
