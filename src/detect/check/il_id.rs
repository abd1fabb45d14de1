//! Israeli identity number (mispar zehut): nine digits, Luhn. A leading zero is often left out.

use super::luhn_sum;

/// Nine digits, or eight behind a zero, that pass Luhn.
pub(super) fn il_id(value: &[u8]) -> bool {
    matches!(value.len(), 8 | 9) && value.iter().any(|byte| *byte != b'0') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::il_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(il_id(b"039337423") && il_id(b"39337423"));
        for value in ["039337424", "000000000", "", "0"] {
            assert!(!il_id(value.as_bytes()), "{value}");
        }
    }
}
