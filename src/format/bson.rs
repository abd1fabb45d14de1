//! BSON (bsonspec.org, version 1.1): the documents of `mongodump`, one after the other in a `.bson`
//! file, or in the blocks of an archive that holds many collections.
//!
//! A document is a record, unfolded as JSON is. Documents carry their length, so that one that is
//! broken inside costs itself only.

use super::{
    Claim, Format, Head, Sink,
    blob::written,
    json::records::{Records, Value, add},
    read_problem,
};
use crate::{
    base::{Category, Problem, token::hex},
    source::Input,
};
use std::io::{self, BufReader, Read};

/// MongoDB allows 16 MiB, and some more for its own messages.
const LARGEST: usize = 48 << 20;
/// MongoDB allows a hundred levels.
const DEEPEST: usize = 100;
/// `mongodump --archive` begins with it.
const ARCHIVE: [u8; 4] = 0x8199_e26d_u32.to_le_bytes();
/// Ends a block of an archive.
const TERMINATOR: [u8; 4] = [0xff; 4];

/// `.bson`, and archives of `mongodump`.
pub struct Bson;

impl Format for Bson {
    fn name(&self) -> &'static str {
        "bson"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(&ARCHIVE) {
            return Claim::Sure;
        }
        let Some(length) = length_of(head.bytes).filter(|length| (5..=LARGEST).contains(length)) else { return Claim::No };
        match head.bytes.get(..length) {
            Some(document) => match (parse(document), head.bytes.get(length..)) {
                (Ok(members), Some(rest)) if !members.is_empty() || head.name.ends_with(".bson") => {
                    let goes_on =
                        rest.is_empty() || length_of(rest).is_some_and(|length| (5..=LARGEST).contains(&length)) || rest.len() < 4;
                    if goes_on { Claim::Likely } else { Claim::No }
                }
                _ => Claim::No,
            },
            // A first document longer than the head: its first member must look like one.
            None if !head.whole => {
                let mut rest = &head.bytes[4..];
                let kind = byte(&mut rest).unwrap_or_default();
                let named = text_to_zero(&mut rest).is_ok_and(|name| !name.is_empty() && !name.chars().any(char::is_control));
                if matches!(kind, 0x01..=0x13) && named && head.name.ends_with(".bson") { Claim::Likely } else { Claim::No }
            }
            None => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        match input {
            Input::Whole(mut bytes) => read(&mut bytes, sink),
            Input::Stream(reader) => read(&mut BufReader::with_capacity(64 << 10, reader), sink),
        }
    }
}

fn read(from: &mut dyn Read, sink: &mut dyn Sink) {
    let mut reading = Reading { records: Records::new(), broken: 0, document: Vec::new() };
    let ended = reading.all(from, sink);
    reading.records.finish(sink);
    if reading.broken > 0 {
        let detail = format!("{} documents that are not well-formed; what came before the fault in each was read", reading.broken);
        sink.problem(Problem::new(Category::Corrupt, detail));
    }
    match ended {
        Ok(()) => {}
        Err(End::Reader(error)) => sink.problem(read_problem(&error)),
        Err(End::Cut) => sink.problem(Problem::new(Category::Truncated, "ends inside a document")),
        Err(End::Lost) => {
            sink.problem(Problem::new(Category::Corrupt, "no document where one should begin; the rest cannot be told apart"))
        }
    }
}

struct Reading {
    records: Records,
    broken: u64,
    document: Vec<u8>,
}

/// Why reading stopped early.
enum End {
    Reader(io::Error),
    Cut,
    Lost,
}

impl Reading {
    fn all(&mut self, from: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), End> {
        let (mut table, mut is_archive, mut heads) = (String::new(), false, false);
        while let Some(start) = four(from)? {
            if start == ARCHIVE && self.document.is_empty() {
                (is_archive, heads) = (true, true);
                continue;
            }
            if is_archive && start == TERMINATOR {
                // The next document tells the collection of those after it.
                (heads, table) = (true, String::new());
                continue;
            }
            self.take(start, from)?;
            let record = match parse(&self.document) {
                Ok(members) => Value::Record(members),
                Err(members) => {
                    self.broken += 1;
                    Value::Record(members)
                }
            };
            if heads {
                // Of the prelude's documents none has rows; a block's first has the collection's name.
                if let Some(name) = member(&record, "collection").filter(|_| member(&record, "EOF").is_some()) {
                    (table, heads) = (name.to_owned(), false);
                }
                continue;
            }
            self.records.row(&table, &record, sink);
        }
        Ok(())
    }

