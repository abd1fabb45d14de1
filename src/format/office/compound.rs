//! Compound files ([MS-CFB]): Office documents before 2007, mails of Outlook, and the shell
//! around documents encrypted with a password ([MS-OFFCRYPTO]).
//!
//! Workbooks, texts of documents and presentations, and mails are read; in others text is sought in
//! their raw bytes. Encrypted ones are told.

use super::{biff, binary_text, locked, message, prose::Prose, storage::Storage};
use crate::{
    base::{Category, Problem},
    format::{
        Claim, Format, Head, Member, Sink,
        binary::{u16_le, u32_le},
        blob::is_document,
        raw::{self, Raw},
    },
    source::Input,
};

const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// `.doc`, `.xls`, `.ppt`, `.msg`, encrypted `.docx` and `.xlsx`.
pub struct Compound;

impl Format for Compound {
    fn name(&self) -> &'static str {
        "compound"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        if names(&bytes).iter().any(|name| name == "EncryptedPackage") {
            let stream = |name| Storage::open(&bytes).and_then(|storage| storage.find(0, &[name])).unwrap_or_default();
            // Workbooks whose structure alone is protected are encrypted with a word that every Excel knows.
            let passwords: Vec<String> = [EVERYBODYS.to_owned()].into_iter().chain(sink.passwords().iter().cloned()).collect();
            return match locked::open(&stream("EncryptionInfo"), &stream("EncryptedPackage"), &passwords) {
                Some(package) => {
                    let size = Some(package.len() as u64);
                    sink.item(Member { name: b"decrypted", step: false, size, packed: None, content: Input::Whole(&package) });
                }
                None => {
                    let problem = Problem::new(Category::Encrypted, "a document encrypted with a password");
                    sink.problem(problem.not_examined(bytes.len() as u64));
                }
            };
        }
        match Storage::open(&bytes).map(|storage| parts(&storage, bytes.len() as u64, sink)) {
            Some(Parts::Read) => {}
            Some(Parts::Encrypted) => {
                sink.problem(Problem::new(Category::Encrypted, "a document encrypted with a password").not_examined(bytes.len() as u64));
            }
            _ => Raw.read(Input::Whole(&bytes), sink),
        }
        crate::format::tell_cut(error.as_ref(), sink);
    }
}

/// [MS-XLSB] 2.2.10 and [MS-OFFCRYPTO] 2.4.2.3.
const EVERYBODYS: &str = "VelvetSweatshop";

/// What became of the streams of a file.
enum Parts {
    Read,
    Encrypted,
    Unknown,
}

/// Reads what is known of the streams of a file.
fn parts(storage: &Storage<'_>, size: u64, sink: &mut dyn Sink) -> Parts {
    let mut prose = Prose::new(size);
    if message::is_message(storage) {
        message::read(storage, 0, 0, &mut prose, sink);
        return Parts::Read;
    }
    if let Some(book) = storage.find(0, &["Workbook"]) {
        let mut rest = Vec::new();
        let is_read = biff::read(&book, &mut rest, &mut prose, sink);
        prose.flush(sink);
        if !is_read {
            return Parts::Encrypted;
        }
        raw::texts(Input::Whole(&rest), sink);
        others(storage, &["Workbook"], sink);
        return Parts::Read;
    }
    let text = if let Some(main) = storage.find(0, &["WordDocument"]) {
        let flags = u16_le(&main, 10).unwrap_or(0);
        if flags & 0x100 != 0 {
            return Parts::Encrypted;
        }
        let table = storage.find(0, &[if flags & 0x200 == 0 { "0Table" } else { "1Table" }]).unwrap_or_default();
        binary_text::document(&main, &table)
    } else {
        storage.find(0, &["PowerPoint Document"]).map(|stream| binary_text::presentation(&stream))
    };
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        let has_items = storage.streams().any(|number| embedded(storage.name(number), &storage.stream(number)).is_some());
        return if has_items && others(storage, &[], sink) { Parts::Read } else { Parts::Unknown };
    };
    text.lines().for_each(|line| prose.line(line, sink));
    prose.flush(sink);
    others(storage, &["WordDocument", "PowerPoint Document"], sink);
    Parts::Read
}

/// Hands on what is embedded, and seeks text in the streams that no reader knows: properties, annotations.
/// Whether anything was embedded.
fn others(storage: &Storage<'_>, known: &[&str], sink: &mut dyn Sink) -> bool {
    let top = storage.children(0);
    let mut has_items = false;
    for number in storage.streams() {
        let name = storage.name(number);
        if known.contains(&name) && top.contains(&number) {
            continue;
        }
        let stream = storage.stream(number);
        if let Some((own, body)) = embedded(name, &stream) {
            has_items = true;
            // Where it was taken from stands before it.
            raw::texts(Input::Whole(stream.get(..stream.len() - body.len()).filter(|head| head.len() < PATHS).unwrap_or_default()), sink);
            let name = format!("{}{number}{}{own}", name.trim_start_matches('\u{1}'), if own.is_empty() { "" } else { " " });
            let size = Some(body.len() as u64);
            sink.item(Member { name: name.as_bytes(), step: false, size, packed: None, content: Input::Whole(body) });
        } else if matches!(name, "Workbook" | "Book") {
            let (mut rest, mut prose) = (Vec::new(), Prose::new(stream.len() as u64));
            if !biff::read(&stream, &mut rest, &mut prose, sink) {
                sink.problem(
                    Problem::new(Category::Encrypted, "an embedded workbook encrypted with a password").not_examined(stream.len() as u64),
                );
            }
            prose.flush(sink);
            raw::texts(Input::Whole(&rest), sink);
        } else {
            raw::texts(Input::Whole(&stream), sink);
        }
    }
    has_items
}

