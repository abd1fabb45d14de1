//! Brazilian PIS, PASEP, NIS: eleven digits, modulus 11.

use super::{digits, weighted};

/// The last digit is what the ten before it ask for.
pub(super) fn br_pis(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let check = (11 - weighted(&digits[..digits.len().min(10)], &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    digits.len() == 11 && check == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::br_pis;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(br_pis(b"12056412545"));
        for value in ["12056412546", "", "0"] {
            assert!(!br_pis(value.as_bytes()), "{value}");
        }
    }
}
