//! The parts of a file that was cut, read as the file it was.

use crate::{
    format::{Claim, Format, Head, Member, Sink},
    source::{Bytes, Input},
};
use std::io::{self, Read};

/// Stands for the first part; the file is its only member.
pub(super) struct Joined<'j> {
    pub(super) name: &'j str,
    pub(super) parts: &'j [Bytes],
}

impl Format for Joined<'_> {
    fn name(&self) -> &'static str {
        "volume"
    }

    fn claim(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn read(&self, _: Input<'_>, sink: &mut dyn Sink) {
        let size = Some(self.parts.iter().map(|part| part.as_slice().len() as u64).sum());
        let mut content = Chain { parts: self.parts, at: 0 };
        sink.item(Member { name: self.name.as_bytes(), step: true, size, packed: size, content: Input::Stream(&mut content) });
    }
}

/// The bytes of all parts, one behind the other.
struct Chain<'j> {
    parts: &'j [Bytes],
    /// Where in the first of them.
    at: usize,
}

impl Read for Chain<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some((part, rest)) = self.parts.split_first() {
            let mut left = part.as_slice().get(self.at..).unwrap_or_default();
            if !left.is_empty() {
                let read = left.read(into)?;
                self.at += read;
                return Ok(read);
            }
            (self.parts, self.at) = (rest, 0);
        }
        Ok(0)
    }
}
