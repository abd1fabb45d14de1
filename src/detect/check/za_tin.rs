//! South African tax reference number: ten digits that begin with 0 to 3 or 9, Luhn's check digit.

use super::luhn_sum;

/// A number that checks.
pub(super) fn za_tin(value: &[u8]) -> bool {
    value.len() == 10 && matches!(value[0], b'0'..=b'3' | b'9') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::za_tin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(za_tin(b"0001339050"));
        for value in ["0001339051", "5001339050", "", "0"] {
            assert!(!za_tin(value.as_bytes()), "{value}");
        }
    }
}
