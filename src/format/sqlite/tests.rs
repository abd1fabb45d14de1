//! Databases made by SQLite itself, read by both.

use super::super::{
    Format, Head, Input, Sink,
    testing::{self, Collected, Row},
};
use super::{number, record::is_text, *};
use proptest::prelude::*;
use rusqlite::{Connection, params_from_iter, types::Value, types::ValueRef};
use std::fmt::Write;

/// A database on disk and what SQLite reads from it.
struct Made {
    bytes: Vec<u8>,
    /// Names, column names and rows, in the order of `sqlite_schema`.
    tables: Vec<(String, Vec<String>, Vec<Row>)>,
}

fn make(build: impl FnOnce(&Connection)) -> Made {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.db");
    let connection = Connection::open(&path).expect("a new database");
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY").expect("pragmas");
    build(&connection);
    let list = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut statement = connection.prepare(list).expect("a list of tables");
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).expect("names").collect::<Result<_, _>>().expect("names");
    drop(statement);
    let tables = names.into_iter().map(|name| read_by_sqlite(&connection, name)).collect();
    connection.close().expect("closed");
    Made { bytes: std::fs::read(&path).expect("the file"), tables }
}

fn read_by_sqlite(connection: &Connection, name: String) -> (String, Vec<String>, Vec<Row>) {
    // Virtual generated columns (hidden = 2) are not stored.
    let columns = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 2 ORDER BY cid";
    let mut statement = connection.prepare(columns).expect("columns");
    let columns: Vec<String> = statement.query_map([&name], |row| row.get(0)).expect("columns").collect::<Result<_, _>>().expect("columns");
    let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
    let list = columns.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let mut statement = connection.prepare(&format!("SELECT {list} FROM {} NOT INDEXED", quoted(&name))).expect("rows");
    let mut query = statement.query([]).expect("rows");
    let mut rows = Vec::new();
    while let Some(row) = query.next().expect("a row") {
        rows.push((0..columns.len()).map(|column| shown(row.get_ref(column).expect("a value"))).collect());
    }
    drop(query);
    (name, columns, rows)
}

fn shown(value: ValueRef<'_>) -> Option<String> {
    let mut into = Vec::new();
    match value {
        ValueRef::Null => return None,
        ValueRef::Integer(whole) => number::integer(whole, &mut into),
        ValueRef::Real(real) => number::real(real, &mut into),
        ValueRef::Text(text) => into.extend_from_slice(text),
        ValueRef::Blob(blob) if is_text(blob) => into.extend_from_slice(blob),
        ValueRef::Blob(_) => return None,
    }
    Some(String::from_utf8_lossy(&into).into_owned())
}

/// Both read the same.
#[track_caller]
fn agree(made: &Made, what: &str) {
    let whole = testing::read(&Sqlite, &made.bytes);
    let stream = testing::read_stream(&Sqlite, &made.bytes);
    assert_eq!(whole.problems, [], "{what}");
    assert_eq!(whole.tables, stream.tables, "{what}");
    let names: Vec<_> = whole.tables.iter().map(|table| table.name.clone().unwrap_or_default()).collect();
    assert_eq!(names, made.tables.iter().map(|(name, _, _)| name.clone()).collect::<Vec<_>>(), "{what}");
    for (name, columns, rows) in &made.tables {
        let table = whole.table(name);
        assert_eq!(table.columns.as_ref(), Some(columns), "{what}");
        assert_eq!(whole.schemas.get(name), Some(columns), "{what}");
        assert_eq!(table.rows.len(), rows.len(), "{what}: {name}");
        for (at, (ours, theirs)) in table.rows.iter().zip(rows).enumerate() {
            assert_eq!(ours, theirs, "{what}: {name}, row {at}");
        }
    }
}

/// A script that fills table `t` with rows made from the numbers 1 to `rows`, as `n`.
fn filled(create: &str, columns: &str, values: &str, rows: u32) -> String {
    format!(
        "{create}; WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) INSERT INTO t({columns}) SELECT {values} FROM c"
    )
}

