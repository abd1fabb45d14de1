//! Sri Lankan NIC: nine digits and V or X, or twelve digits; the day of the year tells the sex.

use super::{digits, number};

/// The day is 1 to 366, plus 500 for women.
pub(super) fn lk_nic(value: &[u8]) -> bool {
    let (day, digits) = match value.len() {
        10 if matches!(value[9], b'V' | b'X') => (2, digits(&value[..9])),
        12 => (4, digits(value)),
        _ => return false,
    };
    let Some(digits) = digits else { return false };
    let year = if day == 2 { 1900 + number(&digits[..2]) } else { number(&digits[..4]) };
    matches!(number(&digits[day..day + 3]), 1..=366 | 501..=866) && (1890..=2050).contains(&year)
}

#[cfg(test)]
mod tests {
    use super::lk_nic;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["853400937V", "198534000937"] {
            assert!(lk_nic(value.as_bytes()), "{value}");
        }
        for value in ["854000937V", "853400937A", "", "0"] {
            assert!(!lk_nic(value.as_bytes()), "{value}");
        }
    }
}
