//! Code of an observation (LOINC): three to five digits and Luhn's check digit.

use super::luhn_sum;

/// Digits that check, the last of them apart.
pub(super) fn loinc(value: &[u8]) -> bool {
    (3..=7).contains(&value.len()) && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::loinc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(loinc(b"23457"));
        for value in ["23458", "", "0"] {
            assert!(!loinc(value.as_bytes()), "{value}");
        }
    }
}
