//! vCard (RFC 6350 and its elders) and iCalendar (RFC 5545): each card, event and task is a row.
//!
//! Both are lines `NAME;PARAMETER=x:value`, folded. Parts of names and addresses get columns of
//! their own; who takes part in an event is a row of an inner table.

use super::{
    Claim, Format, Head, Sink, decoded,
    json::records::{Records, Value, add},
};
use crate::{
    base::{Category, Problem},
    source::Input,
};

/// Components within components.
const DEPTH: usize = 8;

/// `.vcf`.
pub struct VCard;
/// `.ics`.
pub struct ICalendar;

impl Format for VCard {
    fn name(&self) -> &'static str {
        "vcard"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        begins(head, "BEGIN:VCARD")
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

impl Format for ICalendar {
    fn name(&self) -> &'static str {
        "icalendar"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        begins(head, "BEGIN:VCALENDAR")
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

fn begins(head: &Head<'_>, mark: &str) -> Claim {
    let letters = head.bytes.iter().take(256).filter(|byte| **byte != 0 && byte.is_ascii());
    let mut letters = letters.skip_while(|byte| byte.is_ascii_whitespace());
    let begins = mark.bytes().all(|wanted| letters.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&wanted)));
    if begins { Claim::Sure } else { Claim::No }
}

fn read(text: &str, sink: &mut dyn Sink) {
    let mut records = Records::new();
    let mut open: Vec<(String, Vec<(String, Value)>)> = Vec::new();
    for line in unfolded(text) {
        let Some(line) = Line::of(&line) else { continue };
        match line.name.as_str() {
            "BEGIN" if open.len() < DEPTH => open.push((line.value.to_ascii_uppercase(), Vec::new())),
            "END" => close(&mut open, &mut records, sink),
            _ => {
                if let Some((_, members)) = open.last_mut() {
                    line.put(members);
                }
            }
        }
    }
    let is_cut = !open.is_empty();
    while !open.is_empty() {
        close(&mut open, &mut records, sink);
    }
    records.finish(sink);
    if is_cut {
        sink.problem(Problem::new(Category::Truncated, "ends inside a card or calendar"));
    }
}

/// Ends a component: cards, events and tasks are rows; what reminds of them and calendars themselves belong to those around.
fn close(open: &mut Vec<(String, Vec<(String, Value)>)>, records: &mut Records, sink: &mut dyn Sink) {
    let Some((name, members)) = open.pop() else { return };
    let is_row = matches!(name.as_str(), "VCARD" | "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY");
    if is_row && !members.is_empty() {
        records.row(&name.to_ascii_lowercase(), &Value::Record(members), sink);
    }
}

/// Lines with their folds undone: one that begins with a blank goes on the line before, as does one behind the
/// soft line end of quoted-printable (vCard 2.1).
fn unfolded(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        let is_quoted = line.to_ascii_uppercase().contains("QUOTED-PRINTABLE");
        while let Some(next) = lines.peek() {
            if let Some(rest) = next.strip_prefix([' ', '\t']).filter(|_| line.len() < 64 << 20) {
                line.push_str(rest);
            } else if is_quoted && line.ends_with('=') {
                line.pop();
                line.push_str(next);
            } else {
                break;
            }
            lines.next();
        }
        Some(line)
    })
}