#[test]
fn every_shape_of_table_reads_as_sqlite_reads_it() {
    let long = "printf('%.*c', n * 37 % 9000, 'x') || 'end'";
    for script in [
        "SELECT 1".to_owned(),
        "CREATE TABLE t(a, b)".to_owned(),
        "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, NULL), (-1, 2.5), ('x', x'00ff'), (x'616263', ''), (9223372036854775807, -9223372036854775808)".to_owned(),
        "CREATE TABLE t(a INT, b REAL, c TEXT, d NUMERIC); INSERT INTO t VALUES (5, 5, 5, 5), ('7', '7', '7', '7.0'), (0, 0, 0, 0), (1, 1, 1, 1), (1e300, -3, 1.5, 1e15), (4111111111111111.0, 1e16, 0, 2e17)".to_owned(),
        "CREATE TABLE t(a, b); INSERT INTO t VALUES (127, -128), (32767, -32768), (8388607, -8388608), (2147483647, -2147483648), (140737488355327, -140737488355328)".to_owned(),
        filled("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)", "name", "'name ' || n", 5000),
        filled("CREATE TABLE t(id INTEGER PRIMARY KEY DESC, name TEXT)", "name", "'name ' || n", 10),
        filled("CREATE TABLE t(name TEXT, id INTEGER, PRIMARY KEY(id))", "id, name", "-n, 'name ' || n", 3000),
        filled("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)", "body", long, 300),
        filled("CREATE TABLE t(a, b, c TEXT, PRIMARY KEY(c, a)) WITHOUT ROWID", "a, b, c", "n, n * 1.0, 'k' || (n % 7)", 4000),
        filled("CREATE TABLE t(k TEXT PRIMARY KEY, r REAL, v) WITHOUT ROWID", "k, r, v", &format!("n || {long}, n, {long}"), 200),
        filled("CREATE TABLE t(a, b, c, PRIMARY KEY(b, b, [A] COLLATE nocase DESC)) WITHOUT ROWID", "a, b, c", "n, n % 3, n", 50),
        filled("CREATE TABLE t(a INT, b TEXT) STRICT", "a, b", "n, n", 20),
        filled("CREATE TABLE t(a INTEGER, v AS (a * 2), s TEXT AS (a || 'x') STORED, z)", "a, z", "n, 'z'", 20),
        filled("CREATE TABLE t(a)", "a", "n", 3)
            + "; ALTER TABLE t ADD COLUMN b; ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'it''s'; ALTER TABLE t ADD COLUMN d REAL DEFAULT 5;
               ALTER TABLE t ADD COLUMN e DEFAULT -1.5; ALTER TABLE t ADD COLUMN f TEXT DEFAULT 2.50; ALTER TABLE t ADD COLUMN g INT DEFAULT '12';
               ALTER TABLE t ADD COLUMN h INT NOT NULL DEFAULT 0x1F; ALTER TABLE t ADD COLUMN i DEFAULT TRUE; ALTER TABLE t ADD COLUMN j DEFAULT x'6869';
               ALTER TABLE t ADD COLUMN k DEFAULT (7); ALTER TABLE t ADD COLUMN l NUMERIC DEFAULT 3.0; ALTER TABLE t ADD COLUMN m DEFAULT \"word\";
               INSERT INTO t(a) VALUES (4); UPDATE t SET b = 'set' WHERE a = 2",
        filled("CREATE TABLE t(a, b, c)", "a, b, c", "n, 'drop', 'me'", 30) + "; ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME COLUMN c TO \"c d\"",
        filled("CREATE TABLE t(a, b)", "a, b", "n, 'copy'", 30) + "; CREATE TABLE u AS SELECT a AS \"x y\", b, a * 0.5 AS r, 7 FROM t",
        filled("CREATE TABLE t(a, b)", "a, b", &format!("n, {long}"), 900) + "; DELETE FROM t WHERE a % 3 = 0; UPDATE t SET b = 'short' WHERE a % 5 = 0",
        filled("CREATE TABLE \"odd \"\"name\"(a, [b c], `d` /* , e */, -- f,\n 'g' TEXT CHECK (g IN ('(', ')')))", "a", "n", 0).split("; WITH").next().unwrap_or_default().to_owned()
            + "; INSERT INTO \"odd \"\"name\" VALUES (1, 2, 3, ')')",
        "CREATE TABLE t(a UNIQUE, b REFERENCES t(a)); CREATE INDEX i ON t(b); CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES (1, NULL), (2, 1)".to_owned(),
        "CREATE VIRTUAL TABLE t USING fts5(body); INSERT INTO t VALUES ('full text'), ('of two rows')".to_owned(),
        "CREATE TABLE t(a); INSERT INTO t VALUES ('nul' || char(0) || 'inside'), ('größe 🦀')".to_owned(),
    ] {
        for pragmas in [
            "",
            "PRAGMA page_size = 512",
            "PRAGMA page_size = 65536",
            "PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL",
            "PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 512; PRAGMA auto_vacuum = INCREMENTAL",
        ] {
            let made = make(|connection| connection.execute_batch(&format!("{pragmas}; {script}")).unwrap_or_else(|error| panic!("{error}: {script}")));
            if !made.bytes.is_empty() {
                agree(&made, &format!("{pragmas}; {script}"));
            }
        }
    }
}

