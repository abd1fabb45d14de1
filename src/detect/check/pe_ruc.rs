//! Peruvian RUC of a person: eleven digits that begin with 10, 15 or 17, modulus 11.

use super::{digits, weighted};

/// A person's number with its check digit.
pub(super) fn pe_ruc(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 || digits[0] != 1 || !matches!(digits[1], 0 | 5 | 7) {
        return false;
    }
    let sum = weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 10 == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::pe_ruc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pe_ruc(b"10054321878"));
        for value in ["10054321877", "", "0"] {
            assert!(!pe_ruc(value.as_bytes()), "{value}");
        }
    }
}
