//! Korean resident registration number: birth date, century and sex, serial. The check digit is not kept since October 2020.

use super::{digits, plausible_date};

/// Thirteen digits with a possible date and century digit.
pub(super) fn kr_rrn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13 && plausible_date(None, digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
}

#[cfg(test)]
mod tests {
    use super::kr_rrn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["9711131018923", "8606263217983"] {
            assert!(kr_rrn(value.as_bytes()), "{value}");
        }
        for value in ["9713131018923", "971113101892", "", "0"] {
            assert!(!kr_rrn(value.as_bytes()), "{value}");
        }
    }
}
