//! Individual taxpayer identification numbers (IRS): 9xx-50..65, 70..88, 90..92, 94..99.

use super::digits;

/// Nine digits that start with 9 and whose group the IRS issues.
pub(super) fn us_itin(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let group = digits.get(3..5).map_or(0, |group| group[0] * 10 + group[1]);
    digits.len() == 9 && digits[0] == 9 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

#[cfg(test)]
mod tests {
    use super::us_itin;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["912903456", "999990000"] {
            assert!(us_itin(value.as_bytes()), "{value}");
        }
        for value in ["912893456", "812903456", "912933456", "", "0"] {
            assert!(!us_itin(value.as_bytes()), "{value}");
        }
    }
}
