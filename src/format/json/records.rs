//! Records of other formats: each is written as JSON and unfolded like it, so that nested parts
//! become columns with dotted paths, and lists of records tables of their own.

use super::{scan::Scan, tables::Tables};
use crate::{
    base::{Category, Problem},
    format::Sink,
};
use std::fmt::Write;

/// Records are handed on when they take so many bytes ...
const BATCH_BYTES: usize = 2 << 20;
/// ... or are so many.
const BATCH: usize = 2048;
/// A record nested deeper is cut there.
const DEEPEST: usize = 100;

/// A value of a record.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::format) enum Value {
    Text(String),
    List(Vec<Value>),
    /// The name `$` is that of the record itself: what it says beside its members.
    Record(Vec<(String, Value)>),
}

impl Value {
    pub(in crate::format) fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// Whether it says nothing.
    pub(in crate::format) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.trim().is_empty(),
            Value::List(values) => values.is_empty(),
            Value::Record(members) => members.is_empty(),
        }
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            _ if depth > DEEPEST => out.push_str("null"),
            Value::Text(text) => string(text, out),
            Value::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    value.write(depth + 1, out);
                }
                out.push(']');
            }
            Value::Record(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    string(name, out);
                    out.push(':');
                    value.write(depth + 1, out);
                }
                out.push('}');
            }
        }
    }
}

/// Adds a member; a second one of the same name makes a list of both.
pub(in crate::format) fn add(members: &mut Vec<(String, Value)>, name: &str, value: Value) {
    match members.iter_mut().find(|(held, _)| held == name) {
        Some((_, Value::List(values))) => values.push(value),
        Some((_, held)) => {
            let first = std::mem::replace(held, Value::List(Vec::new()));
            *held = Value::List(vec![first, value]);
        }
        None => members.push((name.to_owned(), value)),
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Records on their way into tables.
pub(in crate::format) struct Records {
    tables: Tables,
    text: String,
    /// Table, and where in `text` the record begins.
    waiting: Vec<(usize, usize)>,
}

impl Records {
    pub(in crate::format) fn new() -> Records {
        Records { tables: Tables::new(), text: String::new(), waiting: Vec::new() }
    }

    /// Adds a row to the table of this name; to the nameless one when it is empty.
    pub(in crate::format) fn row(&mut self, table: &str, record: &Value, sink: &mut dyn Sink) {
        let table = match table {
            "" => 0,
            name => {
                let root = self.tables.root(0);
                let mut key = String::new();
                string(name, &mut key);
                let node = self.tables.child(root, key.trim_matches('"').as_bytes());
                self.tables.inner(node, false)
            }
        };
        self.waiting.push((table, self.text.len()));
        record.write(0, &mut self.text);
        if self.text.len() >= BATCH_BYTES || self.waiting.len() >= BATCH {
            self.flush(sink);
        }
    }

    fn flush(&mut self, sink: &mut dyn Sink) {
        let bytes = self.text.as_bytes();
        for (table, at) in self.waiting.drain(..) {
            let mut scan = Scan { bytes, at };
            match self.tables.element(&mut scan, table) {
                Ok(()) => self.tables.commit(),
                Err(_) => self.tables.roll_back(),
            }
        }
        self.tables.flush(bytes, None, sink);
        self.text.clear();
    }

    /// Hands on what is left.
    pub(in crate::format) fn finish(mut self, sink: &mut dyn Sink) {
        self.flush(sink);
        if self.tables.limited {
            sink.problem(Problem::new(Category::Limit, "more columns, tables or levels than the limit: not all were read"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collected;

    #[test]
    fn records_become_rows_with_paths() {
        let mut found = Collected::default();
        let mut records = Records::new();
        let mut members = Vec::new();
        add(
            &mut members,
            "name",
            Value::Record(vec![("$".to_owned(), Value::text("Ann \"A\"\n")), ("kind".to_owned(), Value::text("x\\"))]),
        );
        add(&mut members, "phone", Value::text("1"));
        add(&mut members, "phone", Value::text("2"));
        add(&mut members, "kids", Value::List(vec![Value::Record(vec![("name".to_owned(), Value::text("Bo"))])]));
        records.row("people.person", &Value::Record(members), &mut found);
        records.finish(&mut found);
        let people = found.table("people.person");
        assert_eq!(people.header(), "name|name.kind|phone");
        assert_eq!(people.lines(), ["Ann \"A\"\n|x\\|1; 2"]);
        assert_eq!(found.table("people.person.kids").lines(), ["Bo|0"]);
    }
}
