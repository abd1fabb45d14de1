//! Findings that were accepted once: their fingerprints, one a line, in a file kept beside the policy.

use super::{Accepted, Finding};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    schema_version: u32,
    /// Fingerprint, and how many findings carry it: one more is a new finding.
    accepted: BTreeMap<String, u64>,
}

/// Marks what the baseline accepts; returns how many entries nothing matched.
///
/// # Errors
/// When the file cannot be read or is no baseline.
pub fn apply(path: &Path, findings: &mut [Finding]) -> anyhow::Result<usize> {
    let text = std::fs::read(path).with_context(|| format!("the baseline `{}` cannot be read", path.display()))?;
    let file: File = serde_json::from_slice(&text).with_context(|| format!("`{}` is no baseline of BreachScope", path.display()))?;
    let mut left = file.accepted.clone();
    for finding in findings.iter_mut().filter(|finding| finding.accepted.is_none()) {
        if let Some(count) = left.get_mut(&finding.fingerprint).filter(|count| **count > 0) {
            *count -= 1;
            finding.accepted = Some(Accepted::Baseline);
        }
    }
    let seen: BTreeSet<&str> = findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    Ok(file.accepted.keys().filter(|fingerprint| !seen.contains(fingerprint.as_str())).count())
}

/// Writes a baseline of everything that is not accepted otherwise.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, findings: &[Finding]) -> anyhow::Result<usize> {
    let mut accepted: BTreeMap<String, u64> = BTreeMap::new();
    let open = findings.iter().filter(|finding| matches!(finding.accepted, None | Some(Accepted::Baseline)));
    open.for_each(|finding| *accepted.entry(finding.fingerprint.clone()).or_default() += 1);
    let count = accepted.len();
    let mut text = serde_json::to_string_pretty(&File { schema_version: 1, accepted })?;
    text.push('\n');
    std::fs::write(path, text).with_context(|| format!("the baseline `{}` cannot be written", path.display()))?;
    Ok(count)
}
