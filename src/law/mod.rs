//! Who must be told what, by when: law files applied to the people of a leak and the facts of
//! the incident.
//!
//! A law is a TOML file under `patterns/laws` (docs/laws.md tells how to write one); nothing
//! here knows any law by name. [`assess`] is a pure function: the same people, facts and
//! files give the same duties. What it says is an indication for counsel, never legal advice.

mod assess;
mod calendar;
mod check;
mod clock;
mod expression;
mod library;
mod protects;
mod rule;
mod when;

pub use assess::{Resides, assess, resides};
pub use protects::Exposure;
pub use rule::Law;
pub use when::{Condition, Crossed};

use crate::base::{Bounds, ElementSet, Moment};
use jiff::civil::Date;

/// People alike for the law: same residency, same exposed elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `US-CA`, `DE`, `US` where only the country is known, or `unknown`.
    pub residency: String,
    /// Exposed in the clear.
    pub elements: ElementSet,
    /// Exposed only hashed, masked, truncated or encrypted.
    pub protected: ElementSet,
    pub minor: bool,
    pub people: Bounds,
}

/// Everybody in the leak, by groups that do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Population {
    pub groups: Vec<Group>,
    pub total: Bounds,
}

/// The residency of people about whom nothing tells where they live.
pub const UNKNOWN: &str = "unknown";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word in files.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The one with this word.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// What a law makes somebody do; the contract's words for `duties.csv`.
    DutyKind {
        Individuals "individuals",
        Regulator "regulator",
        AttorneyGeneral "attorney_general",
        ConsumerReportingAgencies "consumer_reporting_agencies",
        Media "media",
        CreditMonitoring "credit_monitoring",
        Other "other",
    }
}

words! {
    /// How far a law file may be trusted.
    Confidence {
        /// One source, or not compared with the text.
        Low "low",
        /// One good source.
        Medium "medium",
        /// Two sources or more agree.
        High "high",
    }
}

/// One row of `duties.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub jurisdiction: String,
    /// The law's name.
    pub law: String,
    /// The law file's id; empty where no file stands behind the row.
    pub law_id: String,
    pub duty: DutyKind,
    pub recipient: String,
    pub people: Bounds,
    /// The condition as the law file words it.
    pub threshold: String,
    pub crossed: Crossed,
    pub trigger_elements: ElementSet,
    /// Everything exposed of the people concerned, in the clear or protected.
    pub exposed: ElementSet,
    /// In words: `30 days after discovery`.
    pub deadline: String,
    pub deadline_date: Option<Moment>,
    pub citation: String,
    /// When a person last compared the law file with the law.
    pub as_of: Option<Date>,
    pub confidence: Confidence,
    /// Facts this row rests on that nobody gave, in the order of the facts file.
    pub assumptions: Vec<&'static str>,
    pub note: String,
}

#[cfg(test)]
mod tests;
