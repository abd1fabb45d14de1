//! Croatian OIB: eleven digits, ISO 7064 MOD 11,10.

use super::digits;

/// Eleven digits with a right check digit.
pub(super) fn hr_oib(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 11 && super::mod_11_10(&digits)
}

#[cfg(test)]
mod tests {
    use super::hr_oib;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(hr_oib(b"33392005961"));
        for value in ["33392005962", "", "0"] {
            assert!(!hr_oib(value.as_bytes()), "{value}");
        }
    }
}
