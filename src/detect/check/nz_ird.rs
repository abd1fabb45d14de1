//! New Zealand IRD number: eight or nine digits, modulus 11 with a second set of weights.

use super::{digits, weighted};

/// Between 10 and 150 million and the check digit is right.
pub(super) fn nz_ird(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let number = digits.iter().fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(*digit)));
    if !matches!(digits.len(), 8 | 9) || !(10_000_000..150_000_000).contains(&number) {
        return false;
    }
    let mut nine = [0_u8; 9];
    nine[9 - digits.len()..].copy_from_slice(&digits);
    let first = (11 - weighted(&nine[..8], &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    let second = (11 - weighted(&nine[..8], &[7, 4, 3, 2, 5, 2, 7, 6]) % 11) % 11;
    i32::from(nine[8]) == if first == 10 { second } else { first }
}

#[cfg(test)]
mod tests {
    use super::nz_ird;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["49091850", "136410132"] {
            assert!(nz_ird(value.as_bytes()), "{value}");
        }
        for value in ["136410133", "9999999", "", "0"] {
            assert!(!nz_ird(value.as_bytes()), "{value}");
        }
    }
}
