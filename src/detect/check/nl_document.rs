//! Dutch passport or identity card number (Paspoortuitvoeringsregeling Nederland 2001, art. 34): two letters, six letters or digits, a digit.

/// Nine characters, the letter O not among them, which reads as a nought.
pub(super) fn nl_document(value: &[u8]) -> bool {
    let [one, two, middle @ .., last] = value else { return false };
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() && *byte != b'O';
    is_letter(one)
        && is_letter(two)
        && middle.len() == 6
        && middle.iter().all(|byte| is_letter(byte) || byte.is_ascii_digit())
        && last.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::nl_document;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["EM0000000", "XR1001R58"] {
            assert!(nl_document(value.as_bytes()), "{value}");
        }
        for value in ["EO0000000", "XR1001O58", "XR1001R5R", "XR1001R5", "", "0"] {
            assert!(!nl_document(value.as_bytes()), "{value}");
        }
    }
}
