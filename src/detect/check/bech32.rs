//! Addresses in bech32 and bech32m (BIP 173, BIP 350): a prefix, `1`, and letters whose polynomial checks.

/// The checksum is of either kind.
pub(super) fn bech32(value: &[u8]) -> bool {
    const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let Some(cut) = value.iter().rposition(|byte| *byte == b'1') else { return false };
    let (prefix, data) = (&value[..cut], &value[cut + 1..]);
    if value.len() > 110 || prefix.is_empty() || data.len() < 6 || !prefix.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    let step = |sum: u32, word: u8| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(word);
        STEPS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |next, (_, mask)| next ^ mask)
    };
    let high = prefix.iter().fold(1, |sum, byte| step(sum, byte >> 5));
    let low = prefix.iter().fold(step(high, 0), |sum, byte| step(sum, byte & 31));
    let sum = data.iter().try_fold(low, |sum, byte| Some(step(sum, LETTERS.iter().position(|letter| letter == byte)? as u8)));
    matches!(sum, Some(1 | 0x2bc8_30a3))
}

#[cfg(test)]
mod tests {
    use super::bech32;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(bech32(b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        for value in ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "", "0"] {
            assert!(!bech32(value.as_bytes()), "{value}");
        }
    }
}
