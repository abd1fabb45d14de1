//! Health card number of Ontario: ten digits, Luhn's check digit, then a version of one or two letters.

use super::luhn_sum;

/// The ten digits check.
pub(super) fn ca_on_hcn(value: &[u8]) -> bool {
    let (Some(number), Some(version)) = (value.get(..10), value.get(10..)) else { return false };
    version.len() <= 2
        && version.iter().all(u8::is_ascii_uppercase)
        && number[0] != b'0'
        && luhn_sum(number).is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::ca_on_hcn;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ca_on_hcn(b"9876543217"));
        for value in ["9876543218", "", "0"] {
            assert!(!ca_on_hcn(value.as_bytes()), "{value}");
        }
    }
}
