//! What a policy demands, and how its file is read.

use crate::base::{
    Category, Element, ElementSet, Fault,
    document::{Document, Keys, Spanned},
};
use std::collections::BTreeMap;

/// The policy without `--policy`; the same text that `breachscope check --print-policy` prints.
pub const BUILTIN: &str = include_str!("builtin.toml");

/// What is demanded of data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    pub name: String,
    /// People at most, counted as `scan` counts them.
    pub max_people: Option<u64>,
    /// People at most by element in clear.
    pub max: BTreeMap<Element, u64>,
    /// May not occur, masked or not.
    pub forbidden: ElementSet,
    /// In clear of a person, these may not occur.
    pub sensitive: ElementSet,
    /// No clear password, key or token.
    pub credentials: bool,
    /// May occur masked only.
    pub masked: ElementSet,
    pub allowed_paths: Vec<String>,
    pub allowed_values: Vec<String>,
    pub unread: UnreadPolicy,
    /// Share of bytes that must have been examined.
    pub minimum: Option<f64>,
    /// Reasons for not reading that are expected.
    pub accepted_reasons: Vec<Category>,
    pub depth: Option<u32>,
    pub expanded: Option<u64>,
    pub bytes: Option<u64>,
}

/// What an unread item comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnreadPolicy {
    /// Exit code 3.
    #[default]
    Tell,
    /// A violation.
    Fail,
    /// Nothing.
    Ignore,
}

const UNREAD_WORDS: [(&str, UnreadPolicy); 3] =
    [("tell", UnreadPolicy::Tell), ("fail", UnreadPolicy::Fail), ("ignore", UnreadPolicy::Ignore)];

impl Policy {
    /// The built-in policy.
    ///
    /// # Errors
    /// Never, as its test shows.
    pub fn builtin() -> Result<Policy, Vec<Fault>> {
        Policy::parse("built-in policy", BUILTIN).map(|policy| Policy { name: "built-in policy".to_owned(), ..policy })
    }

    /// Reads a policy file; `file` is its name in faults.
    ///
    /// # Errors
    /// Every fault, each with its place.
    pub fn parse(file: &str, text: &str) -> Result<Policy, Vec<Fault>> {
        let mut doc = Document::new(file, text);
        let mut policy = doc.read(read);
        policy.name = format!("policy {file}");
        if doc.faults.is_empty() { Ok(policy) } else { Err(doc.faults) }
    }
}

fn read(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Policy {
    let mut policy = Policy { max_people: keys.count("max_people", doc), ..Policy::default() };
    if let Some(mut max) = keys.table("max", doc) {
        for element in Element::ALL {
            if let Some(most) = max.count(element.code(), doc) {
                policy.max.insert(*element, most);
            }
        }
        max.finish(doc);
    }
    if let Some(mut forbid) = keys.table("forbid", doc) {
        policy.forbidden = elements(&forbid.texts("elements", doc), doc);
        policy.sensitive = severity(forbid.text("severity", doc), doc);
        policy.credentials = forbid.flag("credentials", doc).unwrap_or(false);
        forbid.finish(doc);
    }
    if let Some(mut mask) = keys.table("mask", doc) {
        policy.masked = elements(&mask.texts("elements", doc), doc);
        mask.finish(doc);
    }
    if let Some(mut allow) = keys.table("allow", doc) {
        policy.allowed_paths = plain(allow.texts("paths", doc));
        policy.allowed_values = plain(allow.texts("values", doc));
        allow.finish(doc);
    }
    if let Some(mut coverage) = keys.table("coverage", doc) {
        read_coverage(&mut policy, &mut coverage, doc);
        coverage.finish(doc);
    }
    if let Some(mut budget) = keys.table("budget", doc) {
        policy.depth = budget.count("depth", doc).map(|depth| u32::try_from(depth).unwrap_or(u32::MAX));
        policy.expanded = budget.count("expanded", doc);
        policy.bytes = budget.count("bytes", doc);
        budget.finish(doc);
    }
    policy
}

fn read_coverage(policy: &mut Policy, coverage: &mut Keys<'_, '_>, doc: &mut Document<'_>) {
    if let Some(word) = coverage.text("unread", doc) {
        let known = UNREAD_WORDS.iter().find(|(known, _)| *known == word.value);
        let known = known.map(|(_, unread)| *unread).ok_or_else(|| "`unread` is one of tell, fail, ignore".to_owned());
        policy.unread = doc.check(word.span, known).unwrap_or_default();
    }
    let span = coverage.span.clone();
    policy.minimum = coverage.number("minimum", doc).and_then(|share| {
        let share = if share <= 1.0 { Ok(share) } else { Err("`minimum` is a share, from 0 to 1".to_owned()) };
        doc.check(span, share)
    });
    for word in coverage.texts("accept", doc) {
        let known = Category::from_word(&word.value).ok_or_else(|| {
            let all: Vec<&str> = Category::ALL.iter().map(|category| category.word()).collect();
            format!("`{}` is no reason; reasons are {}", word.value, all.join(", "))
        });
        policy.accepted_reasons.extend(doc.check(word.span, known));
    }
}

fn plain(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}

fn elements(words: &[Spanned<String>], doc: &mut Document<'_>) -> ElementSet {
    let mut set = ElementSet::EMPTY;
    for word in words {
        match Element::from_code(&word.value) {
            Some(element) => set.insert(element),
            None => {
                let near = crate::base::fault::nearest(&word.value, Element::ALL.iter().map(|element| element.code()));
                let hint =
                    near.map_or_else(|| "`breachscope patterns list` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
                doc.fault_with_hint(word.span.clone(), format!("there is no element `{}`", word.value), hint);
            }
        }
    }
    set
}

fn severity(word: Option<Spanned<String>>, doc: &mut Document<'_>) -> ElementSet {
    let Some(word) = word else { return ElementSet::EMPTY };
    let least = Element::ALL.iter().map(|element| element.severity()).find(|severity| severity.word() == word.value);
    let least = doc.check(word.span, least.ok_or_else(|| "`severity` is one of low, medium, high, critical".to_owned()));
    least.map_or(ElementSet::EMPTY, |least| Element::ALL.iter().copied().filter(|element| element.severity() >= least).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_policy_forbids_sensitive_people_and_credentials() {
        let policy = Policy::builtin().expect("our own file");
        assert!(policy.credentials && policy.sensitive.contains(Element::Ssn) && !policy.sensitive.contains(Element::Email));
        assert_eq!((policy.unread, policy.max_people), (UnreadPolicy::Tell, None));
    }

    #[test]
    fn faults_of_a_policy_have_places_and_remedies() {
        for (text, message, hint) in [
            ("max_peple = 1", "unknown key `max_peple`", "max_people"),
            ("max_people = -1", "`max_people` must be a whole number", ""),
            ("[max]\nsns = 1", "unknown key `sns`", "ssn"),
            ("[forbid]\nelements = [\"emial\"]", "there is no element `emial`", "email"),
            ("[forbid]\nseverity = \"worst\"", "`severity` is one of", ""),
            ("[coverage]\nunread = \"maybe\"", "`unread` is one of", ""),
            ("[coverage]\nminimum = 95", "`minimum` is a share", ""),
            ("[coverage]\naccept = [\"locked\"]", "`locked` is no reason", ""),
            ("[budget]\nbytes = \"2G\"", "`bytes` must be a whole number", ""),
        ] {
            let faults = Policy::parse("policy.toml", text).expect_err(text);
            let told = faults[0].to_string();
            assert!(told.contains(message) && told.contains(hint) && told.contains("policy.toml:"), "{told}");
        }
    }
}
