//! Reading one cell: is there a value, is it right, is it hidden, what is it normalised.

use super::{
    ColumnProfile, Detector, DetectorId, Detectors, Scope,
    header::{is_nothing, is_organisation},
    normal::{Hints, Normalise, trim},
    phone, places,
};
use crate::base::Meaning;
use foldhash::fast::FixedState;
use std::{collections::HashSet, sync::LazyLock};

/// How a value is kept from whoever reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Protection {
    #[default]
    Clear,
    /// Some characters are starred out.
    Masked,
    Hashed,
    Encrypted,
    /// Only a part is there (the last four digits).
    Truncated,
}

/// Reused between cells, so that reading does not allocate.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) out: Vec<u8>,
    other: Vec<u8>,
    /// Names of values met before, and what they say.
    pub(super) labels: std::collections::HashMap<Vec<u8>, super::label::Label>,
    /// The country the row's own country column tells; see [`super::Profile::start_row`].
    pub country: Option<[u8; 2]>,
}

/// What one cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<'s> {
    Empty,
    /// Not of the column's kind.
    Invalid,
    /// A documented harmless value.
    Test {
        normalised: &'s [u8],
    },
    /// Fills a field that must be filled: `1900-01-01`, `000-00-0000`.
    Placeholder,
    Value {
        /// What is hashed and compared.
        normalised: &'s [u8],
        /// The cell trimmed, for display; UTF-8 (bytes that are not become U+FFFD).
        shown: &'s [u8],
        protection: Protection,
        country: Option<[u8; 2]>,
        /// The value is of another kind than its column: a foreign personal number in an SSN
        /// column, a firm in a column of names. `None`: the column's own detector.
        kind: Option<DetectorId>,
        /// Its check holds, or there is none. Numbers that issuers or clerks got wrong are values too.
        checked: bool,
    },
}

/// What a value is by one detector alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Valid,
    Test,
    Placeholder,
    /// Shape and length are right, the check is not.
    Shaped,
    No,
}

impl Detector {
    /// Judges a trimmed value and leaves its normalised form in `out`.
    pub(super) fn judge(&self, value: &[u8], hints: Hints, out: &mut Vec<u8>) -> Verdict {
        out.clear();
        if value.len() > 4096 && self.normalise != Normalise::Exact && self.normalise != Normalise::Fold {
            return Verdict::No;
        }
        if self.normalise == Normalise::Date && is_placeholder_date(value) {
            return Verdict::Placeholder;
        }
        if self.unlike.iter().any(|shape| shape.matches(value)) {
            return Verdict::No;
        }
        let value = self.without_issuer(value);
        if !super::normal::filled(value, &self.groups, out) && !self.normalise.run(value, hints, out) {
            let all_nines = self.normalise == Normalise::Phone && is_repeated(value);
            return if all_nines { Verdict::Placeholder } else { Verdict::No };
        }
        let length = out.len();
        if length < self.length.0 || length > self.length.1 {
            return Verdict::No;
        }
        if !self.only.is_empty() && !self.only.iter().any(|only| only == out) {
            return Verdict::No;
        }
        if self.is_test(out) {
            return Verdict::Test;
        }
        if matches!(self.normalise, Normalise::Digits | Normalise::UpperAlnum) && is_repeated(out) {
            return Verdict::Placeholder;
        }
        if !self.shapes.is_empty() && !self.shapes.iter().any(|shape| shape.matches(out)) {
            return Verdict::No;
        }
        if self.checks.iter().all(|check| (check.run)(out)) { Verdict::Valid } else { Verdict::Shaped }
    }

