//! Rich Text Format (Microsoft, version 1.9.1): the text of letters, contracts and notes, with what
//! fields, notes and properties say; pictures and the tables of fonts, colours and styles are passed over.

use super::{Claim, Format, Head, Place, Sink, Text, TextKind, read_problem};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::HashMap;

/// Text is handed on in pieces of about this size.
const PIECE: usize = 4 << 20;
/// Groups nested deeper are read as if they were not groups.
const DEEPEST: usize = 10_000;

/// Groups that hold nothing a reader sees.
const UNSEEN: &[&str] = &[
    "colortbl",
    "stylesheet",
    "pict",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "objdata",
    "blipuid",
    "panose",
    "falt",
    "filetbl",
    "revtbl",
    "mmathPr",
    "pgptbl",
    "wgrffmtfilter",
];
/// Groups marked as to be passed over by readers that do not know them, and yet text.
const SEEN: &[&str] =
    &["fldinst", "shptxt", "annotation", "atnauthor", "atnid", "hlloc", "company", "manager", "userprops", "propname", "staticval"];

/// `.rtf`.
pub struct Rtf;

impl Format for Rtf {
    fn name(&self) -> &'static str {
        "rtf"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let text = head.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head.bytes).trim_ascii_start();
        if text.starts_with(b"{\\rtf") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let mut reading = Reading {
            sink,
            text: String::new(),
            points: Vec::new(),
            raw: Vec::new(),
            raw_at: 0,
            fonts: HashMap::new(),
            font: 0,
            ansi: WINDOWS_1252,
            state: State::default(),
            outer: Vec::new(),
            to_skip: 0,
        };
        reading.all(&bytes);
        let is_open = !reading.outer.is_empty();
        reading.give(bytes.len());
        // Other errors are of the reader we were given: already known to its owner.
        match error {
            Some(error) if error.kind() == std::io::ErrorKind::FileTooLarge => sink.problem(read_problem(&error)),
            None if is_open => sink.problem(Problem::new(Category::Truncated, "ends inside a group")),
            _ => {}
        }
    }
}

/// What holds within a group.
#[derive(Clone, Copy)]
struct State {
    /// Nothing in it is seen.
    is_unseen: bool,
    /// In the table of fonts.
    in_fonts: bool,
    /// The next word decides whether the group is seen.
    is_optional: bool,
    encoding: Charset,
    /// So many bytes after a `\u` stand for the same letter.
    fallback: usize,
}

type Charset = &'static Encoding;

impl Default for State {
    fn default() -> State {
        State { is_unseen: false, in_fonts: false, is_optional: false, encoding: WINDOWS_1252, fallback: 1 }
    }
}

struct Reading<'s> {
    sink: &'s mut dyn Sink,
    text: String,
    points: Vec<(u32, u64)>,
    /// Bytes of the charset in force, not yet decoded, and where they begin.
    raw: Vec<u8>,
    raw_at: usize,
    fonts: HashMap<i32, Charset>,
    /// The font the table of fonts tells of.
    font: i32,
    ansi: Charset,
    state: State,
    outer: Vec<State>,
    to_skip: usize,
}

