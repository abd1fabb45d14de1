//! Polish NIP: ten digits, modulus 11.

use super::{digits, weighted};

/// The last digit is the weighted sum of the others.
pub(super) fn pl_nip(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10 && weighted(&digits[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::pl_nip;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["8567346215"] {
            assert!(pl_nip(value.as_bytes()), "{value}");
        }
        for value in ["8567346216", "", "0"] {
            assert!(!pl_nip(value.as_bytes()), "{value}");
        }
    }
}
