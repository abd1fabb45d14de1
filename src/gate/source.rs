//! Lines of the files checked: where a finding stands, what of its line may be shown, and comments that allow it.
//!
//! A comment `breachscope:allow` on the line, or `breachscope:allow-next-line` on the line
//! before, lets findings pass; `breachscope:allow(ssn, email)` lets those elements pass only.

use super::{Accepted, At, Finding, place::OnDisk};
use crate::{report::mentions::KNOWN_LABELS, source::Bytes};
use std::collections::BTreeMap;

/// Longest part of a line that is shown, in characters.
const WIDTH: usize = 120;
/// Lines longer than this are not looked for the beginning of.
const LONGEST: usize = 64 << 10;
/// So many bytes either side of a value may be shown.
const AROUND: usize = 480;
/// So far into a file its header is looked for.
const HEADER_WITHIN: usize = 64 << 10;

/// A line of a file with everything on it masked that is not plainly a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub line: u64,
    /// In characters from 1; the end lies behind the last.
    pub column: u64,
    pub end_column: u64,
    pub text: String,
    /// Characters of `text` before the value.
    pub indent: usize,
    pub width: usize,
}

/// Files on disk, and what came by standard input.
#[derive(Debug, Default)]
pub struct Sources {
    pub on_disk: OnDisk,
    pub held: BTreeMap<String, Vec<u8>>,
}

impl Sources {
    fn open(&self, path: &str) -> Option<Bytes> {
        if let Some(held) = self.held.get(path) {
            return Some(Bytes::from(held.clone()));
        }
        Bytes::open(self.on_disk.get(path)?, true).ok()
    }
}

/// Adds excerpts to findings in files, and accepts those a comment allows.
pub fn annotate(findings: &mut [Finding], sources: &Sources) {
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        by_file.entry(finding.read_path.clone()).or_default().push(at);
    }
    for (path, mut members) in by_file {
        let Some(bytes) = sources.open(&path) else { continue };
        members.sort_by_key(|at| offset(&findings[*at]));
        let ranges: Vec<(usize, usize)> = members.iter().filter_map(|at| range(&findings[*at])).collect();
        let mut lines = Lines { bytes: bytes.as_slice(), counted: 0, line: 1 };
        for at in members {
            let finding = &mut findings[at];
            match range(finding) {
                Some(range) => {
                    if finding.accepted.is_none() && lines.allows(range.0, finding.element.code()) {
                        finding.accepted = Some(Accepted::Comment);
                    }
                    finding.source = lines.excerpt(range, &ranges, "");
                }
                None => finding.source = header_excerpt(bytes.as_slice(), finding),
            }
        }
    }
}

fn range(finding: &Finding) -> Option<(usize, usize)> {
    match finding.at {
        At::Text { offset, length } => Some((usize::try_from(offset).ok()?, usize::try_from(offset).ok()?.saturating_add(length as usize))),
        _ => None,
    }
}

fn offset(finding: &Finding) -> usize {
    range(finding).map_or(0, |range| range.0)
}

/// The line of a table that names the finding's column.
fn header_excerpt(bytes: &[u8], finding: &Finding) -> Option<Excerpt> {
    let At::Column { header, .. } = &finding.at else { return None };
    if header.is_empty() {
        return None;
    }
    let head = &bytes[..bytes.len().min(HEADER_WITHIN)];
    let whole_word = |at: &usize| {
        let beside = |byte: Option<&u8>| byte.is_none_or(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        beside(at.checked_sub(1).and_then(|before| head.get(before))) && beside(head.get(at + header.len()))
    };
    let at = memchr::memmem::find_iter(head, header.as_bytes()).find(whole_word)?;
    Lines { bytes, counted: 0, line: 1 }.excerpt((at, at + header.len()), &[], header)
}

/// Walks forward through a file, counting lines.
struct Lines<'b> {
    bytes: &'b [u8],
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// Where the line begins; `None` where it is too long to be one a person reads.
    fn start(&self, at: usize) -> Option<usize> {
        let from = at.saturating_sub(LONGEST);
        let newline = memchr::memrchr(b'\n', self.bytes.get(from..at)?).map(|newline| from + newline + 1);
        newline.or_else(|| (from == 0).then_some(0))
    }

    fn end(&self, at: usize) -> usize {
        let to = self.bytes.len().min(at.saturating_add(LONGEST));
        memchr::memchr(b'\n', self.bytes.get(at..to).unwrap_or_default()).map_or(to, |newline| at + newline)
    }

    /// Whether a comment on this line or the one before lets the element pass.
    fn allows(&self, at: usize, element: &str) -> bool {
        let Some(start) = self.start(at) else { return false };
        let own = self.bytes.get(start..self.end(at)).unwrap_or_default();
        let before = start.checked_sub(1).and_then(|newline| self.bytes.get(self.start(newline)?..newline)).unwrap_or_default();
        comment(own, b"breachscope:allow").is_some_and(|elements| covers(&elements, element))
            || comment(before, b"breachscope:allow-next-line").is_some_and(|elements| covers(&elements, element))
    }

    /// The line of these bytes. `ranges` are values, which are masked wherever they stand; `named` is shown.
    fn excerpt(&mut self, (from, to): (usize, usize), ranges: &[(usize, usize)], named: &str) -> Option<Excerpt> {
        let start = self.start(from).filter(|_| from < self.bytes.len())?;
        if start < self.counted {
            (self.counted, self.line) = (0, 1);
        }
        self.line += memchr::memchr_iter(b'\n', &self.bytes[self.counted..start]).count() as u64;
        self.counted = start;
        let end = self.end(from);
        let to = to.clamp(from, end);
        // What is shown lies in here; the rest of a long line is only counted.
        let (window, window_end) = (start.max(from.saturating_sub(AROUND)), end.min(to + AROUND));
        let shown = &self.bytes[window..window_end];
        if shown.contains(&0) {
            return None;
        }
        let characters = |from: usize, to: usize| String::from_utf8_lossy(&self.bytes[from..to.max(from)]).chars().count();
        let (skipped, before, width) = (characters(start, window), characters(window, from), characters(from, to).max(1));
        let near = ranges.partition_point(|(other, _)| *other < window.saturating_sub(1 << 10));
        let hidden: Vec<(usize, usize)> = ranges[near..]
            .iter()
            .take_while(|(other, _)| *other < window_end)
            .map(|(other, other_end)| {
                (characters(window, (*other).max(window)), characters(window, (*other_end).clamp(window, window_end)))
            })
            .collect();
        let text = masked(&String::from_utf8_lossy(shown), &hidden, named);
        let first = before.saturating_sub(WIDTH / 3);
        Some(Excerpt {
            line: self.line,
            column: (skipped + before) as u64 + 1,
            end_column: (skipped + before + width) as u64 + 1,
            indent: before - first,
            width: width.min(WIDTH.saturating_sub(before - first)).max(1),
            text: text.chars().skip(first).take(WIDTH).collect::<String>().trim_end().to_owned(),
        })
    }
}

