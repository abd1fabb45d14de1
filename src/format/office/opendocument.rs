//! OpenDocument (ISO/IEC 26300, OASIS OpenDocument 1.3): texts, sheets, slides, and the same in
//! one XML file without a package.

use super::{
    Reading, What,
    grid::Origin,
    layout::Layout,
    loose,
    markup::{Event, Markup, Tag},
    what_is,
};
use crate::{
    base::{Category, Problem},
    format::Member,
    source::Input,
};
use std::{
    collections::BTreeSet,
    io::{self, BufRead},
};

/// Reads a package; `None` when it is none of OpenDocument.
pub(super) fn read(reading: &mut Reading<'_, '_>) -> Option<bool> {
    let kind = reading.package.whole("mimetype", 256);
    if !kind.starts_with(b"application/vnd.oasis.opendocument") || !reading.package.has("content.xml") {
        return None;
    }
    let encrypted = reading.part("META-INF/manifest.xml", false, |found, event| {
        *found |= matches!(event, Event::Open(tag) if tag.name() == "encryption-data");
    });
    if encrypted {
        let size = reading.package.names().count();
        reading.sink.problem(Problem::new(Category::Encrypted, format!("parts of {size} are encrypted with a password")));
    }
    let package = reading.package;
    let names: BTreeSet<&str> = package.names().collect();
    part("content.xml", encrypted, reading);
    for name in names {
        let lower = name.to_ascii_lowercase();
        match what_is(&lower) {
            _ if reading.is_read(name)
                || lower == "mimetype"
                || lower.starts_with("configurations2/")
                || lower.starts_with("meta-inf/") => {}
            // Pages' headers and footers are with the styles.
            _ if lower.ends_with("content.xml") || lower.ends_with("styles.xml") => part(name, encrypted, reading),
            _ if lower.starts_with("objectreplacements/") => {}
            What::Look | What::Links => {}
            What::Picture => reading.pictures += 1,
            What::Loose | What::Flow if !encrypted => loose::read(name, reading),
            What::Loose | What::Flow => {}
            What::Item => {
                reading.members += 1;
                reading.package.give(name, reading.sink);
            }
        }
    }
    Some(true)
}

/// What stands in base64 in one place.
const LONGEST_BINARY: usize = 64 << 20;

fn part(name: &str, may_be_encrypted: bool, reading: &mut Reading<'_, '_>) {
    let Some(content) = reading.open(name) else { return };
    let ended = content_of(content, reading);
    if !may_be_encrypted {
        reading.tell(name, ended);
    }
}

/// Reads a document in one file.
pub(super) fn read_flat(bytes: &[u8], reading: &mut Reading<'_, '_>) {
    if let Err(error) = content_of(bytes, reading) {
        reading.sink.problem(crate::format::read_problem(&error));
    }
}

