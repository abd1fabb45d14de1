//! Indian voter's card (EPIC): three letters, six digits and Luhn's check digit.

use super::luhn_sum;

/// The digits check.
pub(super) fn in_epic(value: &[u8]) -> bool {
    value.len() == 10 && value[..3].iter().all(u8::is_ascii_uppercase) && luhn_sum(&value[3..]).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::in_epic;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(in_epic(b"WKH1186253"));
        for value in ["WKH1186254", "", "0"] {
            assert!(!in_epic(value.as_bytes()), "{value}");
        }
    }
}
