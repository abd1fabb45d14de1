//! tar: v7, ustar, pax and GNU archives, read front to back and never unpacked.
//!
//! The headers are walked here, so that damage costs the damaged blocks and not the rest,
//! and so that no header makes us hold more than [`EXTENSION`] bytes.

mod header;
mod sparse;

use super::{
    self as format, Claim, Format, Head, Member, Sink,
    packed::{Body, Source},
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use ::tar::{EntryType, Header};
use header::Extensions;
use std::io::{self, BufRead, Read};

/// Headers and the padding of bodies come in blocks of this many bytes.
const BLOCK: usize = 512;

/// A long name or a set of pax records is at most so many bytes; a longer one is damage or an attack.
const EXTENSION: u64 = 1 << 20;

/// Archives of `tar`, `pax`, `star`, `bsdtar`.
pub struct Tar;

impl Format for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    /// The checksum of the first header decides: old archives have no magic number.
    fn claim(&self, head: &Head<'_>) -> Claim {
        match head.bytes.first_chunk::<BLOCK>() {
            Some(block) if header::is_valid(block) => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut walk = Walk { source: Source::new(input), extensions: Extensions::default(), end: End::Missing };
        // An error here is one of the reader we were given: already known to its owner.
        while let Ok(true) = walk.step(sink) {}
    }
}

/// Where the reading of an archive stands.
struct Walk<'a> {
    source: Source<'a>,
    /// What extension headers said about the next member.
    extensions: Extensions,
    end: End,
}

/// What is known of the end of the archive, if it were here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing marks it: the archive is cut off.
    Missing,
    /// A block of zeros marks it.
    Marked,
    /// That it is cut off was told with its last member.
    Told,
}

