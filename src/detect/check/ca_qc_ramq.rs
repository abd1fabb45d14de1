//! Health insurance number of Quebec (NAM): four letters of the name, date of birth (month plus 50 for women), two digits.

use super::{digits, plausible_short_date};

/// The date exists.
pub(super) fn ca_qc_ramq(value: &[u8]) -> bool {
    let Some(digits) = value.get(4..).and_then(digits) else { return false };
    if digits.len() != 8 || !value[..4].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let month = digits[2] * 10 + digits[3];
    plausible_short_date(digits[0] * 10 + digits[1], if month > 50 { month - 50 } else { month }, digits[4] * 10 + digits[5])
}

#[cfg(test)]
mod tests {
    use super::ca_qc_ramq;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["BOUF94032814", "TREM85562310"] {
            assert!(ca_qc_ramq(value.as_bytes()), "{value}");
        }
        for value in ["BOUF94132814", "B0UF94032814", "", "0"] {
            assert!(!ca_qc_ramq(value.as_bytes()), "{value}");
        }
    }
}
