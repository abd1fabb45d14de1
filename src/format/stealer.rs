//! What programs that steal logins leave behind: blocks of lines `URL:`, `Username:`, `Password:` (RedLine, Vidar, Raccoon), `SOFT:`,
//! `HOST:`, `USER:`, `PASS:` (Lumma, StealC), and what forms were filled with, `Name:` and `Value:`. Each block is a row, so that login
//! and password are of one record; a file of filled forms is one row, since one person filled them.

use super::{
    Claim, Format, Head, Place, Sink, Text, TextKind, decoded,
    json::records::{Records, Value, add},
};
use crate::source::Input;

/// `Passwords.txt`, `Autofill.txt` of such a program.
pub struct StealerLog;

/// What a line says, whatever the program calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Url,
    Login,
    Password,
    Application,
    /// The name of a field of a form, and what it was filled with.
    Field,
    Filled,
}

impl Key {
    /// The key and the value of a line.
    fn of(line: &str) -> Option<(Key, &str)> {
        let (name, value) = line.split_once(':')?;
        let name = name.trim();
        let is = |words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
        let key = match () {
            () if name.len() > 16 => return None,
            () if is(&["url", "host", "link", "hostname", "site", "website", "origin"]) => Key::Url,
            () if is(&["username", "user", "login", "usr", "user login", "user name", "username/email"]) => Key::Login,
            () if is(&["password", "pass", "pwd", "user password"]) => Key::Password,
            () if is(&["application", "app", "soft", "software", "browser", "storage", "program"]) => Key::Application,
            () if is(&["name", "field", "form"]) => Key::Field,
            () if is(&["value"]) => Key::Filled,
            () => return None,
        };
        Some((key, value.trim()))
    }

    const fn column(self) -> &'static str {
        match self {
            Key::Url => "url",
            Key::Login => "username",
            Key::Password => "password",
            Key::Application => "application",
            Key::Field => "field",
            Key::Filled => "value",
        }
    }
}

/// A line of signs, or nothing: what stands between blocks.
fn is_rule(line: &str) -> bool {
    line.trim().bytes().all(|byte| matches!(byte, b'=' | b'-' | b'*' | b'_' | b'~' | b'#'))
}

/// The blocks of a text, and the lines that belong to none.
fn blocks<'t>(text: &'t str, mut block: impl FnMut(&mut Vec<(Key, &'t str)>), mut other: impl FnMut(&'t str)) {
    let mut held: Vec<(Key, &str)> = Vec::new();
    for line in text.lines() {
        match Key::of(line) {
            Some((key, value)) => {
                // Some programs put nothing between blocks.
                if held.iter().any(|(held, _)| *held == key) {
                    block(&mut held);
                    held.clear();
                }
                held.push((key, value));
            }
            None if is_rule(line) => {
                block(&mut held);
                held.clear();
            }
            None => other(line),
        }
    }
    block(&mut held);
}

fn has(block: &[(Key, &str)], key: Key) -> bool {
    block.iter().any(|(held, _)| *held == key)
}

/// A page or program, a login and a password.
fn is_login(block: &[(Key, &str)]) -> bool {
    has(block, Key::Login) && has(block, Key::Password) && (has(block, Key::Url) || has(block, Key::Application))
}

/// A field and nothing but what it was filled with.
fn is_filled(block: &[(Key, &str)]) -> bool {
    matches!(block, [(Key::Field, name), (Key::Filled, _)] if !name.is_empty())
}

