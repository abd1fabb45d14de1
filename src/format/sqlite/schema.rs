//! CREATE TABLE as SQLite keeps it in `sqlite_schema`: columns, their affinities and defaults, and
//! the primary key (sqlite.org/lang_createtable.html, sqlite.org/datatype3.html section 3).

use super::{
    number,
    record::is_text,
    token::{Token, Tokens},
};
use crate::format::binary::hexadecimal;

/// More columns than SQLite can be built for.
const COLUMNS: usize = 32_767;

/// What a column likes its values to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Text,
    Blob,
    Integer,
    Real,
    Numeric,
}

impl Affinity {
    /// The affinity of a declared type, by the rules of section 3.1.
    fn of(declared: &str) -> Affinity {
        let declared = declared.to_ascii_lowercase();
        let has = |part: &[&str]| part.iter().any(|part| declared.contains(part));
        match () {
            () if has(&["int"]) => Affinity::Integer,
            () if has(&["char", "clob", "text"]) => Affinity::Text,
            () if has(&["blob"]) || declared.is_empty() => Affinity::Blob,
            () if has(&["real", "floa", "doub"]) => Affinity::Real,
            () => Affinity::Numeric,
        }
    }
}

/// A column that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) affinity: Affinity,
    /// Its type is the word INTEGER and nothing else.
    integer: bool,
    /// What rows hold that were written before the column was added; `None` is NULL.
    pub(super) default: Option<Vec<u8>>,
}

/// A table by its CREATE TABLE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Definition {
    /// Those that are stored: virtual generated columns are not.
    pub(super) columns: Vec<Column>,
    /// The columns of the primary key, in the key's order.
    pub(super) key: Vec<usize>,
    /// The key was declared as `PRIMARY KEY DESC` in a column, which makes it a key like any
    /// other (sqlite.org/lang_createtable.html section 5: a bug that is kept).
    descending: bool,
}

impl Definition {
    /// The column that is the row number under another name.
    pub(super) fn alias(&self) -> Option<usize> {
        match *self.key {
            [column] if !self.descending && self.columns.get(column)?.integer => Some(column),
            _ => None,
        }
    }

    /// Understands a CREATE TABLE; `None` when it lists no columns.
    pub(super) fn parse(sql: &str) -> Option<Definition> {
        let mut tokens = Tokens::new(sql);
        tokens.next().filter(|token| token.is("create"))?;
        let kind = tokens.find(|token| !token.is_one_of(&["temp", "temporary"]))?;
        if !kind.is("table") {
            return None;
        }
        let before = tokens.by_ref().find(|token| *token == Token::Symbol('(') || token.is("as"))?;
        if before.is("as") {
            return None;
        }
        let mut definition = Definition::default();
        let mut key: Vec<String> = Vec::new();
        let mut item = Vec::new();
        let mut depth = 0_usize;
        let mut constraints = false;
        for token in tokens {
            let ends = depth == 0 && matches!(token, Token::Symbol(',' | ')'));
            let closes = depth == 0 && token == Token::Symbol(')');
            match token {
                _ if ends => {
                    constraints |= is_constraint(&item);
                    if constraints {
                        key.extend(key_of(&item));
                    } else {
                        definition.add(&item);
                    }
                    item.clear();
                    if closes {
                        break;
                    }
                    continue;
                }
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth -= 1,
                _ => {}
            }
            item.push(token);
        }
        for name in &key {
            let column = definition.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
            definition.key.extend(column);
        }
        Some(definition).filter(|definition| !definition.columns.is_empty())
    }

