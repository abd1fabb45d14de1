//! Hungarian tax identification sign of a person (adóazonosító jel): ten digits that begin with 8, modulus 11.

use super::{digits, weighted};

/// The last digit is the sum of the others, each times its place, modulus 11.
pub(super) fn hu_adoazonosito(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10 && digits[0] == 8 && weighted(&digits[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::hu_adoazonosito;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(hu_adoazonosito(b"8071592153"));
        for value in ["8071592154", "7071592153", "", "0"] {
            assert!(!hu_adoazonosito(value.as_bytes()), "{value}");
        }
    }
}
