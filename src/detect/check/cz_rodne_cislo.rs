//! Czech and Slovak rodné číslo: birth date (month plus 50 for women), serial, modulus 11.

use super::{digits, plausible_date};

/// Nine digits (before 1954) or ten that divide by eleven, with a possible date.
pub(super) fn cz_rodne_cislo(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if !matches!(digits.len(), 9 | 10) {
        return false;
    }
    let month = (digits[2] * 10 + digits[3]) % 50;
    let number = digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(*digit));
    let year = digits[0] * 10 + digits[1];
    // Nine digits were given until 1953. Until 1985 a check digit of ten was written as nought.
    let checks = match digits.len() {
        9 => !(54..80).contains(&year),
        _ => number % 11 == 0 || (number / 10 % 11 == 10 && digits[9] == 0 && (54..85).contains(&year)),
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
        for value in ["7103192745", "530319274"] {
            assert!(cz_rodne_cislo(value.as_bytes()), "{value}");
        }
        for value in ["7103192746", "7123992745", "", "0"] {
            assert!(!cz_rodne_cislo(value.as_bytes()), "{value}");
        }
    }
}
