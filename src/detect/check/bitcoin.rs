//! Addresses of Bitcoin: base 58 with a 1 or 3 in front (P2PKH, P2SH), or a witness program in bech32 (BIP 173, BIP 350).

use super::{base58check::base58check, bech32::witness};

/// Of either kind, on the main network. Letters of bech32 are all small or all capital.
pub(super) fn bitcoin(value: &[u8]) -> bool {
    match value.first() {
        Some(b'1' | b'3') => base58check(value),
        Some(b'b') => witness(value, b"bc"),
        Some(b'B') => !value.iter().any(u8::is_ascii_lowercase) && witness(&value.to_ascii_lowercase(), b"bc"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::bitcoin;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in [
            "1NEDqZPvTWRaoho48qXuLLsrYomMXPABfD",
            "3KwLBFMtU9Wtn9Yys3imuU2hs2oSDsfZY4",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            // BIP 350, a taproot address.
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert!(bitcoin(value.as_bytes()), "{value}");
        }
        for value in [
            "1NEDqZPvTWRaoho48qXuLLsrYomMXPABfE",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "BC1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            // BIP 350: version 1 under the checksum of version 0, version 0 under that of version 1, a program of one byte.
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj1",
            "bc1pw5dgrnzv",
            "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9",
            "",
            "0",
        ] {
            assert!(!bitcoin(value.as_bytes()), "{value}");
        }
    }
}
