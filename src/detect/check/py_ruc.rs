//! Paraguayan RUC: a cédula of five to eight digits and a check digit, modulus 11.

use super::digits;

/// The last digit is what the others ask for.
pub(super) fn py_ruc(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let Some((check, number)) = digits.split_last() else { return false };
    let sum: u32 = number.iter().rev().zip(2..).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    (6..=9).contains(&digits.len()) && (11 - sum % 11) % 11 % 10 == u32::from(*check)
}

#[cfg(test)]
mod tests {
    use super::py_ruc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["800280610", "9991603"] {
            assert!(py_ruc(value.as_bytes()), "{value}");
        }
        for value in ["800280611", "", "0"] {
            assert!(!py_ruc(value.as_bytes()), "{value}");
        }
    }
}
