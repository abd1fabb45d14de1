//! Hardware address (MAC, IEEE 802): six octets to base 16.
//!
//! The registry of manufacturers is no check of a number: it grows by the day, and telephones make up an address of their own for
//! every network.

/// Twelve hexadecimal digits of one interface: bit 0 of the first octet marks groups (IEEE 802-2014, 8.2.2). All nought is no address.
pub(super) fn mac(value: &[u8]) -> bool {
    let mut digits = value.iter().filter(|byte| !matches!(byte, b':' | b'-'));
    let second = digits.clone().nth(1).and_then(|byte| char::from(*byte).to_digit(16));
    digits.clone().count() == 12
        && digits.clone().all(u8::is_ascii_hexdigit)
        && second.is_some_and(|digit| digit % 2 == 0)
        && digits.any(|byte| *byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::mac;

    #[test]
    fn accepts_addresses_of_one_interface_and_nothing_else() {
        for value in ["D0:50:99:84:A2:A0", "DA-A1-19-00-00-01", "D05099 84A2A0".replace(' ', "").as_str()] {
            assert!(mac(value.as_bytes()), "{value}");
        }
        for value in ["01:00:5E:00:00:FB", "FF:FF:FF:FF:FF:FF", "00:00:00:00:00:00", "D0:50:99:84:T2:A0", "D0:50:99:84:A2", "", "0"] {
            assert!(!mac(value.as_bytes()), "{value}");
        }
    }
}
