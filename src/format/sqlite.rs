//! SQLite databases: every row of every table, by an own reader of the file format.
//!
//! Reading needs no SQLite, opens no file, runs no SQL of the evidence and survives damage: a
//! broken page or cell costs its rows. Deleted rows are not looked for.

mod page;
mod record;

use super::{Cell, Claim, Format, Head, Rows, Sink, TableSpec, feed::broken_stream, sql::statement::columns_of};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use page::{Damage, Database, MAGIC, State};
use record::{Value, Values};

/// Rows handed on at once, and the bytes of their values after which they are.
const BATCH: usize = 2048;
const BATCH_BYTES: usize = 8 << 20;
/// More columns than SQLite allows (SQLITE_MAX_COLUMN at most).
const WIDEST: usize = 32_767;

/// SQLite databases.
#[derive(Clone, Copy, Debug)]
pub struct Sqlite;

impl Format for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        if let Some(error) = &error {
            sink.problem(broken_stream(error));
        }
        let Some(database) = Database::open(&bytes) else {
            let what = "the header is no database's: encrypted or damaged";
            sink.problem(Problem::new(Category::Corrupt, what).not_examined(bytes.len() as u64));
            return;
        };
        if database.pages() < database.claimed_pages() {
            sink.problem(Problem::new(Category::Truncated, "fewer pages than the header says"));
        }
        let mut state = State::default();
        for table in tables(&database, &mut state) {
            read_table(&database, &table, &mut state, sink);
        }
        tell(state.damage, sink);
    }
}

fn tell(damage: Damage, sink: &mut dyn Sink) {
    if damage.pages + damage.cells + damage.beyond == 0 {
        return;
    }
    let Damage { pages, cells, beyond } = damage;
    let detail = format!("damaged: {pages} pages of no known kind or met twice, {cells} cells, {beyond} pages missing");
    sink.problem(Problem::new(Category::Corrupt, detail));
}

/// A table of the schema.
struct Table {
    name: String,
    root: u32,
    /// None if its SQL cannot be made out.
    columns: Option<Vec<String>>,
    /// Of each value of the record, the column it belongs to.
    order: Vec<usize>,
    /// The column that is another name for the rowid.
    rowid: Option<usize>,
}

/// The tables of the schema (section 2.6): rows of type `table` of the b-tree at page 1.
fn tables(database: &Database<'_>, state: &mut State) -> Vec<Table> {
    let mut found = Vec::new();
    database.rows(1, state, &mut |_, record| {
        let values: Vec<Value<'_>> = Values::of(record).collect();
        let text = |at: usize| match values.get(at) {
            Some(Value::Text(text)) => {
                let mut utf8 = Vec::new();
                record::push_text(text, database.encoding, &mut utf8);
                String::from_utf8(utf8).ok()
            }
            _ => None,
        };
        let root = match values.get(3) {
            Some(Value::Integer(root)) => u32::try_from(*root).unwrap_or_default(),
            _ => 0,
        };
        // Virtual tables have no pages of their own.
        if text(0).as_deref() == Some("table") && root != 0 {
            let name = text(1).unwrap_or_default();
            found.push(table(name, root, &text(4).unwrap_or_default()));
        }
    });
    found
}

fn table(name: String, root: u32, sql: &str) -> Table {
    let mut columns = columns_of(sql);
    let words: Vec<String> = words(sql);
    let without_rowid = words.windows(2).any(|pair| pair[0] == "WITHOUT" && pair[1] == "ROWID");
    let (mut order, mut rowid) = (Vec::new(), None);
    if let Some(columns) = &mut columns {
        let definitions = definitions(sql);
        // Generated columns that are not stored have no value in the record.
        let stored = |column: &usize| !definitions.get(*column).is_some_and(|words| is_virtual(words));
        let key = if without_rowid { key_columns(columns, &definitions, sql) } else { Vec::new() };
        order.extend(key.iter().copied());
        order.extend((0..columns.len()).filter(stored).filter(|column| !key.contains(column)));
        if !without_rowid {
            rowid = rowid_column(columns, &definitions, sql);
        }
    }
    Table { name, root, columns, order, rowid }
}

