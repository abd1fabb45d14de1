//! The fallback: bytes of unknown make. What is plainly text in them is handed on.

use super::{Claim, Format, Head, Member, Place, Sink, Text, TextKind, biometric, carve, exif};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::ops::Range;

/// A run of fewer characters is chance.
const SHORTEST: usize = 6;

/// Runs are handed on together, about so many bytes at a time.
const BATCH: usize = 1 << 20;

/// Anything at all.
pub struct Raw;

impl Format for Raw {
    fn name(&self) -> &'static str {
        "raw"
    }

    fn claim(&self, _: &Head<'_>) -> Claim {
        Claim::Weak
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let found = match input {
            Input::Whole(bytes) => {
                let found = between(bytes, &carve::find(bytes), sink);
                if found.as_ref().is_some_and(|(category, _)| *category == Category::ImageOnly) {
                    exif::tell(bytes, sink);
                    biometric::tell(bytes, sink);
                }
                found
            }
            stream => texts(stream, sink),
        };
        // Nothing but zeros has nothing to read.
        if let Some((category, detail)) = found {
            sink.problem(Problem::new(category, detail));
        }
    }
}

/// Hands on what was found inside as items, and the text between them.
fn between(bytes: &[u8], inside: &[Range<usize>], sink: &mut dyn Sink) -> Option<(Category, String)> {
    if inside.is_empty() {
        return texts(Input::Whole(bytes), sink);
    }
    let mut runs = Runs::default();
    let mut from = 0;
    let mut is_all = true;
    for (start, end) in inside.iter().map(|range| (range.start, range.end)).chain([(bytes.len(), bytes.len())]) {
        let gap = bytes.get(from..start).unwrap_or_default();
        is_all = is_all && gap.iter().all(|byte| *byte == 0);
        runs.find(gap, from as u64, sink);
        from = end;
    }
    runs.flush(sink);
    for range in inside {
        let body = bytes.get(range.clone()).unwrap_or_default();
        let size = Some(body.len() as u64);
        sink.item(Member { name: format!("@{}", range.start).as_bytes(), step: false, size, packed: size, content: Input::Whole(body) });
    }
    (!is_all).then(|| describe(bytes))
}

/// Hands on what is plainly text, for a format that tells of the rest itself; what the bytes seem to be.
pub(super) fn texts(input: Input<'_>, sink: &mut dyn Sink) -> Option<(Category, String)> {
    let mut blocks = input.blocks();
    let mut runs = Runs::default();
    let (mut what, mut is_whole) = (None, true);
    while let Some(block) = blocks.next(|bytes| Some(before_last_run(bytes))) {
        if what.is_none() && block.bytes.iter().any(|byte| *byte != 0) {
            what = Some(describe(block.bytes));
        }
        is_whole = is_whole && block.bytes.iter().all(|byte| *byte == 0 || *byte < 0x80 && is_text(*byte));
        runs.find(block.bytes, block.offset, sink);
    }
    runs.flush(sink);
    // Text with holes in it: a log that was cut off, a file that was never filled. Nothing is left of it.
    what.filter(|(category, detail)| !(is_whole && *category == Category::Unsupported && detail == UNKNOWN))
}

const UNKNOWN: &str = "format not recognised; scanned as raw bytes";

/// What a known magic number says, and why it is not read.
fn describe(head: &[u8]) -> (Category, String) {
    if let Some((.., what)) = biometric::RECORDS.iter().find(|(start, ..)| head.starts_with(start)) {
        return (Category::ImageOnly, format!("{what}: what it shows was not read"));
    }
    let known = MAGICS.iter().find(|(offset, magic, ..)| head.get(*offset..).is_some_and(|rest| rest.starts_with(magic)));
    match known {
        Some((.., Category::ImageOnly, what)) => (Category::ImageOnly, format!("{what}: text in the picture was not read")),
        Some((.., category, what)) => (*category, format!("{what}: not supported; scanned as raw bytes")),
        None => (Category::Unsupported, UNKNOWN.to_owned()),
    }
}

/// Where it stands, what it is, why it is not read.
type Magic = (usize, &'static [u8], Category, &'static str);

