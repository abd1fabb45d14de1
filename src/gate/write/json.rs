//! Everything, for programs. Findings are written one by one, so that a million of them need no memory.

use super::super::{Accepted, Finding, Outcome};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let head = json!({
        "schema_version": 1,
        "policy": outcome.policy,
        "verdict": outcome.verdict(),
        "people": outcome.people,
        "items": outcome.items,
        "bytes": outcome.bytes,
        "bytes_examined": outcome.bytes_examined,
        "accepted": outcome.accepted(),
        "stale_baseline_entries": outcome.stale,
    });
    let mut head = serde_json::to_string(&head)?;
    head.pop();
    write!(out, "{head},\n\"violations\":[")?;
    list(
        outcome.violations.iter().map(|violation| {
            let finding = outcome.finding(violation).map(finding);
            json!({"rule": violation.rule.id, "message": violation.message, "remedy": violation.rule.remedy, "finding": finding})
        }),
        out,
    )?;
    write!(out, "],\n\"unread\":[")?;
    list(outcome.unread.iter().map(|unread| {
        json!({"path": unread.path, "category": unread.category.word(), "detail": unread.detail, "bytes_not_examined": unread.bytes})
    }), out)?;
    write!(out, "],\n\"findings\":[")?;
    list(outcome.findings.iter().map(finding), out)?;
    writeln!(out, "]}}")
}

/// Elements of an array, a line each.
pub(super) fn list(values: impl Iterator<Item = Value>, out: &mut dyn Write) -> io::Result<()> {
    for (at, value) in values.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &value)?;
    }
    Ok(())
}

fn finding(finding: &Finding) -> Value {
    let accepted = finding.accepted.map(|accepted| match accepted {
        Accepted::Path => "path",
        Accepted::Value => "value",
        Accepted::Comment => "comment",
        Accepted::Baseline => "baseline",
    });
    json!({
        "path": finding.path,
        "location": finding.at.words(),
        "line": finding.source.as_ref().map(|source| source.line),
        "column": finding.source.as_ref().map(|source| source.column),
        "element": finding.element.code(),
        "detector": finding.detector,
        "severity": finding.element.severity().word(),
        "values": finding.values,
        "people": finding.people,
        "clear": finding.clear,
        "fingerprint": finding.fingerprint,
        "accepted": accepted,
    })
}
