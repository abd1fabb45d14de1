//! UK National Insurance numbers (HMRC NIM39110): prefixes that are issued.

/// Two letters, six digits and A to D, with a prefix that may be issued.
pub(super) fn gb_nino(value: &[u8]) -> bool {
    value.len() == 9
        && value[0].is_ascii_uppercase()
        && value[1].is_ascii_uppercase()
        && !b"DFIQUV".contains(&value[0])
        && !b"DFIOQUV".contains(&value[1])
        && ![b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&[value[0], value[1]])
        && value[2..8].iter().all(u8::is_ascii_digit)
        && matches!(value[8], b'A'..=b'D')
}

#[cfg(test)]
mod tests {
    use super::gb_nino;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["AB123456C", "JG103759A"] {
            assert!(gb_nino(value.as_bytes()), "{value}");
        }
        for value in ["QQ123456C", "GB123456A", "AB123456E", "AB12345C", "", "0"] {
            assert!(!gb_nino(value.as_bytes()), "{value}");
        }
    }
}
