//! The data elements laws speak of, and sets of them.
//!
//! Codes are fixed by the output contract. A detector reports one element; many detectors
//! may share one.

use std::fmt;

macro_rules! elements {
    ($($variant:ident $code:literal $category:ident $severity:ident,)*) => {
        /// A data element, as statutes and the reports name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Element { $(#[doc = $code] $variant,)* }

        impl Element {
            /// Every element, in the contract's order.
            pub const ALL: &'static [Element] = &[$(Element::$variant,)*];

            /// The code used in every file we write.
            pub const fn code(self) -> &'static str {
                match self { $(Element::$variant => $code,)* }
            }

            /// The family the contract lists it under.
            pub const fn category(self) -> ElementCategory {
                match self { $(Element::$variant => ElementCategory::$category,)* }
            }

            /// How bad exposure of this element alone is for a person.
            pub const fn severity(self) -> Severity {
                match self { $(Element::$variant => Severity::$severity,)* }
            }
        }
    };
}

/// Families of elements, as the contract groups them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementCategory {
    Identity,
    Contact,
    Financial,
    Health,
    Credentials,
    Special,
    Other,
}

/// Harm to a person from one element; the classes of NIST SP 800-122's field sensitivity
/// with a class on top for what opens accounts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

elements! {
    Name "name" Identity Low,
    Dob "dob" Identity Medium,
    Ssn "ssn" Identity High,
    NationalId "national_id" Identity High,
    TaxId "tax_id" Identity High,
    Passport "passport" Identity High,
    DriversLicense "drivers_license" Identity High,
    StateId "state_id" Identity High,
    MilitaryId "military_id" Identity High,
    MothersMaidenName "mothers_maiden_name" Identity Medium,
    Signature "signature" Identity Medium,
    Photo "photo" Identity Medium,
    Email "email" Contact Low,
    Phone "phone" Contact Low,
    PostalAddress "postal_address" Contact Low,
    IpAddress "ip_address" Contact Low,
    DeviceId "device_id" Contact Low,
    Geolocation "geolocation" Contact Medium,
    CardNumber "card_number" Financial High,
    CardCode "card_code" Financial High,
    CardTrack "card_track" Financial Critical,
    BankAccount "bank_account" Financial High,
    Iban "iban" Financial High,
    BankRouting "bank_routing" Financial Low,
    Salary "salary" Financial Medium,
    CryptoWallet "crypto_wallet" Financial Medium,
    MedicalRecordNumber "medical_record_number" Health High,
    HealthInsuranceId "health_insurance_id" Health High,
    MedicalInfo "medical_info" Health High,
    Biometric "biometric" Health Critical,
    Genetic "genetic" Health Critical,
    Username "username" Credentials Low,
    Password "password" Credentials Critical,
    PasswordHash "password_hash" Credentials High,
    SecurityAnswer "security_answer" Credentials High,
    ApiKey "api_key" Credentials Critical,
    PrivateKey "private_key" Credentials Critical,
    AccessToken "access_token" Credentials Critical,
    Ethnicity "ethnicity" Special High,
    Religion "religion" Special High,
    PoliticalOpinion "political_opinion" Special High,
    UnionMembership "union_membership" Special High,
    SexualOrientation "sexual_orientation" Special High,
    CriminalRecord "criminal_record" Special High,
    EmployeeId "employee_id" Other Low,
    StudentId "student_id" Other Low,
    VehicleId "vehicle_id" Other Low,
}

impl Element {
    /// The element with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Element> {
        Element::ALL.iter().copied().find(|element| element.code() == code)
    }

    /// The element at this place of [`Element::ALL`].
    pub fn from_index(index: u8) -> Option<Element> {
        Element::ALL.get(usize::from(index)).copied()
    }

    /// Identifies a natural person by itself, so that a record that holds it counts even
    /// without a name (see "who is in `total`" in docs/counting.md).
    pub const fn is_direct_identifier(self) -> bool {
        matches!(
            self,
            Element::Ssn
                | Element::NationalId
                | Element::TaxId
                | Element::Passport
                | Element::DriversLicense
                | Element::StateId
                | Element::MilitaryId
                | Element::Email
                | Element::Phone
                | Element::Username
                | Element::CardNumber
                | Element::CardTrack
                | Element::BankAccount
                | Element::Iban
                | Element::MedicalRecordNumber
                | Element::HealthInsuranceId
        )
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A set of elements, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementSet(pub u64);

impl ElementSet {
    /// No element.
    pub const EMPTY: ElementSet = ElementSet(0);

    /// Adds one element.
    pub fn insert(&mut self, element: Element) {
        self.0 |= 1 << element as u64;
    }

    /// The set with one more element.
    #[must_use]
    pub fn with(mut self, element: Element) -> ElementSet {
        self.insert(element);
        self
    }

    /// Takes one element away.
    pub fn remove(&mut self, element: Element) {
        self.0 &= !(1 << element as u64);
    }

    /// Whether the element is in the set.
    pub const fn contains(self, element: Element) -> bool {
        self.0 >> (element as u64) & 1 == 1
    }

    /// Elements of both.
    #[must_use]
    pub const fn union(self, other: ElementSet) -> ElementSet {
        ElementSet(self.0 | other.0)
    }

    /// Elements in both.
    #[must_use]
    pub const fn intersection(self, other: ElementSet) -> ElementSet {
        ElementSet(self.0 & other.0)
    }

    /// Elements of `self` that are not in `other`.
    #[must_use]
    pub const fn difference(self, other: ElementSet) -> ElementSet {
        ElementSet(self.0 & !other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The elements, in the contract's order.
    pub fn iter(self) -> impl Iterator<Item = Element> {
        Element::ALL.iter().copied().filter(move |element| self.contains(*element))
    }

    /// The worst severity among them.
    pub fn severity(self) -> Option<Severity> {
        self.iter().map(Element::severity).max()
    }

    /// Codes joined by `;`, sorted by code, as the contract writes sets.
    pub fn codes(self) -> String {
        let mut codes: Vec<&str> = self.iter().map(Element::code).collect();
        codes.sort_unstable();
        codes.join(";")
    }
}

impl FromIterator<Element> for ElementSet {
    fn from_iter<I: IntoIterator<Item = Element>>(elements: I) -> ElementSet {
        let mut set = ElementSet::EMPTY;
        elements.into_iter().for_each(|element| set.insert(element));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_round_trip() {
        for (index, element) in Element::ALL.iter().enumerate() {
            assert_eq!(Element::from_code(element.code()), Some(*element));
            assert_eq!(*element as usize, index);
        }
        assert!(Element::ALL.len() <= 64, "a set is one 64-bit word");
    }

    #[test]
    fn a_set_lists_its_codes_sorted() {
        let set: ElementSet = [Element::Ssn, Element::Name, Element::Email].into_iter().collect();
        assert_eq!(set.codes(), "email;name;ssn");
        assert_eq!(set.len(), 3);
    }
}
