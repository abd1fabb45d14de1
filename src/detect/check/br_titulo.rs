//! Brazilian voter's number (título de eleitor): eight digits, the state, and two check digits, modulus 11.

use super::{digits, weighted};

/// Both check digits are what the digits before them ask for; the state is one of 28.
pub(super) fn br_titulo(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 {
        return false;
    }
    let state = digits[8] * 10 + digits[9];
    // Where São Paulo (01) and Minas Gerais (02) ran out of numbers, a remainder of nought counts as one.
    let fold = |sum: i32| match sum % 11 {
        10 => 0,
        0 if state <= 2 => 1,
        rest => rest,
    };
    let first = fold(weighted(&digits[..8], &[2, 3, 4, 5, 6, 7, 8, 9]));
    let second = fold(weighted(&digits[8..11], &[7, 8, 9]));
    (1..=28).contains(&state) && first == i32::from(digits[10]) && second == i32::from(digits[11])
}

#[cfg(test)]
mod tests {
    use super::br_titulo;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(br_titulo(b"102385010671"));
        for value in ["102385010672", "", "0"] {
            assert!(!br_titulo(value.as_bytes()), "{value}");
        }
    }
}
