//! Salvadoran DUI: eight digits and a check digit, modulus 10.

use super::{digits, weighted};

/// The last digit fills the weighted sum of the others up to a ten.
pub(super) fn sv_dui(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && (10 - weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 10) % 10 == i32::from(digits[8])
}

#[cfg(test)]
mod tests {
    use super::sv_dui;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(sv_dui(b"000162975"));
        for value in ["000162976", "", "0"] {
            assert!(!sv_dui(value.as_bytes()), "{value}");
        }
    }
}
