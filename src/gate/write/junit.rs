//! A test report: one test case for each rule, failed where the rule is broken.

use super::super::{Outcome, RULES, UNREAD};
use std::io::{self, Write};

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let failed = RULES.iter().filter(|rule| outcome.violations.iter().any(|violation| violation.rule == **rule)).count();
    let told_unread = !outcome.unread.is_empty() && !outcome.violations.iter().any(|violation| violation.rule == UNREAD);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"breachscope check\">\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{}\">",
        escape(&outcome.policy),
        RULES.len(),
        u8::from(told_unread),
    )?;
    for rule in RULES {
        write!(out, "<testcase classname=\"breachscope\" name=\"{}: {}\"", rule.id, escape(rule.text))?;
        let violations: Vec<_> = outcome.violations.iter().filter(|violation| violation.rule == *rule).collect();
        if let Some(first) = violations.first() {
            writeln!(out, ">\n<failure message=\"{}\" type=\"{}\">", escape(&first.message), rule.id)?;
            for violation in &violations {
                let place = outcome.finding(violation).map_or_else(String::new, |finding| format!("{}: ", finding.place()));
                writeln!(out, "{}{}", escape(&place), escape(&violation.message))?;
            }
            writeln!(out, "{}</failure>\n</testcase>", escape(rule.remedy))?;
        } else if told_unread && *rule == UNREAD {
            let list: Vec<String> = outcome.unread.iter().map(|unread| format!("{}: {}", unread.path, unread.detail)).collect();
            writeln!(out, ">\n<skipped message=\"{}\"/>\n</testcase>", escape(&list.join("; ")))?;
        } else {
            writeln!(out, "/>")?;
        }
    }
    writeln!(out, "</testsuite>\n</testsuites>")
}

/// Text for XML 1.0; characters it cannot hold become spaces.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
