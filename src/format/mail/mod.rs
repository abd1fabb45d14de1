//! Mail messages (RFC 5322, MIME): headers as lines, bodies as text, attachments and
//! messages inside as items.
//!
//! The parts of a message are found here; `mail-parser` reads header fields only. It would
//! build a tree of the whole message, whose depth the sender decides.

mod header;
mod transfer;

use super::{Claim, Format, Head, Member, Place, Sink, Text, TextKind, html, tell_cut, transcode};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use encoding_rs::{Encoding, UTF_8};
use header::Fields;
use memchr::memmem;
use std::{borrow::Cow, collections::HashSet};
use transcode::Transcoder;
use transfer::Transfer;

/// Parts within parts; no mail program nests deeper.
const DEPTH: usize = 32;

/// `.eml` files, messages of a mailbox, attached messages.
pub struct Mail;

impl Format for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        match header::known_fields(head.bytes) {
            0 | 1 => Claim::No,
            2 => Claim::Likely,
            _ => Claim::Sure,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        Message { bytes: &bytes, members: 0, sink: &mut *sink }.read();
        tell_cut(error.as_ref(), sink);
    }
}

/// A message being read.
struct Message<'m> {
    bytes: &'m [u8],
    /// Parts that are items, so far; a part without a name is called by its number.
    members: u32,
    sink: &'m mut dyn Sink,
}

/// Where a part is in the message.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Message<'_> {
    fn read(&mut self) {
        let (fields, body) = self.open(Span { start: 0, end: self.bytes.len() });
        let (lines, points) = fields.lines();
        if !lines.is_empty() {
            let place = Place::Decoded { points: &points };
            self.sink.text(&Text { kind: TextKind::MailHeader, bytes: lines.as_bytes(), place });
        }
        self.part(&fields, body, 0);
    }

    /// A part's header fields, and where its body is.
    fn open(&self, part: Span) -> (Fields, Span) {
        let bytes = &self.bytes[part.start..part.end];
        let length = header::length(bytes);
        (Fields::parse(&bytes[..length], part.start), Span { start: part.start + length, end: part.end })
    }

    fn part(&mut self, fields: &Fields, body: Span, depth: usize) {
        if fields.is_encrypted() {
            let size = (body.end - body.start) as u64;
            let problem = Problem::new(Category::Encrypted, "an encrypted message").not_examined(size);
            return self.sink.unread(fields.name().unwrap_or("encrypted").as_bytes(), Some(size), problem);
        }
        if fields.is("multipart", "") {
            let children = fields.boundary().map(|boundary| split(self.bytes, body, boundary.as_bytes())).unwrap_or_default();
            if !children.is_empty() {
                return self.children(fields, &children, depth);
            }
        }
        let is_text = fields.is("text", "plain") || fields.is("multipart", "") || fields.is("message", "delivery-status");
        let is_shown = fields.name().is_none() && !fields.is_attachment();
        match () {
            () if is_text && is_shown => self.text(fields, body),
            () if fields.is("text", "html") && is_shown => self.html(fields, body),
            () => self.member(fields, body),
        }
    }

    fn children(&mut self, fields: &Fields, children: &[Span], depth: usize) {
        if depth >= DEPTH {
            let lost = children.iter().map(|child| (child.end - child.start) as u64).sum();
            return self.sink.problem(Problem::new(Category::Limit, "parts of a message nested too deep").not_examined(lost));
        }
        let mut opened: Vec<(Fields, Span)> = children.iter().map(|child| self.open(*child)).collect();
        if fields.is("multipart", "alternative") {
            self.drop_repetition(&mut opened);
        }
        if fields.is("multipart", "digest") {
            opened.iter_mut().for_each(|(fields, _)| fields.default_to_message());
        }
        for (fields, body) in &opened {
            self.part(fields, *body, depth + 1);
        }
    }

    /// Of alternatives, the HTML one goes when it has no word that the plain one has not.
    fn drop_repetition(&self, parts: &mut Vec<(Fields, Span)>) {
        let plain: String =
            parts.iter().filter(|(fields, _)| fields.is("text", "plain")).map(|(fields, body)| self.decoded(fields, *body)).collect();
        let known: HashSet<&str> = words(&plain).collect();
        parts.retain(|(fields, body)| {
            !fields.is("text", "html") || !words(&html::visible(&self.decoded(fields, *body))).all(|word| known.contains(word))
        });
    }

    /// A body as text, whatever its transfer encoding and charset.
    fn decoded(&self, fields: &Fields, body: Span) -> String {
        let bytes = fields.transfer().decode(&self.bytes[body.start..body.end]);
        let (text, ..) = encoding(fields, &bytes).decode(&bytes);
        text.into_owned()
    }

    fn text(&mut self, fields: &Fields, body: Span) {
        let raw = &self.bytes[body.start..body.end];
        let bytes = fields.transfer().decode(raw);
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let encoding = encoding(fields, &bytes);
        let kind = TextKind::Prose;
        let start = body.start as u64;
        let mut transcoder = Transcoder::new(encoding);
        let (text, place) = match (&bytes, encoding == UTF_8 && std::str::from_utf8(&bytes).is_ok()) {
            (Cow::Borrowed(bytes), true) => (*bytes, Place::Exact { start }),
            (Cow::Owned(bytes), true) => (bytes.as_slice(), Place::Within { start, length: raw.len() as u64 }),
            (Cow::Borrowed(bytes), false) => {
                let (text, place) = transcoder.block(bytes, start, true);
                (text.as_bytes(), place)
            }
            (Cow::Owned(bytes), false) => {
                let (text, _) = transcoder.block(bytes, start, true);
                (text.as_bytes(), Place::Within { start, length: raw.len() as u64 })
            }
        };
        self.sink.text(&Text { kind, bytes: text, place });
    }

    fn html(&mut self, fields: &Fields, body: Span) {
        let text = html::visible(&self.decoded(fields, body));
        if !text.trim().is_empty() {
            let place = Place::Within { start: body.start as u64, length: (body.end - body.start) as u64 };
            self.sink.text(&Text { kind: TextKind::Prose, bytes: text.as_bytes(), place });
        }
    }

    /// Hands on an attachment, a message, anything that is no text to be shown.
    fn member(&mut self, fields: &Fields, body: Span) {
        self.members += 1;
        let bytes = fields.transfer().decode(&self.bytes[body.start..body.end]);
        let unnamed = format!("part-{}", self.members);
        let name = fields.name().unwrap_or(&unnamed);
        let size = Some(bytes.len() as u64);
        self.sink.item(Member { name: name.as_bytes(), step: false, size, packed: None, content: Input::Whole(&bytes) });
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What the characters of a body are: what its header says, unless the bytes say otherwise.
fn encoding(fields: &Fields, bytes: &[u8]) -> &'static Encoding {
    let told = fields.charset().and_then(transcode::named);
    match told {
        // Mail without a word about it, or called ASCII, is UTF-8 more often than not.
        None => transcode::detect(bytes, true).unwrap_or(UTF_8),
        Some(told) if told != UTF_8 && told.is_ascii_compatible() && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => UTF_8,
        Some(told) => told,
    }
}

