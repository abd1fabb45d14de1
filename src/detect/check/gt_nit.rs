//! Guatemalan NIT: one to eleven digits and a check digit or K, modulus 11.

use super::digits;

/// The last character is what the digits before it ask for.
pub(super) fn gt_nit(value: &[u8]) -> bool {
    let Some((check, number)) = value.split_last() else { return false };
    let Some(digits) = digits(number) else { return false };
    let sum: usize = digits.iter().rev().zip(2..).map(|(digit, weight)| usize::from(*digit) * weight).sum();
    (2..=11).contains(&digits.len()) && b"0123456789K"[(11 - sum % 11) % 11] == *check
}

#[cfg(test)]
mod tests {
    use super::gt_nit;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gt_nit(b"576937K"));
        for value in ["5769370", "", "0"] {
            assert!(!gt_nit(value.as_bytes()), "{value}");
        }
    }
}
