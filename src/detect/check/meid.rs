//! Number of a CDMA telephone (MEID, 3GPP2 S.R0048-A): fourteen digits to base 16, or the same as eighteen decimal digits
//! (ten of the manufacturer, eight of the serial); either with a check digit behind.

use super::{digits, imei, luhn_sum, number};

/// One of the four forms, and the check digit where there is one.
pub(super) fn meid(value: &[u8]) -> bool {
    match value.len() {
        // A telephone of both kinds of network has an IMEI in its place.
        14 | 15 if value.iter().all(u8::is_ascii_digit) => imei::is_allocated(value) && imei::imei(value),
        14 | 15 => is_hexadecimal(&value[..14]) && (value.len() == 14 || luhn_16(value)),
        18 | 19 => is_decimal(&value[..18]) && (value.len() == 18 || luhn_sum(value).is_some_and(|sum| sum % 10 == 0)),
        _ => false,
    }
}

/// From A0 on.
fn is_hexadecimal(value: &[u8]) -> bool {
    value[0] >= b'A' && value.iter().all(u8::is_ascii_hexdigit)
}

/// Thirty-two bits of the manufacturer, from A0 on or those of an IMEI, and twenty-four of the serial.
fn is_decimal(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let (manufacturer, serial) = (number(&digits[..10]), number(&digits[10..]));
    let of_imei = || (0..8).all(|place| manufacturer >> (4 * place) & 15 < 10);
    manufacturer < 1 << 32 && serial < 1 << 24 && (manufacturer >= 0xA000_0000 || of_imei())
}

/// Luhn's check to base 16.
fn luhn_16(value: &[u8]) -> bool {
    let mut sum = 0;
    for (place, byte) in value.iter().rev().enumerate() {
        let Some(digit) = char::from(*byte).to_digit(16) else { return false };
        sum += if place % 2 == 0 { digit } else { digit * 2 / 16 + digit * 2 % 16 };
    }
    sum % 16 == 0
}

#[cfg(test)]
mod tests {
    use super::meid;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in [
            "AF0123450ABCDE",
            "AF0123450ABCDEC",
            "293608736500703710",
            "2936087365007037100",
            "089132876801532232",
            "49015420323751",
            "352099001761481",
        ] {
            assert!(meid(value.as_bytes()), "{value}");
        }
        for value in [
            "AF0123450ABCDED",
            "2936087365007037101",
            "993608736500703710",
            "179360873600703710",
            "352099001761482",
            "77015420323751",
            "AF0123450ABCDG",
            "",
            "0",
        ] {
            assert!(!meid(value.as_bytes()), "{value}");
        }
    }
}
