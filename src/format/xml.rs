//! XML of any vocabulary (XML 1.0): an element is a record, elements and attributes in it are
//! columns with paths, repeated ones with members of their own are tables. FHIR, C-CDA, exports
//! of databases and settings are all read so; property lists (`plist`) by their keys.
//!
//! Entities are XML's own five only. An element too large to hold is opened: its children become records.

use super::{
    Claim, Format, Head, Sink,
    json::records::{Records, Value, add},
    office::markup::{Event, Markup, Tag},
    read_problem,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{BufReader, Read};

/// A record larger than this is opened.
const LARGEST: usize = 4 << 20;
/// Elements nested deeper in a record are its text.
const DEEPEST: usize = 90;
/// Elements nested deeper altogether are not followed.
const ENDLESS: usize = 100_000;

/// `.xml`, `.plist`, and whatever else is marked up.
pub struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let start = head.bytes.get(..4096).unwrap_or(head.bytes);
        if memchr::memchr(b'<', start).is_none() {
            return Claim::No;
        }
        let narrow: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
        let text = narrow.as_slice();
        let text = text.strip_prefix(b"\xEF\xBB\xBF").or_else(|| text.strip_prefix(b"\xFF\xFE")).unwrap_or(text);
        let text = text.strip_prefix(b"\xFE\xFF").unwrap_or(text).trim_ascii_start();
        if text.starts_with(b"<?xml") {
            return if outline(head.bytes).tags > 0 { Claim::Likely } else { Claim::No };
        }
        let is_tag = matches!(text, [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'!', ..]);
        let outline = if is_tag { outline(head.bytes) } else { Outline::default() };
        if outline.tags >= 3 && outline.closes > 0 && outline.text_outside == 0 { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        match input {
            Input::Whole(bytes) => read(bytes, outline(bytes.get(..super::HEAD).unwrap_or(bytes)), sink),
            Input::Stream(reader) => {
                let mut head = Vec::new();
                // An error comes again with the next read, if it does not go away.
                (&mut *reader).take(super::HEAD as u64).read_to_end(&mut head).ok();
                let outline = outline(&head);
                read(head.chain(reader), outline, sink);
            }
        }
    }
}

/// What the first bytes show.
#[derive(Clone, Copy, Debug, Default)]
struct Outline {
    tags: usize,
    closes: usize,
    /// Characters that stand in no element.
    text_outside: usize,
    is_plist: bool,
}

fn outline(head: &[u8]) -> Outline {
    let mut markup = Markup::new(head);
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    while outline.tags < 200 {
        match markup.next() {
            Ok(Event::Open(tag)) => {
                outline.is_plist |= outline.tags == 0 && tag.name() == "plist";
                outline.tags += 1;
                depth += 1;
            }
            Ok(Event::Close(_)) => {
                outline.closes += 1;
                match depth.checked_sub(1) {
                    Some(above) => depth = above,
                    None => outline.text_outside += 1,
                }
            }
            Ok(Event::Text(text)) if depth == 0 => outline.text_outside += text.trim().trim_start_matches('\u{FEFF}').len(),
            Ok(Event::Text(_)) => {}
            Ok(Event::End) | Err(_) => break,
        }
    }
    outline
}

fn read(reader: impl Read, outline: Outline, sink: &mut dyn Sink) {
    let mut markup = Markup::new(BufReader::with_capacity(64 << 10, reader));
    let mut reading = Reading {
        is_plist: outline.is_plist,
        open: Vec::new(),
        opened: 0,
        size: 0,
        deeper: 0,
        is_cut: false,
        records: Records::new(),
        sink,
    };
    let ended = loop {
        match markup.next() {
            Ok(Event::End) => break Ok(()),
            Ok(Event::Open(tag)) => reading.begin(&tag),
            Ok(Event::Text(text)) => reading.text(&text),
            Ok(Event::Close(_)) => reading.end(),
            Err(error) => break Err(error),
        }
    };
    let is_open = !reading.open.is_empty();
    while !reading.open.is_empty() {
        reading.deeper = 0;
        reading.end();
    }
    let Reading { records, is_cut, .. } = reading;
    records.finish(sink);
    match ended {
        Err(error) => sink.problem(read_problem(&error)),
        Ok(()) if is_open => sink.problem(Problem::new(Category::Truncated, "the document ends inside an element")),
        Ok(()) => {}
    }
    if is_cut {
        sink.problem(Problem::new(Category::Limit, "elements nested deeper than the limit were read as text"));
    }
}

/// An element that is open.
#[derive(Debug, Default)]
struct Element {
    name: String,
    members: Vec<(String, Value)>,
    text: String,
    /// Has elements inside.
    has_children: bool,
    /// The key that the next value of a property list belongs to.
    key: Option<String>,
}

