//! PDF (ISO 32000-2): the text of every page, the fields of forms, notes, bookmarks, properties,
//! and the files inside.
//!
//! `lopdf` finds the objects, undoes damage to the table of them, and decrypts; pages are run by
//! our own interpreter, which tells lines and gaps from positions and never runs without limit.

mod cmap;
mod font;
mod glyph;
mod lexer;
mod matrix;
mod object;
mod page;
mod tree;

use super::{Claim, Format, Head, Member, Place, Sink, Text, TextKind, raw::Raw, tell_cut};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};
use object::{array, content, dictionary, name, text, value};
use page::Reader;
use std::collections::HashSet;
use tree::Trail;

/// More pages than this are not read.
const PAGES: usize = 200_000;
/// Bytes of content run for one document: forms may be used on every page.
const FUEL: usize = 2 << 30;
/// Fields, notes and bookmarks of one document.
const ENTRIES: usize = 1 << 18;
/// What must be unpacked to find objects.
const OBJECTS: usize = 256 << 20;

/// `.pdf`.
pub struct Pdf;

impl Format for Pdf {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // Readers accept what stands before the mark (ISO 32000-1, annex H, note 13).
        let start = &head.bytes[..head.bytes.len().min(1024)];
        match memchr::memmem::find(start, b"%PDF-") {
            Some(0) => Claim::Sure,
            Some(_) if head.name.ends_with(".pdf") => Claim::Sure,
            Some(at) if start[..at].iter().all(u8::is_ascii_whitespace) || start.starts_with(b"\xEF\xBB\xBF%PDF-") => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let options = LoadOptions { max_decompressed_size: Some(OBJECTS), ..LoadOptions::default() };
        match Document::load_mem_with_options(&bytes, options) {
            Ok(mut document) if document.is_encrypted() => {
                if !sink.passwords().iter().any(|word| document.decrypt(word).is_ok()) {
                    let problem = Problem::new(Category::Encrypted, "a document encrypted with a password");
                    return sink.problem(problem.not_examined(bytes.len() as u64));
                }
                Contents { document: &document, size: bytes.len() as u64, sink: &mut *sink }.read();
            }
            Ok(document) => Contents { document: &document, size: bytes.len() as u64, sink: &mut *sink }.read(),
            Err(load_error) => {
                Raw.read(Input::Whole(&bytes), sink);
                // A document that is cut off may have been cut off where it comes from.
                if error.is_none() {
                    let detail = format!("no document could be made of it ({load_error}): text was sought in its raw bytes");
                    sink.problem(Problem::new(Category::Corrupt, detail));
                }
            }
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// A document being read.
struct Contents<'c> {
    document: &'c Document,
    size: u64,
    sink: &'c mut dyn Sink,
}

impl Contents<'_> {
    fn read(&mut self) {
        let mut looped = Vec::new();
        looped.extend(self.pages());
        let mut lines = String::new();
        self.properties(&mut lines);
        looped.extend(self.fields(&mut lines).then_some("fields of forms"));
        looped.extend(self.entries(&mut lines).then_some("bookmarks"));
        if !looped.is_empty() {
            let detail = format!("{} lead back into themselves: each was read once", looped.join(", "));
            self.sink.problem(Problem::new(Category::Limit, detail));
        }
        if !lines.is_empty() {
            let place = Place::Within { start: 0, length: self.size };
            self.sink.text(&Text { kind: TextKind::Prose, bytes: lines.as_bytes(), place });
        }
        self.files();
        self.scripts();
    }

    /// What of the pages leads back into itself.
    fn pages(&mut self) -> Vec<&'static str> {
        let pages = tree::pages(self.document, PAGES);
        let mut looped: Vec<&'static str> = pages.is_looped.then_some("pages").into_iter().collect();
        let mut reader = Reader::new(self.document, FUEL);
        let (mut count, mut pictures, mut unreadable) = (0_u32, 0_u32, 0_u32);
        let mut damaged = Vec::new();
        let mut seen = HashSet::new();
        let mut draws_itself = false;
        for id in pages.ids {
            count += 1;
            if !seen.insert(id) {
                continue;
            }
            let mut page = reader.page(id);
            self.notes(id, &mut page.text);
            if !page.text.trim().is_empty() {
                let place = Place::Page { number: count };
                self.sink.text(&Text { kind: TextKind::Prose, bytes: page.text.as_bytes(), place });
            }
            // A stamp or a page number does not make a picture readable.
            let letters = page.text.chars().filter(|c| c.is_alphanumeric()).count();
            pictures += u32::from(page.pictures > 0 && letters < 4);
            unreadable += u32::from(page.unreadable > letters);
            draws_itself |= page.is_looped;
            if page.is_damaged {
                damaged.push(count);
            }
            if reader.fuel == 0 {
                self.sink.problem(Problem::new(Category::Limit, format!("pages draw more than the limit: read up to page {count}")));
                break;
            }
        }
        if pages.is_cut {
            self.sink.problem(Problem::new(Category::Limit, format!("more than {PAGES} pages")));
        }
        if count == 0 {
            self.sink.problem(Problem::new(Category::Corrupt, "no page could be found"));
        }
        if !damaged.is_empty() {
            self.sink.problem(Problem::new(Category::Corrupt, damaged_pages(&damaged, count)));
        }
        if pictures > 0 {
            self.sink.problem(Problem::new(Category::ImageOnly, format!("{pictures} of {count} pages are pictures without text")));
        }
        if unreadable > 0 {
            let detail = format!("{unreadable} of {count} pages have fonts that do not tell their characters");
            self.sink.problem(Problem::new(Category::ImageOnly, detail));
        }
        looped.extend(draws_itself.then_some("forms on pages"));
        looped
    }

