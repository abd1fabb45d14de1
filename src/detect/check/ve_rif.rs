//! Venezuelan RIF of a person: V, E, or P for a passport, eight digits and a check digit, modulus 11.

use super::{digits, weighted};

/// The last digit is what letter and digits ask for.
pub(super) fn ve_rif(value: &[u8]) -> bool {
    let Some(digits) = value.get(1..).and_then(digits) else { return false };
    let first = match value[0] {
        b'V' => 4,
        b'E' => 8,
        b'P' => 16,
        _ => return false,
    };
    digits.len() == 9 && b"00987654321"[((first + weighted(&digits[..8], &[3, 2, 7, 6, 5, 4, 3, 2])) % 11) as usize] == value[9]
}

#[cfg(test)]
mod tests {
    use super::ve_rif;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ve_rif(b"V114702834") && ve_rif(b"P000338120"));
        for value in ["V114702835", "J114702834", "", "0"] {
            assert!(!ve_rif(value.as_bytes()), "{value}");
        }
    }
}
