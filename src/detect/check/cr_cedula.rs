//! Costa Rican cédula (Tribunal Supremo de Elecciones): province, volume, entry. It has no check digit.

use super::{digits, number};

/// Nine digits that begin with a province (1 to 7), with people registered by naturalisation (8) or late (9), or ten with a nought before.
pub(super) fn cr_cedula(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let nine = match (digits.len(), digits[0]) {
        (10, 0) => &digits[1..],
        (9, _) => &digits[..],
        _ => return false,
    };
    nine[0] > 0 && number(&nine[1..5]) > 0 && number(&nine[5..]) > 0
}

#[cfg(test)]
mod tests {
    use super::cr_cedula;

    #[test]
    fn accepts_numbers_of_persons_and_nothing_else() {
        for value in ["304550175", "0304550175"] {
            assert!(cr_cedula(value.as_bytes()), "{value}");
        }
        for value in ["9304550175", "0004550175", "300000175", "30455017", "", "0"] {
            assert!(!cr_cedula(value.as_bytes()), "{value}");
        }
    }
}
