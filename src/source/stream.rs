//! What a format reads from: bytes that are all there, or bytes that come.
//!
//! Readers of long line- or row-based files ask for blocks, so that a mapped file (blocks are
//! slices of it) and a member of an archive (blocks are filled from the decoder) take the
//! same path and memory is bounded by the block, whatever the item's size.

use std::io::{self, Read};

/// Blocks are about this long; a record longer than a block grows it up to [`MAX_BLOCK`].
pub const BLOCK: usize = 8 << 20;

/// No record is longer than this; a longer one is cut and reported.
pub const MAX_BLOCK: usize = 1 << 30;

/// The bytes of an item.
pub enum Input<'a> {
    /// All of them, mapped or in memory.
    Whole(&'a [u8]),
    /// They come from a decoder, once, front to back.
    Stream(&'a mut dyn Read),
}

impl<'a> Input<'a> {
    /// All bytes in memory, at most `limit`. `Err` is the reader's error, or
    /// [`io::ErrorKind::FileTooLarge`] when there are more; what came before is returned with it.
    pub fn into_whole(self, limit: usize) -> (std::borrow::Cow<'a, [u8]>, Option<io::Error>) {
        match self {
            Input::Whole(bytes) => (bytes.into(), None),
            Input::Stream(reader) => {
                let mut bytes = Vec::new();
                let error = match reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
                    Ok(_) if bytes.len() > limit => {
                        bytes.truncate(limit);
                        Some(io::Error::new(io::ErrorKind::FileTooLarge, "larger than the limit for one item in memory"))
                    }
                    Ok(_) => None,
                    Err(error) => Some(error),
                };
                (bytes.into(), error)
            }
        }
    }

    /// Blocks that end where `boundary` says.
    pub fn blocks(self) -> Blocks<'a> {
        Blocks { input: self, before: &[], buffer: Vec::new(), carry: 0, filled: 0, offset: 0, done: false, error: None, size: BLOCK }
    }
}

/// One block of an item.
#[derive(Debug, PartialEq, Eq)]
pub struct Block<'b> {
    pub bytes: &'b [u8],
    /// Where the block starts in the item.
    pub offset: u64,
    /// Nothing comes after it.
    pub last: bool,
}

/// Hands out an item block by block.
pub struct Blocks<'a> {
    input: Input<'a>,
    /// Bytes to read as if they stood before a whole; empty for a stream.
    before: &'a [u8],
    /// What of a stream was read and is not yet handed out; of a whole, what lies about the seam with the bytes before it.
    buffer: Vec<u8>,
    /// Where the next block starts: in the buffer (stream), or in the whole with the bytes before it.
    carry: usize,
    filled: usize,
    offset: u64,
    done: bool,
    error: Option<io::Error>,
    size: usize,
}

/// How much of a whole is copied at first to stand behind the bytes before it.
const SEAM: usize = 64 << 10;

impl<'a> Blocks<'a> {
    /// Blocks of bytes that are all there, behind others that are to be read first. What comes after the first few is not copied.
    pub fn joined(before: &'a [u8], whole: &'a [u8]) -> Blocks<'a> {
        Blocks { before, ..Input::Whole(whole).blocks() }
    }

    /// Sets the block size (tests, and readers that want small ones).
    #[must_use]
    pub fn with_size(mut self, size: usize) -> Self {
        self.size = size.max(1);
        self
    }

    /// The error that ended a stream early, if one did.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// The next block. `boundary(bytes)` returns how many of the leading bytes may be handed
    /// out, at the end of a record; `None` when they hold no end of a record, which makes the
    /// block grow. The last block is handed out whatever it ends with.
    pub fn next(&mut self, mut boundary: impl FnMut(&[u8]) -> Option<usize>) -> Option<Block<'_>> {
        if self.done {
            return None;
        }
        let mut want = if self.carry < self.before.len() { self.size.min(self.before.len() - self.carry + SEAM) } else { self.size };
        loop {
            let available = self.available(want);
            let whole_rest = available < want;
            if whole_rest {
                self.done = true;
                if available == 0 {
                    return None;
                }
                return Some(self.hand_out(available, true));
            }
            if let Some(length) = boundary(self.peek(available)).filter(|length| *length > 0) {
                return Some(self.hand_out(length.min(available), false));
            }
            if want >= MAX_BLOCK {
                return Some(self.hand_out(available, false));
            }
            want *= 2;
        }
    }

    /// How many bytes, up to `want`, can be looked at.
    fn available(&mut self, want: usize) -> usize {
        match &mut self.input {
            Input::Whole(bytes) => {
                if let Some(before) = self.before.get(self.carry..).filter(|before| !before.is_empty()) {
                    let behind = want.saturating_sub(before.len()).min(bytes.len());
                    self.buffer.clear();
                    self.buffer.extend_from_slice(before);
                    self.buffer.extend_from_slice(&bytes[..behind]);
                }
                (self.before.len() + bytes.len() - self.carry).min(want)
            }
            Input::Stream(reader) => {
                if self.carry > 0 {
                    self.buffer.copy_within(self.carry..self.filled, 0);
                    self.filled -= self.carry;
                    self.carry = 0;
                }
                if self.buffer.len() < want {
                    self.buffer.resize(want, 0);
                }
                while self.filled < want && self.error.is_none() {
                    match reader.read(&mut self.buffer[self.filled..want]) {
                        Ok(0) => break,
                        Ok(read) => self.filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => self.error = Some(error),
                    }
                }
                self.filled.min(want)
            }
        }
    }

    /// The bytes from where the next block starts; that many are available.
    fn peek(&self, length: usize) -> &[u8] {
        self.bytes(self.carry, length)
    }

    fn bytes(&self, start: usize, length: usize) -> &[u8] {
        match &self.input {
            Input::Whole(bytes) => match start.checked_sub(self.before.len()) {
                Some(start) => &bytes[start..start + length],
                None => &self.buffer[..length],
            },
            Input::Stream(_) => &self.buffer[start..start + length],
        }
    }

    fn hand_out(&mut self, length: usize, last: bool) -> Block<'_> {
        let start = self.carry;
        let offset = self.offset;
        self.carry += length;
        self.offset += length as u64;
        let last = last || matches!(&self.input, Input::Whole(bytes) if self.carry == self.before.len() + bytes.len());
        self.done |= last;
        Block { bytes: self.bytes(start, length), offset, last }
    }
}

/// The boundary after the last line feed: right for everything that is made of lines.
pub fn after_last_line(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(mut blocks: Blocks<'_>) -> Vec<(u64, Vec<u8>, bool)> {
        let mut all = Vec::new();
        while let Some(block) = blocks.next(after_last_line) {
            all.push((block.offset, block.bytes.to_vec(), block.last));
        }
        all
    }

    #[test]
    fn whole_and_stream_hand_out_the_same_bytes() {
        let bytes = b"one\ntwo\na very long line that does not fit\nlast".as_slice();
        for size in 1..60 {
            let whole = collect(Input::Whole(bytes).blocks().with_size(size));
            let mut reader = bytes;
            let stream = collect(Input::Stream(&mut reader).blocks().with_size(size));
            let joined = (0..=bytes.len()).map(|seam| collect(Blocks::joined(&bytes[..seam], &bytes[seam..]).with_size(size)));
            for blocks in [whole, stream].into_iter().chain(joined) {
                let joined: Vec<u8> = blocks.iter().flat_map(|block| block.1.clone()).collect();
                assert_eq!(joined, bytes);
                assert!(blocks.iter().rev().skip(1).all(|block| block.1.ends_with(b"\n") && !block.2));
            }
        }
    }
}
