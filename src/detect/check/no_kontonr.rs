//! Norwegian account number (Bits AS): eleven digits, modulus 11; those of the former post giro seven, which follow four noughts or none.

use super::{digits, luhn_sum, weighted};

/// The last digit is what those before it ask for.
pub(super) fn no_kontonr(value: &[u8]) -> bool {
    let giro = value.strip_prefix(b"0000").unwrap_or(value);
    let Some(digits) = digits(value) else { return false };
    match (giro.len(), digits.len()) {
        (7, _) => luhn_sum(giro).is_some_and(|sum| sum % 10 == 0),
        (_, 11) => (11 - weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == i32::from(digits[10]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::no_kontonr;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["86011117947", "4090403", "00004090403"] {
            assert!(no_kontonr(value.as_bytes()), "{value}");
        }
        for value in ["86011117948", "4090404", "409040", "", "0"] {
            assert!(!no_kontonr(value.as_bytes()), "{value}");
        }
    }
}
