//! Uruguayan cédula de identidad: six or seven digits and a check digit, modulus 10.

use super::{digits, weighted};

/// The last digit fills the weighted sum of the others up to a ten.
pub(super) fn uy_ci(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let weights = &[2, 9, 8, 7, 6, 3, 4][8 - digits.len().clamp(7, 8)..];
    matches!(digits.len(), 7 | 8) && (10 - weighted(&digits[..digits.len() - 1], weights) % 10) % 10 == i32::from(digits[digits.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::uy_ci;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(uy_ci(b"12345672"));
        for value in ["12345673", "", "0"] {
            assert!(!uy_ci(value.as_bytes()), "{value}");
        }
    }
}
