//! Indonesian NIK: sixteen digits: district, date of birth (day plus 40 for women), serial.

use super::{digits, number, plausible_date};

/// The date exists, the province begins with 1 to 9, the serial is not nought.
pub(super) fn id_nik(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 16 {
        return false;
    }
    let day = digits[6] * 10 + digits[7];
    let day = if day > 40 { day - 40 } else { day };
    (11..=97).contains(&number(&digits[..2]))
        && plausible_date(None, digits[8] * 10 + digits[9], day)
        && digits[12..].iter().any(|digit| *digit > 0)
}

#[cfg(test)]
mod tests {
    use super::id_nik;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(id_nik(b"3171011708450001"));
        for value in ["3171011713450001", "3171013208450001", "", "0"] {
            assert!(!id_nik(value.as_bytes()), "{value}");
        }
    }
}
