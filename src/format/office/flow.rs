//! Paragraphs and tables of documents and slides (ECMA-376 part 1, chapters 17, 19 and 21):
//! WordprocessingML and DrawingML call them by the same local names.

use super::{
    Reading,
    layout::Layout,
    markup::{Event, Markup, Tag},
};

/// Reads a part: body, header, footer, notes, comments, slide.
pub(super) fn read(part: &str, reading: &mut Reading<'_, '_>) {
    let Some(content) = reading.open(part) else { return };
    let mut flow = Flow { layout: Layout::new(reading), is_text: false, field: None, hidden: 0 };
    let mut markup = Markup::new(content);
    let ended = loop {
        match markup.next() {
            Ok(Event::Open(tag)) => flow.begin(&tag),
            Ok(Event::Close(name)) => flow.end(name.as_str()),
            Ok(Event::Text(text)) => flow.text(&text),
            Ok(Event::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    flow.layout.finish();
    reading.tell(part, ended);
}

/// A part being read.
struct Flow<'f, 'r, 'a> {
    layout: Layout<'f, 'r, 'a>,
    /// Inside an element whose characters are the document's.
    is_text: bool,
    /// The instruction of a field.
    field: Option<String>,
    /// How deep inside an element that shows nothing, or what another shows already.
    hidden: u32,
}

impl Flow<'_, '_, '_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        if self.hidden > 0 {
            self.hidden += 1;
            return;
        }
        match tag.name() {
            // Tab stops of a paragraph; the same drawing for older programs.
            "pPr" | "Fallback" | "rPh" => self.hidden = 1,
            "t" | "delText" => self.is_text = true,
            "instrText" => self.field = Some(self.field.take().unwrap_or_default()),
            "tab" | "ptab" => self.layout.push("\t"),
            "br" | "cr" => self.layout.end_line(),
            "noBreakHyphen" => self.layout.push("-"),
            "tbl" => self.layout.begin_table(None),
            "tc" => self.layout.begin_cell(),
            "gridSpan" => self.layout.span(tag.attribute("val").and_then(|span| span.parse().ok()).unwrap_or(1)),
            "txbxContent" => self.layout.break_line(),
            "docPr" | "cNvPr" => {
                if let Some(text) = tag.attribute("descr") {
                    self.layout.aside(&text);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.hidden > 0 {
            self.hidden -= 1;
            return;
        }
        match name {
            "t" | "delText" => self.is_text = false,
            "p" => {
                if let Some(field) = self.field.take() {
                    self.link(&field);
                }
                self.layout.end_line();
            }
            "tc" => self.layout.end_cell(),
            "tr" => self.layout.end_row(1),
            "tbl" => self.layout.end_table(),
            "comment" | "footnote" | "endnote" | "txbxContent" => self.layout.break_line(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.field {
            _ if self.hidden > 0 => {}
            _ if self.is_text => self.layout.push(text),
            Some(field) if field.len() < 1 << 16 => field.push_str(text),
            _ => {}
        }
    }

    /// The address in `HYPERLINK "mailto:..."` (17.16.5.25).
    fn link(&mut self, field: &str) {
        for address in field.split('"').skip(1).step_by(2).filter(|address| address.contains([':', '@'])) {
            self.layout.aside(address.strip_prefix("mailto:").unwrap_or(address));
        }
    }
}
