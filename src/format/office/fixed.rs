//! Pages of fixed layout (XPS and OpenXPS, ECMA-388): runs of glyphs that each bring their text along.
//!
//! A run stands at a point of the page; lines and gaps are told by the points, as in PDF.

use super::{
    Reading,
    markup::{Event, Tag},
};

/// A run further down than this part of its height is on another line.
const LINE: f64 = 0.5;
/// A gap wider than this part of the height parts two words.
const GAP: f64 = 0.12;
/// How wide a letter is, by its height, where nothing tells.
const LETTER: f64 = 0.5;

/// Reads a page.
pub(super) fn read(part: &str, reading: &mut Reading<'_, '_>) {
    let page = reading.part(part, Page::default(), |page, event| {
        if let Event::Open(tag) = event {
            if tag.name() == "Glyphs" {
                page.run(&tag);
            }
            page.beside
                .extend(tag.attribute("FixedPage.NavigateUri").filter(|target| target.contains(':')).map(|target| target.into_owned()));
            // What a picture shows, in words; often the path it came from.
            for name in ["AutomationProperties.Name", "AutomationProperties.HelpText"] {
                page.beside.extend(tag.attribute(name).map(|told| told.into_owned()));
            }
        }
    });
    for line in page.text.lines().chain(page.beside.iter().map(|told| told.strip_prefix("mailto:").unwrap_or(told))) {
        reading.prose.line(line, reading.sink);
    }
}

/// A page being read.
#[derive(Default)]
struct Page {
    text: String,
    /// Where links lead, and what pictures show.
    beside: Vec<String>,
    /// Where the last run ended, and its line.
    last: Option<(f64, f64)>,
}

impl Page {
    fn run(&mut self, tag: &Tag<'_>) {
        let Some(text) = tag.attribute("UnicodeString") else { return };
        // Braces at the start keep what follows from being taken for an expression.
        let text = text.strip_prefix("{}").unwrap_or(&text);
        let number = |name: &str| tag.attribute(name).and_then(|value| value.trim().parse::<f64>().ok()).filter(|value| value.is_finite());
        let (x, y) = (number("OriginX").unwrap_or_default(), number("OriginY").unwrap_or_default());
        let size = number("FontRenderingEmSize").unwrap_or(10.0).abs();
        let width = width(text, tag.attribute("Indices").as_deref().unwrap_or_default()) * size;
        // Of runs from right to left the right end is given.
        let is_leftward = number("BidiLevel").is_some_and(|level| level as i64 % 2 != 0);
        let (start, end) = if is_leftward { (x - width, x) } else { (x, x + width) };
        if let Some((before, line)) = self.last {
            if (line - y).abs() > LINE * size {
                self.text.push('\n');
            } else if start - before > GAP * size || before - end > GAP * size {
                self.text.push(' ');
            }
        }
        self.text.push_str(text);
        self.last = Some((end, y));
    }
}

/// How wide a run is, in heights: `glyph,advance` for each letter, parted by `;`, where an advance that is the font's own is
/// left out (ECMA-388, 12.1.3).
fn width(text: &str, indices: &str) -> f64 {
    let advance =
        |index: &str| index.split(',').nth(1).and_then(|advance| advance.trim().parse::<f64>().ok()).map(|advance| advance / 100.0);
    let mut told = indices.split(';').map(advance);
    text.chars().map(|_| told.next().flatten().unwrap_or(LETTER)).sum()
}