    /// Tax numbers are written with their country in front, where it says across borders whose they are: `HR 33392005961`.
    fn without_issuer<'v>(&self, value: &'v [u8]) -> &'v [u8] {
        let (Scope::Country(issuer), Normalise::Digits) = (self.scope, self.normalise) else { return value };
        let Some((code, rest)) = value.split_first_chunk::<2>() else { return value };
        // Greece is EL where taxes are spoken of (Directive 2006/112/EC, art. 215).
        let code = if code.eq_ignore_ascii_case(b"EL") { *b"GR" } else { code.map(|letter| letter.to_ascii_uppercase()) };
        if code == issuer && rest.iter().any(u8::is_ascii_digit) { rest } else { value }
    }

    fn is_test(&self, normalised: &[u8]) -> bool {
        if self.test_values.contains(normalised) {
            return true;
        }
        match self.normalise {
            Normalise::Email => is_test_email(normalised),
            Normalise::Phone => phone::is_test_number(normalised),
            Normalise::Ip => is_test_ip(normalised),
            _ => false,
        }
    }

    /// The country the value itself tells.
    pub(super) fn country_of(&self, normalised: &[u8]) -> Option<[u8; 2]> {
        match (self.scope, self.normalise) {
            (Scope::Country(country), _) => Some(country),
            (_, Normalise::Phone) if normalised.len() > 10 => places::calling_code(normalised).map(|(country, _)| country),
            _ if self.checks.iter().any(|check| check.name == "iban") => normalised.first_chunk().copied(),
            _ => None,
        }
    }
}

/// Domains set aside by RFC 2606 and RFC 6761, and addresses everyone types into forms.
pub(super) fn is_test_email(address: &[u8]) -> bool {
    let last_dot = |text: &[u8]| text.iter().rposition(|byte| *byte == b'.');
    let Some(at) = address.iter().position(|byte| *byte == b'@') else { return false };
    let (local, domain) = (&address[..at], &address[at + 1..]);
    let dot = last_dot(domain);
    let last = &domain[dot.map_or(0, |dot| dot + 1)..];
    let second = dot.and_then(|dot| last_dot(&domain[..dot]));
    let registered = &domain[second.map_or(0, |second| second + 1)..];
    let anyones =
        || matches!(local, b"test" | b"user" | b"name" | b"you" | b"your" | b"someone" | b"email" | b"example" | b"foo" | b"abc" | b"a");
    match registered {
        b"example.com" | b"example.org" | b"example.net" | b"example.edu" => return true,
        // Firms do use test.com and the like; only the addresses of forms are tests there.
        b"test.com" | b"domain.com" | b"email.com" | b"yourdomain.com" | b"company.com" | b"localhost.localdomain" if anyones() => {
            return true;
        }
        _ => {}
    }
    (dot.is_some() && matches!(last, b"test" | b"example" | b"invalid" | b"localhost"))
        || (domain.starts_with(b"test.") && matches!(local, b"test" | b"example" | b"noreply" | b"no-reply" | b"donotreply"))
}

/// Mailboxes of an office, not of a person (RFC 2142 and common practice).
pub(super) fn is_role_mailbox(address: &[u8]) -> bool {
    address.iter().position(|byte| *byte == b'@').is_some_and(|at| {
        let first = address[0].wrapping_sub(b'a');
        ROLE_BEGINNINGS.get(at).is_some_and(|firsts| first < 26 && firsts >> first & 1 != 0) && ROLES.contains(&address[..at])
    })
}

/// By their length, with which letters the names of such mailboxes begin: most addresses are told from them by that.
const ROLE_BEGINNINGS: [u32; 16] = {
    let (mut firsts, mut at) = ([0; 16], 0);
    while at < ROLE_MAILBOXES.len() {
        firsts[ROLE_MAILBOXES[at].len()] |= 1 << (ROLE_MAILBOXES[at][0] - b'a');
        at += 1;
    }
    firsts
};

static ROLES: LazyLock<HashSet<&[u8], FixedState>> = LazyLock::new(|| ROLE_MAILBOXES.iter().copied().collect());

const ROLE_MAILBOXES: [&[u8]; 56] = [
    b"info".as_slice(),
    b"sales",
    b"support",
    b"accounts",
    b"office",
    b"admin",
    b"contact",
    b"hello",
    b"help",
    b"helpdesk",
    b"billing",
    b"hr",
    b"jobs",
    b"careers",
    b"press",
    b"media",
    b"marketing",
    b"webmaster",
    b"postmaster",
    b"hostmaster",
    b"abuse",
    b"security",
    b"noc",
    b"noreply",
    b"no-reply",
    b"donotreply",
    b"do-not-reply",
    b"service",
    b"customerservice",
    b"orders",
    b"invoice",
    b"invoices",
    b"accounting",
    b"finance",
    b"legal",
    b"privacy",
    b"enquiries",
    b"inquiries",
    b"team",
    b"root",
    b"mailer-daemon",
    b"newsletter",
    b"reception",
    b"kontakt",
    b"contacto",
    b"contato",
    b"buchhaltung",
    b"rechnung",
    b"ventas",
    b"compras",
    b"secretariat",
    b"mail",
    b"email",
    b"feedback",
    b"notifications",
    b"alerts",
];

