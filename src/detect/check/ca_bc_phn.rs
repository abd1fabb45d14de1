//! Personal health number of British Columbia: ten digits that begin with 9, modulus 11.

use super::digits;

/// The last digit is what the eight before it ask for.
pub(super) fn ca_bc_phn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 10 || digits[0] != 9 {
        return false;
    }
    let sum: i32 = digits[1..9].iter().zip([2, 4, 8, 5, 10, 9, 7, 3]).map(|(digit, weight)| i32::from(*digit) * weight % 11).sum();
    (11 - sum % 11) % 11 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::ca_bc_phn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ca_bc_phn(b"9698658215"));
        for value in ["9698658216", "", "0"] {
            assert!(!ca_bc_phn(value.as_bytes()), "{value}");
        }
    }
}
