//! German number of a doctor for life (LANR): nine digits, the seventh of which checks the six before it.

use super::{digits, weighted};

/// The seventh digit fills the weighted sum of the first six up to a ten.
pub(super) fn de_lanr(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && (10 - weighted(&digits[..6], &[4, 9, 4, 9, 4, 9]) % 10) % 10 == i32::from(digits[6])
}

#[cfg(test)]
mod tests {
    use super::de_lanr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(de_lanr(b"123456601"));
        for value in ["123456701", "", "0"] {
            assert!(!de_lanr(value.as_bytes()), "{value}");
        }
    }
}
