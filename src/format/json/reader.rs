//! Reads a document block by block, element by element.
//!
//! What is open is a short stack: the sequence of top-level values, an array whose elements are
//! rows, an object too big to hold whose members are read one by one. Only one element
//! must fit in memory.

use super::{
    scan::{Scan, Stop},
    tables::Tables,
    unfold::{self, is_map},
};
use crate::{
    base::{Category, Problem},
    format::{
        Sink,
        charset::{self, Charset},
    },
    source::stream::BLOCK,
};
use memchr::memchr;

/// Rows handed on at once.
const BATCH: usize = 2048;
/// An element longer than this is taken for broken.
const LONGEST: usize = 256 << 20;
/// Bytes looked at for the ends of broken values, in all: each might be looked for to the end of its block.
const PATIENCE: usize = 256 << 20;
/// A record separator before everything says: a sequence of values, not one document.
pub(super) const SEQUENCE: u8 = 0x1e;

/// What the next bytes are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// Nothing is known yet.
    Start,
    /// Values one after the other, each a row of the nameless table.
    Sequence,
    /// An array of rows of this table.
    Array(usize),
    /// An object whose members go to this node.
    Object(usize),
    /// An object of ids to rows of this table.
    Map(usize),
}

/// Where a plan may cut: between the elements of the top level.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub(super) target: u64,
    /// Where the first element may start.
    pub(super) first: u64,
    pub(super) at: Vec<u64>,
    /// Where the last element ended.
    pub(super) end: u64,
    /// It is one document after all.
    pub(super) never: bool,
}

/// The state of reading; every buffer is reused.
pub(super) struct Reader {
    tables: Tables,
    charset: Charset,
    stack: Vec<Frame>,
    /// Scalar members of an object read member by member: its node and the text.
    held: Vec<(usize, Option<Vec<u8>>)>,
    pub(super) cuts: Option<Cuts>,
    broken: u64,
    cut_off: bool,
    too_long: bool,
    /// Bytes that may still be looked at for the ends of broken values.
    patience: usize,
}

impl Reader {
    /// A reader of a fresh document.
    pub(super) fn new(charset: Charset) -> Reader {
        Reader {
            tables: Tables::new(),
            charset,
            stack: vec![Frame::Start],
            held: Vec::new(),
            cuts: None,
            broken: 0,
            cut_off: false,
            too_long: false,
            patience: PATIENCE,
        }
    }

    /// Takes the whole elements at the front of a block; returns the length of them.
    pub(super) fn take(&mut self, bytes: &[u8], offset: u64, last: bool, sink: &mut dyn Sink) -> usize {
        let repair = (!charset::is_utf8(bytes)).then_some(self.charset);
        let mut scan = Scan { bytes, at: 0 };
        let mut done = 0;
        loop {
            match self.step(&mut scan, last) {
                Ok(()) => {
                    self.tables.commit();
                    done = scan.at;
                    self.note_cut(offset + done as u64);
                    if self.tables.pending >= BATCH {
                        self.tables.flush(bytes, repair, sink);
                    }
                }
                Err(stop) => {
                    self.tables.roll_back();
                    match self.recover(&mut scan, done, stop, last) {
                        Some(at) => (scan.at, done) = (at, at),
                        None => break,
                    }
                }
            }
        }
        self.tables.flush(bytes, repair, sink);
        if last { bytes.len() } else { done }
    }

    /// Reads one element, or opens or closes a frame.
    fn step(&mut self, scan: &mut Scan<'_>, last: bool) -> Result<(), Stop> {
        match self.stack.last().copied().unwrap_or(Frame::Sequence) {
            Frame::Start => self.start(scan, last),
            Frame::Sequence => self.in_sequence(scan),
            Frame::Array(table) => match scan.token()? {
                b']' => self.close(scan),
                b',' => self.comma(scan),
                _ => self.tables.element(scan, table),
            },
            Frame::Map(table) => match scan.token()? {
                b'}' => self.close(scan),
                b',' => self.comma(scan),
                _ => self.tables.entry(scan, table, 0),
            },
            Frame::Object(node) => match scan.token()? {
                b'}' => self.close(scan),
                b',' => self.comma(scan),
                _ => self.member(scan, node),
            },
        }
    }

