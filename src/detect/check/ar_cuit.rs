//! Argentine CUIT and CUIL of a person: eleven digits, modulus 11; 30 and above are of firms.

use super::{digits, weighted};

/// Begins with 20, 23, 24 or 27 and ends with its check digit.
pub(super) fn ar_cuit(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 || digits[0] != 2 || !matches!(digits[1], 0 | 3 | 4 | 7) {
        return false;
    }
    let sum = weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    b"012345678990"[(11 - sum % 11) as usize] == value[10]
}

#[cfg(test)]
mod tests {
    use super::ar_cuit;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ar_cuit(b"20055361682"));
        for value in ["20055361683", "30055361682", "", "0"] {
            assert!(!ar_cuit(value.as_bytes()), "{value}");
        }
    }
}
