//! Estonian isikukood: century and sex, birth date, serial, check digit.

use super::{digits, number, plausible_date, weighted};

/// Eleven digits with a possible date and a right check digit.
pub(super) fn ee_isikukood(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 11 && matches!(digits[0], 1..=8)) else { return false };
    let year = 1800 + u16::from((digits[0] - 1) / 2) * 100 + number(&digits[1..3]) as u16;
    plausible_date(Some(year), digits[3] * 10 + digits[4], digits[5] * 10 + digits[6]) && checks(value)
}

/// Eleven digits, the last of which checks the others.
pub(super) fn checks(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 11) else { return false };
    let first = weighted(&digits[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&digits[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
    i32::from(digits[10]) == if first == 10 { second } else { first }
}

#[cfg(test)]
mod tests {
    use super::ee_isikukood;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["36805280109", "33309240064"] {
            assert!(ee_isikukood(value.as_bytes()), "{value}");
        }
        for value in ["36805280108", "36813280109", "", "0"] {
            assert!(!ee_isikukood(value.as_bytes()), "{value}");
        }
    }
}
