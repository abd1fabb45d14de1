//! Second line of a machine readable passport or card of the same size (ICAO Doc 9303): three fields, each with its check digit.

/// Document number, date of birth and date of expiry check; what follows them is not looked at.
pub(super) fn mrz(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 3] = [7, 3, 1];
    if value.len() < 28 {
        return false;
    }
    let checks = |from: usize, check: usize| {
        let sum = value[from..check].iter().zip(WEIGHTS.into_iter().cycle()).try_fold(0, |sum, (byte, weight)| {
            let worth = match byte {
                b'0'..=b'9' => byte - b'0',
                b'A'..=b'Z' => byte - b'A' + 10,
                b'<' => 0,
                _ => return None,
            };
            Some(sum + u32::from(worth) * weight)
        });
        sum.is_some_and(|sum| (sum % 10) as u8 == value[check].wrapping_sub(b'0'))
    };
    checks(0, 9) && checks(13, 19) && checks(21, 27)
}

#[cfg(test)]
mod tests {
    use super::mrz;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(mrz(b"L898902C36UTO7408122F1204159"));
        for value in ["L898902C35UTO7408122F1204159", "", "0"] {
            assert!(!mrz(value.as_bytes()), "{value}");
        }
    }
}
