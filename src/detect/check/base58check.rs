//! Addresses of Bitcoin and its relatives in base 58: a version, twenty bytes, four bytes of a double SHA-256.

use sha2::{Digest as _, Sha256};

/// The bytes decode and their digest begins with the last four.
pub(super) fn base58check(value: &[u8]) -> bool {
    (26..=35).contains(&value.len()) && decoded::<25>(value).is_some()
}

/// The bytes, if they are no more than so many and check.
pub(super) fn decoded<const LENGTH: usize>(value: &[u8]) -> Option<[u8; LENGTH]> {
    const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; LENGTH];
    for byte in value {
        let digit = LETTERS.iter().position(|letter| letter == byte)?;
        let carry = bytes.iter_mut().rev().fold(digit, |carry, held| {
            let sum = usize::from(*held) * 58 + carry;
            *held = sum as u8;
            sum >> 8
        });
        if carry > 0 {
            return None;
        }
    }
    let (data, check) = bytes.split_last_chunk::<4>()?;
    (Sha256::digest(Sha256::digest(data))[..4] == check[..]).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::base58check;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(base58check(b"1NEDqZPvTWRaoho48qXuLLsrYomMXPABfD"));
        for value in ["1NEDqZPvTWRaoho48qXuLLsrYomMXPABfE", "", "0"] {
            assert!(!base58check(value.as_bytes()), "{value}");
        }
    }
}
