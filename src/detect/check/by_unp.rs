//! Belarusian tax number (УНП) of a person: two letters, six digits, a check digit. Numbers of firms are digits alone.

/// Letters that Latin and Cyrillic share, the first of a region, and a right check digit.
pub(super) fn by_unp(value: &[u8]) -> bool {
    const LETTERS: &[u8; 10] = b"ABCEHKMOPT";
    const WEIGHTS: [u32; 8] = [29, 23, 19, 17, 13, 7, 5, 3];
    let [first, second, number @ ..] = value else { return false };
    let Some(second) = LETTERS.iter().position(|letter| letter == second) else { return false };
    if value.len() != 9 || !b"ABCEHKM".contains(first) || !number.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let values = [u32::from(first - b'A') + 10, second as u32].into_iter().chain(number.iter().map(|byte| u32::from(byte - b'0')));
    let sum: u32 = values.zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    sum % 11 == u32::from(number[6] - b'0')
}

#[cfg(test)]
mod tests {
    use super::by_unp;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(by_unp(b"MA1953684"));
        for value in ["MA1953685", "100217336", "DA1953684", "MA195368", "", "0"] {
            assert!(!by_unp(value.as_bytes()), "{value}");
        }
    }
}