/// Documentation and private use (RFC 5737, RFC 1918, RFC 3849, loopback, link-local): tells nothing of a person.
pub(super) fn is_test_ip(address: &[u8]) -> bool {
    let Some(address) = std::str::from_utf8(address).ok().and_then(|text| text.parse::<std::net::IpAddr>().ok()) else { return false };
    match address {
        std::net::IpAddr::V4(v4) => {
            v4.is_documentation()
                || v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.octets()[0] == 0
                || v4.octets()[0] >= 240
        }
        std::net::IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.segments()[..2] == [0x2001, 0xdb8]
                || v6.segments()[0] & 0xfe00 == 0xfc00
                || v6.segments()[0] & 0xffc0 == 0xfe80
        }
    }
}

/// Addresses of a local network, which many people share.
pub(super) fn is_private_ip(address: &[u8]) -> bool {
    match std::str::from_utf8(address).ok().and_then(|text| text.parse::<std::net::IpAddr>().ok()) {
        Some(std::net::IpAddr::V4(v4)) => is_test_ip(address) && !v4.is_documentation(),
        Some(std::net::IpAddr::V6(v6)) => is_test_ip(address) && v6.segments()[..2] != [0x2001, 0xdb8],
        None => false,
    }
}

fn is_placeholder_date(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit());
    let mut text = [0; 8];
    if digits.clone().take(9).count() < 8 {
        return false;
    }
    text.iter_mut().zip(digits).for_each(|(to, digit)| *to = *digit);
    matches!(
        &text,
        b"19000101"
            | b"01011900"
            | b"00000000"
            | b"11111111"
            | b"99991231"
            | b"31129999"
            | b"12319999"
            | b"00010101"
            | b"18991231"
            | b"18991230"
    )
}

/// One character over and over (`0000`, `xxxx`), six times or more; separators do not count.
fn is_repeated(value: &[u8]) -> bool {
    let characters = value.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let Some(first) = characters.clone().next() else { return false };
    characters.clone().all(|byte| byte == first) && characters.count() >= 6
}

/// Whether characters are starred out, and whether digits at the end are left.
pub(super) fn protection_of(value: &[u8]) -> Protection {
    let stars = value.iter().filter(|byte| matches!(byte, b'*' | b'#')).count() + memchr::memmem::find_iter(value, "•".as_bytes()).count();
    let crosses = longest_run(value, |byte| matches!(byte, b'x' | b'X'));
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    if stars >= 3 || (crosses >= 3 && digits > 0) {
        return if digits >= 4 { Protection::Truncated } else { Protection::Masked };
    }
    for mark in [
        b"enc:".as_slice(),
        b"ENC(",
        b"{cipher}",
        b"vault:v",
        b"$ANSIBLE_VAULT",
        b"-----BEGIN PGP MESSAGE",
        b"AQICAH",
        b"gAAAAA",
        b"U2FsdGVkX1",
    ] {
        if value.starts_with(mark) {
            return Protection::Encrypted;
        }
    }
    Protection::Clear
}

fn longest_run(value: &[u8], of: impl Fn(&u8) -> bool) -> usize {
    value.split(|byte| !of(byte)).map(<[u8]>::len).max().unwrap_or(0)
}

/// A hexadecimal digest where a readable value is expected.
fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 64 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// The value for display; where bytes are not UTF-8, a copy in which they are replaced.
fn show<'s>(value: &'s [u8], to: &'s mut Vec<u8>) -> &'s [u8] {
    if value.is_ascii() || std::str::from_utf8(value).is_ok() {
        return value;
    }
    to.clear();
    to.extend_from_slice(String::from_utf8_lossy(value).as_bytes());
    to
}

