//! Mails, contacts and appointments of Outlook ([MS-OXMSG]): properties are streams named by their numbers.

use super::{prose::Prose, storage::Storage};
use crate::{
    base::{Category, Problem},
    format::{Member, Place, Sink, Text, TextKind, binary::utf_16, html, lzfu},
    source::Input,
};
use encoding_rs::WINDOWS_1252;

/// Mails attached to mails.
const DEPTH: usize = 8;

/// Properties with names for people ([MS-OXPROPS]).
const HEADERS: &[(&str, &str)] = &[
    ("0C1A", "From"),
    ("5D01", "From"),
    ("0C1F", "From"),
    ("0042", "Sent-By"),
    ("0E04", "To"),
    ("0E03", "Cc"),
    ("0E02", "Bcc"),
    ("0037", "Subject"),
    ("3001", "Name"),
    ("39FE", "Email"),
    ("3003", "Email"),
];
/// What says nothing of people: classes, keys for searching, repetitions of the above.
const MUTE: &[&str] = &["001A", "0070", "0E1D", "003D", "300B", "0C1E", "0064", "3002", "0077", "0075", "1035", "1042", "1039"];

/// Whether a compound file is one.
pub(super) fn is_message(storage: &Storage<'_>) -> bool {
    storage.children(0).iter().any(|number| storage.name(*number) == "__properties_version1.0")
}

/// Reads the message in a folder.
pub(super) fn read(storage: &Storage<'_>, folder: u32, depth: usize, prose: &mut Prose, sink: &mut dyn Sink) {
    let mut lines = String::new();
    let mut body = String::new();
    let mut page = String::new();
    let (mut inner, mut packed) = (Vec::new(), Vec::new());
    for number in storage.children(folder) {
        let name = storage.name(number);
        if name.starts_with("__recip_version1.0_") {
            recipient(storage, number, &mut lines);
        } else if name.starts_with("__attach_version1.0_") {
            inner.push(number);
        } else if let Some((property, kind)) = property(name) {
            match (property, text(storage, number, kind)) {
                ("1000", Some(text)) => body = text,
                ("1009", _) => packed = storage.stream(number),
                ("1013", text) => page = text.unwrap_or_else(|| String::from_utf8_lossy(&storage.stream(number)).into_owned()),
                (property, Some(text)) => push(property, &text, &mut lines),
                _ => {}
            }
        }
    }
    if !lines.is_empty() {
        let place = Place::Within { start: 0, length: 0 };
        sink.text(&Text { kind: TextKind::MailHeader, bytes: lines.as_bytes(), place });
    }
    if body.trim().is_empty() {
        body = html::visible(&page);
    }
    prose.line(&body, sink);
    prose.flush(sink);
    if let Some(rich) = lzfu::unpack(&packed).filter(|_| body.trim().is_empty()) {
        let size = Some(rich.len() as u64);
        sink.item(Member { name: b"body.rtf", step: false, size, packed: None, content: Input::Whole(&rich) });
    }
    for number in inner {
        attachment(storage, number, depth, prose, sink);
    }
}

/// What a property of this number says, as a line: with the name of a header where it has one.
pub(in crate::format) fn property_line(property: u16, text: &str, lines: &mut String) {
    push(&format!("{property:04X}"), text, lines);
}

fn push(property: &str, text: &str, lines: &mut String) {
    let text = text.trim();
    if !text.is_empty() && !MUTE.contains(&property) {
        if let Some((_, label)) = HEADERS.iter().find(|(held, _)| *held == property) {
            lines.push_str(label);
            lines.push_str(": ");
        }
        lines.push_str(text);
        lines.push('\n');
    }
}

/// Number and type of the property a stream holds.
fn property(name: &str) -> Option<(&str, &str)> {
    let code = name.strip_prefix("__substg1.0_")?;
    Some((code.get(..4)?, code.get(4..8)?))
}

fn text(storage: &Storage<'_>, number: u32, kind: &str) -> Option<String> {
    match kind {
        "001F" => Some(utf_16(&storage.stream(number)).trim_end_matches('\0').to_owned()),
        "001E" => Some(WINDOWS_1252.decode_without_bom_handling(&storage.stream(number)).0.trim_end_matches('\0').to_owned()),
        _ => None,
    }
}

fn recipient(storage: &Storage<'_>, folder: u32, lines: &mut String) {
    let mut name = String::new();
    let mut address = String::new();
    for number in storage.children(folder) {
        let Some((property, kind)) = property(storage.name(number)) else { continue };
        let Some(text) = text(storage, number, kind) else { continue };
        match property {
            "3001" => name = text,
            "39FE" => address = text,
            "3003" if address.is_empty() && text.contains('@') => address = text,
            _ => {}
        }
    }
    if !name.is_empty() || !address.is_empty() {
        lines.push_str(&format!("To: {name} <{address}>\n"));
    }
}

fn attachment(storage: &Storage<'_>, folder: u32, depth: usize, prose: &mut Prose, sink: &mut dyn Sink) {
    let (mut name, mut content, mut message) = (String::new(), None, None);
    for number in storage.children(folder) {
        match property(storage.name(number)) {
            Some(("3707", kind)) => name = text(storage, number, kind).unwrap_or(name),
            Some(("3704" | "3001", kind)) if name.is_empty() => name = text(storage, number, kind).unwrap_or_default(),
            Some(("3701", "0102")) => content = Some(storage.stream(number)),
            Some(("3701", "000D")) if storage.is_folder(number) => message = Some(number),
            _ => {}
        }
    }
    if name.is_empty() {
        "attachment".clone_into(&mut name);
    }
    match (content, message) {
        (Some(bytes), _) => {
            let size = Some(bytes.len() as u64);
            sink.item(Member { name: name.as_bytes(), step: false, size, packed: size, content: Input::Whole(&bytes) });
        }
        (None, Some(folder)) if depth < DEPTH => read(storage, folder, depth + 1, prose, sink),
        (None, Some(_)) => sink.problem(Problem::new(Category::Limit, "messages nested deeper than the limit")),
        (None, None) => {}
    }
}
