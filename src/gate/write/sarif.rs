//! SARIF 2.1.0 (OASIS Standard, 27 March 2020), written result by result.

use super::{
    super::{Finding, Outcome, RULES, UNREAD, Unread, Violation},
    json::list,
};
use serde_json::{Value, json};
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.text},
                "help": {"text": rule.remedy},
                "defaultConfiguration": {"level": if *rule == UNREAD { "warning" } else { "error" }},
            })
        })
        .collect();
    let driver = json!({
        "name": "BreachScope",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    write!(out, "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{", json!(SCHEMA))?;
    write!(out, "\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",")?;
    let invocation = json!({"executionSuccessful": true, "exitCode": exit_code(outcome)});
    write!(out, "\"invocations\":[{invocation}],\"results\":[")?;
    let violations = outcome.violations.iter().map(|violation| result(outcome, violation));
    // Where the policy makes them violations they are results already.
    let told = outcome.violations.iter().any(|violation| violation.rule == UNREAD);
    let unread = outcome.unread.iter().filter(|_| !told).map(unread_result);
    list(violations.chain(unread), out)?;
    writeln!(out, "]}}]}}")
}

fn exit_code(outcome: &Outcome) -> u8 {
    match outcome.verdict() {
        "violated" => 1,
        "unread" => 3,
        _ => 0,
    }
}

fn rule_index(id: &str) -> usize {
    RULES.iter().position(|rule| rule.id == id).unwrap_or_default()
}

fn result(outcome: &Outcome, violation: &Violation) -> Value {
    let mut result = json!({
        "ruleId": violation.rule.id,
        "ruleIndex": rule_index(violation.rule.id),
        "level": "error",
        "message": {"text": violation.message},
        "locations": [],
    });
    if let Some(finding) = outcome.finding(violation) {
        result["locations"] = json!([location(finding)]);
        result["partialFingerprints"] = json!({"breachscopeFinding/v1": finding.fingerprint});
        result["properties"] = json!({"element": finding.element.code(), "people": finding.people, "values": finding.values});
    }
    result
}

fn location(finding: &Finding) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(finding.file())}});
    if let Some(source) = &finding.source {
        physical["region"] = json!({
            "startLine": source.line,
            "startColumn": source.column,
            "endColumn": source.end_column,
        });
    }
    let name = format!("{} {}", finding.path, finding.at.words());
    json!({"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name}]})
}

fn unread_result(unread: &Unread) -> Value {
    let file = unread.path.find("!/").map_or(unread.path.as_str(), |end| &unread.path[..end]);
    json!({
        "ruleId": UNREAD.id,
        "ruleIndex": rule_index(UNREAD.id),
        "level": "warning",
        "message": {"text": format!("{}: {}. {}", unread.path, unread.detail, unread.category.action())},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(file)}}}],
    })
}

/// A path as a URI reference (RFC 3986): what is neither unreserved nor `/` is written `%XX`.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    if out.starts_with('/') { format!("file://{out}") } else { out }
}
