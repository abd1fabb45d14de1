//! A sink for tests: reads items inside items as the scan does, and keeps what it saw.

use super::{Format, Head, Member, Place, Rows, Sink, TableId, TableSpec, Text, TextKind, pick, read_problem};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{self, Read};

/// What was found in one item and all items inside it.
#[derive(Debug, Default)]
pub(super) struct Found {
    items: Vec<Item>,
    problems: Vec<(String, Problem)>,
    pub(super) texts: Vec<Stretch>,
}

/// One item that no container format claimed.
#[derive(Debug)]
struct Item {
    path: String,
    content: Vec<u8>,
    leaf: bool,
}

/// A text, owned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) kind: TextKind,
    pub(super) text: String,
    /// Where the first and the last byte come from.
    pub(super) place: (u64, u64),
}

impl Found {
    /// Path and content of every item that holds no other.
    pub(super) fn contents(&self) -> Vec<(&str, &[u8])> {
        self.items.iter().filter(|item| item.leaf).map(|item| (item.path.as_str(), item.content.as_slice())).collect()
    }

    /// Path and content of every item but the outermost.
    pub(super) fn items_below(&self) -> Vec<(&str, &[u8])> {
        self.items.iter().skip(1).map(|item| (item.path.as_str(), item.content.as_slice())).collect()
    }

    /// Path and category of every problem.
    pub(super) fn problems(&self) -> Vec<(&str, Category)> {
        self.problems.iter().map(|(path, problem)| (path.as_str(), problem.category)).collect()
    }
}

/// Reads these bytes as the scan would, whole and as a stream, and demands that both find the same.
pub(super) fn unfold(name: &str, bytes: &[u8]) -> Found {
    let whole = run(name, Input::Whole(bytes), 1 << 20);
    let stream = unfold_stream(name, bytes, 1 << 20);
    assert_eq!(whole.contents(), stream.contents(), "{name}: whole and stream differ");
    assert_eq!(whole.problems(), stream.problems(), "{name}: whole and stream differ");
    whole
}

/// Reads these bytes as a stream, with so much memory.
pub(super) fn unfold_stream(name: &str, bytes: &[u8], in_memory: usize) -> Found {
    run(name, Input::Stream(&mut Trickle(bytes)), in_memory)
}

fn run(name: &str, input: Input<'_>, in_memory: usize) -> Found {
    let mut found = Found::default();
    Unfold { path: name.to_owned(), found: &mut found, depth: 0, items: 0, in_memory }.read(input);
    found
}

/// Reads these bytes by one format, whole and as a stream, whoever would claim them.
pub(super) fn read_with(format: &dyn Format, bytes: &[u8]) {
    for input in [Input::Whole(bytes), Input::Stream(&mut Trickle(bytes))] {
        let mut found = Found::default();
        format.read(input, &mut Unfold { path: String::new(), found: &mut found, depth: 7, items: 0, in_memory: 500 });
    }
}

/// Cuts an item of one member at every byte: what is read is a prefix, and that there is more is told.
pub(super) fn all_cuts(name: &str, bytes: &[u8], category: Category) {
    let full = unfold(name, bytes);
    let [(path, content)] = full.contents()[..] else { panic!("{name} holds one item") };
    for cut in 8..bytes.len() {
        let found = unfold(name, &bytes[..cut]);
        for (_, part) in found.contents().iter().filter(|(at, _)| *at == path) {
            assert!(content.starts_with(part), "{name} cut at {cut}");
        }
        let told: Vec<_> = found.problems().into_iter().map(|(_, category)| category).collect();
        assert_eq!(told, [category], "{name} cut at {cut}");
    }
}

/// A reader that gives few bytes at a time, as decoders do.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(7);
        self.0.read(&mut into[..length])
    }
}

struct Unfold<'f> {
    path: String,
    found: &'f mut Found,
    depth: usize,
    /// Items announced inside this one.
    items: usize,
    in_memory: usize,
}

