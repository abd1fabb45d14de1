//! What is wrong in a file somebody wrote (facts, laws, parameters), and where.

use std::{fmt, ops::Range};

/// One mistake, with the place it is at. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// The whole line, for the caret.
    pub excerpt: String,
    /// How many characters the caret underlines.
    pub width: usize,
    pub message: String,
    /// What to do about it, if that can be told.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at these bytes of a text. A span outside the text points to its end.
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Fault {
        let start = floor_boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor_boundary(text, span.end).clamp(start, line_end);
        Fault {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            excerpt: text[line_start..line_end].trim_end_matches('\r').to_owned(),
            width: text[start..end].chars().count().max(1),
            message: message.into(),
            hint: None,
        }
    }

    /// The same, with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: Option<String>) -> Fault {
        self.hint = hint;
        self
    }
}

/// The nearest place at or before `at` where a character begins.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let caret = format!("{}{}", " ".repeat(self.column.saturating_sub(1)), "^".repeat(self.width));
        writeln!(f, "error: {}", self.message)?;
        writeln!(f, "{margin}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "{margin} |\n{number} | {}\n{margin} | {caret}", self.excerpt)?;
        self.hint.as_ref().map_or(Ok(()), |hint| writeln!(f, "hint: {hint}"))
    }
}

/// The candidate most like a mistyped word, if one is near enough to be meant.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count() / 4 + 1).min(3);
    candidates.into_iter().map(|candidate| (edits(word, candidate), candidate)).filter(|(edits, _)| *edits <= limit).min().map(|(_, c)| c)
}

/// Letters to insert, delete or replace to turn one word into the other (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(from != *to)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_points_at_its_place() {
        let text = "a = 1\nénd = 2\n";
        let at = text.find("2").expect("the text has a 2");
        let fault = Fault::at("f.toml", text, at..at + 1, "too small").hint(Some("use 3".to_owned()));
        assert_eq!((fault.line, fault.column), (2, 7));
        assert_eq!(fault.to_string(), "error: too small\n --> f.toml:2:7\n  |\n2 | énd = 2\n  |       ^\nhint: use 3\n");
        assert_eq!(Fault::at("f", "", 7..9, "x").line, 1);
    }

    #[test]
    fn the_nearest_word_is_one_that_could_be_meant() {
        let words = ["discovery_date", "determination_date", "role"];
        assert_eq!(nearest("discovry_date", words), Some("discovery_date"));
        assert_eq!(nearest("rule", words), Some("role"));
        assert_eq!(nearest("colour", words), None);
    }
}
