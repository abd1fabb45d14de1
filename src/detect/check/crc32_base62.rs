//! Tokens of GitHub and npm: the last six characters are a CRC-32 of those before, in base 62
//! (GitHub, "Behind GitHub's new authentication token formats", 5 April 2021).

/// How many characters the checksum takes.
const CHECKSUM: usize = 6;

/// What stands behind the last underscore ends in its own checksum.
pub(super) fn crc32_base62(value: &[u8]) -> bool {
    let from = memchr::memrchr(b'_', value).map_or(0, |at| at + 1);
    let body = &value[from..];
    let Some((random, checksum)) = body.len().checked_sub(CHECKSUM).map(|at| body.split_at(at)) else { return false };
    !random.is_empty() && number(checksum) == Some(u64::from(crc32(random)))
}

/// The number six digits of base 62 stand for, digits before capitals before small letters.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number: u64, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        Some(number * 62 + u64::from(digit))
    })
}

/// CRC-32 of IEEE 802.3, bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |held: u32| if held & 1 == 1 { held >> 1 ^ 0xedb8_8320 } else { held >> 1 };
    !bytes.iter().fold(u32::MAX, |held, byte| (0..8).fold(held ^ u32::from(*byte), |held, _| step(held)))
}

#[cfg(test)]
mod tests {
    use super::{crc32, crc32_base62};

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value every catalogue of CRCs gives");
        assert!(crc32_base62(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        assert!(crc32_base62(b"any_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        for value in ["zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17", "0mLq17", "", "0"] {
            assert!(!crc32_base62(value.as_bytes()), "{value}");
        }
    }
}
