//! Charsets: which one an item is in, a decoder to put before it, and the repair of single cells.
//!
//! Tokenizers split bytes. That is right for UTF-8 and for every charset in which the delimiters
//! are themselves and nothing else is, and it keeps cells borrowed. UTF-16 and the East Asian
//! charsets, where a delimiter's byte may be half of a letter, are decoded first.

use super::{Cell, transcode::is_plain};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// What the bytes of an item are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charset {
    /// The charset of all of it, or of those stretches that are not UTF-8.
    pub(super) encoding: &'static Encoding,
}

impl Charset {
    /// UTF-8, with stray bytes taken for Windows-1252.
    pub(super) const UTF8: Charset = Charset { encoding: WINDOWS_1252 };

    /// Judges the first bytes of an item.
    pub(super) fn of(head: &[u8]) -> Charset {
        if is_plain(head) {
            return Charset::UTF8;
        }
        match Encoding::for_bom(head) {
            Some((encoding, _)) if encoding != UTF_8 => return Charset { encoding },
            Some(_) => return Charset::UTF8,
            None => {}
        }
        if let Some(encoding) = utf16_without_bom(head) {
            return Charset { encoding };
        }
        if is_utf8(head) || mostly_utf8(head) {
            return Charset::UTF8;
        }
        let mut guess = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        guess.feed(head, false);
        let encoding = guess.guess(None, chardetng::Utf8Detection::Deny);
        Charset { encoding }
    }

    /// Whether the delimiters may be looked for in the bytes as they are.
    pub(super) fn splits_as_bytes(self) -> bool {
        self.encoding.is_single_byte()
    }

    /// Rewrites the cells that are not UTF-8 into the arena.
    pub(super) fn repair(self, cells: &mut [Cell], bytes: &[u8], arena: &mut Vec<u8>) {
        for cell in cells.iter_mut().filter(|cell| !cell.is_null()) {
            let start = (cell.start & !Cell::ARENA) as usize;
            let from = if cell.start & Cell::ARENA == 0 { bytes } else { arena.as_slice() };
            let Some(value) = from.get(start..start + cell.length as usize) else { continue };
            if std::str::from_utf8(value).is_ok() {
                continue;
            }
            let (text, _) = self.encoding.decode_without_bom_handling(value);
            let at = arena.len();
            arena.extend_from_slice(text.into_owned().as_bytes());
            *cell = Cell::rewritten(at, arena.len() - at);
        }
    }

    /// A name in UTF-8.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => self.encoding.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

/// Whether the bytes are UTF-8, but for a letter cut off at the end.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// Whether more letters are whole UTF-8 than there are stray bytes: a UTF-8 file with accidents.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut strays) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        strays += chunk.invalid().len();
    }
    letters > 2 * strays
}

/// UTF-16 of mostly Latin text shows by its zero bytes, all on one side.
fn utf16_without_bom(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let (even, odd) =
        head.chunks_exact(2).fold((0, 0), |(even, odd), pair| (even + usize::from(pair[0] == 0), odd + usize::from(pair[1] == 0)));
    match (even * 10 >= pairs * 6, odd * 10 >= pairs * 6) {
        (true, false) if odd == 0 => Some(UTF_16BE),
        (false, true) if even == 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// A reader of UTF-8 over a reader of another charset; a byte order mark is taken off.
pub(super) struct Decoded<'a> {
    from: &'a mut dyn Read,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// The stretch of `text` not yet handed out.
    start: usize,
    end: usize,
    done: bool,
}

/// How much is decoded at a time.
const STEP: usize = 64 << 10;

impl<'a> Decoded<'a> {
    /// Decodes what `from` gives.
    pub(super) fn new(from: &'a mut dyn Read, encoding: &'static Encoding) -> Decoded<'a> {
        let decoder = encoding.new_decoder_with_bom_removal();
        // No charset here takes more than three bytes of UTF-8 for one of its own.
        Decoded { from, decoder, raw: vec![0; STEP], text: vec![0; 3 * STEP + 64], start: 0, end: 0, done: false }
    }

    /// Decodes the next stretch.
    fn refill(&mut self) -> io::Result<()> {
        let filled = self.from.read(&mut self.raw)?;
        self.done = filled == 0;
        let raw = self.raw.get(..filled).unwrap_or_default();
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.done);
        (self.start, self.end) = (0, written);
        Ok(())
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.start == self.end && !self.done {
            self.refill()?;
        }
        let ready = self.text.get(self.start..self.end).unwrap_or_default();
        let length = ready.len().min(into.len());
        into[..length].copy_from_slice(&ready[..length]);
        self.start += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_told_apart() {
        let latin1: Vec<u8> = "Müller;Größe;Straße;für;über\nJürgen Köhler;Zürich\n".chars().map(|c| c as u8).collect();
        let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode("имя;фамилия;город\nИван;Петров;Москва\n");
        let utf16: Vec<u8> = "a;b;c\n1;2;3\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, expected) in [
            ("Müller".as_bytes(), WINDOWS_1252),
            (b"plain", WINDOWS_1252),
            (&latin1, WINDOWS_1252),
            (&cyrillic, encoding_rs::WINDOWS_1251),
            (&utf16, UTF_16BE),
            (b"\xff\xfea\0", UTF_16LE),
        ] {
            assert_eq!(Charset::of(bytes).encoding, expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_stray_byte_is_repaired_in_its_cell_only() {
        let bytes = b"M\xfcller;M\xc3\xbcller";
        let mut cells = [Cell::borrowed(0, 6), Cell::borrowed(7, 7), Cell::NULL];
        let mut arena = Vec::new();
        Charset::UTF8.repair(&mut cells, bytes, &mut arena);
        assert_eq!(arena, "Müller".as_bytes());
        assert_eq!(cells[1], Cell::borrowed(7, 7));
    }
}
