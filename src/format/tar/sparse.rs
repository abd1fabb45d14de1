//! Sparse members of a tar archive: only the pieces that are not zero are in the archive.

use super::{BLOCK, Source, header::decimal};
use std::io::{self, BufRead, Read};
use tar::{GnuExtSparseHeader, GnuSparseHeader, Header};

/// A file of more pieces than this is cut: each piece is claimed by a few bytes.
const PIECES: usize = 1 << 20;

/// Where the pieces go.
#[derive(Debug, Default)]
pub(super) struct Map {
    real_size: u64,
    /// (offset in the file, length), rising.
    pieces: Vec<(u64, u64)>,
    /// How many bytes of the body the map itself took.
    in_body: u64,
}

impl Map {
    /// A map of offsets and lengths by turns. Pieces out of order are dropped.
    pub(super) fn new(real_size: u64, numbers: &[u64], in_body: u64) -> Map {
        let mut map = Map { real_size, pieces: Vec::new(), in_body };
        for pair in numbers.as_chunks::<2>().0 {
            map.push(pair[0], pair[1]);
        }
        map
    }

    fn push(&mut self, offset: u64, length: u64) {
        let end = self.pieces.last().map_or(0, |piece| piece.0 + piece.1);
        if length > 0 && offset >= end && offset.checked_add(length).is_some_and(|end| end <= self.real_size) && self.pieces.len() < PIECES
        {
            self.pieces.push((offset, length));
        }
    }

    /// The size of the file with its holes.
    pub(super) const fn real_size(&self) -> u64 {
        self.real_size
    }

    /// How many bytes of the body the map itself took.
    pub(super) const fn in_body(&self) -> u64 {
        self.in_body
    }
}

/// The map of an old GNU sparse header: four pieces in the header and 21 in each block that follows it.
pub(super) fn from_header(header: &Header, source: &mut Source<'_>) -> io::Result<Option<Map>> {
    let Some(gnu) = header.as_gnu() else { return Ok(None) };
    let mut map = Map { real_size: gnu.real_size().unwrap_or(0), ..Map::default() };
    let add = |map: &mut Map, piece: &GnuSparseHeader| {
        if let (false, Ok(offset), Ok(length)) = (piece.is_empty(), piece.offset(), piece.length()) {
            map.push(offset, length);
        }
    };
    gnu.sparse.iter().for_each(|piece| add(&mut map, piece));
    let mut more = gnu.is_extended();
    while more {
        let Some(block) = source.peek(BLOCK)?.first_chunk::<BLOCK>().copied() else { break };
        source.consume(BLOCK);
        let mut extension = GnuExtSparseHeader::new();
        extension.as_mut_bytes().copy_from_slice(&block);
        extension.sparse().iter().for_each(|piece| add(&mut map, piece));
        more = extension.is_extended();
    }
    Ok(Some(map))
}

/// The map at the start of a body (pax format 1.0): decimal lines, how many pieces and then
/// offset and length of each, padded to a block.
pub(super) fn from_body(source: &mut Source<'_>, body: u64, real_size: u64) -> io::Result<Map> {
    let start = source.position();
    let mut numbers = Vec::new();
    let mut line = Vec::new();
    let mut wanted = 1;
    while numbers.len() < wanted && source.position() - start < body {
        let Some(byte) = source.fill_buf()?.first().copied() else { break };
        source.consume(1);
        if byte != b'\n' {
            line.push(byte);
        } else {
            let Some(number) = decimal(&line) else { break };
            if numbers.is_empty() {
                wanted = usize::try_from(number).map_or(usize::MAX, |pieces| pieces.min(PIECES) * 2 + 1);
            }
            numbers.push(number);
            line.clear();
        }
        if line.len() > 20 {
            break;
        }
    }
    let read = source.position() - start;
    let in_body = read.next_multiple_of(BLOCK as u64).min(body.max(read));
    source.skip(in_body - read)?;
    Ok(Map::new(real_size, numbers.get(1..).unwrap_or_default(), in_body))
}

/// The whole file: pieces from the body, zeros between them.
pub(super) struct Expand<R> {
    map: Map,
    /// The piece to come or under way, and where in the file we are.
    piece: usize,
    position: u64,
    body: R,
}

impl<R> Expand<R> {
    pub(super) const fn new(map: Map, body: R) -> Expand<R> {
        Expand { map, piece: 0, position: 0, body }
    }
}

impl<R: Read> Read for Expand<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (start, length) = self.map.pieces.get(self.piece).copied().unwrap_or((self.map.real_size, 0));
        let in_hole = self.position < start;
        let left = if in_hole { start - self.position } else { start + length - self.position };
        let step = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
        let into = &mut into[..step];
        let done = if in_hole {
            into.fill(0);
            step
        } else {
            self.body.read(into)?
        };
        self.position += done as u64;
        if !in_hole && self.position >= start + length {
            self.piece += 1;
        }
        Ok(done)
    }
}
