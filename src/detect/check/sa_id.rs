//! Saudi national identity (1) and iqama (2): ten digits, Luhn's check digit.

use super::luhn_sum;

/// Begins with 1 or 2 and checks.
pub(super) fn sa_id(value: &[u8]) -> bool {
    value.len() == 10 && matches!(value[0], b'1' | b'2') && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::sa_id;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(sa_id(b"1000000008"));
        for value in ["1000000009", "3000000004", "", "0"] {
            assert!(!sa_id(value.as_bytes()), "{value}");
        }
    }
}
