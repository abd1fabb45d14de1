//! Vietnamese tax number (mã số thuế): ten digits, and three more of a dependent unit.

use super::{digits, weighted};

/// The tenth digit checks the nine before it; serial and unit are not all nought.
pub(super) fn vn_mst(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if !matches!(digits.len(), 10 | 13) || digits[2..9].iter().all(|digit| *digit == 0) {
        return false;
    }
    let unit = digits.len() == 10 || digits[10..].iter().any(|digit| *digit > 0);
    unit && i32::from(digits[9]) == 10 - weighted(&digits[..9], &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11
}

#[cfg(test)]
mod tests {
    use super::vn_mst;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["0100233488", "0100233488001"] {
            assert!(vn_mst(value.as_bytes()), "{value}");
        }
        for value in ["0100233480", "0100233488000", "010023348", "", "0"] {
            assert!(!vn_mst(value.as_bytes()), "{value}");
        }
    }
}
