//! Stage 2: from an item to records. One file per format; containers are formats too.
//!
//! A format claims an item by its first bytes, then reads it into a [`Sink`]: tables of rows,
//! stretches of text, further items, and problems. Reading never fails: what cannot be read
//! is told as a [`Problem`], and reading goes on where it can.

pub mod access;
pub mod appledouble;
pub mod ar;
pub mod avro;
pub(crate) mod base64;
mod binary;
mod biometric;
mod blob;
pub mod brotli;
pub mod bson;
pub mod bzip2;
pub mod cab;
mod carve;
mod charset;
pub mod columnar;
pub mod compress;
pub mod contacts;
pub mod cookies;
pub mod cpio;
pub mod dbase;
pub mod delimited;
pub mod disk;
pub mod edifact;
mod exif;
mod feed;
pub mod fixed_width;
pub mod gzip;
pub mod hl7;
#[cfg(test)]
mod hostile;
pub mod html;
pub mod iso;
pub mod json;
pub(crate) mod lanes;
pub mod ldif;
pub mod lha;
pub mod logfmt;
pub mod lz4;
mod lzfu;
pub mod mail;
mod marks;
pub mod mbox;
pub mod netcdf;
pub mod office;
pub mod orc;
mod packed;
pub mod pdf;
pub mod pgdump;
pub mod program;
pub mod pst;
pub mod rar;
pub mod raw;
pub mod rpm;
pub mod rtf;
mod sample;
pub mod sevenzip;
pub mod shortcut;
pub mod sql;
pub mod sqlite;
pub mod statistics;
pub mod stealer;
pub mod tar;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tnef;
mod transcode;
#[cfg(test)]
mod unfold;
pub mod utf32;
pub mod wordperfect;
pub mod x12;
pub mod xar;
pub mod xml;
pub mod xz;
pub mod zip;
pub mod zstd;

use crate::{
    base::{Category, LogicalPath, Problem},
    source::{Budget, Input, Passwords, budget::Limits},
};
pub use blob::document;
pub use fixed_width::{Layout, Layouts};
use std::{
    io::{self, Read as _},
    sync::Arc,
};

/// How surely the first bytes are of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    No,
    /// Text that could be this (delimited columns, log lines).
    Weak,
    /// Looks like it in several ways (a header and rows of equal width, `INSERT INTO`).
    Likely,
    /// A magic number, or a structure nothing else has.
    Sure,
}

/// What a format may look at before it is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first bytes, up to [`HEAD`] of them.
    pub bytes: &'a [u8],
    /// The last name of the path, lower case: a hint, never proof.
    pub name: &'a str,
    /// Whether these are all the bytes there are.
    pub whole: bool,
}

/// How many first bytes a format may see before it claims.
pub const HEAD: usize = 64 << 10;

/// Something we can read.
pub trait Format: Sync {
    /// Its name in `files.csv` and in `docs/formats.md`.
    fn name(&self) -> &'static str;

    /// How surely these first bytes are ours.
    fn claim(&self, head: &Head<'_>) -> Claim;

    /// Tells `sink` of every record and every item inside. Never fails and never panics.
    fn read(&self, input: Input<'_>, sink: &mut dyn Sink);

    /// Reads one part of a plan: its bytes, behind its preamble.
    fn read_part(&self, preamble: &[u8], bytes: &[u8], sink: &mut dyn Sink) {
        if preamble.is_empty() {
            self.read(Input::Whole(bytes), sink);
        } else {
            self.read(Input::Stream(&mut preamble.chain(bytes)), sink);
        }
    }

    /// Where a big file may be cut, so that every core reads a part of it. `None`: read it in
    /// one go. Only asked for files that are wholly mapped.
    fn plan(&self, whole: &[u8], target: usize) -> Option<Plan> {
        let _ = (whole, target);
        None
    }
}

/// How to read a big file in parts. Reading the parts in any order and putting the rows one
/// after the other gives exactly the rows of reading the whole.
#[derive(Debug, Default)]
pub struct Plan {
    pub parts: Vec<Part>,
    /// The first rows of every table in the file, in file order: what [`Sink::table`] would
    /// have been judged by in one go. The reader calls `table` and `rows` on a sink that keeps them.
    pub samples: Vec<Sample>,
}

/// One part of a big file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes of the part.
    pub start: u64,
    pub end: u64,
    /// Bytes to read first as if they stood before the part: the header line of a delimited
    /// file, the `INSERT INTO t (...) VALUES` or `COPY t (...) FROM stdin;` in force at the cut.
    /// They hold no row of their own.
    pub preamble: Vec<u8>,
}

/// The first rows of one table, owned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    pub name: Option<String>,
    pub columns: Option<Vec<String>>,
    /// Row by row; `None` is NULL.
    pub rows: Vec<Vec<Option<Vec<u8>>>>,
}

