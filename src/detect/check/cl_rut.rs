//! Chilean RUT: seven or eight digits and a check character, modulus 11.

use super::digits;

/// The last character is the check digit or K.
pub(super) fn cl_rut(value: &[u8]) -> bool {
    let Some((last, number)) = value.split_last() else { return false };
    let Some(digits) = digits(number) else { return false };
    if !matches!(digits.len(), 7 | 8) {
        return false;
    }
    let sum: i32 = digits.iter().rev().zip([2, 3, 4, 5, 6, 7].iter().cycle()).map(|(digit, weight)| i32::from(*digit) * weight).sum();
    let wanted = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        rest => b'0' + rest as u8,
    };
    *last == wanted
}

#[cfg(test)]
mod tests {
    use super::cl_rut;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["125319092", "760864285"] {
            assert!(cl_rut(value.as_bytes()), "{value}");
        }
        for value in ["125319093", "7608642", "", "0"] {
            assert!(!cl_rut(value.as_bytes()), "{value}");
        }
    }
}
