//! Cuban identity number: eleven digits that begin with the date of birth; the seventh tells the century.

use super::{digits, number, plausible_date};

/// The date exists.
pub(super) fn cu_ni(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    let century = match digits[6] {
        9 => 1800,
        0..=5 => 1900,
        _ => 2000,
    };
    plausible_date(Some(century + number(&digits[..2]) as u16), digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
}

#[cfg(test)]
mod tests {
    use super::cu_ni;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(cu_ni(b"91021027775"));
        for value in ["91023027775", "9102102777", "", "0"] {
            assert!(!cu_ni(value.as_bytes()), "{value}");
        }
    }
}
