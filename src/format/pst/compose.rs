//! What an object of a store says, written as others would send it: a mail (RFC 5322) or a card (RFC 6350).

use super::heap::Object;
use crate::format::lzfu;
use std::fmt::Write;

/// Columns of a table of recipients: name, address as mail has it, address as the system has it.
pub(super) const RECIPIENT: [u16; 3] = [0x3001, 0x39FE, 0x3003];

/// Name and addresses of one recipient.
type Recipient = [Option<String>; 3];

/// The ending of its name, and the text; empty when there is none.
pub(super) fn message(message: &Object<'_, '_>, recipients: &[Recipient]) -> (&'static str, Vec<u8>) {
    let class = message.text(0x001A).unwrap_or_default().to_ascii_lowercase();
    match class.starts_with("ipm.contact") || class.starts_with("ipm.abchperson") {
        true => ("vcf", card(message).into_bytes()),
        false => ("eml", mail(message, recipients)),
    }
}

/// The body of a message that has no other: rich text, packed ([MS-OXRTFCP]).
pub(super) fn packed_body(message: &Object<'_, '_>) -> Option<Vec<u8>> {
    let has_other = message.text(0x1000).is_some() || message.bytes(0x1013).is_some() || message.text(0x1013).is_some();
    if has_other { None } else { lzfu::unpack(&message.bytes(0x1009)?) }
}

/// `Name <address>`, as much of it as there is.
fn person(name: Option<&str>, address: Option<&str>) -> Option<String> {
    // Addresses of a system's own kind have slashes.
    let address = address.filter(|address| address.contains('@'));
    match (name.filter(|name| Some(*name) != address), address) {
        (Some(name), Some(address)) => Some(format!("\"{}\" <{address}>", name.replace(['"', '\\'], "'"))),
        (Some(name), None) => Some(name.to_owned()),
        (None, Some(address)) => Some(address.to_owned()),
        (None, None) => None,
    }
}

fn mail(message: &Object<'_, '_>, recipients: &[Recipient]) -> Vec<u8> {
    let mut text = headers(message, recipients);
    let (kind, body) = match (message.text(0x1000), message.bytes(0x1013), message.text(0x1013)) {
        (Some(body), ..) => ("text/plain; charset=utf-8".to_owned(), body.into_bytes()),
        (_, Some(page), _) => (format!("text/html; charset={}", code_page(message.number(0x3FDE))), page),
        (_, _, Some(page)) => ("text/html; charset=utf-8".to_owned(), page.into_bytes()),
        _ => ("text/plain; charset=utf-8".to_owned(), Vec::new()),
    };
    if text.is_empty() && body.is_empty() {
        return Vec::new();
    }
    // Some writers begin the body with empty lines that would part it from nothing.
    write!(text, "MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").ok();
    [text.as_bytes(), &body].concat()
}

/// The headers the mail came with, less those of its parts; else what the store says of it.
fn headers(message: &Object<'_, '_>, recipients: &[Recipient]) -> String {
    let mut text = String::new();
    if let Some(sent) = message.text(0x007D) {
        let mut is_kept = true;
        for line in sent.lines() {
            if !line.starts_with([' ', '\t']) {
                let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
                is_kept = line.contains(':') && !name.starts_with("content-") && name != "mime-version" && !name.contains(' ');
            }
            if is_kept && !line.trim().is_empty() {
                write!(text, "{}\r\n", line.trim_end()).ok();
            }
        }
        if text.to_ascii_lowercase().contains("from:") {
            return text;
        }
    }
    let mut header = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            write!(text, "{name}: {}\r\n", value.trim()).ok();
        }
    };
    let address = [0x5D01, 0x0C1F, 0x5D02, 0x0065].into_iter().find_map(|property| message.text(property));
    let name = message.text(0x0C1A).or_else(|| message.text(0x0042));
    header("From", person(name.as_deref(), address.as_deref()));
    let people: Vec<String> =
        recipients.iter().filter_map(|[name, mail, system]| person(name.as_deref(), mail.as_deref().or(system.as_deref()))).collect();
    if people.is_empty() {
        header("To", message.text(0x0E04));
        header("Cc", message.text(0x0E03));
        header("Bcc", message.text(0x0E02));
    } else {
        header("To", Some(people.join(", ")));
    }
    header("Subject", message.text(0x0037).map(|subject| subject_of(&subject)));
    let sent = message.moment(0x0039).or_else(|| message.moment(0x0E06));
    let sent = sent.and_then(|sent| jiff::Timestamp::from_second(sent).ok());
    header("Date", sent.map(|sent| sent.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()));
    header("Message-ID", message.text(0x1035));
    text
}

