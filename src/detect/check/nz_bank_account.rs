//! New Zealand bank account number: bank, branch, account and suffix; the bank says by which rule they check.
//!
//! Inland Revenue, RWT and NRWT certificate filing, "validation of bank account numbers".

use super::{digits, number};

/// The weights of bank, branch, account and suffix, what products are reduced by, and what the sum has to divide by.
type Rule = ([u32; 16], u32, u32);

const A: Rule = ([0, 0, 6, 3, 7, 9, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0], 11, 11);
/// Accounts from 0990000 on.
const B: Rule = ([0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0], 11, 11);
const D: Rule = ([0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0], 11, 11);
const E: Rule = ([0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 1], 9, 11);
const F: Rule = ([0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1, 0, 0, 0], 10, 10);
const G: Rule = ([0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1], 9, 10);

/// Fifteen digits (a suffix of two) or sixteen, of a bank there is, that check.
pub(super) fn nz_bank_account(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| matches!(digits.len(), 15 | 16)) else { return false };
    let (weights, reduce, modulus) = match digits[0] * 10 + digits[1] {
        1..=4 | 6 | 10..=24 | 27 | 30 | 35 | 38 if number(&digits[6..13]) >= 990_000 => B,
        1..=4 | 6 | 10..=24 | 27 | 30 | 35 | 38 => A,
        8 => D,
        9 => E,
        25 | 33 => F,
        26 | 28 | 29 => G,
        // Citibank's numbers do not check.
        31 => return true,
        _ => return false,
    };
    let mut padded = [0_u8; 16];
    padded[..13].copy_from_slice(&digits[..13]);
    padded[29 - digits.len()..].copy_from_slice(&digits[13..]);
    let product = |(digit, weight): (&u8, u32)| {
        let product = u32::from(*digit) * weight;
        if product > reduce { product % reduce } else { product }
    };
    padded.iter().zip(weights).map(product).sum::<u32>() % modulus == 0
}

#[cfg(test)]
mod tests {
    use super::nz_bank_account;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["389019033005100", "0101370026279000", "3890190330051000"] {
            assert!(nz_bank_account(value.as_bytes()), "{value}");
        }
        for value in ["389019033006100", "0101370026278000", "0701370026279000", "", "0"] {
            assert!(!nz_bank_account(value.as_bytes()), "{value}");
        }
    }
}
