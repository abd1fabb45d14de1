//! UN/EDIFACT (ISO 9735): every party of a message (NAD, PNA) is a row of the table of its role, with what the segments behind it say:
//! dates, documents, contacts. Lists of passengers (PAXLST), orders, invoices, manifests.

use super::{
    Claim, Format, Head, Sink, decoded,
    json::records::{Records, Value, add},
};
use crate::source::Input;

/// Members of one party.
const WIDEST: usize = 200;

/// `.edi`, `.edifact`.
pub struct Edifact;

/// The characters that part a message (ISO 9735, 7.1).
#[derive(Clone, Copy, Debug)]
struct Separators {
    component: char,
    element: char,
    release: char,
    segment: char,
}

impl Separators {
    /// By the service string, if there is one; the usual ones otherwise. And what follows.
    fn of(text: &str) -> Option<(Separators, &str)> {
        let text = text.trim_start_matches(['\u{FEFF}', '\r', '\n', ' ']);
        let usual = Separators { component: ':', element: '+', release: '?', segment: '\'' };
        let Some(rest) = text.strip_prefix("UNA") else { return text.starts_with("UNB+UN").then_some((usual, text)) };
        let [component, element, _, release, _, segment] = *rest.as_bytes().first_chunk()?;
        let is_sound = [component, element, segment].iter().all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        let behind = rest.get(6..)?.trim_start();
        let found = Separators { component: component.into(), element: element.into(), release: release.into(), segment: segment.into() };
        (is_sound && behind.starts_with("UNB")).then_some((found, behind))
    }
}

impl Format for Edifact {
    fn name(&self) -> &'static str {
        "edifact"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let start = String::from_utf8_lossy(head.bytes.get(..64).unwrap_or(head.bytes));
        if Separators::of(&start).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

fn read(text: &str, sink: &mut dyn Sink) {
    let Some((separators, mut rest)) = Separators::of(text) else { return };
    let mut records = Records::new();
    let mut party: Option<Party> = None;
    let mut message = String::new();
    while !rest.trim_start().is_empty() {
        let segment;
        (segment, rest) = split(rest.trim_start(), separators.segment, separators.release);
        let elements = Elements { segment, separators };
        match elements.tag() {
            "UNH" => message = elements.get(2, 0),
            "NAD" | "PNA" => {
                close(&mut party, &mut records, sink);
                party = Some(Party::of(&elements, &message));
            }
            "UNT" | "UNZ" | "LIN" | "CPS" => close(&mut party, &mut records, sink),
            _ => {
                if let Some(party) = &mut party {
                    party.take(&elements);
                }
            }
        }
    }
    close(&mut party, &mut records, sink);
    records.finish(sink);
}

fn close(party: &mut Option<Party>, records: &mut Records, sink: &mut dyn Sink) {
    if let Some(party) = party.take().filter(|party| !party.members.is_empty()) {
        records.row(&party.role, &Value::Record(party.members), sink);
    }
}

/// Cuts at the first separator that is not released.
fn split(text: &str, separator: char, release: char) -> (&str, &str) {
    let mut is_released = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_released => is_released = false,
            c if c == separator => return (&text[..at], &text[at + c.len_utf8()..]),
            c => is_released = c == release,
        }
    }
    (text, "")
}

/// A segment, cut when it is asked.
struct Elements<'t> {
    segment: &'t str,
    separators: Separators,
}

