//! Moldovan IDNP: thirteen digits, weights 7, 3, 1, modulus 10; persons' begin with 0 or 2.

use super::{digits, weighted};

/// A person's number with its check digit.
pub(super) fn md_idnp(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13
        && matches!(digits[0], 0 | 2)
        && weighted(&digits[..12], &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == i32::from(digits[12])
}

#[cfg(test)]
mod tests {
    use super::md_idnp;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(md_idnp(b"2001001000031"));
        for value in ["2001001000032", "1001001000031", "", "0"] {
            assert!(!md_idnp(value.as_bytes()), "{value}");
        }
    }
}