#[test]
fn reals_read_as_sqlite_casts_them() {
    let values = [
        0.1,
        49.47,
        1234.5,
        1e15,
        1e16,
        9.99e16,
        1e17,
        1e22,
        1e-4,
        1e-5,
        -0.0,
        3.15149,
        100.0,
        2e-300,
        123_456_789.125,
        4_111_111_111_111_111.0,
    ];
    let mut cast = Vec::new();
    let made = make(|connection| {
        connection.execute_batch("CREATE TABLE t(r REAL)").expect("created");
        for value in values {
            connection.execute("INSERT INTO t VALUES (?1)", [value]).expect("inserted");
            cast.push(connection.query_row("SELECT CAST(?1 AS TEXT)", [value], |row| row.get::<_, String>(0)).expect("cast"));
        }
    });
    assert_eq!(testing::read(&Sqlite, &made.bytes).table("t").lines(), cast);
}

#[test]
fn text_that_is_not_utf8_is_taken_for_windows_1252() {
    let script = "CREATE TABLE t(a); INSERT INTO t VALUES (CAST(x'4df87265' AS TEXT)), (x'4df87265')";
    let made = make(|connection| connection.execute_batch(script).expect("made"));
    assert_eq!(testing::read(&Sqlite, &made.bytes).table("t").lines(), ["Møre", "~"]);
}

