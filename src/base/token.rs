//! Keyed tokens: the same value has the same token everywhere in a case, and nobody without
//! the case key can try values against it.

use foldhash::quality::FixedState;
use siphasher::sip128::{Hasher128, SipHasher24};
use std::{
    fmt,
    hash::{BuildHasher, Hasher},
};
use zeroize::Zeroize;

/// 128 bits that stand for a normalised value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u128);

impl Token {
    /// The token as 16 bytes, big end first, as evidence stores it.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The token stored as these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Token {
        Token(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for Token {
    /// 80 bits in base 32: enough to join by, short enough for a spreadsheet cell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32(self.0 >> 48, 16))
    }
}

/// The low `5 * digits` bits of `value` in Crockford's base 32, lower case: no `i l o u`, so
/// that it can be read out over a telephone.
pub fn base32(value: u128, digits: u32) -> String {
    (0..digits).rev().map(|place| char::from(letter(value, place))).collect()
}

/// The same without an allocation.
pub fn base32_into(value: u128, digits: &mut [u8]) {
    digits.iter_mut().rev().zip(0..).for_each(|(digit, place)| *digit = letter(value, place));
}

fn letter(value: u128, place: u32) -> u8 {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    ALPHABET[(value >> (5 * place)) as usize & 31]
}

/// Bytes in hexadecimal, lower case.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Bytes in base64 with padding (RFC 4648, section 4).
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().enumerate().fold(0u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place) & 63) as usize];
            out.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// The length up to which a value is short.
const SHORT: usize = 63;

/// The part of the case key that makes tokens. Shows nothing of itself.
#[derive(Clone)]
pub struct TokenKey([u8; 16]);

impl TokenKey {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 16]) -> TokenKey {
        TokenKey(bytes)
    }

    /// The token of a normalised value in a domain. Values of different domains never share
    /// a token, so a card number and an account number of equal digits stay apart.
    pub fn token(&self, domain: u8, normalised: &[u8]) -> Token {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        // Nearly all values are short, and hashed at once in half the time.
        let mut whole = [domain; SHORT + 1];
        if let Some(place) = whole.get_mut(1..=normalised.len()) {
            place.copy_from_slice(normalised);
            return Token(hasher.hash(&whole[..=normalised.len()]).as_u128());
        }
        hasher.write_u8(domain);
        hasher.write(normalised);
        Token(hasher.finish128().as_u128())
    }

    /// What tells values apart that are counted and of which nothing is kept, such as the keys of rows without personal data: a tenth of
    /// the time, and whoever knows some of the values might work out the others.
    #[inline]
    pub fn rough(&self, value: &[u8]) -> Token {
        let [seed, _] = self.0.as_chunks::<8>().0 else { return Token::default() };
        Token(u128::from(FixedState::with_seed(u64::from_le_bytes(*seed)).hash_one(value)))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(hidden)")
    }
}

impl Drop for TokenKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn hexadecimal_has_two_digits_a_byte() {
        assert_eq!(hex(&[0, 9, 10, 0x7f, 0xff]), "00090a7fff");
    }

    #[test]
    fn short_values_are_hashed_as_long_ones_are() {
        let key = [7; 16];
        for length in 0..200 {
            let mut hasher = SipHasher24::new_with_key(&key);
            let value: Vec<u8> = (0..length).collect();
            hasher.write_u8(3);
            hasher.write(&value);
            assert_eq!(TokenKey::new(key).token(3, &value), Token(hasher.finish128().as_u128()), "{length}");
        }
    }

    #[test]
    fn tokens_depend_on_key_domain_and_value() {
        let key = TokenKey::new([7; 16]);
        let token = key.token(1, b"value");
        assert_eq!(token, key.token(1, b"value"));
        assert_ne!(token, key.token(2, b"value"));
        assert_ne!(token, key.token(1, b"valuf"));
        assert_ne!(token, TokenKey::new([8; 16]).token(1, b"value"));
        assert_eq!(token.to_string().len(), 16);
        assert_eq!(Token::from_bytes(token.to_bytes()), token);
    }
}
