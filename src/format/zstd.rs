//! Zstandard (RFC 8878): frames and skippable frames, unpacked as one.

use super::{
    Claim, Format, Head, Sink,
    packed::{Codec, Source, read_streams},
};
use crate::source::Input;
use std::io::{self, Read};
use zstd::stream::read::Decoder;

/// A frame may ask for a window of up to 2 to this many bytes: 128 MiB, what `zstd` itself grants.
const WINDOW_LOG: u32 = 27;

/// How a frame begins.
const MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// Files of `zstd`, `pzstd`.
pub struct Zstd;

impl Format for Zstd {
    fn name(&self) -> &'static str {
        "zstd"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let mut rest = head.bytes;
        // LZ4 has the same skippable frames; what comes behind them decides.
        while let Some(size) = skippable(rest) {
            let Some(behind) = rest.get(size..) else { return Claim::Likely };
            rest = behind;
        }
        if rest.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        read_streams::<Frame>(input, sink);
    }
}

struct Frame;

impl Codec for Frame {
    type Decoder<'a> = Limited<'a>;

    fn begins(head: &[u8]) -> bool {
        head.starts_with(MAGIC) || skippable(head).is_some()
    }

    fn open(mut source: Source<'_>) -> io::Result<Self::Decoder<'_>> {
        let too_wide = window(source.peek(18)?).is_some_and(|window| window > 1 << WINDOW_LOG);
        let mut decoder = Decoder::with_buffer(source)?.single_frame();
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(Limited { decoder, too_wide })
    }

    fn close(decoder: Self::Decoder<'_>) -> Source<'_> {
        decoder.decoder.finish()
    }
}

/// The length of the skippable frame that begins here (RFC 8878 section 3.1.2).
pub(super) fn skippable(head: &[u8]) -> Option<usize> {
    match *head {
        [0x50..=0x5F, 0x2A, 0x4D, 0x18, a, b, c, d, ..] => usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?.checked_add(8),
        _ => None,
    }
}

/// A decoder of one frame that tells a window too large as a limit, not as damage.
struct Limited<'a> {
    decoder: Decoder<'static, Source<'a>>,
    too_wide: bool,
}

impl Read for Limited<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.too_wide {
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, "needs a window larger than 128 MiB"));
        }
        let read = self.decoder.read(into)?;
        if read == 0 {
            self.decoder.finish_frame()?;
        }
        Ok(read)
    }
}

/// The window a frame header asks for, in bytes (RFC 8878 section 3.1.1.1).
fn window(head: &[u8]) -> Option<u64> {
    let (descriptor, rest) = head.strip_prefix(MAGIC)?.split_first()?;
    if descriptor & 0x20 == 0 {
        let byte = *rest.first()?;
        let base = 1u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    // A single segment: the window is the content size, which follows the dictionary id.
    let at = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let (width, more) = [(1, 0), (2, 256), (4, 0), (8, 0)][usize::from(descriptor >> 6)];
    let size = rest.get(at..at + width)?;
    size.iter().rev().try_fold(0u64, |size, byte| Some(size << 8 | u64::from(*byte))).map(|size| size.saturating_add(more))
}

#[cfg(test)]
mod tests {
    use super::super::unfold::{all_cuts, unfold};
    use crate::base::Category;

    fn pack(content: &[u8]) -> Vec<u8> {
        zstd::encode_all(content, 3).expect("memory")
    }

    #[test]
    fn frames_are_one_item_and_skippable_ones_nothing() {
        let skippable = b"\x50\x2A\x4D\x18\x03\0\0\0abc".to_vec();
        let found = unfold("a.zst", &[skippable.clone(), pack(b"one\n"), skippable, pack(b"two\n")].concat());
        assert_eq!(found.contents(), [("a.zst!/", b"one\ntwo\n".as_slice())]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn every_cut_gives_a_prefix_and_a_problem() {
        all_cuts("a.zst", &pack(b"a little text, a little text"), Category::Truncated);
    }

    #[test]
    fn a_window_too_large_is_a_limit() {
        let claimed = b"\x28\xB5\x2F\xFD\x00\xA0\x01\x00\x00".as_slice();
        assert_eq!(unfold("a.zst", claimed).problems(), [("a.zst!/", Category::Limit)]);
    }
}