impl<'t> Elements<'t> {
    fn tag(&self) -> &'t str {
        split(self.segment, self.separators.element, self.separators.release).0.split(self.separators.component).next().unwrap_or_default()
    }

    /// A component of an element, both from 0, the tag being element 0; empty when there is none.
    fn get(&self, element: usize, component: usize) -> String {
        nth(self.element(element), component, self.separators.component, self.separators.release, self.separators.release)
    }

    fn element(&self, element: usize) -> &'t str {
        let mut rest = self.segment;
        for _ in 0..element {
            rest = split(rest, self.separators.element, self.separators.release).1;
        }
        split(rest, self.separators.element, self.separators.release).0
    }

    /// All components of an element with blanks between.
    fn whole(&self, element: usize) -> String {
        let parts: Vec<String> = (0..5).map(|component| self.get(element, component)).filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

fn nth(text: &str, number: usize, separator: char, release: char, drop: char) -> String {
    let mut rest = text;
    for _ in 0..number {
        rest = split(rest, separator, release).1;
    }
    let mut is_released = false;
    let kept = split(rest, separator, release).0.chars().filter(|c| {
        is_released = !is_released && *c == drop;
        !is_released
    });
    kept.collect::<String>().trim().to_owned()
}

/// Somebody named in a message.
struct Party {
    role: String,
    members: Vec<(String, Value)>,
}

impl Party {
    fn of(elements: &Elements<'_>, message: &str) -> Party {
        let code = elements.get(1, 0);
        let role = match code.as_str() {
            "FL" => "passenger",
            "DDT" | "DDU" if message == "PAXLST" => "passenger",
            "FM" => "crew",
            "EM" => "employee",
            "PAT" => "patient",
            "BY" => "buyer",
            "SU" | "SE" => "supplier",
            "CN" => "consignee",
            "CZ" => "consignor",
            "DP" => "delivery",
            "IV" => "invoicee",
            "MS" | "MR" => "party",
            code => code,
        };
        let mut party = Party {
            role: format!("edifact_{message}_{}", if role.is_empty() { "party" } else { role }).to_lowercase(),
            members: Vec::new(),
        };
        party.add("id", elements.get(2, 0));
        if elements.tag() == "PNA" {
            // Names with what each is: surname, given names.
            for element in 6..12 {
                let column = match elements.get(element, 0).as_str() {
                    "1" => "last_name",
                    "2" => "first_name",
                    _ => "name",
                };
                party.add(column, elements.get(element, 1));
            }
            return party;
        }
        party.add("address_lines", elements.whole(3));
        if matches!(role, "passenger" | "crew") {
            for (component, column) in ["last_name", "first_name", "middle_name"].into_iter().enumerate() {
                party.add(column, elements.get(4, component));
            }
        } else {
            party.add("name", elements.whole(4));
        }
        for (element, column) in [(5, "address"), (6, "city"), (7, "state"), (8, "zip"), (9, "country")] {
            party.add(column, elements.whole(element));
        }
        party
    }

    /// What a segment behind the party says of it.
    fn take(&mut self, elements: &Elements<'_>) {
        let (code, value) = (elements.get(1, 0), elements.get(1, 1));
        match elements.tag() {
            "DTM" if code == "329" => self.add("birth_date", date(&value)),
            "DTM" if code == "36" => self.add("document_expiry_date", date(&value)),
            "ATT" if code == "2" => self.add("sex", elements.get(3, 0)),
            "NAT" => self.add("nationality", elements.get(2, 0)),
            "DOC" => {
                let column = if code == "P" { "passport_number" } else { "document_number" };
                self.add(column, elements.get(2, 0));
            }
            "COM" => {
                let column = match value.as_str() {
                    "EM" => "email",
                    "TE" | "AL" | "MA" => "phone",
                    "FX" => "fax",
                    _ => "contact",
                };
                self.add(column, code);
            }
            "CTA" => self.add("contact_name", elements.get(2, 1)),
            "FII" => self.add("account_number", elements.get(2, 0)),
            "RFF" => self.add(&format!("reference_{code}"), value),
            "FTX" => self.add("note", elements.whole(4)),
            _ => {}
        }
    }

    fn add(&mut self, column: &str, value: String) {
        if !value.is_empty() && self.members.len() < WIDEST {
            add(&mut self.members, column, Value::Text(value));
        }
    }
}

/// `YYMMDD` and `CCYYMMDD` as ISO 8601 where it is plain.
fn date(value: &str) -> String {
    match value.as_bytes() {
        [_, _, _, _, _, _, _, _] if value.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..])
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    #[test]
    fn parties_are_rows_with_what_is_said_of_them() {
        let list = b"UNA:+.? '\r\nUNB+UNOA:4+SENDER+RECEIVER+240102:0804+1'UNH+1+PAXLST:D:02B:UN'NAD+MS+++BORDER OFFICE'COM+703-555-1212:TE+x'\
            NAD+FL+++DOE:JOHN:WAYNE+20 MAIN ST+ANYTOWN+VA+10053+USA'ATT+2++M'DTM+329:19570101'NAT+2+USA'DOC+P:110:111+MB140241'\
            UNT+9+1'UNH+2+INVOIC:D:96A:UN'NAD+BY+55::92++O?'NEIL ?+ SONS+1 High St:Suite 2+Cork++T12+IE'CTA+IC+:Ann Poe'COM+ann@example.org:EM'\
            UNT+5+2'UNZ+2+1'";
        let found = read(&Edifact, list);
        let passengers = found.table("edifact_paxlst_passenger");
        assert_eq!(
            passengers.header(),
            "last_name|first_name|middle_name|address|city|state|zip|country|sex|birth_date|nationality|passport_number"
        );
        assert_eq!(passengers.lines(), ["DOE|JOHN|WAYNE|20 MAIN ST|ANYTOWN|VA|10053|USA|M|1957-01-01|USA|MB140241"]);
        let buyers = found.table("edifact_invoic_buyer");
        assert_eq!(buyers.header(), "id|name|address|city|zip|country|contact_name|email");
        assert_eq!(buyers.lines(), ["55|O'NEIL + SONS|1 High St Suite 2|Cork|T12|IE|Ann Poe|ann@example.org"]);
        assert_eq!(found.table("edifact_paxlst_party").lines(), ["BORDER OFFICE|703-555-1212"]);
        survives(&Edifact, list);
    }
}
