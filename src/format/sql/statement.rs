//! The heads of the statements that make or fill tables.

use super::lexer::{Cursor, Stop};

/// The head of an INSERT, REPLACE or COPY.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fill {
    pub(super) table: String,
    /// Its column list; empty if it has none.
    pub(super) columns: Vec<String>,
}

/// More columns than any database allows.
const WIDEST: usize = 4096;

/// Words between INSERT and the table's name.
const MODIFIERS: &[&[u8]] = &[
    b"LOW_PRIORITY",
    b"DELAYED",
    b"HIGH_PRIORITY",
    b"IGNORE",
    b"OR",
    b"REPLACE",
    b"ROLLBACK",
    b"ABORT",
    b"FAIL",
    b"INTO",
    b"ALL",
    b"OVERWRITE",
    b"TABLE",
    b"ONLY",
];

/// Reads `INSERT ... INTO t (a, b) VALUES`, the cursor after the first word, up to the first row.
/// `None`: it is no INSERT of literal rows.
pub(super) fn insert(cursor: &mut Cursor<'_>) -> Result<Option<Fill>, Stop> {
    cursor.blank()?;
    while MODIFIERS.iter().any(|word| cursor.at_word(word)) {
        cursor.word();
        cursor.blank()?;
    }
    let table = cursor.table_name()?;
    let mut columns = Vec::new();
    if cursor.peek() == Some(b'(') {
        match column_list(cursor)? {
            Some(names) => columns = names,
            None => return Ok(None),
        }
        cursor.blank()?;
    }
    // `AS alias`, `PARTITION (p)`, `OVERRIDING SYSTEM VALUE`, `OUTPUT inserted.id`.
    for _ in 0..8 {
        if cursor.eat_word(b"VALUES")? || (cursor.at_word(b"VALUE") && values_follow(cursor)?) {
            return Ok(Some(Fill { table, columns }));
        }
        match cursor.peek().ok_or(Stop::More)? {
            b'.' | b',' => cursor.at += 1,
            b'(' => drop(column_list(cursor)?),
            b'[' | b'"' | b'`' => drop(cursor.name()?),
            _ if cursor.at_word(b"SELECT") || cursor.word().is_empty() => return Ok(None),
            _ => {}
        }
        cursor.blank()?;
    }
    Ok(None)
}

/// Whether VALUE is MySQL's other word for VALUES; steps over it if so.
fn values_follow(cursor: &mut Cursor<'_>) -> Result<bool, Stop> {
    let before = *cursor;
    cursor.eat_word(b"VALUE")?;
    let follows = cursor.peek().ok_or(Stop::More)? == b'(';
    if !follows {
        *cursor = before;
    }
    Ok(follows)
}

/// Reads `COPY t (a, b) FROM stdin;` and the end of its line, the cursor after the first word.
/// `None`: it copies from elsewhere, or not in the text format.
pub(super) fn copy(cursor: &mut Cursor<'_>) -> Result<Option<Fill>, Stop> {
    cursor.blank()?;
    let table = cursor.table_name()?;
    let mut columns = Vec::new();
    if cursor.peek() == Some(b'(') {
        columns = column_list(cursor)?.unwrap_or_default();
        cursor.blank()?;
    }
    let text = cursor.eat_word(b"FROM")? && cursor.eat_word(b"STDIN")? && cursor.peek() == Some(b';');
    if !text {
        return Ok(None);
    }
    let end = memchr::memchr(b'\n', cursor.rest()).ok_or(Stop::More)?;
    cursor.at += end + 1;
    Ok(Some(Fill { table, columns }))
}

/// Names in parentheses; `None` if it holds anything else.
fn column_list(cursor: &mut Cursor<'_>) -> Result<Option<Vec<String>>, Stop> {
    cursor.at += 1;
    let mut names = Vec::new();
    loop {
        cursor.blank()?;
        if cursor.at_word(b"SELECT") || names.len() > WIDEST {
            return Ok(None);
        }
        match cursor.table_name() {
            Ok(name) => names.push(name),
            Err(Stop::Wrong) => return Ok(None),
            Err(stop) => return Err(stop),
        }
        match cursor.peek().ok_or(Stop::More)? {
            b',' => cursor.at += 1,
            b')' => {
                cursor.at += 1;
                return Ok(Some(names));
            }
            _ => return Ok(None),
        }
    }
}

