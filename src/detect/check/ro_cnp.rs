//! Romanian CNP: sex and century, birth date, county, serial, check digit.

use super::{digits, plausible_date, weighted};

/// Thirteen digits with a possible date and a right check digit.
pub(super) fn ro_cnp(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 13 || digits[0] == 0 {
        return false;
    }
    let rest = weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let century = match digits[0] {
        1 | 2 => Some(1900),
        3 | 4 => Some(1800),
        5 | 6 => Some(2000),
        // Residents of either century.
        _ => None,
    };
    let year = century.map(|century| century + u16::from(digits[1]) * 10 + u16::from(digits[2]));
    // 70 and 80 to 83 are of no county.
    let county = matches!(digits[7] * 10 + digits[8], 1..=48 | 51 | 52 | 70 | 80..=83);
    county
        && plausible_date(year, digits[3] * 10 + digits[4], digits[5] * 10 + digits[6])
        && i32::from(digits[12]) == if rest == 10 { 1 } else { rest }
}

#[cfg(test)]
mod tests {
    use super::ro_cnp;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(ro_cnp(b"1630615123457"));
        for value in ["1630615123458", "1631315123457", "", "0"] {
            assert!(!ro_cnp(value.as_bytes()), "{value}");
        }
    }
}
