//! Fonts: what characters the codes of a string stand for, and how wide they are
//! (ISO 32000-2, 9.6 to 9.10).

use super::{
    cmap::CharacterMap,
    glyph::{characters, standard, usual_width},
    object::{array, dictionary, integer, name, number, stream},
};
use encoding_rs::{MACINTOSH, UTF_16BE, WINDOWS_1252};
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;

/// A character map is no longer than this.
const LONGEST_MAP: usize = 4 << 20;
/// Widths beyond these are not kept.
const WIDTHS: usize = 1 << 17;

/// How codes without a character map become characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Standard,
    WinAnsi,
    MacRoman,
    /// Two bytes that are UTF-16 themselves.
    Utf16,
    /// Codes are numbers of glyphs: only a character map tells.
    Glyphs,
}

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    base: Base,
    /// What single codes stand for, where that differs from the base.
    differences: HashMap<u8, String>,
    map: CharacterMap,
    /// Codes have two bytes.
    is_wide: bool,
    widths: HashMap<u32, f32>,
    /// The width of codes that have none of their own; none for fonts every reader knows.
    default_width: Option<f32>,
}

/// A code of a string that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Thousandths of the font's size.
    pub(super) width: f32,
    /// The code is one byte and a space: word spacing counts.
    pub(super) is_space: bool,
}

impl Font {
    /// Reads a font's description.
    pub(super) fn read(font: &Dictionary, document: &Document) -> Font {
        let is_wide = name(font, b"Subtype", document) == Some(b"Type0");
        let mut read = Font {
            base: Base::Standard,
            differences: HashMap::new(),
            map: stream(font, b"ToUnicode", document, LONGEST_MAP).map_or_else(CharacterMap::default, |bytes| CharacterMap::parse(&bytes)),
            is_wide,
            widths: HashMap::new(),
            default_width: None,
        };
        if is_wide {
            read.read_wide(font, document);
        } else {
            read.read_simple(font, document);
        }
        read
    }

    fn read_simple(&mut self, font: &Dictionary, document: &Document) {
        let base_of = |name: Option<&[u8]>| match name {
            Some(b"WinAnsiEncoding") => Some(Base::WinAnsi),
            Some(b"MacRomanEncoding") => Some(Base::MacRoman),
            _ => None,
        };
        let is_true_type = name(font, b"Subtype", document) == Some(b"TrueType");
        let fallback = if is_true_type { Base::WinAnsi } else { Base::Standard };
        self.base = base_of(name(font, b"Encoding", document)).unwrap_or(fallback);
        if let Some(encoding) = dictionary(font, b"Encoding", document) {
            self.base = base_of(name(encoding, b"BaseEncoding", document)).unwrap_or(fallback);
            let mut code = 0_u8;
            for entry in array(encoding, b"Differences", document).unwrap_or_default() {
                match entry {
                    Object::Integer(number) => code = u8::try_from(*number).unwrap_or(0),
                    Object::Name(glyph) => {
                        self.differences.insert(code, characters(glyph).unwrap_or_default());
                        code = code.wrapping_add(1);
                    }
                    _ => {}
                }
            }
        }
        // The widths of a Type 3 font are in its own units.
        let scale =
            array(font, b"FontMatrix", document).and_then(|matrix| matrix.first()?.as_float().ok()).map_or(1.0, |scale| scale * 1000.0);
        let first = integer(font, b"FirstChar", document).unwrap_or(0);
        for (code, width) in (first..).zip(array(font, b"Widths", document).unwrap_or_default().iter().take(256)) {
            if let (Ok(code), Some(width)) = (u32::try_from(code), number(width, document)) {
                self.widths.insert(code, width * scale);
            }
        }
        if !self.widths.is_empty() {
            let descriptor = dictionary(font, b"FontDescriptor", document);
            let missing = descriptor.and_then(|descriptor| descriptor.get_deref(b"MissingWidth", document).ok()?.as_float().ok());
            self.default_width = Some(missing.unwrap_or(0.0));
        } else if name(font, b"BaseFont", document).is_some_and(|name| memchr::memmem::find(name, b"Courier").is_some()) {
            self.default_width = Some(600.0);
        }
    }

