//! Azerbaijani tax number (VÖEN) of a person: nine digits, the ninth a check digit, and a 2 (1 is a firm's).

use super::{digits, weighted};

/// Ten digits that check and end with 2; a nought in front may be left out.
pub(super) fn az_voen(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let Some([number @ .., check, 2]) = digits.get(..) else { return false };
    let weights: &[i32] = match number.len() {
        8 => &[4, 1, 8, 6, 2, 7, 5, 3],
        7 => &[1, 8, 6, 2, 7, 5, 3],
        _ => return false,
    };
    weighted(number, weights) % 11 == i32::from(*check)
}

#[cfg(test)]
mod tests {
    use super::az_voen;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["0300725012", "300725012"] {
            assert!(az_voen(value.as_bytes()), "{value}");
        }
        for value in ["0300725022", "0200432771", "0300725011", "", "0", "2"] {
            assert!(!az_voen(value.as_bytes()), "{value}");
        }
    }
}
