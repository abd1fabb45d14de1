//! Australian individual healthcare identifier: sixteen digits that begin with 800360, Luhn's check digit.

use super::luhn_sum;

/// A person's identifier that checks.
pub(super) fn au_ihi(value: &[u8]) -> bool {
    value.len() == 16 && value.starts_with(b"800360") && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::au_ihi;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(au_ihi(b"8003608166690503"));
        for value in ["8003608166690504", "8003618166690502", "", "0"] {
            assert!(!au_ihi(value.as_bytes()), "{value}");
        }
    }
}
