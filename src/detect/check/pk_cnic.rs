//! Pakistani CNIC: thirteen digits, the first of which is the province and the last the sex.

use super::digits;

/// The province is 1 to 7.
pub(super) fn pk_cnic(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 13 && (1..=7).contains(&digits[0]) && digits[12] != 0
}

#[cfg(test)]
mod tests {
    use super::pk_cnic;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pk_cnic(b"3420108912318"));
        for value in ["9420108912318", "3420108912310", "", "0"] {
            assert!(!pk_cnic(value.as_bytes()), "{value}");
        }
    }
}
