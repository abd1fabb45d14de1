//! Number of a mobile telephone without its check digit, alone (fourteen digits) or with a software version (IMEISV, sixteen;
//! 3GPP TS 23.003).

use super::digits;

/// Begins with a body that allocates types (GSMA TS.06, annex A), and is not all nought behind it.
pub(super) fn imeisv(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| matches!(digits.len(), 14 | 16)) else { return false };
    matches!(digits[0] * 10 + digits[1], 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99)
        && digits[2..].iter().any(|digit| *digit > 0)
}

#[cfg(test)]
mod tests {
    use super::imeisv;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["3520990017614823", "35686800004141"] {
            assert!(imeisv(value.as_bytes()), "{value}");
        }
        for value in ["7520990017614823", "352099001761481", "35000000000000", "", "0"] {
            assert!(!imeisv(value.as_bytes()), "{value}");
        }
    }
}