    fn close(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        scan.at += 1;
        self.stack.pop();
        if self.stack.is_empty() {
            self.stack.push(Frame::Sequence);
        }
        Ok(())
    }

    fn comma(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        scan.at += 1;
        Ok(())
    }

    /// The next value of a sequence. Brackets left over are those of an array that was cut.
    fn in_sequence(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        match scan.token()? {
            b',' | b']' | b'}' => self.comma(scan),
            _ => self.tables.element(scan, 0),
        }
    }

    /// Decides what the document is, by its first value and what follows that.
    fn start(&mut self, scan: &mut Scan<'_>, last: bool) -> Result<(), Stop> {
        if scan.bytes[scan.at..].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&scan.bytes[scan.at..]).first() == Some(&SEQUENCE) {
            return self.open(Frame::Sequence);
        }
        let first = scan.token()?;
        let mut ahead = *scan;
        let skipped = ahead.skip();
        let follower = skipped.and_then(|()| ahead.token());
        let enough = last || scan.bytes.len() >= BLOCK;
        match (first, skipped, follower) {
            (_, Err(Stop::More), _) | (_, _, Err(Stop::More)) if !enough => Err(Stop::More),
            (b'[', _, Ok(b'[')) => self.open(Frame::Sequence),
            (b'[', ..) => {
                scan.at += 1;
                if let Some(cuts) = &mut self.cuts {
                    cuts.first = scan.at as u64;
                }
                self.open(Frame::Array(0))
            }
            (b'{', Ok(()), Err(_)) => self.document(scan),
            // Cut off, or bigger than a block: one document, unless its line is broken.
            (b'{', Err(Stop::More), _) => {
                scan.at += 1;
                self.never_cut();
                let root = self.tables.root(0);
                self.open(if is_map(Scan { at: scan.at - 1, ..*scan }) { Frame::Map(0) } else { Frame::Object(root) })
            }
            _ => self.open(Frame::Sequence),
        }
    }

    fn open(&mut self, frame: Frame) -> Result<(), Stop> {
        if self.stack.last() == Some(&Frame::Start) {
            self.stack.pop();
        }
        self.stack.push(frame);
        Ok(())
    }

    /// A lone object: rows of a map, tables by name, or a row.
    fn document(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        self.never_cut();
        if is_map(*scan) {
            scan.at += 1;
            return self.open(Frame::Map(0));
        }
        if has_scalars(*scan) {
            self.open(Frame::Sequence)?;
            return self.tables.element(scan, 0);
        }
        scan.at += 1;
        self.open(Frame::Object(self.tables.root(0)))
    }

    fn never_cut(&mut self) {
        if let Some(cuts) = &mut self.cuts {
            cuts.never = true;
        }
    }

    /// A member of an object that is read member by member.
    fn member(&mut self, scan: &mut Scan<'_>, node: usize) -> Result<(), Stop> {
        let key = unfold::key(scan)?;
        let inner = match key.first() {
            Some(b'$') if !self.tables.is_root(node) => node,
            _ => self.tables.child(node, key),
        };
        let open = scan.token()?;
        match open {
            b'{' if is_map(*scan) => {
                scan.at += 1;
                let table = self.tables.inner(inner, false);
                self.open(Frame::Map(table))
            }
            b'{' if self.stack.len() < 64 => {
                scan.at += 1;
                self.open(Frame::Object(inner))
            }
            b'[' if self.holds_rows(*scan)? => {
                scan.at += 1;
                let table = self.tables.inner(inner, false);
                self.open(Frame::Array(table))
            }
            b'{' | b'[' => self.hold_array(scan, inner),
            _ => {
                let scalar = scan.scalar()?;
                let cell = self.tables.cell(scan.bytes, scalar);
                let text = cell.value(scan.bytes, &self.tables.arena).map(<[u8]>::to_vec);
                self.held.push((inner, text));
                Ok(())
            }
        }
    }

    /// Whether the array here is one of objects or arrays.
    fn holds_rows(&self, mut scan: Scan<'_>) -> Result<bool, Stop> {
        scan.at += 1;
        Ok(matches!(scan.token()?, b'{' | b'['))
    }

    /// An array of scalars in such an object: kept as it is written.
    fn hold_array(&mut self, scan: &mut Scan<'_>, inner: usize) -> Result<(), Stop> {
        let mut values = Vec::new();
        scan.at += 1;
        loop {
            match scan.token()? {
                b']' | b'}' => {
                    scan.at += 1;
                    break;
                }
                b',' | b':' => scan.at += 1,
                b'{' | b'[' => scan.skip()?,
                _ => {
                    let scalar = scan.scalar()?;
                    if !values.is_empty() {
                        values.extend_from_slice(b"; ");
                    }
                    super::scan::unescape(&scan.bytes[scalar.from..scalar.to], &mut values);
                }
            }
        }
        if !values.is_empty() {
            self.held.push((inner, Some(values)));
        }
        Ok(())
    }

    fn note_cut(&mut self, at: u64) {
        let Some(cuts) = &mut self.cuts else { return };
        let top = matches!(self.stack.as_slice(), [Frame::Sequence] | [Frame::Array(0)]);
        if top && at >= cuts.at.last().copied().unwrap_or(cuts.first) + cuts.target {
            cuts.at.push(at);
        }
        if top {
            cuts.end = at;
        }
    }

    /// Whether all that was opened is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.stack.as_slice() == [Frame::Sequence]
    }

    /// Where to go on after an element that could not be read; `None`: not in these bytes.
    fn recover(&mut self, scan: &mut Scan<'_>, done: usize, stop: Stop, last: bool) -> Option<usize> {
        let bytes = scan.bytes;
        let rest = &bytes[done..];
        if stop == Stop::More && !last && rest.len() <= LONGEST {
            return None;
        }
        if stop == Stop::More && last {
            let blank = Scan { bytes, at: done }.blank().is_ok();
            let mut start = Scan { bytes, at: done };
            let nothing = blank && start.token() == Err(Stop::More) && start.at >= bytes.len();
            let open = !matches!(self.stack.as_slice(), [Frame::Sequence | Frame::Start]);
            self.cut_off |= open || !nothing;
            return None;
        }
        self.too_long |= stop == Stop::More;
        self.broken += 1;
        // A broken value is over at the end of its line, or where its brackets close.
        let at_value = match self.stack.last() {
            Some(Frame::Start) => {
                self.stack = vec![Frame::Sequence];
                None
            }
            Some(Frame::Sequence) => None,
            _ => {
                let mut skip = Scan { bytes, at: done };
                let found = match self.patience > 0 {
                    true => skip.token().and_then(|_| skip.skip()).ok(),
                    false => None,
                };
                self.patience = self.patience.saturating_sub(skip.at - done);
                found.map(|()| skip.at)
            }
        };
        if let Some(at) = at_value.filter(|at| *at > done) {
            return Some(at);
        }
        // A line that starts where the element does may be blank.
        let from = done + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match memchr(b'\n', &bytes[from..]) {
            Some(end) => Some(from + end + 1),
            None if last => None,
            // The line goes on: what is here of it is passed over.
            None => Some(bytes.len()),
        }
    }

    /// Hands on what was held, and tells what was wrong.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) {
        if !self.held.is_empty() {
            self.tables.begin(0);
            for (node, value) in std::mem::take(&mut self.held) {
                if let Some(value) = value {
                    let cell = self.tables.written(&value);
                    self.tables.set(node, cell);
                }
            }
            self.tables.end(0);
            self.tables.commit();
        }
        self.tables.flush(&[], Some(self.charset), sink);
        if self.broken > 0 {
            sink.problem(Problem::new(Category::Corrupt, format!("{} values that are no JSON, passed over", self.broken)));
        }
        if self.tables.limited {
            sink.problem(Problem::new(Category::Limit, "nested deeper, or with more names, than is read"));
        }
        if self.too_long {
            sink.problem(Problem::new(Category::Limit, "a value longer than is held in memory"));
        }
        if self.cut_off {
            sink.problem(Problem::new(Category::Truncated, "ends inside a value"));
        }
    }
}

/// Whether an object has a member that is neither array nor object.
fn has_scalars(mut scan: Scan<'_>) -> bool {
    scan.at += 1;
    loop {
        match scan.token() {
            Ok(b',') => scan.at += 1,
            Ok(b'"' | b'\'') => {
                if unfold::key(&mut scan).is_err() {
                    return false;
                }
                match scan.token() {
                    Ok(b'{' | b'[') => {}
                    _ => return true,
                }
                if scan.skip().is_err() {
                    return false;
                }
            }
            _ => return false,
        }
    }
}
