//! Bulgarian EGN: birth date with century in the month, serial, check digit.

use super::{digits, number, plausible_date, weighted};

/// Ten digits with a possible date and a right check digit.
pub(super) fn bg_egn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 10 {
        return false;
    }
    let month = digits[2] * 10 + digits[3];
    let century = match month / 20 {
        0 => 1900,
        1 => 1800,
        2 => 2000,
        _ => return false,
    };
    plausible_date(Some(century + number(&digits[..2]) as u16), month % 20, digits[4] * 10 + digits[5])
        && weighted(&digits[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::bg_egn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["7523169263", "8032056031"] {
            assert!(bg_egn(value.as_bytes()), "{value}");
        }
        for value in ["7552A10004", "7523169264", "", "0"] {
            assert!(!bg_egn(value.as_bytes()), "{value}");
        }
    }
}
