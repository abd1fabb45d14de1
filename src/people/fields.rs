//! What one mention says of a person, field by field, and the name and address it makes.

use super::{
    address::{self, Address},
    firm::{is_organisation, is_organisation_of},
    intern::Index,
    mailbox,
    name::{self, Name},
    record::{Class, Key, Mailbox, NONE, Records},
    values::{NOWHERE, SEVERAL},
};
use crate::base::Meaning;
use smallvec::SmallVec;

/// The identity values of one mention, gathered before they are interned. Reused.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) full: String,
    pub(super) given: String,
    pub(super) middle: String,
    pub(super) surname: String,
    pub(super) maiden: String,
    pub(super) suffix: String,
    pub(super) street: String,
    pub(super) unit: String,
    pub(super) city: String,
    pub(super) region: String,
    pub(super) postcode: String,
    pub(super) country: String,
    pub(super) full_address: String,
    pub(super) birth: u32,
    pub(super) sex: u8,
    pub(super) deceased: bool,
    pub(super) organisation: bool,
    pub(super) own_name: bool,
    /// A name of a firm stands in the record.
    pub(super) firm: bool,
    pub(super) keys: Vec<Key>,
    /// Telephones and the places they suggest, by key value.
    pub(super) phones: SmallVec<[(u64, u16); 2]>,
    /// See [`super::record::Node::place`].
    pub(super) place: u16,
    /// First e-mail address or login.
    pub(super) mailbox: Mailbox,
    /// First e-mail address.
    pub(super) mail: String,
}

impl Fields {
    pub(super) fn clear(&mut self) {
        for text in [
            &mut self.full,
            &mut self.given,
            &mut self.middle,
            &mut self.surname,
            &mut self.maiden,
            &mut self.suffix,
            &mut self.street,
            &mut self.unit,
            &mut self.city,
            &mut self.region,
            &mut self.postcode,
            &mut self.country,
            &mut self.full_address,
            &mut self.mail,
        ] {
            text.clear();
        }
        self.birth = 0;
        self.sex = 0;
        self.deceased = false;
        self.organisation = false;
        self.own_name = false;
        self.firm = false;
        self.keys.clear();
        self.phones.clear();
        self.place = NOWHERE;
        self.mailbox = Mailbox::default();
    }
}

impl Fields {
    pub(super) fn gather_text(&mut self, meaning: Meaning, text: &str) {
        let target = match meaning {
            Meaning::FullName => &mut self.full,
            Meaning::GivenName => &mut self.given,
            Meaning::MiddleName => &mut self.middle,
            Meaning::Surname => &mut self.surname,
            Meaning::MaidenName => &mut self.maiden,
            Meaning::NameSuffix => &mut self.suffix,
            Meaning::Street => &mut self.street,
            Meaning::Unit => {
                // House number, flat, estate: each may have a column.
                self.unit.push_str(if self.unit.is_empty() { "" } else { "\n" });
                self.unit.push_str(text);
                return;
            }
            Meaning::City => &mut self.city,
            Meaning::Region => &mut self.region,
            Meaning::Postcode => &mut self.postcode,
            Meaning::Country => &mut self.country,
            Meaning::FullAddress => &mut self.full_address,
            _ => return,
        };
        if target.is_empty() {
            target.push_str(text);
        }
    }

    /// An address may tell the surname that its owner had.
    pub(super) fn tell_maiden_name(&mut self) {
        let given = if self.given.is_empty() { &self.full } else { &self.given };
        if self.maiden.is_empty()
            && self.has_name()
            && let Some(surname) = mailbox::other_surname(&self.mailbox, given, &self.surname)
        {
            self.maiden.push_str(surname);
        }
    }

    pub(super) fn has_name(&self) -> bool {
        ![&self.full, &self.given, &self.middle, &self.surname, &self.suffix].iter().all(|part| part.trim().is_empty())
    }

    /// The fields of the name as they stand, if there is one.
    pub(super) fn join_name(&self, joined: &mut String) -> bool {
        let is_named = self.has_name();
        if is_named {
            join(joined, &[&self.full, &self.given, &self.middle, &self.surname, &self.maiden, &self.suffix]);
        }
        is_named
    }

    /// The fields of the address as they stand, if there is one.
    pub(super) fn join_address(&self, joined: &mut String) -> bool {
        let parts = [&self.street, &self.unit, &self.city, &self.region, &self.postcode, &self.country, &self.full_address];
        let is_there = parts.iter().any(|part| !part.is_empty());
        if is_there {
            join(joined, &parts);
        }
        is_there
    }