    /// The rest of the document whose length is `start`.
    fn take(&mut self, start: [u8; 4], from: &mut dyn Read) -> Result<(), End> {
        let length = length_of(&start).filter(|length| (5..=LARGEST).contains(length)).ok_or(End::Lost)?;
        self.document.clear();
        self.document.extend_from_slice(&start);
        from.take(length as u64 - 4).read_to_end(&mut self.document).map_err(End::Reader)?;
        if self.document.len() < length { Err(End::Cut) } else { Ok(()) }
    }
}

/// The next four bytes; `None` at the end.
fn four(from: &mut dyn Read) -> Result<Option<[u8; 4]>, End> {
    let mut four = Vec::with_capacity(4);
    from.take(4).read_to_end(&mut four).map_err(End::Reader)?;
    match <[u8; 4]>::try_from(four.as_slice()) {
        Ok(four) => Ok(Some(four)),
        Err(_) if four.is_empty() => Ok(None),
        Err(_) => Err(End::Cut),
    }
}

fn member<'v>(record: &'v Value, name: &str) -> Option<&'v str> {
    let Value::Record(members) = record else { return None };
    members
        .iter()
        .find(|(held, _)| held == name)
        .and_then(|(_, value)| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
}

fn length_of(bytes: &[u8]) -> Option<usize> {
    usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok()
}

type Members = Vec<(String, Value)>;

/// A document's members; `Err` has those before the fault.
fn parse(document: &[u8]) -> Result<Members, Members> {
    let mut members = Vec::new();
    let mut rest = document.get(4..).unwrap_or_default();
    match fill(&mut rest, &mut members, 0) {
        Ok(()) if rest.is_empty() => Ok(members),
        _ => Err(members),
    }
}

/// Not what it should be.
struct Fault;

/// Reads elements up to the zero that ends them.
fn fill(rest: &mut &[u8], members: &mut Members, depth: usize) -> Result<(), Fault> {
    loop {
        let kind = byte(rest)?;
        if kind == 0 {
            return Ok(());
        }
        let name = text_to_zero(rest)?;
        if let Some(value) = value(kind, rest, depth)? {
            if name.is_empty() {
                add(members, "value", value);
            } else {
                members.push((name, value));
            }
        }
    }
}

/// A value; `None` for null.
fn value(kind: u8, rest: &mut &[u8], depth: usize) -> Result<Option<Value>, Fault> {
    let text = |text: String| Ok(Some(Value::Text(text)));
    match kind {
        0x01 => text(f64::from_le_bytes(*chunk(rest)?).to_string()),
        0x02 | 0x0d | 0x0e => text(string(rest)?),
        0x03 | 0x04 => nested(kind, rest, depth).map(Some),
        0x05 => binary(rest).map(|found| found.map(Value::Text)),
        0x06 | 0x0a | 0x7f | 0xff => Ok(None),
        0x07 => text(hex(chunk::<12>(rest)?)),
        0x08 => text(if byte(rest)? == 0 { "false" } else { "true" }.to_owned()),
        0x09 => text(moment(i64::from_le_bytes(*chunk(rest)?))),
        0x0b => {
            let pattern = text_to_zero(rest)?;
            text_to_zero(rest)?;
            text(pattern)
        }
        0x0c => {
            string(rest)?;
            text(hex(chunk::<12>(rest)?))
        }
        0x0f => {
            let length = length(rest)?.checked_sub(4).ok_or(Fault)?;
            let mut inner = split(rest, length)?;
            text(string(&mut inner)?)
        }
        0x10 => text(i32::from_le_bytes(*chunk(rest)?).to_string()),
        0x11 | 0x12 => text(i64::from_le_bytes(*chunk(rest)?).to_string()),
        0x13 => text(decimal(u128::from_le_bytes(*chunk(rest)?))),
        _ => Err(Fault),
    }
}