/// A database with interior pages, overflow chains and a WITHOUT ROWID table, of 512-byte pages.
fn rich() -> Made {
    make(|connection| {
        let mut script = "PRAGMA page_size = 512; CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, body TEXT);
            CREATE TABLE w(k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; BEGIN;"
            .to_owned();
        for row in 0..1000 {
            let body = "b".repeat(if row % 20 == 0 { 1500 } else { 20 });
            write!(script, "INSERT INTO t(name, body) VALUES ('name {row}', '{body}'); INSERT INTO w VALUES ('key {row}', '{body}');")
                .expect("memory");
        }
        connection.execute_batch(&format!("{script} COMMIT")).expect("made");
    })
}

/// How many of the rows we read SQLite read too.
fn known(collected: &Collected, made: &Made) -> usize {
    let mut count = 0;
    for table in &collected.tables {
        let Some((_, _, rows)) = made.tables.iter().find(|(name, ..)| Some(name) == table.name.as_ref()) else { continue };
        let rows: std::collections::HashSet<&Row> = rows.iter().collect();
        count += table.rows.iter().filter(|row| rows.contains(row)).count();
    }
    count
}

#[test]
fn a_cut_file_gives_the_rows_that_are_there() {
    let made = rich();
    agree(&made, "whole");
    let mut before = 0;
    for length in (0..made.bytes.len()).step_by(3023) {
        let collected = testing::read(&Sqlite, &made.bytes[..length]);
        assert_eq!(collected.categories(), [Category::Truncated], "{length}");
        let rows = known(&collected, &made);
        assert!(rows + 8 >= before, "{length}: {rows} after {before}");
        before = rows;
    }
    assert!(before >= 1970, "{before}");
    let three_quarters = testing::read(&Sqlite, &made.bytes[..made.bytes.len() * 3 / 4]);
    assert!(known(&three_quarters, &made) > 1400, "{}", known(&three_quarters, &made));
}

#[test]
fn a_bad_leaf_costs_its_rows_and_no_others() {
    let made = rich();
    let all = known(&testing::read(&Sqlite, &made.bytes), &made);
    let leaves = (1..made.bytes.len() / 512).map(|page| page * 512).filter(|start| made.bytes[*start] == 0x0D);
    let mut tried = 0;
    for start in leaves.step_by(9) {
        let on_it = usize::from(made.bytes[start + 4]);
        let mut bytes = made.bytes.clone();
        bytes[start..start + 512].fill(0xA5);
        let collected = testing::read(&Sqlite, &bytes);
        if collected.categories().is_empty() {
            continue; // Not a page of a table, but of an overflow chain.
        }
        assert_eq!(collected.categories(), [Category::Corrupt], "{start}");
        assert_eq!(collected.problems[0].detail, "damaged: 1 pages and 0 rows not read");
        assert_eq!(known(&collected, &made), all - on_it, "{start}");
        tried += 1;
    }
    assert!(tried > 3);
}

#[test]
fn loops_and_false_pointers_end() {
    let made = rich();
    let all = known(&testing::read(&Sqlite, &made.bytes), &made);
    let pages = u32::try_from(made.bytes.len() / 512).expect("small");
    for interior in (1..made.bytes.len() / 512).map(|page| page * 512).filter(|start| matches!(made.bytes[*start], 0x02 | 0x05)) {
        for target in [0, 1, 2, (interior / 512) as u32 + 1, pages, pages + 1, u32::MAX] {
            let mut bytes = made.bytes.clone();
            bytes[interior + 8..interior + 12].copy_from_slice(&target.to_be_bytes());
            let collected = testing::read(&Sqlite, &bytes);
            assert!(collected.categories().iter().all(|category| *category == Category::Corrupt), "{interior} {target}");
            assert!(known(&collected, &made) <= all);
        }
    }
    // A chain that runs back into itself: the row is kept without the value that is lost.
    let at = memchr::memmem::find(&made.bytes, &[b'b'; 508]).expect("an overflow page") - 4;
    let mut bytes = made.bytes.clone();
    bytes[at..at + 4].copy_from_slice(&((at / 512) as u32 + 1).to_be_bytes());
    let collected = testing::read(&Sqlite, &bytes);
    assert_eq!(collected.categories(), [Category::Corrupt]);
    assert_eq!(known(&collected, &made), all - 1);
    let rows = |collected: &Collected| collected.tables.iter().map(|table| table.rows.len()).sum::<usize>();
    assert_eq!(rows(&collected), all);
}

#[test]
fn headers_that_cannot_be_are_told() {
    let made = rich();
    for (length, at, value, expected) in [
        (16, 0, b'S', Category::Truncated),
        (99, 0, b'S', Category::Truncated),
        (4096, 16, 0, Category::Corrupt),
        (4096, 17, 3, Category::Corrupt),
        (4096, 20, 200, Category::Corrupt),
    ] {
        let mut bytes = made.bytes[..length].to_vec();
        bytes[at] = value;
        let collected = testing::read(&Sqlite, &bytes);
        assert_eq!(collected.categories(), [expected], "{at} {value}");
        assert!(collected.tables.is_empty());
    }
    let mut bytes = made.bytes.clone();
    bytes[100] = 0;
    let collected = testing::read(&Sqlite, &bytes);
    assert_eq!(collected.categories(), [Category::Corrupt]);
    assert_eq!(collected.problems[0].bytes_not_examined, 512);
    // Without the list of tables their rows are still there, and so are the columns but the row number.
    let rows = &collected.table("lost_and_found_3").rows;
    let names = |rows: &[Row]| rows.iter().filter_map(|row| row[1].clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names(rows), names(&made.tables[0].2));
}

#[test]
fn a_bad_interior_page_costs_no_row_of_a_leaf() {
    let made = rich();
    let (_, _, rows) = &made.tables[0];
    let interiors: Vec<usize> = (1..made.bytes.len() / 512).map(|page| page * 512).filter(|start| made.bytes[*start] == 0x05).collect();
    assert!(interiors.len() > 1);
    for start in interiors {
        let mut bytes = made.bytes.clone();
        bytes[start] = 0xFF;
        let collected = testing::read(&Sqlite, &bytes);
        assert_eq!(collected.categories(), [Category::Corrupt], "{start}");
        let mut ours = collected.table("t").rows.clone();
        ours.sort_by_key(|row| row[0].as_ref().and_then(|id| id.parse::<u32>().ok()));
        assert_eq!(ours, *rows, "{start}");
    }
}

#[test]
fn deleted_rows_in_free_pages_are_not_taken_for_strays() {
    let made = make(|connection| {
        let script = "PRAGMA page_size = 512; CREATE TABLE t(a, b); CREATE TABLE gone(a, b); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c
            WHERE n < 900) INSERT INTO gone SELECT n, 'gone' FROM c; INSERT INTO t SELECT a, 'kept' FROM gone; DROP TABLE gone";
        connection.execute_batch(script).expect("made");
    });
    let mut bytes = made.bytes.clone();
    let leaf = memchr::memmem::find(&bytes, b"kept").expect("a row") / 512 * 512;
    bytes[leaf] = 0xFF;
    let collected = testing::read(&Sqlite, &bytes);
    assert_eq!(collected.categories(), [Category::Corrupt]);
    assert_eq!(collected.tables.len(), 1);
    assert!(collected.tables[0].rows.iter().all(|row| row[1].as_deref() == Some("kept")));
}

