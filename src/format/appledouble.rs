//! What a Mac keeps beside a file (AppleDouble, RFC 1740): `._name` in archives and on foreign disks.
//!
//! Its entries are comments, names, and attributes such as where a file was downloaded from; text in them is
//! sought as in unknown bytes.

use super::{Claim, Format, Head, Sink, raw};
use crate::source::Input;

/// `._*`.
pub struct AppleDouble;

impl Format for AppleDouble {
    fn name(&self) -> &'static str {
        "appledouble"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"\0\x05\x16\x07\0\x02\0\0") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        raw::texts(input, sink);
    }
}

#[cfg(test)]
mod tests {
    use crate::format::unfold::unfold;

    #[test]
    fn text_in_attributes_is_read() {
        let bytes = [b"\0\x05\x16\x07\0\x02\0\0Mac OS X\0\0\x01\x02".as_slice(), b"jane.doe@example.com\0\xFE"].concat();
        let found = unfold("._a", &bytes);
        assert!(found.texts.iter().any(|text| text.text.contains("jane.doe@example.com")));
        assert_eq!(found.problems(), []);
    }
}
