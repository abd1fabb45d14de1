//! Czech account number (Decree of the Czech National Bank No. 169/2011; the Slovak one is alike): prefix, number, code of the bank.
//! Banks come and go: which code is one is not asked.

use super::{digits, weighted};

/// Prefix (six digits) and number (ten) are multiples of eleven each when weighted. Twenty digits, or sixteen where the bank is
/// not told, or the number alone.
pub(super) fn cz_bank_account(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    match digits.len() {
        20 => holds(&digits[..6]) && holds(&digits[6..16]) && digits[16..].iter().any(|digit| *digit > 0),
        16 => holds(&digits[..6]) && holds(&digits[6..]),
        6..=10 => holds(&digits),
        _ => false,
    }
}

/// The weighted sum from the right, of at most ten digits; the number is not nought but in prefixes.
fn holds(digits: &[u8]) -> bool {
    const WEIGHTS: [i32; 10] = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let filled = digits.iter().filter(|digit| **digit > 0).count();
    weighted(digits, &WEIGHTS[WEIGHTS.len() - digits.len()..]) % 11 == 0 && (digits.len() == 6 || filled >= 2)
}

#[cfg(test)]
mod tests {
    use super::cz_bank_account;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["03427807275580210100", "00000002801544170300", "0342780727558021", "727558021"] {
            assert!(cz_bank_account(value.as_bytes()), "{value}");
        }
        for value in ["00427807275580210100", "03427807275580210000", "03427807275580220100", "0342780727558022", "", "0"] {
            assert!(!cz_bank_account(value.as_bytes()), "{value}");
        }
    }
}
