//! Digits to base 16, in groups or not.

/// Nothing but such digits, colons and hyphens.
pub(super) fn hexadecimal(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_hexdigit) && value.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["D0:50:99:84:A2:A0", "D0-50-99-84-A2-A0", "D0509984A2A0"] {
            assert!(hexadecimal(value.as_bytes()), "{value}");
        }
        for value in ["D0:50:99:84:T2:A0", ":", ""] {
            assert!(!hexadecimal(value.as_bytes()), "{value}");
        }
    }
}