impl Reading<'_> {
    fn all(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            at += match byte {
                b'{' => {
                    self.decode();
                    if self.outer.len() < DEEPEST {
                        self.outer.push(self.state);
                    }
                    self.to_skip = 0;
                    1
                }
                b'}' => {
                    self.decode();
                    let was_seen = !self.state.is_unseen;
                    self.state = self.outer.pop().unwrap_or(self.state);
                    // Properties, notes and fields are not run together.
                    if was_seen && self.state.is_unseen {
                        self.letter('\n', at);
                    }
                    self.to_skip = 0;
                    1
                }
                b'\\' => self.control(bytes, at),
                b'\r' | b'\n' => 1,
                _ => {
                    self.byte(byte, at);
                    1
                }
            };
            if self.text.len() >= PIECE && self.text.ends_with('\n') {
                self.give(at);
            }
        }
    }

    /// A control word or symbol; returns its length.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            return self.symbol(rest, at);
        }
        let word = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        let number = &rest[letters..];
        let sign = usize::from(number.first() == Some(&b'-'));
        let digits = number.iter().skip(sign).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let written = if digits == 0 { 0 } else { sign + digits };
        let value: Option<i32> = std::str::from_utf8(&number[..written]).ok().and_then(|text| text.parse().ok());
        let mut length = 1 + letters + written;
        length += usize::from(bytes.get(at + length) == Some(&b' '));
        if word == "bin" {
            length += usize::try_from(value.unwrap_or(0)).unwrap_or(0);
        } else {
            self.word(word, value, at);
        }
        length
    }

    fn symbol(&mut self, rest: &[u8], at: usize) -> usize {
        match rest.first() {
            Some(b'\'') => {
                let digit = |place: usize| rest.get(place).and_then(|byte| char::from(*byte).to_digit(16));
                if let (Some(high), Some(low)) = (digit(1), digit(2)) {
                    self.byte((high * 16 + low) as u8, at);
                    return 4;
                }
                2
            }
            Some(byte @ (b'\\' | b'{' | b'}')) => {
                self.byte(*byte, at);
                2
            }
            Some(b'*') => {
                self.state.is_optional = true;
                2
            }
            Some(b'~') => self.letter_of(' ', at),
            Some(b'_') => self.letter_of('-', at),
            Some(b'\r' | b'\n') => self.letter_of('\n', at),
            Some(_) => 2,
            None => 1,
        }
    }

    fn letter_of(&mut self, letter: char, at: usize) -> usize {
        self.letter(letter, at);
        2
    }

    fn word(&mut self, word: &str, value: Option<i32>, at: usize) {
        if std::mem::take(&mut self.state.is_optional) && !SEEN.contains(&word) {
            self.state.is_unseen = true;
        }
        match word {
            "par" | "line" | "row" | "sect" | "page" | "column" => self.letter('\n', at),
            "cell" | "nestcell" | "tab" => self.letter('\t', at),
            "emdash" | "endash" => self.letter('-', at),
            "lquote" | "rquote" => self.letter('\'', at),
            "ldblquote" | "rdblquote" => self.letter('"', at),
            "emspace" | "enspace" | "qmspace" => self.letter(' ', at),
            "u" => {
                let code = value.unwrap_or(0) as u16;
                self.unicode(code, at);
                self.to_skip = self.state.fallback;
            }
            "uc" => self.state.fallback = usize::try_from(value.unwrap_or(1)).unwrap_or(1).min(8),
            "ansicpg" => {
                self.ansi = of_code_page(value.unwrap_or(1252));
                self.charset(self.ansi);
            }
            "mac" => {
                self.ansi = encoding_rs::MACINTOSH;
                self.charset(self.ansi);
            }
            "fonttbl" => {
                self.state.is_unseen = true;
                self.state.in_fonts = true;
            }
            "f" if self.state.in_fonts => self.font = value.unwrap_or(0),
            "f" => self.charset(self.fonts.get(&value.unwrap_or(0)).copied().unwrap_or(self.ansi)),
            "fcharset" => {
                if let Some(charset) = value.and_then(of_font_charset) {
                    self.fonts.insert(self.font, charset);
                }
            }
            "plain" => self.charset(self.ansi),
            _ if UNSEEN.contains(&word) => self.state.is_unseen = true,
            _ => {}
        }
    }

    fn charset(&mut self, charset: Charset) {
        self.decode();
        self.state.encoding = charset;
    }

    /// A UTF-16 unit; the two of a pair come one after the other.
    fn unicode(&mut self, unit: u16, at: usize) {
        self.decode();
        if self.state.is_unseen {
            return;
        }
        // `\u` writes pairs as two words: the first waits as a private letter until its second comes.
        let pending = self.text.chars().next_back().map(u32::from).filter(|last| (0xF_0000..0xF_0400).contains(last));
        match (unit, pending) {
            (0xD800..0xDC00, _) => {
                self.push(char::from_u32(0xF_0000 + u32::from(unit) - 0xD800).unwrap_or(char::REPLACEMENT_CHARACTER), at)
            }
            (0xDC00..0xE000, Some(high)) => {
                self.text.pop();
                let letter = 0x1_0000 + ((high - 0xF_0000) << 10) + (u32::from(unit) - 0xDC00);
                self.push(char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER), at);
            }
            _ => self.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER), at),
        }
    }

    fn byte(&mut self, byte: u8, at: usize) {
        self.state.is_optional = false;
        if let Some(left) = self.to_skip.checked_sub(1) {
            self.to_skip = left;
        } else if !self.state.is_unseen {
            if self.raw.is_empty() {
                self.raw_at = at;
            }
            self.raw.push(byte);
        }
    }

    fn letter(&mut self, letter: char, at: usize) {
        self.decode();
        if !self.state.is_unseen {
            self.push(letter, at);
        }
    }

    fn push(&mut self, letter: char, at: usize) {
        self.points.push((self.text.len() as u32, at as u64));
        self.text.push(letter);
    }

    /// Bytes waiting become text.
    fn decode(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        self.points.push((self.text.len() as u32, self.raw_at as u64));
        let (text, _) = self.state.encoding.decode_without_bom_handling(&self.raw);
        self.text.push_str(&text);
        self.raw.clear();
    }

    /// Hands on the text so far.
    fn give(&mut self, at: usize) {
        self.decode();
        if !self.text.trim().is_empty() {
            self.points.push((self.text.len() as u32, at as u64));
            self.sink.text(&Text { kind: TextKind::Prose, bytes: self.text.as_bytes(), place: Place::Decoded { points: &self.points } });
        }
        self.text.clear();
        self.points.clear();
    }
}

