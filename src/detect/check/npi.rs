//! US National Provider Identifier (45 CFR 162.406): ten digits, Luhn with the prefix 80840.

use super::luhn_sum;

/// Ten digits that start with 1 or 2 and pass Luhn behind 80840.
pub(super) fn npi(value: &[u8]) -> bool {
    value.len() == 10 && matches!(value[0], b'1' | b'2') && luhn_sum(value).is_some_and(|sum| (sum + 24) % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::npi;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["1234567893", "1245319599"] {
            assert!(npi(value.as_bytes()), "{value}");
        }
        for value in ["1234567890", "3234567893", "123456789", "", "0"] {
            assert!(!npi(value.as_bytes()), "{value}");
        }
    }
}
