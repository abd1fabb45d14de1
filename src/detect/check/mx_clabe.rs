//! Mexican CLABE: eighteen digits, weights 3, 7, 1, modulus 10.

use super::digits;

/// The last digit fills the sum of the products' last digits up to a ten.
pub(super) fn mx_clabe(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let sum: u8 = digits.iter().take(17).zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight % 10).sum();
    digits.len() == 18 && (10 - sum % 10) % 10 == digits[17]
}

#[cfg(test)]
mod tests {
    use super::mx_clabe;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(mx_clabe(b"032180000118359719"));
        for value in ["032180000118359718", "", "0"] {
            assert!(!mx_clabe(value.as_bytes()), "{value}");
        }
    }
}
