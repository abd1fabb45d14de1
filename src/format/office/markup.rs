//! XML, one event at a time: no document is built, nothing is fetched, and of entities only
//! XML's own five, HTML's and numbers are known, so none can expand. That a document has others
//! is told at its end.

use crate::format::html::entity;
use quick_xml::{
    Error, Reader, XmlVersion,
    encoding::DecodingReader,
    escape::resolve_predefined_entity,
    events::{BytesEnd, BytesStart, Event as Raw, attributes::Attribute},
};
use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

/// No tag and no run of text is longer: more would have to be held at once.
const LONGEST: u64 = 64 << 20;

/// An event. Text comes in pieces; empty elements open and close.
#[derive(Debug)]
pub(in crate::format) enum Event<'b> {
    Open(Tag<'b>),
    Close(Name<'b>),
    Text(Cow<'b, str>),
    End,
}

/// An element that opens.
#[derive(Debug)]
pub(in crate::format) struct Tag<'b>(BytesStart<'b>);

impl Tag<'_> {
    /// Its name without prefix: the prefixes of Office files vary, their names do not collide.
    pub(in crate::format) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The prefix of its name, as written.
    pub(in crate::format) fn prefix(&self) -> &str {
        self.0.name().prefix().map_or("", |prefix| prefix.into_inner())
    }

    /// The value of the attribute with this local name.
    pub(in crate::format) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.attributes().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of the attribute with this whole name.
    pub(in crate::format) fn exact_attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut all = self.all().filter(|attribute| attribute.key.into_inner() == name);
        all.next().map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or(attribute.value))
    }

    fn all(&self) -> impl Iterator<Item = Attribute<'_>> {
        let mut attributes = self.0.attributes();
        // The same name twice is for others to complain about.
        attributes.with_checks(false);
        attributes.flatten()
    }

    /// All attributes by local name.
    pub(in crate::format) fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.all().map(|attribute| {
            let name = attribute.key.local_name().into_inner();
            // A value with a broken entity is taken as it is written.
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_else(|_| attribute.value.clone());
            (name, value)
        })
    }
}

/// The name of an element that closes.
#[derive(Debug)]
pub(in crate::format) struct Name<'b>(BytesEnd<'b>);

impl Name<'_> {
    /// Without prefix.
    pub(in crate::format) fn as_str(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

/// A document being read.
pub(in crate::format) struct Markup<R> {
    reader: Reader<DecodingReader<Measured<R>>>,
    buffer: Vec<u8>,
    /// References to entities that only the document itself could explain.
    unexplained: u64,
}

impl<R: BufRead> Markup<R> {
    /// A document in UTF-8 or UTF-16, as packages demand.
    pub(in crate::format) fn new(reader: R) -> Markup<R> {
        let mut reader = Reader::from_reader(DecodingReader::new(Measured { inner: reader, since: 0 }));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Markup { reader, buffer: Vec::new(), unexplained: 0 }
    }

    /// The next event; an empty text for what says nothing (comments, declarations, instructions). In place of the
    /// first end of a document with entities of its own comes an error, which is of the kind of a limit.
    pub(in crate::format) fn next(&mut self) -> io::Result<Event<'_>> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().since = 0;
        Ok(match self.reader.read_event_into(&mut self.buffer).map_err(as_io)? {
            Raw::Start(tag) | Raw::Empty(tag) => Event::Open(Tag(tag)),
            Raw::End(tag) => Event::Close(Name(tag)),
            Raw::Text(text) => Event::Text(text.xml10_content()),
            Raw::CData(text) => Event::Text(text.xml10_content()),
            Raw::GeneralRef(reference) => Event::Text(match reference.resolve_char_ref() {
                Ok(Some(c)) => Cow::Owned(c.to_string()),
                _ => match resolve_predefined_entity(&reference) {
                    Some(known) => Cow::Borrowed(known),
                    None => {
                        let written = format!("&{};", &*reference);
                        let decoded = entity::decode(&written).into_owned();
                        let is_known = decoded != written;
                        self.unexplained += u64::from(!is_known);
                        Cow::Owned(if is_known { decoded } else { String::new() })
                    }
                },
            }),
            Raw::Comment(_) | Raw::Decl(_) | Raw::PI(_) | Raw::DocType(_) => Event::Text(Cow::Borrowed("")),
            Raw::Eof => match std::mem::take(&mut self.unexplained) {
                0 => Event::End,
                count => {
                    let detail = format!("{count} references to entities of the document's own, which are not expanded");
                    return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
                }
            },
        })
    }
}

fn as_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => io::Error::new(error.kind(), error.to_string()),
        error => io::Error::new(io::ErrorKind::InvalidData, format!("malformed XML: {error}")),
    }
}

/// A reader that refuses to give more than [`LONGEST`] bytes for one event.
struct Measured<R> {
    inner: R,
    since: u64,
}

impl<R: BufRead> Read for Measured<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Measured<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a piece of text larger than 64 MiB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.since += length as u64;
        self.inner.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &[u8]) -> String {
        let mut markup = Markup::new(xml);
        let mut all = String::new();
        loop {
            match markup.next() {
                Ok(Event::Open(tag)) => all.push_str(&format!("<{}>", tag.name())),
                Ok(Event::Close(name)) => all.push_str(&format!("</{}>", name.as_str())),
                Ok(Event::Text(text)) => all.push_str(&text),
                Ok(Event::End) => return all,
                Err(error) => return format!("{all} {:?}", error.kind()),
            }
        }
    }

    #[test]
    fn entities_are_numbers_or_xmls_own_and_never_expand() {
        assert_eq!(text(b"<w:a>x &amp; &#252;&#x20AC;<b/><![CDATA[<c>]]></w:a>"), "<a>x & \u{fc}\u{20ac}<b></b><c></a>");
        let bomb = b"<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;&b;\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]><a>1&c;&d;2</a>";
        assert_eq!(text(bomb), "<a>12</a> FileTooLarge");
        assert_eq!(text(b"<a>M&uuml;ller</a>"), "<a>M\u{fc}ller</a>");
    }

    #[test]
    fn utf_16_is_read_and_damage_is_told() {
        let wide: Vec<u8> = "\u{FEFF}<a>\u{fc}</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&wide), "<a>\u{fc}</a>");
        assert_eq!(text(b"<a>1</b><c x='"), "<a>1</b> InvalidData");
        let mut long = io::BufReader::new(io::repeat(b'x'));
        assert_eq!(Markup::new(&mut long).next().expect_err("too long").kind(), io::ErrorKind::FileTooLarge);
    }
}
