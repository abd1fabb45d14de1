//! British unique taxpayer reference: ten digits, the first of which checks the others, modulus 11.

use super::{digits, weighted};

/// The first digit is the one the nine behind it ask for.
pub(super) fn gb_utr(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 10 {
        return false;
    }
    let sum = weighted(&digits[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    b"21987654321"[(sum % 11) as usize] == value[0]
}

#[cfg(test)]
mod tests {
    use super::gb_utr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gb_utr(b"1955839661"));
        for value in ["2955839661", "", "0"] {
            assert!(!gb_utr(value.as_bytes()), "{value}");
        }
    }
}
