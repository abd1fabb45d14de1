//! Cypriot tax code: eight digits and a letter, modulus 26.

use super::digits;

/// The letter is what the digits ask for.
pub(super) fn cy_tic(value: &[u8]) -> bool {
    const ODD: [usize; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some(digits) = value.get(..8).and_then(digits) else { return false };
    let sum: usize = digits
        .iter()
        .map(|digit| usize::from(*digit))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { ODD[digit] } else { digit })
        .sum();
    value.len() == 9 && !value.starts_with(b"12") && b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[sum % 26] == value[8]
}

#[cfg(test)]
mod tests {
    use super::cy_tic;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(cy_tic(b"10259033P"));
        for value in ["10259033Q", "", "0"] {
            assert!(!cy_tic(value.as_bytes()), "{value}");
        }
    }
}