/// Reads a cell of a column.
pub(super) fn read<'s>(detectors: &Detectors, column: &ColumnProfile, cell: &'s [u8], scratch: &'s mut Scratch) -> Reading<'s> {
    let value = trim(cell);
    let Some(id) = column.detector else {
        return if is_nothing(value) { Reading::Empty } else { Reading::Invalid };
    };
    if is_nothing(value) {
        return Reading::Empty;
    }
    let detector = detectors.get(id);
    let hints = Hints { country: scratch.country.or(column.hints.country), ..column.hints };
    let verdict = detector.judge(value, hints, &mut scratch.out);
    let foreign = matches!((detector.scope, scratch.country), (Scope::Country(own), Some(row)) if own != row);
    let mut kind = None;
    let mut protection = Protection::Clear;
    let accepted = match verdict {
        Verdict::Valid => true,
        Verdict::Test => return Reading::Test { normalised: &scratch.out },
        Verdict::Placeholder => return Reading::Placeholder,
        Verdict::Shaped => !column.strict,
        Verdict::No => false,
    };
    if detector.meaning == Meaning::PersonalNumber && (!accepted || foreign || detector.checks.is_empty()) {
        // A column of tax or identity numbers that names no country holds those of the row's or the table's.
        if detector.scope == Scope::World {
            kind = hints.country.and_then(|country| number_of_country(detectors, country, value, scratch));
        }
        kind = kind.or_else(|| other_personal_number(detectors, value, scratch)).filter(|other| *other != id);
    }
    if let (Meaning::Account, [one, two, check, ..], Some(iban)) = (detector.meaning, value, detectors.well_known.iban)
        && iban != id
        && one.is_ascii_alphabetic()
        && two.is_ascii_alphabetic()
        && check.is_ascii_digit()
    {
        // Columns of account numbers hold the IBAN of whoever has one.
        match detectors.get(iban).judge(value, hints, &mut scratch.other) {
            Verdict::Valid => {
                std::mem::swap(&mut scratch.out, &mut scratch.other);
                kind = Some(iban);
            }
            Verdict::Test => return Reading::Test { normalised: &scratch.other },
            _ => {}
        }
    }
    if kind.is_none() {
        if !accepted {
            protection = match hidden(detector, value, &mut scratch.out) {
                Some(protection) => protection,
                None => return Reading::Invalid,
            };
        }
        kind = own_kind(detectors, detector, &scratch.out);
        protection = if kind.is_some() && kind == detectors.well_known.password_hash || detector.id == "password_hash" {
            Protection::Hashed
        } else {
            protection
        };
    }
    let country = kind.map_or(detector, |kind| detectors.get(kind)).country_of(&scratch.out).or(scratch.country);
    Reading::Value {
        normalised: &scratch.out,
        shown: show(value, &mut scratch.other),
        protection,
        country,
        kind,
        checked: kind.is_some() || verdict != Verdict::Shaped,
    }
}

/// A value of another kind that columns of this one often hold.
fn own_kind(detectors: &Detectors, detector: &Detector, normalised: &[u8]) -> Option<DetectorId> {
    let known = &detectors.well_known;
    match detector.meaning {
        Meaning::FullName | Meaning::Surname if is_organisation(normalised) => known.organisation,
        Meaning::Email if is_role_mailbox(normalised) => known.organisation_email,
        Meaning::Username if normalised.contains(&b'@') => {
            known.email.filter(|email| detectors.get(*email).judge(normalised, Hints::default(), &mut Vec::new()) == Verdict::Valid)
        }
        Meaning::Attribute if detector.id == "password" => {
            known.password_hash.filter(|hash| detectors.get(*hash).checks.iter().all(|check| (check.run)(normalised)))
        }
        _ => None,
    }
}

/// A masked, hashed or encrypted value in place of a readable one; its visible part goes to `out`.
fn hidden(detector: &Detector, value: &[u8], out: &mut Vec<u8>) -> Option<Protection> {
    let protection = match protection_of(value) {
        Protection::Clear if is_digest(value) && detector.normalise != Normalise::Exact => Protection::Hashed,
        Protection::Clear => return None,
        protection => protection,
    };
    if !matches!(
        detector.normalise,
        Normalise::Digits | Normalise::UpperAlnum | Normalise::Email | Normalise::Phone | Normalise::Exact | Normalise::Upper
    ) {
        return None;
    }
    out.clear();
    match protection {
        Protection::Masked | Protection::Truncated => out.extend(value.iter().filter(|byte| byte.is_ascii_digit())),
        _ => out.extend_from_slice(value),
    }
    if out.is_empty() {
        out.extend_from_slice(value);
    }
    Some(protection)
}

