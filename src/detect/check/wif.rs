//! Private keys of Bitcoin in the wallet import format: base 58 of a version, thirty-two bytes, perhaps a mark of compressed
//! public keys, and four bytes of a double SHA-256.

use super::base58check::decoded;

/// A key of the main network that checks.
pub(super) fn wif(value: &[u8]) -> bool {
    match value.first() {
        Some(b'5') if value.len() == 51 => decoded::<37>(value).is_some_and(|bytes| bytes[0] == 0x80),
        Some(b'K' | b'L') if value.len() == 52 => decoded::<38>(value).is_some_and(|bytes| bytes[0] == 0x80 && bytes[33] == 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::wif;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        // The example of the format in the Bitcoin wiki, and the key of one.
        for value in ["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn"] {
            assert!(wif(value.as_bytes()), "{value}");
        }
        for value in
            ["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK", "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWm", "", "0"]
        {
            assert!(!wif(value.as_bytes()), "{value}");
        }
    }
}
