//! Mexican RFC of a person: four letters, date of birth, two characters and a check character, modulus 11.

use super::plausible_date;

/// Thirteen characters with a date in them; the check character where it is kept.
pub(super) fn mx_rfc(value: &[u8]) -> bool {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ";
    if value.len() != 13 || !value[4..10].iter().all(u8::is_ascii_digit) || !value[..4].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let two = |at: usize| (value[at] - b'0') * 10 + value[at + 1] - b'0';
    let sum = value[..12]
        .iter()
        .zip((2..=13).rev())
        .try_fold(0, |sum, (byte, weight)| Some(sum + LETTERS.iter().position(|letter| letter == byte)? * weight));
    let check = sum.map(|sum| b"0123456789A"[(11 - sum % 11) % 11]);
    plausible_date(None, two(6), two(8))
        && matches!(value[10], b'1'..=b'9' | b'A'..=b'V')
        && matches!(value[11], b'1'..=b'9' | b'A'..=b'Z')
        && check == Some(value[12])
}

#[cfg(test)]
mod tests {
    use super::mx_rfc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(mx_rfc(b"GODE561231GR8"));
        for value in ["GODE561331GR8", "", "0"] {
            assert!(!mx_rfc(value.as_bytes()), "{value}");
        }
    }
}
