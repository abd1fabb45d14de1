//! Indian permanent account number: five letters, four digits, a letter; the fourth letter is the kind of holder.

/// Ten characters with a holder kind that exists; only P is a person.
pub(super) fn in_pan(value: &[u8]) -> bool {
    value.len() == 10
        && value[..5].iter().all(u8::is_ascii_uppercase)
        && b"ABCFGHJLPTK".contains(&value[3])
        && value[5..9].iter().all(u8::is_ascii_digit)
        && value[5..9] != *b"0000"
        && value[9].is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::in_pan;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["ACUPA7085R", "AAPPV8261K"] {
            assert!(in_pan(value.as_bytes()), "{value}");
        }
        for value in ["ACUXA7085R", "ACUPA708R", "ACUPA0000R", "", "0"] {
            assert!(!in_pan(value.as_bytes()), "{value}");
        }
    }
}
