//! TOML files that people write, read key by key: every fault is told, not only the first,
//! each with its place, and a mistyped key with the nearest right one.

use super::fault::{Fault, nearest};
use std::{collections::BTreeSet, ops::Range};
use toml::de::{DeTable, DeValue};

/// A text under reading, and the faults found in it so far.
#[derive(Debug)]
pub struct Document<'t> {
    file: &'t str,
    text: &'t str,
    pub faults: Vec<Fault>,
}

/// A value with the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Range<usize>,
}

impl<'t> Document<'t> {
    /// A document named `file`; the name is only used in faults.
    pub const fn new(file: &'t str, text: &'t str) -> Document<'t> {
        Document { file, text, faults: Vec::new() }
    }

    /// Reads the whole document with `read`, which sees its top-level table. Broken TOML
    /// is told as faults and what could be parsed is still read.
    pub fn read<T>(&mut self, read: impl FnOnce(&mut Keys<'_, '_>, &mut Document<'t>) -> T) -> T {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            self.fault(error.span().unwrap_or(0..0), error.message().to_owned());
        }
        let span = 0..self.text.len().min(1);
        let mut keys = Keys { table: table.get_ref(), span, known: BTreeSet::new() };
        let result = read(&mut keys, self);
        keys.finish(self);
        result
    }

    /// Tells a fault.
    pub fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.faults.push(Fault::at(self.file, self.text, span, message));
    }

    /// Tells a fault and its remedy.
    pub fn fault_with_hint(&mut self, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(Fault::at(self.file, self.text, span, message).hint(Some(hint.into())));
    }

    /// The value, or a fault at its place.
    pub fn check<T>(&mut self, span: Range<usize>, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.fault(span, message)).ok()
    }
}

/// A table and which of its keys have been asked for; what nobody asks for is unknown.
#[derive(Debug)]
pub struct Keys<'a, 'i> {
    table: &'a DeTable<'i>,
    /// Where the table stands, for faults about what is missing.
    pub span: Range<usize>,
    known: BTreeSet<&'static str>,
}

