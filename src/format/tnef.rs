//! What Outlook sends in place of a mail's own parts, `winmail.dat` ([MS-OXTNEF]): the message's
//! properties as lines, its body as text, attachments and messages inside as items.

use super::{
    Claim, Format, Head, Member, Place, Sink, Text, TextKind,
    binary::{u16_le, u32_le, utf_16},
    html, lzfu,
    office::property_line,
    pst::code_page,
    read_problem, transcode,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::io;

const SIGNATURE: &[u8] = b"\x78\x9F\x3E\x22";
/// Signature and key.
const START: usize = 6;
/// Values of one attribute, attachments of one message.
const ENTRIES: u32 = 1 << 16;

/// `winmail.dat`.
pub struct Tnef;

impl Format for Tnef {
    fn name(&self) -> &'static str {
        "tnef"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // The first attribute is of the message (1) or, in what only holds attachments, of one of these (2).
        if head.bytes.starts_with(SIGNATURE) && matches!(head.bytes.get(START), None | Some(1 | 2)) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let mut message = Message::default();
        let lost = message.gather(&bytes);
        message.tell(bytes.len() as u64, sink);
        match error {
            // Other errors are of the reader we were given: already known to its owner.
            Some(error) if error.kind() == io::ErrorKind::FileTooLarge => sink.problem(read_problem(&error)),
            None if lost > 0 => sink.problem(Problem::new(Category::Truncated, "the message is cut off").not_examined(lost as u64)),
            _ => {}
        }
    }
}

/// One property ([MS-OXCDATA] 2.11): its number, what its value is made of, and the value.
struct Property<'a> {
    number: u16,
    kind: u16,
    value: &'a [u8],
}

/// A message put together from its attributes.
struct Message<'a> {
    /// Of text that is not UTF-16.
    encoding: &'static Encoding,
    lines: String,
    body: String,
    page: Vec<u8>,
    packed: &'a [u8],
    attachments: Vec<Attachment<'a>>,
}

