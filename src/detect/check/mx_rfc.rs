//! Mexican RFC of a person (Código Fiscal de la Federación, art. 27): four letters, date of birth, two characters that tell people of one
//! name apart and a check character.
//!
//! One number in seventy was issued with a check character that does not check, so it is not held to.

use super::plausible_short_date;

/// Words that the four letters of a name must not make (SAT, anexo IV: palabras inconvenientes), in their order.
const WORDS: &[&[u8; 4]] = &[
    b"BUEI", b"BUEY", b"CACA", b"CACO", b"CAGA", b"CAGO", b"CAKA", b"CAKO", b"COGE", b"COJA", b"COJE", b"COJI", b"COJO", b"CULO", b"FETO",
    b"GUEY", b"JOTO", b"KACA", b"KACO", b"KAGA", b"KAGO", b"KAKA", b"KOGE", b"KOJO", b"KULO", b"MAME", b"MAMO", b"MEAR", b"MEAS", b"MEON",
    b"MION", b"MOCO", b"MULA", b"PEDA", b"PEDO", b"PENE", b"PUTA", b"PUTO", b"QULO", b"RATA", b"RUIN",
];

/// Thirteen characters with a date in them, or the ten before the last three.
pub(super) fn mx_rfc(value: &[u8]) -> bool {
    let Some((letters, rest)) = value.split_first_chunk::<4>() else { return false };
    if !matches!(value.len(), 10 | 13) || !rest[..6].iter().all(u8::is_ascii_digit) || !letters.iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let two = |at: usize| (rest[at] - b'0') * 10 + rest[at + 1] - b'0';
    plausible_short_date(two(0), two(2), two(4))
        && rest[6..].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && WORDS.binary_search(&letters).is_err()
}

#[cfg(test)]
mod tests {
    use super::{WORDS, mx_rfc};

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(WORDS.is_sorted());
        for value in ["GODE561231GR8", "VACE460910SX6", "COMG600703"] {
            assert!(mx_rfc(value.as_bytes()), "{value}");
        }
        for value in ["GODE561331GR8", "GODE010229GR8", "PEDO561231GR8", "GODE561231GR", "", "0"] {
            assert!(!mx_rfc(value.as_bytes()), "{value}");
        }
    }
}
