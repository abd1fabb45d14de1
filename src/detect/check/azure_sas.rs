//! Signature of a shared access signature of Azure Storage: `sig=` and thirty-two bytes in base 64, as URLs write it.

/// An HMAC-SHA256: forty-three characters of base 64 and a sign, each perhaps escaped.
pub(super) fn azure_sas(value: &[u8]) -> bool {
    let Some(mut rest) = value.strip_prefix(b"sig=") else { return false };
    let mut length = 0;
    while let Some((byte, after)) = rest.split_first() {
        let (byte, after) = match (byte, after) {
            (b'%', [high, low, after @ ..]) => match [high.to_ascii_uppercase(), low.to_ascii_uppercase()] {
                [b'2', b'B'] => (b'+', after),
                [b'2', b'F'] => (b'/', after),
                [b'3', b'D'] => (b'=', after),
                _ => return false,
            },
            _ => (*byte, after),
        };
        match byte {
            b'=' => return length == 43 && after.is_empty(),
            _ if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => length += 1,
            _ => return false,
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::azure_sas;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        let body = "aB3dE5gH".repeat(5);
        for value in [format!("sig={body}x%2B%2f%3D"), format!("sig={body}x+/="), format!("sig={body}xyz%3d")] {
            assert!(azure_sas(value.as_bytes()), "{value}");
        }
        for value in [format!("sig={body}xyz"), format!("sig={body}x%3D"), format!("sig={body}xy%41%3D"), "sig=".to_owned(), "0".to_owned()]
        {
            assert!(!azure_sas(value.as_bytes()), "{value}");
        }
    }
}