impl<'a, 'i> Keys<'a, 'i> {
    fn get(&mut self, key: &'static str) -> Option<(Range<usize>, &'a DeValue<'i>)> {
        self.known.insert(key);
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((value.span(), value.get_ref()))
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        doc: &mut Document<'_>,
        wanted: &str,
        read: impl FnOnce(&'a DeValue<'i>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let (span, value) = self.get(key)?;
        let result = read(value).ok_or_else(|| format!("`{key}` must be {wanted}, this is {}", article(value.type_str())));
        doc.check(span.clone(), result).map(|value| Spanned { value, span })
    }

    /// A text.
    pub fn text(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<Spanned<String>> {
        self.typed(key, doc, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, key: &'static str, doc: &mut Document<'_>) -> Spanned<String> {
        match self.text(key, doc) {
            Some(text) if !text.value.trim().is_empty() => text,
            Some(text) => {
                doc.fault(text.span.clone(), format!("`{key}` is empty"));
                text
            }
            None => {
                if !self.has(key) {
                    doc.fault(self.span.clone(), format!("`{key}` is missing"));
                }
                Spanned { value: String::new(), span: self.span.clone() }
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, key: &'static str, doc: &mut Document<'_>) -> Vec<Spanned<String>> {
        let Some((span, value)) = self.get(key) else { return Vec::new() };
        if let Some(text) = value.as_str() {
            return vec![Spanned { value: text.to_owned(), span }];
        }
        let Some(list) = value.as_array() else {
            doc.fault(span, format!("`{key}` must be a list of texts, this is {}", article(value.type_str())));
            return Vec::new();
        };
        list.iter().filter_map(|item| text_of(key, item.span(), item.get_ref(), doc)).collect()
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<bool> {
        self.typed(key, doc, "true or false", DeValue::as_bool).map(|flag| flag.value)
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<u64> {
        self.typed(key, doc, "a whole number, 0 or more", |value| {
            value.as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
        })
        .map(|number| number.value)
    }

    /// A number that is not negative, with or without a fraction.
    pub fn number(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<f64> {
        self.typed(key, doc, "a number, 0 or more", amount).map(|number| number.value)
    }

    /// A list of numbers that are not negative.
    pub fn numbers(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<Spanned<Vec<f64>>> {
        self.typed(key, doc, "a list of numbers, each 0 or more", |value| {
            value.as_array()?.iter().map(|item| amount(item.get_ref())).collect()
        })
    }

    /// A TOML date or date-time, or a text, as text.
    pub fn time_text(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<Spanned<String>> {
        self.typed(key, doc, "a date or date-time", |value| {
            value.as_datetime().map(ToString::to_string).or_else(|| value.as_str().map(str::to_owned))
        })
    }

    /// A civil date.
    pub fn date(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<jiff::civil::Date> {
        let text = self.time_text(key, doc)?;
        let date = text.value.parse().ok().filter(|_| text.value.len() == 10);
        doc.check(text.span, date.ok_or_else(|| format!("`{key}` must be a date such as 2026-03-02")))
    }

    /// A table under this key.
    pub fn table(&mut self, key: &'static str, doc: &mut Document<'_>) -> Option<Keys<'a, 'i>> {
        let table = self.typed(key, doc, "a table", DeValue::as_table)?;
        Some(Keys { table: table.value, span: table.span, known: BTreeSet::new() })
    }

    /// The tables of a `[[key]]` list.
    pub fn tables(&mut self, key: &'static str, doc: &mut Document<'_>) -> Vec<Keys<'a, 'i>> {
        let Some(list) = self.typed(key, doc, "a list of tables", DeValue::as_array) else { return Vec::new() };
        let mut tables = Vec::new();
        for item in list.value.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Keys { table, span: item.span(), known: BTreeSet::new() }),
                None => doc.fault(item.span(), format!("`{key}` must hold tables only")),
            }
        }
        tables
    }

    /// All entries of a table whose keys are free, each a text.
    pub fn entries(self, doc: &mut Document<'_>) -> Vec<(String, Spanned<String>)> {
        let read = |(name, value): (&toml::Spanned<toml::de::DeString<'i>>, &toml::Spanned<DeValue<'i>>)| {
            Some((name.get_ref().to_string(), text_of(name.get_ref(), value.span(), value.get_ref(), doc)?))
        };
        self.table.iter().filter_map(read).collect()
    }

    /// All entries of a table whose keys are free, each a number.
    pub fn amounts(self, doc: &mut Document<'_>) -> Vec<(String, f64)> {
        let read = |(name, value): (&toml::Spanned<toml::de::DeString<'i>>, &toml::Spanned<DeValue<'i>>)| {
            let number = amount(value.get_ref()).ok_or_else(|| "must be a number, 0 or more".to_owned());
            Some((name.get_ref().to_string(), doc.check(value.span(), number)?))
        };
        self.table.iter().filter_map(read).collect()
    }

    /// Whether the table has this key.
    pub fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref() == key)
    }

    /// Tells every key nobody asked for.
    pub fn finish(&self, doc: &mut Document<'_>) {
        for (name, _) in self.table {
            let word: &str = name.get_ref();
            if self.known.contains(word) {
                continue;
            }
            let hint = match nearest(word, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", self.known.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            doc.fault_with_hint(name.span(), format!("unknown key `{word}`"), hint);
        }
    }
}

fn amount(value: &DeValue<'_>) -> Option<f64> {
    let text = value.as_integer().map(|n| n.as_str()).or_else(|| value.as_float().map(|n| n.as_str()))?;
    text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

fn text_of(key: &str, span: Range<usize>, value: &DeValue<'_>, doc: &mut Document<'_>) -> Option<Spanned<String>> {
    let text = value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` must hold texts only"));
    doc.check(span.clone(), text).map(|value| Spanned { value, span })
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once_with_their_places() {
        let text = "naem = \"x\"\ncount = -1\n[[row]]\nsize = true\n";
        let mut doc = Document::new("a.toml", text);
        doc.read(|keys, doc| {
            keys.required_text("name", doc);
            keys.count("count", doc);
            for mut row in keys.tables("row", doc) {
                row.count("size", doc);
                row.finish(doc);
            }
        });
        let told: Vec<_> = doc.faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (1, "`name` is missing"),
                (2, "`count` must be a whole number, 0 or more, this is an integer"),
                (4, "`size` must be a whole number, 0 or more, this is a boolean"),
                (1, "unknown key `naem`"),
            ]
        );
        assert_eq!(doc.faults[3].hint.as_deref(), Some("did you mean `name`?"));
    }

    #[test]
    fn broken_toml_is_a_fault_with_a_place() {
        let mut doc = Document::new("a.toml", "a = 1\nb = [\n");
        doc.read(|keys, doc| keys.count("a", doc));
        assert!(doc.faults.iter().any(|fault| fault.line >= 2), "{:?}", doc.faults);
    }
}
