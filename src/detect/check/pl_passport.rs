//! Polish passport: two letters and seven digits, the first of which is the check digit.

pub(super) fn pl_passport(value: &[u8]) -> bool {
    super::pl_dowod::is_document::<2>(value)
}

#[cfg(test)]
mod tests {
    use super::pl_passport;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(pl_passport(b"ZS0000177"));
        for value in ["ZS1000177", "", "0"] {
            assert!(!pl_passport(value.as_bytes()), "{value}");
        }
    }
}
