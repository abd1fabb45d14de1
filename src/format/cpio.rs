//! cpio: the new (SVR4, with or without checksums), the portable (`odc`) and the old binary kind, read front to back.

use super::{
    Claim, Format, Head, Member, Sink,
    packed::{Body, Source},
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{self, BufRead, Read};

/// The member that is none: it marks the end.
const END: &[u8] = b"TRAILER!!!";
/// No name is longer.
const LONGEST_NAME: usize = 64 << 10;

/// Archives of `cpio`, of RPM packages, of Linux boot images.
pub struct Cpio;

impl Format for Cpio {
    fn name(&self) -> &'static str {
        "cpio"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        match header(head.bytes) {
            Some(header) if (1..=LONGEST_NAME).contains(&header.name_length) => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        // An error here is one of the reader we were given: already known to its owner.
        while let Ok(true) = next_member(&mut source, sink) {}
    }
}

/// What the header of a member says, whatever its kind.
#[derive(Clone, Copy, Debug)]
struct Header {
    /// How long it is.
    length: usize,
    /// Name and body are padded to a multiple of this, counted from the header.
    unit: u64,
    mode: u32,
    /// With the NUL at its end.
    name_length: usize,
    size: u64,
}

fn header(bytes: &[u8]) -> Option<Header> {
    let number = |from: usize, length: usize, radix: u32| {
        let text = std::str::from_utf8(bytes.get(from..from + length)?).ok()?;
        u64::from_str_radix(text, radix).ok()
    };
    match bytes {
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => Some(Header {
            length: 110,
            unit: 4,
            mode: number(14, 8, 16)? as u32,
            size: number(54, 8, 16)?,
            name_length: usize::try_from(number(94, 8, 16)?).ok()?,
        }),
        [b'0', b'7', b'0', b'7', b'0', b'7', ..] => Some(Header {
            length: 76,
            unit: 1,
            mode: number(18, 6, 8)? as u32,
            name_length: usize::try_from(number(59, 6, 8)?).ok()?,
            size: number(65, 11, 8)?,
        }),
        [0xC7, 0x71, ..] => binary(bytes, u16::from_le_bytes),
        [0x71, 0xC7, ..] => binary(bytes, u16::from_be_bytes),
        _ => None,
    }
}

/// The old kind: words of 16 bits, the upper half of a size first.
fn binary(bytes: &[u8], word: impl Fn([u8; 2]) -> u16) -> Option<Header> {
    let words = bytes.first_chunk::<26>()?.as_chunks::<2>().0;
    let at = |at: usize| words.get(at).map(|bytes| word(*bytes));
    let (mode, name_length) = (at(3)?.into(), at(10)?.into());
    Some(Header { length: 26, unit: 2, mode, name_length, size: u64::from(at(11)?) << 16 | u64::from(at(12)?) })
}

/// Reads one member; `false` at the end.
fn next_member(source: &mut Source<'_>, sink: &mut dyn Sink) -> io::Result<bool> {
    let next = source.peek(110)?;
    let is_empty = next.is_empty();
    let Some(header) = header(next).filter(|header| header.name_length <= LONGEST_NAME) else {
        let problem = match is_empty {
            true => Problem::new(Category::Truncated, "the archive ends without its end mark"),
            false => Problem::new(Category::Corrupt, "something that is no header stands between members"),
        };
        sink.problem(problem);
        return Ok(false);
    };
    source.skip(header.length as u64)?;
    let mut name = Vec::new();
    Read::take(&mut *source, header.name_length as u64).read_to_end(&mut name)?;
    if name.len() < header.name_length {
        sink.problem(Problem::new(Category::Truncated, "the archive ends inside a header"));
        return Ok(false);
    }
    let head_length = (header.length + header.name_length) as u64;
    source.skip(head_length.next_multiple_of(header.unit) - head_length)?;
    let name = name.strip_suffix(b"\0").unwrap_or(&name);
    if name == END {
        trailing(source, sink);
        return Ok(false);
    }
    let left = member(source, &header, name, sink);
    let padding = header.size.next_multiple_of(header.unit) - header.size;
    Ok(source.skip(left)? == left && source.skip(padding).is_ok())
}

/// Hands on a member; how much of its body is left to pass.
fn member(source: &mut Source<'_>, header: &Header, name: &[u8], sink: &mut dyn Sink) -> u64 {
    let (step, size) = (true, Some(header.size));
    // The upper bits of the mode are the kind of file.
    let problem = match header.mode >> 12 {
        // The body of a link is where it leads.
        0o10 | 0o12 | 0 => None,
        0o04 => return header.size,
        _ => Some(Problem::new(Category::SpecialFile, "a device, pipe or socket")),
    };
    if let Some(problem) = problem {
        sink.unread(name, None, problem);
        return header.size;
    }
    if let Some(bytes) = source.whole_slice(header.size) {
        sink.item(Member { name, step, size, packed: size, content: Input::Whole(bytes) });
        return header.size;
    }
    let mut body = Body::new(source, header.size);
    sink.item(Member { name, step, size, packed: size, content: Input::Stream(&mut body) });
    body.left()
}

/// What stands behind the end mark: in boot images another, packed archive.
fn trailing(source: &mut Source<'_>, sink: &mut dyn Sink) {
    if source.skip_zeros().unwrap_or(false) && !source.fill_buf().unwrap_or_default().is_empty() {
        sink.item(Member { name: b"trailing", step: false, size: None, packed: None, content: Input::Stream(source) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::unfold;

    fn newc(name: &str, mode: u32, body: &str) -> Vec<u8> {
        let (size, length) = (body.len(), name.len() + 1);
        let zero = 0;
        let mut bytes = format!("070701{zero:08X}{mode:08X}{zero:08X}{zero:08X}{zero:08X}{zero:08X}{size:08X}").into_bytes();
        bytes.extend(format!("{zero:08X}{zero:08X}{zero:08X}{zero:08X}{length:08X}{zero:08X}{name}\0").bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(body.bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn odc(name: &str, mode: u32, body: &str) -> Vec<u8> {
        let (size, length) = (body.len(), name.len() + 1);
        let zero = 0;
        format!(
            "070707{zero:06o}{zero:06o}{mode:06o}{zero:06o}{zero:06o}{zero:06o}{zero:06o}{zero:011o}{length:06o}{size:011o}{name}\0{body}"
        )
        .into_bytes()
    }

    fn old(name: &str, mode: u32, body: &str) -> Vec<u8> {
        let mut words = [0_u16; 13];
        (words[0], words[3], words[10], words[12]) = (0o070707, mode as u16, name.len() as u16 + 1, body.len() as u16);
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(format!("{name}\0").bytes());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes.extend(body.bytes());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    }

    #[test]
    fn every_kind_is_read_and_every_cut_is_told() {
        for entry in [newc, odc, old] {
            let bytes = [
                entry("d", 0o040755, ""),
                entry("d/one.txt", 0o100644, "hello"),
                entry("link", 0o120777, "one"),
                entry("TRAILER!!!", 0, ""),
            ]
            .concat();
            let found = unfold("a.cpio", &bytes);
            assert_eq!(found.contents(), [("a.cpio!/d/one.txt", b"hello".as_slice()), ("a.cpio!/link", b"one")]);
            assert_eq!(found.problems(), []);
            let link = bytes.len() - entry("link", 0o120777, "one").len() - entry("TRAILER!!!", 0, "").len();
            for cut in entry("d", 0o040755, "").len()..link {
                assert!(!unfold("a.cpio", &bytes[..cut]).problems().is_empty(), "cut at {cut}");
            }
        }
    }
}
