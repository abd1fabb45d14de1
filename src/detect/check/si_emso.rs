//! Unique master citizen number (EMŠO, JMBG): thirteen digits, modulus 11, as Slovenia and the other successors of Yugoslavia issue it.

use super::{digits, number, plausible_date, weighted};

/// A date of birth and the check digit of the twelve digits before it.
pub(super) fn si_emso(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 13 {
        return false;
    }
    let sum = weighted(&digits[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let year = number(&digits[4..7]) as u16;
    let year = if year < 800 { 2000 + year } else { 1000 + year };
    let check = (11 - sum % 11) % 11;
    plausible_date(Some(year), digits[2] * 10 + digits[3], digits[0] * 10 + digits[1]) && check % 10 == i32::from(digits[12])
}

#[cfg(test)]
mod tests {
    use super::si_emso;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(si_emso(b"0101006500006"));
        for value in ["0101006500007", "3302006500006", "", "0"] {
            assert!(!si_emso(value.as_bytes()), "{value}");
        }
    }
}
