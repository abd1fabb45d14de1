//! Ukrainian RNOKPP: birth day count, serial, modulus 11.

use super::{digits, weighted};

/// Ten digits with a right check digit.
pub(super) fn ua_rnokpp(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    digits.len() == 10
        && digits.iter().any(|digit| *digit != 0)
        && weighted(&digits[..9], &[-1, 5, 7, 9, 4, 6, 10, 5, 7]).rem_euclid(11) % 10 == i32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::ua_rnokpp;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(ua_rnokpp(b"1759013776"));
        for value in ["1759013770", "", "0"] {
            assert!(!ua_rnokpp(value.as_bytes()), "{value}");
        }
    }
}