fn content_of(content: impl BufRead, reading: &mut Reading<'_, '_>) -> io::Result<()> {
    let mut body =
        Body { layout: Layout::new(reading), paragraphs: 0, cell: Cell::default(), row_repeated: 1, note: None, mute: 0, binary: None };
    let mut markup = Markup::new(content);
    let ended = loop {
        match markup.next() {
            Ok(Event::Open(tag)) => body.begin(&tag),
            Ok(Event::Close(name)) => body.end(name.as_str()),
            Ok(Event::Text(text)) => body.text(&text),
            Ok(Event::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    body.layout.finish();
    ended
}

/// A cell of a sheet.
#[derive(Default)]
struct Cell {
    /// What its attributes say it is worth.
    value: Option<String>,
    repeated: usize,
}

/// A document being read.
struct Body<'b, 'r, 'a> {
    layout: Layout<'b, 'r, 'a>,
    /// Paragraphs around: only their characters are the document's.
    paragraphs: u32,
    cell: Cell,
    row_repeated: usize,
    /// A note on a cell stands beside it.
    note: Option<String>,
    mute: u32,
    /// A picture or document in base64 stands in place.
    binary: Option<String>,
}

fn count(tag: &Tag<'_>, name: &str) -> usize {
    tag.attribute(name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

impl Body<'_, '_, '_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        if self.mute > 0 {
            self.mute += 1;
            return;
        }
        match (tag.prefix(), tag.name()) {
            ("text", "p" | "h") => {
                if self.paragraphs > 0 {
                    self.layout.break_line();
                }
                self.paragraphs += 1;
            }
            ("text", "s") => {
                let spaces = tag.attribute("c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                self.text(&" ".repeat(spaces.min(1000)));
            }
            ("text", "tab") => self.text("\t"),
            ("text", "line-break") => self.text("\n"),
            ("text", "a") => {
                if let Some(address) = tag.attribute("href").filter(|address| address.contains(':')) {
                    self.layout.aside(address.strip_prefix("mailto:").unwrap_or(&address));
                }
            }
            ("office", "binary-data") => self.binary = Some(String::new()),
            // A macro is lines of text.
            (_, "source-code") => self.paragraphs += 1,
            // How a word is spoken; colours of text, in the older way.
            ("text", "ruby-text") => self.mute = 1,
            ("office", "spreadsheet") => self.layout.set_origin(Origin::Sheet),
            ("office", "annotation") => self.note = Some(String::new()),
            ("form", _) => {
                if let Some(value) = tag.attribute("current-value").or_else(|| tag.attribute("value")) {
                    self.layout.aside(&value);
                }
            }
            ("table", "table") => self.layout.begin_table(tag.exact_attribute("table:name").as_deref()),
            ("table", "table-row") => self.row_repeated = count(tag, "number-rows-repeated"),
            ("table", "table-cell" | "covered-table-cell") => self.begin_cell(tag),
            _ => {}
        }
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) {
        if self.layout.depth() != 1 {
            return;
        }
        let value = match tag.exact_attribute("office:value-type").as_deref() {
            Some("float" | "percentage" | "currency") => tag.exact_attribute("office:value"),
            Some("date") => tag.exact_attribute("office:date-value"),
            Some("string") => tag.exact_attribute("office:string-value"),
            _ => None,
        };
        self.cell = Cell { value: value.map(|value| value.into_owned()), repeated: count(tag, "number-columns-repeated") };
        self.layout.begin_cell();
    }

    fn end(&mut self, name: &str) {
        if self.mute > 0 {
            self.mute -= 1;
            return;
        }
        match name {
            "binary-data" => self.give_binary(),
            "p" | "h" | "source-code" if self.paragraphs > 0 => {
                self.paragraphs -= 1;
                match &mut self.note {
                    Some(note) => note.push('\n'),
                    None => self.layout.end_line(),
                }
            }
            "annotation" => {
                if let Some(note) = self.note.take() {
                    self.layout.aside(note.trim());
                }
            }
            "table-cell" | "covered-table-cell" => self.end_cell(),
            "table-row" => self.layout.end_row(self.row_repeated),
            "table" => self.layout.end_table(),
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        if self.layout.depth() != 1 {
            return self.layout.end_cell();
        }
        let shown = self.layout.take_cell();
        let shown = shown.trim();
        let value = self.cell.value.take();
        self.layout.put(value.as_deref().map_or(shown, |value| plainer(value, shown)), self.cell.repeated);
    }

    /// Hands on a document that stands in the text in base64; a picture is counted.
    fn give_binary(&mut self) {
        let Some(mut binary) = self.binary.take() else { return };
        binary.retain(|c| !c.is_ascii_whitespace());
        let reading = &mut *self.layout.reading;
        let Some(document) = crate::format::document(binary.as_bytes()) else {
            reading.pictures += usize::from(!binary.is_empty());
            return;
        };
        reading.members += 1;
        let name = format!("binary {}", reading.members);
        let size = Some(document.len() as u64);
        reading.sink.item(Member { name: name.as_bytes(), step: false, size, packed: size, content: Input::Whole(&document) });
    }

    fn text(&mut self, text: &str) {
        if let Some(binary) = &mut self.binary {
            if binary.len() + text.len() <= LONGEST_BINARY {
                binary.push_str(text);
            }
            return;
        }
        match &mut self.note {
            _ if self.mute > 0 || self.paragraphs == 0 => {}
            Some(note) if note.len() < 1 << 20 => note.push_str(text),
            Some(_) => {}
            None => self.layout.push(text),
        }
    }
}

/// Of a value and how it is shown: what is shown when that has the same digits (with zeros
/// before them, or separators of a number that is a key), else the value.
fn plainer<'v>(value: &'v str, shown: &'v str) -> &'v str {
    let is_key = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' ' | b'/' | b'(' | b')'));
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let is_same = digits.trim_start_matches('0') == value && shown != value;
    if is_key && is_same { shown } else { value.strip_suffix("T00:00:00").unwrap_or(value) }
}
