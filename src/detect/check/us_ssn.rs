//! Social Security numbers: areas, groups and serials that are never issued (SSA POMS RM 10201.035).

use super::digits;

/// Nine digits whose area, group and serial may be issued. There is no check digit.
pub(super) fn us_ssn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let part =
        |from: usize, to: usize| digits.get(from..to).map(|part| part.iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit)));
    match (digits.len(), part(0, 3), part(3, 5), part(5, 9)) {
        (9, Some(area), Some(group), Some(serial)) => area > 0 && area < 900 && area != 666 && group > 0 && serial > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::us_ssn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["536228145", "001010001"] {
            assert!(us_ssn(value.as_bytes()), "{value}");
        }
        for value in ["000228145", "666228145", "900228145", "536008145", "536220000", "53622814", "", "0"] {
            assert!(!us_ssn(value.as_bytes()), "{value}");
        }
    }
}