impl Unfold<'_> {
    fn read(&mut self, input: Input<'_>) {
        if self.depth > 8 {
            return self.problem(Problem::new(Category::Limit, "too deep"));
        }
        let mut tee = Tee { inner: input, seen: Vec::new(), at: 0, error: None };
        let whole = tee.fill(super::HEAD);
        let name = self.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let slot = self.found.items.len();
        self.found.items.push(Item { path: self.path.clone(), content: Vec::new(), leaf: true });
        if let Some(format) = pick(&Head { bytes: &tee.seen, name: &name, whole }) {
            match tee.inner {
                Input::Whole(bytes) => format.read(Input::Whole(bytes), self),
                Input::Stream(_) => format.read(Input::Stream(&mut tee), self),
            }
        }
        tee.fill(usize::MAX);
        self.found.items[slot].content = tee.seen;
        self.found.items[slot].leaf = self.items == 0;
        if let Some(error) = tee.error {
            self.problem(read_problem(&error));
        }
    }
}

/// No item of a test is larger.
const LARGEST: usize = 256 << 20;

/// Keeps all bytes that came out of an input, and the error that ended it.
struct Tee<'a> {
    inner: Input<'a>,
    seen: Vec<u8>,
    at: usize,
    error: Option<io::Error>,
}

impl Tee<'_> {
    /// Reads on until so many bytes were seen; `true` at the end.
    fn fill(&mut self, want: usize) -> bool {
        match &mut self.inner {
            Input::Whole(bytes) => {
                self.seen = bytes.to_vec();
                true
            }
            Input::Stream(reader) => {
                let mut more = [0; 512];
                while self.seen.len() < want && self.error.is_none() {
                    if self.seen.len() > LARGEST {
                        self.error = Some(io::ErrorKind::FileTooLarge.into());
                        break;
                    }
                    match reader.read(&mut more) {
                        Ok(0) => return true,
                        Ok(read) => self.seen.extend_from_slice(&more[..read]),
                        Err(error) => self.error = Some(error),
                    }
                }
                self.error.is_some()
            }
        }
    }
}

impl Read for Tee<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.seen.len() {
            self.fill(self.at + 1);
        }
        let length = into.len().min(self.seen.len() - self.at);
        into[..length].copy_from_slice(&self.seen[self.at..self.at + length]);
        self.at += length;
        match &self.error {
            Some(error) if length == 0 && !into.is_empty() => Err(io::Error::new(error.kind(), error.to_string())),
            _ => Ok(length),
        }
    }
}

impl Sink for Unfold<'_> {
    fn table(&mut self, _: &TableSpec<'_>) -> TableId {
        TableId(0)
    }

    fn rows(&mut self, _: &Rows<'_>) {}

    fn text(&mut self, text: &Text<'_>) {
        let length = text.bytes.len() as u64;
        let place = match text.place {
            Place::Exact { start } => (start, start + length),
            Place::Decoded { points } => (points.first().map_or(0, |point| point.1), points.last().map_or(0, |point| point.1)),
            Place::Within { start, length } => (start, start + length),
            Place::Page { number } => (number.into(), number.into()),
        };
        self.found.texts.push(Stretch { kind: text.kind, text: String::from_utf8_lossy(text.bytes).into_owned(), place });
    }

    fn item(&mut self, member: Member<'_>) {
        self.items += 1;
        let path = format!("{}{}{}", self.path, if member.step { "!/" } else { "#" }, String::from_utf8_lossy(member.name));
        let mut inner = Unfold { path, found: &mut *self.found, depth: self.depth + 1, items: 0, in_memory: self.in_memory };
        inner.read(member.content);
    }

    fn unread(&mut self, name: &[u8], _: Option<u64>, problem: Problem) {
        self.items += 1;
        self.found.problems.push((format!("{}!/{}", self.path, String::from_utf8_lossy(name)), problem));
    }

    fn problem(&mut self, problem: Problem) {
        self.found.problems.push((self.path.clone(), problem));
    }

    fn schema(&mut self, _: &str, _: &[&str]) {}

    fn known_columns(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn in_memory(&self) -> usize {
        self.in_memory
    }
}
