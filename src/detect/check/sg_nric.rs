//! Singapore NRIC and FIN: a letter, seven digits, a check letter by series.

use super::{digits, weighted};

/// The check letter fits the series S, T, F, G or M.
pub(super) fn sg_nric(value: &[u8]) -> bool {
    if value.len() != 9 {
        return false;
    }
    let Some(digits) = digits(&value[1..8]) else { return false };
    let sum = weighted(&digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters): (i32, &[u8; 11]) = match value[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    letters[((sum + offset) % 11) as usize] == value[8]
}

#[cfg(test)]
mod tests {
    use super::sg_nric;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["S1234567D", "T0000001E", "F1234567N"] {
            assert!(sg_nric(value.as_bytes()), "{value}");
        }
        for value in ["S1234567E", "A1234567D", "", "0"] {
            assert!(!sg_nric(value.as_bytes()), "{value}");
        }
    }
}