/// The more special first.
const MAGICS: &[Magic] = {
    use Category::{Encrypted, ImageOnly, Unsupported};
    &[
        (0, b"\xFF\xD8\xFF", ImageOnly, "JPEG image"),
        (0, b"\x89PNG\r\n\x1A\n", ImageOnly, "PNG image"),
        (0, b"GIF87a", ImageOnly, "GIF image"),
        (0, b"GIF89a", ImageOnly, "GIF image"),
        (0, b"II*\0", ImageOnly, "TIFF image"),
        (0, b"MM\0*", ImageOnly, "TIFF image"),
        (4, b"ftypheic", ImageOnly, "HEIC image"),
        (4, b"ftypheix", ImageOnly, "HEIC image"),
        (4, b"ftypmif1", ImageOnly, "HEIF image"),
        (4, b"ftypavif", ImageOnly, "AVIF image"),
        (8, b"WEBP", ImageOnly, "WebP image"),
        (0, b"BM", ImageOnly, "bitmap image"),
        (0, b"\0\0\0\x0CjP  \r\n", ImageOnly, "JPEG 2000 image"),
        (0, b"AT&TFORM", ImageOnly, "DjVu document"),
        (0, b"%PDF-", Unsupported, "PDF document"),
        (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Unsupported, "OLE document (Word, Excel, PowerPoint, Outlook)"),
        (0, b"{\\rtf", Unsupported, "RTF document"),
        (0, b"!BDN", Unsupported, "Outlook mail store"),
        (0, b"7z\xBC\xAF\x27\x1C", Unsupported, "7z archive"),
        (0, b"Rar!\x1A\x07", Unsupported, "RAR archive"),
        (0, b"MSCF", Unsupported, "cabinet archive"),
        (0, b"\x60\xEA", Unsupported, "ARJ archive"),
        (2, b"-lh", Unsupported, "LHA archive"),
        (0, b"LRZI", Unsupported, "lrzip archive"),
        (0, b"\x89LZO\0\r\n\x1A\n", Unsupported, "lzop archive"),
        (0, b"xar!", Unsupported, "xar archive"),
        (0x8001, b"CD001", Unsupported, "ISO 9660 disk image"),
        (0, b"!<arch>\n", Unsupported, "ar archive"),
        (0, b"SQLite format 3\0", Unsupported, "SQLite database"),
        (4, b"Standard Jet DB\0", Unsupported, "Access database"),
        (4, b"Standard ACE DB\0", Unsupported, "Access database"),
        (0, b"PAR1", Unsupported, "Parquet file"),
        (0, b"Obj\x01", Unsupported, "Avro file"),
        (0, b"ORC", Unsupported, "ORC file"),
        (0, b"\x89HDF\r\n\x1A\n", Unsupported, "HDF5 file"),
        (0, b"PGDMP", Unsupported, "PostgreSQL custom dump"),
        (0, b"TAPE", Unsupported, "SQL Server backup"),
        (0, b"regf", Unsupported, "Windows registry hive"),
        (0, b"ElfFile\0", Unsupported, "Windows event log"),
        (0, b"\xD4\xC3\xB2\xA1", Unsupported, "network capture"),
        (0, b"\x0A\x0D\x0D\x0A", Unsupported, "network capture"),
        (0, b"KDMV", Unsupported, "virtual disk"),
        (0, b"vhdxfile", Unsupported, "virtual disk"),
        (0, b"QFI\xFB", Unsupported, "virtual disk"),
        (0, b"conectix", Unsupported, "virtual disk"),
        (0, b"LUKS\xBA\xBE", Encrypted, "LUKS encrypted volume"),
        (3, b"-FVE-FS-", Encrypted, "BitLocker encrypted volume"),
        (0, b"\x03\xD9\xA2\x9A", Encrypted, "KeePass password store"),
        (0, b"Salted__", Encrypted, "OpenSSL encrypted file"),
        (0, b"age-encryption.org/", Encrypted, "age encrypted file"),
        (0, b"\x85\x01", Encrypted, "OpenPGP encrypted file"),
        (0, b"\x85\x02", Encrypted, "OpenPGP encrypted file"),
        (0, b"\x7FELF", Unsupported, "program"),
        (0, b"MZ", Unsupported, "program"),
        (0, b"\xCA\xFE\xBA\xBE", Unsupported, "program"),
        (0, b"\xCF\xFA\xED\xFE", Unsupported, "program"),
        (0, b"ID3", Unsupported, "sound recording"),
        (0, b"OggS", Unsupported, "sound recording"),
        (8, b"WAVE", Unsupported, "sound recording"),
        (8, b"AVI ", Unsupported, "video recording"),
        (4, b"ftyp", Unsupported, "video recording"),
        (0, b"\x1A\x45\xDF\xA3", Unsupported, "video recording"),
        (0, b"wOF", Unsupported, "font"),
        (0, b"\0\x01\0\0\0", Unsupported, "font"),
        (0, b"OTTO", Unsupported, "font"),
    ]
};

/// A block may end before a run of text that goes on behind it; one that fills half of the block is cut.
fn before_last_run(bytes: &[u8]) -> usize {
    let run = bytes.iter().rev().take_while(|byte| is_text(**byte) || **byte == 0).take(bytes.len() / 2 + 1).count();
    if run > bytes.len() / 2 { bytes.len() } else { bytes.len() - run }
}

