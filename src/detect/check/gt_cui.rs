//! Guatemalan CUI (DPI): eight digits, their check digit modulus 11, department and municipality.

use super::{digits, weighted};

/// The ninth digit is the weighted sum of the eight before it; the department is one of twenty-two.
pub(super) fn gt_cui(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13
        && weighted(&digits[..8], &[2, 3, 4, 5, 6, 7, 8, 9]) % 11 == i32::from(digits[8])
        && (1..=22).contains(&(digits[9] * 10 + digits[10]))
        && (digits[11], digits[12]) != (0, 0)
}

#[cfg(test)]
mod tests {
    use super::gt_cui;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gt_cui(b"1234567890101"));
        for value in ["1234567880101", "1234567899901", "", "0"] {
            assert!(!gt_cui(value.as_bytes()), "{value}");
        }
    }
}
