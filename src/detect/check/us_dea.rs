//! Registration number of the US Drug Enforcement Administration: two letters, seven digits, modulus 10.

use super::digits;

/// The last digit ends the sum of the first, third and fifth and twice the others.
pub(super) fn us_dea(value: &[u8]) -> bool {
    let Some(digits) = value.get(2..).and_then(digits) else { return false };
    if digits.len() != 7 || !b"ABCDEFGHJKLMPRSTUX".contains(&value[0]) || !(value[1].is_ascii_uppercase() || value[1] == b'9') {
        return false;
    }
    (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]
}

#[cfg(test)]
mod tests {
    use super::us_dea;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(us_dea(b"AB1234563"));
        for value in ["AB1234564", "", "0"] {
            assert!(!us_dea(value.as_bytes()), "{value}");
        }
    }
}
