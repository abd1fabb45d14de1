//! Ethereum address: `0x` and forty hexadecimal digits; capitals among small letters are a check (EIP-55).

use sha3::{Digest as _, Keccak256};

/// All small, all capital, or with the capitals that the Keccak digest of the small ones asks for.
pub(super) fn ethereum(value: &[u8]) -> bool {
    let Some(address) = value.strip_prefix(b"0x").filter(|address| address.len() == 40 && address.iter().all(u8::is_ascii_hexdigit)) else {
        return false;
    };
    let has = |of: fn(&u8) -> bool| address.iter().any(of);
    if !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)) {
        return true;
    }
    let digest = Keccak256::digest(address.to_ascii_lowercase());
    address.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphabetic()).all(|(at, byte)| {
        let half = digest[at / 2] >> (4 * (1 - at % 2)) & 15;
        byte.is_ascii_uppercase() == (half > 7)
    })
}

#[cfg(test)]
mod tests {
    use super::ethereum;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        // EIP-55 gives the first and the third.
        for value in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        ] {
            assert!(ethereum(value.as_bytes()), "{value}");
        }
        for value in ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F", "", "0"] {
            assert!(!ethereum(value.as_bytes()), "{value}");
        }
    }
}
