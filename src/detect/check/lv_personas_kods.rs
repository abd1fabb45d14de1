//! Latvian personas kods: eleven digits; numbers from 32 on tell no birth date and have no public check.

use super::{digits, number, plausible_date, weighted};

/// Old numbers keep their weighted sum and date; new ones begin with 32 to 39.
pub(super) fn lv_personas_kods(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    if digits.len() != 11 {
        return false;
    }
    if digits[0] == 3 && digits[1] >= 2 {
        return true;
    }
    let sum = weighted(&digits[..10], &[1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let (day, month) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]);
    let year = 1800 + u16::from(digits[6]) * 100 + number(&digits[4..6]) as u16;
    digits[6] <= 2 && plausible_date(Some(year), month, day) && (1101 - sum) % 11 % 10 == i32::from(digits[10])
}

#[cfg(test)]
mod tests {
    use super::lv_personas_kods;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(lv_personas_kods(b"16117519997"));
        for value in ["16117519998", "16137519997", "", "0"] {
            assert!(!lv_personas_kods(value.as_bytes()), "{value}");
        }
    }
}