    /// Adds a column by its definition.
    fn add(&mut self, item: &[Token<'_>]) {
        let Some((name, rest)) = item.split_first() else { return };
        let Some(name) = name.name().filter(|_| self.columns.len() < COLUMNS) else { return };
        let typed = rest.iter().position(|token| token.is_one_of(ENDS_TYPE)).unwrap_or(rest.len());
        let (declared, constraints) = rest.split_at(typed);
        let declared: Vec<&str> = declared.iter().filter_map(Token::name).collect();
        let integer = matches!(declared[..], [word] if word.eq_ignore_ascii_case("integer")) && typed == 1;
        let declared = declared.join(" ");
        // In STRICT tables ANY is what it says; in others it would be numeric. Only a default
        // could tell them apart.
        let affinity = if declared.eq_ignore_ascii_case("any") { Affinity::Blob } else { Affinity::of(&declared) };
        let mut column = Column { name: name.to_owned(), affinity, integer, default: None };
        let mut rest = constraints;
        let mut generated = false;
        let mut stored = false;
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            if token.is("constraint") {
                rest = after.get(1..).unwrap_or_default();
            } else if token.is("primary") {
                self.key.push(self.columns.len());
                self.descending = after.get(1).is_some_and(|token| token.is("desc"));
            } else if token.is("default") {
                column.default = default(after, affinity);
            } else if token.is("as") {
                generated = true;
            } else if token.is("stored") {
                stored = true;
            }
            if matches!(rest.first(), Some(Token::Symbol('('))) {
                rest = after_brackets(rest);
            }
        }
        if !generated || stored {
            self.columns.push(column);
        }
    }
}

/// Words that end the type of a column.
const ENDS_TYPE: &[&str] =
    &["constraint", "primary", "not", "null", "unique", "check", "default", "collate", "references", "generated", "as", "on", "deferrable"];

/// Whether an item of the list is a constraint of the table, not a column.
fn is_constraint(item: &[Token<'_>]) -> bool {
    item.first().is_some_and(|first| first.is_one_of(&["constraint", "primary", "unique", "check", "foreign"]))
}

/// What comes after the brackets that open here.
fn after_brackets<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}

