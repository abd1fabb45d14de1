//! Number of a Portuguese citizen card: eight digits, a digit, two characters and a check digit.

/// The sum of the characters, every second doubled, ends in nought.
pub(super) fn pt_cc(value: &[u8]) -> bool {
    if value.len() != 12 || !value[..9].iter().all(u8::is_ascii_digit) || !value[11].is_ascii_digit() {
        return false;
    }
    let sum = value.iter().enumerate().try_fold(0, |sum, (place, byte)| {
        let worth = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => return None,
        };
        let doubled = worth * 2;
        Some(
            sum + if place % 2 == 1 {
                worth
            } else if doubled > 9 {
                doubled - 9
            } else {
                doubled
            },
        )
    });
    sum.is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::pt_cc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pt_cc(b"000000000ZZ4"));
        for value in ["000000000ZZ5", "", "0"] {
            assert!(!pt_cc(value.as_bytes()), "{value}");
        }
    }
}
