//! The LZMA family: xz, the older `.lzma` files and lzip, each unpacked as one member.

use super::{
    Claim, Format, Head, Member, Sink,
    packed::{Codec, Source, read_streams},
};
use crate::source::Input;
use lzma_rust2::{LzipReader, LzmaReader, XzReader};
use std::io::{self, Read};

/// A dictionary larger than this is refused: the input claims its size.
const MEMORY_KIB: u32 = 256 << 10;

/// Files of `xz`: one or more streams.
pub struct Xz;

impl Format for Xz {
    fn name(&self) -> &'static str {
        "xz"
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
    type Decoder<'a> = XzReader<Source<'a>>;

    fn begins(head: &[u8]) -> bool {
        head.starts_with(b"\xFD7zXZ\0")
    }

    fn open(source: Source<'_>) -> io::Result<Self::Decoder<'_>> {
        Ok(XzReader::new_mem_limit(source, false, MEMORY_KIB))
    }

    fn close(decoder: Self::Decoder<'_>) -> Source<'_> {
        let mut rest = decoder.into_inner();
        // Streams may be set apart by zeros, four at a time (xz file format, section 2.2).
        while matches!(rest.peek(4), Ok([0, 0, 0, 0, ..])) && rest.skip(4).is_ok() {}
        rest
    }
}

/// `.lzma` files, which have no magic number.
pub struct Lzma;

impl Format for Lzma {
    fn name(&self) -> &'static str {
        "lzma"
    }

    /// By the header's plausibility, as `xz` itself does: valid properties, a dictionary of
    /// 2^n or 2^n + 2^(n-1), a size that is unknown or below 256 GiB, and a first coded byte of 0.
    fn claim(&self, head: &Head<'_>) -> Claim {
        let Some((&[properties, d0, d1, d2, d3], rest)) = head.bytes.split_first_chunk::<5>() else { return Claim::No };
        let Some((&size, &[0, ..])) = rest.split_first_chunk::<8>() else { return Claim::No };
        let dictionary = u32::from_le_bytes([d0, d1, d2, d3]);
        let size = u64::from_le_bytes(size);
        let top = dictionary.checked_ilog2().map_or(0, |log| 1 << log);
        let plausible = properties < 225
            && dictionary >= 4096
            && (dictionary == u32::MAX || dictionary == top || dictionary == top | top >> 1)
            && (size == u64::MAX || size < 1 << 38);
        if plausible { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        give(input, sink, |source| LzmaReader::new_mem_limit(source, MEMORY_KIB, None));
    }
}

/// Files of `lzip`: one or more members.
pub struct Lzip;

impl Format for Lzip {
    fn name(&self) -> &'static str {
        "lzip"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if matches!(head.bytes, [b'L', b'Z', b'I', b'P', 0 | 1, ..]) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let packed = packed(&input);
        // The dictionary of lzip is at most 512 MiB, and its reader has no limit of its own.
        let mut members = Members { reader: LzipReader::new(Source::new(input)), has_read: false, is_over: false };
        sink.item(Member { name: b"", step: true, size: None, packed, content: Input::Stream(&mut members) });
        if members.is_over {
            let (source, held) = members.reader.into_parts();
            let mut rest = held.as_slice().chain(source);
            sink.item(Member { name: b"trailing", step: false, size: None, packed: None, content: Input::Stream(&mut rest) });
        }
    }
}

/// Members of lzip, to the first bytes that begin none: anything may stand behind them (lzip manual, "Trailing data").
struct Members<'a> {
    reader: LzipReader<Source<'a>>,
    has_read: bool,
    is_over: bool,
}

impl Read for Members<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.reader.read(into) {
            // Told of a member's first bytes only, and the reader then holds them still.
            Err(error) if self.has_read && error.to_string().contains("magic") => {
                self.is_over = true;
                Ok(0)
            }
            Err(_) if self.is_over => Ok(0),
            outcome => {
                self.has_read |= outcome.is_ok();
                outcome
            }
        }
    }
}

fn packed(input: &Input<'_>) -> Option<u64> {
    match input {
        Input::Whole(bytes) => Some(bytes.len() as u64),
        Input::Stream(_) => None,
    }
}

/// Hands on what a decoder gives as the one member.
fn give<'a, R: Read>(input: Input<'a>, sink: &mut dyn Sink, open: impl FnOnce(Source<'a>) -> io::Result<R>) {
    let packed = packed(&input);
    match open(Source::new(input)) {
        Ok(mut reader) => sink.item(Member { name: b"", step: true, size: None, packed, content: Input::Stream(&mut reader) }),
        Err(error) => sink.unread(b"", None, super::read_problem(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::{all_cuts, unfold};
    use crate::base::Category;
    use lzma_rust2::{LzipOptions, LzipWriter, LzmaOptions, LzmaWriter, XzOptions, XzWriter};
    use std::io::Write;

    fn xz(content: &[u8]) -> Vec<u8> {
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).expect("valid options");
        writer.write_all(content).expect("memory");
        writer.finish().expect("memory")
    }

    fn lzma(content: &[u8]) -> Vec<u8> {
        let mut writer = LzmaWriter::new_use_header(Vec::new(), &LzmaOptions::with_preset(1), None).expect("valid options");
        writer.write_all(content).expect("memory");
        writer.finish().expect("memory")
    }

    fn lzip(content: &[u8]) -> Vec<u8> {
        let mut writer = LzipWriter::new(Vec::new(), LzipOptions::with_preset(1));
        writer.write_all(content).expect("memory");
        writer.finish().expect("memory")
    }

    #[test]
    fn streams_and_padding_are_one_item() {
        let found = unfold("a.xz", &[xz(b"one\n"), vec![0; 8], xz(b"two\n"), vec![0; 4]].concat());
        assert_eq!(found.contents(), [("a.xz!/", b"one\ntwo\n".as_slice())]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn the_older_kinds_are_read_too() {
        for packed in [lzma(b"text"), lzip(b"text"), [lzip(b"te"), lzip(b"xt")].concat()] {
            let found = unfold("a", &packed);
            assert_eq!(found.contents(), [("a!/", b"text".as_slice())]);
            assert_eq!(found.problems(), []);
        }
    }

    #[test]
    fn what_stands_behind_members_of_lzip_is_an_item() {
        let found = unfold("a.lz", &[lzip(b"one\n"), lzip(b"two\n"), b"not packed".to_vec()].concat());
        assert_eq!(found.contents(), [("a.lz!/", b"one\ntwo\n".as_slice()), ("a.lz#trailing", b"not packed")]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn every_cut_gives_a_prefix_and_a_problem() {
        all_cuts("a.xz", &xz(b"a little text, a little text"), Category::Truncated);
    }

    #[test]
    fn a_dictionary_too_large_is_a_limit() {
        let mut packed = lzma(b"text");
        packed[1..5].copy_from_slice(&(3u32 << 30).to_le_bytes());
        assert_eq!(unfold("a", &packed).problems(), [("a!/", Category::Limit)]);
    }
}
