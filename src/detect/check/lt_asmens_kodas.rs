//! Lithuanian asmens kodas: built as the Estonian isikukood, but for numbers that begin with 9 and hold no date.

use super::ee_isikukood::{checks, ee_isikukood};

/// An isikukood, or eleven digits that begin with 9 and check.
pub(super) fn lt_asmens_kodas(value: &[u8]) -> bool {
    ee_isikukood(value) || (value.first() == Some(&b'9') && checks(value))
}

#[cfg(test)]
mod tests {
    use super::lt_asmens_kodas;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["33309240064", "96813280109"] {
            assert!(lt_asmens_kodas(value.as_bytes()), "{value}");
        }
        for value in ["33309240164", "96813280108", "36813280109", "9", "", "0"] {
            assert!(!lt_asmens_kodas(value.as_bytes()), "{value}");
        }
    }
}
