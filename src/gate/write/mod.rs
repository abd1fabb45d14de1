//! How a check's outcome is written: for people, for programs, for the pages of code hosts.

mod github;
mod json;
mod junit;
mod sarif;
mod text;

use super::{Finding, Outcome, Violation};
use std::io::{self, Write};

/// A way to write an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: excerpt, caret, masked value, what to do
    Text,
    /// Everything, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// A test report
    Junit,
    /// Annotations of a GitHub workflow
    Github,
}

/// Writes an outcome.
///
/// # Errors
/// Those of the writer.
pub fn write(format: Format, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(outcome, out),
        Format::Json => json::write(outcome, out),
        Format::Sarif => sarif::write(outcome, out),
        Format::Junit => junit::write(outcome, out),
        Format::Github => github::write(outcome, out),
    }
}

impl Outcome {
    /// The finding a violation points to.
    fn finding(&self, violation: &Violation) -> Option<&Finding> {
        self.findings.get(violation.finding?)
    }
}

impl Finding {
    /// The file a person would open: of an archive's member the archive.
    fn file(&self) -> &str {
        let end = self.path.find("!/").or_else(|| self.path.find('#')).unwrap_or(self.path.len());
        &self.path[..end]
    }

    /// Path and place, as compilers write it where there is a line.
    fn place(&self) -> String {
        match &self.source {
            Some(source) => format!("{}:{}:{}", self.path, source.line, source.column),
            None => format!("{} {}", self.path, self.at.words()),
        }
    }
}

#[cfg(test)]
mod tests;
