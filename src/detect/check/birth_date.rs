//! Dates a living or lately dead person may be born on.

/// An ISO date from 1890 to 2026.
pub(super) fn birth_date(value: &[u8]) -> bool {
    matches!(value.get(..4), Some(year) if year >= b"1890".as_slice() && year <= b"2026".as_slice())
}

#[cfg(test)]
mod tests {
    use super::birth_date;

    #[test]
    fn years_of_birth_are_bounded() {
        assert!(birth_date(b"1978-07-25") && birth_date(b"2015-01-01"));
        assert!(!birth_date(b"2178-07-25") && !birth_date(b"1789-07-14"));
    }
}
