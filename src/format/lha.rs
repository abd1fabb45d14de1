//! LHA (`-lh0-` to `-lh7-`, `-lz?-`, `-pm?-`): members one after the other, each with its own header.

use super::{Claim, Format, Head, Member, Sink, binary::Watched, tell_cut};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use delharc::{LhaDecodeReader, LhaHeader};
use std::io::{self, Read};

/// `.lzh`, `.lha`.
pub struct Lha;

impl Format for Lha {
    fn name(&self) -> &'static str {
        "lha"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let is_method = |method: &[u8]| matches!(method, [b'-', b'l', b'h' | b'z', _, b'-', ..] | [b'-', b'p', b'm', _, b'-', ..]);
        // The level of the header stands behind it.
        let is_level = head.bytes.get(20).is_some_and(|level| *level < 4);
        if head.bytes.get(2..).is_some_and(is_method) && is_level { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        members(&bytes, sink);
        tell_cut(error.as_ref(), sink);
    }
}

fn members(bytes: &[u8], sink: &mut dyn Sink) {
    let mut rest = bytes;
    while !rest.is_empty() && rest.first() != Some(&0) {
        let mut behind = rest;
        let header = match LhaHeader::read(&mut behind) {
            Ok(Some(header)) => header,
            Ok(None) => return,
            Err(_) => {
                let at = bytes.len() - rest.len();
                let detail = if at == 0 { "the header cannot be read" } else { "something that is no header stands between members" };
                sink.problem(Problem::new(Category::Corrupt, detail).not_examined(rest.len() as u64));
                return;
            }
        };
        let packed = usize::try_from(header.compressed_size).unwrap_or(usize::MAX);
        let body = behind.get(..packed).unwrap_or(behind);
        member(&header, rest, sink);
        rest = behind.get(body.len()..).unwrap_or_default();
    }
}

/// Hands on the member whose header begins these bytes.
fn member(header: &LhaHeader, bytes: &[u8], sink: &mut dyn Sink) {
    let name = header.parse_pathname_to_str();
    if header.is_directory() {
        return;
    }
    let (size, packed) = (Some(header.original_size), Some(header.compressed_size));
    let Ok(decoder) = LhaDecodeReader::new(bytes) else { return };
    if !decoder.is_decoder_supported() {
        let method = String::from_utf8_lossy(&header.compression).into_owned();
        return sink.unread(name.as_bytes(), size, Problem::new(Category::Unsupported, format!("packed by the method {method}")));
    }
    let mut checked = Checked { decoder, size: header.original_size, count: 0 };
    let mut content = Watched::new(&mut checked);
    sink.item(Member { name: name.as_bytes(), step: true, size, packed, content: Input::Stream(&mut content) });
}

/// A member whose checksum is looked at when it ends.
struct Checked<'b> {
    decoder: LhaDecodeReader<&'b [u8]>,
    size: u64,
    count: u64,
}

impl Read for Checked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.decoder.read(into)?;
        self.count += read as u64;
        if read == 0 && self.count < self.size {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside this member"));
        }
        if read == 0 && !self.decoder.crc_is_ok() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum is wrong"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};
    use crate::base::Category;

    /// A stored member with a header of level 0.
    fn stored(name: &str, body: &[u8]) -> Vec<u8> {
        let crc = body
            .iter()
            .fold(0_u16, |crc, byte| (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 }));
        let mut rest = b"-lh0-".to_vec();
        rest.extend((body.len() as u32).to_le_bytes());
        rest.extend((body.len() as u32).to_le_bytes());
        rest.extend([0, 0, 0, 0, 0x20, 0, name.len() as u8]);
        rest.extend(name.bytes());
        rest.extend(crc.to_le_bytes());
        let sum = rest.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        [&[rest.len() as u8, sum], rest.as_slice(), body].concat()
    }

    #[test]
    fn members_are_read_and_damage_is_told() {
        let bytes = [stored("a.txt", b"one"), stored("b.txt", b"two!"), vec![0]].concat();
        let found = unfold("a.lzh", &bytes);
        assert_eq!(found.contents(), [("a.lzh!/a.txt", b"one".as_slice()), ("a.lzh!/b.txt", b"two!")]);
        assert_eq!(found.problems(), []);
        let mut damaged = bytes.clone();
        let at = damaged.len() - 2;
        damaged[at] = b'?';
        assert_eq!(unfold("a.lzh", &damaged).problems(), [("a.lzh!/b.txt", Category::Corrupt)]);
        assert_eq!(unfold("a.lzh", &bytes[..at]).problems(), [("a.lzh!/b.txt", Category::Truncated)]);
        survives(&super::Lha, &bytes);
    }
}