impl Walk<'_> {
    /// Reads one header and what belongs to it; `false` at the end.
    fn step(&mut self, sink: &mut dyn Sink) -> io::Result<bool> {
        let next = self.source.peek(BLOCK)?;
        let Some(block) = next.first_chunk::<BLOCK>() else {
            if self.end == End::Marked && next.iter().any(|byte| *byte != 0) {
                self.trailing(sink);
            } else if !next.iter().all(|byte| *byte == 0) {
                sink.problem(Problem::new(Category::Truncated, "the archive ends inside a header").not_examined(next.len() as u64));
            } else if self.end == End::Missing {
                sink.problem(Problem::new(Category::Truncated, "the archive ends without its end mark"));
            }
            return Ok(false);
        };
        if block.iter().all(|byte| *byte == 0) {
            // Archives are appended to each other, so the end mark is not the end.
            self.source.consume(BLOCK);
            self.end = End::Marked;
            return Ok(true);
        }
        if !header::is_valid(block) {
            if self.end == End::Marked {
                self.trailing(sink);
                return Ok(false);
            }
            return self.resynchronise(sink);
        }
        self.end = End::Missing;
        let header = Header::from_byte_slice(block).clone();
        self.source.consume(BLOCK);
        self.entry(&header, sink)?;
        Ok(true)
    }

    /// What stands behind the end mark is no part of the archive, and still part of the leak.
    fn trailing(&mut self, sink: &mut dyn Sink) {
        sink.item(Member { name: b"trailing", step: false, size: None, packed: None, content: Input::Stream(&mut self.source) });
    }

    /// Skips blocks until one is a header.
    fn resynchronise(&mut self, sink: &mut dyn Sink) -> io::Result<bool> {
        let from = self.source.position();
        self.extensions = Extensions::default();
        let found = loop {
            match self.source.peek(BLOCK)?.first_chunk::<BLOCK>() {
                Some(block) if header::is_valid(block) => break true,
                Some(_) => self.source.consume(BLOCK),
                None => break false,
            }
        };
        let lost = self.source.position() - from;
        sink.problem(Problem::new(Category::Corrupt, "blocks that are no header stand between members").not_examined(lost));
        self.end = if found { End::Missing } else { End::Told };
        Ok(true)
    }

    fn entry(&mut self, header: &Header, sink: &mut dyn Sink) -> io::Result<()> {
        let size = self.extensions.size().or_else(|| header.entry_size().ok()).unwrap_or(0);
        let kind = header.entry_type();
        if header::is_extension(kind) {
            return self.extension(kind, header.entry_size().unwrap_or(0), sink);
        }
        let extensions = std::mem::take(&mut self.extensions);
        let name = extensions.name().unwrap_or_else(|| header.path_bytes().into_owned());
        if kind.is_hard_link() || kind.is_symlink() {
            let target = extensions.target().or_else(|| header.link_name_bytes().map(|target| target.into_owned()));
            format::link(&name, &target.unwrap_or_default(), sink);
            return if kind.is_hard_link() { self.pass_claimed(size) } else { Ok(()) };
        }
        if let Some(problem) = header::special(kind) {
            sink.unread(&name, None, problem);
            return Ok(());
        }
        // Directories, and what only other programs of their kind understand: volume labels, lists of names, access rights.
        if kind.is_dir() || name.ends_with(b"/") || matches!(kind.as_byte(), b'D' | b'V' | b'N' | b'A') {
            return self.pass_claimed(size);
        }
        let map = if kind.is_gnu_sparse() {
            sparse::from_header(header, &mut self.source)?
        } else {
            extensions.sparse(size, &mut self.source)?
        };
        match map {
            Some(map) => self.sparse_member(&name, size, map, sink),
            None => self.member(&name, size, sink),
        }
    }

    fn member(&mut self, name: &[u8], size: u64, sink: &mut dyn Sink) -> io::Result<()> {
        let (step, packed) = (true, Some(size));
        if let Some(bytes) = self.source.whole_slice(size) {
            sink.item(Member { name, step, size: packed, packed, content: Input::Whole(bytes) });
            return self.pass(size);
        }
        let mut body = Body::new(&mut self.source, size);
        sink.item(Member { name, step, size: packed, packed, content: Input::Stream(&mut body) });
        let left = body.left();
        self.pass_rest(size, left)
    }

    fn sparse_member(&mut self, name: &[u8], size: u64, map: sparse::Map, sink: &mut dyn Sink) -> io::Result<()> {
        let stored = size.saturating_sub(map.in_body());
        let mut body = Body::new(&mut self.source, stored);
        let real = map.real_size();
        let mut content = sparse::Expand::new(map, &mut body);
        let packed = Some(stored.saturating_add(sink.budget().holes(real.saturating_sub(stored))));
        sink.item(Member { name, step: true, size: Some(real), packed, content: Input::Stream(&mut content) });
        let left = body.left();
        self.pass_rest(size, left)
    }

    /// Reads an extension header's body into what is known of the next member.
    fn extension(&mut self, kind: EntryType, size: u64, sink: &mut dyn Sink) -> io::Result<()> {
        if size > EXTENSION {
            sink.problem(Problem::new(Category::Limit, "a name or attribute longer than 1 MiB").not_examined(size));
            return self.pass(size);
        }
        let mut bytes = Vec::new();
        let mut body = Body::new(&mut self.source, size);
        let complete = body.read_to_end(&mut bytes).is_ok();
        let left = body.left();
        if complete {
            self.extensions.add(kind, bytes);
        }
        self.pass_rest(size, left)
    }

    /// Passes a body, unless a header stands where it should be: old archives give a hard link
    /// the size of its target, and a directory any size, without a body.
    fn pass_claimed(&mut self, size: u64) -> io::Result<()> {
        let next = self.source.peek(BLOCK)?;
        let is_next = next.first_chunk::<BLOCK>().is_none_or(|block| header::is_valid(block) || block.iter().all(|byte| *byte == 0));
        if is_next { Ok(()) } else { self.pass(size) }
    }

    /// Passes a body and its padding.
    fn pass(&mut self, size: u64) -> io::Result<()> {
        self.pass_rest(size, size)
    }

    /// Passes what is left of a body of this size, and its padding.
    fn pass_rest(&mut self, size: u64, left: u64) -> io::Result<()> {
        let padding = size.checked_next_multiple_of(BLOCK as u64).map_or(0, |padded| padded - size);
        let skipped = self.source.skip(left.saturating_add(padding))?;
        if skipped < left {
            self.end = End::Told;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
