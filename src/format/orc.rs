//! Apache ORC (specification v1), as Hive, Spark and Trino write it: every row a record, unfolded as JSON is.
//!
//! <https://orc.apache.org/specification/ORCv1/>. The crate that reads it makes room for whatever length a file claims; here
//! a stream is unpacked block by block, and all streams together stay within the limit of one item in memory.

mod column;
mod message;
mod run;
mod unpacked;

use super::{
    Claim, Format, Head, Sink,
    json::records::{Records, Value},
    raw, read_problem, tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use column::{Streams, Zone};
use message::{Directory, Footer, PostScript, Stripe};
use std::io;
use unpacked::{Codec, Memory, Packing, Unpacked, damaged};

const MAGIC: &[u8] = b"ORC";
/// Columns of one file, those within others counted too.
const WIDEST: usize = 10_000;
/// A block without its packing.
const LARGEST_BLOCK: u64 = 64 << 20;
/// Bytes of one row in memory.
const LARGEST_ROW: usize = 64 << 20;
/// Rows for each byte of a file: repetition packs well, but not without end.
const ROWS_PER_BYTE: u64 = 2000;
/// Rows that the smallest file may have.
const FREE_ROWS: u64 = 10_000_000;

/// `.orc`.
pub struct Orc;

impl Format for Orc {
    fn name(&self) -> &'static str {
        "orc"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let is_text = head.bytes.iter().take(64).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        if head.bytes.starts_with(MAGIC) && !is_text { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, cut) = input.into_whole(sink.in_memory());
        if cut.is_some() {
            raw::texts(Input::Whole(&bytes), sink);
            return tell_cut(cut.as_ref(), sink);
        }
        let mut records = Records::new();
        let mut reading = Reading { bytes: &bytes, rows: 0, broken: None };
        let ended = reading.rows(&mut records, sink);
        records.finish(sink);
        let (rows, broken) = (reading.rows, reading.broken);
        if let Some(error) = ended.err().or(broken) {
            if rows == 0 {
                raw::texts(Input::Whole(&bytes), sink);
            }
            let is_locked = error.kind() == io::ErrorKind::PermissionDenied;
            sink.problem(if is_locked { Problem::new(Category::Encrypted, error.to_string()) } else { read_problem(&error) });
        }
    }
}

/// A file that is read.
struct Reading<'b> {
    bytes: &'b [u8],
    /// Rows handed on.
    rows: u64,
    /// What was wrong with the first stripe that could not be read to its end.
    broken: Option<io::Error>,
}

impl Reading<'_> {
    /// Hands on all rows of all stripes.
    fn rows(&mut self, records: &mut Records, sink: &mut dyn Sink) -> io::Result<()> {
        let (length, rest) = self.bytes.split_last().ok_or(io::ErrorKind::UnexpectedEof)?;
        let (rest, script) = last(rest, u64::from(*length))?;
        if !script.ends_with(MAGIC) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its end, which tells where everything is, is missing"));
        }
        let script = PostScript::of(script);
        let (_, footer) = last(rest, script.footer)?;
        let codec = Codec::of(script.codec)
            .map_err(|name| io::Error::new(io::ErrorKind::Unsupported, format!("packed by {name}, which is not supported")))?;
        let memory = Memory::new(sink.in_memory());
        let packing = Packing { codec, block: script.block.min(LARGEST_BLOCK) as usize, memory: &memory };
        let footer = Footer::of(&Unpacked::new(footer, packing).all(sink.in_memory())?);
        if footer.encrypted {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "columns are encrypted"));
        }
        if footer.types.is_empty() || footer.types.len() > WIDEST {
            return Err(damaged("no columns, or more than any table has"));
        }
        let mut left = (self.bytes.len() as u64).saturating_mul(ROWS_PER_BYTE).saturating_add(FREE_ROWS);
        for stripe in &footer.stripes {
            left = left.checked_sub(stripe.rows).ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "far more rows than bytes"))?;
            match self.stripe(&footer, stripe, packing, records, sink) {
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return Err(error),
                // Stripes stand by themselves.
                Err(error) => self.broken = self.broken.take().or(Some(error)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    fn stripe(
        &mut self,
        footer: &Footer,
        stripe: &Stripe,
        packing: Packing<'_>,
        records: &mut Records,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        let data_end = stripe.offset.saturating_add(stripe.index).saturating_add(stripe.data);
        let directory = Unpacked::new(part(self.bytes, data_end, stripe.footer)?, packing).all(sink.in_memory())?;
        let directory = Directory::of(&directory);
        let mut start = stripe.offset;
        let mut bytes = Vec::new();
        for stream in &directory.streams {
            bytes.push(part(self.bytes, start, stream.length)?);
            start = start.saturating_add(stream.length);
        }
        let streams = Streams { footer, directory: &directory, bytes, packing, zone: Zone::of(&directory.zone) };
        let mut root = streams.column(0, 0)?;
        let budget = sink.budget();
        let mut made = 0;
        for _ in 0..stripe.rows {
            let mut left = LARGEST_ROW;
            let record = match root.next(&mut left)? {
                Some(record @ Value::Record(_)) => record,
                Some(other) => Value::Record(vec![("value".to_owned(), other)]),
                None => Value::Record(Vec::new()),
            };
            let size = (LARGEST_ROW - left) as u64;
            made += size;
            if budget.expand(size, made, None).is_err() {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "unfolds to far more bytes than it has: a decompression bomb"));
            }
            self.rows += 1;
            records.row("", &record, sink);
        }
        Ok(())
    }
}

