//! Custom dumps of PostgreSQL (`pg_dump -Fc`): a list of contents, then the rows of each table, packed.
//!
//! What the dump creates is one item of SQL, and the rows of each table are another, beginning with the
//! COPY that would read them: both are read as plain dumps are. Numbers of versions are those of the
//! archive, as pg_dump writes them (`pg_backup_archiver.h`).

use super::{Claim, Format, Head, Member, Sink, packed::Source, read_problem};
use crate::source::Input;
use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

const MAGIC: &[u8] = b"PGDMP";
/// Entries of one dump.
const ENTRIES: i64 = 1 << 22;
/// One statement or name of the list; all together may take as much.
const LONGEST: usize = 256 << 20;

/// `.dump`, `.pgdump`, `.backup`.
pub struct PgDump;

impl Format for PgDump {
    fn name(&self) -> &'static str {
        "pgdump"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // The last byte tells custom dumps from lists of folders and tars.
        if head.bytes.starts_with(MAGIC) && head.bytes.get(10) == Some(&1) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut archive = Archive { source: Source::new(input), version: 0, whole: 4, offset: 8, left: LONGEST };
        if let Err(error) = archive.read(sink) {
            sink.problem(read_problem(&error));
        }
    }
}

/// How rows are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    None,
    Zlib,
    Lz4,
    Zstd,
}

/// What the list says of the rows of a table.
struct Contents {
    name: String,
    copy: String,
}