struct Reading<'s> {
    is_plist: bool,
    open: Vec<Element>,
    /// So many of them, the outer, are not records any more: they became too large.
    opened: usize,
    /// Bytes held by the others.
    size: usize,
    /// Elements open below the deepest that is followed.
    deeper: usize,
    is_cut: bool,
    records: Records,
    sink: &'s mut dyn Sink,
}

impl Reading<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        if self.deeper > 0 || self.open.len() - self.opened >= DEEPEST || self.open.len() >= ENDLESS {
            self.deeper += 1;
            self.is_cut = true;
            return self.text(" ");
        }
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
        }
        let mut element = Element { name: tag.name().to_owned(), ..Element::default() };
        for (name, value) in tag.attributes() {
            if name != "xmlns"
                && !name.contains(':')
                && !matches!(name, "schemaLocation" | "noNamespaceSchemaLocation")
                && tag.prefix() != "xmlns"
            {
                self.size += name.len() + value.len();
                add(&mut element.members, name, Value::text(value.into_owned()));
            }
        }
        self.size += element.name.len() + 32;
        self.open.push(element);
        if self.size > LARGEST {
            self.open_up();
        }
    }

    fn text(&mut self, text: &str) {
        self.size += text.len();
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn end(&mut self) {
        if let Some(above) = self.deeper.checked_sub(1) {
            self.deeper = above;
            return;
        }
        let Some(element) = self.open.pop() else { return };
        let is_record = self.open.len() <= self.opened;
        if self.open.len() < self.opened {
            // What was held of it was handed on.
            self.opened = self.open.len();
        }
        if is_record {
            let path = self.path(&element.name);
            let value = self.value(element);
            self.give(&path, value);
            self.size = 0;
            return;
        }
        let is_plist = self.is_plist;
        let name = element.name.clone();
        let is_key = is_plist && name == "key";
        let value = self.value(element);
        let Some(parent) = self.open.last_mut() else { return };
        if is_key {
            parent.key = if let Value::Text(key) = value { Some(key) } else { None };
        } else if let Some(key) = parent.key.take() {
            add(&mut parent.members, &key, value);
        } else if !value.is_empty() {
            add(&mut parent.members, &name, value);
        }
    }

    /// What an element says.
    fn value(&self, element: Element) -> Value {
        let Element { name, mut members, text, has_children, .. } = element;
        let text = text.trim();
        if self.is_plist {
            match name.as_str() {
                "true" | "false" => return Value::Text(name),
                "array" => return Value::List(members.into_iter().flat_map(|(_, value)| listed(value)).collect()),
                _ => {}
            }
        }
        match (members.len(), text.is_empty()) {
            (0, _) => Value::text(text),
            (_, true) => match members.as_slice() {
                // FHIR: `<family value="Doe"/>`.
                [(name, Value::Text(value))] if name == "value" && !has_children => Value::Text(value.clone()),
                _ => Value::Record(members),
            },
            // Words and elements mixed: a text with marks in it.
            (_, false) if has_children => {
                let mut all = text.to_owned();
                members.iter().for_each(|(_, value)| flatten(value, &mut all));
                Value::Text(all)
            }
            (_, false) => {
                add(&mut members, "$", Value::text(text));
                Value::Record(members)
            }
        }
    }

    fn path(&self, name: &str) -> String {
        let outer = self.open.iter().map(|element| element.name.as_str());
        outer.chain([name]).collect::<Vec<_>>().join(".")
    }

    fn give(&mut self, path: &str, value: Value) {
        match value {
            value if value.is_empty() => {}
            Value::List(values) => values.iter().for_each(|value| self.records.row(path, value, self.sink)),
            Value::Record(mut members) => {
                let own = path.rsplit('.').next().unwrap_or(path);
                members.iter_mut().filter(|(name, _)| name == "$").for_each(|(name, _)| own.clone_into(name));
                self.records.row(path, &Value::Record(members), self.sink);
            }
            value => self.records.row(path, &Value::Record(vec![(path.rsplit('.').next().unwrap_or(path).to_owned(), value)]), self.sink),
        }
    }

    /// The record in hand has become too large: what it holds so far is handed on, and its children are records.
    fn open_up(&mut self) {
        let from = self.opened;
        let depth = self.open.len();
        for at in from..depth.saturating_sub(1) {
            let outer: Vec<&str> = self.open.iter().take(at + 1).map(|element| element.name.as_str()).collect();
            let path = outer.join(".");
            let Some(element) = self.open.get_mut(at) else { continue };
            let members = std::mem::take(&mut element.members);
            let text = std::mem::take(&mut element.text);
            let (many, own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(_, value)| !matches!(value, Value::Text(_)));
            let mut own = own;
            if !text.trim().is_empty() {
                own.push(("$".to_owned(), Value::text(text)));
            }
            self.give(&path, Value::Record(own));
            for (name, value) in many {
                let path = format!("{path}.{name}");
                listed(value).into_iter().for_each(|value| self.give(&path, value));
            }
        }
        self.opened = depth.saturating_sub(1);
        self.size = 0;
        // A single text that is too large is handed on in pieces.
        if let Some(element) = self.open.last()
            && element.text.len() > LARGEST
        {
            self.opened = depth;
        }
    }
}