/// The personal number of another country that this is, leaving it in `out`. The row's own
/// country is asked first; by value alone only checks that are hard to pass count.
fn other_personal_number(detectors: &Detectors, value: &[u8], scratch: &mut Scratch) -> Option<DetectorId> {
    let mut best: Option<(bool, u32, DetectorId)> = None;
    for (id, detector) in detectors.enumerate() {
        let here = scratch.country.is_some_and(|country| detector.scope == Scope::Country(country));
        let personal = detector.meaning == Meaning::PersonalNumber && !detector.checks.is_empty();
        // The nine-digit birth numbers of old Czechoslovakia have no check digit.
        let unchecked = detector.id == "cz_rodne_cislo" && value.iter().filter(|byte| byte.is_ascii_digit()).count() < 10;
        if !personal || !(here || (detectors.well_known.personal.contains(&id) && !unchecked)) {
            continue;
        }
        if detector.judge(value, Hints::default(), &mut scratch.other) == Verdict::Valid {
            let rank = (here, (1.0 / detector.chance()) as u32, id);
            if best.is_none_or(|held| (rank.0, rank.1) > (held.0, held.1)) {
                best = Some(rank);
            }
        }
    }
    let (_, _, id) = best?;
    detectors.get(id).judge(value, Hints::default(), &mut scratch.out);
    Some(id)
}

/// The personal number of this country that the value is, leaving it in `out`.
pub(super) fn number_of_country(detectors: &Detectors, country: [u8; 2], value: &[u8], scratch: &mut Scratch) -> Option<DetectorId> {
    let (id, detector) = detectors.enumerate().find(|(_, detector)| {
        detector.meaning == Meaning::PersonalNumber
            && detector.scope == Scope::Country(country)
            && !detector.checks.is_empty()
            && detector.judge(value, Hints::default(), &mut scratch.other) == Verdict::Valid
    })?;
    detector.judge(value, Hints::default(), &mut scratch.out);
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_values_are_known() {
        for address in ["test@test.com", "jane.doe@example.com", "a@mail.example.org", "x@y.test"] {
            assert!(is_test_email(address.as_bytes()), "{address}");
        }
        for address in ["jane@mytest.com", "jane@test.com", "example@gmail.com"] {
            assert!(!is_test_email(address.as_bytes()), "{address}");
        }
        assert!(is_test_ip(b"192.0.2.1") && is_test_ip(b"10.1.2.3") && !is_test_ip(b"81.190.68.123"));
        assert!(is_role_mailbox(b"info@acme.com") && !is_role_mailbox(b"info.jane@acme.com"));
    }

    #[test]
    fn account_columns_hold_ibans_of_those_who_have_one() {
        let detectors = Detectors::builtin().expect("our own files");
        let rows = ["66747750840", "85888190880", "DE85 5001 0517 5961 7665 90", "GB82WEST12345698765432"];
        let sample = crate::format::Sample {
            name: Some("payroll".to_owned()),
            columns: Some(vec!["account_no".to_owned()]),
            rows: rows.iter().map(|value| vec![Some(value.as_bytes().to_vec())]).collect(),
        };
        let profile = detectors.profile(&sample);
        let mut scratch = Scratch::default();
        let mut kind = |value: &str| match profile.read(&detectors, 0, value.as_bytes(), &mut scratch) {
            Reading::Value { kind, .. } => kind.map(|kind| detectors.get(kind).id.clone()),
            Reading::Test { .. } => Some("Test".to_owned()),
            reading => Some(format!("{reading:?}")),
        };
        assert_eq!(kind(rows[0]), None);
        assert_eq!(kind(rows[2]).as_deref(), Some("iban"));
        assert_eq!(kind(rows[3]).as_deref(), Some("Test"));
    }

    #[test]
    fn masks_are_seen() {
        for (value, protection) in [
            ("XXX-XX-6789", Protection::Truncated),
            ("************1111", Protection::Truncated),
            ("j***@***.com", Protection::Masked),
            ("vault:v1:8SDd3WHDOjf7mq69C", Protection::Encrypted),
            ("536-22-8145", Protection::Clear),
            ("Maxxx", Protection::Clear),
        ] {
            assert_eq!(protection_of(value.as_bytes()), protection, "{value}");
        }
    }
}
