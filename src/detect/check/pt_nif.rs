//! Portuguese NIF: nine digits, modulus 11.

use super::{digits, weighted};

/// Nine digits with a first digit in use and a right check digit.
pub(super) fn pt_nif(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 9 || digits[0] == 0 {
        return false;
    }
    let rest = 11 - weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    i32::from(digits[8]) == if rest > 9 { 0 } else { rest }
}

#[cfg(test)]
mod tests {
    use super::pt_nif;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["501964843", "123456789"] {
            assert!(pt_nif(value.as_bytes()), "{value}");
        }
        for value in ["501964842", "023456789", "", "0"] {
            assert!(!pt_nif(value.as_bytes()), "{value}");
        }
    }
}
