//! Ghanaian taxpayer number: P and eight or nine digits, then a digit or X, modulus 11; C and others are of firms.

use super::digits;

/// A person's number with its check character.
pub(super) fn gh_tin(value: &[u8]) -> bool {
    if value.len() != 11 || !value.starts_with(b"P00") {
        return false;
    }
    let Some(digits) = digits(&value[1..10]) else { return false };
    let sum: usize = digits.iter().zip(1..).map(|(digit, weight)| usize::from(*digit) * weight).sum();
    b"0123456789X"[sum % 11] == value[10]
}

#[cfg(test)]
mod tests {
    use super::gh_tin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(gh_tin(b"P0000803561"));
        for value in ["P0000803562", "C0000803561", "", "0"] {
            assert!(!gh_tin(value.as_bytes()), "{value}");
        }
    }
}
