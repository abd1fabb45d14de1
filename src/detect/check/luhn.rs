//! The Luhn formula (ISO/IEC 7812-1 annex B): card numbers and many others.

use super::luhn_sum;

/// Two digits or more, the last of which is the Luhn check digit of the others.
pub(super) fn luhn(value: &[u8]) -> bool {
    value.len() > 1 && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::luhn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["79927398713", "4242424242424242"] {
            assert!(luhn(value.as_bytes()), "{value}");
        }
        for value in ["79927398710", "4242424242424241", "x2", "", "0"] {
            assert!(!luhn(value.as_bytes()), "{value}");
        }
    }
}