impl Default for Message<'_> {
    fn default() -> Self {
        Message {
            encoding: WINDOWS_1252,
            lines: String::new(),
            body: String::new(),
            page: Vec::new(),
            packed: &[],
            attachments: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Attachment<'a> {
    name: String,
    content: &'a [u8],
}

impl<'a> Message<'a> {
    /// Takes all attributes (2.1.3.1); how many bytes at the end are none.
    fn gather(&mut self, bytes: &'a [u8]) -> usize {
        let mut at = START.min(bytes.len());
        while let Some((number, value, end)) = attribute(bytes, at) {
            self.take(number, value);
            at = end;
        }
        bytes.len() - at
    }

    /// What an attribute says (2.1.2, by the low half of its number).
    fn take(&mut self, number: u16, value: &'a [u8]) {
        match number {
            // The code page of all text that is not UTF-16.
            0x9007 => self.encoding = encoding(u32_le(value, 0)),
            0x8000 => self.sender(value),
            0x8004 => self.line(0x0037, value),
            0x800C => self.body = self.text(value),
            0x9003 => properties(value).0.iter().for_each(|property| self.property(property)),
            0x9004 => self.recipients(value),
            // Begins another attachment.
            0x9002 if self.attachments.len() < ENTRIES as usize => self.attachments.push(Attachment::default()),
            0x8010 | 0x9001 => {
                let name = self.text(value);
                self.attachment(|held| held.name = name);
            }
            0x800F => self.attachment(|held| held.content = value),
            0x9005 => {
                for property in properties(value).0 {
                    match property.number {
                        // An object's first 16 bytes say what kind it is.
                        0x3701 if property.kind == 0x0D => {
                            self.attachment(|held| held.content = property.value.get(16..).unwrap_or_default())
                        }
                        0x3701 => self.attachment(|held| held.content = property.value),
                        0x3707 => {
                            let name = self.value_text(&property);
                            self.attachment(|held| held.name = name.unwrap_or_default());
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Changes the attachment at hand.
    fn attachment(&mut self, change: impl FnOnce(&mut Attachment<'a>)) {
        if self.attachments.is_empty() {
            self.attachments.push(Attachment::default());
        }
        if let Some(last) = self.attachments.last_mut() {
            change(last);
        }
    }

    fn text(&self, value: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(value).0.trim_end_matches('\0').to_owned()
    }

    fn value_text(&self, property: &Property<'_>) -> Option<String> {
        match property.kind {
            0x1E => Some(self.text(property.value)),
            0x1F => Some(utf_16(property.value).trim_end_matches('\0').to_owned()),
            _ => None,
        }
    }

    fn line(&mut self, number: u16, value: &[u8]) {
        let text = self.text(value);
        property_line(number, &text, &mut self.lines);
    }

    /// Name and address with their lengths before them (2.1.3.3.1).
    fn sender(&mut self, value: &[u8]) {
        let (Some(name), Some(address)) = (u16_le(value, 4).map(usize::from), u16_le(value, 6).map(usize::from)) else { return };
        self.line(0x0C1A, value.get(8..8 + name).unwrap_or_default());
        let address = value.get(8 + name..8 + name + address).unwrap_or_default();
        self.line(0x0C1F, address.strip_prefix(b"SMTP:").unwrap_or(address));
    }

    fn property(&mut self, property: &Property<'a>) {
        match (property.number, self.value_text(property)) {
            (0x1000, Some(text)) => self.body = text,
            (0x1009, _) => self.packed = property.value,
            (0x1013, text) => self.page = text.map_or_else(|| property.value.to_vec(), String::into_bytes),
            (number, Some(text)) => property_line(number, &text, &mut self.lines),
            _ => {}
        }
    }

    /// A table of recipients: how many, and the properties of each.
    fn recipients(&mut self, value: &[u8]) {
        let mut rest = value.get(4..).unwrap_or_default();
        for _ in 0..u32_le(value, 0).unwrap_or(0).min(ENTRIES) {
            let (person, end) = properties(rest);
            let find = |number| person.iter().find(|property| property.number == number).and_then(|property| self.value_text(property));
            let address = find(0x39FE).or_else(|| find(0x3003)).unwrap_or_default();
            let name = find(0x3001).unwrap_or_default();
            if !(name.is_empty() && address.is_empty()) {
                self.lines.push_str(&format!("To: {name} <{address}>\n"));
            }
            match rest.get(end..).filter(|_| end > 0) {
                Some(behind) => rest = behind,
                None => break,
            }
        }
    }

    fn tell(&self, size: u64, sink: &mut dyn Sink) {
        let place = Place::Within { start: 0, length: size };
        let mut give = |kind, text: &str| {
            if !text.trim().is_empty() {
                sink.text(&Text { kind, bytes: text.as_bytes(), place });
            }
        };
        give(TextKind::MailHeader, &self.lines);
        let body = if self.body.trim().is_empty() { html::visible(&String::from_utf8_lossy(&self.page)) } else { self.body.clone() };
        give(TextKind::Prose, &body);
        let mut item = |name: &[u8], content: &[u8]| {
            let size = Some(content.len() as u64);
            sink.item(Member { name, step: false, size, packed: size, content: Input::Whole(content) });
        };
        if let Some(rich) = lzfu::unpack(self.packed).filter(|_| body.trim().is_empty()) {
            item(b"body.rtf", &rich);
        }
        for (number, held) in self.attachments.iter().enumerate().filter(|(_, held)| !held.content.is_empty()) {
            let unnamed = format!("attachment-{}", number + 1);
            item(if held.name.is_empty() { unnamed.as_bytes() } else { held.name.as_bytes() }, held.content);
        }
    }
}

/// Code pages of DOS have no decoder here: what is ASCII in them is read.
fn encoding(page: Option<u32>) -> &'static Encoding {
    let name = code_page(page);
    let is_known = name != "utf-8" || page == Some(65001);
    transcode::named(&name).filter(|_| is_known).unwrap_or(WINDOWS_1252)
}

/// The attribute that begins at `at`: its number, its value, and where the next begins. The last may lack its checksum.
fn attribute(bytes: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let start = at + 9;
    let length = usize::try_from(u32_le(bytes, at + 5)?).ok()?;
    let end = start.checked_add(length)?;
    Some((u16_le(bytes, at + 1)?, bytes.get(start..end)?, (end + 2).min(bytes.len())))
}

/// A list of properties (2.1.3.4), as far as it can be read, and how long it is.
fn properties(bytes: &[u8]) -> (Vec<Property<'_>>, usize) {
    let mut found = Vec::new();
    let mut at = 4;
    let mut one = || -> Option<()> {
        let (kind, number) = (u16_le(bytes, at)?, u16_le(bytes, at + 2)?);
        let mut next = at + 4;
        if number >= 0x8000 {
            // Named: by a set, and a number or a text in it.
            next += 20;
            next += 4 + if u32_le(bytes, next - 4)? == 0 { 0 } else { padded(u32_le(bytes, next)?)? };
        }
        let is_many = kind & 0x1000 != 0;
        let width = match kind & 0x0FFF {
            0x02..=0x04 | 0x0A | 0x0B => Some(4),
            0x05..=0x07 | 0x14 | 0x40 => Some(8),
            0x48 => Some(16),
            0x0D | 0x1E | 0x1F | 0x102 => None,
            _ => return None,
        };
        let mut count = 1;
        if is_many || width.is_none() {
            count = u32_le(bytes, next)?;
            next += 4;
        }
        for _ in 0..count.min(ENTRIES) {
            let length = match width {
                Some(width) => width,
                None => {
                    next += 4;
                    u32_le(bytes, next - 4)?
                }
            };
            let value = bytes.get(next..next.checked_add(usize::try_from(length).ok()?)?)?;
            found.push(Property { number, kind: kind & 0x0FFF, value });
            next = next.checked_add(padded(length)?)?;
        }
        at = next;
        Some(())
    };
    for _ in 0..u32_le(bytes, 0).unwrap_or(0).min(ENTRIES) {
        if one().is_none() {
            break;
        }
    }
    let end = at.min(bytes.len());
    (found, end)
}

/// Values are filled up to four bytes.
fn padded(length: u32) -> Option<usize> {
    usize::try_from(length.checked_next_multiple_of(4)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{hostile::survives, unfold::unfold},
        *,
    };

    fn attribute(level: u8, number: u32, value: &[u8]) -> Vec<u8> {
        let sum: u16 = value.iter().fold(0, |sum, byte| sum.wrapping_add((*byte).into()));
        [&[level], number.to_le_bytes().as_slice(), &(value.len() as u32).to_le_bytes(), value, &sum.to_le_bytes()].concat()
    }

    fn property(kind: u16, number: u16, value: &[u8]) -> Vec<u8> {
        let mut all = [kind.to_le_bytes(), number.to_le_bytes()].concat();
        if number >= 0x8000 {
            all.extend([[7; 16].as_slice(), &[1, 0, 0, 0, 6, 0, 0, 0], b"n\0o\0\0\0\0\0"].concat());
        }
        if matches!(kind, 0x0D | 0x1E | 0x1F | 0x102) {
            all.extend([[1, 0, 0, 0], (value.len() as u32).to_le_bytes()].concat());
        }
        all.extend(value);
        all.resize(all.len().next_multiple_of(4), 0);
        all
    }

    fn list(properties: &[Vec<u8>]) -> Vec<u8> {
        [(properties.len() as u32).to_le_bytes().to_vec(), properties.concat()].concat()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn sample() -> Vec<u8> {
        let person = list(&[property(0x1F, 0x3001, &wide("Bob Ray")), property(0x1E, 0x3003, b"bob@example.org\0")]);
        let inner = [SIGNATURE, &[0, 0], &attribute(1, 0x0002_800C, b"a message inside\0")].concat();
        [
            SIGNATURE,
            &[1, 0],
            &attribute(1, 0x0006_9007, &1251_u64.to_le_bytes()),
            &attribute(1, 0x0000_8000, b"\x04\0\0\0\x08\0\x14\0Ann Poe\0SMTP:ann@example.org"),
            &attribute(1, 0x0001_8004, b"\xCF\xF0\xE8\xE2\xE5\xF2\0"),
            &attribute(1, 0x0006_9004, &[1_u32.to_le_bytes().to_vec(), person].concat()),
            &attribute(
                1,
                0x0006_9003,
                &list(&[
                    property(0x03, 0x0E07, &[1, 0, 0, 0]),
                    property(0x1F, 0x8005, &wide("own text")),
                    property(0x1E, 0x1000, b"The body\0"),
                ]),
            ),
            &attribute(2, 0x0006_9002, &[0; 14]),
            &attribute(2, 0x0001_8010, b"NOTE~1.TXT\0"),
            &attribute(2, 0x0006_800F, b"attached text"),
            &attribute(2, 0x0006_9005, &list(&[property(0x1F, 0x3707, &wide("note of today.txt"))])),
            &attribute(2, 0x0006_9002, &[0; 14]),
            &attribute(2, 0x0006_9005, &list(&[property(0x0D, 0x3701, &[vec![9; 16], inner].concat())])),
        ]
        .concat()
    }

    #[test]
    fn a_message_its_people_and_attachments_are_read() {
        let found = unfold("winmail.dat", &sample());
        let texts: Vec<&str> = found.texts.iter().map(|text| text.text.as_str()).collect();
        let lines = "From: Ann Poe\nFrom: ann@example.org\nSubject: Привет\nTo: Bob Ray <bob@example.org>\nown text\n";
        assert_eq!(texts, [lines, "The body", "attached text", "a message inside"]);
        let paths: Vec<&str> = found.items_below().iter().map(|item| item.0).collect();
        assert_eq!(paths, ["winmail.dat#note of today.txt", "winmail.dat#attachment-2"]);
        assert_eq!(found.problems(), []);
    }

    #[test]
    fn damage_is_survived_and_a_cut_is_told() {
        let sample = sample();
        survives(&Tnef, &sample);
        assert_eq!(unfold("winmail.dat", &sample[..sample.len() - 40]).problems(), [("winmail.dat", Category::Truncated)]);
        let counts = [SIGNATURE, &[0, 0], &attribute(1, 0x0006_9003, &[0xFF; 64])].concat();
        assert_eq!(unfold("winmail.dat", &counts).problems(), []);
    }
}
