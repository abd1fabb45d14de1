//! Colombian tax number (NIT): a number of any length, then a check digit by modulus 11.

use super::digits;

/// Eight to sixteen digits, the last of which checks the others.
pub(super) fn co_nit(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let Some(digits) = digits(value) else { return false };
    let Some((check, number)) = digits.split_last().filter(|_| (8..=16).contains(&digits.len())) else { return false };
    let sum: u32 = number.iter().rev().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    b"01987654321"[(sum % 11) as usize] - b'0' == *check
}

#[cfg(test)]
mod tests {
    use super::co_nit;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["2131234321", "8001972684", "63869492"] {
            assert!(co_nit(value.as_bytes()), "{value}");
        }
        for value in ["2131234325", "8001972685", "1234567", "", "0"] {
            assert!(!co_nit(value.as_bytes()), "{value}");
        }
    }
}
