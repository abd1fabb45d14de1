//! Korean resident registration number (주민등록법 시행규칙): birth date, century and sex, place, serial, check digit.
//!
//! Since 5 October 2020 the digits behind the sex are drawn by lot; older numbers keep their check digit.

use super::{LATEST_BIRTH, digits, number, plausible_date, weighted};

/// Thirteen digits with a possible date, and the check digit where one is kept.
pub(super) fn kr_rrn(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 13) else { return false };
    let century = match digits[6] {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let date = century * 10_000 + number(&digits[..6]);
    let foreign = matches!(digits[6], 5..=8);
    let check = (11 - weighted(&digits[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    let last = i32::from(digits[12]);
    // The digit of foreign residents stands two further on.
    let checks = last == check || (foreign && last == (check + 2) % 10);
    let year = (date / 10_000) as u16;
    year <= LATEST_BIRTH
        && plausible_date(Some(year), digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        && (date >= 20_201_005 || (checks && number(&digits[7..9]) <= 96))
}

#[cfg(test)]
mod tests {
    use super::kr_rrn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["9711131018920", "8606261217980", "2101014123450", "2101014123451"] {
            assert!(kr_rrn(value.as_bytes()), "{value}");
        }
        for value in ["9713131018923", "9711131018924", "9711131018923", "971113101892", "9902291018927", "", "0"] {
            assert!(!kr_rrn(value.as_bytes()), "{value}");
        }
    }
}