#[test]
fn only_the_magic_is_claimed() {
    let claim = |bytes: &[u8]| Sqlite.claim(&Head { bytes, name: "a.db", whole: true });
    assert_eq!(claim(&rich().bytes), Claim::Sure);
    assert_eq!(claim(b"SQLite format 3"), Claim::No);
    assert_eq!(claim(b""), Claim::No);
}

/// A sink that may hold little.
struct Small(Collected);

impl Sink for Small {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        Sink::table(&mut self.0, spec)
    }
    fn rows(&mut self, rows: &Rows<'_>) {
        self.0.rows(rows);
    }
    fn text(&mut self, _: &super::super::Text<'_>) {}
    fn item(&mut self, _: super::super::Member<'_>) {}
    fn unread(&mut self, _: &[u8], _: Option<u64>, _: Problem) {}
    fn problem(&mut self, problem: Problem) {
        self.0.problem(problem);
    }
    fn schema(&mut self, _: &str, _: &[&str]) {}
    fn known_columns(&self, _: &str) -> Option<Vec<String>> {
        None
    }
    fn in_memory(&self) -> usize {
        50_000
    }
}

#[test]
fn a_stream_longer_than_memory_is_a_limit_and_no_damage() {
    let made = rich();
    let mut sink = Small(Collected::default());
    let mut bytes = made.bytes.as_slice();
    Sqlite.read(Input::Stream(&mut bytes), &mut sink);
    assert_eq!(sink.0.categories(), [Category::Limit]);
    assert!(known(&sink.0, &made) > 100);
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<i16>().prop_map(|small| Value::Integer(small.into())),
        any::<f64>().prop_map(Value::Real),
        "\\PC{0,40}".prop_map(Value::Text),
        ("[a-zß🦀]", 0_usize..3000).prop_map(|(letter, times)| Value::Text(letter.repeat(times))),
        prop::collection::vec(any::<u8>(), 0..50).prop_map(Value::Blob),
        "[a-z \n]{0,20}".prop_map(|text| Value::Blob(text.into_bytes())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_agrees_on_any_database(
        (types, rows) in prop::collection::vec(prop::sample::select(vec!["", "TEXT", "INTEGER", "REAL", "NUMERIC", "BLOB", "INTEGER PRIMARY KEY"]), 1..6)
            .prop_flat_map(|types| (Just(types.clone()), prop::collection::vec(prop::collection::vec(value(), types.len()), 0..60))),
        page_size in prop::sample::select(vec![512, 1024, 4096, 65536]),
        encoding in prop::sample::select(vec!["UTF-8", "UTF-16le", "UTF-16be"]),
        auto_vacuum in 0..3,
        delete in 0..4,
        keyed in any::<bool>(),
    ) {
        let made = make(|connection| {
            let pragmas = format!("PRAGMA page_size = {page_size}; PRAGMA encoding = '{encoding}'; PRAGMA auto_vacuum = {auto_vacuum}");
            let mut alias = false;
            let columns: Vec<String> = types.iter().enumerate().map(|(at, kind)| {
                let second = *kind == "INTEGER PRIMARY KEY" && (keyed || std::mem::replace(&mut alias, true));
                format!("c{at} {}", if second { "INTEGER" } else { kind })
            }).collect();
            let (key, without) = if keyed { (format!(", k UNIQUE, PRIMARY KEY(c{}, k)", types.len() - 1), " WITHOUT ROWID") } else { (", k".to_owned(), "") };
            connection.execute_batch(&format!("{pragmas}; CREATE TABLE t({}{key}){without}; BEGIN", columns.join(", "))).expect("created");
            let marks = vec!["?"; types.len() + 1].join(", ");
            let mut insert = connection.prepare(&format!("INSERT OR IGNORE INTO t VALUES ({marks})")).expect("prepared");
            for (at, row) in rows.iter().enumerate() {
                // What does not fit (a text for a row number) is no row.
                let _ = insert.execute(params_from_iter(row.iter().cloned().chain([Value::Integer(at as i64)])));
            }
            drop(insert);
            connection.execute_batch(&format!("COMMIT; DELETE FROM t WHERE k % 4 = {delete}; ALTER TABLE t ADD COLUMN z TEXT DEFAULT 'later'")).expect("done");
        });
        agree(&made, "random");
    }
}

proptest! {
    #[test]
    fn flipped_bytes_are_survived(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), length in any::<prop::sample::Index>()) {
        static MADE: std::sync::LazyLock<Made> = std::sync::LazyLock::new(rich);
        let mut bytes = MADE.bytes.clone();
        for (index, value) in &flips {
            let at = index.index(bytes.len());
            bytes[at] = *value;
        }
        // The list of tables and the header are worth more flips than their size.
        for (index, value) in flips.iter().take(2) {
            bytes[16 + index.index(600)] ^= *value;
        }
        let whole = testing::read(&Sqlite, &bytes);
        let rows: usize = whole.tables.iter().map(|table| table.rows.len()).sum();
        prop_assert!(rows < 100_000);
        bytes.truncate(length.index(bytes.len()));
        testing::read(&Sqlite, &bytes);
    }
}

const NEW: &str = "UPDATE t SET name = 'new' WHERE id = 1";

/// A database and the log beside it, as they are while a program has them open.
fn with_log(more: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.db");
    let connection = Connection::open(&path).expect("a new database");
    let script = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT);
                  INSERT INTO t(name) VALUES ('old'), ('kept'); PRAGMA wal_checkpoint(TRUNCATE);";
    connection.execute_batch(script).expect("made");
    connection.execute_batch(more).expect("filled");
    connection.execute_batch("BEGIN; PRAGMA cache_size = 2; PRAGMA cache_spill = 1").expect("begun");
    connection.execute_batch(&filled("SELECT 1", "name", "'never ' || n || printf('%.*c', 900, 'x')", 300)).expect("filled");
    let log = folder.path().join("made.db-wal");
    (std::fs::read(&path).expect("the file"), std::fs::read(log).expect("the log"))
}

