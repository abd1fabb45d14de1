//! Canadian social insurance number: nine digits, Luhn, first digit neither 0 nor 8.

use super::luhn_sum;

/// Nine digits that may be issued and pass Luhn.
pub(super) fn ca_sin(value: &[u8]) -> bool {
    value.len() == 9 && !matches!(value[0], b'0' | b'8') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::ca_sin;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["123456782", "936068741"] {
            assert!(ca_sin(value.as_bytes()), "{value}");
        }
        for value in ["123456783", "023456782", "999999999", "", "0"] {
            assert!(!ca_sin(value.as_bytes()), "{value}");
        }
    }
}
