//! Medicare Beneficiary Identifier (CMS): eleven characters C A AN N A AN N A A N N.

/// Eleven characters of the right kinds; letters S, L, O, I, B and Z are not used.
pub(super) fn mbi(value: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    value.len() == 11
        && value.iter().zip(b"1axdaxdaadd").all(|(byte, kind)| match kind {
            b'1' => matches!(byte, b'1'..=b'9'),
            b'a' => letter(*byte),
            b'd' => byte.is_ascii_digit(),
            _ => letter(*byte) || byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::mbi;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(mbi(b"1EG4TE5MK73"));
        for value in ["1EG4TE5MK7", "0EG4TE5MK73", "1SG4TE5MK73", "", "0"] {
            assert!(!mbi(value.as_bytes()), "{value}");
        }
    }
}
