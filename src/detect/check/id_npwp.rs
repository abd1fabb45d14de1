//! Indonesian tax number (NPWP): fifteen digits, the ninth of which checks those before it, by Luhn's rule. Since 2024 sixteen:
//! the old number behind a nought, or the identity number of a citizen.

use super::{id_nik::id_nik, luhn_sum};

/// The old form, the old form behind a nought, or a NIK.
pub(super) fn id_npwp(value: &[u8]) -> bool {
    let checks = |number: &[u8]| luhn_sum(number).is_some_and(|sum| sum % 10 == 0);
    value.iter().all(u8::is_ascii_digit)
        && match value.len() {
            15 => checks(&value[..9]),
            16 if value[0] == b'0' => checks(&value[1..10]),
            16 => id_nik(value),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::id_npwp;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["016090524017000", "013121660091000", "0013121660091000", "3171011708450001"] {
            assert!(id_npwp(value.as_bytes()), "{value}");
        }
        for value in ["016090525017000", "01609052401700", "3171011713450001", "", "0"] {
            assert!(!id_npwp(value.as_bytes()), "{value}");
        }
    }
}
