//! Polish PESEL: birth date with century in the month, serial, check digit.

use super::{digits, plausible_date, weighted};

/// Eleven digits with a possible date and a right check digit.
pub(super) fn pl_pesel(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    let month = digits[2] * 10 + digits[3];
    // 80 stands for 1800, 20 for 2000, and so on to 2299.
    let century = [1900, 2000, 2100, 2200, 1800][usize::from(month / 20).min(4)];
    let year = century + u16::from(digits[0] * 10 + digits[1]);
    let day = digits[4] * 10 + digits[5];
    plausible_date(Some(year), month % 20, day) && weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::pl_pesel;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["44051401359", "02070803628"] {
            assert!(pl_pesel(value.as_bytes()), "{value}");
        }
        for value in ["44051401358", "44331401359", "", "0"] {
            assert!(!pl_pesel(value.as_bytes()), "{value}");
        }
    }
}