/// A subject may begin with a mark and the length of its prefix (2.5.3.1.1.1).
fn subject_of(subject: &str) -> String {
    let mut rest = subject.chars();
    if rest.next() == Some('\u{1}') {
        rest.next();
        return rest.collect();
    }
    subject.to_owned()
}

/// The name of a code page.
pub(in crate::format) fn code_page(page: Option<u32>) -> String {
    match page {
        Some(page @ (874 | 1250..=1258)) => format!("windows-{page}"),
        Some(page @ 28591..=28606) => format!("iso-8859-{}", page - 28590),
        Some(932) => "shift_jis".to_owned(),
        Some(936) => "gbk".to_owned(),
        Some(949) => "euc-kr".to_owned(),
        Some(950) => "big5".to_owned(),
        Some(20866) => "koi8-r".to_owned(),
        Some(50220..=50222) => "iso-2022-jp".to_owned(),
        Some(54936) => "gb18030".to_owned(),
        _ => "utf-8".to_owned(),
    }
}

/// Lines of a card that are one property each.
const LINES: &[(&str, u16)] = &[
    ("FN", 0x3001),
    ("NICKNAME", 0x3A4F),
    ("ORG", 0x3A16),
    ("TITLE", 0x3A17),
    ("TEL;TYPE=work", 0x3A08),
    ("TEL;TYPE=work", 0x3A1B),
    ("TEL;TYPE=home", 0x3A09),
    ("TEL;TYPE=home", 0x3A2F),
    ("TEL;TYPE=cell", 0x3A1C),
    ("TEL;TYPE=voice", 0x3A1A),
    ("TEL;TYPE=fax", 0x3A24),
    ("TEL;TYPE=fax", 0x3A25),
    ("TEL;TYPE=pager", 0x3A21),
    ("X-SPOUSE", 0x3A48),
    ("X-ASSISTANT", 0x3A30),
    ("X-MANAGER", 0x3A4E),
    ("X-ACCOUNT", 0x3A00),
    ("X-GOVERNMENT-ID", 0x3A07),
    ("X-CUSTOMER-ID", 0x3A4A),
    ("NOTE", 0x1000),
];
/// Street, place, region, code and country of an address.
const ADDRESSES: &[(&str, [u16; 5])] = &[
    ("ADR;TYPE=home", [0x3A5D, 0x3A59, 0x3A5C, 0x3A5B, 0x3A5A]),
    ("ADR;TYPE=postal", [0x3A29, 0x3A27, 0x3A28, 0x3A2A, 0x3A26]),
    ("ADR;TYPE=other", [0x3A63, 0x3A5F, 0x3A62, 0x3A61, 0x3A60]),
];

fn card(contact: &Object<'_, '_>) -> String {
    let get = |property| contact.text(property).map(|text| escape(&text));
    let mut text = "BEGIN:VCARD\r\nVERSION:3.0\r\n".to_owned();
    let parts = [0x3A11, 0x3A06, 0x3A44, 0x3A45, 0x3A05].map(get);
    if parts.iter().any(Option::is_some) {
        write!(text, "N:{}\r\n", parts.map(Option::unwrap_or_default).join(";")).ok();
    }
    for (name, property) in LINES {
        if let Some(value) = get(*property) {
            write!(text, "{name}:{value}\r\n").ok();
        }
    }
    for (name, properties) in ADDRESSES {
        let parts = properties.map(get);
        if parts.iter().any(Option::is_some) {
            write!(text, "{name}:;;{}\r\n", parts.map(Option::unwrap_or_default).join(";")).ok();
        }
    }
    if let Some(born) = contact.moment(0x3A42).and_then(|born| jiff::Timestamp::from_second(born).ok()) {
        write!(text, "BDAY:{}\r\n", born.strftime("%Y-%m-%d")).ok();
    }
    // The addresses of a contact have numbers of this store's own.
    let own = contact.own_texts();
    let mut addresses: Vec<&String> = own.iter().filter(|text| is_address(text)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    for address in addresses {
        write!(text, "EMAIL:{address}\r\n").ok();
    }
    text.push_str("END:VCARD\r\n");
    text
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.')) && !text.contains(char::is_whitespace)
}

fn escape(text: &str) -> String {
    let text = text.trim().replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\r', '\n'], "\\n")
}
