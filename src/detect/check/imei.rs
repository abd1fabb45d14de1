//! Number of a mobile telephone (IMEI, 3GPP TS 23.003): fifteen digits with Luhn's check digit, fourteen without it, or sixteen with
//! the version of its software instead (IMEISV).

use super::{digits, luhn_sum};

/// Fifteen digits that check; others, which have nothing to check, begin with a body that allocates types.
pub(super) fn imei(value: &[u8]) -> bool {
    match value.len() {
        15 => value[..8].iter().any(|byte| *byte != b'0') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0),
        14 | 16 => is_allocated(value),
        _ => false,
    }
}

/// Whether it begins with a reporting body (GSMA TS.06, annex A) and is not all nought behind it.
pub(super) fn is_allocated(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() > 2) else { return false };
    matches!(digits[0] * 10 + digits[1], 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99)
        && digits[2..].iter().any(|digit| *digit > 0)
}

#[cfg(test)]
mod tests {
    use super::imei;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["490154203237518", "3520990017614823", "35686800004141"] {
            assert!(imei(value.as_bytes()), "{value}");
        }
        for value in ["490154203237519", "7520990017614823", "35000000000000", "000000001234564", "", "0"] {
            assert!(!imei(value.as_bytes()), "{value}");
        }
    }
}
