//! Drives a tokenizer over an item block by block, and opens items whatever their charset.

use super::{HEAD, charset, charset::Charset};
use crate::{
    base::{Category, Problem},
    source::{Input, stream::Blocks},
};
use std::io::{self, Read};

/// Rows are taken from blocks of about this size: gone over several times, they stay in the cache of a core.
pub(super) const STEP: usize = 1 << 20;

/// Feeds `take(bytes, offset, last)` until the item ends. `take` works off the whole records at
/// the front of `bytes` and returns their length; 0 asks for more bytes. With `last` set there
/// are no more (or the record is longer than any block may be): it must make do with `bytes`.
pub(super) fn feed(mut blocks: Blocks<'_>, mut take: impl FnMut(&[u8], u64, bool) -> usize) -> Option<io::Error> {
    let mut offset = 0;
    loop {
        let mut taken = None;
        let block = blocks.next(|bytes| {
            taken = Some(take(bytes, offset, false)).filter(|length| *length > 0);
            taken
        });
        let Some(block) = block else {
            take(&[], offset, true);
            break;
        };
        let last = block.last;
        let end = block.offset + block.bytes.len() as u64;
        if taken.is_none() {
            take(block.bytes, offset, true);
        } else if last {
            take(&[], end, true);
        }
        offset = end;
        if last {
            break;
        }
    }
    blocks.take_error()
}

/// An item ready for a tokenizer of UTF-8.
pub(super) struct Opened<'h, 'i> {
    /// The first bytes, in UTF-8 when `recoded`, else as they are.
    pub(super) head: &'h [u8],
    /// Whether these are all the bytes there are.
    pub(super) whole: bool,
    pub(super) blocks: Blocks<'i>,
    /// What `head` and `blocks` are, and what stretches are that are not UTF-8.
    pub(super) charset: Charset,
    /// The bytes run through a decoder, so that offsets in it are not offsets in the item.
    pub(super) recoded: bool,
}

/// Looks at the head of an item, puts a decoder before it if its charset does not let ASCII bytes
/// stand for themselves (UTF-16 and such), and lets `then` read it.
pub(super) fn open<T>(input: Input<'_>, then: impl FnOnce(Opened<'_, '_>) -> T) -> T {
    let mut buffer = Vec::new();
    let mut broken = Broken(None);
    let (head, whole, input): (&[u8], bool, _) = match input {
        Input::Whole(bytes) => (bytes.get(..HEAD).unwrap_or(bytes), bytes.len() <= HEAD, Input::Whole(bytes)),
        Input::Stream(reader) => {
            broken.0 = reader.take(HEAD as u64).read_to_end(&mut buffer).err();
            (&buffer, buffer.len() < HEAD, Input::Stream(reader))
        }
    };
    let charset = Charset::of(head);
    let mut chained;
    let input = match input {
        Input::Stream(reader) => {
            chained = head.chain(broken).chain(reader);
            Input::Stream(&mut chained)
        }
        mapped => mapped,
    };
    if charset.splits_as_bytes() {
        return then(Opened { head, whole, blocks: input.blocks().with_size(STEP), charset, recoded: false });
    }
    let (utf8, _) = charset.encoding.decode_with_bom_removal(head);
    let mut bytes: &[u8];
    let reader: &mut dyn Read = match input {
        Input::Whole(all) => {
            bytes = all;
            &mut bytes
        }
        Input::Stream(reader) => reader,
    };
    let mut decoded = charset::Decoded::new(reader, charset.encoding);
    let blocks = Input::Stream(&mut decoded).blocks().with_size(STEP);
    then(Opened { head: utf8.as_bytes(), whole, blocks, charset, recoded: true })
}

/// [`open`] for a part of a mapped file, whose bytes are read behind its preamble. What is planned lets ASCII stand for itself.
pub(super) fn open_part<T>(preamble: &[u8], bytes: &[u8], then: impl FnOnce(Opened<'_, '_>) -> T) -> T {
    let behind = &bytes[..bytes.len().min(HEAD.saturating_sub(preamble.len()))];
    let head = [&preamble[..preamble.len().min(HEAD)], behind].concat();
    let whole = preamble.len() + bytes.len() <= HEAD;
    then(Opened {
        head: &head,
        whole,
        blocks: Blocks::joined(preamble, bytes).with_size(STEP),
        charset: Charset::of(&head),
        recoded: false,
    })
}

/// Gives the error that the head ended with, once, in its place.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// What to report when the item's stream broke off.
pub(super) fn broken_stream(error: &io::Error) -> Problem {
    let category = match error.kind() {
        io::ErrorKind::UnexpectedEof => Category::Truncated,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Category::Corrupt,
        io::ErrorKind::FileTooLarge => Category::Limit,
        _ => Category::Io,
    };
    Problem::new(category, format!("the bytes end early: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_taken_once_whatever_the_block_size() {
        let bytes = b"one\ntwo\na very long line that does not fit\nlast".as_slice();
        for size in 1..60 {
            let mut seen = Vec::new();
            let mut reader = bytes;
            for input in [Input::Whole(bytes), Input::Stream(&mut reader)] {
                seen.clear();
                feed(input.blocks().with_size(size), |bytes, offset, last| {
                    assert_eq!(offset, seen.len() as u64);
                    let length = if last { bytes.len() } else { memchr::memchr(b'\n', bytes).map_or(0, |at| at + 1) };
                    seen.extend_from_slice(&bytes[..length]);
                    length
                });
                assert_eq!(seen, bytes);
            }
        }
    }

    #[test]
    fn an_error_in_the_head_is_not_lost() {
        let mut failing = b"a,b\n".chain(Broken(Some(io::ErrorKind::InvalidData.into())));
        open(Input::Stream(&mut failing), |opened| {
            assert_eq!(opened.head, b"a,b\n");
            let mut blocks = opened.blocks;
            assert_eq!(blocks.next(|_| None).map(|block| block.bytes.to_vec()), Some(b"a,b\n".to_vec()));
            let error = blocks.take_error();
            assert_eq!(error.map(|error| error.kind()), Some(io::ErrorKind::InvalidData));
        });
    }

    #[test]
    fn utf16_is_read_as_utf8() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("größe;naïve\n".encode_utf16().flat_map(u16::to_le_bytes));
        open(Input::Whole(&bytes), |opened| {
            assert_eq!(opened.head, "größe;naïve\n".as_bytes());
            let mut blocks = opened.blocks;
            assert_eq!(blocks.next(|_| None).map(|block| block.bytes.to_vec()), Some("größe;naïve\n".as_bytes().to_vec()));
            assert!(blocks.take_error().is_none());
        });
    }
}
