//! German tax number of a tax office (ELSTER: Prüfung der Steuernummer): office, district, number, check digit.
//!
//! The states reckon the check digit each in its own way, and the ten or eleven digits that offices print do not say which state it
//! is; so the form alone is held to.

use super::{digits, number};

/// Ten or eleven digits as offices write them, or thirteen that begin with the state and have a nought in fifth place.
pub(super) fn de_steuernummer(value: &[u8]) -> bool {
    let Some(digits) = digits(value) else { return false };
    let other = digits.iter().any(|digit| *digit != digits[0]);
    match digits.len() {
        10 | 11 => other,
        13 => other && digits[4] == 0 && is_state(&digits),
        _ => false,
    }
}

/// The two digits of a state, or the one of Bavaria (9) and of North Rhine-Westphalia (5).
fn is_state(digits: &[u8]) -> bool {
    matches!(digits[0], 5 | 9) || matches!(number(&digits[..2]), 10 | 11 | 21..=24 | 26..=28 | 30..=32 | 40 | 41)
}

#[cfg(test)]
mod tests {
    use super::de_steuernummer;

    #[test]
    fn accepts_the_forms_of_the_states_and_nothing_else() {
        for value in ["18181508155", "2181508156", "4151081508156", "9181081508155", "5133081508159"] {
            assert!(de_steuernummer(value.as_bytes()), "{value}");
        }
        for value in ["4151181508156", "6201012312340", "136695978", "181815081551", "", "0"] {
            assert!(!de_steuernummer(value.as_bytes()), "{value}");
        }
    }
}
