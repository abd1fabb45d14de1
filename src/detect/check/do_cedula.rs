//! Dominican cédula: eleven digits, Luhn's check digit.

use super::luhn_sum;
use std::sync::LazyLock;

/// FNV-1a hashes, in order, of numbers that were issued though they do not check. Hashes, since the numbers are people's;
/// tests/oracle/make.py makes them of the list in python-stdnum.
static ISSUED: LazyLock<Vec<u64>> =
    LazyLock::new(|| include_str!("do_cedula.tsv").lines().filter_map(|line| u64::from_str_radix(line, 16).ok()).collect());

/// Eleven digits that check, or that were issued all the same.
pub(super) fn do_cedula(value: &[u8]) -> bool {
    value.len() == 11 && luhn_sum(value).is_some_and(|sum| sum % 10 == 0 || is_issued(value))
}

fn is_issued(value: &[u8]) -> bool {
    let hash = value.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    ISSUED.binary_search(&hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::do_cedula;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["00113918205", "00000058035"] {
            assert!(do_cedula(value.as_bytes()), "{value}");
        }
        for value in ["00113918204", "", "0"] {
            assert!(!do_cedula(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn every_line_is_a_hash_and_they_are_in_order() {
        assert_eq!(super::ISSUED.len(), include_str!("do_cedula.tsv").lines().count());
        assert!(super::ISSUED.is_sorted());
    }
}
