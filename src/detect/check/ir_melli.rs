//! Iranian national code (کد ملی): ten digits, modulus 11.

use super::{digits, weighted};

/// The last digit is the remainder of the weighted sum, or what it lacks to eleven.
pub(super) fn ir_melli(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 10 {
        return false;
    }
    let rest = weighted(&digits[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    i32::from(digits[9]) == if rest < 2 { rest } else { 11 - rest }
}

#[cfg(test)]
mod tests {
    use super::ir_melli;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ir_melli(b"0013542419"));
        for value in ["0013542418", "", "0"] {
            assert!(!ir_melli(value.as_bytes()), "{value}");
        }
    }
}