/// A sample holds at most so many rows ...
pub const SAMPLE_ROWS: usize = 1000;
/// ... and stops at the first row after so many bytes.
pub const SAMPLE_BYTES: usize = 1 << 20;

/// A table, as its reader found it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableSpec<'a> {
    /// Its own name (SQL, SQLite, sheet, JSON path); none for a delimited file.
    pub name: Option<&'a str>,
    /// Column names; none when the reader sees no header. A SQL INSERT without column list and
    /// without CREATE TABLE in the same item has none either: the catalogue may know them.
    pub columns: Option<&'a [&'a str]>,
    /// How many columns, when there are no names.
    pub width: usize,
    /// Rows of this table lie inside rows of another (a JSON array inside an object): the
    /// other table, and every row's last cell holds the other's row number (from 0, in decimal).
    pub parent: Option<TableId>,
}

/// A table announced to a sink; valid for the reading of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u32);

/// What is looked at of the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// No row.
    Nothing,
    /// The number of the rows, and the columns whose bit is set: the first 63 have one each, all others the last.
    Columns(u64),
}

impl Wants {
    /// Every column.
    pub const ALL: Wants = Wants::Columns(u64::MAX);

    /// These columns.
    pub fn of(columns: impl IntoIterator<Item = usize>) -> Wants {
        Wants::Columns(columns.into_iter().fold(0, |bits, column| bits | 1 << column.min(63)))
    }

    /// Whether a column is among them.
    #[inline]
    pub fn column(self, column: usize) -> bool {
        matches!(self, Wants::Columns(bits) if bits & (1 << column.min(63)) != 0)
    }
}

/// A cell: where its bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Offset into [`Rows::bytes`], or with [`Cell::ARENA`] set into [`Rows::arena`].
    start: u32,
    length: u32,
}

impl Cell {
    /// Marks cells whose value had to be rewritten (escapes, doubled quotes, charset).
    const ARENA: u32 = 1 << 31;

    /// SQL NULL, a missing JSON member, a missing trailing cell.
    pub const NULL: Cell = Cell { start: 0, length: u32::MAX };

    /// A cell of the block's own bytes.
    pub const fn borrowed(start: usize, length: usize) -> Cell {
        Cell { start: start as u32, length: length as u32 }
    }

    /// A cell of the arena.
    pub const fn rewritten(start: usize, length: usize) -> Cell {
        Cell { start: start as u32 | Cell::ARENA, length: length as u32 }
    }

    /// Whether there is no value at all.
    pub const fn is_null(self) -> bool {
        self.length == u32::MAX
    }

    /// Whether the value lies in the arena.
    pub(crate) const fn is_rewritten(self) -> bool {
        !self.is_null() && self.start & Cell::ARENA != 0
    }

    /// The value in its block or arena; `None` for NULL.
    #[inline]
    pub fn value<'a>(self, bytes: &'a [u8], arena: &'a [u8]) -> Option<&'a [u8]> {
        if self.is_null() {
            return None;
        }
        let start = (self.start & !Cell::ARENA) as usize;
        let from = if self.start & Cell::ARENA == 0 { bytes } else { arena };
        from.get(start..start + self.length as usize)
    }
}

/// Some rows of a table, in file order. Values are UTF-8 wherever the reader could make them so.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub table: TableId,
    /// How many cells make a row.
    pub width: usize,
    /// Row by row.
    pub cells: &'a [Cell],
    /// At most 2 GiB.
    pub bytes: &'a [u8],
    pub arena: &'a [u8],
}

impl<'a> Rows<'a> {
    /// How many rows.
    pub const fn len(&self) -> usize {
        match self.cells.len().checked_div(self.width) {
            Some(rows) => rows,
            None => 0,
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A cell's value; `None` for NULL.
    pub fn cell(&self, row: usize, column: usize) -> Option<&'a [u8]> {
        self.cells.get(row * self.width + column).filter(|_| column < self.width)?.value(self.bytes, self.arena)
    }
}

/// What kind of text it is, since names and context read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    Prose,
    /// Header lines of a mail, `Name: value`.
    MailHeader,
    /// Lines of a log, a configuration, source code.
    Lines,
    /// Bytes of unknown make: only what is plainly text in them counts.
    Raw,
}

/// Where in the item the bytes of a text stand.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// Byte `i` of the text is byte `start + i` of the item.
    Exact { start: u64 },
    /// The text was decoded: pairs of (offset in the text, offset in the item), rising; between
    /// two pairs offsets are spread evenly.
    Decoded { points: &'a [(u32, u64)] },
    /// Only the stretch of the item it came from is known.
    Within { start: u64, length: u64 },
    /// A page of a document, from 1.
    Page { number: u32 },
}

