//! In what capacity somebody stands in a record.

use serde::Deserialize;

/// The contract's roles. A person has all the roles their mentions show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    #[default]
    Unknown,
    Customer,
    Employee,
    Patient,
    Student,
    Dependant,
    /// Emergency contact, next of kin.
    Contact,
    /// Clinicians and others who are named only for their work.
    Professional,
}

impl Role {
    /// Every role, in the contract's order with `unknown` last.
    pub const ALL: &'static [Role] =
        &[Role::Customer, Role::Employee, Role::Patient, Role::Student, Role::Dependant, Role::Contact, Role::Professional, Role::Unknown];

    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Unknown => "unknown",
            Role::Customer => "customer",
            Role::Employee => "employee",
            Role::Patient => "patient",
            Role::Student => "student",
            Role::Dependant => "dependant",
            Role::Contact => "contact",
            Role::Professional => "professional",
        }
    }

    /// The role with this word, or unknown.
    pub fn from_word(word: &str) -> Role {
        Role::ALL.iter().copied().find(|role| role.word() == word).unwrap_or_default()
    }
}
