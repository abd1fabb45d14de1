//! Mauritian national identity number: a letter, date of birth, six characters and a check character, modulus 17.

use super::plausible_short_date;

/// The date exists and the last character is what the others ask for.
pub(super) fn mu_nid(value: &[u8]) -> bool {
    const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if value.len() != 14 || !value[0].is_ascii_uppercase() || !value[1..13].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let two = |at: usize| (value[at] - b'0') * 10 + value[at + 1] - b'0';
    let sum = value[..13]
        .iter()
        .zip((2..=14).rev())
        .try_fold(0, |sum, (byte, weight)| Some(sum + LETTERS.iter().position(|letter| letter == byte)? * weight));
    plausible_short_date(two(5), two(3), two(1)) && sum.is_some_and(|sum| LETTERS[(17 - sum % 17) % 17] == value[13])
}

#[cfg(test)]
mod tests {
    use super::mu_nid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(mu_nid(b"A0101901234563"));
        for value in ["A0101901234564", "A3201901234563", "", "0"] {
            assert!(!mu_nid(value.as_bytes()), "{value}");
        }
    }
}