/// A content line.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn of(line: &str) -> Option<Line> {
        let mut is_quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            is_quoted ^= *c == '"';
            *c == ':' && !is_quoted
        })?;
        let (head, value) = (line.get(..colon.0)?, line.get(colon.0 + 1..)?);
        let mut parts = head.split(';');
        // Groups (`item1.EMAIL`) only bind lines to each other.
        let name = parts.next()?.rsplit('.').next()?.to_ascii_uppercase();
        let parameters: Vec<(String, String)> = parts
            .map(|part| match part.split_once('=') {
                Some((key, value)) => (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()),
                None => ("TYPE".to_owned(), part.to_owned()),
            })
            .collect();
        let is_packed = parameters.iter().any(|(_, value)| value.eq_ignore_ascii_case("QUOTED-PRINTABLE"));
        let value = if is_packed { quoted_printable(value) } else { value.to_owned() };
        Some(Line { name, parameters, value })
    }

    fn put(self, members: &mut Vec<(String, Value)>) {
        let name = self.name.as_str();
        let columns: &[&str] = match name {
            "N" => &["family_name", "given_name", "middle_name", "name_prefix", "name_suffix"],
            "ADR" => &["po_box", "extended_address", "street", "city", "state", "postal_code", "country"],
            "ATTENDEE" | "ORGANIZER" => return self.person(members),
            // Pictures, sounds and keys in base64; versions.
            "PHOTO" | "LOGO" | "SOUND" | "KEY" | "VERSION" | "PRODID" | "REV" | "DTSTAMP" | "SEQUENCE" => return,
            _ => &[],
        };
        if columns.is_empty() {
            let value = plain(&self.value);
            let value = ["mailto:", "tel:"].iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(&value);
            if !value.is_empty() {
                add(members, column(name), Value::text(value));
            }
            return;
        }
        for (part, column) in parts(&self.value).iter().zip(columns) {
            if !part.is_empty() {
                add(members, column, Value::text(part.as_str()));
            }
        }
    }

    /// Who takes part, or invites.
    fn person(self, members: &mut Vec<(String, Value)>) {
        let parameter = |key: &str| self.parameters.iter().find(|(held, _)| held == key).map(|(_, value)| value.clone());
        let address = self.value.to_ascii_lowercase().strip_prefix("mailto:").map_or(self.value.clone(), str::to_owned);
        let mut person = vec![("email".to_owned(), Value::text(address))];
        for (key, column) in [("CN", "name"), ("ROLE", "role"), ("PARTSTAT", "status")] {
            if let Some(value) = parameter(key) {
                person.push((column.to_owned(), Value::text(value)));
            }
        }
        let key = if self.name == "ATTENDEE" { "attendees" } else { "organizer" };
        match members.iter_mut().find(|(held, _)| held == key) {
            Some((_, Value::List(people))) => people.push(Value::Record(person)),
            _ => members.push((key.to_owned(), Value::List(vec![Value::Record(person)]))),
        }
    }
}

/// What a property is called as a column.
fn column(name: &str) -> &str {
    match name {
        "FN" => "full_name",
        "TEL" => "phone",
        "EMAIL" => "email",
        "BDAY" => "birth_date",
        "ORG" => "organization",
        "TITLE" => "job_title",
        "NOTE" => "note",
        "NICKNAME" => "nickname",
        "URL" => "url",
        "GEO" => "geolocation",
        "DTSTART" => "start",
        "DTEND" => "end",
        name => name,
    }
}

/// Undoes `\,`, `\;`, `\\` and `\n`.
fn plain(value: &str) -> String {
    let mut all = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => all.push('\n'),
                Some(c) => all.push(c),
                None => {}
            },
            c => all.push(c),
        }
    }
    all.trim().to_owned()
}

/// The parts between semicolons that are not escaped.
fn parts(value: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, all.last_mut()) {
            (';', _) => all.push(String::new()),
            ('\\', Some(part)) => {
                part.push(c);
                part.extend(chars.next());
            }
            (c, Some(part)) => part.push(c),
            _ => {}
        }
    }
    all.iter().map(|part| plain(part)).collect()
}

fn quoted_printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match code.filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    #[test]
    fn cards_are_rows() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jane\\, Q.;;Dr.;\r\nitem1.EMAIL;TYPE=home:jane@example.org\r\nTEL;HOME:555-\r\n 0100\r\n\
            ADR;TYPE=x:;;12 Elm St;Spring\\;field;IL;62701;US\r\nBDAY:1980-01-02\r\nEND:VCARD\r\n\
            BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:M=C3=BCl=\r\nler\r\nEND:VCARD\r\n";
        let found = read(&VCard, text.as_bytes());
        let cards = found.table("vcard");
        assert_eq!(
            cards.header(),
            "family_name|given_name|name_prefix|email|phone|street|city|state|postal_code|country|birth_date|full_name"
        );
        assert_eq!(
            cards.lines(),
            ["Doe|Jane, Q.|Dr.|jane@example.org|555-0100|12 Elm St|Spring;field|IL|62701|US|1980-01-02|~", "~|~|~|~|~|~|~|~|~|~|~|Müller"]
        );
        survives(&VCard, text.as_bytes());
    }

    #[test]
    fn who_takes_part_in_an_event_is_a_row() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Visit\nATTENDEE;CN=\"Doe: Jane\";ROLE=CHAIR:mailto:jane@example.org\n\
            ATTENDEE:mailto:bob@example.org\nBEGIN:VALARM\nACTION:X\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
        let found = read(&ICalendar, text.as_bytes());
        assert_eq!(found.table("vevent").lines(), ["Visit"]);
        let people = found.table("vevent.attendees");
        assert_eq!(people.header(), "email|name|role|#parent");
        assert_eq!(people.lines(), ["jane@example.org|Doe: Jane|CHAIR|0", "bob@example.org|~|~|0"]);
    }
}