/// The parts between lines of `--boundary`, to `--boundary--` or the end (RFC 2046, section 5.1.1).
fn split(bytes: &[u8], body: Span, boundary: &[u8]) -> Vec<Span> {
    let mut parts = Vec::new();
    let Some(text) = bytes.get(body.start..body.end).filter(|_| !boundary.is_empty()) else { return parts };
    let delimiter = [b"--", boundary].concat();
    let mut open: Option<usize> = None;
    for at in memmem::find_iter(text, &delimiter) {
        let behind = text.get(at + delimiter.len()..).unwrap_or_default();
        let is_last = behind.starts_with(b"--");
        let line = behind.iter().position(|byte| *byte == b'\n').unwrap_or(behind.len());
        // A longer boundary may begin with this one.
        let is_whole = is_last || behind[..line].trim_ascii().is_empty();
        if !is_whole || at > 0 && text[at - 1] != b'\n' {
            continue;
        }
        if let Some(start) = open.take() {
            let before = &text[start.min(at)..at];
            let before = before.strip_suffix(b"\n").map_or(before, |before| before.strip_suffix(b"\r").unwrap_or(before));
            parts.push(Span { start: body.start + start.min(at), end: body.start + start.min(at) + before.len() });
        }
        if is_last {
            return parts;
        }
        open = Some((at + delimiter.len() + line + 1).min(text.len()));
    }
    parts.extend(open.map(|start| Span { start: body.start + start, end: body.end }));
    parts
}

#[cfg(test)]
mod tests;
