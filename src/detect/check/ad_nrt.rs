//! Andorran tax number (NRT) of a person: a letter, six digits, a letter whose reckoning is not published.

/// `F` for residents, whose numbers end at 699999, and `E` for others.
pub(super) fn ad_nrt(value: &[u8]) -> bool {
    let [first, number @ .., last] = value else { return false };
    let is_number = number.len() == 6 && number.iter().all(u8::is_ascii_digit);
    is_number && last.is_ascii_uppercase() && (*first == b'E' || (*first == b'F' && number[0] < b'7'))
}

#[cfg(test)]
mod tests {
    use super::ad_nrt;

    #[test]
    fn accepts_numbers_of_persons_and_nothing_else() {
        for value in ["F132950X", "E132950X", "E712950X"] {
            assert!(ad_nrt(value.as_bytes()), "{value}");
        }
        for value in ["F702597Z", "A702597Z", "F1329500", "", "0"] {
            assert!(!ad_nrt(value.as_bytes()), "{value}");
        }
    }
}
