//! New Zealand health index number (HISO 10046): three letters, then four digits, or two digits, a letter and a check letter.

/// The old form keeps modulus 11. The new one is taken as it stands: what is published of its check disagrees.
pub(super) fn nz_nhi(value: &[u8]) -> bool {
    let worth = |byte: &u8| match byte {
        b'A'..=b'H' => Some(byte - b'A' + 1),
        b'J'..=b'N' => Some(byte - b'A'),
        b'P'..=b'Z' => Some(byte - b'A' - 1),
        b'0'..=b'9' => Some(byte - b'0'),
        _ => None,
    };
    if value.len() != 7 || !value[..3].iter().all(u8::is_ascii_uppercase) || !value[3..5].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum = value[..6].iter().zip([7, 6, 5, 4, 3, 2]).try_fold(0_u32, |sum, (byte, weight)| Some(sum + u32::from(worth(byte)?) * weight));
    let Some(sum) = sum else { return false };
    match (value[5].is_ascii_digit(), value[6].is_ascii_digit()) {
        (true, true) => sum % 11 != 0 && (11 - sum % 11) % 10 == u32::from(value[6] - b'0'),
        (false, false) => worth(&value[6]).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::nz_nhi;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["ZZZ0016", "ZBN77VL"] {
            assert!(nz_nhi(value.as_bytes()), "{value}");
        }
        for value in ["ZZZ0017", "ZZI0016", "", "0"] {
            assert!(!nz_nhi(value.as_bytes()), "{value}");
        }
    }
}