struct Archive<'a> {
    source: Source<'a>,
    /// Major, minor and revision, a byte each.
    version: u32,
    /// Bytes of a whole number, and of an offset.
    whole: usize,
    offset: usize,
    /// How many more bytes of text the list may have.
    left: usize,
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl Archive<'_> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// A sign, then the lowest byte first.
    fn number(&mut self) -> io::Result<i64> {
        let is_negative = self.byte()? != 0;
        let mut value = 0_i64;
        for place in 0..self.whole {
            value |= i64::from(self.byte()?).checked_shl(8 * place as u32).unwrap_or(0);
        }
        Ok(if is_negative { value.wrapping_neg() } else { value })
    }

    fn text(&mut self) -> io::Result<Option<String>> {
        let Ok(length) = usize::try_from(self.number()?) else { return Ok(None) };
        self.left = self.left.checked_sub(length).ok_or_else(|| damaged("a text longer than any in its list of contents"))?;
        let mut bytes = Vec::new();
        if Read::take(&mut self.source, length as u64).read_to_end(&mut bytes)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    const fn is_from(&self, minor: u32) -> bool {
        self.version >= 1 << 16 | minor << 8
    }

    fn read(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        self.source.skip(MAGIC.len() as u64)?;
        let (major, minor) = (self.byte()?, self.byte()?);
        let revision = if (major, minor) > (1, 0) { self.byte()? } else { 0 };
        self.version = u32::from(major) << 16 | u32::from(minor) << 8 | u32::from(revision);
        self.whole = usize::from(self.byte()?).clamp(1, 8);
        self.offset = if self.is_from(7) { usize::from(self.byte()?) } else { self.whole };
        self.byte()?;
        let packing = self.packing()?;
        // When it was made, in seven numbers; of which database, by which programs.
        for _ in 0..7 {
            self.number()?;
        }
        let database = self.text()?.unwrap_or_default();
        if self.is_from(10) {
            self.text()?;
            self.text()?;
        }
        let contents = self.contents(&database, sink)?;
        self.blocks(&contents, packing, sink)
    }

    fn packing(&mut self) -> io::Result<Packing> {
        if !self.is_from(15) {
            let level = if self.is_from(2) { if self.is_from(4) { self.number()? } else { self.byte()?.into() } } else { -1 };
            return Ok(if level == 0 { Packing::None } else { Packing::Zlib });
        }
        match self.byte()? {
            0 => Ok(Packing::None),
            1 => Ok(Packing::Zlib),
            2 => Ok(Packing::Lz4),
            3 => Ok(Packing::Zstd),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, "packed in a way that is not known")),
        }
    }

    /// Reads the list; hands on what it creates. What each set of rows is, by its number.
    fn contents(&mut self, database: &str, sink: &mut dyn Sink) -> io::Result<HashMap<i64, Contents>> {
        let mut found = HashMap::new();
        let mut created = String::new();
        let count = self.number()?;
        if !(0..=ENTRIES).contains(&count) {
            return Err(damaged("more entries than any dump has"));
        }
        for _ in 0..count {
            let number = self.number()?;
            self.number()?;
            if self.is_from(8) {
                self.text()?;
            }
            self.text()?;
            let (tag, kind) = (self.text()?.unwrap_or_default(), self.text()?.unwrap_or_default());
            if self.is_from(11) {
                self.number()?;
            }
            let (definition, _drop) = (self.text()?.unwrap_or_default(), self.text()?);
            let copy = if self.is_from(3) { self.text()? } else { None };
            let space = if self.is_from(6) { self.text()? } else { None };
            if self.is_from(10) {
                self.text()?;
            }
            if self.is_from(14) {
                self.text()?;
            }
            if self.is_from(16) {
                self.number()?;
            }
            self.text()?;
            if self.is_from(9) {
                self.text()?;
            }
            if self.is_from(5) {
                while self.text()?.is_some() {}
            }
            // Where its rows are; they are met in order.
            self.source.skip(1 + self.offset as u64)?;
            if kind.contains("DATA") || kind.starts_with("BLOB") {
                let name = space.filter(|space| !space.is_empty()).map_or_else(|| tag.clone(), |space| format!("{space}.{tag}"));
                found.insert(number, Contents { name, copy: copy.unwrap_or_default() });
            } else if !definition.is_empty() {
                created.push_str(&definition);
                created.push('\n');
            }
        }
        if !created.is_empty() {
            let name = if database.is_empty() { "schema.sql".to_owned() } else { format!("{database}.sql") };
            let size = Some(created.len() as u64);
            sink.item(Member { name: name.as_bytes(), step: true, size, packed: None, content: Input::Whole(created.as_bytes()) });
        }
        Ok(found)
    }

    /// Reads the rows of one table after the other.
    fn blocks(&mut self, contents: &HashMap<i64, Contents>, packing: Packing, sink: &mut dyn Sink) -> io::Result<()> {
        while !self.source.fill_buf()?.is_empty() {
            let kind = self.byte()?;
            let number = self.number()?;
            match kind {
                1 => {
                    let unknown = Contents { name: format!("{number}"), copy: String::new() };
                    let of = contents.get(&number).unwrap_or(&unknown);
                    self.member(&format!("{}.sql", of.name), &of.copy, packing, sink)?;
                }
                // Large objects, each under a number of its own, to one that is zero.
                3 => loop {
                    let object = self.number()?;
                    if object == 0 {
                        break;
                    }
                    self.member(&format!("large_objects/{object}"), "", packing, sink)?;
                },
                _ => return Err(damaged("something that is no rows of a table stands between them")),
            }
        }
        Ok(())
    }

    /// Hands on rows, behind the statement that would read them.
    fn member(&mut self, name: &str, copy: &str, packing: Packing, sink: &mut dyn Sink) -> io::Result<()> {
        let mut chunks = Chunks { archive: self, left: 0, is_over: false };
        let mut statement = copy.as_bytes();
        {
            let rows = BufReader::with_capacity(64 << 10, &mut chunks);
            let mut rows: Box<dyn Read + '_> = match packing {
                Packing::None => Box::new(rows),
                Packing::Zlib => Box::new(flate2::bufread::ZlibDecoder::new(rows)),
                Packing::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(rows)),
                Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(rows)?),
            };
            let mut content = Read::chain(&mut statement, &mut rows);
            sink.item(Member { name: name.as_bytes(), step: true, size: None, packed: None, content: Input::Stream(&mut content) });
        }
        // What the reader of the rows left.
        io::copy(&mut chunks, &mut io::sink())?;
        Ok(())
    }
}

