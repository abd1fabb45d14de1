//! Turkish tax number (Vergi Kimlik Numarası): nine digits and a check digit.

use super::digits;

/// Ten digits, the last of which the others ask for.
pub(super) fn tr_vkn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 10 {
        return false;
    }
    let sum: u32 = digits[..9]
        .iter()
        .zip((1..=9).rev())
        .map(|(digit, weight)| match (u32::from(*digit) + weight) % 10 {
            0 => 0,
            shifted => (shifted * 2_u32.pow(weight) - 1) % 9 + 1,
        })
        .sum();
    u32::from(digits[9]) == (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::tr_vkn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(tr_vkn(b"4540536920"));
        for value in ["4540536921", "454053692", "", "0"] {
            assert!(!tr_vkn(value.as_bytes()), "{value}");
        }
    }
}
