//! Taiwanese identity card number: a letter, nine digits, modulus 10.

use super::{digits, weighted};

/// The letter's number and the weighted digits sum to a multiple of ten.
pub(super) fn tw_id(value: &[u8]) -> bool {
    let (Some(letter), Some(digits)) = (value.first(), digits(value.get(1..).unwrap_or_default())) else { return false };
    let Some(place) = b"ABCDEFGHJKLMNPQRSTUVXYWZIO".iter().position(|other| other == letter) else { return false };
    let number = place as i32 + 10;
    digits.len() == 9
        && matches!(digits[0], 1 | 2 | 8 | 9)
        && (number / 10 + number % 10 * 9 + weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::tw_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["A123456789", "F131104093"] {
            assert!(tw_id(value.as_bytes()), "{value}");
        }
        for value in ["A123456788", "1123456789", "", "0"] {
            assert!(!tw_id(value.as_bytes()), "{value}");
        }
    }
}