impl Format for StealerLog {
    fn name(&self) -> &'static str {
        "stealer_log"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // Every line of a block names what it tells.
        if memchr::memchr(b':', head.bytes).is_none() {
            return Claim::No;
        }
        let Ok(text) = std::str::from_utf8(head.bytes).or_else(|error| std::str::from_utf8(&head.bytes[..error.valid_up_to()])) else {
            return Claim::No;
        };
        let (mut logins, mut filled, mut others, mut lines) = (0, 0, 0, 0);
        blocks(
            text,
            |block| {
                logins += usize::from(is_login(block));
                filled += usize::from(is_filled(block));
                lines += block.len();
            },
            |_| others += 1,
        );
        // A banner may stand above, but the file is made of blocks.
        match logins.max(filled) {
            0 => Claim::No,
            1 if logins == 0 || !has_scheme(text) => Claim::No,
            _ if others <= lines => Claim::Likely,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

fn has_scheme(text: &str) -> bool {
    text.contains("://")
}

fn read(text: &str, sink: &mut dyn Sink) {
    let mut records = Records::new();
    let mut form: Vec<(String, Value)> = Vec::new();
    let mut rest = String::new();
    let row = |block: &[(Key, &str)]| {
        let filled = block.iter().filter(|(_, value)| !value.is_empty());
        Value::Record(filled.map(|(key, value)| (key.column().to_owned(), Value::text(*value))).collect())
    };
    blocks(
        text,
        |block| match &block[..] {
            [] => {}
            [(Key::Field, name), (Key::Filled, value)] if !name.is_empty() => add(&mut form, name, Value::text(*value)),
            block => records.row("", &row(block), sink),
        },
        |line| {
            rest.push_str(line);
            rest.push('\n');
        },
    );
    records.finish(sink);
    if !form.is_empty() {
        let mut records = Records::new();
        records.row("form", &Value::Record(form), sink);
        records.finish(sink);
    }
    if !rest.trim().is_empty() {
        let place = Place::Within { start: 0, length: text.len() as u64 };
        sink.text(&Text { kind: TextKind::Lines, bytes: rest.as_bytes(), place });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    fn claim(text: &str) -> Claim {
        StealerLog.claim(&Head { bytes: text.as_bytes(), name: "passwords.txt", whole: true })
    }

    #[test]
    fn blocks_of_every_make_are_rows() {
        for (text, header, rows) in [
            (
                "*** banner ***\n\nURL: https://shop.example/login\nUsername: jane@mailhaven.com\nPassword: p:1\nApplication: Chrome\n\
                 ===============\nURL: https://forum.example/\nUsername: \nPassword: x9\nApplication: Chrome\n===============\n",
                "url|username|password|application",
                ["https://shop.example/login|jane@mailhaven.com|p:1|Chrome", "https://forum.example/|~|x9|Chrome"],
            ),
            (
                "SOFT: Chrome (Default)\nHOST: https://a.example/\nUSER: jane\nPASS: p1\n\nSOFT: Edge\nHOST: https://b.example/\nUSER: bob\nPASS: p2\n",
                "application|url|username|password",
                ["Chrome (Default)|https://a.example/|jane|p1", "Edge|https://b.example/|bob|p2"],
            ),
            (
                "browser: Chrome\nlink: https://a.example/\nlogin: jane\npassword: p1\nbrowser: Edge\nlink: https://b.example/\nlogin: bob\npassword: p2\n",
                "application|url|username|password",
                ["Chrome|https://a.example/|jane|p1", "Edge|https://b.example/|bob|p2"],
            ),
        ] {
            assert_eq!(claim(text), Claim::Likely, "{text}");
            let found = read(&StealerLog, text.as_bytes());
            assert_eq!(found.tables[0].header(), header);
            assert_eq!(found.tables[0].lines(), rows);
            survives(&StealerLog, text.as_bytes());
        }
    }

    #[test]
    fn filled_forms_are_one_row() {
        let text = "Name: email\nValue: jane@mailhaven.com\n===\nName: firstname\nValue: Jane\n===\n";
        assert_eq!(claim(text), Claim::Likely);
        let found = read(&StealerLog, text.as_bytes());
        assert_eq!(found.tables[0].header(), "email|firstname");
        assert_eq!(found.tables[0].lines(), ["jane@mailhaven.com|Jane"]);
    }

    #[test]
    fn what_only_speaks_of_logins_is_no_log() {
        for text in [
            "To sign in, use\n\nURL: https://shop.example/\nUsername: your e-mail\nPassword: the one we sent\n\nCall us\nif it\ndoes not\nwork\nat all.\nThanks\n",
            "host: db1\nuser: app\n",
            "name: web\nvalue: 3\n",
            "Name: Jane\nAge: 41\n",
            "",
        ] {
            assert_eq!(claim(text), Claim::No, "{text}");
        }
    }
}
