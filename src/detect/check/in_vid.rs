//! Indian virtual identity of an Aadhaar number: sixteen digits that begin with 2 to 9, Verhoeff's check digit.

use super::{digits, verhoeff};

/// Sixteen digits that check and read otherwise from behind.
pub(super) fn in_vid(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 16 && digits[0] > 1 && !digits.iter().eq(digits.iter().rev()) && verhoeff(&digits)
}

#[cfg(test)]
mod tests {
    use super::in_vid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(in_vid(b"2341234123412341"));
        for value in ["2341234123412342", "", "0"] {
            assert!(!in_vid(value.as_bytes()), "{value}");
        }
    }
}