/// The elements a comment names, all if it names none; `None` without such a comment.
fn comment(line: &[u8], marker: &[u8]) -> Option<Vec<String>> {
    let at = memchr::memmem::find(line, marker)?;
    let rest = &line[at + marker.len()..];
    if rest.first().is_some_and(|next| *next == b'-' || next.is_ascii_alphanumeric()) {
        return None;
    }
    let listed = rest.strip_prefix(b"(").and_then(|rest| rest.split(|byte| *byte == b')').next()).unwrap_or_default();
    Some(String::from_utf8_lossy(listed).split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect())
}

fn covers(elements: &[String], element: &str) -> bool {
    elements.is_empty() || elements.iter().any(|named| named == element)
}

/// The line with `*` for every letter and digit of values, and of whatever is not plainly a word:
/// only lower-case words, known labels and the column's own name are shown.
fn masked(line: &str, hidden: &[(usize, usize)], named: &str) -> String {
    let characters: Vec<char> = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let is_hidden = |at: usize| hidden.iter().any(|(from, to)| (*from..*to).contains(&at));
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while at < characters.len() {
        let word_end = characters[at..].iter().position(|c| is_separator(*c)).map_or(characters.len(), |length| at + length);
        if word_end == at {
            out.push(characters[at]);
            at += 1;
            continue;
        }
        let word: String = characters[at..word_end].iter().collect();
        let plain = word == named || is_plain(&word);
        for (place, c) in characters.iter().copied().enumerate().take(word_end).skip(at) {
            out.push(if c.is_alphanumeric() && (!plain || is_hidden(place)) { '*' } else { c });
        }
        at = word_end;
    }
    out
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "=\"':,;()[]{}<>|`".contains(c)
}

fn is_plain(word: &str) -> bool {
    let core = word.trim_matches(|c: char| c.is_ascii_punctuation());
    core.chars().all(|c| c.is_lowercase() || c == '_' || c == '-') || KNOWN_LABELS.contains(&core.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_show_words_and_no_values() {
        assert_eq!(masked("password = \"correcthorse\" # for Jane", &[(12, 24)], ""), "password = \"************\" # for ****");
        assert_eq!(masked("SSN,Full_Name,x", &[], "Full_Name"), "SSN,Full_Name,x");
        assert_eq!(masked("key=AbC-123", &[], ""), "key=***-***");
    }

    #[test]
    fn comments_allow_what_they_name() {
        for (line, element, expected) in [
            ("x # breachscope:allow", "ssn", true),
            ("x # breachscope:allow(ssn) made up", "ssn", true),
            ("x # breachscope:allow(email, ssn)", "ssn", true),
            ("x # breachscope:allow(email)", "ssn", false),
            ("x # breachscope:allow-next-line", "ssn", false),
            ("// breachscope:allow-next-line(ssn)\nx", "ssn", true),
            ("// breachscope:allow\nx", "ssn", false),
        ] {
            let lines = Lines { bytes: line.as_bytes(), counted: 0, line: 1 };
            assert_eq!(lines.allows(line.len() - 1, element), expected, "{line}");
        }
    }

    #[test]
    fn an_excerpt_points_at_its_value() {
        let text = "first\nname: wert, ßtr 12\n";
        let at = text.find("wert").expect("there");
        let excerpt = Lines { bytes: text.as_bytes(), counted: 0, line: 1 }.excerpt((at, at + 4), &[(at, at + 4)], "").expect("a line");
        assert_eq!((excerpt.line, excerpt.column, excerpt.end_column), (2, 7, 11));
        assert_eq!((excerpt.text.as_str(), excerpt.indent, excerpt.width), ("name: ****, ßtr **", 6, 4));
    }
}
