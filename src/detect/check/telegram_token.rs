//! Token of a Telegram bot: the bot's number, a colon, thirty-five characters that begin with AA.

/// Eight to ten digits and thirty-five characters of base 64 for URLs.
pub(super) fn telegram_token(value: &[u8]) -> bool {
    let Some(colon) = value.iter().position(|byte| *byte == b':') else { return false };
    let (number, secret) = (&value[..colon], &value[colon + 1..]);
    (8..=10).contains(&number.len())
        && number[0] != b'0'
        && number.iter().all(u8::is_ascii_digit)
        && secret.len() == 35
        && secret.starts_with(b"AA")
        && secret.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::telegram_token;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        let secret = format!("AA{}", "h7-Kx_29q4Z".repeat(3));
        assert!(telegram_token(format!("1234567890:{secret}").as_bytes()));
        for value in [
            format!("1234567:{secret}"),
            format!("0234567890:{secret}"),
            format!("1234567890:B{}", &secret[1..]),
            format!("1234567890:{secret}x"),
        ] {
            assert!(!telegram_token(value.as_bytes()), "{value}");
        }
        for value in ["", "0", ":", "1234567890:"] {
            assert!(!telegram_token(value.as_bytes()), "{value}");
        }
    }
}