    pub(super) fn meet_phone(&mut self, key: u64, place: u16) {
        self.keys.push(Key { class: Class::Phone, value: key });
        if self.phones.iter().all(|(known, _)| *known != key) {
            self.place = if self.phones.is_empty() { place } else { SEVERAL };
            self.phones.push((key, place));
        }
    }

    pub(super) fn meet_mailbox(&mut self, text: &str) {
        if self.mailbox.is_empty() {
            self.mailbox = Mailbox::fit(text.split('@').next().unwrap_or_default()).unwrap_or_default();
        }
    }
}

/// Texts in one, apart.
fn join(joined: &mut String, parts: &[&String]) {
    joined.clear();
    for part in parts {
        if !part.is_empty() {
            joined.push_str(part);
        }
        joined.push('\u{1f}');
    }
}

/// In place of a name's number: an organisation's.
pub(super) const FIRM: u32 = NONE - 1;

/// The number of a name not met before; [`FIRM`] for an organisation's, [`NONE`] for what is no name.
pub(super) fn new_name(fields: &Fields, records: &mut Records) -> u32 {
    let parts = name::Parts {
        full: &fields.full,
        given: &fields.given,
        middle: &fields.middle,
        surname: &fields.surname,
        maiden: &fields.maiden,
        suffix: &fields.suffix,
    };
    // As most are: no piece of memory is asked for.
    if let Some(plain) = Name::plain(&parts) {
        if is_organisation_of(&[plain.given(), plain.surname()]) {
            return FIRM;
        }
        let written = || parts.given.bytes().chain([b' ']).chain(parts.surname.bytes());
        return add_name(records, plain.titled().eq(written()), || [parts.given, parts.surname].join(" "), plain);
    }
    let shown = if fields.surname.is_empty() && !fields.full.is_empty() {
        fields.full.trim().to_owned()
    } else {
        let parts = [&fields.given, &fields.middle, &fields.surname, &fields.suffix];
        parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    if is_organisation(&shown) {
        return FIRM;
    }
    let Some(parsed) = Name::from_parts(&parts) else { return NONE };
    add_name(records, parsed.titled().eq(shown.bytes()), || shown, parsed)
}

/// What can be told by the name is not kept beside it.
fn add_name(records: &mut Records, is_told: bool, shown: impl FnOnce() -> String, name: Name) -> u32 {
    records.shown_names.push(&if is_told { String::new() } else { shown() });
    records.names.push(name);
    records.names.len() as u32 - 1
}

/// The number of an address not met before in this spelling; [`NONE`] when it says nothing.
pub(super) fn new_address(fields: &Fields, records: &mut Records, known: &mut Index) -> u32 {
    let parsed = Address::from_parts(&address::Parts {
        street: &fields.street,
        unit: &fields.unit,
        city: &fields.city,
        region: &fields.region,
        postcode: &fields.postcode,
        country: &fields.country,
        full: &fields.full_address,
    });
    let Some(parsed) = parsed else { return NONE };
    let number = records.addresses.len() as u32;
    known.find_or(&parsed, number, |at| records.addresses.get(at as usize) == Some(&parsed)).unwrap_or_else(|| {
        records.addresses.push(parsed);
        number
    })
}

/// `yyyy-mm-dd` as a number; 0 when it is none.
pub(super) fn date(text: &str) -> u32 {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().unwrap_or(0));
    let (year, month, day) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if (1850..2200).contains(&year) && month <= 12 && day <= 31 { year * 10_000 + month * 100 + day } else { 0 }
}

pub(super) fn sex(text: &str) -> u8 {
    match text.trim().chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('m') => b'm',
        Some('f' | 'w') => b'f',
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_numbers() {
        assert_eq!(date("1990-02-03"), 19_900_203);
        assert_eq!(date("03/02/1990"), 0);
    }

    #[test]
    fn names_are_shown_as_they_were_written() {
        let mut records = Records::default();
        for (given, surname) in
            [("Jane", "Doe"), ("JANE", "Doe"), ("Mary Ann", "Smith"), ("", "Doe"), ("Zo\u{eb}", "Brown"), ("Jane ", "O'Hara")]
        {
            let fields = Fields { given: given.to_owned(), surname: surname.to_owned(), ..Fields::default() };
            let number = new_name(&fields, &mut records);
            let expected = [given.trim(), surname].join(" ");
            assert_eq!(records.shown_name(number).as_deref(), Some(expected.trim()));
        }
        assert_eq!((records.shown_names.get(0), records.shown_names.get(1)), (Some(""), Some("JANE Doe")));
    }
}