/// Upper-case words outside of quotes and comments.
fn words(sql: &str) -> Vec<String> {
    let (mut words, mut word, mut closing, mut before) = (Vec::new(), String::new(), None, ' ');
    for letter in sql.chars().chain([' ']) {
        match closing {
            Some(end) => closing = closing.filter(|_| letter != end),
            None if matches!(letter, '\'' | '"' | '`' | '[') => closing = Some(if letter == '[' { ']' } else { letter }),
            None if letter == '-' && before == '-' => closing = Some('\n'),
            None if letter.is_alphanumeric() || letter == '_' => {
                word.extend(letter.to_uppercase());
                before = letter;
                continue;
            }
            None => {}
        }
        before = letter;
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter == '(' || letter == ')' || letter == ',' {
            words.push(letter.to_string());
        }
    }
    words
}

/// The words of each column's definition, its name left out.
fn definitions(sql: &str) -> Vec<Vec<String>> {
    let Some(open) = sql.find('(') else { return Vec::new() };
    let (mut depth, mut list, mut current) = (0i32, Vec::new(), Vec::new());
    for word in words(&sql[open + 1..]) {
        match word.as_str() {
            "(" => depth += 1,
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            "," if depth == 0 => list.push(std::mem::take(&mut current)),
            _ => {}
        }
        if word != "," || depth > 0 {
            current.push(word);
        }
    }
    list.push(current);
    list
}

fn is_virtual(words: &[String]) -> bool {
    let generated = words.windows(2).any(|pair| pair[0] == "AS" && pair[1] == "(");
    generated && !words.iter().any(|word| word == "STORED")
}

/// The columns of a PRIMARY KEY, by its column constraint or the table's.
fn key_columns(columns: &[String], definitions: &[Vec<String>], sql: &str) -> Vec<usize> {
    let has_key = |words: &Vec<String>| words.windows(2).any(|pair| pair[0] == "PRIMARY" && pair[1] == "KEY");
    let own =
        definitions.iter().take(columns.len()).position(|words| has_key(words) && !matches!(words[0].as_str(), "PRIMARY" | "CONSTRAINT"));
    if let Some(column) = own {
        return vec![column];
    }
    let upper = sql.to_ascii_uppercase();
    let Some(list) = upper.rfind("PRIMARY KEY").and_then(|at| sql.get(at..)).and_then(|rest| rest.split_once('(')) else {
        return Vec::new();
    };
    let names = list.1.split(')').next().unwrap_or_default().split(',');
    let bare = |name: &str| {
        let name = name.trim();
        match name.chars().next() {
            Some('"' | '`' | '\'' | '[') => name[1..].split(['"', '`', '\'', ']']).next().unwrap_or_default().to_owned(),
            _ => name.split_whitespace().next().unwrap_or_default().to_owned(),
        }
    };
    let mut key: Vec<usize> = Vec::new();
    for name in names.map(bare) {
        let column = columns.iter().position(|column| column.eq_ignore_ascii_case(&name));
        key.extend(column.filter(|column| !key.contains(column)));
    }
    key
}

/// The column that is the rowid: the only one of the PRIMARY KEY, of type INTEGER (section 2.3, "lang_createtable").
fn rowid_column(columns: &[String], definitions: &[Vec<String>], sql: &str) -> Option<usize> {
    let key = key_columns(columns, definitions, sql);
    let [column] = key.as_slice() else { return None };
    let words = definitions.get(*column)?;
    // A quoted name is no word; a plain one is the first.
    let kind = words.iter().find(|word| !word.eq_ignore_ascii_case(&columns[*column]))?;
    (kind == "INTEGER").then_some(*column)
}

