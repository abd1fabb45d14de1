//! Thai national identity number: thirteen digits, modulus 11.

use super::{digits, weighted};

/// Thirteen digits, first 1 to 8, with a right check digit.
pub(super) fn th_id(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13
        && matches!(digits[0], 1..=8)
        && (11 - weighted(&digits[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == i32::from(digits[12])
}

#[cfg(test)]
mod tests {
    use super::th_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(th_id(b"1234545678781"));
        for value in ["1234545678782", "", "0"] {
            assert!(!th_id(value.as_bytes()), "{value}");
        }
    }
}
