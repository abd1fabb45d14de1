//! Addresses in bech32 and bech32m (BIP 173, BIP 350): a prefix, `1`, and letters whose polynomial checks.

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// What the sum of a right value is, in bech32 and in bech32m.
const PLAIN: u32 = 1;
const MODIFIED: u32 = 0x2bc8_30a3;

/// The checksum is of either kind.
pub(super) fn bech32(value: &[u8]) -> bool {
    matches!(sum(value), Some(PLAIN | MODIFIED))
}

/// A witness program under this prefix: version 0 of 20 or 32 bytes in bech32, later versions of 2 to 40 bytes in bech32m.
pub(super) fn witness(value: &[u8], prefix: &[u8]) -> bool {
    let data = value.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(b"1"));
    let Some((version, rest)) = data.and_then(|data| data.split_first()) else { return false };
    let Some(letters) = rest.len().checked_sub(6) else { return false };
    let (bytes, left) = (letters * 5 / 8, letters * 5 % 8);
    let last = letters.checked_sub(1).and_then(|at| LETTERS.iter().position(|letter| *letter == rest[at])).unwrap_or(0);
    let padded = left < 5 && last & ((1 << left) - 1) == 0;
    padded
        && match LETTERS.iter().position(|letter| letter == version) {
            Some(0) => matches!(bytes, 20 | 32) && sum(value) == Some(PLAIN),
            Some(1..=16) => (2..=40).contains(&bytes) && sum(value) == Some(MODIFIED),
            _ => false,
        }
}

/// The sum that prefix, `1`, letters and checksum come to.
fn sum(value: &[u8]) -> Option<u32> {
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let cut = value.iter().rposition(|byte| *byte == b'1')?;
    let (prefix, data) = (&value[..cut], &value[cut + 1..]);
    if value.len() > 110 || prefix.is_empty() || data.len() < 6 || !prefix.iter().all(u8::is_ascii_lowercase) {
        return None;
    }
    let step = |sum: u32, word: u8| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(word);
        STEPS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |next, (_, mask)| next ^ mask)
    };
    let high = prefix.iter().fold(1, |sum, byte| step(sum, byte >> 5));
    let low = prefix.iter().fold(step(high, 0), |sum, byte| step(sum, byte & 31));
    data.iter().try_fold(low, |sum, byte| Some(step(sum, LETTERS.iter().position(|letter| letter == byte)? as u8)))
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