/// The document in a stream, and the name its owner gave it.
fn embedded<'s>(name: &str, stream: &'s [u8]) -> Option<(String, &'s [u8])> {
    match name {
        "\u{1}Ole10Native" => packaged(stream).or_else(|| Some((String::new(), stream.get(4..)?))),
        "Package" | "CONTENTS" | "EmbeddedOdf" => is_document(stream).then_some((String::new(), stream)),
        _ => None,
    }
}

/// A file put into a document as it is: its size, flags, label, path and path of a copy, then its bytes.
fn packaged(stream: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = stream.get(6..)?;
    let mut text = || {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let text = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        Some(text)
    };
    let (label, _path) = (text()?, text()?);
    let copy = u32_le(rest, 4)? as usize;
    let body = rest.get(copy.checked_add(8)?..)?;
    let length = u32_le(body, 0)? as usize;
    Some((label, body.get(4..)?.get(..length)?))
}

/// What stands before an embedded file is no longer than its paths.
const PATHS: usize = 4096;

/// More entries than this are not looked at.
const ENTRIES: usize = 1 << 16;

/// The names of all entries of the directory (2.6.1): 128 bytes each, in a chain of sectors.
fn names(bytes: &[u8]) -> Vec<String> {
    let u32_at = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let shift = bytes.get(30).copied().unwrap_or(9);
    if !matches!(shift, 9 | 12) {
        return Vec::new();
    }
    let size = 1_usize << shift;
    let start_of = |sector: u32| (sector as usize + 1) << shift;
    let per_table = size / 4;
    // The first 109 sectors of the allocation table are listed in the header; files that need more are over 7 MB,
    // and have their directory near the start or in a row of sectors.
    let next = |sector: u32| {
        let table = u32_at(76 + 4 * (sector as usize / per_table)).filter(|_| sector as usize / per_table < 109);
        table.and_then(|table| u32_at(start_of(table) + 4 * (sector as usize % per_table))).unwrap_or(sector.wrapping_add(1))
    };
    let mut names = Vec::new();
    let mut sector = u32_at(48).unwrap_or(u32::MAX);
    while let Some(entries) = bytes.get(start_of(sector)..).filter(|_| sector < 0xFFFF_FFF0 && names.len() < ENTRIES) {
        let entries = entries.get(..size).unwrap_or(entries);
        for entry in entries.chunks_exact(128) {
            let length = usize::from(u16::from_le_bytes([entry[64], entry[65]])).clamp(2, 64) - 2;
            let units: Vec<u16> = entry[..length].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            names.push(String::from_utf16_lossy(&units));
        }
        if entries.len() < size {
            break;
        }
        sector = next(sector);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::unfold::unfold;

    /// A file with one sector of directory.
    fn file(names: &[&str]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(512, 0xFF);
        bytes[30] = 9;
        bytes[48..52].copy_from_slice(&1_u32.to_le_bytes());
        bytes[76..80].copy_from_slice(&0_u32.to_le_bytes());
        // The table: of itself, then the directory's end.
        bytes.extend([0xFD, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]);
        bytes.resize(1024, 0xFF);
        for name in names {
            let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            entry.resize(128, 0);
            entry[64] = (name.len() * 2 + 2) as u8;
            bytes.extend(entry);
        }
        bytes.resize(1536, 0);
        bytes
    }

    #[test]
    fn encrypted_documents_are_told_and_others_sought_through() {
        let found = unfold("a.docx", &file(&["Root Entry", "EncryptionInfo", "EncryptedPackage"]));
        assert_eq!(found.problems(), [("a.docx", Category::Encrypted)]);
        let mut old = file(&["Root Entry", "WordDocument"]);
        old.extend(b"Jane Doe, 12 Elm Street, Springfield\r".repeat(3));
        let found = unfold("a.doc", &old);
        assert_eq!(found.problems(), [("a.doc", Category::Unsupported)]);
        assert!(found.texts.iter().any(|text| text.text.contains("Jane Doe, 12 Elm Street")));
    }

    #[test]
    fn loops_and_wild_numbers_end() {
        let mut looped = file(&["Root Entry"]);
        looped[516..520].copy_from_slice(&1_u32.to_le_bytes());
        assert!(names(&looped).len() <= ENTRIES + 4);
        looped[48..52].copy_from_slice(&0xFFFF_FF00_u32.to_le_bytes());
        assert!(names(&looped).is_empty());
        assert!(names(MAGIC).is_empty());
    }
}
