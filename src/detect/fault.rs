//! What is wrong with a pattern file, shown as `file:line:column` with a caret and a hint.

use std::{fmt, ops::Range};

/// One mistake in one pattern file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named to us.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, lower case.
    pub message: String,
    /// The line of the file, and how much of it is meant.
    pub excerpt: Option<(String, usize)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at these bytes of the file's text.
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Fault {
        let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let width = span.len().min(line.len().saturating_sub(start - line_start)).max(1);
        Fault {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
            excerpt: Some((line.to_owned(), width)),
            hint: None,
        }
    }

    /// A fault of the whole file.
    pub fn of_file(file: &str, message: impl Into<String>) -> Fault {
        Fault { file: file.to_owned(), line: 0, column: 0, message: message.into(), excerpt: None, hint: None }
    }

    /// The same, with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  --> {}", self.message, self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if let Some((line, width)) = &self.excerpt {
            let number = self.line.to_string();
            let gutter = " ".repeat(number.len());
            let pad: String = line.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n {gutter} |\n {number} | {line}\n {gutter} | {pad}{}", "^".repeat(*width))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Every mistake found, in the order of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_line_column_caret_and_hint() {
        let fault = Fault::at("us/x.toml", "a = 1\nnaem = 2\n", 6..10, "unknown key `naem`").hint("did you mean `name`?");
        assert_eq!(
            fault.to_string(),
            "error: unknown key `naem`\n  --> us/x.toml:2:1\n   |\n 2 | naem = 2\n   | ^^^^\nhint: did you mean `name`?"
        );
    }
}