/// Printable ASCII, tabs and line ends, and bytes of longer UTF-8 characters.
const fn is_text(byte: u8) -> bool {
    byte >= 0x80 || byte >= 0x20 && byte != 0x7F || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Runs of text that were found and not yet handed on, each on a line of its own.
#[derive(Default)]
struct Runs {
    text: Vec<u8>,
    points: Vec<(u32, u64)>,
}

impl Runs {
    /// Finds the runs of a block that starts at `offset` of the item.
    fn find(&mut self, bytes: &[u8], offset: u64, sink: &mut dyn Sink) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let zeros = leading_zeros(rest);
            if zeros > 0 {
                at += zeros;
                continue;
            }
            let (narrow, characters) = narrow_run(rest);
            if characters >= SHORTEST {
                self.push(offset + at as u64, narrow as u64, |text| text.extend_from_slice(&rest[..narrow]));
                at += narrow;
            } else {
                let wide = wide_run(rest);
                if wide >= SHORTEST {
                    let units = rest[..wide * 2].as_chunks::<2>().0;
                    self.push(offset + at as u64, wide as u64 * 2, |text| {
                        text.extend(units.iter().flat_map(|unit| char::from(unit[0]).to_string().into_bytes()));
                    });
                    at += wide * 2;
                } else {
                    // The last character of a short run may be the first of a wide one.
                    at += narrow.saturating_sub(1).max(1);
                }
            }
            if self.text.len() >= BATCH {
                self.flush(sink);
            }
        }
    }

    fn push(&mut self, start: u64, length: u64, add: impl FnOnce(&mut Vec<u8>)) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        self.points.push((self.text.len() as u32, start));
        add(&mut self.text);
        self.points.push((self.text.len() as u32, start + length));
    }

    fn flush(&mut self, sink: &mut dyn Sink) {
        if !self.text.is_empty() {
            sink.text(&Text { kind: TextKind::Raw, bytes: &self.text, place: Place::Decoded { points: &self.points } });
        }
        self.text.clear();
        self.points.clear();
    }
}

/// How many zeros these bytes begin with.
fn leading_zeros(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<16>();
    let whole = words.iter().take_while(|word| u128::from_ne_bytes(**word) == 0).count() * 16;
    whole + bytes[whole..].iter().take_while(|byte| **byte == 0).count()
}

/// The run of ASCII and UTF-8 these bytes begin with: its length in bytes and in characters.
fn narrow_run(bytes: &[u8]) -> (usize, usize) {
    let (mut length, mut characters) = (0, 0);
    loop {
        let ascii = bytes[length..].iter().take_while(|byte| **byte < 0x80 && is_text(**byte)).count();
        length += ascii;
        characters += ascii;
        let width = match bytes.get(length) {
            Some(0xC3..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..=0xF4) => 4,
            _ => return (length, characters),
        };
        match bytes.get(length..length + width) {
            Some(character) if std::str::from_utf8(character).is_ok() => {
                length += width;
                characters += 1;
            }
            _ => return (length, characters),
        }
    }
}

/// How many characters of UTF-16 (little end first, Latin-1 only) these bytes begin with.
fn wide_run(bytes: &[u8]) -> usize {
    let units = bytes.as_chunks::<2>().0;
    units.iter().take_while(|unit| unit[1] == 0 && (is_text(unit[0]) && unit[0] < 0x80 || unit[0] >= 0xA0)).count()
}

#[cfg(test)]
mod tests {
    use super::super::unfold::unfold;
    use crate::base::Category;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn runs_are_found_with_their_places() {
        let bytes =
            [&[0; 100], b"\x01\x02first run\x03short\x04".as_slice(), &[0; 3], &wide("wide run"), b"\xFF\x01gr\xC3\xB6\xC3\x9Fer\x02"]
                .concat();
        let found = unfold("a.bin", &bytes);
        assert_eq!(found.texts[0].text, "first run\nwide run\ngrößer");
        assert_eq!(found.texts[0].place, (102, bytes.len() as u64 - 1));
        assert_eq!(found.problems(), [("a.bin", Category::Unsupported)]);
    }

    #[test]
    fn pictures_are_pictures_and_nothing_is_nothing() {
        assert_eq!(unfold("a.jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF").problems(), [("a.jpg", Category::ImageOnly)]);
        assert_eq!(unfold("a", b"").problems(), []);
        assert_eq!(unfold("a", &[0; 5000]).problems(), []);
    }

    #[test]
    fn a_block_ends_before_a_run_that_goes_on() {
        let mut bytes = vec![1; 100];
        bytes.extend_from_slice(b"jane.doe@exa");
        assert_eq!(super::before_last_run(&bytes), 100);
        assert_eq!(super::before_last_run(&[b'x'; 50]), 50);
    }
}
