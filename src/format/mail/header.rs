//! Header fields of a message or a part of one.

use super::{Transfer, transcode};
use encoding_rs::UTF_8;
use mail_parser::{Address, Header, HeaderName, HeaderValue, MessageParser, MessagePart, MimeHeaders};

/// Fields a message has and other text rarely begins with.
const KNOWN: &[&str] = &[
    "bcc",
    "cc",
    "content-type",
    "date",
    "delivered-to",
    "dkim-signature",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "sender",
    "subject",
    "to",
    "x-mailer",
    "x-originating-ip",
];

/// No header is longer: behind it the body begins, whatever it looks like.
const LONGEST: usize = 4 << 20;

/// The length of the header: to the empty line and with it, or to the first line that is no field.
pub(super) fn length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len().min(LONGEST) {
        let rest = &bytes[at..];
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = &rest[..end];
        let is_continued = at > 0 && matches!(line.first(), Some(b' ' | b'\t'));
        match line.trim_ascii().is_empty() {
            true if !is_continued || line.len() <= 2 => return at + end,
            false if !is_continued && field_name(line).is_none() => return at,
            _ => at += end,
        }
    }
    at
}

/// The name of the field a line begins with.
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().take(80).position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic())).then_some(name)
}

/// How many different fields of a message these bytes begin with.
pub(super) fn known_fields(bytes: &[u8]) -> u32 {
    let header = &bytes[..length(bytes)];
    let mut seen = 0_u32;
    for name in header.split(|byte| *byte == b'\n').filter_map(field_name) {
        if let Some(at) = KNOWN.iter().position(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
            seen |= 1 << at;
        }
    }
    seen.count_ones()
}

/// The header of a message or part.
pub(super) struct Fields {
    /// As UTF-8.
    text: Vec<u8>,
    part: MessagePart<'static>,
    /// Where it starts in the message.
    start: usize,
    is_message: bool,
}

impl Fields {
    /// Reads a header that starts at `start` of the message.
    pub(super) fn parse(bytes: &[u8], start: usize) -> Fields {
        // Fields must be ASCII or UTF-8; old programs wrote whatever they had.
        let text = if std::str::from_utf8(bytes).is_ok() {
            bytes.to_vec()
        } else {
            transcode::detect(bytes, true).unwrap_or(UTF_8).decode(bytes).0.into_owned().into_bytes()
        };
        let message = MessageParser::default().parse_headers(&text).map(mail_parser::Message::into_owned);
        let part = message.and_then(|message| message.parts.into_iter().next()).unwrap_or_default();
        Fields { text, part, start, is_message: false }
    }

    /// A part of a digest that does not say what it is is a message (RFC 2046, section 5.1.5).
    pub(super) fn default_to_message(&mut self) {
        self.is_message = self.part.content_type().is_none();
    }

    /// The lines that tell of people, decoded, and the place of each in the message.
    pub(super) fn lines(&self) -> (String, Vec<(u32, u64)>) {
        let (mut lines, mut points) = (String::new(), Vec::new());
        for header in &self.part.headers {
            let Some(value) = self.told(header) else { continue };
            let place = |offset: u32| (self.start as u64).saturating_add(offset.into());
            points.push((lines.len() as u32, place(header.offset_field)));
            lines.push_str(header.name());
            lines.push_str(": ");
            lines.push_str(&value);
            points.push((lines.len() as u32, place(header.offset_end.max(header.offset_field))));
            lines.push('\n');
        }
        (lines, points)
    }

    /// The value of a field that tells of people.
    fn told(&self, header: &Header<'_>) -> Option<String> {
        let raw = || {
            let range = header.offset_start as usize..header.offset_end as usize;
            let raw = String::from_utf8_lossy(self.text.get(range).unwrap_or_default());
            raw.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let value = match (&header.name, &header.value) {
            (HeaderName::Received, _) => return None,
            (_, HeaderValue::Address(address)) => addresses(address),
            (HeaderName::Subject, HeaderValue::Text(text)) => text.to_string(),
            (HeaderName::Date | HeaderName::Subject, _) => raw(),
            (HeaderName::Other(name), _) if name.len() > 2 && name.as_bytes()[..2].eq_ignore_ascii_case(b"x-") => raw(),
            (HeaderName::DeliveredTo | HeaderName::ReturnPath | HeaderName::OriginalRecipient | HeaderName::ApparentlyTo, _) => raw(),
            _ => return None,
        };
        let is_always = matches!(header.name, HeaderName::Subject | HeaderName::Date) || matches!(header.value, HeaderValue::Address(_));
        (!value.is_empty() && (is_always || value.contains('@'))).then_some(value)
    }

    /// Whether this is its type; an empty subtype is any.
    pub(super) fn is(&self, main: &str, sub: &str) -> bool {
        if self.is_message {
            return main == "message";
        }
        let Some(told) = self.part.content_type() else { return main == "text" && sub == "plain" };
        told.ctype().eq_ignore_ascii_case(main) && (sub.is_empty() || told.subtype().is_some_and(|told| told.eq_ignore_ascii_case(sub)))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        let kind =
            |kind: &str| self.part.content_type().and_then(|told| told.attribute("smime-type")).is_some_and(|told| told.contains(kind));
        self.is("multipart", "encrypted")
            || (self.is("application", "pkcs7-mime") || self.is("application", "x-pkcs7-mime")) && !kind("signed") && !kind("certs")
    }

    pub(super) fn boundary(&self) -> Option<&str> {
        self.part.content_type()?.attribute("boundary")
    }

    pub(super) fn charset(&self) -> Option<&str> {
        let charset = self.part.content_type()?.attribute("charset")?;
        // Every body that calls itself ASCII and is not says nothing.
        (!charset.eq_ignore_ascii_case("us-ascii") && !charset.eq_ignore_ascii_case("ascii")).then_some(charset)
    }

    /// The name of the file.
    pub(super) fn name(&self) -> Option<&str> {
        self.part.attachment_name().filter(|name| !name.trim().is_empty())
    }

    pub(super) fn is_attachment(&self) -> bool {
        self.part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment)
    }

    pub(super) fn transfer(&self) -> Transfer {
        let told = self.part.content_transfer_encoding().unwrap_or_default().trim();
        match () {
            () if told.eq_ignore_ascii_case("base64") => Transfer::Base64,
            () if told.eq_ignore_ascii_case("quoted-printable") => Transfer::QuotedPrintable,
            () => Transfer::Identity,
        }
    }
}

/// `Name <address>, ...`
fn addresses(address: &Address<'_>) -> String {
    let one = |one: &mail_parser::Addr<'_>| match (one.name(), one.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    };
    address.iter().map(one).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", ")
}
