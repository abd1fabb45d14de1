//! JSON web tokens (RFC 7519): a header that is JSON with `alg`, and two more parts.

/// Three base64url parts, of which the first decodes to an object that names an algorithm.
pub(super) fn jwt(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let decoded = super::base64url(header);
    payload.len() > 3
        && parts.next().is_none()
        && signature.iter().chain(payload).all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && decoded.first() == Some(&b'{')
        && memchr::memmem::find(&decoded, b"\"alg\"").is_some()
}

#[cfg(test)]
mod tests {
    use super::jwt;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(jwt(b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"));
        for value in ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "abc.def.ghi", "", "0"] {
            assert!(!jwt(value.as_bytes()), "{value}");
        }
    }
}
