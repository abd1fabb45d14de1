//! Number of a SIM card (ITU-T E.118): 89, seventeen or eighteen digits, with Luhn's check digit.

use super::luhn_sum;

/// Nineteen or twenty digits that begin with 89 and check.
pub(super) fn iccid(value: &[u8]) -> bool {
    matches!(value.len(), 19 | 20) && value.starts_with(b"89") && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::iccid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(iccid(b"89014103211118510720"));
        for value in ["89014103211118510721", "88014103211118510720", "", "0"] {
            assert!(!iccid(value.as_bytes()), "{value}");
        }
    }
}
