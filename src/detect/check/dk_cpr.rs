//! Danish CPR number (CPR-kontoret: Personnummeret i CPR): birth date and serial. The modulus 11 check is not kept since 2007.

use super::{LATEST_BIRTH, digits, number, plausible_date};

/// Ten digits that start with a possible date; the first of the serial tells the century.
pub(super) fn dk_cpr(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 10) else { return false };
    let year = number(&digits[4..6]) as u16;
    let century = match (digits[6], year) {
        (0..=3, _) | (4 | 9, 37..) => 1900,
        (4 | 9, _) | (5..=8, ..=57) => 2000,
        _ => 1800,
    };
    let year = century + year;
    // Which of two centuries a serial stands for has changed: what 1900 lacks, 2000 has.
    let leap = if year == 1900 { 2000 } else { year };
    year <= LATEST_BIRTH
        && plausible_date(Some(leap), digits[2] * 10 + digits[3], digits[0] * 10 + digits[1])
        && digits[6..].iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::dk_cpr;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["2110625629", "0101010001", "2902000001"] {
            assert!(dk_cpr(value.as_bytes()), "{value}");
        }
        for value in ["2113625629", "3210625629", "2110525629", "2902010001", "", "0"] {
            assert!(!dk_cpr(value.as_bytes()), "{value}");
        }
    }
}
