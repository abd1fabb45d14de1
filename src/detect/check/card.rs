//! Payment card numbers (ISO/IEC 7812): issuer range, length of that issuer, Luhn.

use super::{digits, luhn_sum};

/// Issuer range and length agree and the Luhn digit is right.
pub(super) fn card(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let prefix = |length: usize| digits.iter().take(length).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    let lengths: &[usize] = match (prefix(1), prefix(2), prefix(3), prefix(4), prefix(6)) {
        (4, ..) => &[13, 16, 19],
        (_, 51..=55, ..) => &[16],
        (_, _, _, 2221..=2720, _) => &[16],
        (_, 34 | 37, ..) => &[15],
        (_, _, 300..=305, ..) | (_, _, _, 3095, _) | (_, 36 | 38 | 39, ..) => &[14, 16, 19],
        (_, _, _, 6011, _) | (_, _, 644..=649, ..) | (_, 65, ..) | (_, 62, ..) | (_, _, _, 8100..=8171, _) => &[16, 17, 18, 19],
        (_, _, _, 2131 | 1800, _) => &[15],
        (_, _, _, 3528..=3589, _) => &[16, 17, 18, 19],
        (_, _, _, _, 508_500..=508_999 | 606_985..=607_984 | 608_001..=608_500 | 652_150..=653_149) => &[16],
        (_, _, _, 2200..=2204, _) => &[16, 17, 18, 19],
        (_, 50 | 56..=58 | 63 | 67, ..) | (_, _, _, 6390 | 6220, _) => &[12, 13, 14, 15, 16, 17, 18, 19],
        _ => &[],
    };
    lengths.contains(&digits.len()) && !all_same(&digits) && luhn_sum(value).is_some_and(|sum| sum % 10 == 0)
}

fn all_same(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::card;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in [
            "4242424242424242",
            "5555555555554444",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "2223003122003222",
            "6759649826438453",
        ] {
            assert!(card(value.as_bytes()), "{value}");
        }
        for value in ["4242424242424243", "1234567812345670", "9999999999999995", "42424242424242424", "", "0"] {
            assert!(!card(value.as_bytes()), "{value}");
        }
    }
}