/// The bytes before the last `length`, and those.
fn last(bytes: &[u8], length: u64) -> io::Result<(&[u8], &[u8])> {
    let start = usize::try_from(length).ok().and_then(|length| bytes.len().checked_sub(length));
    start.and_then(|start| bytes.split_at_checked(start)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn part(bytes: &[u8], start: u64, length: u64) -> io::Result<&[u8]> {
    let range = || Some(usize::try_from(start).ok()?..usize::try_from(start.checked_add(length)?).ok()?);
    range().and_then(|range| bytes.get(range)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        testing::{read, read_stream},
    };

    const FILES: [(&str, &[u8]); 6] = [
        ("plain", include_bytes!("../../fixtures/orc/people-plain.orc")),
        ("zlib", include_bytes!("../../fixtures/orc/people-zlib.orc")),
        ("snappy", include_bytes!("../../fixtures/orc/people-snappy.orc")),
        ("lz4", include_bytes!("../../fixtures/orc/people-lz4.orc")),
        ("zstd", include_bytes!("../../fixtures/orc/people-zstd.orc")),
        ("first", include_bytes!("../../fixtures/orc/people-first.orc")),
    ];

    #[test]
    fn every_type_is_read_from_every_codec_and_version() {
        for (name, bytes) in FILES {
            let found = read(&Orc, bytes);
            assert_eq!(found.problems, [], "{name}");
            let table = &found.tables[0];
            let lines = table.lines();
            assert_eq!(lines.len(), 60, "{name}");
            let columns = "id|age|level|member|score|balance|name|city|photo|born|seen|pay|home.street|home.zip|tags|more.key";
            let mut held: Vec<&str> = table.header().split('|').map(str::to_owned).map(|name| &*name.leak()).collect();
            let mut wanted: Vec<&str> = columns.split('|').collect();
            held.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(held, wanted, "{name}");
            let cell = |row: usize, column: &str| {
                let at = table.header().split('|').position(|held| held == column).expect("a column");
                lines[row].split('|').nth(at).expect("a cell").to_owned()
            };
            for (row, column, want) in [
                (0, "id", "10000"),
                (39, "id", "10039"),
                (40, "id", "9000000000"),
                (59, "id", "10059"),
                (2, "age", "22"),
                (3, "age", "~"),
                (4, "age", "24"),
                (0, "level", "-5"),
                (59, "level", "29"),
                (3, "member", "true"),
                (4, "member", "false"),
                (59, "score", "14.75"),
                (59, "balance", "-88.5"),
                (59, "name", "Person 59 Müller"),
                (58, "city", "Oslo"),
                (59, "city", "~"),
                (0, "photo", "0001ff"),
                (1, "photo", "text"),
                (0, "born", "1960-01-31"),
                (59, "born", "1994-03-02"),
                (0, "seen", "2014-12-31 23:59:59"),
                (59, "seen", "2021-07-29 18:59:59"),
                (0, "pay", "-50.00"),
                (59, "pay", "540.59"),
                (4, "home.street", "4 Long Street"),
                (5, "home.street", "~"),
                (6, "home.zip", "10006"),
                (2, "tags", "t0; t1"),
                (59, "more.key", "59"),
            ] {
                assert_eq!(cell(row, column), want, "{name}: {column} of row {row}");
            }
            assert_eq!(read_stream(&Orc, bytes).tables, found.tables, "{name}");
            survives(&Orc, bytes);
        }
    }

    #[test]
    fn a_damaged_stripe_leaves_the_others() {
        let sound = include_bytes!("../../fixtures/orc/stripes.orc");
        let mut bytes = sound.to_vec();
        let whole = read(&Orc, &bytes);
        assert_eq!((whole.problems.len(), whole.tables[0].rows.len()), (0, 10_000));
        assert_eq!(read(&Orc, &bytes[..bytes.len() / 2]).categories(), [Category::Truncated]);
        let last = &whole.tables[0].lines()[9999];
        let leaves_others = (3..bytes.len() - 4000).step_by(1000).any(|at| {
            bytes[at..at + 1000].fill(0xff);
            let found = read(&Orc, &bytes);
            bytes.copy_from_slice(sound);
            let rows = found.tables.first().map_or(Vec::new(), |table| table.lines());
            !found.problems.is_empty() && rows.len() < 10_000 && rows.last() == Some(last)
        });
        assert!(leaves_others);
        let prose = Head { bytes: b"ORCHARDS of the valley, a list of farms and of those who work them\n", name: "", whole: true };
        assert!(matches!(Orc.claim(&prose), Claim::No));
    }
}
