//! LDIF (RFC 2849): each entry of a directory is a row.

use super::{
    Claim, Format, Head, Sink, decoded,
    json::records::{Records, Value, add},
};
use crate::source::Input;

/// `.ldif`.
pub struct Ldif;

impl Format for Ldif {
    fn name(&self) -> &'static str {
        "ldif"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let text = head.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head.bytes);
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let mut is_first = true;
        let first = lines.find(|line| {
            // With a space a line goes on, which the first cannot.
            let goes_on = !std::mem::take(&mut is_first) && line.starts_with(b" ");
            !(line.is_empty() || line.starts_with(b"#") || goes_on || line.starts_with(b"version:"))
        });
        let first = first.unwrap_or_default();
        let is_name = first.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"dn:"));
        if is_name && first.contains(&b'=') | first.starts_with(b"dn::") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

fn read(text: &str, sink: &mut dyn Sink) {
    let mut records = Records::new();
    let mut entry: Vec<(String, Value)> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let mut line = line.to_owned();
        while let Some(rest) = lines.peek().and_then(|next| next.strip_prefix(' ')).filter(|_| line.len() < 64 << 20) {
            line.push_str(rest);
            lines.next();
        }
        if line.trim().is_empty() {
            give(&mut entry, &mut records, sink);
        } else if let Some((name, value)) = attribute(&line) {
            add(&mut entry, name, Value::Text(value));
        }
    }
    give(&mut entry, &mut records, sink);
    records.finish(sink);
}

fn give(entry: &mut Vec<(String, Value)>, records: &mut Records, sink: &mut dyn Sink) {
    if entry.iter().any(|(name, _)| name == "dn") {
        records.row("", &Value::Record(std::mem::take(entry)), sink);
    }
    entry.clear();
}

/// The name without options, and the value, from base64 if it is in it.
fn attribute(line: &str) -> Option<(&str, String)> {
    let (name, value) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
    let name = name.split(';').next().unwrap_or(name);
    let value = match value.strip_prefix(':') {
        Some(packed) => {
            let bytes = super::base64::decode(packed.as_bytes());
            // Pictures and certificates say nothing in a cell.
            String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?
        }
        None => value.strip_prefix('<').unwrap_or(value).to_owned(),
    };
    let name = if name.eq_ignore_ascii_case("dn") { "dn" } else { name };
    Some((name, value.trim().to_owned())).filter(|(name, value)| !value.is_empty() && !matches!(*name, "version" | "changetype" | "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    #[test]
    fn entries_are_rows() {
        let text = "version: 1\n\n# people\ndn: uid=jane,ou=people,dc=example,dc=org\nobjectClass: person\ncn:: TcO8bGxlcg==\n\
            mail: jane@\n example.org\nmail: j@example.org\n\ndn: uid=bob,dc=example\ncn;lang-en: Bob\n";
        let claim = |text: &str| Ldif.claim(&Head { bytes: text.as_bytes(), name: "a", whole: true });
        assert_eq!(claim(text), Claim::Sure);
        assert_eq!(claim("# a comment that\n goes on\ndn: uid=bob,dc=example\n"), Claim::Sure);
        assert_eq!(claim("    index = 7;\n    dn: uid=bob,dc=example\n"), Claim::No);
        let found = read(&Ldif, text.as_bytes());
        assert_eq!(found.tables[0].header(), "dn|objectClass|cn|mail");
        assert_eq!(
            found.tables[0].lines(),
            ["uid=jane,ou=people,dc=example,dc=org|person|Müller|jane@example.org; j@example.org", "uid=bob,dc=example|~|Bob|~"]
        );
        survives(&Ldif, text.as_bytes());
    }
}
