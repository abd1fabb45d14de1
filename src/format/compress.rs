//! `.Z`, the LZW of Unix `compress`: one stream, unpacked as one member.

use super::{Claim, Format, Head, Member, Sink, packed::Source};
use crate::source::Input;
use std::io::{self, BufRead, Read};

/// How a stream begins; the third byte holds the longest code and the mode.
const MAGIC: &[u8] = b"\x1F\x9D";
/// In block mode this code empties the table.
const CLEAR: u16 = 256;

/// Files of `compress`.
pub struct Compress;

impl Format for Compress {
    fn name(&self) -> &'static str {
        "compress"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        match head.bytes {
            [0x1F, 0x9D, mode, ..] if (9..=16).contains(&(mode & 0x1F)) && mode & 0x60 == 0 => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let packed = match &input {
            Input::Whole(bytes) => Some(bytes.len() as u64),
            Input::Stream(_) => None,
        };
        match Decoder::open(Source::new(input)) {
            Ok(mut content) => sink.item(Member { name: b"", step: true, size: None, packed, content: Input::Stream(&mut content) }),
            Err(error) => sink.unread(b"", None, super::read_problem(&error)),
        }
    }
}

/// Unpacks a stream. Codes begin at 9 bits and grow as the table fills.
struct Decoder<'a> {
    source: Source<'a>,
    bits: u32,
    held: u32,
    /// Bytes taken since the table was emptied or codes grew: codes travel in groups of eight,
    /// and what is left of a group is passed over when the table is emptied.
    in_section: u32,
    width: u32,
    widest: u32,
    has_clear: bool,
    /// A code's string is that of its prefix and one more byte.
    prefix: Vec<u16>,
    suffix: Vec<u8>,
    previous: Option<u16>,
    first: u8,
    /// The string of the last code, last byte first.
    stack: Vec<u8>,
}

impl<'a> Decoder<'a> {
    fn open(mut source: Source<'a>) -> io::Result<Decoder<'a>> {
        let mode = match source.peek(3)? {
            [a, b, mode, ..] if [*a, *b] == MAGIC => *mode,
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let widest = u32::from(mode & 0x1F);
        if !(9..=16).contains(&widest) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "codes of an impossible length"));
        }
        source.consume(3);
        let has_clear = mode & 0x80 != 0;
        let mut decoder = Decoder {
            source,
            bits: 0,
            held: 0,
            in_section: 0,
            width: 9,
            widest,
            has_clear,
            prefix: Vec::new(),
            suffix: Vec::new(),
            previous: None,
            first: 0,
            stack: Vec::new(),
        };
        decoder.empty();
        Ok(decoder)
    }

    fn empty(&mut self) {
        let codes = 256 + usize::from(self.has_clear);
        self.prefix.clear();
        self.prefix.resize(codes, 0);
        self.suffix.clear();
        self.suffix.extend((0..codes).map(|code| code as u8));
        (self.width, self.previous, self.in_section) = (9, None, 0);
    }

    /// The next code; `None` at the end.
    fn code(&mut self) -> io::Result<Option<u16>> {
        while self.held < self.width {
            let Some(byte) = self.byte()? else { return Ok(None) };
            self.bits |= u32::from(byte) << self.held;
            self.held += 8;
        }
        let code = self.bits & ((1 << self.width) - 1);
        self.bits >>= self.width;
        self.held -= self.width;
        Ok(Some(code as u16))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.source.fill_buf()?.first().copied();
        if byte.is_some() {
            self.source.consume(1);
            self.in_section += 1;
        }
        Ok(byte)
    }

    /// Passes over the rest of the group and empties the table.
    fn clear(&mut self) -> io::Result<()> {
        let left = (self.width - self.in_section % self.width) % self.width;
        self.source.skip(left.into())?;
        (self.bits, self.held) = (0, 0);
        self.empty();
        Ok(())
    }

    /// Puts the string of the next code on the stack; `false` at the end.
    fn step(&mut self) -> io::Result<bool> {
        let code = loop {
            match self.code()? {
                None => return Ok(false),
                Some(CLEAR) if self.has_clear => self.clear()?,
                Some(code) => break code,
            }
        };
        let next = self.prefix.len();
        let mut at = code;
        if usize::from(code) >= next {
            let previous = self.previous.filter(|_| usize::from(code) == next);
            let Some(previous) = previous else {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a code that was not defined"));
            };
            self.stack.push(self.first);
            at = previous;
        }
        while at >= 256 {
            self.stack.push(self.suffix[usize::from(at)]);
            at = self.prefix[usize::from(at)];
        }
        self.first = at as u8;
        self.stack.push(self.first);
        if let Some(previous) = self.previous.filter(|_| next < 1 << self.widest) {
            self.prefix.push(previous);
            self.suffix.push(self.first);
        }
        if self.prefix.len() >= 1 << self.width && self.width < self.widest {
            self.width += 1;
            self.in_section = 0;
        }
        self.previous = Some(code);
        Ok(true)
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            if self.stack.is_empty() && !self.step()? {
                break;
            }
            while let Some(byte) = self.stack.pop_if(|_| done < into.len()) {
                into[done] = byte;
                done += 1;
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfold::unfold;
    use crate::base::Category;

    /// Packs with codes of 9 bits only, emptying the table before they would grow.
    fn pack(content: &[u8]) -> Vec<u8> {
        let mut codes = Vec::new();
        for (at, byte) in content.iter().enumerate() {
            if at > 0 && at % 200 == 0 {
                codes.push(256);
                // The rest of the group of eight.
                codes.resize(codes.len().next_multiple_of(8), 0);
            }
            codes.push(u16::from(*byte));
        }
        let mut bits: Vec<bool> = codes.iter().flat_map(|code| (0..9).map(move |bit| code >> bit & 1 == 1)).collect();
        bits.resize(bits.len().next_multiple_of(8), false);
        let bytes = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
        [0x1F, 0x9D, 0x90].into_iter().chain(bytes).collect()
    }

    #[test]
    fn literal_codes_and_empty_tables_are_read() {
        let text = b"jane.doe@example.com\n".repeat(40);
        assert_eq!(unfold("a.Z", &pack(&text)).contents(), [("a.Z!/", text.as_slice())]);
    }

    #[test]
    fn a_code_for_the_string_being_made_is_read() {
        // `a`, then the code for `aa` before it is in the table.
        let packed = [0x1F, 0x9D, 0x90, 0x61, 0x02, 0x02];
        assert_eq!(unfold("a.Z", &packed).contents(), [("a.Z!/", b"aaa".as_slice())]);
    }

    #[test]
    fn an_undefined_code_is_damage() {
        let packed = [0x1F, 0x9D, 0x90, 0x61, 0xFE, 0x03];
        assert_eq!(unfold("a.Z", &packed).problems(), [("a.Z!/", Category::Corrupt)]);
    }
}
