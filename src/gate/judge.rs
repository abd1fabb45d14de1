//! Holds findings, people and coverage to the policy.

use super::{
    At, CREDENTIAL, FORBIDDEN, Finding, Outcome, SENSITIVE, TOO_LARGE, TOO_MANY, TOO_MANY_OF, UNCOVERED, UNMASKED, UNREAD, Unread,
    Violation,
    gather::{Key, person},
    place::Shown,
    policy::{Policy, UnreadPolicy},
};
use crate::{
    base::{Element, ElementSet},
    evidence::{Evidence, ItemStatus, row::NO_TABLE},
    people::Population,
    report::words::{bytes, element as element_words, group, percent, plural},
};
use std::collections::{BTreeMap, HashMap};

/// Judges what was gathered. `allowed` is as [`super::gather::Gathered`] has it.
pub fn judge(
    policy: &Policy,
    findings: Vec<Finding>,
    allowed: &[ElementSet],
    evidence: &Evidence<'_>,
    population: &Population,
    shown: &Shown,
) -> Outcome {
    let mut outcome = Outcome { policy: policy.name.clone(), findings, ..Outcome::default() };
    count_items(&mut outcome, evidence);
    let mut violations: Vec<Violation> =
        outcome.findings.iter().enumerate().filter_map(|(at, finding)| judge_finding(policy, at, finding)).collect();
    let exposed = exposed(&outcome.findings, allowed, population);
    outcome.people = exposed.values().filter(|elements| !elements.0.is_empty()).count() as u64;
    violations.extend(judge_people(policy, &outcome, exposed.values()));
    judge_coverage(policy, &mut outcome, &mut violations, unread(policy, evidence, population, shown));
    violations.sort_by_key(|violation| (violation.rule, violation.finding));
    outcome.violations = violations;
    outcome
}

/// The first rule that one finding breaks.
fn judge_finding(policy: &Policy, at: usize, finding: &Finding) -> Option<Violation> {
    if finding.accepted.is_some() {
        return None;
    }
    let element = finding.element;
    let rule = if policy.credentials && finding.clear && is_credential(element) {
        CREDENTIAL
    } else if policy.forbidden.contains(element) {
        FORBIDDEN
    } else if policy.masked.contains(element) && finding.clear {
        UNMASKED
    } else if policy.sensitive.contains(element) && finding.clear && finding.people > 0 {
        SENSITIVE
    } else {
        return None;
    };
    let whose = if finding.people > 0 { format!(" of {}", plural(finding.people, "person", "people")) } else { String::new() };
    let how = if finding.clear { " in clear" } else { ", masked" };
    let message = match &finding.at {
        At::Column { header, .. } => {
            let column = if header.is_empty() { "a column without a name".to_owned() } else { format!("column `{header}`") };
            format!("{column}: {}{whose}{how} ({})", finding.kind, plural(finding.values, "value", "values"))
        }
        _ => format!("{}{whose}{how}", finding.kind),
    };
    Some(Violation { rule, message, finding: Some(at) })
}

/// What gives access to something, if it stands in clear.
fn is_credential(element: Element) -> bool {
    matches!(element, Element::Password | Element::SecurityAnswer | Element::ApiKey | Element::PrivateKey | Element::AccessToken)
}

/// By person: elements that are not accepted, and those of them in clear.
fn exposed(findings: &[Finding], allowed: &[ElementSet], population: &Population) -> HashMap<u32, (ElementSet, ElementSet)> {
    let mut open: HashMap<Key, ElementSet> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.accepted.is_none()) {
        open.entry(finding.key).or_default().insert(finding.element);
    }
    let mut exposed: HashMap<u32, (ElementSet, ElementSet)> = HashMap::new();
    for (at, mention) in population.records.mentions.iter().enumerate() {
        let Some(person) = person(population, mention.node) else { continue };
        let key =
            if mention.table == NO_TABLE { Key::Text(mention.item, mention.part, mention.sequence) } else { Key::Table(mention.table) };
        let Some(open) = open.get(&key) else { continue };
        let elements = mention.elements.intersection(*open).difference(allowed.get(at).copied().unwrap_or_default());
        let entry = exposed.entry(person).or_default();
        entry.0 = entry.0.union(elements);
        entry.1 = entry.1.union(elements.difference(mention.protected));
    }
    exposed
}

