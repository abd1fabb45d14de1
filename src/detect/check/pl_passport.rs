//! Polish passport: two letters and seven digits, the first of which is the check digit.

/// Weights 7, 3, 1 leave the check digit.
pub(super) fn pl_passport(value: &[u8]) -> bool {
    let Some((letters, numbers)) = value.split_first_chunk::<2>() else { return false };
    if numbers.len() != 7 || !letters.iter().all(u8::is_ascii_uppercase) || !numbers.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let letters = letters.iter().map(|byte| u32::from(byte - b'A' + 10));
    let worth = letters.chain(numbers[1..].iter().map(|byte| u32::from(byte - b'0')));
    let sum: u32 = worth.zip([7, 3, 1, 7, 3, 1, 7, 3]).map(|(worth, weight)| worth * weight).sum();
    sum % 10 == u32::from(numbers[0] - b'0')
}

#[cfg(test)]
mod tests {
    use super::pl_passport;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pl_passport(b"ZS0000177"));
        for value in ["ZS1000177", "", "0"] {
            assert!(!pl_passport(value.as_bytes()), "{value}");
        }
    }
}
