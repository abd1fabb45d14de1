//! Polish identity card (dowód osobisty): three letters and six digits, the first of which is the check digit.

pub(super) fn pl_dowod(value: &[u8]) -> bool {
    is_document::<3>(value)
}

/// Nine places: so many letters, the check digit, the other digits. Weights 7, 3, 1 leave the check digit.
pub(super) fn is_document<const LETTERS: usize>(value: &[u8]) -> bool {
    let Some((letters, numbers)) = value.split_first_chunk::<LETTERS>() else { return false };
    if value.len() != 9 || !letters.iter().all(u8::is_ascii_uppercase) || !numbers.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let letters = letters.iter().map(|byte| u32::from(byte - b'A' + 10));
    let worth = letters.chain(numbers[1..].iter().map(|byte| u32::from(byte - b'0')));
    let sum: u32 = worth.zip([7, 3, 1, 7, 3, 1, 7, 3]).map(|(worth, weight)| worth * weight).sum();
    sum % 10 == u32::from(numbers[0] - b'0')
}

#[cfg(test)]
mod tests {
    use super::pl_dowod;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pl_dowod(b"ABA300000"));
        for value in ["ABA400000", "", "0"] {
            assert!(!pl_dowod(value.as_bytes()), "{value}");
        }
    }
}