/// Hands on the rows of a table.
fn read_table(database: &Database<'_>, table: &Table, state: &mut State, sink: &mut dyn Sink) {
    let mut names: Option<Vec<&str>> = table.columns.as_ref().map(|columns| columns.iter().map(String::as_str).collect());
    if let Some(names) = &names {
        sink.schema(&table.name, names);
    }
    let (mut cells, mut arena): (Vec<Cell>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut width = names.as_ref().map_or(0, Vec::len);
    let mut id = None;
    let mut broken = 0;
    database.rows(table.root, state, &mut |rowid, record| {
        let first = cells.len();
        cells.resize(first + width, Cell::NULL);
        let mut values = Values::of(record);
        for (place, value) in values.by_ref().enumerate().take(WIDEST) {
            let column = table.order.get(place).copied().unwrap_or(place);
            let cell = match value {
                Value::Null if table.rowid == Some(column) => record::cell(Value::Integer(rowid), database.encoding, &mut arena),
                value => record::cell(value, database.encoding, &mut arena),
            };
            if column < width {
                cells[first + column] = cell;
            } else if id.is_none() && first == 0 {
                // The first row may tell of columns the schema's SQL does not, or that there are any.
                names.iter_mut().for_each(|names| names.push(""));
                cells.push(cell);
                width = cells.len();
            }
        }
        broken += u64::from(!values.whole);
        if width > 0 && (cells.len() >= BATCH * width || arena.len() >= BATCH_BYTES) {
            let spec = TableSpec { name: Some(&table.name), columns: names.as_deref(), width, parent: None };
            let table = *id.get_or_insert_with(|| sink.table(&spec));
            sink.rows(&Rows { table, width, cells: &cells, bytes: &[], arena: &arena });
            cells.clear();
            arena.clear();
        }
    });
    state.damage.cells += broken;
    let spec = TableSpec { name: Some(&table.name), columns: names.as_deref(), width, parent: None };
    let id = id.unwrap_or_else(|| sink.table(&spec));
    if !cells.is_empty() {
        sink.rows(&Rows { table: id, width, cells: &cells, bytes: &[], arena: &arena });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing;
    use proptest::prelude::*;
    use rusqlite::{Connection, types::Value as Stored};

    /// The bytes of a database made by this SQL, with values put in by hand.
    fn database(sql: &str, blobs: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let connection = Connection::open(&path).expect("a database");
        connection.execute_batch("PRAGMA synchronous=OFF").expect("valid SQL");
        connection.execute_batch(sql).expect("valid SQL");
        for (statement, blob) in blobs {
            connection.execute(statement, [blob]).expect("valid SQL");
        }
        drop(connection);
        std::fs::read(&path).expect("the file")
    }

    #[test]
    fn rows_are_what_sqlite_has() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO t VALUES (7,'A'),(-3,NULL);", "id|n", &["-3|~", "7|A"]),
            (
                "CREATE TABLE t (a, b REAL, c); INSERT INTO t VALUES (1, 2, 0.5), (0, -9223372036854775808, 'é');",
                "a|b|c",
                &["1|2|0.5", "0|-9.223372036854776e18|é"],
            ),
            (
                "CREATE TABLE t (b TEXT, a TEXT, c INT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO t VALUES ('2','x',9),('1','x',8);",
                "b|a|c",
                &["1|x|8", "2|x|9"],
            ),
            ("CREATE TABLE t (v INT, k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES (1,'b'),(2,'a');", "v|k", &["2|a", "1|b"]),
            ("PRAGMA encoding='UTF-16le'; CREATE TABLE t (n); INSERT INTO t VALUES ('größe');", "n", &["größe"]),
            ("PRAGMA encoding='UTF-16be'; CREATE TABLE t (n); INSERT INTO t VALUES ('größe');", "n", &["größe"]),
            (
                "CREATE TABLE t (a); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES (2,3);",
                "a|b",
                &["1|~", "2|3"],
            ),
            ("CREATE TABLE t (a, g AS (a+1), s AS (a+2) STORED, z); INSERT INTO t (a,z) VALUES (1,9);", "a|g|s|z", &["1|~|3|9"]),
            ("CREATE TABLE t (\"a b\" INTEGER, c, PRIMARY KEY(\"a b\")); INSERT INTO t VALUES (5,'x');", "a b|c", &["5|x"]),
            ("CREATE TABLE t (a INT PRIMARY KEY, c); INSERT INTO t VALUES (NULL,'x');", "a|c", &["~|x"]),
            ("CREATE TABLE t (a); INSERT INTO t VALUES (x'6869'), (x'00ff');", "a", &["hi", "~"]),
            ("CREATE TABLE t (a);", "-", &[]),
        ];
        for (sql, header, rows) in cases {
            let collected = testing::read(&Sqlite, &database(sql, &[]));
            let table = collected.table("t");
            assert!(table.header() == *header || rows.is_empty(), "{sql}: {}", table.header());
            assert_eq!(table.lines(), *rows, "{sql}");
            assert_eq!(collected.problems, [], "{sql}");
        }
    }

    /// A database of several pages, overflow pages and depths, and its rows.
    fn grown(page_size: usize) -> (Vec<u8>, Vec<String>) {
        let sql = format!(
            "PRAGMA page_size={page_size}; CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 3000)
             INSERT INTO t SELECT i, printf('%.*c', (i * i) % 2500, char(97 + i % 26)) FROM n;"
        );
        let rows = (1..=3000u32).map(|i| format!("{i}|{}", char::from(b'a' + (i % 26) as u8).to_string().repeat((i * i % 2500) as usize)));
        (database(&sql, &[]), rows.collect())
    }

    #[test]
    fn overflow_pages_and_deep_trees_are_followed() {
        for page_size in [512, 1024, 4096, 65536] {
            let (bytes, rows) = grown(page_size);
            let collected = testing::read_stream(&Sqlite, &bytes);
            let lines = collected.table("t").lines();
            // printf('%.0c') writes one letter all the same.
            let same = lines.iter().zip(&rows).filter(|(line, row)| line == row || row.ends_with('|')).count();
            assert_eq!((lines.len(), same), (3000, 3000), "{page_size}");
            assert_eq!(collected.problems, []);
        }
    }

    #[test]
    fn damage_is_survived_and_told() {
        let (bytes, _) = grown(1024);
        let cut = testing::read(&Sqlite, &bytes[..bytes.len() / 2]);
        assert!(cut.categories().contains(&Category::Truncated));
        assert!(!cut.table("t").rows.is_empty());
        let mut noise = bytes.clone();
        noise[1024 * 5..1024 * 40].fill(0xa5);
        assert!(testing::read(&Sqlite, &noise).categories().contains(&Category::Corrupt));
        let encrypted: Vec<u8> = (0..4096u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        assert_eq!(testing::read(&Sqlite, &encrypted).categories(), [Category::Corrupt]);
        for end in (0..4096).step_by(7) {
            testing::read(&Sqlite, &bytes[..end]);
        }
    }

    #[test]
    fn a_tree_that_loops_ends() {
        let (mut bytes, _) = grown(1024);
        // Every interior page points to page 2.
        for page in bytes.chunks_exact_mut(1024).skip(1).filter(|page| page[0] == 5) {
            page[8..12].copy_from_slice(&2u32.to_be_bytes());
        }
        assert!(testing::read(&Sqlite, &bytes).categories().contains(&Category::Corrupt));
    }

    fn stored() -> impl Strategy<Value = Stored> {
        prop_oneof![
            Just(Stored::Null),
            any::<i64>().prop_map(Stored::Integer),
            (-1000i64..1000).prop_map(Stored::Integer),
            "[a-zé ]{0,30}".prop_map(Stored::Text),
            "[a-z]{600,700}".prop_map(Stored::Text),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn rusqlite_agrees(rows in prop::collection::vec((stored(), stored(), stored()), 1..60)) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("x.db");
            let connection = Connection::open(&path).expect("a database");
            connection.execute_batch("PRAGMA page_size=512; PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; CREATE TABLE t (a, b, c); BEGIN").expect("valid SQL");
            for row in &rows {
                connection.execute("INSERT INTO t VALUES (?1, ?2, ?3)", (&row.0, &row.1, &row.2)).expect("valid SQL");
            }
            connection.execute_batch("COMMIT").expect("valid SQL");
            drop(connection);
            let text = |value: &Stored| match value {
                Stored::Integer(number) => Some(number.to_string()),
                Stored::Text(text) => Some(text.clone()),
                _ => None,
            };
            let expected: Vec<Vec<Option<String>>> = rows.iter().map(|row| vec![text(&row.0), text(&row.1), text(&row.2)]).collect();
            let collected = testing::read(&Sqlite, &std::fs::read(&path).expect("the file"));
            prop_assert_eq!(&collected.table("t").rows, &expected);
        }

        #[test]
        fn any_change_is_survived(changes in prop::collection::vec((0usize..8192, any::<u8>()), 1..60)) {
            static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
            let mut bytes = BYTES.get_or_init(|| {
                database("PRAGMA page_size=512; CREATE TABLE t (a INTEGER PRIMARY KEY, b);
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 60) INSERT INTO t SELECT i, printf('%.*c', i * 20, 'x') FROM n;", &[])
            }).clone();
            for (at, byte) in changes {
                let at = 18 + at % (bytes.len() - 18);
                bytes[at] = byte;
            }
            testing::read(&Sqlite, &bytes);
        }
    }
}
