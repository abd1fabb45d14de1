//! What gzip, bzip2, xz and zstd share: one packed stream, or several one after the other,
//! that unpack to a single member.

use super::{Member, Sink};
use crate::source::Input;
use std::io::{self, BufRead, Read};

/// How many bytes are taken from a stream at a time.
const BUFFER: usize = 64 << 10;

/// Bytes of an item front to back, with a look ahead.
pub(super) struct Source<'a> {
    input: Input<'a>,
    /// Bytes taken from a stream and not yet consumed are at `start..end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
    /// An error that came behind the bytes in the buffer.
    error: Option<io::Error>,
}

impl<'a> Source<'a> {
    pub(super) fn new(input: Input<'a>) -> Source<'a> {
        Source { input, buffer: Vec::new(), start: 0, end: 0, position: 0, error: None }
    }

    /// How many bytes were consumed so far.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// The next bytes without consuming them: at least `want` (at most 64 KiB) unless the end or an error comes first.
    pub(super) fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        if let Input::Stream(reader) = &mut self.input {
            let want = want.min(BUFFER);
            if self.end - self.start < want {
                self.buffer.resize(BUFFER, 0);
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
                while self.end < want && self.error.is_none() {
                    match reader.read(&mut self.buffer[self.end..]) {
                        Ok(0) => break,
                        Ok(read) => self.end += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => self.error = Some(error),
                    }
                }
                if let Some(error) = self.error.as_ref().filter(|_| self.end == 0) {
                    return Err(io::Error::new(error.kind(), error.to_string()));
                }
            }
        }
        Ok(match &self.input {
            Input::Whole(rest) => rest,
            Input::Stream(_) => &self.buffer[self.start..self.end],
        })
    }

    /// Consumes exactly `length` bytes if that many are left, and says how many there were.
    pub(super) fn skip(&mut self, length: u64) -> io::Result<u64> {
        let mut skipped = 0;
        while skipped < length {
            let available = self.fill_buf()?.len();
            if available == 0 {
                break;
            }
            let step = usize::try_from(length - skipped).map_or(available, |left| left.min(available));
            self.consume(step);
            skipped += step as u64;
        }
        Ok(skipped)
    }

    /// The next `length` bytes, when the item is all there and has so many left.
    pub(super) fn whole_slice(&self, length: u64) -> Option<&'a [u8]> {
        match self.input {
            Input::Whole(rest) => rest.get(..usize::try_from(length).ok()?),
            Input::Stream(_) => None,
        }
    }

    /// Consumes zero bytes; `false` when nothing else is left.
    pub(super) fn skip_zeros(&mut self) -> io::Result<bool> {
        loop {
            let next = self.fill_buf()?;
            if next.is_empty() {
                return Ok(false);
            }
            let (zeros, length) = (next.iter().take_while(|byte| **byte == 0).count(), next.len());
            self.consume(zeros);
            if zeros < length {
                return Ok(true);
            }
        }
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, amount: usize) {
        self.position += amount as u64;
        match &mut self.input {
            Input::Whole(rest) => *rest = rest.get(amount..).unwrap_or_default(),
            Input::Stream(_) => self.start = (self.start + amount).min(self.end),
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// The next bytes of a source, so many as a header says; fewer is an error.
pub(super) struct Body<'s, 'a> {
    source: &'s mut Source<'a>,
    left: u64,
}

impl<'s, 'a> Body<'s, 'a> {
    pub(super) const fn new(source: &'s mut Source<'a>, length: u64) -> Body<'s, 'a> {
        Body { source, left: length }
    }

    /// How many bytes were not read.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}

impl BufRead for Body<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let available = self.source.fill_buf()?;
        if available.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the container ends inside this member"));
        }
        let length = usize::try_from(self.left).map_or(available.len(), |left| left.min(available.len()));
        Ok(&available[..length])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.source.consume(amount);
    }
}

impl Read for Body<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// A way of packing one stream.
pub(super) trait Codec {
    type Decoder<'a>: Read;

    /// Whether a packed stream begins with these bytes.
    fn begins(head: &[u8]) -> bool;

    /// A decoder of the one stream that begins here.
    fn open(source: Source<'_>) -> io::Result<Self::Decoder<'_>>;

    /// The bytes behind the stream, once the decoder has come to its end.
    fn close(decoder: Self::Decoder<'_>) -> Source<'_>;

    /// The name the stream gives to what it holds; empty when it gives none.
    fn name(decoder: &Self::Decoder<'_>) -> Vec<u8> {
        let _ = decoder;
        Vec::new()
    }
}

/// Packed streams one after the other, unpacked as one.
struct Streams<'a, C: Codec>(State<'a, C>);

enum State<'a, C: Codec> {
    Within(C::Decoder<'a>),
    /// Could not be opened; told at the first read.
    Failed(io::Error),
    /// All streams are read; what comes behind them.
    Ended(Source<'a>),
    /// An error was told.
    Broken,
}

impl<'a, C: Codec> Streams<'a, C> {
    fn open(source: Source<'a>) -> Streams<'a, C> {
        Streams(C::open(source).map_or_else(State::Failed, State::Within))
    }
}

impl<C: Codec> Read for Streams<'_, C> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.0, State::Broken) {
                State::Within(mut decoder) => {
                    let read = decoder.read(into)?;
                    if read > 0 {
                        self.0 = State::Within(decoder);
                        return Ok(read);
                    }
                    let mut source = C::close(decoder);
                    if source.peek(8).is_ok_and(C::begins) {
                        *self = Streams::open(source);
                    } else {
                        self.0 = State::Ended(source);
                    }
                }
                State::Failed(error) => return Err(error),
                State::Ended(source) => {
                    self.0 = State::Ended(source);
                    return Ok(0);
                }
                State::Broken => return Ok(0),
            }
        }
    }
}

/// Reads an item of packed streams: one member of all of them, and one more of what is
/// behind them, unless that is padding of zeros.
pub(super) fn read_streams<C: Codec>(input: Input<'_>, sink: &mut dyn Sink) {
    let packed = match &input {
        Input::Whole(bytes) => Some(bytes.len() as u64),
        Input::Stream(_) => None,
    };
    let mut streams = Streams::<C>::open(Source::new(input));
    let name = match &streams.0 {
        State::Within(decoder) => C::name(decoder),
        _ => Vec::new(),
    };
    sink.item(Member { name: &name, step: true, size: None, packed, content: Input::Stream(&mut streams) });
    if let State::Ended(mut rest) = streams.0
        && rest.skip_zeros().unwrap_or(false)
    {
        sink.item(Member { name: b"trailing", step: false, size: None, packed: None, content: Input::Stream(&mut rest) });
    }
}
