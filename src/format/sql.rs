//! SQL dumps of every make: the rows of INSERT, REPLACE and COPY, the columns of CREATE TABLE.
//!
//! Not a parser of SQL: statements that fill no table are stepped over by their quotes, comments
//! and delimiters, and handed on as text (passwords of users are set there). What a backslash
//! means is judged by the head (`sql/flavor.rs`). A row that cannot be read costs itself: reading
//! goes on at the next row or statement.

mod flavor;
mod lexer;
mod reader;
mod ride;
pub(super) mod statement;
mod value;

use super::{
    Claim, Format, Head, Part, Plan, Sink,
    charset::Charset,
    feed::{self, Opened, broken_stream, feed},
    sample::Sampler,
};
use crate::source::Input;
use aho_corasick::AhoCorasick;
use reader::Reader;
use std::sync::LazyLock;

/// SQL dumps.
#[derive(Clone, Copy, Debug)]
pub struct Sql;

impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let charset = Charset::of(head.bytes);
        if charset.splits_as_bytes() {
            claim(head.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head.bytes), head.name)
        } else {
            claim(charset.encoding.decode_with_bom_removal(head.bytes).0.as_bytes(), head.name)
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

fn read(opened: Opened<'_, '_>, sink: &mut dyn Sink) {
    let mut reader = Reader::new(opened.head, opened.charset, opened.recoded);
    let error = feed(opened.blocks, |bytes, offset, last| reader.take(bytes, offset, last, sink));
    reader.finish(sink);
    if let Some(error) = error {
        sink.problem(broken_stream(&error));
    }
}

/// First words of statements that scripts begin with.
const FIRST: &[&[u8]] = &[
    b"INSERT",
    b"REPLACE",
    b"CREATE",
    b"COPY",
    b"SET",
    b"USE",
    b"DROP",
    b"ALTER",
    b"BEGIN",
    b"START",
    b"PRAGMA",
    b"DELIMITER",
    b"LOCK",
    b"UPDATE",
    b"DELETE",
    b"GRANT",
    b"REM",
    b"PROMPT",
    b"DECLARE",
    b"TRUNCATE",
    b"COMMIT",
    b"GO",
    b"IF",
    b"WITH",
    b"SELECT",
    b"UNLOCK",
    b"CONNECT",
    b"PRINT",
    b"EXEC",
    b"MERGE",
];

/// Judges the first bytes: statements that make or fill tables at the starts of lines, and
/// nothing but comments and SQL before them.
fn claim(head: &[u8], name: &str) -> Claim {
    if memchr::memchr(0, head).is_some() {
        return Claim::No;
    }
    let mut cursor = lexer::Cursor { bytes: head, at: 0, flavor: flavor::Flavor::default() };
    let named = name.ends_with(".sql");
    let started = cursor.blank().is_ok();
    // `\restrict` and the like of psql.
    if cursor.peek() == Some(b';') || (cursor.peek() == Some(b'\\') && cursor.at > 0) {
        cursor.at = memchr::memchr(b'\n', cursor.rest()).map_or(cursor.at, |at| cursor.at + at + 1);
        let _ = cursor.blank();
    }
    if !started || !FIRST.iter().any(|word| cursor.at_word(word)) {
        return Claim::No;
    }
    let rest = cursor.rest();
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', rest).map(|at| at + 1));
    let found = starts
        .take(5000)
        .map(|at| fills_or_makes(&rest[at..], cursor))
        .fold((0, 0), |(tables, rows), (table, row)| (tables + table, rows + row));
    let commented = cursor.at > 0 && (head.starts_with(b"--") || head.starts_with(b"/*") || head.starts_with(b"PRAGMA"));
    match found {
        (0, 0) if named => Claim::Weak,
        (0, 0) => Claim::No,
        (_, 1..) if named || commented => Claim::Sure,
        _ => Claim::Likely,
    }
}

/// Whether a line starts a CREATE TABLE, and whether an INSERT or COPY of rows.
fn fills_or_makes(line: &[u8], cursor: lexer::Cursor<'_>) -> (u32, u32) {
    let mut at = lexer::Cursor { bytes: line.trim_ascii_start(), at: 0, ..cursor };
    // An INSERT whose head is cut off by the end of the head of the file counts as well.
    let counts = |found: Result<Option<statement::Fill>, lexer::Stop>| match found {
        Ok(Some(_)) => 1,
        Err(lexer::Stop::More) if line.len() > 200 => 1,
        _ => 0,
    };
    if at.at_word(b"INSERT") || at.at_word(b"REPLACE") {
        at.word();
        return (0, counts(statement::insert(&mut at)));
    }
    if at.at_word(b"COPY") {
        at.word();
        return (0, counts(statement::copy(&mut at)));
    }
    if at.at_word(b"CREATE") {
        return (counts(statement::create_table(&mut at)), 0);
    }
    (0, 0)
}

/// Cuts a big file between rows. Where a cut lies can only be told by reading up to it, so this
/// reads the file once; what its rows say is not looked at once a table has shown enough of them.
fn plan(whole: &[u8], target: usize) -> Option<Plan> {
    let mut sampler = Sampler::default();
    Some(Plan { parts: parts(whole, target, &mut sampler)?, samples: sampler.samples })
}

fn parts(whole: &[u8], target: usize, sink: &mut dyn Sink) -> Option<Vec<Part>> {
    let head = whole.get(..super::HEAD).unwrap_or(whole);
    let charset = Charset::of(head);
    if !charset.splits_as_bytes() || target == 0 {
        return None;
    }
    let mut reader = Reader::new(head, charset, false);
    let mut parts: Vec<Part> = Vec::new();
    let (mut start, mut preamble) = (0, reader.preamble(true));
    feed(Input::Whole(whole).blocks().with_size(target.min(feed::STEP)), |bytes, offset, last| {
        let taken = reader.take(bytes, offset, last, sink);
        let end = offset + taken as u64;
        if !last && end < whole.len() as u64 && end - start >= target as u64 {
            let preamble = std::mem::replace(&mut preamble, reader.preamble(true));
            parts.push(Part { start, end, preamble });
            start = end;
        }
        taken
    });
    let last = match parts.is_empty() {
        true => Vec::new(),
        false => reader::without_more(&preamble),
    };
    parts.push(Part { start, end: whole.len() as u64, preamble: last });
    Some(parts)
}

/// Tells of every CREATE TABLE in a dump, without reading its rows: siblings that only fill
/// tables are read with these columns.
pub(super) fn schemas(bytes: &[u8], each: &mut dyn FnMut(&str, &[&str])) {
    static CREATE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(["CREATE", "create", "Create"]).ok());
    let flavor = flavor::of(&bytes[..bytes.len().min(super::HEAD)]);
    for hit in CREATE.iter().flat_map(|create| create.find_iter(bytes)) {
        let mut cursor = lexer::Cursor { bytes, at: hit.start(), flavor };
        if let Ok(Some(fill)) = statement::create_table(&mut cursor) {
            let columns: Vec<&str> = fill.columns.iter().map(String::as_str).collect();
            each(&fill.table, &columns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Category,
        format::{
            Wants,
            testing::{self, Collected},
        },
    };
    use proptest::prelude::*;

    fn claimed(text: &str, name: &str) -> Claim {
        Sql.claim(&Head { bytes: text.as_bytes(), name, whole: true })
    }

    /// Reads whole and in tiny blocks; both must say the same.
    fn read(text: &str) -> Collected {
        let whole = testing::read(&Sql, text.as_bytes());
        let mut blocks = Collected::default();
        let mut reader = Reader::new(text.as_bytes(), Charset::UTF8, false);
        feed(Input::Whole(text.as_bytes()).blocks().with_size(7), |bytes, offset, last| reader.take(bytes, offset, last, &mut blocks));
        reader.finish(&mut blocks);
        assert_eq!(whole.tables, blocks.tables, "{text}");
        assert_eq!(whole.problems, blocks.problems, "{text}");
        assert_eq!(whole.schemas, blocks.schemas, "{text}");
        whole
    }

    #[test]
    fn values_of_every_flavor_are_read() {
        let cases: &[(&str, &str, &[&str])] = &[
            (r"INSERT INTO `t` VALUES (1,'it\'s','a\nb',NULL),(2,'','\\',-1.5e3);", "-", &["1|it's|a\nb|~", "2||\\|-1.5e3"]),
            ("INSERT INTO t (a, b) VALUES ('it''s', 'C:\\dir\\');", "a|b", &["it's|C:\\dir\\"]),
            ("INSERT INTO t(a) VALUES (E'x\\ty\\u00e9\\101');", "a", &["x\tyéA"]),
            (
                "INSERT [dbo].[t] ([a], [b c]) VALUES (N'ü', CAST(N'2005-07-01' AS Date))\nGO\nINSERT [dbo].[t] ([a], [b c]) VALUES (2, 0x)",
                "a|b c",
                &["ü|2005-07-01", "2|0x"],
            ),
            ("INSERT INTO \"s\".\"t\" (\"A\") VALUES (TO_DATE('1990-01-02', 'yyyy-mm-dd'));", "A", &["1990-01-02"]),
            ("REPLACE INTO t VALUES (_binary 'x', X'6869', 0x6869, x'00ff');", "-", &["x|hi|hi|00ff"]),
            (
                "INSERT IGNORE INTO t VALUES (now(), md5('a,)b'), TRUE, 'a'::text, 1 + 2, date '2020-01-01');",
                "-",
                &["now()|md5('a,)b')|TRUE|a|1 + 2|2020-01-01"],
            ),
            ("INSERT INTO t VALUES (1, /* c */ 2), -- x (\n (3,4)\n;", "-", &["1|2", "3|4"]),
            ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = ';';INSERT INTO t VALUES (2) RETURNING id;", "-", &["1", "2"]),
            ("INSERT ALL INTO t (a) VALUES (1) INTO t (a) VALUES (2) SELECT * FROM dual;", "a", &["1", "2"]),
            ("INSERT INTO t VALUES (q'[it's]', \"dq\");", "-", &["it's|dq"]),
            (
                "COPY s.t (a, b) FROM stdin;\n1\tx\\ty\n\\N\t\\\\\n\\.\nINSERT INTO t (a, b) VALUES (3, 4);\n",
                "a|b",
                &["1|x\ty", "~|\\", "3|4"],
            ),
            ("COPY t (a) FROM stdin;\n\n\\N\n\\.\n", "a", &["", "~"]),
            ("SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('a\\'b');", "-", &["a'b"]),
            ("CREATE TABLE t (a int, b text, PRIMARY KEY (a));\nINSERT INTO t VALUES (1,'x');", "a|b", &["1|x"]),
            ("INSERT INTO t (a,b) VALUES (1,2);\nINSERT INTO t (a,b) VALUES (3,4);\n", "a|b", &["1|2", "3|4"]),
            ("INSERT INTO t VALUES (1,2);\nINSERT INTO t VALUES (1,2,3);\n", "-", &["1|2", "1|2|3"]),
        ];
        for (text, header, rows) in cases {
            let collected = read(text);
            assert_eq!(collected.table("t").header(), *header, "{text}");
            assert_eq!(collected.table("t").lines(), *rows, "{text}");
            assert_eq!(collected.problems, [], "{text}");
        }
    }

    #[test]
    fn routines_and_other_statements_hold_no_rows() {
        for text in [
            "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN INSERT INTO x VALUES (1); END ;;\nDELIMITER ;\nINSERT INTO t VALUES (1);",
            "CREATE TRIGGER a AFTER INSERT ON f BEGIN\n INSERT INTO x VALUES (1);\n UPDATE y SET z = CASE WHEN 1 THEN 2 END;\nEND;\nINSERT INTO t VALUES (1);",
            "CREATE FUNCTION f() RETURNS int AS $_$ BEGIN INSERT INTO x VALUES (1); END; $_$ LANGUAGE plpgsql;\nINSERT INTO t VALUES (1);",
            "CREATE PROC p AS\nBEGIN\nINSERT INTO x VALUES (1)\nEND\nGO\nINSERT INTO t VALUES (1)\nGO\n",
            "\\connect db\nSET IDENTITY_INSERT t ON\nINSERT INTO t VALUES (1)\n",
            "INSERT INTO x SELECT 'a;b' FROM y;\nINSERT INTO t VALUES (1);",
            "INSERT INTO x (SELECT 1);\n/*!50001 CREATE VIEW v AS SELECT 1 */;\n-- it's\nINSERT INTO t VALUES (1);",
        ] {
            let collected = read(text);
            assert_eq!(collected.tables.len(), 1, "{text}");
            assert_eq!(collected.table("t").lines(), ["1"], "{text}");
        }
    }

    #[test]
    fn statements_without_rows_are_handed_on_as_text() {
        let collected = testing::read(
            &Sql,
            b"-- from host db1\nCREATE USER 'u' IDENTIFIED BY 'p';\nINSERT INTO t VALUES (1);\nUPDATE t SET a = 'x';\n",
        );
        assert_eq!(collected.texts, ["-- from host db1\nCREATE USER 'u' IDENTIFIED BY 'p';\n", "\nUPDATE t SET a = 'x';\n"]);
    }

    #[test]
    fn columns_come_from_a_sibling_when_the_script_has_none() {
        let mut collected = Collected::default();
        collected.known.insert("t".to_owned(), vec!["a".to_owned(), "b".to_owned()]);
        Sql.read(Input::Whole(b"INSERT INTO `t` VALUES (1,2),(3);"), &mut collected);
        assert_eq!(collected.table("t").header(), "a|b");
        assert_eq!(collected.table("t").lines(), ["1|2", "3|~"]);
        assert_eq!(collected.categories(), [Category::Corrupt]);
    }

    #[test]
    fn a_broken_row_costs_itself() {
        let text = "INSERT INTO t VALUES (1,2),(3,;4),(5,6),\n(7,8);\nINSERT INTO t VALUES (9,,10);\nINSERT INTO t VALUES (11,12);\n";
        let collected = read(text);
        assert_eq!(collected.table("t").lines(), ["1|2", "5|6", "7|8", "11|12"]);
        assert_eq!(collected.categories(), [Category::Corrupt]);
    }

    const DUMP: &str = "-- MySQL dump\nCREATE TABLE `a` (`id` int, `n` text);\nINSERT INTO `a` VALUES (1,'x;\\'y\\n'),(2,'),(');\nCREATE TABLE `b` (`k` int);\nINSERT INTO `b` VALUES (1),\n(2);INSERT INTO `a` VALUES (3,'z');\n";

    #[test]
    fn truncation_keeps_complete_rows_and_is_told() {
        let whole = read(DUMP);
        for end in 0..DUMP.len() {
            let collected = read(&DUMP[..end]);
            for table in &collected.tables {
                let full = whole.table(table.name.as_deref().expect("a name"));
                assert_eq!(table.rows, full.rows[..table.rows.len()], "{end}");
            }
            let rows: usize = collected.tables.iter().map(|table| table.rows.len()).sum();
            assert!(rows >= DUMP[..end].matches("'),(").count().min(1), "{end}");
        }
        assert_eq!(read(&DUMP[..DUMP.len() - 5]).categories(), [Category::Truncated]);
        assert_eq!(read("COPY t (a) FROM stdin;\n1\n2\n").categories(), [Category::Truncated]);
    }

    #[test]
    fn parts_read_one_after_the_other_are_the_whole() {
        let mut script = DUMP.replace(";\n", ";;\n").replace(");I", ");;I").replace("dump\n", "dump\nDELIMITER ;;\n");
        script.push_str("COPY c (x, y) FROM stdin;\n");
        let copied = DUMP.to_owned() + "COPY c (x, y) FROM stdin;\n1\t2\n\\N\ta\\nb\n3\t4\n\\.\nINSERT INTO b VALUES (9);\n";
        for text in [DUMP, &script, &copied] {
            let whole = testing::read(&Sql, text.as_bytes());
            for target in 1..text.len() {
                let parts = testing::read_parts(&Sql, text.as_bytes(), target).expect("a plan");
                assert_eq!(whole.tables, parts.tables, "{target}\n{text}");
                assert_eq!(whole.problems, parts.problems, "{target}\n{text}");
                assert_eq!(
                    whole.texts.concat().replace(['\n', ' '], ""),
                    parts.texts.concat().replace(['\n', ' '], ""),
                    "{target}\n{text}"
                );
            }
            let samples = Sql.plan(text.as_bytes(), 10).expect("a plan").samples;
            assert_eq!(samples.len(), whole.tables.len());
            assert_eq!(samples[0].rows.len(), whole.tables[0].rows.len());
        }
    }

    #[test]
    fn scripts_are_claimed_and_prose_is_not() {
        for (text, name, expected) in [
            ("INSERT INTO t VALUES (1);", "x", Claim::Likely),
            ("\n-- c\nINSERT INTO t (a) VALUES (1);", "x.sql", Claim::Sure),
            ("-- MySQL dump\nSET NAMES utf8;\nINSERT INTO t VALUES (1);", "dump", Claim::Sure),
            ("CREATE TABLE t (a int);", "x", Claim::Likely),
            ("SET x = 1;", "x.sql", Claim::Weak),
            ("COPY t (a) FROM stdin;\n1\n\\.\n", "x", Claim::Likely),
            ("Insert into the machine a coin.", "x", Claim::No),
            ("Create table settings as you like.", "x", Claim::No),
            ("import os\nINSERT INTO t VALUES (1);", "x.py", Claim::No),
            ("id,name\n1,INSERT INTO t VALUES (1)\n", "x", Claim::No),
            ("", "x.sql", Claim::No),
        ] {
            assert_eq!(claimed(text, name), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(pieces in prop::collection::vec(prop::sample::select(vec![
            "INSERT INTO t ", "VALUES ", "(", ")", ",", ";", "'", "\\", "\"", "1", "NULL", "\n", "COPY t FROM stdin;\n", "\t", "\\.\n", "--", "/*", "*/",
            "CREATE TABLE t (a", "$$", "E'", "CAST(", "BEGIN ", "END", "`", "[", "GO\n", "x'", "ON ", "#", "DELIMITER ;;\n", "é", "q'[",
        ]), 0..40)) {
            let text = pieces.concat();
            claimed(&text, "a.sql");
            testing::read(&Sql, text.as_bytes());
            Sql.plan(text.as_bytes(), 5);
        }

        #[test]
        fn a_plan_that_steps_over_rows_cuts_where_one_that_reads_them_does(pieces in prop::collection::vec(prop::sample::select(vec![
            "(1,'x')", "(1,'x')", "(23,'a b')", "(NULL,'it''s')", ",", ",", ",", "('a','b')", "(1,'\\'),(')", "(4,'\\\\')", "(1,'),(2,')", "(1)", "(1,2,3)", "(", ")", "'", "''", "\"",
            "1", "a", "x'12'", "E'a\\'", "-", "--", "--\n", "/*", "*/", "\n", " ", ";", ";\nINSERT INTO u VALUES ", ";\nINSERT INTO t VALUES ", "now()", "+", "é", "CAST(1 AS int)",
        ]), 0..60), standard in any::<bool>(), target in 1usize..900) {
            let head = if standard { "PRAGMA x;\n" } else { "-- MySQL dump\n" };
            let plain = "(11,'plain, as most'),".repeat(12);
            let text = format!("{head}CREATE TABLE t (a int, b int);\nINSERT INTO t VALUES {plain}{}{plain}(5,'z');\n", pieces.concat());
            let cut = |wants| parts(text.as_bytes(), target, &mut Collected { wants, ..Collected::default() });
            prop_assert_eq!(cut(None), cut(Some(Wants::Nothing)), "{}", text);
        }

        #[test]
        fn strings_come_back_as_they_were_written(values in prop::collection::vec("[a-z'\\\\\n\t,();é\"]{0,12}", 1..20)) {
            let mysql: Vec<String> = values.iter().map(|value| format!("('{}')", value.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))).collect();
            let standard: Vec<String> = values.iter().map(|value| format!("('{}')", value.replace('\'', "''"))).collect();
            let copied: String = values.iter().map(|value| value.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t") + "\n").collect();
            for text in [
                format!("-- MySQL dump\nINSERT INTO t VALUES {};", mysql.join(",")),
                format!("PRAGMA x;\nINSERT INTO t VALUES {};", standard.join(",")),
                format!("-- PostgreSQL database dump\nCOPY t (a) FROM stdin;\n{copied}\\.\n"),
            ] {
                let collected = testing::read(&Sql, text.as_bytes());
                let read: Vec<String> = collected.table("t").rows.iter().map(|row| row[0].clone().expect("a value")).collect();
                prop_assert_eq!(&read, &values, "{}", text);
            }
        }
    }
}
