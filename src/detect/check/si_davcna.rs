//! Slovenian tax number (davčna številka): eight digits, modulus 11.

use super::{digits, weighted};

/// The last digit is what the seven before it ask for.
pub(super) fn si_davcna(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 8 || digits[0] == 0 {
        return false;
    }
    let check = 11 - weighted(&digits[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    i32::from(digits[7]) == if check == 10 { 0 } else { check }
}

#[cfg(test)]
mod tests {
    use super::si_davcna;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(si_davcna(b"50223054"));
        for value in ["50223055", "", "0"] {
            assert!(!si_davcna(value.as_bytes()), "{value}");
        }
    }
}
