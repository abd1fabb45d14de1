//! Belgian national number and BIS number: birth date, serial, modulus 97.

use super::digits;

/// Eleven digits whose last two check, with or without the 2 of births since 2000.
pub(super) fn be_nn(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    let number = digits[..9].iter().fold(0_u64, |number, digit| number * 10 + u64::from(*digit));
    let key = u64::from(digits[9]) * 10 + u64::from(digits[10]);
    let month = digits[2] * 10 + digits[3];
    // A month of nought and a day no month has: not known, or more people were born that day than there are serials.
    month < 60 && month % 20 <= 12 && (97 - number % 97 == key || (digits[0] < 5 && 97 - (number + 2_000_000_000) % 97 == key))
}

#[cfg(test)]
mod tests {
    use super::be_nn;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["85073003328", "98472899765", "85073500107", "00000100195"] {
            assert!(be_nn(value.as_bytes()), "{value}");
        }
        for value in ["85073003329", "85133003328", "", "0"] {
            assert!(!be_nn(value.as_bytes()), "{value}");
        }
    }
}
