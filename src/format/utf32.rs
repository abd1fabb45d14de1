//! Text in UTF-32: an item whose only part is the same text in UTF-8, read as whatever that is.

use super::{Claim, Format, Head, Member, Sink};
use crate::source::Input;
use std::io::{self, BufRead, BufReader, Read};

/// Looked at where no mark tells the order of bytes.
const SAMPLE: usize = 1024;

/// Text of four bytes a character.
pub struct Utf32;

/// Whether these first bytes are such text, and whether the high byte comes first.
fn order(head: &[u8]) -> Option<bool> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] => return Some(false),
        [0, 0, 0xFE, 0xFF, ..] => return Some(true),
        _ => {}
    }
    let (units, _) = head.get(..SAMPLE).unwrap_or(head).as_chunks::<4>();
    let is_text = |high: bool| {
        units.iter().all(|unit| {
            let number = if high { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
            char::from_u32(number).is_some_and(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
        })
    };
    (units.len() >= 8).then(|| [false, true].into_iter().find(|high| is_text(*high))).flatten()
}

impl Format for Utf32 {
    fn name(&self) -> &'static str {
        "utf-32"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if order(head.bytes).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut whole;
        let reader: &mut dyn Read = match input {
            Input::Whole(bytes) => {
                whole = bytes;
                &mut whole
            }
            Input::Stream(reader) => reader,
        };
        let mut from = BufReader::with_capacity(64 << 10, reader);
        let is_high = from.fill_buf().ok().and_then(order).unwrap_or(false);
        let mut content = Narrow { from, is_high, is_first: true, text: Vec::new(), at: 0 };
        sink.item(Member { name: b"", step: true, size: None, packed: None, content: Input::Stream(&mut content) });
    }
}

/// The text in UTF-8, without its mark.
struct Narrow<'r> {
    from: BufReader<&'r mut dyn Read>,
    is_high: bool,
    is_first: bool,
    text: Vec<u8>,
    at: usize,
}

impl Narrow<'_> {
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        let mut units = Vec::new();
        Read::take(&mut self.from, 32 << 10).read_to_end(&mut units)?;
        for unit in units.as_chunks::<4>().0 {
            let number = if self.is_high { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
            let is_mark = std::mem::take(&mut self.is_first) && number == 0xFEFF;
            if !is_mark {
                let mut bytes = [0; 4];
                let c = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.text.extend_from_slice(c.encode_utf8(&mut bytes).as_bytes());
            }
        }
        if !units.len().is_multiple_of(4) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "ends inside a character"));
        }
        Ok(())
    }
}

impl Read for Narrow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.text.len() {
            let ended = self.fill();
            // What came before the end is handed on first.
            if self.text.is_empty() {
                ended?;
            }
        }
        let read = self.text.get(self.at..).unwrap_or_default().read(into)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, unfold::unfold};

    #[test]
    fn text_of_either_order_is_read_with_or_without_its_mark() {
        let text = "name,mail\nRené,rene@example.org\nZoë,zoe@example.org\n";
        for mark in ["", "\u{FEFF}"] {
            let chars = || mark.chars().chain(text.chars());
            let low: Vec<u8> = chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let high: Vec<u8> = chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            for bytes in [low, high] {
                let found = unfold("a.csv", &bytes);
                assert_eq!(found.problems(), []);
                assert_eq!(found.items_below()[0].1, text.as_bytes());
                survives(&Utf32, &bytes);
            }
        }
        assert_eq!(order(b"\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05\0\0\0\x06\0\0\0\x07\0\0\0\x08"), None);
    }
}
