//! Number of a Belgian identity card: ten digits and their remainder by 97.

use super::{digits, number};

/// The last two digits are the remainder of the ten before them; 97 stands for none.
pub(super) fn be_eid(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 12 {
        return false;
    }
    let rest = number(&digits[..10]) % 97;
    number(&digits[10..]) == if rest == 0 { 97 } else { rest }
}

#[cfg(test)]
mod tests {
    use super::be_eid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(be_eid(b"000001103271"));
        for value in ["000001103272", "", "0"] {
            assert!(!be_eid(value.as_bytes()), "{value}");
        }
    }
}
