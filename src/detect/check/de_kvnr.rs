//! German health insurance number (§ 290 SGB V): a letter, eight digits and a check digit, modulus 10.

/// The cross sums of the letter's place and the digits, every second doubled, end in the check digit.
pub(super) fn de_kvnr(value: &[u8]) -> bool {
    if value.len() != 10 || !value[0].is_ascii_uppercase() {
        return false;
    }
    let letter = value[0] - b'A' + 1;
    let digits = [letter / 10, letter % 10].into_iter().chain(value[1..9].iter().map(|byte| byte.wrapping_sub(b'0')));
    let sum = digits
        .zip([1, 2].into_iter().cycle())
        .try_fold(0, |sum, (digit, weight)| (digit < 10).then(|| sum + digit * weight / 10 + digit * weight % 10));
    sum.is_some_and(|sum: u8| sum % 10 == value[9].wrapping_sub(b'0'))
}

#[cfg(test)]
mod tests {
    use super::de_kvnr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(de_kvnr(b"A000500015"));
        for value in ["A000500016", "", "0"] {
            assert!(!de_kvnr(value.as_bytes()), "{value}");
        }
    }
}