/// The pieces of one table's rows: each with its length before it, to one of none.
struct Chunks<'c, 'a> {
    archive: &'c mut Archive<'a>,
    left: u64,
    is_over: bool,
}

impl Read for Chunks<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            if self.is_over || into.is_empty() {
                return Ok(0);
            }
            self.left = u64::try_from(self.archive.number()?).map_err(|_| damaged("a piece of no length"))?;
            self.is_over = self.left == 0;
        }
        let step = usize::try_from(self.left).map_or(into.len(), |left| left.min(into.len()));
        let read = self.archive.source.read(&mut into[..step])?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the dump ends inside the rows of a table"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Category;
    use crate::format::{
        hostile::survives,
        testing::{read, read_stream},
        unfold::unfold,
    };
    use std::io::Write;

    fn number(value: i32) -> Vec<u8> {
        [vec![u8::from(value < 0)], value.unsigned_abs().to_le_bytes().to_vec()].concat()
    }

    fn text(text: &str) -> Vec<u8> {
        [number(text.len() as i32), text.as_bytes().to_vec()].concat()
    }

    fn entry(id: i32, tag: &str, kind: &str, definition: &str, copy: &str) -> Vec<u8> {
        let empty = || text("");
        let head = [number(id), number(1), text("0"), text("0"), text(tag), text(kind), number(2), text(definition), empty(), text(copy)];
        let tail = [text("public"), empty(), empty(), number(0), text("ann"), text("false"), number(-1), vec![2], vec![0; 8]];
        [head.concat(), tail.concat()].concat()
    }

    fn dump(packing: u8, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let mut bytes = [MAGIC, &[1, 16, 0, 4, 8, 1, packing]].concat();
        (0..7).for_each(|_| bytes.extend(number(1)));
        bytes.extend([text("shop"), text("16"), text("16"), number(2)].concat());
        bytes.extend(entry(7, "people", "TABLE", "CREATE TABLE public.people (id integer, mail text);\n", ""));
        bytes.extend(entry(8, "people", "TABLE DATA", "", "COPY public.people (id, mail) FROM stdin;\n"));
        let rows = pack(b"1\tann@example.org\n2\tbob@example.org\n\\.\n\n\n");
        let (first, second) = rows.split_at(rows.len() / 2);
        bytes.push(1);
        bytes.extend(number(8));
        for part in [first, second, b""] {
            bytes.extend([number(part.len() as i32), part.to_vec()].concat());
        }
        bytes
    }

    #[test]
    fn the_least_number_there_is_does_no_harm() {
        let least = [1, 0, 0, 0, 0, 0, 0, 0, 0x80];
        let bytes = [MAGIC, &[1, 16, 0, 8, 8, 1, 0], &least.repeat(12)].concat();
        assert_eq!(read(&PgDump, &bytes).problems.len(), 1);
    }

    #[test]
    fn what_is_created_and_the_rows_of_each_table_are_items() {
        let zlib = |rows: &[u8]| {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(rows).expect("memory");
            encoder.finish().expect("memory")
        };
        for bytes in [dump(0, <[u8]>::to_vec), dump(1, zlib), dump(3, |rows| zstd::encode_all(rows, 3).expect("memory"))] {
            let found = unfold("a.dump", &bytes);
            assert_eq!(found.problems(), []);
            let rows = b"COPY public.people (id, mail) FROM stdin;\n1\tann@example.org\n2\tbob@example.org\n\\.\n\n\n".as_slice();
            let created = b"CREATE TABLE public.people (id integer, mail text);\n\n".as_slice();
            assert_eq!(found.items_below(), [("a.dump!/shop.sql", created), ("a.dump!/public.people.sql", rows)]);
            survives(&PgDump, &bytes);
            assert_eq!(read(&PgDump, &bytes[..60]).categories(), [Category::Truncated]);
            assert_eq!(read_stream(&PgDump, &bytes).items.len(), 2);
        }
    }
}