#[test]
fn rows_in_the_log_count_and_rows_that_were_never_committed_do_not() {
    let (database, log) = with_log(&filled(NEW, "name", "'name ' || n", 500));
    let joined = [database.as_slice(), &log].concat();
    let found = testing::read(&Sqlite, &joined);
    let lines = found.table("t").lines();
    assert_eq!(
        (lines.len(), &lines[..3], found.categories()),
        (502, &["1|new".to_owned(), "2|kept".into(), "3|name 1".into()][..], vec![])
    );
    assert_eq!(found.tables, testing::read_stream(&Sqlite, &joined).tables);
    let before = testing::read(&Sqlite, &database);
    assert_eq!(before.table("t").lines(), ["1|old", "2|kept"]);
}

#[test]
fn a_log_alone_gives_rows_without_names() {
    let (_, log) = with_log(NEW);
    assert_eq!(pick_name(&log), "sqlite");
    let found = testing::read(&Sqlite, &log);
    assert_eq!(found.table("lost_and_found_2").lines(), ["~|new", "~|kept"]);
    assert_eq!(found.categories(), [Category::Truncated]);
}

#[test]
fn damage_to_a_log_ends_it_at_the_last_sound_commit() {
    let (database, log) = with_log(&filled(NEW, "name", "'name ' || n", 500));
    for at in (0..log.len()).step_by(log.len() / 150) {
        let mut damaged = [database.as_slice(), &log].concat();
        damaged[database.len() + at] ^= 0x40;
        testing::read(&Sqlite, &damaged);
        testing::read(&Sqlite, &damaged[database.len()..]);
    }
    let mut early = [database.as_slice(), &log].concat();
    early[database.len() + 60] ^= 1;
    assert_eq!(testing::read(&Sqlite, &early).table("t").lines(), ["1|old", "2|kept"]);
}

fn pick_name(bytes: &[u8]) -> &'static str {
    super::super::pick(&Head { bytes, name: "a.bin", whole: false }).map_or("", Format::name)
}
