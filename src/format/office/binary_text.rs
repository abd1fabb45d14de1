//! The text of documents and presentations before 2007 ([MS-DOC], [MS-PPT]).

use super::numbering::Numbering;
use crate::format::binary::{slice, u16_le, u32_le, utf_16};
use encoding_rs::WINDOWS_1252;

/// The text of a document by its table of pieces (MS-DOC 2.4.1); `None` when there is none, or it is encrypted.
pub(super) fn document(main: &[u8], table: &[u8]) -> Option<String> {
    let (at, length) = (u32_le(main, 0x1A2)? as usize, u32_le(main, 0x1A6)? as usize);
    let mut pieces = slice(table, at, length);
    // Formats of paragraphs stand before the pieces.
    while pieces.first() == Some(&1) {
        pieces = pieces.get(3 + usize::from(u16_le(pieces, 1)?)..)?;
    }
    let pieces = pieces.strip_prefix(&[2])?;
    let plan = slice(pieces, 4, u32_le(pieces, 0)? as usize);
    let count = plan.len().checked_sub(4)? / 12;
    let mut text = String::new();
    let mut numbering = Numbering::of(main, table);
    // Where the paragraph under way begins in the text.
    let mut begin = 0;
    let mut fields = Fields::default();
    for piece in 0..count {
        let characters = u32_le(plan, piece * 4 + 4)?.checked_sub(u32_le(plan, piece * 4)?)? as usize;
        let place = u32_le(plan, (count + 1) * 4 + piece * 8 + 2)?;
        if text.len() > 256 << 20 {
            break;
        }
        let start = (place & 0x3FFF_FFFF) as usize;
        let run = match place & 0x4000_0000 {
            0 => utf_16(slice(main, start, characters.saturating_mul(2))),
            _ => WINDOWS_1252.decode_without_bom_handling(slice(main, start / 2, characters)).0.into_owned(),
        };
        let Some(numbering) = &mut numbering else {
            run.chars().for_each(|c| fields.take(c, &mut text));
            continue;
        };
        let (mut at, step) = if place & 0x4000_0000 == 0 { (start, 2) } else { (start / 2, 1) };
        for c in run.chars() {
            fields.take(c, &mut text);
            if matches!(c, '\r' | '\u{7}') {
                if let Some(label) = u32::try_from(at).ok().and_then(|at| numbering.next(at)) {
                    text.insert_str(begin, &format!("{label} "));
                }
                begin = text.len();
                fields.end_paragraph();
            }
            at += step * c.len_utf16();
        }
    }
    Some(text)
}

/// Fields of a text (MS-DOC 2.8.25): behind 0x13 what a field is made of, behind 0x14 what it shows, to 0x15. A reader sees
/// what it shows, and the address of a link is wanted.
#[derive(Default)]
struct Fields {
    /// Where in the text the making of each open field begins, until it is known what it shows.
    open: Vec<Option<usize>>,
}

impl Fields {
    fn take(&mut self, c: char, text: &mut String) {
        match c {
            '\u{13}' if self.open.len() < 100 => {
                text.push(' ');
                self.open.push(Some(text.len()));
            }
            '\u{14}' => {
                const SHOWN: [&str; 8] = ["SEQ", "PAGE", "NUMPAGES", "REF", "PAGEREF", "NOTEREF", "TOC", "STYLEREF"];
                let start = self.open.last_mut().and_then(Option::take);
                let made_of = start.and_then(|start| text.get(start..)).unwrap_or_default();
                // What is counted or numbered is told by what it shows.
                match start.filter(|_| made_of.split_whitespace().next().is_some_and(|word| SHOWN.contains(&word))) {
                    Some(start) => text.truncate(start),
                    None => text.push(' '),
                }
            }
            '\u{15}' => {
                self.open.pop();
                text.push(' ');
            }
            c => text.extend(shown(c)),
        }
    }

    /// A field whose making goes over a paragraph is damaged, or a list of contents.
    fn end_paragraph(&mut self) {
        self.open.iter_mut().for_each(|start| *start = None);
    }
}

/// What marks in a text mean (MS-DOC 2.4.1): ends of paragraphs and cells, breaks; fields and anchors are nothing.
const fn shown(c: char) -> Option<char> {
    match c {
        '\r' | '\u{B}' | '\u{C}' => Some('\n'),
        '\u{7}' => Some('\t'),
        '\u{13}' | '\u{14}' | '\u{15}' => Some(' '),
        '\u{1E}' => Some('-'),
        '\t' | '\n' => Some(c),
        c if c < ' ' => None,
        c => Some(c),
    }
}

/// The texts of a presentation (MS-PPT 2.9.42, 2.9.43): atoms in containers, in the order of the stream.
pub(super) fn presentation(stream: &[u8]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let (Some(head), Some(kind), Some(length)) = (u16_le(stream, at), u16_le(stream, at + 2), u32_le(stream, at + 4)) {
        at += 8;
        // Containers are gone into.
        if head & 15 == 15 {
            continue;
        }
        let body = slice(stream, at, length as usize);
        let run = match kind {
            0x0FA0 | 0x0FBA => utf_16(body),
            0x0FA8 => WINDOWS_1252.decode_without_bom_handling(body).0.into_owned(),
            _ => String::new(),
        };
        if !run.is_empty() {
            text.extend(run.chars().filter_map(shown));
            text.push('\n');
        }
        at += body.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn of_a_field_is_seen_what_it_shows_and_where_a_link_leads() {
        for (marked, want) in [
            ("Figure \u{13} SEQ Figure \\* ARABIC \u{14}1\u{15}: a", "Figure  1 : a"),
            ("\u{13} HYPERLINK \"http://a.example/\" \u{14}here\u{15}.", "  HYPERLINK \"http://a.example/\"  here ."),
            ("\u{14}\u{15}\u{15}x\u{13}", "   x "),
        ] {
            let (mut fields, mut text) = (Fields::default(), String::new());
            marked.chars().for_each(|c| fields.take(c, &mut text));
            assert_eq!(text, want);
        }
    }
}
