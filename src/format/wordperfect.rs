//! WordPerfect 6 and later (the layout is that of Corel's developer kit for WordPerfect files): text with its lines, cells and
//! letters of other alphabets. Deleted text that can still be undone is read too.

use super::{
    Claim, Format, Head, Place, Sink, Text, TextKind,
    binary::{u16_le, u32_le},
    raw, tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};

/// `.wpd`.
pub struct WordPerfect;

impl Format for WordPerfect {
    fn name(&self) -> &'static str {
        "wordperfect"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // The product is WordPerfect, the file a document, its main version that of 6 and later.
        let is_one = head.bytes.starts_with(b"\xFFWPC") && head.bytes.get(8..11) == Some(&[1, 10, 2]);
        if is_one { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let start = u32_le(&bytes, 4).map_or(0, |start| start as usize);
        if u16_le(&bytes, 12).is_some_and(|key| key != 0) {
            return sink.problem(Problem::new(Category::Encrypted, "encrypted with a password").not_examined(bytes.len() as u64));
        }
        // Before the document stand its fonts and styles, summary and notes.
        raw::texts(Input::Whole(bytes.get(16..start).unwrap_or_default()), sink);
        let mut reader = Reader { text: String::new(), points: Vec::new() };
        let is_whole = reader.read(bytes.get(start..).unwrap_or_default(), start as u64, sink);
        tell_cut(error.as_ref(), sink);
        if error.is_none() && !is_whole {
            sink.problem(Problem::new(Category::Corrupt, "the document ends within a function"));
        }
    }
}

const PIECE: usize = 4 << 20;

/// Letters that stand for one byte each, from 1.
const LETTERS: [char; 32] = [
    'å', 'Å', 'æ', 'Æ', 'ä', 'Ä', 'á', 'à', 'â', 'ã', 'Ã', 'ç', 'Ç', 'ë', 'é', 'É', 'è', 'ê', 'í', 'ñ', 'Ñ', 'ø', 'Ø', 'õ', 'Õ', 'ö', 'Ö',
    'ü', 'Ü', 'ú', 'ù', 'ß',
];

/// The multinational set from 26: capital and small in turn.
const MULTINATIONAL: &str = "ÁáÂâÄäÀàÅåÆæÇçÉéÊêËëÈèÍíÎîÏïÌìÑñÓóÔôÖöÒòÚúÛûÜüÙùŸÿÃãĐđØøÕõÝýÐðÞþ";

/// How many bytes the functions from 0xF0 take.
const FIXED: [usize; 16] = [4, 5, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 8, 8, 1];

struct Reader {
    text: String,
    points: Vec<(u32, u64)>,
}

impl Reader {
    /// Reads the document; whether it ends where a function does.
    fn read(&mut self, bytes: &[u8], base: u64, sink: &mut dyn Sink) -> bool {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.points.last().is_none_or(|(last, _)| self.text.len() - *last as usize > 200) {
                self.points.push((self.text.len() as u32, base + at as u64));
            }
            at += match byte {
                1..=32 => {
                    self.text.extend(LETTERS.get(usize::from(byte) - 1));
                    1
                }
                33..=126 => {
                    self.text.push(byte.into());
                    1
                }
                // A space, then soft and hard hyphens.
                0x80 | 0x81 => {
                    self.text.push(' ');
                    1
                }
                0x84 => {
                    self.text.push('-');
                    1
                }
                // Ends of lines, columns and pages; the soft ones are spaces.
                0xCF => {
                    self.text.push(' ');
                    1
                }
                0x87 | 0xB7..=0xCE => {
                    self.line(sink);
                    1
                }
                0xD0..=0xEF => {
                    let Some(length) = u16_le(bytes, at + 2).map(usize::from).filter(|length| *length >= 4) else { return false };
                    self.function(byte, bytes.get(at + 1).copied().unwrap_or(0), sink);
                    if at + length > bytes.len() {
                        return false;
                    }
                    length
                }
                0xF0 => {
                    self.text.extend(letter(bytes.get(at + 1).copied(), bytes.get(at + 2).copied()));
                    4
                }
                0xF1.. => FIXED.get(usize::from(byte & 15)).copied().unwrap_or(1),
                _ => 1,
            };
        }
        self.flush(base + bytes.len() as u64, sink);
        true
    }

    /// What a function means for the text: ends of lines and rows, cells, tabs.
    fn function(&mut self, group: u8, kind: u8, sink: &mut dyn Sink) {
        match (group, kind) {
            (0xD0, 1..=3) => self.text.push(' '),
            (0xD0, 0x0A) | (0xE0, _) => self.text.push('\t'),
            (0xD0, _) => self.line(sink),
            _ => {}
        }
    }

    fn line(&mut self, sink: &mut dyn Sink) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        if self.text.len() >= PIECE {
            let end = self.points.last().map_or(0, |(_, from)| *from);
            self.flush(end, sink);
        }
    }

    fn flush(&mut self, end: u64, sink: &mut dyn Sink) {
        if !self.text.trim().is_empty() {
            self.points.push((self.text.len() as u32, end));
            let place = Place::Decoded { points: &self.points };
            sink.text(&Text { kind: TextKind::Prose, bytes: self.text.as_bytes(), place });
        }
        self.text.clear();
        self.points.clear();
    }
}

/// A character of a set: ASCII, letters of other languages, marks of print.
fn letter(code: Option<u8>, set: Option<u8>) -> Option<char> {
    let code = code?;
    match set? {
        0 => Some(code.into()).filter(char::is_ascii_graphic),
        1 if code == 23 => Some('ß'),
        1 => MULTINATIONAL.chars().nth(usize::from(code).checked_sub(26)?),
        4 => Some(match code {
            0x1C..=0x1E => '"',
            0x1A | 0x1B => '\'',
            0x21 | 0x22 => '-',
            0x0B => '£',
            0x48 => '€',
            _ => ' ',
        }),
        _ => Some(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    fn document(body: &[u8]) -> Vec<u8> {
        let mut bytes = b"\xFFWPC\x10\0\0\0\x01\x0A\x02\x01\0\0\0\0".to_vec();
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn text_is_read_with_its_lines_and_letters() {
        let body = b"Jos\x0F\x80Mu\xF0\x39\x01\xF0oz\xCCSSN:\x80078\x8405\x841120\xD0\x04\x15\0\0\x0B\0\t\0\x01\x88\x06\xD8\x01\x02\0\x01 \x15\0\xD0\
                     \xF1\0\x7F\x02\xF1gone\xF1\x01\x80\x02\xF1";
        let bytes = document(body);
        assert_eq!(read(&WordPerfect, &bytes).texts.concat(), "José Muñoz\nSSN: 078-05-1120\ngone");
        assert_eq!(read(&WordPerfect, &bytes[..bytes.len() - 30]).categories(), [Category::Corrupt]);
        survives(&WordPerfect, &bytes);
        let mut locked = bytes;
        locked[12] = 7;
        assert_eq!(read(&WordPerfect, &locked).categories(), [Category::Encrypted]);
    }
}
