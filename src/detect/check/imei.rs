//! Number of a mobile telephone (IMEI, 3GPP TS 23.003): fifteen digits with Luhn's check digit.

use super::luhn_sum;

/// Fifteen digits that check and do not begin with two noughts alone.
pub(super) fn imei(value: &[u8]) -> bool {
    value.len() == 15 && value[..8].iter().any(|byte| *byte != b'0') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::imei;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(imei(b"490154203237518"));
        for value in ["490154203237519", "", "0"] {
            assert!(!imei(value.as_bytes()), "{value}");
        }
    }
}
