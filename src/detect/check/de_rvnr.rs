//! German pension insurance number (VSNR, VKVV § 4): area, date of birth, letter, serial, check digit.

use super::plausible_short_date;

/// Twelve characters whose weighted cross sum ends in the check digit.
pub(super) fn de_rvnr(value: &[u8]) -> bool {
    if value.len() != 12 || !value[8].is_ascii_uppercase() {
        return false;
    }
    let letter = value[8] - b'A' + 1;
    let mut expanded = [0; 13];
    let rest = value[..8].iter().chain(&value[9..]).map(|byte| byte.wrapping_sub(b'0'));
    for (at, digit) in rest.enumerate() {
        if digit > 9 {
            return false;
        }
        expanded[if at < 8 { at } else { at + 2 }] = digit;
    }
    (expanded[8], expanded[9]) = (letter / 10, letter % 10);
    let sum: u8 =
        expanded.iter().zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight / 10 + digit * weight % 10).sum();
    let (day, month) = (expanded[2] * 10 + expanded[3], expanded[4] * 10 + expanded[5]);
    let day = if day > 50 { day - 50 } else { day };
    plausible_short_date(expanded[6] * 10 + expanded[7], month, day) && sum % 10 == expanded[12]
}

#[cfg(test)]
mod tests {
    use super::de_rvnr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["15070649C103", "65170839J003"] {
            assert!(de_rvnr(value.as_bytes()), "{value}");
        }
        for value in ["15070649C104", "15079949C103", "", "0"] {
            assert!(!de_rvnr(value.as_bytes()), "{value}");
        }
    }
}