/// Reads a whole `CREATE TABLE t (...)`, the cursor at its first word. `None`: it makes something
/// else, or does not list columns.
pub(super) fn create_table(cursor: &mut Cursor<'_>) -> Result<Option<Fill>, Stop> {
    cursor.eat_word(b"CREATE")?;
    for word in
        [&b"OR"[..], b"REPLACE", b"GLOBAL", b"LOCAL", b"TEMPORARY", b"TEMP", b"UNLOGGED", b"EXTERNAL", b"FOREIGN", b"COLUMN", b"ROW"]
    {
        cursor.eat_word(word)?;
    }
    if !cursor.eat_word(b"TABLE")? {
        return Ok(None);
    }
    if cursor.eat_word(b"IF")? {
        cursor.eat_word(b"NOT")?;
        cursor.eat_word(b"EXISTS")?;
    }
    let table = cursor.table_name()?;
    if cursor.peek() != Some(b'(') {
        return Ok(None);
    }
    cursor.at += 1;
    let mut columns = Vec::new();
    loop {
        cursor.blank()?;
        if cursor.peek() == Some(b')') {
            cursor.at += 1;
            break;
        }
        if !is_constraint(cursor)? {
            columns.push(cursor.name()?);
        }
        if !skip_definition(cursor)? || columns.len() > WIDEST {
            break;
        }
    }
    Ok((!columns.is_empty()).then_some(Fill { table, columns }))
}

/// Whether a table constraint or key stands here, not a column.
fn is_constraint(cursor: &Cursor<'_>) -> Result<bool, Stop> {
    let always = [&b"CONSTRAINT"[..], b"PRIMARY", b"FOREIGN", b"CHECK", b"UNIQUE", b"EXCLUDE", b"LIKE", b"FULLTEXT", b"SPATIAL"];
    let mut ahead = *cursor;
    if always.iter().any(|word| cursor.at_word(word)) {
        ahead.word();
        ahead.blank()?;
        // A column called `check` or `like` has a type and then no parenthesis of names.
        return Ok(true);
    }
    if !(cursor.at_word(b"KEY") || cursor.at_word(b"INDEX") || cursor.at_word(b"PERIOD")) {
        return Ok(false);
    }
    ahead.word();
    ahead.blank()?;
    if ahead.peek() == Some(b'(') || matches!(ahead.peek(), Some(b'`' | b'"' | b'[')) {
        return Ok(true);
    }
    let word = ahead.word().to_ascii_lowercase();
    ahead.blank()?;
    let types = [
        &b"varchar"[..],
        b"char",
        b"nvarchar",
        b"varchar2",
        b"character",
        b"int",
        b"decimal",
        b"numeric",
        b"bigint",
        b"varbinary",
        b"number",
    ];
    Ok(ahead.peek() == Some(b'(') && !types.contains(&&word[..]))
}

/// Steps over the rest of a definition; whether another follows.
fn skip_definition(cursor: &mut Cursor<'_>) -> Result<bool, Stop> {
    let mut depth = 0;
    loop {
        cursor.blank()?;
        match cursor.peek().ok_or(Stop::More)? {
            byte @ (b'\'' | b'"' | b'`') => {
                cursor.skip_quoted(byte)?;
                continue;
            }
            b'(' => depth += 1,
            b')' if depth == 0 => {
                cursor.at += 1;
                return Ok(false);
            }
            b')' => depth -= 1,
            b',' if depth == 0 => {
                cursor.at += 1;
                return Ok(true);
            }
            _ => {}
        }
        cursor.at += 1;
    }
}

/// The columns of a `CREATE TABLE` that is all there (also SQLite's schema).
#[cfg(test)]
fn columns_of(sql: &str) -> Option<Vec<String>> {
    let mut cursor = Cursor { bytes: sql.as_bytes(), at: 0, flavor: super::flavor::Flavor::default() };
    cursor.blank().ok()?;
    create_table(&mut cursor).ok()?.map(|fill| fill.columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn create_table_names_its_columns() {
        for (sql, expected) in [
            ("CREATE TABLE t (a INT, b TEXT)", "a b"),
            (
                "CREATE TABLE IF NOT EXISTS `d`.`t` (`id` int NOT NULL COMMENT 'a, (b)', `key` text, PRIMARY KEY (`id`), KEY `k` (`key`))",
                "id key",
            ),
            (
                "CREATE TABLE [dbo].[t]( [a] [int] IDENTITY(1,1), [b c] nvarchar(10), CONSTRAINT [x] PRIMARY KEY CLUSTERED ([a] ASC))",
                "a|b c",
            ),
            (
                "CREATE UNLOGGED TABLE s.t (a numeric(5,2) DEFAULT 0, key varchar(20), \"Q\"\"q\" text, EXCLUDE USING gist (a WITH =))",
                "a|key|Q\"q",
            ),
            ("CREATE TABLE t (a, b, -- c\n d)", "a b d"),
            ("CREATE TABLE t (a ENUM('x','y)'), UNIQUE INDEX u (a))", "a"),
        ] {
            let separator = if expected.contains('|') { '|' } else { ' ' };
            assert_eq!(columns_of(sql).expect(sql), expected.split(separator).collect::<Vec<_>>(), "{sql}");
        }
        for sql in ["CREATE TABLE t AS SELECT 1", "CREATE INDEX i ON t (a)", "CREATE TABLE", ""] {
            assert_eq!(columns_of(sql), None, "{sql}");
        }
    }
}
