//! IPv6 addresses (RFC 4291) as text.

/// An address the standard library reads, other than the unspecified and loopback ones.
pub(super) fn ipv6(value: &[u8]) -> bool {
    value.len() >= 6
        && std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse::<std::net::Ipv6Addr>().ok())
            .is_some_and(|address| !address.is_loopback() && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::ipv6;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["2001:db8::1", "fe80::1ff:fe23:4567:890a"] {
            assert!(ipv6(value.as_bytes()), "{value}");
        }
        for value in ["2001:db8", "::1", "12:34:56", "", "0"] {
            assert!(!ipv6(value.as_bytes()), "{value}");
        }
    }
}
