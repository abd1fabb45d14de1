//! Russian INN of a person: twelve digits, two check digits modulus 11.

use super::{digits, weighted};

/// Both check digits are what the digits before them ask for.
pub(super) fn ru_inn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 {
        return false;
    }
    let first = weighted(&digits[..10], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    let second = weighted(&digits[..11], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    first == i32::from(digits[10]) && second == i32::from(digits[11])
}

#[cfg(test)]
mod tests {
    use super::ru_inn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ru_inn(b"123456789047"));
        for value in ["123456789037", "", "0"] {
            assert!(!ru_inn(value.as_bytes()), "{value}");
        }
    }
}
