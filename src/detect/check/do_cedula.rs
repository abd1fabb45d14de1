//! Dominican cédula: eleven digits, Luhn's check digit.

use super::luhn_sum;

/// Eleven digits that check. Some thousand old numbers do not; they are read under their header all the same.
pub(super) fn do_cedula(value: &[u8]) -> bool {
    value.len() == 11 && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::do_cedula;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(do_cedula(b"00113918205"));
        for value in ["00113918204", "", "0"] {
            assert!(!do_cedula(value.as_bytes()), "{value}");
        }
    }
}
