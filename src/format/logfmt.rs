//! Log lines of `key=value` pairs (logfmt, firewalls, audit logs): each line a row, each key a column,
//! what stands beside the pairs the column `message`.

use super::{
    Claim, Format, Head, Sink,
    json::records::{Records, Value, add},
    read_problem,
};
use crate::source::Input;

/// Lines looked at before the format is chosen.
const LOOK: usize = 200;
/// A line with fewer pairs may be anything.
const PAIRS: usize = 3;
/// No program's key is longer.
const LONGEST_KEY: usize = 64;
/// Lines of a block are cut at a line end.
const LONGEST_LINE: usize = 1 << 20;

/// Logs of `key=value`.
pub struct Logfmt;

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    /// Nearly all lines must be made of pairs for the most part.
    fn claim(&self, head: &Head<'_>) -> Claim {
        let Some(last) = head.bytes.iter().rposition(|byte| *byte == b'\n') else { return Claim::No };
        let whole = if head.whole { head.bytes } else { &head.bytes[..last] };
        let Ok(text) = std::str::from_utf8(whole) else { return Claim::No };
        // One line in ten may be something else. Most files have more, and are known by their first lines.
        let most = memchr::memchr_iter(b'\n', whole).take(LOOK).count() + 1;
        let (mut lines, mut others) = (0, 0);
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(LOOK) {
            lines += 1;
            others += usize::from(!is_of_pairs(line));
            if others * 10 > most {
                return Claim::No;
            }
        }
        if lines >= 3 && others * 10 <= lines { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut records = Records::new();
        let mut blocks = input.blocks();
        while let Some(block) = blocks.next(|bytes| memchr::memrchr(b'\n', bytes).map(|at| at + 1)) {
            for line in String::from_utf8_lossy(block.bytes).lines() {
                let mut members = Vec::new();
                let mut message = String::new();
                for piece in Pieces(line.get(..LONGEST_LINE).unwrap_or(line)) {
                    match piece {
                        Piece::Pair(key, value) => add(&mut members, key, Value::text(value)),
                        Piece::Word(word) => {
                            message.push_str(if message.is_empty() { "" } else { " " });
                            message.push_str(word);
                        }
                    }
                }
                if !message.is_empty() {
                    add(&mut members, "message", Value::text(message));
                }
                if !members.is_empty() {
                    records.row("", &Value::Record(members), sink);
                }
            }
        }
        records.finish(sink);
        if let Some(error) = blocks.take_error() {
            sink.problem(read_problem(&error));
        }
    }
}

fn is_of_pairs(line: &str) -> bool {
    if line.trim_start().starts_with(['<', '{', '#', '(']) || memchr::memchr_iter(b'=', line.as_bytes()).take(PAIRS).count() < PAIRS {
        return false;
    }
    let (mut pairs, mut beside) = (0, 0);
    for piece in Pieces(line) {
        match piece {
            Piece::Pair(..) => pairs += 1,
            Piece::Word(word) => beside += word.len() + 1,
        }
    }
    pairs >= PAIRS && beside * 2 <= line.len()
}

enum Piece<'l> {
    Pair(&'l str, String),
    Word(&'l str),
}

/// What a line is made of.
struct Pieces<'l>(&'l str);

impl<'l> Iterator for Pieces<'l> {
    type Item = Piece<'l>;

    fn next(&mut self) -> Option<Piece<'l>> {
        self.0 = self.0.trim_start_matches([' ', '\t', ',', ';', '|']);
        let line = Some(self.0).filter(|line| !line.is_empty())?;
        let end = line.find([' ', '\t']).unwrap_or(line.len());
        let key = line.find('=').filter(|at| *at < end && is_key(&line[..*at]));
        let Some(at) = key else {
            self.0 = &line[end..];
            return Some(Piece::Word(&line[..end]));
        };
        let (value, rest) = value(&line[at + 1..]);
        self.0 = rest;
        Some(Piece::Pair(&line[..at], value))
    }
}

fn is_key(key: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b':' | b'/');
    key.len() <= LONGEST_KEY
        && key.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'@'))
        && key.bytes().all(is_part)
}

/// A value and what stands behind it: in quotes with their escapes, or up to a blank.
fn value(text: &str) -> (String, &str) {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let end = text.find([' ', '\t']).unwrap_or(text.len());
        return (text[..end].trim_end_matches([',', ';']).to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, c)) => value.push(c),
                None => {}
            },
            c if c == quote => return (value, &text[at + 1..]),
            c => value.push(c),
        }
    }
    // A quote that nothing closes is a character like others.
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{read, read_stream},
    };

    const LOG: &[u8] = b"time=2024-01-02T03:04:05Z level=info user=\"Ann Lee\" email=ann@example.com\n\
        time=2024-01-02T03:04:06Z level=warn msg=\"a \\\"b\\\"\" email=bob@example.com ip=192.0.2.7\n\n\
        Jan 2 03:04:07 level=info, user='Cy', email=cy@example.com;\n";

    fn picked(text: &[u8]) -> Option<&'static str> {
        pick(&Head { bytes: text, name: "x.log", whole: true }).map(Format::name)
    }

    #[test]
    fn lines_of_pairs_are_rows_with_keys_for_columns() {
        assert_eq!(picked(LOG), Some("logfmt"));
        let found = read(&Logfmt, LOG);
        assert_eq!(found.tables[0].header(), "time|level|user|email|msg|ip|message");
        assert_eq!(
            found.tables[0].lines(),
            [
                "2024-01-02T03:04:05Z|info|Ann Lee|ann@example.com|~|~|~",
                "2024-01-02T03:04:06Z|warn|~|bob@example.com|a \"b\"|192.0.2.7|~",
                "~|info|Cy|cy@example.com|~|~|Jan 2 03:04:07"
            ]
        );
        assert_eq!(read_stream(&Logfmt, LOG).tables, found.tables);
        survives(&Logfmt, LOG);
    }

    #[test]
    fn what_only_has_an_equals_sign_is_no_log_of_pairs() {
        for text in [
            "DB_HOST=localhost\nDB_USER=app\nDB_PASS=x\nDB_PORT=1\n",
            "let a = 1;\nlet b = 2;\nlet c = 3;\n",
            "<a href=\"x\" b=\"y\" c=\"z\">\n<a href=\"x\" b=\"y\" c=\"z\">\n<a href=\"x\" b=\"y\" c=\"z\">\n",
            "The sum is a=b for all we know of it and more words follow here\n",
        ] {
            assert_ne!(picked(text.repeat(2).as_bytes()), Some("logfmt"), "{text}");
        }
    }
}
