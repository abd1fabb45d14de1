//! Irish PPS number: seven digits, a check letter by modulus 23 and perhaps a second letter.

use super::{digits, weighted};

/// The check letter fits digits and second letter.
pub(super) fn ie_pps(value: &[u8]) -> bool {
    if !matches!(value.len(), 8 | 9) {
        return false;
    }
    let Some(digits) = digits(&value[..7]) else { return false };
    let second = match value.get(8) {
        Some(byte @ b'A'..=b'I') => i32::from(byte - b'A') + 1,
        Some(b'W' | b'T' | b'X') | None => 0,
        Some(_) => return false,
    };
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
    b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize] == value[7]
}

#[cfg(test)]
mod tests {
    use super::ie_pps;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["6433435F", "1234567T", "6433435OA"] {
            assert!(ie_pps(value.as_bytes()), "{value}");
        }
        for value in ["6433435E", "643343F", "6433435FB", "", "0"] {
            assert!(!ie_pps(value.as_bytes()), "{value}");
        }
    }
}
