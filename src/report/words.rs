//! Codes in plain words, for reports that people read: elements, places, duties, numbers.

use crate::{
    base::Element,
    law::{Crossed, DutyKind},
};
use std::borrow::Cow;

/// An element as a letter to the person would call it.
pub const fn element(element: Element) -> &'static str {
    match element {
        Element::Name => "Name",
        Element::Dob => "Date of birth",
        Element::Ssn => "Social Security number (US)",
        Element::NationalId => "National identity number",
        Element::TaxId => "Tax number",
        Element::Passport => "Passport number",
        Element::DriversLicense => "Driver's licence number",
        Element::StateId => "State identity card number",
        Element::MilitaryId => "Military identity number",
        Element::MothersMaidenName => "Mother's maiden name",
        Element::Signature => "Signature",
        Element::Photo => "Photo",
        Element::Email => "E-mail address",
        Element::Phone => "Phone number",
        Element::PostalAddress => "Postal address",
        Element::IpAddress => "IP address",
        Element::DeviceId => "Device identifier",
        Element::Geolocation => "Location",
        Element::CardNumber => "Payment card number",
        Element::CardCode => "Payment card security code",
        Element::CardTrack => "Payment card track data",
        Element::BankAccount => "Bank account number",
        Element::Iban => "IBAN",
        Element::BankRouting => "Bank routing number",
        Element::Salary => "Salary",
        Element::CryptoWallet => "Crypto wallet",
        Element::MedicalRecordNumber => "Medical record number",
        Element::HealthInsuranceId => "Health insurance number",
        Element::MedicalInfo => "Medical information",
        Element::Biometric => "Biometric data",
        Element::Genetic => "Genetic data",
        Element::Username => "User name",
        Element::Password => "Password",
        Element::PasswordHash => "Hashed password",
        Element::SecurityAnswer => "Security question and answer",
        Element::ApiKey => "API key",
        Element::PrivateKey => "Private key",
        Element::AccessToken => "Access token",
        Element::Ethnicity => "Ethnicity",
        Element::Religion => "Religion",
        Element::PoliticalOpinion => "Political opinion",
        Element::UnionMembership => "Union membership",
        Element::SexualOrientation => "Sexual orientation",
        Element::CriminalRecord => "Criminal record",
        Element::EmployeeId => "Employee number",
        Element::StudentId => "Student number",
        Element::VehicleId => "Vehicle number",
    }
}

/// Who is to be told, as a heading.
pub const fn duty(duty: DutyKind) -> &'static str {
    match duty {
        DutyKind::Individuals => "The people themselves",
        DutyKind::Regulator => "Regulator",
        DutyKind::AttorneyGeneral => "Attorney general",
        DutyKind::ConsumerReportingAgencies => "Credit bureaus",
        DutyKind::Media => "Media",
        DutyKind::CreditMonitoring => "Credit monitoring",
        DutyKind::Other => "Other",
    }
}

/// Whether a threshold is reached, in words that stand without colour.
pub const fn crossed(crossed: Crossed) -> &'static str {
    match crossed {
        Crossed::Yes => "owed",
        Crossed::WithinInterval => "may be owed",
        Crossed::No => "not reached",
    }
}

/// A jurisdiction's name: `US-CA` is `California, US`; codes that are not known stay as they are.
pub fn place(code: &str) -> String {
    match code.split_once('-') {
        None if code == crate::law::UNKNOWN => "Not known".to_owned(),
        None => country(code).map_or_else(|| code.to_owned(), titled),
        Some((country, _)) => subdivision(code).map_or_else(|| code.to_owned(), |name| format!("{name}, {country}")),
    }
}

fn country(code: &str) -> Option<&'static str> {
    let mut lines = include_str!("../../patterns/lexicons/countries.tsv").lines();
    let line = lines.find(|line| line.split('\t').next() == Some(code))?;
    line.split('\t').nth(4)?.split('|').next()
}

fn subdivision(code: &str) -> Option<&'static str> {
    let lines = include_str!("../../patterns/lexicons/subdivisions.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).find(|(known, _)| *known == code).map(|(_, name)| name)
}

