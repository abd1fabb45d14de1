//! Indian Aadhaar number: twelve digits, Verhoeff, first digit 2 to 9.

use super::digits;

/// Twelve digits that may be issued and pass the Verhoeff scheme.
pub(super) fn in_aadhaar(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 12 && digits[0] > 1 && !digits.iter().eq(digits.iter().rev()) && super::verhoeff(&digits)
}

#[cfg(test)]
mod tests {
    use super::in_aadhaar;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(in_aadhaar(b"234123412346"));
        for value in ["234123412347", "123412341234", "222222222222", "", "0"] {
            assert!(!in_aadhaar(value.as_bytes()), "{value}");
        }
    }
}
