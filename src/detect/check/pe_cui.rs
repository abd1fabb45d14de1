//! Peruvian CUI: the eight digits of a DNI and a check digit or letter, modulus 11.

use super::{digits, weighted};

/// The last character is the digit or the letter the eight digits ask for.
pub(super) fn pe_cui(value: &[u8]) -> bool {
    let Some(digits) = value.get(..8).and_then(digits) else { return false };
    if value.len() != 9 {
        return false;
    }
    let rest = (weighted(&digits, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) as usize;
    value[8] == b"65432110987"[rest] || value[8] == b"KJIHGFEDCBA"[rest]
}

#[cfg(test)]
mod tests {
    use super::pe_cui;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pe_cui(b"101174102"));
        for value in ["101174103", "", "0"] {
            assert!(!pe_cui(value.as_bytes()), "{value}");
        }
    }
}
