//! Salvadoran tax number (NIT): municipality, date of birth, serial, check digit.

use super::{digits, number, weighted};

/// Fourteen digits that begin with 0, 1 or 9 and check; serials above 100 have other weights than those up to it.
pub(super) fn sv_nit(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 14 || !matches!(digits[0], 0 | 1 | 9) {
        return false;
    }
    let check = if number(&digits[10..13]) <= 100 {
        weighted(&digits[..13], &[14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 % 10
    } else {
        (-weighted(&digits[..13], &[2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])).rem_euclid(11) % 10
    };
    i32::from(digits[13]) == check
}

#[cfg(test)]
mod tests {
    use super::sv_nit;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["06140507071048", "94833011640013"] {
            assert!(sv_nit(value.as_bytes()), "{value}");
        }
        for value in ["06140507071049", "26140507071048", "", "0"] {
            assert!(!sv_nit(value.as_bytes()), "{value}");
        }
    }
}