/// The names in a constraint's `PRIMARY KEY (...)`.
fn key_of(item: &[Token<'_>]) -> Vec<String> {
    let mut rest = item;
    while let Some((token, after)) = rest.split_first() {
        if *token == Token::Symbol('(') {
            rest = after_brackets(rest);
        } else if token.is("primary") && after.first().is_some_and(|token| token.is("key")) {
            let list = after.get(2..).unwrap_or_default();
            let list = list.split(|token| matches!(token, Token::Symbol(',' | ')')));
            return list.filter_map(|part| part.first()?.name()).map(str::to_owned).collect();
        } else {
            rest = after;
        }
    }
    Vec::new()
}

/// The value of a DEFAULT, as a column of this affinity holds it. SQLite adds columns to tables
/// with rows only if their default is a literal.
fn default(tokens: &[Token<'_>], affinity: Affinity) -> Option<Vec<u8>> {
    let open = tokens.iter().take_while(|token| **token == Token::Symbol('(')).count();
    let signs = tokens[open..].iter().take_while(|token| matches!(token, Token::Symbol('-' | '+'))).count();
    let negative = tokens[open..open + signs].iter().filter(|token| **token == Token::Symbol('-')).count() % 2 == 1;
    let literal = tokens.get(open + signs..)?;
    let mut into = Vec::new();
    match literal {
        [Token::Word("x" | "X"), Token::Text(digits), ..] => return hexadecimal(digits.as_bytes()).filter(|bytes| is_text(bytes)),
        [_, next, ..] if open > 0 && *next != Token::Symbol(')') => return None,
        [Token::Word(word), ..] if word.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {
            let text = if negative { format!("-{word}") } else { (*word).to_owned() };
            if affinity == Affinity::Text || !settle(&text, affinity, &mut into) {
                into = text.into_bytes();
            }
        }
        [Token::Text(text) | Token::Quoted(text), ..] => {
            let numeric = matches!(affinity, Affinity::Integer | Affinity::Real | Affinity::Numeric);
            if !numeric || !settle(text.trim(), affinity, &mut into) {
                into = text.as_bytes().to_vec();
            }
        }
        [token, ..] if token.is("true") => settle("1", affinity, &mut into).then_some(())?,
        [token, ..] if token.is("false") => settle("0", affinity, &mut into).then_some(())?,
        [token, ..] if token.is_one_of(&["null", "current_time", "current_date", "current_timestamp"]) => return None,
        [Token::Word(word), ..] if open == 0 => into = word.as_bytes().to_vec(),
        _ => return None,
    }
    Some(into)
}

/// Writes a number as a column of this affinity holds it; `false` if it is none.
fn settle(text: &str, affinity: Affinity, into: &mut Vec<u8>) -> bool {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let whole = match hexadecimal {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|value| value.cast_signed().wrapping_mul(sign)),
        None => text.parse::<i64>().ok(),
    };
    let sound = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let real = text.parse::<f64>().ok().filter(|_| sound);
    match (whole, real) {
        (Some(whole), _) if affinity == Affinity::Real => number::real(whole as f64, into),
        (Some(whole), _) => number::integer(whole, into),
        (None, Some(real)) => {
            let exact = real.fract() == 0.0 && real.abs() < 2_f64.powi(53);
            if exact && matches!(affinity, Affinity::Integer | Affinity::Numeric) {
                number::integer(real as i64, into);
            } else {
                number::real(real, into);
            }
        }
        (None, None) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Column names, `*` for the alias, `=` for a default, then the key.
    fn shown(sql: &str) -> String {
        let Some(definition) = Definition::parse(sql) else { return "-".to_owned() };
        let columns = definition.columns.iter().enumerate().map(|(at, column)| {
            let default = column.default.as_ref().map(|value| format!("={}", String::from_utf8_lossy(value)));
            format!("{}{}{}", column.name, if definition.alias() == Some(at) { "*" } else { "" }, default.unwrap_or_default())
        });
        format!("{} {:?}", columns.collect::<Vec<_>>().join(" "), definition.key)
    }

    #[test]
    fn columns_keys_and_defaults_are_found() {
        for (sql, expected) in [
            ("CREATE TABLE t(a, b)", "a b []"),
            ("create table main.[my t] (\"a \"\"x\" int, `b,c` text, [d(] blob, 'e')", "a \"x b,c d( e []"),
            ("CREATE TABLE t(id INTEGER PRIMARY KEY, n)", "id* n [0]"),
            ("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, n)", "id* n [0]"),
            ("CREATE TABLE t(id INTEGER PRIMARY KEY DESC, n)", "id n [0]"),
            ("CREATE TABLE t(id INT PRIMARY KEY, n)", "id n [0]"),
            ("CREATE TABLE t(n, id INTEGER, PRIMARY KEY(ID DESC))", "n id* [1]"),
            (
                "CREATE TABLE t(a, b INTEGER, CONSTRAINT \"k (\" PRIMARY KEY (b, [a] COLLATE nocase) UNIQUE(a), CHECK (a IN (1,2)))",
                "a b [1, 0]",
            ),
            ("CREATE TABLE t(a DECIMAL(10,2) CHECK(a > (1+2)) DEFAULT 1.50, b VARCHAR ( 5 ) DEFAULT 'x''y')", "a=1.5 b=x'y []"),
            (
                "CREATE TABLE t(a TEXT DEFAULT 1.50, b REAL DEFAULT -5, c INT DEFAULT '7', d DEFAULT (+3), e DEFAULT (1+2))",
                "a=1.50 b=-5.0 c=7 d=3 e []",
            ),
            (
                "CREATE TABLE t(a DEFAULT NULL, b DEFAULT CURRENT_TIMESTAMP, c DEFAULT x'414200', d DEFAULT x'4142', e DEFAULT true)",
                "a b c d=AB e=1 []",
            ),
            ("CREATE TABLE t(a, b AS (a||'x'), c INT GENERATED ALWAYS AS (a) STORED, d GENERATED ALWAYS AS (1) VIRTUAL)", "a c []"),
            ("CREATE TABLE t(a -- one, two\n, b /* , c */, d INTEGER REFERENCES u(x, y) ON DELETE SET NULL)", "a b d []"),
            ("CREATE TABLE IF NOT EXISTS t(\"primary\" INTEGER, \"check\" TEXT)", "primary check []"),
            ("CREATE TABLE t(a INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT ABORT, b)", "a* b [0]"),
            ("CREATE TABLE t(a", "-"),
            ("CREATE VIRTUAL TABLE t USING fts5(a, b)", "-"),
            ("CREATE TABLE t AS SELECT 1", "-"),
            ("", "-"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }

    #[test]
    fn affinities_follow_the_five_rules() {
        for (declared, affinity) in [
            ("BIGINT", Affinity::Integer),
            ("CHARINT", Affinity::Integer),
            ("NVARCHAR(70)", Affinity::Text),
            ("", Affinity::Blob),
            ("DOUBLE PRECISION", Affinity::Real),
            ("FLOATING POINT", Affinity::Integer),
            ("DATETIME", Affinity::Numeric),
        ] {
            assert_eq!(Affinity::of(declared), affinity, "{declared}");
        }
    }
}
