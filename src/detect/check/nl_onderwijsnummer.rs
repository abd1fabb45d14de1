//! Dutch number of a pupil without a BSN (onderwijsnummer): as the BSN, but its sum leaves five.

use super::{digits, weighted};

/// Nine digits that begin with 10 and whose weighted sum is five more than a multiple of eleven.
pub(super) fn nl_onderwijsnummer(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 9 && digits[..2] == [1, 0] && weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, -1]).rem_euclid(11) == 5
}

#[cfg(test)]
mod tests {
    use super::nl_onderwijsnummer;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(nl_onderwijsnummer(b"101222331"));
        for value in ["101222332", "111222333", "10122233", "", "0"] {
            assert!(!nl_onderwijsnummer(value.as_bytes()), "{value}");
        }
    }
}
