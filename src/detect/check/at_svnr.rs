//! Austrian social insurance number: serial, check digit, birth date.

use super::{digits, weighted};

/// Ten digits with a right check digit and a possible date (month up to 15).
pub(super) fn at_svnr(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10
        && digits[0] != 0
        && weighted(&digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == i32::from(digits[3])
        && matches!(digits[6] * 10 + digits[7], 1..=15)
        && matches!(digits[4] * 10 + digits[5], 1..=31)
}

#[cfg(test)]
mod tests {
    use super::at_svnr;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["1237010180", "2248010180"] {
            assert!(at_svnr(value.as_bytes()), "{value}");
        }
        for value in ["1238010180", "1237320180", "", "0"] {
            assert!(!at_svnr(value.as_bytes()), "{value}");
        }
    }
}
