//! Dutch burgerservicenummer: nine digits, the eleven test with −1 for the last.

use super::{digits, weighted};

/// Eight or nine digits that pass the eleven test.
pub(super) fn nl_bsn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && digits.iter().any(|digit| *digit != 0) && weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::nl_bsn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["111222333", "123456782"] {
            assert!(nl_bsn(value.as_bytes()), "{value}");
        }
        for value in ["111252333", "000000000", "", "0"] {
            assert!(!nl_bsn(value.as_bytes()), "{value}");
        }
    }
}