    /// Notes on a page, and the addresses behind its links.
    fn notes(&self, page: ObjectId, lines: &mut String) {
        let document = self.document;
        let Some(notes) = document.get_dictionary(page).ok().and_then(|page| array(page, b"Annots", document)) else { return };
        for note in notes.iter().take(ENTRIES) {
            let Some(note) = document.dereference(note).ok().and_then(|(_, note)| note.as_dict().ok()) else { continue };
            for key in [b"Contents".as_slice(), b"T"] {
                if name(note, b"Subtype", document) != Some(b"Widget") {
                    push_line(text(note, key, document).as_deref(), lines);
                }
            }
            let address = dictionary(note, b"A", document).and_then(|action| text(action, b"URI", document));
            push_line(address.as_deref().map(|address| address.strip_prefix("mailto:").unwrap_or(address)), lines);
        }
    }

    /// What the document says of itself.
    fn properties(&self, lines: &mut String) {
        let document = self.document;
        let Some(information) = dictionary(&document.trailer, b"Info", document) else { return };
        for (key, _) in information.iter().take(1000) {
            if !matches!(key.as_slice(), b"Producer" | b"Creator" | b"CreationDate" | b"ModDate" | b"Trapped")
                && let Some(value) = text(information, key, document)
            {
                push_line(Some(&format!("{}: {}", String::from_utf8_lossy(key), value.trim())), lines);
            }
        }
    }

    /// Fields of forms, `name: value`, and the XML that newer forms keep them in; whether a field is within itself.
    fn fields(&mut self, lines: &mut String) -> bool {
        let document = self.document;
        let Some(form) = document.catalog().ok().and_then(|catalog| dictionary(catalog, b"AcroForm", document)) else { return false };
        let mut waiting: Vec<(&Object, Option<ObjectId>, String)> =
            array(form, b"Fields", document).into_iter().flatten().map(|field| (field, None, String::new())).collect();
        waiting.reverse();
        let mut trail = Trail::default();
        while let Some((field, from, above)) = waiting.pop() {
            let Ok((id, field)) = document.dereference(field) else { continue };
            if id.is_some_and(|id| !trail.step(from, id)) || trail.len() > ENTRIES {
                continue;
            }
            let Ok(field) = field.as_dict() else { continue };
            let own = text(field, b"T", document).unwrap_or_default();
            let path = if above.is_empty() || own.is_empty() { [above, own].concat() } else { format!("{above}.{own}") };
            if let Some(value) = field_value(field, document) {
                push_line(Some(&format!("{}: {}", path.rsplit('.').next().unwrap_or(&path), value.trim())), lines);
            }
            if let (Some(kids), true) = (array(field, b"Kids", document), path.len() < 1000) {
                waiting.extend(kids.iter().rev().map(|kid| (kid, id, path.clone())));
            }
        }
        let parts = match value(form, b"XFA", document) {
            Some(Object::Array(parts)) => parts.iter().skip(1).step_by(2).collect(),
            Some(whole) => vec![whole],
            None => Vec::new(),
        };
        for part in parts {
            if let Some(stream) = document.dereference(part).ok().and_then(|(_, part)| part.as_stream().ok()) {
                self.give(b"form.xml", stream);
            }
        }
        trail.is_looped
    }