/// A document or an array within another.
fn nested(kind: u8, rest: &mut &[u8], depth: usize) -> Result<Value, Fault> {
    let length = length(rest)?.checked_sub(4).ok_or(Fault)?;
    let mut inner = split(rest, length)?;
    if depth >= DEEPEST {
        return Err(Fault);
    }
    let mut members = Vec::new();
    fill(&mut inner, &mut members, depth + 1)?;
    Ok(match kind {
        0x03 => Value::Record(members),
        _ => Value::List(members.into_iter().map(|(_, value)| value).collect()),
    })
}

/// Bytes: a UUID, or what can be read of them.
fn binary(rest: &mut &[u8]) -> Result<Option<String>, Fault> {
    let length = length(rest)?;
    let kind = byte(rest)?;
    let bytes = split(rest, length)?;
    if matches!(kind, 3 | 4) && bytes.len() == 16 {
        let digits = hex(bytes);
        return Ok(Some(format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])));
    }
    Ok(written(bytes))
}

/// Milliseconds since 1970 as a time in UTC; the bare date at midnight, as birth dates are stored.
fn moment(milliseconds: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(milliseconds) else { return milliseconds.to_string() };
    match time.to_string().strip_suffix("T00:00:00Z") {
        Some(day) => day.to_owned(),
        None => time.to_string(),
    }
}

/// IEEE 754 decimal128 in its binary encoding, of the finite values.
fn decimal(bits: u128) -> String {
    let sign = if bits >> 127 == 1 { "-" } else { "" };
    if bits >> 125 & 3 == 3 {
        // Infinity, not-a-number, and forms no writer uses.
        return String::new();
    }
    let exponent = (bits >> 113 & 0x3fff) as i32 - 6176;
    let digits = (bits & ((1 << 113) - 1)).to_string();
    match usize::try_from(-exponent) {
        Ok(places) if places > 0 && places < 40 => {
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, part) = padded.split_at(padded.len() - places);
            format!("{sign}{whole}.{part}")
        }
        _ if exponent == 0 => format!("{sign}{digits}"),
        _ => format!("{sign}{digits}E{exponent}"),
    }
}

fn byte(rest: &mut &[u8]) -> Result<u8, Fault> {
    let (first, after) = rest.split_first().ok_or(Fault)?;
    *rest = after;
    Ok(*first)
}

