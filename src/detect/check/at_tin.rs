//! Austrian tax account number (Abgabenkontonummer): nine digits, cross sums, modulus 10.

use super::luhn_sum;

/// The last digit fills the sum of the others, every second doubled, up to a ten.
pub(super) fn at_tin(value: &[u8]) -> bool {
    value.len() == 9 && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::at_tin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(at_tin(b"591199013"));
        for value in ["591199014", "", "0"] {
            assert!(!at_tin(value.as_bytes()), "{value}");
        }
    }
}