fn of_code_page(page: i32) -> Charset {
    match page {
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        874 => encoding_rs::WINDOWS_874,
        866 => encoding_rs::IBM866,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10_000 => encoding_rs::MACINTOSH,
        65_001 => encoding_rs::UTF_8,
        _ => WINDOWS_1252,
    }
}

/// The charset numbers of Windows fonts; 0 and 1 are the document's own.
fn of_font_charset(charset: i32) -> Option<Charset> {
    Some(of_code_page(match charset {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    const LETTER: &str = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial;}}
{\colortbl ;\red0\green0\blue0;}{\*\generator Writer 1;}{\info{\title Offer}{\author Jane Doe}}
\pard Dear Ms. M\'fcller,\par
SSN 536-22-8145 \u8211? born 1990{\b\~}\'b71\line \f1\'c8\'e2\'e0\'ed\f0\par
{\field{\*\fldinst{HYPERLINK mailto:a@b.org}}{\fldrslt write}}\cell end \{x\}\par
{\pict\wmetafile8 0100090000}\u-10179?\u-8704?\par}";

    #[test]
    fn what_a_reader_sees_is_text() {
        let found = read(&Rtf, LETTER.as_bytes());
        let text = found.texts.concat();
        for part in
            ["Offer", "Jane Doe", "Dear Ms. Müller,\n", "SSN 536-22-8145 – born 1990 ·1\nИван\n", "mailto:a@b.org", "write\tend {x}\n😀\n"]
        {
            assert!(text.contains(part), "{part:?} in {text:?}");
        }
        for part in ["Arial", "Writer", "0100090000", "red0"] {
            assert!(!text.contains(part), "{part:?} in {text:?}");
        }
        assert_eq!(found.problems, []);
        assert_eq!(read(&Rtf, &LETTER.as_bytes()[..LETTER.len() - 5]).categories(), [Category::Truncated]);
        survives(&Rtf, LETTER.as_bytes());
    }

    #[test]
    fn bytes_counted_by_the_text_are_no_words() {
        let found = read(&Rtf, b"{\\rtf1 a\\bin5 }}}}}b\\par}");
        assert_eq!(found.texts.concat(), "ab\n");
    }
}
