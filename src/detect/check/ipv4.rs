//! IPv4 addresses (RFC 791) in dotted decimal.

use super::digits;

/// Four numbers from 0 to 255 without leading zeros; the first is not 0.
pub(super) fn ipv4(value: &[u8]) -> bool {
    let mut parts = 0;
    for part in value.split(|byte| *byte == b'.') {
        let number = digits(part)
            .filter(|digits| digits.len() < 4)
            .map(|digits| digits.iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit)));
        let leading_zero = part.len() > 1 && part[0] == b'0';
        if !number.is_some_and(|number| number < 256 && !(parts == 0 && number == 0)) || leading_zero {
            return false;
        }
        parts += 1;
    }
    parts == 4
}

#[cfg(test)]
mod tests {
    use super::ipv4;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["81.190.68.123", "10.0.0.1"] {
            assert!(ipv4(value.as_bytes()), "{value}");
        }
        for value in ["256.1.1.1", "1.2.3", "01.2.3.4", "0.1.2.3", "", "0"] {
            assert!(!ipv4(value.as_bytes()), "{value}");
        }
    }
}
