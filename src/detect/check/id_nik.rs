//! Indonesian NIK: sixteen digits: district, date of birth (day plus 40 for women), serial.

use super::{digits, number, plausible_short_date};

/// Provinces (Kemendagri: kode wilayah), those of Papua founded in 2022 too.
const PROVINCES: &[u64] = &[
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92,
    93, 94, 95, 96, 97,
];

/// The date exists, the province too, the serial is not nought.
pub(super) fn id_nik(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 16 {
        return false;
    }
    let day = digits[6] * 10 + digits[7];
    let day = if day > 40 { day - 40 } else { day };
    PROVINCES.contains(&number(&digits[..2]))
        && plausible_short_date(digits[10] * 10 + digits[11], digits[8] * 10 + digits[9], day)
        && digits[12..].iter().any(|digit| *digit > 0)
}

#[cfg(test)]
mod tests {
    use super::id_nik;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(id_nik(b"3171011708450001"));
        for value in ["3171011713450001", "3171013208450001", "3771011708450001", "3171012902010001", "", "0"] {
            assert!(!id_nik(value.as_bytes()), "{value}");
        }
    }
}
