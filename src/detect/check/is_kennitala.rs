//! Icelandic kennitala: birth date, serial, check digit, century.

use super::{digits, plausible_date, weighted};

/// Ten digits that start with a possible date and check by modulus 11.
pub(super) fn is_kennitala(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let Some(century) = digits.get(9) else { return false };
    let year = if *century == 0 { 2000 } else { 1900 } + u16::from(digits[4]) * 10 + u16::from(digits[5]);
    digits.len() == 10
        && plausible_date(Some(year), digits[2] * 10 + digits[3], digits[0] * 10 + digits[1])
        && matches!(digits[9], 0 | 9)
        && weighted(&digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1, 0]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::is_kennitala;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["1201743399", "1201743399"] {
            assert!(is_kennitala(value.as_bytes()), "{value}");
        }
        for value in ["1201743389", "1213743399", "", "0"] {
            assert!(!is_kennitala(value.as_bytes()), "{value}");
        }
    }
}
