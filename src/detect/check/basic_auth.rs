//! Credentials of HTTP's basic authentication (RFC 7617): `user:password` in base 64.

/// Decodes to printable text with a colon that has something on both sides.
pub(super) fn basic_auth(value: &[u8]) -> bool {
    let encoded = value.rsplit(|byte| *byte == b' ').next().unwrap_or(value);
    let encoded = encoded.trim_ascii_end();
    let digits = encoded.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let decoded = super::base64url(&encoded[..digits]);
    let colon = memchr::memchr(b':', &decoded);
    // All of it was read, and no character is left over.
    decoded.len() == digits * 3 / 4
        && digits % 4 != 1
        && colon.is_some_and(|at| at > 0 && at + 3 < decoded.len())
        && std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::basic_auth;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(basic_auth(b"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "the example of RFC 7617");
        assert!(basic_auth(b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        for value in ["QWxhZGRpbm9wZW5zZXNhbWU=", "Information2024about", "Og==", "", "0"] {
            assert!(!basic_auth(value.as_bytes()), "{value}");
        }
    }
}
