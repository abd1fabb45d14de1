//! Chinese resident identity card: region, birth date, serial, ISO 7064 MOD 11,2.

use super::{digits, plausible_date, weighted};

/// Second digits of the provinces, by the first (GB/T 2260; 83 is of residents from Taiwan).
const PROVINCES: [&[u8]; 9] =
    [&[], &[1, 2, 3, 4, 5], &[1, 2, 3], &[1, 2, 3, 4, 5, 6, 7], &[1, 2, 3, 4, 5, 6], &[0, 1, 2, 3, 4], &[1, 2, 3, 4, 5], &[], &[1, 2, 3]];

/// Eighteen characters with a possible date and a right check character.
pub(super) fn cn_ric(value: &[u8]) -> bool {
    if value.len() != 18 {
        return false;
    }
    let Some(digits) = digits(&value[..17]) else { return false };
    let year = digits[6..10].iter().fold(0_u16, |year, digit| year * 10 + u16::from(*digit));
    let sum = weighted(&digits, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let province = matches!(value[0], b'1'..=b'6' | b'8') && PROVINCES[usize::from(digits[0])].contains(&digits[1]);
    province
        && (1800..=2099).contains(&year)
        && plausible_date(Some(year), digits[10] * 10 + digits[11], digits[12] * 10 + digits[13])
        && b"10X98765432"[(sum % 11) as usize] == value[17]
}

#[cfg(test)]
mod tests {
    use super::cn_ric;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        assert!(cn_ric(b"360426199101010071"));
        for value in ["360426199101010072", "360426199113010071", "", "0"] {
            assert!(!cn_ric(value.as_bytes()), "{value}");
        }
    }
}