fn chunk<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Fault> {
    let (chunk, after) = rest.split_first_chunk().ok_or(Fault)?;
    *rest = after;
    Ok(chunk)
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Fault> {
    let (taken, after) = rest.split_at_checked(length).ok_or(Fault)?;
    *rest = after;
    Ok(taken)
}

fn length(rest: &mut &[u8]) -> Result<usize, Fault> {
    usize::try_from(i32::from_le_bytes(*chunk(rest)?)).map_err(|_| Fault)
}

/// A text with its length before and a zero behind it.
fn string(rest: &mut &[u8]) -> Result<String, Fault> {
    let length = length(rest)?;
    let text = split(rest, length)?.strip_suffix(&[0]).ok_or(Fault)?;
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// A text up to the zero behind it.
fn text_to_zero(rest: &mut &[u8]) -> Result<String, Fault> {
    let end = memchr::memchr(0, rest).ok_or(Fault)?;
    let text = String::from_utf8(rest[..end].to_vec()).map_err(|_| Fault)?;
    *rest = &rest[end + 1..];
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, pick, testing::read};

    /// A document of elements: kind, name, the value's bytes.
    fn document(elements: &[(u8, &str, Vec<u8>)]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, name, value) in elements {
            body.push(*kind);
            body.extend_from_slice(name.as_bytes());
            body.push(0);
            body.extend_from_slice(value);
        }
        body.push(0);
        let mut all = (body.len() as i32 + 4).to_le_bytes().to_vec();
        all.extend(body);
        all
    }

    fn text(text: &str) -> Vec<u8> {
        let mut all = (text.len() as i32 + 1).to_le_bytes().to_vec();
        all.extend_from_slice(text.as_bytes());
        all.push(0);
        all
    }

    fn patient(name: &str, born: i64) -> Vec<u8> {
        let visits = document(&[
            (0x03, "0", document(&[(0x02, "ward", text("B2")), (0x10, "nights", 3_i32.to_le_bytes().to_vec())])),
            (0x03, "1", document(&[(0x02, "ward", text("C1"))])),
        ]);
        let price = (6174_u128 << 113) | 12_345;
        document(&[
            (0x07, "_id", vec![0xab; 12]),
            (0x02, "name", text(name)),
            (0x09, "born", born.to_le_bytes().to_vec()),
            (0x0a, "left", vec![]),
            (0x08, "active", vec![1]),
            (0x12, "number", 536_228_145_i64.to_le_bytes().to_vec()),
            (0x13, "owes", price.to_le_bytes().to_vec()),
            (0x05, "key", [&16_i32.to_le_bytes()[..], &[4], &[0x11; 16]].concat()),
            (0x03, "home", document(&[(0x02, "city", text("Rome"))])),
            (0x04, "visits", visits),
        ])
    }

    #[test]
    fn documents_become_rows() {
        let bytes = [patient("Jane Doe", 86_400_000), patient("Rob Roy", -1_000)].concat();
        let head = Head { bytes: &bytes, name: "patients.bson", whole: true };
        assert_eq!(pick(&head).map(Format::name), Some("bson"));
        assert_eq!(Bson.claim(&Head { name: "x", ..head }), Claim::Likely);
        let found = read(&Bson, &bytes);
        assert_eq!(found.problems, []);
        assert_eq!(found.tables[0].header(), "_id|name|born|active|number|owes|key|home.city");
        let id = "ab".repeat(12);
        let key = "11111111-1111-1111-1111-111111111111";
        assert_eq!(
            found.tables[0].lines(),
            [
                format!("{id}|Jane Doe|1970-01-02|true|536228145|123.45|{key}|Rome"),
                format!("{id}|Rob Roy|1969-12-31T23:59:59Z|true|536228145|123.45|{key}|Rome"),
            ]
        );
        assert_eq!(found.table("visits").lines(), ["B2|3|0", "C1|~|0", "B2|3|1", "C1|~|1"]);
    }

    #[test]
    fn archives_tell_the_collections() {
        let head =
            |name: &str, end: u8| document(&[(0x02, "db", text("shop")), (0x02, "collection", text(name)), (0x08, "EOF", vec![end])]);
        let prelude = document(&[(0x02, "server_version", text("7.0"))]);
        let about = document(&[(0x02, "db", text("shop")), (0x02, "collection", text("users")), (0x02, "metadata", text("{}"))]);
        let row = |name: &str| document(&[(0x02, "name", text(name))]);
        let bytes = [
            &ARCHIVE[..],
            &prelude,
            &about,
            &TERMINATOR,
            &head("users", 0),
            &row("Jane Doe"),
            &TERMINATOR,
            &head("orders", 0),
            &row("lamp"),
            &TERMINATOR,
            &head("users", 0),
            &row("Rob Roy"),
            &TERMINATOR,
            &head("users", 1),
            &TERMINATOR,
        ]
        .concat();
        let found = read(&Bson, &bytes);
        assert_eq!(found.problems, []);
        assert_eq!(found.table("users").lines(), ["Jane Doe", "Rob Roy"]);
        assert_eq!(found.table("orders").lines(), ["lamp"]);
    }

    #[test]
    fn faults_cost_what_they_hit_and_are_told() {
        let mut bytes = [patient("Jane Doe", 0), patient("Rob Roy", 0)].concat();
        let whole = read(&Bson, &bytes[..bytes.len() - 3]);
        assert_eq!(whole.categories(), [Category::Truncated]);
        assert_eq!(whole.tables[0].rows.len(), 1);
        // The kind of the fifth element is none.
        let at = bytes.windows(7).position(|window| window == b"active\0").expect("the member") - 1;
        bytes[at] = 0x44;
        let found = read(&Bson, &bytes);
        assert_eq!(found.categories(), [Category::Corrupt]);
        assert_eq!(found.tables[0].rows.len(), 2);
        survives(&Bson, &bytes);
    }

    #[test]
    fn other_bytes_are_not_claimed() {
        for bytes in [&b"\x05\0\0\0\0"[..], b"\x10\0\0\0hello world\0\0\0", b"name,email\nJane,j@x.org\n", b"\x20\0\0\0\x01\xff\xff\0"] {
            assert_eq!(Bson.claim(&Head { bytes, name: "x", whole: true }), Claim::No, "{bytes:?}");
        }
    }
}
