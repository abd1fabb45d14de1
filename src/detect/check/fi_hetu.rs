//! Finnish henkilötunnus: birth date, century sign, serial, check character modulus 31.

use super::{digits, plausible_date};

/// The date is possible and the last character fits. The century sign is part of the value.
pub(super) fn fi_hetu(value: &[u8]) -> bool {
    if value.len() != 11 || !b"+-ABCDEFYXWVU".contains(&value[6]) {
        return false;
    }
    let (Some(date), Some(serial)) = (digits(&value[..6]), digits(&value[7..10])) else { return false };
    let century = match value[6] {
        b'+' => 1800,
        b'A'..=b'F' => 2000,
        _ => 1900,
    };
    let year = century + u16::from(date[4]) * 10 + u16::from(date[5]);
    let number = date.iter().chain(serial.iter()).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    plausible_date(Some(year), date[2] * 10 + date[3], date[0] * 10 + date[1])
        && serial.iter().any(|digit| *digit > 0)
        && *serial != [0, 0, 1]
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number % 31) as usize] == value[10]
}

#[cfg(test)]
mod tests {
    use super::fi_hetu;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["131052-308T", "131052-308T"] {
            assert!(fi_hetu(value.as_bytes()), "{value}");
        }
        for value in ["131052-308U", "131352-308T", "131052308T", "", "0"] {
            assert!(!fi_hetu(value.as_bytes()), "{value}");
        }
    }
}
