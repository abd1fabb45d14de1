//! The gate of `breachscope check`: whether what a scan found keeps a policy.
//!
//! Stands after `scan`, since it judges what a scan found, and before `cli`, which only asks and prints. A
//! [`Finding`] is a value in text or a column of a table; what is accepted (by path, value, comment or
//! baseline) is set aside first, the rest is judged, rule by rule, into [`Violation`]s.

pub mod baseline;
pub mod gather;
pub mod judge;
pub mod place;
pub mod policy;
pub mod source;
pub mod write;

use crate::base::{Element, problem::Category};

pub use policy::Policy;

/// A rule a policy can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    pub id: &'static str,
    /// One line, for lists of rules.
    pub text: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($name:ident $id:literal $text:literal $remedy:literal,)*) => {
        $(#[doc = $text] pub const $name: Rule = Rule { id: $id, text: $text, remedy: $remedy };)*
        /// Every rule, in the order they are told.
        pub const RULES: &[Rule] = &[$($name,)*];
    };
}

rules! {
    CREDENTIAL "credential/clear" "A password, key or token stands in clear"
        "revoke or change it, then remove it from the file: whoever saw the file has it",
    FORBIDDEN "element/forbidden" "A kind of data that the policy forbids"
        "remove the data; masking is not enough for this kind",
    UNMASKED "element/unmasked" "A kind of data that the policy allows only masked stands in clear"
        "mask, hash or encrypt the values, for example ***-**-1234",
    SENSITIVE "person/sensitive" "A sensitive kind of data of a person stands in clear"
        "mask, hash or encrypt the values (for example ***-**-1234), or replace them by made-up ones",
    TOO_MANY_OF "element/too-many" "More people than the policy allows have this kind of data exposed"
        "remove people or this kind of data, or raise the limit in the policy",
    TOO_MANY "people/too-many" "More people than the policy allows"
        "remove people from the data, or raise max_people in the policy",
    UNCOVERED "coverage/too-little" "Too little of the data could be read"
        "give passwords, whole files or supported formats, or lower coverage.minimum",
    TOO_LARGE "budget/too-large" "More bytes than the policy allows to check"
        "check fewer files, or raise budget.bytes in the policy",
    UNREAD "item/unread" "Something could not be read, so nothing can be said of it"
        "see the reason; a reason that is expected can be listed in coverage.accept",
}

/// A value in text, or a column of a table.
#[derive(Clone, Debug)]
pub struct Finding {
    pub element: Element,
    pub detector: String,
    /// What the detector is called, for people.
    pub kind: String,
    /// Path as the user gave it.
    pub path: String,
    /// Logical path of the bytes that were read.
    pub read_path: String,
    pub at: At,
    /// How many values.
    pub values: u64,
    /// Counted people who hold it, by this finding.
    pub people: u64,
    /// At least one value is neither masked, hashed, truncated nor encrypted.
    pub clear: bool,
    /// Stable over moved files and shifted lines.
    pub fingerprint: String,
    pub accepted: Option<Accepted>,
    pub source: Option<source::Excerpt>,
    /// Ties the finding to mentions.
    pub key: gather::Key,
}

/// Where in its item a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    Text {
        offset: u64,
        length: u32,
    },
    Page(u32),
    /// A cell with free text; rows count from 1.
    Cell {
        row: u64,
        header: String,
    },
    Column {
        table: String,
        header: String,
    },
}

impl At {
    /// In words, where no line number tells.
    pub fn words(&self) -> String {
        match self {
            At::Text { offset, length } => format!("@{offset}+{length}"),
            At::Page(page) => format!("page:{page}"),
            At::Cell { row, header } => format!("row:{row} col:{header}"),
            At::Column { header, .. } => format!("col:{header}"),
        }
    }
}

/// Why a finding is let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Path,
    Value,
    Comment,
    Baseline,
}

/// A broken rule.
#[derive(Clone, Debug)]
pub struct Violation {
    pub rule: Rule,
    pub message: String,
    /// Place in [`Outcome::findings`], where there is one to show.
    pub finding: Option<usize>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    pub path: String,
    pub category: Category,
    pub detail: String,
    pub bytes: u64,
}

/// What the check comes to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The policy's name, for people.
    pub policy: String,
    pub findings: Vec<Finding>,
    pub violations: Vec<Violation>,
    pub unread: Vec<Unread>,
    /// People with anything that is not accepted.
    pub people: u64,
    pub items: u64,
    pub bytes: u64,
    pub bytes_examined: u64,
    /// Entries of the baseline that nothing matched.
    pub stale: usize,
}

impl Outcome {
    /// Findings that are set aside.
    pub fn accepted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.accepted.is_some()).count()
    }

    /// `violated`, `unread` or `holds`.
    pub fn verdict(&self) -> &'static str {
        match (self.violations.is_empty(), self.unread.is_empty()) {
            (false, _) => "violated",
            (true, false) => "unread",
            (true, true) => "holds",
        }
    }
}
