//! Swedish personnummer: birth date (day plus 60 for coordination numbers), serial, Luhn.

use super::{digits, luhn_sum, plausible_short_date};

/// Ten or twelve digits with a possible date; Luhn over the last ten.
pub(super) fn se_personnummer(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let Some(ten) = digits.len().checked_sub(10).and_then(|from| digits.get(from..)) else { return false };
    let day = ten[4] * 10 + ten[5];
    matches!(digits.len(), 10 | 12)
        && plausible_short_date(ten[0] * 10 + ten[1], ten[2] * 10 + ten[3], if day > 60 { day - 60 } else { day })
        && luhn_sum(&value[value.len() - 10..]).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::se_personnummer;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["8803200016", "198803200016"] {
            assert!(se_personnummer(value.as_bytes()), "{value}");
        }
        for value in ["8803200018", "8813200016", "", "0"] {
            assert!(!se_personnummer(value.as_bytes()), "{value}");
        }
    }
}
