//! Spanish account number (CCC): bank, branch, two check digits, account, modulus 11.

use super::{digits, weighted};

/// Both check digits are what their blocks ask for.
pub(super) fn es_ccc(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let checks = |block: &[u8], weights: &[i32], check: u8| {
        let rest = weighted(block, weights) % 11;
        i32::from(check) == if rest < 2 { rest } else { 11 - rest }
    };
    digits.len() == 20
        && checks(&digits[..8], &[4, 8, 5, 10, 9, 7, 3, 6], digits[8])
        && checks(&digits[10..], &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6], digits[9])
}

#[cfg(test)]
mod tests {
    use super::es_ccc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(es_ccc(b"12341234161234567890"));
        for value in ["12341234171234567890", "", "0"] {
            assert!(!es_ccc(value.as_bytes()), "{value}");
        }
    }
}
