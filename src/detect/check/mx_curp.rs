//! Mexican CURP: letters of the name, birth date, sex, state, check digit.

use super::{digits, plausible_date};

/// Codes of the states, and NE of people born abroad.
const STATES: &[u8] = b"AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS";

/// Eighteen characters, possible date and sex, and a right check digit.
pub(super) fn mx_curp(value: &[u8]) -> bool {
    if value.len() != 18 || !value[..4].iter().all(u8::is_ascii_uppercase) || !b"HMX".contains(&value[10]) {
        return false;
    }
    let Some(date) = digits(&value[4..10]) else { return false };
    // The alphabet has Ñ after N, so letters from O on count one more.
    let number = |byte: u8| match byte {
        b'0'..=b'9' => i32::from(byte - b'0'),
        b'A'..=b'N' => i32::from(byte - b'A') + 10,
        _ => i32::from(byte.saturating_sub(b'A')) + 11,
    };
    let sum: i32 = value[..17].iter().zip((2..=18).rev()).map(|(byte, weight)| number(*byte) * weight).sum();
    // A digit before the check digit is of births before 2000, a letter of later ones.
    let century = if value[16].is_ascii_digit() { 1900 } else { 2000 };
    let year = century + u16::from(date[0]) * 10 + u16::from(date[1]);
    plausible_date(Some(year), date[2] * 10 + date[3], date[4] * 10 + date[5])
        && STATES.chunks(3).any(|state| state[..2] == value[11..13])
        && value[13..16].iter().all(u8::is_ascii_uppercase)
        && value[16].is_ascii_alphanumeric()
        && value[17].is_ascii_digit()
        && i32::from(value[17].wrapping_sub(b'0')) == (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::mx_curp;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(mx_curp(b"BOXW310820HNERXN09"));
        for value in ["BOXW310820HNERXN08", "BOXW311320HNERXN09", "", "0"] {
            assert!(!mx_curp(value.as_bytes()), "{value}");
        }
    }
}
