//! Vehicle identification number (ISO 3779): 17 characters without I, O and Q.

/// Seventeen characters, with letters and digits. North American check digits are not asked for: others do not have one.
pub(super) fn vin(value: &[u8]) -> bool {
    value.len() == 17
        && value.iter().all(|byte| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"IOQ".contains(byte)))
        && value[13..].iter().all(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::vin;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["1M8GDM9AXKP042788", "WBAKN4TZ3PA504328"] {
            assert!(vin(value.as_bytes()), "{value}");
        }
        for value in ["1M8GDM9AXKP04278", "IM8GDM9AXKP042788", "", "0"] {
            assert!(!vin(value.as_bytes()), "{value}");
        }
    }
}
