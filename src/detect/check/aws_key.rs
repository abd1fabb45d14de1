//! Ids of access keys of AWS: four letters for the kind, sixteen characters of base 32, of which the first ones hold the account.

/// Behind the kind of key stand characters of base 32 (RFC 4648: letters and 2 to 7), and the account they name may exist.
pub(super) fn aws_key(value: &[u8]) -> bool {
    account(value).is_some()
}

/// The number of the account an id of a key belongs to; `None` if it is no id.
///
/// Ids issued since 2019 hold it in their first 48 bits without the first and the last seven.
pub fn account(value: &[u8]) -> Option<u64> {
    const ACCOUNTS: u64 = 1_000_000_000_000;
    let body = value.get(4..20).filter(|_| value.len() == 20)?;
    let bits = body.iter().try_fold(0_u128, |bits, byte| {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        Some(bits << 5 | u128::from(digit))
    })?;
    // Eighty bits; the account lies in the uppermost forty-eight.
    let account = (bits >> 32) as u64 >> 7 & 0xff_ffff_ffff;
    (account < ACCOUNTS).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::{account, aws_key};

    #[test]
    fn accepts_right_values_and_nothing_else() {
        // The id and account of the published description of the encoding (T. Be'ery, "A short note on AWS KEY ID", 2023).
        let published = ["ASIA", "QNZGKIQY", "56JQ7WML"].concat();
        assert_eq!(account(published.as_bytes()), Some(29_608_264_753));
        for value in [&published[..19], &published.replace('5', "1"), "", "0"] {
            assert!(!aws_key(value.as_bytes()), "{value}");
        }
    }
}