fn judge_people<'e>(policy: &Policy, outcome: &Outcome, exposed: impl Iterator<Item = &'e (ElementSet, ElementSet)>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut by_element: BTreeMap<Element, u64> = BTreeMap::new();
    exposed.flat_map(|(_, clear)| clear.iter()).for_each(|element| *by_element.entry(element).or_default() += 1);
    let most = |wanted: &dyn Fn(&Finding) -> bool| {
        let open = outcome.findings.iter().enumerate().filter(|(_, finding)| finding.accepted.is_none() && wanted(finding));
        open.max_by_key(|(at, finding)| (finding.people, std::cmp::Reverse(*at))).map(|(at, _)| at)
    };
    for (element, limit) in &policy.max {
        let people = by_element.get(element).copied().unwrap_or(0);
        if people > *limit {
            let message = format!(
                "{} in clear with: {}; at most {} allowed",
                plural(people, "person", "people"),
                element_words(*element),
                group(*limit)
            );
            violations.push(Violation { rule: TOO_MANY_OF, message, finding: most(&|finding| finding.element == *element) });
        }
    }
    if let Some(limit) = policy.max_people.filter(|limit| outcome.people > *limit) {
        let message = format!("{} in the data, at most {} allowed", plural(outcome.people, "person", "people"), group(limit));
        violations.push(Violation { rule: TOO_MANY, message, finding: most(&|finding| finding.people > 0) });
    }
    violations
}

fn count_items(outcome: &mut Outcome, evidence: &Evidence<'_>) {
    for item in evidence.items.iter() {
        outcome.items += 1;
        // Members lie in the bytes of what they came out of.
        if item.depth == 0 {
            outcome.bytes += item.size;
            let copy_read = item.status == ItemStatus::Duplicate;
            outcome.bytes_examined += if copy_read { item.size } else { item.examined };
        }
    }
}

/// What was not read for reasons the policy does not expect.
fn unread(policy: &Policy, evidence: &Evidence<'_>, population: &Population, shown: &Shown) -> Vec<Unread> {
    let catalogue = &population.catalogue;
    let allowed = |path: &str| {
        let patterns = &policy.allowed_paths;
        patterns.iter().any(|pattern| crate::base::path::around(path).any(|path| crate::base::glob::fits(pattern, path)))
    };
    let mut all: Vec<Unread> = evidence
        .problems
        .iter()
        .filter(|problem| !policy.accepted_reasons.contains(&problem.category))
        .map(|problem| {
            let read = catalogue.is_used(problem.item);
            let path = if read { catalogue.path(evidence, problem.item) } else { &problem.path };
            Unread { path: shown.path(path), category: problem.category, detail: problem.detail.clone(), bytes: problem.bytes_not_examined }
        })
        .filter(|unread| !allowed(&unread.path))
        .collect();
    all.sort();
    all.dedup();
    all
}

fn judge_coverage(policy: &Policy, outcome: &mut Outcome, violations: &mut Vec<Violation>, unread: Vec<Unread>) {
    let share = if outcome.bytes == 0 { 1.0 } else { outcome.bytes_examined as f64 / outcome.bytes as f64 };
    if let Some(minimum) = policy.minimum.filter(|minimum| share < *minimum) {
        let message = format!(
            "{} of the bytes were examined, at least {:.1} % demanded",
            percent(outcome.bytes_examined, outcome.bytes),
            minimum * 100.0
        );
        violations.push(Violation { rule: UNCOVERED, message, finding: None });
    }
    if let Some(limit) = policy.bytes.filter(|limit| outcome.bytes > *limit) {
        let message = format!("{} to check, at most {} allowed", bytes(outcome.bytes), bytes(limit));
        violations.push(Violation { rule: TOO_LARGE, message, finding: None });
    }
    match policy.unread {
        UnreadPolicy::Ignore => {}
        UnreadPolicy::Tell => outcome.unread = unread,
        UnreadPolicy::Fail => {
            let violation = |unread: &Unread| {
                let message = format!("{}: {} ({})", unread.path, unread.category.word().replace('_', " "), unread.detail);
                Violation { rule: UNREAD, message, finding: None }
            };
            violations.extend(unread.iter().map(violation));
            outcome.unread = unread;
        }
    }
}
