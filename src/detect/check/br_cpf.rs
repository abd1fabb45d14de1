//! Brazilian CPF: eleven digits with two modulus 11 check digits.

use super::digits;

/// Eleven digits, not all the same, whose two last digits check.
pub(super) fn br_cpf(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let check = |length: usize| {
        let sum: u32 = digits[..length].iter().zip((2..=length as u32 + 1).rev()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
        u32::from(digits[length]) == (sum * 10 % 11) % 10
    };
    digits.len() == 11 && digits.iter().any(|digit| *digit != digits[0]) && check(9) && check(10)
}

#[cfg(test)]
mod tests {
    use super::br_cpf;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["39053344705", "82546200755"] {
            assert!(br_cpf(value.as_bytes()), "{value}");
        }
        for value in ["39053344706", "11111111111", "", "0"] {
            assert!(!br_cpf(value.as_bytes()), "{value}");
        }
    }
}