/// `new york` as `New York`; small words stay small.
fn titled(name: &str) -> String {
    let words = name
        .split(' ')
        .enumerate()
        .map(|(at, word)| if at == 0 || !matches!(word, "of" | "and" | "the") { capital(word) } else { word.to_owned() });
    words.collect::<Vec<String>>().join(" ")
}

/// `forensic_investigation` as `Forensic investigation`, `uk_gdpr_fine` as `UK GDPR fine`.
pub fn sentence(code: &str) -> String {
    const SHORT: &[&str] = &["ccpa", "gdpr", "hipaa", "id", "pci", "uk", "us"];
    let words = code.split('_').enumerate().map(|(at, word)| match word {
        word if SHORT.contains(&word) => word.to_uppercase(),
        word if at == 0 => capital(word),
        word => word.to_owned(),
    });
    words.collect::<Vec<String>>().join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A law file's condition in words where it is a plain threshold, else as it stands.
pub fn threshold(condition: &str) -> Cow<'_, str> {
    let number = |text: &str| text.parse::<u64>().ok().map(group);
    if let Some(least) = condition.strip_prefix("people >= ").and_then(number) {
        return Cow::Owned(if least == "1" { "from 1 person".to_owned() } else { format!("from {least} people") });
    }
    match condition.strip_prefix("people > ").and_then(number) {
        Some(most) => Cow::Owned(format!("more than {most} people")),
        None => Cow::Borrowed(condition),
    }
}

/// `1234567` as `1,234,567`.
pub fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in decimal units.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// An amount of dollars to two digits that matter: `$1.1 million`, `$160,000`, `$42`.
pub fn dollars(amount: f64) -> String {
    let amount = amount.max(0.0);
    if amount >= 1e9 {
        return format!("${:.1} billion", amount / 1e9);
    }
    if amount >= 1e6 {
        return format!("${:.1} million", amount / 1e6);
    }
    if amount < 100.0 {
        return format!("${amount:.0}");
    }
    let unit = 10f64.powi(amount.log10().floor() as i32 - 1);
    format!("${}", group(((amount / unit).round() * unit) as u64))
}

/// A part of a whole in percent; what is there is never shown as none, nor what lacks as all.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0%".to_owned();
    }
    let share = 100.0 * part as f64 / whole as f64;
    match share {
        share if share < 1.0 => "<1%".to_owned(),
        share if share > 99.0 && part < whole => ">99%".to_owned(),
        share => format!("{share:.0}%"),
    }
}

/// `1 file`, `2 files`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", group(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_names() {
        for (code, name) in [
            ("US-CA", "California, US"),
            ("US-NY", "New York, US"),
            ("DE", "Germany"),
            ("GB", "United Kingdom"),
            ("unknown", "Not known"),
            ("ZZ-9", "ZZ-9"),
            ("ZZ", "ZZ"),
        ] {
            assert_eq!(place(code), name);
        }
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(group(1_234_567), "1,234,567");
        assert_eq!(group(12), "12");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(20_500_000), "20.5 MB");
        assert_eq!(plural(1, "file", "files"), "1 file");
    }

    #[test]
    fn codes_and_conditions_read_as_words() {
        assert_eq!((sentence("uk_gdpr_fine").as_str(), sentence("call_centre").as_str()), ("UK GDPR fine", "Call centre"));
        for (condition, text) in
            [("people > 10000", "more than 10,000 people"), ("people >= 1", "from 1 person"), ("risk = high", "risk = high")]
        {
            assert_eq!(threshold(condition), text);
        }
    }

    #[test]
    fn amounts_pretend_no_precision() {
        for (amount, text) in [(0.0, "$0"), (42.4, "$42"), (162_456.35, "$160,000"), (1_131_055.4, "$1.1 million"), (995.0, "$1,000")] {
            assert_eq!(dollars(amount), text);
        }
    }

    #[test]
    fn a_little_is_not_nothing_and_most_is_not_all() {
        assert_eq!((percent(1, 1000), percent(999, 1000), percent(1, 2)), ("<1%".into(), ">99%".into(), "50%".into()));
        assert_eq!((percent(0, 10), percent(10, 10), percent(0, 0)), ("0%".into(), "100%".into(), "0%".into()));
    }

    #[test]
    fn every_element_has_its_own_words() {
        let mut words: Vec<&str> = Element::ALL.iter().map(|one| element(*one)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Element::ALL.len());
    }
}
