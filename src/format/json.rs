//! JSON: documents, JSON lines, concatenated values, MongoDB exports.
//!
//! Every object in a sequence or array is a row; nested members are columns with dotted paths
//! (`address.city`), arrays of values are joined in one cell, arrays of objects are tables of
//! their own whose last cell tells the row they lie in (counted from 0 within one reading, so within a part).
//! Columns may come late: the table is then announced again, wider.

mod reader;
pub(super) mod records;
mod scan;
mod tables;
mod unfold;

use super::{
    Claim, Format, Head, Part, Plan, Sink,
    charset::Charset,
    feed::{self, Opened, broken_stream, feed},
    sample::Sampler,
};
use crate::source::Input;
use reader::{Cuts, Reader, SEQUENCE};
use scan::{Scan, Stop};

/// JSON documents and JSON lines.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let charset = Charset::of(head.bytes);
        if charset.splits_as_bytes() { claim(head.bytes) } else { claim(charset.encoding.decode_with_bom_removal(head.bytes).0.as_bytes()) }
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
    let mut reader = Reader::new(opened.charset);
    let error = feed(opened.blocks, |bytes, offset, last| reader.take(bytes, offset, last, sink));
    reader.finish(sink);
    if let Some(error) = error {
        sink.problem(broken_stream(&error));
    }
}

/// Tokens looked at before a claim.
const LOOK: usize = 400;

/// Judges the first bytes: JSON's tokens in an order JSON may have, and more than a lone number or word.
fn claim(head: &[u8]) -> Claim {
    let mut scan = Scan { bytes: head, at: 0 };
    let Ok(first @ (b'{' | b'[')) = scan.token() else { return Claim::No };
    let (mut members, mut depth) = (0, 0usize);
    let mut before = b',';
    for _ in 0..LOOK {
        let Ok(byte) = scan.token() else { break };
        let value_may_stand = matches!(before, b',' | b':' | b'{' | b'[');
        match byte {
            b'{' | b'[' if value_may_stand || depth == 0 => {
                depth += 1;
                scan.at += 1;
            }
            b'}' | b']' if depth > 0 && before != b':' => {
                depth -= 1;
                scan.at += 1;
            }
            b',' if !matches!(before, b'{' | b'[' | b':') || depth == 0 => scan.at += 1,
            b':' if before == b'"' && depth > 0 => {
                members += 1;
                scan.at += 1;
            }
            b'{' | b'[' | b'}' | b']' | b',' | b':' => return Claim::No,
            _ if depth == 0 || !value_may_stand => return Claim::No,
            _ => match scan.scalar() {
                Ok(_) => {}
                Err(Stop::More) => break,
                Err(Stop::Wrong) => return Claim::No,
            },
        }
        before = if matches!(byte, b'\'' | b'"') { b'"' } else { byte };
    }
    match (members, first) {
        (1.., _) => Claim::Sure,
        (_, b'[') if depth == 0 || scan.at > 200 => Claim::Likely,
        (_, b'{') if depth == 0 => Claim::Likely,
        _ => Claim::No,
    }
}

