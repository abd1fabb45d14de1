//! Japanese individual number (My Number): twelve digits, modulus 11.

use super::{digits, weighted};

/// Twelve digits with a right check digit in the last place.
pub(super) fn jp_my_number(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 {
        return false;
    }
    let rest = weighted(&digits[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    i32::from(digits[11]) == if rest <= 1 { 0 } else { 11 - rest }
}

#[cfg(test)]
mod tests {
    use super::jp_my_number;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(jp_my_number(b"628547589610"));
        for value in ["628547589611", "", "0"] {
            assert!(!jp_my_number(value.as_bytes()), "{value}");
        }
    }
}