/// A stretch of text: a paragraph or more, never cut inside a line.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    pub kind: TextKind,
    /// UTF-8, or an 8-bit superset of ASCII when nothing tells which.
    pub bytes: &'a [u8],
    pub place: Place<'a>,
}

/// An item inside an item.
///
/// Who tells of damage: when reading `content` ends in an error, the sink that reads it makes
/// that error a problem of the member, by [`read_problem`]. A container reports only what no
/// member shows (a damaged list of members, members that are missing), and never an error of
/// the reader it was itself given: whoever gave it has seen that error.
pub struct Member<'a> {
    /// Its name as the container has it, any bytes. Never used to write anything.
    pub name: &'a [u8],
    /// `true`: `!/name` (a container step); `false`: `#name` (a part: attachment, stream).
    pub step: bool,
    /// Its size if the container says; not to be trusted.
    pub size: Option<u64>,
    /// Its packed size if known, for the ratio limit.
    pub packed: Option<u64>,
    pub content: Input<'a>,
}

/// The problem of a member whose reader ended with this error.
pub fn read_problem(error: &io::Error) -> Problem {
    let category = match error.kind() {
        io::ErrorKind::UnexpectedEof => Category::Truncated,
        io::ErrorKind::FileTooLarge | io::ErrorKind::OutOfMemory | io::ErrorKind::QuotaExceeded => Category::Limit,
        io::ErrorKind::Unsupported => Category::Unsupported,
        _ => Category::Corrupt,
    };
    Problem::new(category, error.to_string())
}

/// Tells of an item that was read only as far as it fits memory. Other errors are of the reader we were given: already known to
/// its owner.
fn tell_cut(error: Option<&io::Error>, sink: &mut dyn Sink) {
    if let Some(error) = error.filter(|error| error.kind() == io::ErrorKind::FileTooLarge) {
        sink.problem(read_problem(error));
    }
}

/// What is told of something no password given opens.
const LOCKED: &str = "encrypted with a password";

/// What a format may find inside an item.
pub trait Sink {
    /// Announces a table. The same name announced again continues the same table.
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId;

