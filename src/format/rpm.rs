//! RPM packages (Linux Standard Base, package format): behind two headers stands a packed cpio archive.

use super::{Claim, Format, Head, Member, Sink, binary::u32_be, packed::Source};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{self, BufRead};

/// The lead, which says nothing.
const LEAD: u64 = 96;

/// `.rpm`.
pub struct Rpm;

impl Format for Rpm {
    fn name(&self) -> &'static str {
        "rpm"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"\xED\xAB\xEE\xDB") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        match pass_headers(&mut source) {
            Ok(true) if source.fill_buf().is_ok_and(|rest| !rest.is_empty()) => {
                sink.item(Member { name: b"payload", step: false, size: None, packed: None, content: Input::Stream(&mut source) });
            }
            Ok(true) => sink.problem(Problem::new(Category::Truncated, "the package ends behind its headers")),
            Ok(false) => sink.problem(Problem::new(Category::Corrupt, "the headers cannot be read")),
            // An error of the reader we were given: already known to its owner.
            Err(_) => {}
        }
    }
}

/// Passes the lead, the signature and the header; `false` when they are none.
fn pass_headers(source: &mut Source<'_>) -> io::Result<bool> {
    source.skip(LEAD)?;
    for is_padded in [true, false] {
        let head = source.peek(16)?;
        let (Some(entries), Some(length)) = (u32_be(head, 8), u32_be(head, 12)) else { return Ok(false) };
        if !head.starts_with(b"\x8E\xAD\xE8\x01") {
            return Ok(false);
        }
        let length = u64::from(entries) * 16 + u64::from(length);
        source.skip(16 + if is_padded { length.next_multiple_of(8) } else { length })?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};

    #[test]
    fn the_payload_is_an_item() {
        let header = |length: u8| [b"\x8E\xAD\xE8\x01\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &[length]].concat();
        let mut bytes = b"\xED\xAB\xEE\xDB".to_vec();
        bytes.resize(96, 0);
        bytes.extend([header(3), vec![7; 8], header(2), vec![7; 2], b"payload text".to_vec()].concat());
        let found = unfold("a.rpm", &bytes);
        assert_eq!(found.contents(), [("a.rpm#payload", b"payload text".as_slice())]);
        assert_eq!(found.problems(), []);
        survives(&super::Rpm, &bytes);
        assert!(!unfold("a.rpm", &bytes[..110]).problems().is_empty());
    }
}