    fn read_wide(&mut self, font: &Dictionary, document: &Document) {
        let encoding = name(font, b"Encoding", document).unwrap_or_default();
        let is_utf_16 = [b"UCS2".as_slice(), b"UTF16"].iter().any(|part| memchr::memmem::find(encoding, part).is_some());
        self.base = if is_utf_16 { Base::Utf16 } else { Base::Glyphs };
        let descendant =
            array(font, b"DescendantFonts", document).and_then(|fonts| document.dereference(fonts.first()?).ok()?.1.as_dict().ok());
        let Some(descendant) = descendant else { return };
        self.default_width = Some(descendant.get_deref(b"DW", document).ok().and_then(|width| width.as_float().ok()).unwrap_or(1000.0));
        let mut entries = array(descendant, b"W", document).unwrap_or_default().iter().filter_map(|entry| document.dereference(entry).ok());
        // `c [w1 w2 ...]` or `first last w` (9.7.4.3).
        while let (Some((_, first)), Some((_, second))) = (entries.next(), entries.next()) {
            let Some(first) = first.as_i64().ok().and_then(|code| u32::try_from(code).ok()) else { continue };
            if let Ok(widths) = second.as_array() {
                for (code, width) in (first..=u32::MAX).zip(widths) {
                    self.keep_width(code, number(width, document));
                }
            } else if let (Ok(last), Some((_, width))) = (second.as_i64(), entries.next()) {
                let last = u32::try_from(last).unwrap_or(0).min(first.saturating_add(0xFFFF));
                (first..=last).for_each(|code| self.keep_width(code, width.as_float().ok()));
            }
        }
    }

    fn keep_width(&mut self, code: u32, width: Option<f32>) {
        if let Some(width) = width.filter(|_| self.widths.len() < WIDTHS) {
            self.widths.insert(code, width);
        }
    }

    /// Reads a string: adds its characters code by code, and tells how wide each is.
    pub(super) fn show(&self, bytes: &[u8], out: &mut String, mut each: impl FnMut(Shown)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let usual = if self.is_wide { 2 } else { 1 };
            let length = if self.is_wide { self.map.length(rest).unwrap_or(usual) } else { 1 }.min(rest.len());
            let (code, behind) = rest.split_at(length);
            rest = behind;
            let number = code.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte));
            let single = if let [byte] = code { Some(*byte) } else { None };
            let default = || self.default_width.unwrap_or_else(|| usual_width(single.unwrap_or(0)));
            let width = self.widths.get(&number).copied().unwrap_or_else(default);
            self.push(code, out);
            each(Shown { width, is_space: single == Some(b' ') });
        }
    }

    fn push(&self, code: &[u8], out: &mut String) {
        if self.map.push(code, out) {
            return;
        }
        let [byte] = code else {
            if self.base == Base::Utf16 {
                out.push_str(&UTF_16BE.decode_without_bom_handling(code).0);
            }
            return;
        };
        if let Some(characters) = self.differences.get(byte) {
            return out.push_str(characters);
        }
        match self.base {
            Base::Standard => out.push_str(&standard(*byte).unwrap_or_default()),
            Base::WinAnsi => push_decoded(&WINDOWS_1252.decode_without_bom_handling(code).0, out),
            Base::MacRoman => push_decoded(&MACINTOSH.decode_without_bom_handling(code).0, out),
            Base::Utf16 | Base::Glyphs => {}
        }
    }

    /// Whether the characters of this font can be told at all.
    pub(super) fn is_readable(&self) -> bool {
        !self.map.is_empty() || self.base != Base::Glyphs
    }
}

fn push_decoded(text: &str, out: &mut String) {
    out.extend(text.chars().filter(|c| !c.is_control()));
}
