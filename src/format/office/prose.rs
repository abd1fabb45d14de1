//! Text of a document on its way to the sink, in pieces that end at a line.

use crate::format::{Place, Sink, Text, TextKind};

/// A piece is handed on at the first line end after so many bytes.
const PIECE: usize = 4 << 20;
/// ... or wherever it is after so many.
const LONGEST: usize = 64 << 20;

/// Text being gathered.
#[derive(Debug)]
pub(super) struct Prose {
    text: String,
    /// Size of the item: where in the packed bytes a text stands cannot be told any closer.
    size: u64,
    /// Whether there was any text at all.
    pub(super) is_told: bool,
}

impl Prose {
    /// Nothing yet, of an item of this size.
    pub(super) const fn new(size: u64) -> Prose {
        Prose { text: String::new(), size, is_told: false }
    }

    /// Adds to the line.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends the line; one empty line at most follows another.
    pub(super) fn end_line(&mut self, sink: &mut dyn Sink) {
        while self.text.ends_with([' ', '\t']) {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        if self.text.len() >= PIECE {
            self.flush(sink);
        }
    }

    /// Ends the line unless it has not begun.
    pub(super) fn break_line(&mut self, sink: &mut dyn Sink) {
        if !self.text.ends_with('\n') {
            self.end_line(sink);
        }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, text: &str, sink: &mut dyn Sink) {
        self.break_line(sink);
        self.push(text);
        self.end_line(sink);
    }

    /// Hands on what was gathered if a line without end has become too long.
    pub(super) fn relieve(&mut self, sink: &mut dyn Sink) {
        if self.text.len() >= LONGEST {
            self.flush(sink);
        }
    }

    /// Hands on what was gathered.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) {
        if !self.text.trim().is_empty() {
            self.is_told = true;
            let place = Place::Within { start: 0, length: self.size };
            sink.text(&Text { kind: TextKind::Prose, bytes: self.text.as_bytes(), place });
        }
        self.text.clear();
    }
}
