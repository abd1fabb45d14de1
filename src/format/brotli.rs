//! Brotli (RFC 7932). It has no magic number: a file of the ending `.br` that begins to unpack is taken for one.

use super::{Claim, Format, Head, Member, Sink, packed::Source};
use crate::source::Input;
use brotli_decompressor::Decompressor;
use std::io::Read;

/// `.br`.
pub struct Brotli;

impl Format for Brotli {
    fn name(&self) -> &'static str {
        "brotli"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if !head.name.ends_with(".br") {
            return Claim::No;
        }
        let mut start = [0; 256];
        match Decompressor::new(head.bytes, 4096).read(&mut start) {
            Ok(length) if length > 0 => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let packed = if let Input::Whole(bytes) = &input { Some(bytes.len() as u64) } else { None };
        let mut source = Source::new(input);
        let mut content = Decompressor::new(&mut source, 64 << 10);
        sink.item(Member { name: b"", step: true, size: None, packed, content: Input::Stream(&mut content) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};

    /// One meta-block that is stored as it is, and the empty last one (RFC 7932 section 9.2).
    fn stored(body: &[u8]) -> Vec<u8> {
        // Window 16 (bit 0), not last (0), 4 nibbles of length (00), length less one (16 bits), stored (1).
        let header = ((body.len() as u32 - 1) << 4) | 1 << 20;
        let mut bytes = header.to_le_bytes()[..3].to_vec();
        bytes.extend(body);
        bytes.push(3);
        bytes
    }

    #[test]
    fn a_file_is_unpacked_by_its_ending() {
        let bytes = stored(b"jane.doe@example.com");
        let found = unfold("a.csv.br", &bytes);
        assert_eq!(found.contents(), [("a.csv.br!/", b"jane.doe@example.com".as_slice())]);
        assert_eq!(found.problems(), []);
        assert!(unfold("a.bin", &bytes).contents().iter().all(|(path, _)| *path == "a.bin"));
        survives(&super::Brotli, &bytes);
    }
}
