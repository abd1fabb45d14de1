//! gzip (RFC 1952): one or more members, unpacked as one.

use super::{
    Claim, Format, Head, Sink,
    packed::{Codec, Source, read_streams},
};
use crate::source::Input;
use flate2::bufread::GzDecoder;
use std::io;

/// Files of `gzip`, `pigz`, `bgzip`.
pub struct Gzip;

impl Format for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
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
    type Decoder<'a> = GzDecoder<Source<'a>>;

    fn begins(head: &[u8]) -> bool {
        // The two magic bytes, and deflate, the only method there is (RFC 1952 section 2.3.1).
        head.starts_with(&[0x1F, 0x8B, 8])
    }

    fn open(source: Source<'_>) -> io::Result<Self::Decoder<'_>> {
        Ok(GzDecoder::new(source))
    }

    fn close(decoder: Self::Decoder<'_>) -> Source<'_> {
        decoder.into_inner()
    }

    fn name(decoder: &Self::Decoder<'_>) -> Vec<u8> {
        decoder.header().and_then(|header| header.filename()).unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::{all_cuts, unfold};
    use crate::base::Category;
    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use std::io::Write;

    fn pack(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn members_are_one_item_and_padding_is_nothing() {
        let packed = [pack(b"one\n"), pack(b"two\n"), vec![0; 700]].concat();
        let found = unfold("a.gz", &packed);
        assert_eq!(found.contents(), [("a.gz!/", b"one\ntwo\n".as_slice())]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn the_name_in_the_header_is_the_name() {
        let mut encoder = GzBuilder::new().filename("staff.csv").write(Vec::new(), Compression::fast());
        encoder.write_all(b"x").expect("memory");
        let found = unfold("a.gz", &encoder.finish().expect("memory"));
        assert_eq!(found.contents(), [("a.gz!/staff.csv", b"x".as_slice())]);
    }

    #[test]
    fn what_is_behind_is_an_item_of_its_own() {
        let found = unfold("a.gz", &[pack(b"one"), b"hidden".to_vec()].concat());
        assert_eq!(found.contents(), [("a.gz!/", b"one".as_slice()), ("a.gz#trailing", b"hidden")]);
    }

    #[test]
    fn every_cut_gives_a_prefix_and_a_problem() {
        all_cuts("a.gz", &pack(b"a little text, a little text"), Category::Truncated);
    }

    #[test]
    fn a_wrong_checksum_is_told() {
        let mut packed = pack(b"text");
        let at = packed.len() - 8;
        packed[at] ^= 1;
        let found = unfold("a.gz", &packed);
        assert_eq!(found.contents(), [("a.gz!/", b"text".as_slice())]);
        assert_eq!(found.problems(), [("a.gz!/", Category::Corrupt)]);
    }
}
