//! bzip2: one or more streams, unpacked as one.

use super::{
    Claim, Format, Head, Sink,
    packed::{Codec, Source, read_streams},
};
use crate::source::Input;
use bzip2::bufread::BzDecoder;
use std::io;

/// Files of `bzip2`, `pbzip2`, `lbzip2`.
pub struct Bzip2;

impl Format for Bzip2 {
    fn name(&self) -> &'static str {
        "bzip2"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if Stream::begins(head.bytes) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        read_streams::<Stream>(input, sink);
    }
}

struct Stream;

impl Codec for Stream {
    type Decoder<'a> = BzDecoder<Source<'a>>;

    fn begins(head: &[u8]) -> bool {
        // `BZh`, the block size, then the first bytes of pi (a block) or of its root (an empty stream's end).
        matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, ..])
    }

    fn open(source: Source<'_>) -> io::Result<Self::Decoder<'_>> {
        Ok(BzDecoder::new(source))
    }

    fn close(decoder: Self::Decoder<'_>) -> Source<'_> {
        decoder.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::{all_cuts, unfold};
    use crate::base::Category;
    use bzip2::{Compression, write::BzEncoder};
    use std::io::Write;

    fn pack(content: &[u8]) -> Vec<u8> {
        let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn streams_are_one_item() {
        let found = unfold("a.bz2", &[pack(b"one\n"), pack(b""), pack(b"two\n")].concat());
        assert_eq!(found.contents(), [("a.bz2!/", b"one\ntwo\n".as_slice())]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn every_cut_gives_a_prefix_and_a_problem() {
        all_cuts("a.bz2", &pack(b"a little text, a little text"), Category::Truncated);
    }
}
