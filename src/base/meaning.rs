//! What a recognised value means for finding out who it is about.
//!
//! An [`Element`](super::Element) is what the law calls it; a meaning is what people
//! resolution does with it. `given_name` and `surname` are both the element `name` and have
//! different meanings; `city` is no element by itself and still tells where somebody lives.

use serde::Deserialize;

/// The part a value plays in a person's identity.
///
/// The discriminants are written into evidence: add at the end, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Meaning {
    /// Exposed, but tells nothing about who (salary, diagnosis, password).
    Attribute = 0,
    /// A whole name in one value, in any order.
    FullName = 1,
    GivenName = 2,
    MiddleName = 3,
    Surname = 4,
    /// Jr, Sr, II, III.
    NameSuffix = 5,
    /// Mr, Dr, Frau.
    NameTitle = 6,
    /// A surname before marriage.
    MaidenName = 7,
    /// Name of a firm, agency, band.
    Organisation = 8,
    BirthDate = 10,
    DeathDate = 11,
    /// A yes/no or status that somebody has died.
    Deceased = 12,
    Sex = 13,
    /// Year of birth alone, or age.
    BirthYear = 14,
    /// Class A: unique, exclusive, stable: SSN and other countries' personal numbers.
    PersonalNumber = 20,
    /// Class A': unique within its issuer, not exclusive: passport, licence, MRN, member id.
    IssuedNumber = 21,
    /// The last digits of a class A number.
    PartialNumber = 22,
    Email = 30,
    Phone = 31,
    Username = 32,
    Card = 33,
    /// Bank account number or IBAN.
    Account = 34,
    Device = 35,
    Street = 40,
    /// Flat, apartment, second address line.
    Unit = 41,
    City = 42,
    Region = 43,
    Postcode = 44,
    Country = 45,
    /// A whole postal address in one value.
    FullAddress = 46,
    Employer = 47,
    /// The table's own row key.
    RowKey = 50,
    /// A key that points to a row of another table of the same dump.
    ForeignKey = 51,
    /// Identifier-like, of no known kind; scoped to its header.
    UnverifiedId = 52,
    /// Tells the role of the person in the row (`relationship`, `contact_type`).
    RoleWord = 53,
}

/// In what form evidence holds a value of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Its token only: the value tells nothing about who.
    Token,
    /// As tokens are made of it, behind the number of its column.
    Keyed,
    /// As it stands: names and addresses.
    Shown,
    /// As tokens are made of it: numbers and dates.
    Normalised,
}

impl Meaning {
    /// In what form evidence holds a value of this meaning.
    pub const fn held(self) -> Held {
        use Meaning::*;
        match self {
            Attribute => Held::Token,
            RowKey | ForeignKey | UnverifiedId => Held::Keyed,
            FullName | GivenName | MiddleName | Surname | NameSuffix | NameTitle | MaidenName | Organisation | Street | Unit | City
            | Region | Country | FullAddress => Held::Shown,
            _ => Held::Normalised,
        }
    }

    /// The meaning with this discriminant.
    pub fn from_code(code: u8) -> Option<Meaning> {
        use Meaning::*;
        [
            Attribute,
            FullName,
            GivenName,
            MiddleName,
            Surname,
            NameSuffix,
            NameTitle,
            MaidenName,
            Organisation,
            BirthDate,
            DeathDate,
            Deceased,
            Sex,
            BirthYear,
            PersonalNumber,
            IssuedNumber,
            PartialNumber,
            Email,
            Phone,
            Username,
            Card,
            Account,
            Device,
            Street,
            Unit,
            City,
            Region,
            Postcode,
            Country,
            FullAddress,
            Employer,
            RowKey,
            ForeignKey,
            UnverifiedId,
            RoleWord,
        ]
        .into_iter()
        .find(|meaning| *meaning as u8 == code)
    }
}
