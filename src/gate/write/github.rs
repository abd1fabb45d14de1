//! Annotations of a GitHub workflow (workflow commands `::error` and `::warning`).

use super::super::Outcome;
use std::io::{self, Write};

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for violation in &outcome.violations {
        let mut properties = format!("title={}", property(violation.rule.id));
        let mut place = String::new();
        if let Some(finding) = outcome.finding(violation) {
            properties.push_str(&format!(",file={}", property(finding.file())));
            match &finding.source {
                Some(source) => {
                    properties.push_str(&format!(",line={},col={},endColumn={}", source.line, source.column, source.end_column));
                }
                None => place = format!(" ({})", finding.place()),
            }
        }
        writeln!(out, "::error {properties}::{}", data(&format!("{}{place}. To do: {}", violation.message, violation.rule.remedy)))?;
    }
    for unread in &outcome.unread {
        writeln!(out, "::warning title=item/unread::{}", data(&format!("{}: {}", unread.path, unread.detail)))?;
    }
    let kind = if outcome.violations.is_empty() { "notice" } else { "error" };
    writeln!(
        out,
        "::{kind} title=breachscope::{}",
        data(&format!("The {}: {}; {} people in the data", outcome.policy, outcome.verdict(), outcome.people))
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