/// Cuts a sequence or a top-level array between its elements. The file is read once for it: only
/// so are the tables inside its elements known, and the lines that only look like an element's end.
fn plan(whole: &[u8], target: usize) -> Option<Plan> {
    let charset = Charset::of(whole.get(..super::HEAD).unwrap_or(whole));
    if !charset.splits_as_bytes() || target == 0 {
        return None;
    }
    let mut sampler = Sampler::default();
    let mut reader = Reader::new(charset);
    reader.cuts = Some(Cuts { target: target as u64, ..Cuts::default() });
    feed(Input::Whole(whole).blocks().with_size(feed::STEP), |bytes, offset, last| reader.take(bytes, offset, last, &mut sampler));
    if !reader.is_closed() {
        return None;
    }
    let cuts = reader.cuts.take().filter(|cuts| !cuts.never)?;
    // Charsets are guessed by the head, which the parts have not.
    if charset != Charset::UTF8 && !cuts.at.is_empty() {
        return None;
    }
    let ends = cuts.at.iter().copied().filter(|at| *at < cuts.end).chain([whole.len() as u64]);
    let mut start = cuts.first;
    let part = |end| {
        let part = Part { start, end, preamble: vec![0xef, 0xbb, 0xbf, SEQUENCE] };
        start = end;
        part
    };
    Some(Plan { parts: ends.map(part).collect(), samples: sampler.samples })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Category,
        format::testing::{self, Collected},
    };
    use proptest::prelude::*;

    /// Reads whole and in tiny blocks; both must say the same.
    fn read(text: &str) -> Collected {
        let whole = testing::read(&Json, text.as_bytes());
        let mut blocks = Collected::default();
        let mut reader = Reader::new(Charset::UTF8);
        feed(Input::Whole(text.as_bytes()).blocks().with_size(5), |bytes, offset, last| reader.take(bytes, offset, last, &mut blocks));
        reader.finish(&mut blocks);
        assert_eq!(rows_by_name(&whole), rows_by_name(&blocks), "{text}");
        assert_eq!(whole.problems, blocks.problems, "{text}");
        whole
    }

    /// Every table's rows as `column=value`, so that tables with late columns compare equal.
    fn rows_by_name(collected: &Collected) -> Vec<(Option<String>, Vec<Vec<String>>)> {
        let row = |table: &testing::Table, row: &testing::Row| {
            let names = table.columns.iter().flatten();
            let mut cells: Vec<String> = names.zip(row).filter_map(|(name, cell)| Some(format!("{name}={}", cell.as_ref()?))).collect();
            // Rows of a narrower announcement end with the parent's number where others have a column.
            if table.parent.is_some() && row.len() < table.columns.as_ref().map_or(0, Vec::len) {
                cells.pop();
                cells.push(format!("#parent={}", row.last().cloned().flatten().unwrap_or_default()));
            }
            cells.sort();
            cells
        };
        let mut tables: Vec<_> =
            collected.tables.iter().map(|table| (table.name.clone(), table.rows.iter().map(|cells| row(table, cells)).collect())).collect();
        tables.sort();
        tables
    }

    /// All tables in one string: name, columns, rows.
    fn told(collected: &Collected) -> String {
        let table = |table: &testing::Table| {
            format!("{}({}){:?}", table.name.as_deref().unwrap_or(""), table.header(), table.lines()).replace('"', "")
        };
        collected.tables.iter().map(table).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn documents_unfold_into_tables() {
        for (text, expected) in [
            (r#"{"a":1,"b":"x"}"#, "(a|b)[1|x]"),
            ("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n", "(a|b)[1|x, 2|~]"),
            ("{\"a\":1}{\"b\":2}\n\n{\"a\":3}", "(a|b)[1|~, ~|2, 3|~]"),
            (r#"[{"a":{"b":{"c":1}},"d":["x",2,null,"y"]}]"#, "(a.b.c|d)[1|x; 2; y]"),
            (r#"[{"_id":{"$oid":"f00"},"t":{"$date":{"$numberLong":"5"}},"n":{"$numberInt":"7"}}]"#, "(_id|t|n)[f00|5|7]"),
            (r#"{"_id":ObjectId("f00"),"t":ISODate("2020-01-01"),}"#, "(_id|t)[f00|2020-01-01]"),
            (r#"[{"n":"A","o":[{"i":1},{"i":2}]},{"n":"B","o":[{"i":3}]}]"#, "(n)[A, B] o(i|#parent)[1|0, 2|0, 3|1]"),
            (
                r#"{"C":[{"n":"A","o":[{"p":[{"q":1}],"i":1}]}],"G":[{"x":1},{"x":2}]}"#,
                "C(n)[A] C.o(i|#parent)[1|0] C.o.p(q|#parent)[1|0] G(x)[1, 2]",
            ),
            (r#"{"1001":{"n":"A","c":1},"1002":{"n":"B","c":2}}"#, "(key|n|c)[1001|A|1, 1002|B|2]"),
            (r#"{"v":1,"u":{"7":{"n":"A"},"8":{"n":"B"}}}"#, "(v)[1] u(key|n|#parent)[7|A|0, 8|B|0]"),
            (r#"{"u":{"7":{"n":"A"},"8":{"n":"B"}}}"#, "u(key|n)[7|A, 8|B]"),
            (r#"{"data":{"users":[{"n":"A"}]}}"#, "data.users(n)[A]"),
            (r#"{"n":"A","home":{"city":"X"},"work":{"city":"Y"}}"#, "(n|home.city|work.city)[A|X|Y]"),
            (r#"["a","b"]"#, "(value)[a, b]"),
            (r#"[["a",1],["b",2]]"#, "(1|2)[a|1, b|2]"),
            ("[\"a\",1]\n[\"b\",2]\n", "(1|2)[a|1, b|2]"),
            (r#"{"a":"q\"\\\/\n\u00e9\ud83d\ude00\ud800"}"#, "(a)[q\\\\\\/\\né😀\u{fffd}]"),
            ("// c\n{\"a\":NaN,\"b\":.5, /* d */ \"c\":true,}", "(a|b|c)[~|.5|true]"),
            ("\u{feff}{\"a\":1}", "(a)[1]"),
            (r#"{"a":{},"b":[],"c":""}"#, "(c)[]"),
        ] {
            let collected = read(text);
            assert_eq!(told(&collected).replace("\\\"", "\\\\"), expected, "{text}");
            assert_eq!(collected.problems, [], "{text}");
        }
    }

    #[test]
    fn a_broken_line_costs_itself() {
        let collected = read("{\"a\":1}\n{\"a\":2,\"b\":\n{\"a\":\"x\n{\"a\":3}\nnot json\n{\"a\":4}\n");
        assert_eq!(told(&collected), "(a)[1, 3, 4]");
        assert_eq!(collected.categories(), [Category::Corrupt]);
        let array = read("[{\"a\":1},\n{\"a\":oops},\n{\"a\":3}]");
        assert_eq!(told(&array), "(a)[1, 3]");
        assert_eq!(array.categories(), [Category::Corrupt]);
    }

    #[test]
    fn truncation_keeps_complete_rows_and_is_told() {
        for text in [
            "[{\"a\":1,\"b\":[{\"c\":\"x\\n\"}]},{\"a\":2}]",
            "{\"a\":1,\"b\":[{\"c\":\"x\\n\"}]}\n{\"a\":2}",
            "{\"t\":[{\"a\":1},{\"a\":2}],\"u\":[{\"b\":3}]}",
        ] {
            // A document cut off is read member by member, its tables without links.
            let unlinked = |text: &str| {
                let mut tables = rows_by_name(&read(text));
                tables.iter_mut().flat_map(|table| &mut table.1).for_each(|row| row.retain(|cell| !cell.starts_with("#parent=")));
                tables
            };
            let whole = unlinked(text);
            for end in 0..text.len() {
                for (name, rows) in unlinked(&text[..end]) {
                    let full = &whole.iter().find(|table| table.0 == name).expect("no table but those of the whole").1;
                    assert_eq!(rows, full[..rows.len()], "{}", &text[..end]);
                }
            }
            assert_eq!(read(&text[..text.len() - 1]).categories(), [Category::Truncated], "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!("{{\"a\":1,\"b\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let collected = testing::read(&Json, deep.as_bytes());
        assert_eq!(collected.categories(), [Category::Limit]);
        assert_eq!(told(&collected), "(a)[1]");
        testing::read(&Json, "{\"a\":".repeat(100_000).as_bytes());
    }

    #[test]
    fn what_is_too_wide_is_told_and_the_rest_is_read() {
        let wide: String = (0..5000).map(|i| format!("\"k{i}\":{{\"x\":[{{\"y\":{i}}}],\"z\":[1,[2]]}},")).collect();
        let text = format!("{{\"a\":1,{wide}\"b\":2}}\n{{\"a\":3}}\n");
        let collected = testing::read(&Json, text.as_bytes());
        let table = collected.tables.iter().find(|table| table.name.is_none()).expect("the rows");
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[1][0].as_deref(), Some("3"));
        assert_eq!(collected.categories(), [Category::Limit]);
    }

    #[test]
    fn parts_read_one_after_the_other_are_the_whole() {
        let lines: String =
            (0..200).map(|i| format!("{{\"i\":{i},\"s\":\"a\\nb\",\"o\":[{{\"x\":{i}}}],\"late{}\":1}}\n", i / 50)).collect();
        let array = format!("[\n{}\n]\n", lines.trim().replace('\n', ",\n"));
        let pretty = lines.replace(',', ",\n ");
        for text in [&lines, &array, &pretty] {
            let whole = testing::read(&Json, text.as_bytes());
            for target in [1, 7, 100, 1000, 100_000] {
                let plan = Json.plan(text.as_bytes(), target).expect("a plan");
                assert_eq!(plan.samples.len(), 2);
                let mut joined: Vec<Vec<String>> = Vec::new();
                let mut inner = 0;
                for part in &plan.parts {
                    let mut bytes = part.preamble.clone();
                    bytes.extend_from_slice(&text.as_bytes()[part.start as usize..part.end as usize]);
                    let collected = testing::read(&Json, &bytes);
                    assert_eq!(collected.problems, [], "{}", String::from_utf8_lossy(&bytes));
                    joined.extend(rows_by_name(&collected).into_iter().filter(|table| table.0.is_none()).flat_map(|table| table.1));
                    inner += collected.tables.iter().filter(|table| table.name.is_some()).map(|table| table.rows.len()).sum::<usize>();
                }
                let expected = &rows_by_name(&whole)[0].1;
                assert_eq!(&joined, expected, "{target}");
                assert_eq!(inner, 200);
            }
        }
        for text in ["{\"a\":1}", "{\"t\":[{\"a\":1},{\"a\":2}]}", "[{\"a\":1},{\"a\""] {
            assert!(Json.plan(text.as_bytes(), 3).is_none(), "{text}");
        }
    }

    #[test]
    fn json_is_claimed_and_what_looks_like_it_is_not() {
        for (text, expected) in [
            ("{\"a\":1}", Claim::Sure),
            ("\n [ {\"a\" : [1,2", Claim::Sure),
            ("[\"a\",\"b\"]", Claim::Likely),
            ("{}", Claim::Likely),
            ("[section]\nkey=value", Claim::No),
            ("[2024] started\n", Claim::No),
            ("[12:00:01] <bob> hi", Claim::No),
            ("{% if x %}", Claim::No),
            ("{\\rtf1\\ansi", Claim::No),
            ("{\"a\" 1}", Claim::No),
            ("plain", Claim::No),
            ("", Claim::No),
        ] {
            assert_eq!(Json.claim(&Head { bytes: text.as_bytes(), name: "x", whole: true }), expected, "{text}");
        }
    }

    /// Flat objects as serde_json has them.
    fn flat() -> impl Strategy<Value = Vec<std::collections::BTreeMap<String, String>>> {
        prop::collection::vec(prop::collection::btree_map("[a-z\"\\\\é]{1,4}", "[ -~é😀\n\t]{0,8}", 1..5), 2..20)
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"7\"", "\"", "\\", "1", "null", "\n", "{\"a\":1}", "{\"7\":{\"a\":1}}", "/*", "//", "$oid", "\"$oid\":", "ISODate(", ")", "\u{1e}", "é", "'", "-",
        ]), 0..40)) {
            let text = pieces.concat();
            Json.claim(&Head { bytes: text.as_bytes(), name: "x", whole: true });
            testing::read(&Json, text.as_bytes());
            Json.plan(text.as_bytes(), 3);
        }

        #[test]
        fn serde_json_agrees_on_what_it_wrote(objects in flat()) {
            let lines: String = objects.iter().map(|object| serde_json::to_string(object).expect("strings") + "\n").collect();
            let pretty = serde_json::to_string_pretty(&objects).expect("strings");
            let expected: Vec<Vec<String>> = objects.iter().map(|object| {
                let mut cells: Vec<String> = object.iter().map(|(key, value)| format!("{key}={value}")).collect();
                cells.sort();
                cells
            }).collect();
            for text in [lines, pretty] {
                let collected = read(&text);
                let tables = rows_by_name(&collected);
                prop_assert_eq!(&tables[0].1, &expected);
            }
        }
    }
}
