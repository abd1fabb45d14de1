//! Shortcuts of Windows ([MS-SHLLINK]): where they lead, on whose machine; paths in them hold names of users.

use super::{Claim, Format, Head, Sink, raw};
use crate::source::Input;

/// The length of the header, then what all shortcuts are.
const MAGIC: &[u8] = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xC0\0\0\0\0\0\0F";

/// `.lnk`.
pub struct Shortcut;

impl Format for Shortcut {
    fn name(&self) -> &'static str {
        "shortcut"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        raw::texts(input, sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::unfold::unfold;

    #[test]
    fn paths_are_read() {
        let wide: Vec<u8> = r"C:\Users\jane.doe\pay.xlsx".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = unfold("a.lnk", &[MAGIC, &[0xFE, 1, 0, 7], &wide, &[0, 0]].concat());
        assert!(found.texts.iter().any(|text| text.text.contains("jane.doe")));
        assert_eq!(found.problems(), []);
    }
}
