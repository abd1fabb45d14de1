//! For people: where, what, an excerpt with a caret, what to do.

use super::super::{At, CREDENTIAL, Finding, Outcome, RULES, Rule, Violation};
use crate::report::words::{bytes, group, plural};
use std::io::{self, Write};

/// So many violations of one rule are shown one by one.
const MOST: usize = 20;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for rule in RULES {
        let of_rule: Vec<&Violation> = outcome.violations.iter().filter(|violation| violation.rule == *rule).collect();
        for violation in of_rule.iter().take(MOST) {
            write_violation(outcome, violation, out)?;
        }
        if of_rule.len() > MOST {
            writeln!(out, "{}: and {} more of these; --format json lists all\n", rule.id, group((of_rule.len() - MOST) as u64))?;
        }
        if let Some(first) = of_rule.first() {
            write_remedy(*rule, outcome.finding(first), out)?;
        }
    }
    for unread in outcome.unread.iter().take(MOST) {
        writeln!(out, "warning[item/unread]: {} could not be fully read: {}", clean(&unread.path), clean(&unread.detail))?;
        writeln!(out, "   = {}\n", unread.category.action())?;
    }
    if outcome.unread.len() > MOST {
        writeln!(out, "item/unread: and {} more\n", group((outcome.unread.len() - MOST) as u64))?;
    }
    write_summary(outcome, out)
}

fn write_violation(outcome: &Outcome, violation: &Violation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "error[{}]: {}", violation.rule.id, clean(&violation.message))?;
    let Some(finding) = outcome.finding(violation) else { return writeln!(out) };
    let number = finding.source.as_ref().map_or_else(|| " ".to_owned(), |source| source.line.to_string());
    let margin = " ".repeat(number.len());
    writeln!(out, "{margin}--> {}", clean(&finding.place()))?;
    if let Some(source) = &finding.source {
        writeln!(out, "{margin} |\n{number} | {}", source.text)?;
        writeln!(out, "{margin} | {}{} {}", " ".repeat(source.indent), "^".repeat(source.width), finding.kind)?;
    }
    writeln!(out, "{margin} = fingerprint {}\n", finding.fingerprint)
}

fn write_remedy(rule: Rule, first: Option<&Finding>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "help[{}]: {}", rule.id, rule.remedy)?;
    if let Some(finding) = first {
        let made_up = if rule == CREDENTIAL { "Is it no secret" } else { "Are the values made up" };
        let code = finding.element.code();
        let comment = match finding.at {
            At::Text { .. } => format!("put a comment `breachscope:allow({code})` on the line, "),
            _ => String::new(),
        };
        writeln!(
            out,
            "   {made_up}? Then {comment}list the file under allow.paths\n   of the policy, or accept what is there now with --write-baseline FILE."
        )?;
    }
    writeln!(out)
}

fn write_summary(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let verdict = match outcome.verdict() {
        "violated" => "is violated",
        "unread" => "holds on what could be read, but something could not be read",
        _ => "holds",
    };
    writeln!(out, "The {} {verdict}.", clean(&outcome.policy))?;
    writeln!(
        out,
        "Read {} ({} of {}); {} in the data; {}, {} accepted.",
        plural(outcome.items, "item", "items"),
        bytes(outcome.bytes_examined),
        bytes(outcome.bytes),
        plural(outcome.people, "person", "people"),
        plural(outcome.violations.len() as u64, "violation", "violations"),
        plural(outcome.accepted() as u64, "finding", "findings"),
    )?;
    if outcome.stale > 0 {
        writeln!(
            out,
            "{} of the baseline no longer occur; --write-baseline drops them.",
            plural(outcome.stale as u64, "entry", "entries")
        )?;
    }
    Ok(())
}

/// Control characters of hostile names do not reach a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