fn listed(value: Value) -> Vec<Value> {
    if let Value::List(values) = value { values } else { vec![value] }
}

/// All words of a value, behind each other.
fn flatten(value: &Value, all: &mut String) {
    match value {
        Value::Text(text) => {
            all.push(' ');
            all.push_str(text);
        }
        Value::List(values) => values.iter().for_each(|value| flatten(value, all)),
        Value::Record(members) => members.iter().for_each(|(_, value)| flatten(value, all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{Collected, read, read_stream},
    };

    fn xml(text: &str) -> Collected {
        assert_eq!(pick(&Head { bytes: text.as_bytes(), name: "a", whole: true }).map(Format::name), Some("xml"), "{text}");
        let found = read(&Xml, text.as_bytes());
        assert_eq!(found.tables, read_stream(&Xml, text.as_bytes()).tables);
        found
    }

    #[test]
    fn repeated_elements_are_rows() {
        let found = xml("<?xml version='1.0'?><staff><person id='1'><name>Ann &amp; Co</name><phone>1</phone><phone>2</phone></person>\
            <person id='2'><name>Bob</name><home><city>Rome</city></home></person></staff>");
        let people = found.table("staff.person");
        assert_eq!(people.header(), "id|name|phone|home.city");
        assert_eq!(people.lines(), ["1|Ann & Co|1; 2|~", "2|Bob|~|Rome"]);
        assert!(found.problems.is_empty());
    }

    #[test]
    fn a_single_record_keeps_its_members_together() {
        let found = xml("<Patient xmlns='http://hl7.org/fhir'><id value='p1'/><name><family value='Doe'/><given value='Jane'/></name>\
            <telecom><system value='phone'/><value value='555-0100'/></telecom><text>Seen <b>twice</b> in May</text></Patient>");
        let patient = found.table("Patient");
        assert_eq!(patient.header(), "id|name.family|name.given|telecom.system|telecom.value|text");
        assert_eq!(patient.lines(), ["p1|Doe|Jane|phone|555-0100|Seen  in May twice"]);
    }

    #[test]
    fn a_property_list_is_read_by_its_keys() {
        let found = xml(
            "<?xml version='1.0'?><plist version='1.0'><dict><key>Email</key><string>a@example.org</string><key>Old</key><true/>\
            <key>Kids</key><array><dict><key>Name</key><string>Bo</string></dict><dict><key>Name</key><string>Cy</string></dict></array></dict></plist>",
        );
        let list = found.table("plist");
        assert_eq!(list.header(), "version|dict.Email|dict.Old");
        assert_eq!(list.lines(), ["1.0|a@example.org|true"]);
        assert_eq!(found.table("plist.dict.Kids").lines(), ["Bo|0", "Cy|0"]);
    }

    #[test]
    fn what_is_too_large_is_read_child_by_child() {
        let person = "<person><name>Ann</name><note>".to_owned() + &"x".repeat(1000) + "</note></person>";
        let text = format!("<?xml version='1.0'?><db at='x'><table>{}</table></db>", person.repeat(10_000));
        let found = xml(&text);
        assert_eq!(found.table("db.table.person").rows.len(), 10_000);
        assert_eq!(found.table("db").lines(), ["x"]);
    }

    #[test]
    fn entities_do_not_expand_and_depth_is_bounded() {
        let bomb = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'haha'><!ENTITY c '&b;&b;'>]><a><x>1&c;2</x></a>";
        assert_eq!(xml(bomb).table("a").lines(), ["12"]);
        let deep = format!("<?xml version='1.0'?>{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(xml(&deep).categories(), [Category::Limit]);
        assert_eq!(xml("<?xml version='1.0'?><a><b>1</b><b>2").categories(), [Category::Truncated]);
        survives(&Xml, b"<?xml version='1.0'?><a b='c'><d>text &amp; more</d><d e='f'><g/></d><![CDATA[x]]></a>");
    }

    #[test]
    fn other_texts_are_not_taken() {
        for text in ["<p>Hello", "a < b > c", "<html><body>x</body></html>", "<jane@example.org> wrote:\n> yes\n"] {
            assert!(Xml.claim(&Head { bytes: text.as_bytes(), name: "a", whole: true }) <= Claim::Likely);
            assert_ne!(pick(&Head { bytes: text.as_bytes(), name: "a", whole: true }).map(Format::name), Some("xml"), "{text}");
        }
    }
}
