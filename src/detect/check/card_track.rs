//! Tracks 1 and 2 of a magnetic stripe (ISO/IEC 7813): the card number, then its expiry.

use super::luhn_sum;

/// The number checks and a month follows, behind `=` or behind the name between `^`.
pub(super) fn card_track(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"%").or_else(|| value.strip_prefix(b";")).unwrap_or(value);
    let (number, rest) = match value.strip_prefix(b"B") {
        Some(first) => {
            let mut fields = first.splitn(3, |byte| *byte == b'^');
            (fields.next(), fields.nth(1))
        }
        None => {
            let mut fields = value.splitn(2, |byte| *byte == b'=');
            (fields.next(), fields.next())
        }
    };
    let (Some(number), Some([_, _, month @ (b'0' | b'1'), digit, ..])) = (number, rest) else { return false };
    let month = (month - b'0') * 10 + digit.wrapping_sub(b'0').min(10);
    (12..=19).contains(&number.len()) && (1..=12).contains(&month) && luhn_sum(number).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::card_track;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["4111111111111111=25121010000012300000", "%B4111111111111111^DOE/JANE^2512101000000123?"] {
            assert!(card_track(value.as_bytes()), "{value}");
        }
        for value in ["4111111111111112=25121010000012300000", "4111111111111111=2513", "", "0"] {
            assert!(!card_track(value.as_bytes()), "{value}");
        }
    }
}
