//! Norwegian fødselsnummer: birth date (day plus 40 for D numbers), serial, two modulus 11 digits.

use super::{digits, number, plausible_date, weighted};

/// Eleven digits with a possible date whose two last digits check.
pub(super) fn no_fodselsnummer(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    let (day, month) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]);
    let (year, serial) = (digits[4] * 10 + digits[5], number(&digits[6..9]));
    let century = match (serial, year) {
        (0..500, _) => 1900,
        (500..750, 54..) => 1800,
        (_, 0..40) => 2000,
        (900.., _) => 1900,
        _ => return false,
    };
    // Plus 40: day of a D number, month of a help number. Months from 81 on are of made-up people.
    plausible_date(Some(century + u16::from(year)), if month > 40 { month - 40 } else { month }, if day > 40 { day - 40 } else { day })
        && weighted(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0
        && weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::no_fodselsnummer;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(no_fodselsnummer(b"15108695088"));
        for value in ["15108695077", "15148695088", "", "0"] {
            assert!(!no_fodselsnummer(value.as_bytes()), "{value}");
        }
    }
}