    /// Bookmarks; whether one leads back to itself.
    fn entries(&self, lines: &mut String) -> bool {
        let document = self.document;
        let outlines = document.catalog().ok().and_then(|catalog| dictionary(catalog, b"Outlines", document));
        let mut waiting: Vec<(Option<ObjectId>, &Dictionary)> = outlines.into_iter().map(|entry| (None, entry)).collect();
        let mut trail = Trail::default();
        while let (Some((from, entry)), true) = (waiting.pop(), trail.len() < ENTRIES) {
            push_line(text(entry, b"Title", document).as_deref(), lines);
            for key in [b"Next".as_slice(), b"First"] {
                let id = entry.get(key).ok().and_then(|next| next.as_reference().ok());
                if let Some(id) = id.filter(|id| trail.step(from, *id)) {
                    waiting.extend(dictionary(entry, key, document).map(|entry| (Some(id), entry)));
                }
            }
        }
        trail.is_looped
    }

    /// Files inside, wherever they are referred to.
    fn files(&mut self) {
        let document = self.document;
        let mut given = HashSet::new();
        for object in document.objects.values() {
            let Ok(specification) = object.as_dict() else { continue };
            let Some(files) = dictionary(specification, b"EF", document) else { continue };
            let file_name = [b"UF".as_slice(), b"F"].iter().find_map(|key| text(specification, key, document));
            for (_, file) in files.iter() {
                let Ok((id, file)) = document.dereference(file) else { continue };
                if let (Ok(stream), true) = (file.as_stream(), id.is_none_or(|id| given.insert(id))) {
                    self.give(file_name.as_deref().unwrap_or("file").as_bytes(), stream);
                }
            }
        }
    }

    /// Programs of the document and its forms (12.6.4.17): addresses they send to, what they fill in.
    fn scripts(&mut self) {
        let document = self.document;
        let mut all = String::new();
        for object in document.objects.values() {
            let mut waiting = vec![(object, 0)];
            while let Some((object, depth)) = waiting.pop() {
                let Ok(action) = object.as_dict() else { continue };
                if name(action, b"S", document) == Some(b"JavaScript") {
                    match value(action, b"JS", document) {
                        Some(Object::Stream(stream)) => {
                            push_line(
                                content(stream, 1 << 20).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).as_deref(),
                                &mut all,
                            );
                        }
                        _ => push_line(text(action, b"JS", document).as_deref(), &mut all),
                    }
                } else if depth < 3 {
                    waiting.extend(action.iter().map(|(_, inner)| (inner, depth + 1)));
                }
            }
        }
        if !all.is_empty() {
            let place = Place::Within { start: 0, length: self.size };
            self.sink.text(&Text { kind: TextKind::Lines, bytes: all.as_bytes(), place });
        }
    }

    fn give(&mut self, name: &[u8], stream: &lopdf::Stream) {
        let packed = stream.content.len() as u64;
        match content(stream, self.sink.in_memory()) {
            Some(bytes) => {
                let size = Some(bytes.len() as u64);
                self.sink.item(Member { name, step: false, size, packed: Some(packed), content: Input::Whole(&bytes) });
            }
            None => self.sink.unread(name, None, Problem::new(Category::Corrupt, "cannot be unpacked").not_examined(packed)),
        }
    }
}

/// Which pages could not be unpacked to their end; the first of many are named.
fn damaged_pages(damaged: &[u32], count: u32) -> String {
    let named: Vec<String> = damaged.iter().take(20).map(u32::to_string).collect();
    let more = if damaged.len() > named.len() { " and more" } else { "" };
    format!("the content of {} of {count} pages is damaged: page {}{more}", damaged.len(), named.join(", "))
}

/// The value of a field; what is chosen in a list, each on a line.
fn field_value(field: &Dictionary, document: &Document) -> Option<String> {
    match value(field, b"V", document)? {
        Object::Array(chosen) => Some(chosen.iter().filter_map(|one| lopdf::decode_text_string(one).ok()).collect::<Vec<_>>().join("\n")),
        Object::Name(state) if state != b"Off" => Some(String::from_utf8_lossy(state).into_owned()),
        Object::Stream(stream) => content(stream, 1 << 20).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        _ => text(field, b"V", document),
    }
    .filter(|value| !value.trim().is_empty())
}

fn push_line(line: Option<&str>, lines: &mut String) {
    let Some(line) = line.map(str::trim).filter(|line| !line.is_empty() && lines.len() < 64 << 20) else { return };
    if !lines.is_empty() && !lines.ends_with('\n') {
        lines.push('\n');
    }
    lines.push_str(line);
    lines.push('\n');
}

#[cfg(test)]
mod tests;
