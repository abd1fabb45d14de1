//! British unique pupil number: a check letter, eleven digits and a digit or letter, modulus 23.

/// The first letter is the one the twelve characters behind it ask for.
pub(super) fn gb_upn(value: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    if value.len() != 13 || !value[1..12].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum = value[1..].iter().zip(2..).try_fold(0, |sum, (byte, weight)| {
        let digit = match byte {
            b'0'..=b'9' => usize::from(byte - b'0'),
            _ => LETTERS.iter().position(|letter| letter == byte)?,
        };
        Some(sum + digit * weight)
    });
    sum.is_some_and(|sum| LETTERS[sum % 23] == value[0])
}

#[cfg(test)]
mod tests {
    use super::gb_upn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gb_upn(b"B801200005001"));
        for value in ["A801200005001", "", "0"] {
            assert!(!gb_upn(value.as_bytes()), "{value}");
        }
    }
}
