//! LZ4 frames (LZ4 frame format 1.6.4), with skippable ones between them, unpacked as one.

use super::{
    Claim, Format, Head, Sink,
    packed::{Codec, Source, read_streams},
    zstd::skippable,
};
use crate::source::Input;
use lz4_flex::frame::FrameDecoder;
use std::io::{self, Read};

/// How a frame begins.
const MAGIC: &[u8] = b"\x04\x22\x4D\x18";
/// How a file of the oldest programs begins; it has no end mark.
const LEGACY: &[u8] = b"\x02\x21\x4C\x18";

/// Files of `lz4`.
pub struct Lz4;

impl Format for Lz4 {
    fn name(&self) -> &'static str {
        "lz4"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let mut rest = head.bytes;
        while let Some(behind) = skippable(rest).and_then(|length| rest.get(length..)) {
            rest = behind;
        }
        if rest.starts_with(MAGIC) || rest.starts_with(LEGACY) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        read_streams::<Frame>(input, sink);
    }
}

struct Frame;

impl Codec for Frame {
    type Decoder<'a> = Whole<'a>;

    fn begins(head: &[u8]) -> bool {
        head.starts_with(MAGIC) || head.starts_with(LEGACY) || skippable(head).is_some()
    }

    fn open(mut source: Source<'_>) -> io::Result<Self::Decoder<'_>> {
        while let Some(length) = skippable(source.peek(8)?) {
            source.skip(length as u64)?;
        }
        let head = source.peek(5)?;
        let mark_at = match head.get(4) {
            _ if !head.starts_with(MAGIC) => None,
            // The flag for a checksum of the content, which follows the end mark.
            Some(flags) if flags & 4 != 0 => Some(0),
            _ => Some(4),
        };
        Ok(Whole { decoder: FrameDecoder::new(Tail { source, last: [0; 8] }), mark_at })
    }

    fn close(decoder: Self::Decoder<'_>) -> Source<'_> {
        decoder.decoder.into_inner().source
    }
}

/// A decoder of one frame that tells a missing end mark, which `lz4_flex` passes over.
struct Whole<'a> {
    decoder: FrameDecoder<Tail<'a>>,
    /// Where in the last eight bytes the end mark is.
    mark_at: Option<usize>,
}

impl Read for Whole<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(into)?;
        let mark = self.mark_at.and_then(|at| self.decoder.get_ref().last.get(at..at + 4));
        if read == 0 && !into.is_empty() && mark.is_some_and(|mark| mark != [0; 4]) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the frame has no end mark"));
        }
        Ok(read)
    }
}

/// A source that remembers its last bytes.
struct Tail<'a> {
    source: Source<'a>,
    last: [u8; 8],
}

impl Read for Tail<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into)?;
        for byte in &into[read.saturating_sub(8)..read] {
            self.last.rotate_left(1);
            self.last[7] = *byte;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::{all_cuts, unfold};
    use crate::base::Category;
    use lz4_flex::frame::{FrameEncoder, FrameInfo};
    use std::io::Write;

    fn pack(content: &[u8], checksum: bool) -> Vec<u8> {
        let mut encoder = FrameEncoder::with_frame_info(FrameInfo::new().content_checksum(checksum), Vec::new());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn frames_are_one_item_and_skippable_ones_nothing() {
        let skippable = b"\x50\x2A\x4D\x18\x03\0\0\0abc".to_vec();
        let found =
            unfold("a.lz4", &[skippable.clone(), pack(b"one\n", false), skippable.clone(), pack(b"two\n", true), skippable].concat());
        assert_eq!(found.contents(), [("a.lz4!/", b"one\ntwo\n".as_slice())]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn every_cut_gives_a_prefix_and_a_problem() {
        for checksum in [false, true] {
            all_cuts("a.lz4", &pack(b"a little text, a little text", checksum), Category::Truncated);
        }
    }
}