    /// Rows of an announced table.
    fn rows(&mut self, rows: &Rows<'_>);

    /// What of the further rows of a table is looked at. Other values may be NULL, unless they are long enough for a [`document`].
    fn wants(&self, table: TableId) -> Wants {
        let _ = table;
        Wants::ALL
    }

    /// A stretch of text.
    fn text(&mut self, text: &Text<'_>);

    /// An item inside this one. It is read (or taken over) before the call returns.
    fn item(&mut self, member: Member<'_>);

    /// A member that cannot be read at all (encrypted, unsupported method).
    fn unread(&mut self, name: &[u8], size: Option<u64>, problem: Problem);

    /// Something not read.
    fn problem(&mut self, problem: Problem);

    /// A CREATE TABLE: what the columns of a table of this dump are called.
    fn schema(&mut self, table: &str, columns: &[&str]);

    /// What a sibling item's CREATE TABLE says of a table, if one was read before.
    fn known_columns(&self, table: &str) -> Option<Vec<String>>;

    /// Opens a member that is a stream of packed bytes without a list of members (gzip, xz):
    /// how many packed bytes went in so far, so that the ratio can be watched.
    fn packed(&mut self, bytes: u64) {
        let _ = bytes;
    }

    /// The most bytes that may be held at once for one item.
    fn in_memory(&self) -> usize;

    /// Passwords to try on what is encrypted.
    fn passwords(&self) -> Passwords {
        Passwords::default()
    }

    /// What the user told of the records of this item.
    fn layout(&self) -> Option<Arc<Layout>> {
        None
    }

    /// What a format that unpacks inside itself must account to.
    fn budget(&self) -> Budget {
        Budget::new(Limits::default(), 0)
    }
}

/// Hands on a link inside a container: all that the container holds of it is where it leads.
fn link(name: &[u8], target: &[u8], sink: &mut dyn Sink) {
    sink.item(Member { name, step: true, size: Some(target.len() as u64), packed: None, content: Input::Whole(target) });
}

/// Reads an item of text as UTF-8, whatever its charset; it must fit memory.
fn decoded(input: Input<'_>, sink: &mut dyn Sink, read: impl FnOnce(&str, &mut dyn Sink)) {
    let (bytes, error) = input.into_whole(sink.in_memory());
    let head = bytes.get(..HEAD).unwrap_or(&bytes);
    let encoding = transcode::detect(head, head.len() == bytes.len()).unwrap_or(encoding_rs::UTF_8);
    let (text, ..) = encoding.decode(&bytes);
    read(&text, sink);
    tell_cut(error.as_ref(), sink);
}

/// Every format, asked in this order; the surest claim wins, the earlier on a tie.
pub const FORMATS: &[&dyn Format] = &[
    &gzip::Gzip,
    &bzip2::Bzip2,
    &xz::Xz,
    &xz::Lzma,
    &xz::Lzip,
    &zstd::Zstd,
    &lz4::Lz4,
    &compress::Compress,
    &brotli::Brotli,
    &tar::Tar,
    &cpio::Cpio,
    &ar::Ar,
    &rpm::Rpm,
    &sevenzip::SevenZip,
    &rar::Rar,
    &cab::Cabinet,
    &lha::Lha,
    &iso::Iso,
    &disk::Fat,
    &disk::Ntfs,
    &disk::Ext,
    &disk::Disk,
    &xar::Xar,
    &office::Docx,
    &office::Xlsx,
    &office::Pptx,
    &office::OpenDocument,
    &office::Xps,
    &office::Compound,
    &pdf::Pdf,
    &pst::Pst,
    &tnef::Tnef,
    &access::Access,
    &pgdump::PgDump,
    &zip::Zip,
    &program::Program,
    &appledouble::AppleDouble,
    &shortcut::Shortcut,
    &utf32::Utf32,
    &mbox::Mbox,
    &mail::Mail,
    &sqlite::Sqlite,
    &bson::Bson,
    &columnar::Parquet,
    &columnar::Arrow,
    &orc::Orc,
    &avro::Avro,
    &dbase::Dbase,
    &dbase::DbaseMemo,
    &statistics::Sas,
    &statistics::SasTransport,
    &statistics::Spss,
    &statistics::Stata,
    &contacts::VCard,
    &contacts::ICalendar,
    &ldif::Ldif,
    &stealer::StealerLog,
    &cookies::Cookies,
    &hl7::Hl7,
    &x12::X12,
    &edifact::Edifact,
    &logfmt::Logfmt,
    &json::Json,
    &sql::Sql,
    &delimited::Delimited,
    &fixed_width::FixedWidth,
    &rtf::Rtf,
    &wordperfect::WordPerfect,
    &netcdf::NetCdf,
    &html::Html,
    &xml::Xml,
    &text::PlainText,
    &raw::Raw,
];

/// The format of an item by its first bytes.
pub fn pick(head: &Head<'_>) -> Option<&'static dyn Format> {
    let mut best: Option<(Claim, &'static dyn Format)> = None;
    for format in FORMATS {
        let claim = format.claim(head);
        if claim != Claim::No && best.is_none_or(|(held, _)| claim > held) {
            best = Some((claim, *format));
        }
    }
    best.map(|(_, format)| format)
}

/// The format of the item at this path, by its first bytes unless the user gave a layout for it. What a layout is given for
/// may be packed: a magic number counts for more.
pub fn of_item(path: &LogicalPath, head: &Head<'_>, layouts: &Layouts) -> &'static dyn Format {
    let format = pick(head).unwrap_or(FALLBACK);
    let is_sure = || format.claim(head) == Claim::Sure;
    if !layouts.is_empty() && layouts.of(&path.to_string()).is_some() && !is_sure() {
        return &fixed_width::FixedWidth;
    }
    format
}

/// What reads an item that no format claims.
pub const FALLBACK: &dyn Format = &raw::Raw;

/// Whether these first bytes are of a SQL dump, whose siblings may need its CREATE TABLEs.
pub fn is_sql(head: &[u8]) -> bool {
    sql::Sql.claim(&Head { bytes: head, name: "", whole: false }) >= Claim::Likely
}

/// Tells of every CREATE TABLE in a dump, without reading its rows.
pub fn schemas(bytes: &[u8], each: &mut dyn FnMut(&str, &[&str])) {
    sql::schemas(bytes, each);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_formats_is_the_documented_one() {
        let documented = include_str!("../../docs/formats.md").lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut documented: Vec<&str> = documented.collect();
        let mut known: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        documented.sort_unstable();
        known.sort_unstable();
        assert_eq!(documented, known);
    }

    #[test]
    fn every_format_is_fuzzed() {
        let targets = [
            include_str!("../../fuzz/targets/columnar.rs"),
            include_str!("../../fuzz/targets/containers.rs"),
            include_str!("../../fuzz/targets/databases.rs"),
            include_str!("../../fuzz/targets/disks.rs"),
            include_str!("../../fuzz/targets/documents.rs"),
            include_str!("../../fuzz/targets/mail.rs"),
            include_str!("../../fuzz/targets/office.rs"),
            include_str!("../../fuzz/targets/packed.rs"),
            include_str!("../../fuzz/targets/stores.rs"),
            include_str!("../../fuzz/targets/tables.rs"),
            include_str!("../../fuzz/targets/text.rs"),
        ]
        .concat();
        for format in FORMATS {
            assert!(targets.contains(&format!("\"{}\"", format.name())), "{} is in no target", format.name());
        }
    }
}
