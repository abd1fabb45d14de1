//! Czech and Slovak rodné číslo: birth date (month plus 50 for women), serial, modulus 11.

use super::{digits, number, plausible_date};

/// Nine digits (before 1954) or ten with a right check digit, with a possible date.
pub(super) fn cz_rodne_cislo(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if !matches!(digits.len(), 9 | 10) {
        return false;
    }
    let month = (digits[2] * 10 + digits[3]) % 50;
    let year = digits[0] * 10 + digits[1];
    // Nine digits were given until 1953. A check digit of ten is written as nought, as a rule until 1985.
    let checks = match digits.len() {
        9 => !(54..80).contains(&year),
        _ => u64::from(digits[9]) == number(&digits[..9]) % 11 % 10,
    };
    let century = match (digits.len(), year) {
        (9, 80..) => 1800,
        (10, 0..54) => 2000,
        _ => 1900,
    };
    plausible_date(Some(century + u16::from(year)), month % 20, digits[4] * 10 + digits[5]) && checks
}

#[cfg(test)]
mod tests {
    use super::cz_rodne_cislo;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["7103192745", "530319274", "8801251680"] {
            assert!(cz_rodne_cislo(value.as_bytes()), "{value}");
        }
        for value in ["7103192746", "7123992745", "", "0"] {
            assert!(!cz_rodne_cislo(value.as_bytes()), "{value}");
        }
    }
}
