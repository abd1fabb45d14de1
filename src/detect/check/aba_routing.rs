//! US bank routing numbers (ABA): prefix ranges and the 3-7-1 check digit.

use super::{digits, weighted};

/// Nine digits with a prefix in use and a right check digit.
pub(super) fn aba_routing(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let prefix = digits.get(..2).map_or(99, |prefix| prefix[0] * 10 + prefix[1]);
    digits.len() == 9 && matches!(prefix, 1..=12 | 21..=32 | 61..=72 | 80) && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::aba_routing;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["011000015", "121000358", "021000021"] {
            assert!(aba_routing(value.as_bytes()), "{value}");
        }
        for value in ["011000016", "991000015", "000000000", "", "0"] {
            assert!(!aba_routing(value.as_bytes()), "{value}");
        }
    }
}
