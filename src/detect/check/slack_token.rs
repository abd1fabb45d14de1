//! Tokens of Slack: behind the kind (`xoxb-`) numbers of workspace and member, each ended by a hyphen, before what is secret.

/// Starts with a kind and a number of at least eight digits, and the secret part is of letters and digits.
pub(super) fn slack_token(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'-').skip(1);
    let Some(first) = parts.next() else { return false };
    // Refresh and configuration tokens count their version first.
    let number = if first.len() == 1 { parts.next().unwrap_or_default() } else { first };
    let last = value.rsplit(|byte| *byte == b'-').next().unwrap_or_default();
    let is_number = (8..=14).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    (is_number || first.len() == 1) && last.len() >= 16 && last.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::slack_token;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(slack_token(b"xoxb-2314567890-Zk3Vx9Tb2Lm7Rs4Wy8Nd1Qf6"));
        for value in ["xoxb-23145-Zk3Vx9Tb2Lm7Rs4Wy8Nd1Qf6", "xoxb-2314567890-short", "xoxb-", "", "0"] {
            assert!(!slack_token(value.as_bytes()), "{value}");
        }
    }
}
