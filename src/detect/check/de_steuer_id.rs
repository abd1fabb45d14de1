//! German tax identification number (§ 139b AO): eleven digits, ISO 7064 MOD 11,10.

use super::digits;

/// Eleven digits; among the first ten one digit occurs two or three times; the last checks.
pub(super) fn de_steuer_id(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 || digits[0] == 0 {
        return false;
    }
    let mut counts = [0_u8; 10];
    digits[..10].iter().for_each(|digit| counts[usize::from(*digit % 10)] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    repeated == 1 && matches!(most, 2 | 3) && super::mod_11_10(&digits)
}

#[cfg(test)]
mod tests {
    use super::de_steuer_id;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["36574261809", "86095742719"] {
            assert!(de_steuer_id(value.as_bytes()), "{value}");
        }
        for value in ["36574261890", "36554266806", "3657426180", "", "0"] {
            assert!(!de_steuer_id(value.as_bytes()), "{value}");
        }
    }
}
