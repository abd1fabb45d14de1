//! Delimited text: CSV, TSV and their kin, with or without header, in any charset.
//!
//! The dialect is judged by the head (`delimited/dialect.rs`), then rows are split in one pass
//! over the bytes (`delimited/split.rs`) and handed on as spans of the block. Nothing is dropped: short
//! rows are padded with NULL, the surplus of long rows joins their last cell, lines
//! before the table are handed on as text.

mod dialect;
mod header;
mod prose;
mod split;

use super::{
    Cell, Claim, Format, Head, Part, Place, Plan, Rows, Sink, TableId, TableSpec, Text, TextKind,
    charset::{self, Charset},
    feed::{self, Opened, broken_stream, feed},
    sample::Sampler,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
pub(super) use dialect::HeadRow;
use dialect::{Dialect, Judged};
pub(super) use header::{is_header, is_usual};
use split::Splitter;

/// Rows handed on at once.
const BATCH: usize = 2048;

/// CSV, TSV and their kin.
#[derive(Clone, Copy, Debug)]
pub struct Delimited;

impl Format for Delimited {
    fn name(&self) -> &'static str {
        "delimited"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let charset = Charset::of(head.bytes);
        let judged = if charset.splits_as_bytes() {
            dialect::judge(head.bytes, head.whole)
        } else {
            let (utf8, _) = charset.encoding.decode_with_bom_removal(head.bytes);
            dialect::judge(utf8.as_bytes(), head.whole)
        };
        let named = [".csv", ".tsv", ".tab", ".psv"].iter().any(|ending| head.name.ends_with(ending));
        match judged {
            None => Claim::No,
            Some(judged) if judged.declared || judged.rows >= 3 || (named && judged.rows == 2) => Claim::Likely,
            Some(judged) if judged.rows == 2 || named => Claim::Weak,
            Some(_) => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        feed::open(input, |opened| read(opened, sink));
    }

    fn read_part(&self, preamble: &[u8], bytes: &[u8], sink: &mut dyn Sink) {
        feed::open_part(preamble, bytes, |opened| read(opened, sink));
    }

    fn plan(&self, whole: &[u8], target: usize) -> Option<Plan> {
        plan(whole, target)
    }
}

/// How to read an item: its dialect, where its rows start, and what it is to be repaired with.
struct Approach {
    dialect: Dialect,
    skip: usize,
    charset: Charset,
}

/// Decides how to read an item with this head.
fn approach(head: &[u8], whole: bool, charset: Charset) -> Option<Approach> {
    if let Some((dialect, label, skip)) = Dialect::from_directive(head) {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        return Some(Approach { dialect, skip, charset: Charset { encoding } });
    }
    let Judged { dialect, skip, .. } = dialect::judge(head, whole)?;
    Some(Approach { dialect, skip, charset })
}

fn read(opened: Opened<'_, '_>, sink: &mut dyn Sink) {
    let Some(approach) = approach(opened.head, opened.whole, opened.charset) else {
        sink.problem(Problem::new(Category::Unsupported, "no columns could be told apart"));
        return;
    };
    let recoded = opened.recoded;
    let mut reader = Reader::new(&approach, recoded);
    let error = feed(opened.blocks, |bytes, offset, last| reader.take(bytes, offset, last, sink));
    reader.finish(sink);
    if let Some(error) = error {
        sink.problem(broken_stream(&error));
    }
}

/// Reads blocks of rows; every buffer is reused.
struct Reader {
    splitter: Splitter,
    dialect: Dialect,
    charset: Charset,
    /// Bytes before the first row, still to come.
    skip: usize,
    recoded: bool,
    /// The header is still to come.
    header: bool,
    table: Option<TableId>,
    cells: Vec<Cell>,
    arena: Vec<u8>,
}

impl Reader {
    fn new(approach: &Approach, recoded: bool) -> Reader {
        let Approach { dialect, skip, charset } = *approach;
        Reader {
            splitter: Splitter::new(dialect),
            dialect,
            charset,
            skip,
            recoded,
            header: dialect.header,
            table: None,
            cells: Vec::new(),
            arena: Vec::new(),
        }
    }

    /// Takes the whole rows at the front of a block; returns the length of what it took.
    fn take(&mut self, bytes: &[u8], offset: u64, last: bool, sink: &mut dyn Sink) -> usize {
        let mut taken = 0;
        if self.skip > 0 {
            taken = self.skip.min(bytes.len());
            self.title(&bytes[..taken], offset, sink);
            self.skip -= taken;
        }
        if self.header {
            let length = self.take_header(&bytes[taken..], offset + taken as u64, last, sink);
            if self.header && !last {
                return taken;
            }
            taken += length;
        }
        let rows = &bytes[taken..];
        let repair = !charset::is_utf8(rows);
        let table = match self.table {
            _ if rows.is_empty() => return taken,
            Some(table) => table,
            None => *self.table.insert(sink.table(&TableSpec { width: self.dialect.width, ..TableSpec::default() })),
        };
        let (width, charset) = (self.dialect.width, self.charset);
        let mut emit = |cells: &mut Vec<Cell>, arena: &mut Vec<u8>| {
            if repair {
                charset.repair(cells, rows, arena);
            }
            if !cells.is_empty() {
                sink.rows(&Rows { table, width, cells, bytes: rows, arena });
            }
            cells.clear();
            arena.clear();
        };
        let full = BATCH * width;
        let length = self.splitter.split(rows, offset + taken as u64, last, &mut self.cells, &mut self.arena, |split| {
            if split.cells.len() >= full {
                emit(split.cells, split.arena);
            }
            true
        });
        emit(&mut self.cells, &mut self.arena);
        taken + length
    }

    /// Hands on what stands before the table.
    fn title(&self, bytes: &[u8], offset: u64, sink: &mut dyn Sink) {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let says_nothing = bytes.starts_with(dialect::DIRECTIVE) || bytes.len() < 8;
        if !says_nothing && !self.recoded {
            sink.text(&Text { kind: TextKind::Lines, bytes, place: Place::Exact { start: offset } });
        }
    }

    /// Announces the table by its first row; returns that row's length, or leaves `header` set
    /// when it is not there yet.
    fn take_header(&mut self, bytes: &[u8], offset: u64, last: bool, sink: &mut dyn Sink) -> usize {
        let mut names: Vec<String> = Vec::new();
        let charset = self.charset;
        let mut done = false;
        let length = self.splitter.split(bytes, offset, last, &mut self.cells, &mut self.arena, |split| {
            let name = |cell: &Cell| charset.text(cell.value(bytes, split.arena).unwrap_or_default()).trim().to_owned();
            names.extend(split.cells.iter().map(name));
            done = true;
            false
        });
        self.cells.clear();
        self.arena.clear();
        if done {
            self.header = false;
            // A header shorter than its rows is no flaw of theirs.
            self.splitter.flaws = split::Flaws::default();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.table = Some(sink.table(&TableSpec { columns: Some(&names), width: names.len(), ..TableSpec::default() }));
        }
        length
    }

    /// Tells what was wrong.
    fn finish(&self, sink: &mut dyn Sink) {
        let flaws = self.splitter.flaws;
        let mut told = Vec::new();
        for (count, what) in [
            (flaws.short, "rows with too few cells, padded"),
            (flaws.long, "rows with too many cells, the surplus joined to the last column"),
            (flaws.open, "quotes that never close, taken as letters"),
        ] {
            if count > 0 {
                told.push(format!("{count} {what}"));
            }
        }
        if !told.is_empty() {
            sink.problem(Problem::new(Category::Corrupt, told.join("; ")));
        }
        if flaws.cut_off {
            sink.problem(Problem::new(Category::Truncated, "ends inside a quoted cell"));
        }
    }
}

/// Cuts a big file at row ends. The first part holds the whole head, by which the dialect is
/// judged; the others are told it.
fn plan(whole: &[u8], target: usize) -> Option<Plan> {
    let head = whole.get(..super::HEAD).unwrap_or(whole);
    let charset = Charset::of(head);
    if !charset.splits_as_bytes() || target == 0 {
        return None;
    }
    let Approach { dialect, skip, charset } = approach(head, head.len() == whole.len(), charset)?;
    let rows = whole.get(skip..)?;
    let mut splitter = Splitter::new(dialect);
    let header = if dialect.header { splitter.cut(rows, 0, 1)? } else { 0 };
    let mut preamble = dialect.directive(charset.encoding.name());
    preamble.extend_from_slice(&rows[..header]);
    let mut parts = Vec::new();
    let mut start = 0;
    let mut row = header;
    loop {
        let length = if parts.is_empty() { target.max(super::HEAD + 1) } else { target };
        let cut = splitter.cut(rows, row, row.saturating_add(length));
        let end = skip + cut.unwrap_or(rows.len());
        let preamble = if parts.is_empty() { Vec::new() } else { preamble.clone() };
        parts.push(Part { start: start as u64, end: end as u64, preamble });
        match cut {
            Some(cut) if cut < rows.len() => (start, row) = (end, cut),
            _ => break,
        }
    }
    Some(Plan { parts, samples: sample(whole, &Approach { dialect, skip, charset }) })
}

/// The first rows, read as a sequential reading would.
fn sample(whole: &[u8], approach: &Approach) -> Vec<super::Sample> {
    let mut sampler = Sampler::default();
    let mut reader = Reader::new(approach, false);
    feed::feed(Input::Whole(whole).blocks().with_size(2 * super::SAMPLE_BYTES), |bytes, offset, last| {
        if sampler.is_full() {
            return bytes.len();
        }
        reader.take(bytes, offset, last, &mut sampler)
    });
    sampler.samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{self, Collected};
    use proptest::prelude::*;

    fn claim(text: &[u8], name: &str) -> Claim {
        Delimited.claim(&Head { bytes: text, name, whole: true })
    }

    /// Reads whole and as a stream; both must say the same.
    fn read(bytes: &[u8]) -> Collected {
        let whole = testing::read(&Delimited, bytes);
        let stream = testing::read_stream(&Delimited, bytes);
        assert_eq!(whole.tables, stream.tables);
        assert_eq!(whole.problems, stream.problems);
        whole
    }

    #[test]
    fn dialects_are_found_and_split() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("a,b,c\n1,2,3\n4,5,6\n", "a|b|c", &["1|2|3", "4|5|6"]),
            ("a;b\r\n1,5;x\r\n2,5;y\r\n", "a|b", &["1,5|x", "2,5|y"]),
            ("1,5;2,5\n3,5;4,5\n5,5;6,5\n", "-", &["1,5|2,5", "3,5|4,5", "5,5|6,5"]),
            ("a\tb\n1\t\\N\n2\t\n3\tz", "a|b", &["1|~", "2|", "3|z"]),
            ("a,b\n\"x,\"\"y\"\"\",1\n\"two\nlines\",2\n", "a|b", &["x,\"y\"|1", "two\nlines|2"]),
            ("a,b\n'x,y',1\n'it''s',2\nz,3\n", "a|b", &["x,y|1", "it's|2", "z|3"]),
            ("a,b\n\"x \\\"y\\\" z\",1\n\"q\\n\",2\n", "a|b", &["x \"y\" z|1", "q\n|2"]),
            ("a, b\n1, \"x, y\"\n2, z\n", "a|b", &["1|x, y", "2| z"]),
            ("sep=;\na;b\n1;2\n", "a|b", &["1|2"]),
            ("\u{feff}a|b\n1|2\n3|4\n", "a|b", &["1|2", "3|4"]),
            ("a,b\r1,2\r3,4\r", "a|b", &["1|2", "3|4"]),
            ("Report of May\n\nid,name\n1,Ann\n2,Bob\n3,Cy\n", "id|name", &["1|Ann", "2|Bob", "3|Cy"]),
            ("id,name\n\n1,Ann\n\n2,5\" pipe\n3,Cy\n", "id|name", &["1|Ann", "2|5\" pipe", "3|Cy"]),
            ("id,name,x\n1,\"he said \"no\" twice\",2\n2,\"b\",3\n", "id|name|x", &["1|he said \"no\" twice|2", "2|b|3"]),
        ];
        for (text, header, rows) in cases {
            let collected = read(text.as_bytes());
            assert_eq!(collected.tables.len(), 1, "{text:?}");
            assert_eq!(collected.tables[0].header(), *header, "{text:?}");
            assert_eq!(collected.tables[0].lines(), *rows, "{text:?}");
            assert_eq!(collected.problems, [], "{text:?}");
        }
    }

    #[test]
    fn ragged_rows_lose_nothing_and_are_told() {
        let mut text = "id,name,note\n".to_owned();
        (0..30).for_each(|i| text.push_str(&format!("{i},Ann,ok\n")));
        text.push_str("98,Bob\n99,Cy,a,b\n");
        let collected = read(text.as_bytes());
        assert_eq!(collected.tables[0].lines()[30..], ["98|Bob|~", "99|Cy|a,b"]);
        assert_eq!(collected.categories(), [Category::Corrupt]);
    }

    #[test]
    fn a_stray_quote_costs_a_row_not_the_file() {
        let mut text = "id,name\n".to_owned();
        (0..200_000).for_each(|i| text.push_str(&if i == 70 { "70,\"oops\n".to_owned() } else { format!("{i},\"Ann, A.\"\n") }));
        let collected = read(text.as_bytes());
        assert!(collected.tables[0].rows.len() >= 199_998, "{}", collected.tables[0].rows.len());
        let mut open = "id,name\n1,\"a\"\n2,\"never closed\n".to_owned();
        (3..200_000).for_each(|i| open.push_str(&format!("{i},plain\n")));
        assert_eq!(read(open.as_bytes()).tables[0].rows.len(), 199_999);
    }

    #[test]
    fn charsets_come_out_as_utf8() {
        let text = "Id;Name;Straße\n1;Müller;Hauptstraße 1\n2;Köhler;Am Brühl\n3;Weiß;Größe\n";
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin1 = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        for bytes in [text.as_bytes(), &utf16, &bare, &latin1] {
            let collected = read(bytes);
            assert_eq!(collected.tables[0].header(), "Id|Name|Straße");
            assert_eq!(collected.tables[0].lines()[0], "1|Müller|Hauptstraße 1");
            assert_eq!(claim(bytes, "x.csv"), Claim::Likely);
        }
    }

    #[test]
    fn what_is_no_table_is_not_claimed() {
        for text in [
            "Dear John,\nthank you for your letter, which came today.\nSincerely, Bob\n",
            "We met in May, and then again.\nHe said so, as ever you like.\nNobody came, though we asked.\nIt was late, or so we thought.\n",
            "2024-01-01 10:00:00,123 INFO start\n2024-01-01 10:00:01,456 INFO stop\n2024-01-01 10:00:01,457 WARN x\n",
            "int a = 1;\nint b = 2;\nreturn a + b;\n",
            "ann@example.org:hunter2\nbob@example.org:pass;word\ncy@example.org:letmein\n",
            "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n{\"a\":3,\"b\":4}\n",
            "<a b,c>\n<a d,e>\n<a d,e>\n",
            "HOME=/root;x=1\nUSER=me;y=2\nSHELL=sh;z=1\n",
            "INSERT INTO t VALUES (1,2);\nINSERT INTO t VALUES (3,4);\nINSERT INTO t VALUES (5,6);\n",
            "    call(a, b)\n    other(c, d)\n    third(e, f)\n",
            "#1=POINT('',(0.1,0.2));\n#2=POINT('',(0.3,0.4));\n#3=POINT('a',(0.5,0.6));\n",
            "//! Words; imports nothing.\n\npub mod a;\npub mod b;\npub mod c;\npub mod d;\npub use e;\npub use f;\n",
            "one\ntwo\nthree\n",
            "",
            ",",
        ] {
            assert_eq!(claim(text.as_bytes(), "x.txt"), Claim::No, "{text}");
        }
    }

    #[test]
    fn tables_are_claimed_whatever_the_name() {
        for text in ["a,b\n1,2\n3,4\n", "Smith, John\nDoe, Jane\nRoe, Rick\n", "x|y|z\n1|2|3\n4|5|6\n"] {
            assert_eq!(claim(text.as_bytes(), "dump"), Claim::Likely, "{text}");
        }
        assert_eq!(claim(b"a,b\n", "a.csv"), Claim::Weak);
    }

    /// A file of more than one head, with every trouble in it.
    fn troubled() -> String {
        let mut text = "id,name,note\n".to_owned();
        for i in 0..6000 {
            text.push_str(&match i % 40 {
                0 => format!("{i},\"a \"\"b\"\"\n,c\",x\n"),
                1 => format!("{i},5\" pipe,\"\"\r\n"),
                2 => format!("{i},\"\n\n\",\"quoted \"junk\" here\"\n"),
                3 => format!("{i}\n"),
                4 => format!("{i},Ü,m,n\n"),
                _ => format!("{i},plain,row\n"),
            });
        }
        text
    }

    #[test]
    fn parts_read_one_after_the_other_are_the_whole() {
        let text = troubled();
        let whole = testing::read(&Delimited, text.as_bytes());
        assert!(whole.tables[0].rows.len() > 5990);
        for target in [1, 100, 1000, 33_333, 100_000, 10_000_000] {
            let parts = testing::read_parts(&Delimited, text.as_bytes(), target).expect("a plan");
            assert!(whole.tables == parts.tables, "target {target}");
        }
        let plan = Delimited.plan(text.as_bytes(), 1000).expect("a plan");
        assert_eq!(plan.samples.len(), 1);
        assert_eq!(plan.samples[0].rows.len(), super::super::SAMPLE_ROWS);
        assert_eq!(plan.samples[0].columns, whole.tables[0].columns);
    }

    #[test]
    fn truncation_keeps_complete_rows() {
        let text = "id,name,note\n1,\"a \"\"q\"\"\",x\n2,b,\"two\nlines\"\n3,c,z\n4,d,e\n";
        let whole = read(text.as_bytes()).tables[0].rows.clone();
        for end in 0..text.len() {
            let collected = testing::read(&Delimited, &text.as_bytes()[..end]);
            let Some(table) = collected.tables.first().filter(|table| table.header() == "id|name|note") else { continue };
            let complete = table.rows.len().saturating_sub(1);
            assert_eq!(table.rows[..complete], whole[..complete], "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(prop::sample::select(b"a1,;\t|\"'\\\r\n \xff@".to_vec()), 0..400)) {
            claim(&bytes, "a.csv");
            read(&bytes);
        }

        #[test]
        fn the_csv_crate_agrees_on_what_it_wrote(rows in prop::collection::vec(prop::collection::vec("[a-z\",\n\r ;é]{0,9}", 4), 1..40)) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record(["id", "name", "x_y", "zip"]).expect("memory");
            rows.iter().for_each(|row| writer.write_record(row).expect("memory"));
            let bytes = writer.into_inner().expect("memory");
            let dialect = Dialect { delimiter: b',', quote: Some(b'"'), backslash: false, spaced: false, newline: b'\n', width: 4, header: true };
            let mut reader = Reader::new(&Approach { dialect, skip: 0, charset: Charset::UTF8 }, false);
            let mut collected = Collected::default();
            feed::feed(Input::Whole(&bytes).blocks().with_size(64), |bytes, offset, last| reader.take(bytes, offset, last, &mut collected));
            let expected: Vec<Vec<Option<String>>> = rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect();
            prop_assert_eq!(&collected.tables[0].rows, &expected);
        }
    }
}
