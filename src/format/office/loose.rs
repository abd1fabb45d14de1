//! Parts that hold values without order: properties, charts, diagrams, cached rows of pivot
//! tables, connections. Every text of theirs is a line.

use super::{
    Reading,
    markup::{Event, Markup, Tag},
};

/// Attributes that hold what people wrote, or who they are.
const ATTRIBUTES: &[&str] =
    &["displayName", "userId", "connection", "command", "url", "sourceFile", "descr", "current-value", "string-value"];

/// Elements that stand inside a line.
const INLINE: &[&str] = &["t", "r", "rPr", "font", "b", "i", "u", "s", "span", "a"];

/// Formulas, codes of formats, numbers of programs.
const MUTE: &[&str] = &[
    "f",
    "formatCode",
    "style",
    "TotalTime",
    "Words",
    "Characters",
    "CharactersWithSpaces",
    "Lines",
    "Paragraphs",
    "Pages",
    "Slides",
    "Notes",
    "HiddenSlides",
    "MMClips",
    "AppVersion",
    "DocSecurity",
    "ScaleCrop",
    "LinksUpToDate",
    "SharedDoc",
    "HyperlinksChanged",
    "Application",
    "HeadingPairs",
    "revision",
    "Template",
    "template",
    "created",
    "modified",
    "lastPrinted",
    "creation-date",
    "date",
    "print-date",
    "editing-cycles",
    "editing-duration",
    "generator",
];

/// A line is longest so.
const LONGEST: usize = 1 << 20;

/// Reads a part.
pub(super) fn read(part: &str, reading: &mut Reading<'_, '_>) {
    let Some(content) = reading.open(part) else { return };
    let lower = part.to_ascii_lowercase();
    let is_labelled = lower.starts_with("docprops/") || lower.ends_with("meta.xml");
    let mut loose = Loose { is_labelled, line: String::new(), label: None, mute: 0, reading };
    let mut markup = Markup::new(content);
    let ended = loop {
        match markup.next() {
            Ok(Event::End) => break Ok(()),
            Ok(event) => loose.take(event),
            Err(error) => break Err(error),
        }
    };
    loose.end_line();
    reading.tell(part, ended);
}

/// A part being read.
struct Loose<'l, 'r, 'a> {
    /// Values are named by their elements.
    is_labelled: bool,
    line: String,
    label: Option<String>,
    mute: u32,
    reading: &'l mut Reading<'r, 'a>,
}

impl Loose<'_, '_, '_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Open(tag) if self.mute > 0 || MUTE.contains(&tag.name()) => self.mute += 1,
            Event::Close(_) if self.mute > 0 => self.mute -= 1,
            Event::Open(tag) => self.begin(&tag),
            Event::Close(name) if INLINE.contains(&name.as_str()) => {}
            Event::Close(_) => self.end_line(),
            Event::Text(text) if self.mute == 0 => {
                self.line.push_str(&text);
                if self.line.len() > LONGEST {
                    self.end_line();
                }
            }
            Event::Text(_) | Event::End => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        if self.is_labelled {
            self.end_line();
            match tag.name() {
                "property" | "user-defined" => self.label = tag.attribute("name").map(|name| name.into_owned()),
                _ if tag.prefix() == "vt" => {}
                name => self.label = Some(name.to_owned()),
            }
        }
        // Cached values of pivot tables stand in `v`.
        let is_cached = matches!(tag.name(), "s" | "n" | "d");
        for (key, value) in tag.attributes().filter(|(key, _)| is_cached && *key == "v" || ATTRIBUTES.contains(key)) {
            if !value.is_empty() {
                self.line.push_str(if key == "v" { "\t" } else { "\n" });
                self.line.push_str(&value);
            }
        }
    }

    fn end_line(&mut self) {
        let text = self.line.trim();
        if !text.is_empty() {
            let prose = &mut self.reading.prose;
            prose.break_line(self.reading.sink);
            if let Some(label) = self.label.as_deref().filter(|_| self.is_labelled) {
                prose.push(label);
                prose.push(": ");
            }
            prose.push(text);
            prose.end_line(self.reading.sink);
        }
        self.line.clear();
    }
}
