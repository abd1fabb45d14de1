//! What a user tells of files without marks between their fields: which files, how long a record is, where each field stands.

use super::ebcdic::CodePage;
use crate::base::glob;
use anyhow::{Context, bail};
use encoding_rs::{Encoding, UTF_8};
use serde::Deserialize;
use std::{path::Path, sync::Arc};

/// Longer records are a mistake.
const LONGEST_RECORD: usize = 1 << 20;

/// The layouts of a file that the user gave, shared by all workers.
#[derive(Clone, Debug, Default)]
pub struct Layouts(Arc<[Arc<Layout>]>);

/// The layout of some files.
#[derive(Debug)]
pub struct Layout {
    /// What their table is called.
    pub(super) name: Option<String>,
    files: Vec<String>,
    pub(super) charset: Charset,
    /// Bytes of a record; none where records are lines.
    pub(super) record: Option<usize>,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) enum Charset {
    Ebcdic(CodePage),
    Other(&'static Encoding),
}

impl Charset {
    fn of(name: &str) -> Option<Charset> {
        CodePage::of(name).map(Charset::Ebcdic).or_else(|| Encoding::for_label(name.as_bytes()).map(Charset::Other))
    }
}

/// A field as it stands in the user's file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    /// Its first byte, from 1.
    pub(super) start: usize,
    pub(super) length: usize,
    #[serde(default, rename = "type")]
    pub(super) kind: Kind,
    /// How many of its digits stand behind the point.
    #[serde(default)]
    pub(super) decimals: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Text,
    /// Digits, the last with the sign (COBOL `DISPLAY`).
    Zoned,
    /// Two digits in each byte, the last half the sign (`COMP-3`).
    Packed,
    /// A number of two's complement, high end first (`COMP`).
    Binary,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    layout: Vec<WrittenLayout>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLayout {
    name: Option<String>,
    files: Vec<String>,
    #[serde(default = "usual")]
    encoding: String,
    record_length: Option<usize>,
    field: Vec<Field>,
}

fn usual() -> String {
    UTF_8.name().to_owned()
}

impl Layouts {
    /// Reads the user's file.
    pub fn read(path: &Path) -> anyhow::Result<Layouts> {
        let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        Layouts::parse(&text).with_context(|| format!("the layouts of `{}` cannot be used", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Layouts> {
        let written: Written = toml::from_str(text)?;
        written.layout.into_iter().map(|layout| layout.checked().map(Arc::new)).collect::<anyhow::Result<_>>().map(Layouts)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The layout of the file at this path: patterns without folders are of names.
    pub fn of(&self, path: &str) -> Option<Arc<Layout>> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let fits = |pattern: &String| glob::fits(pattern, if pattern.contains('/') { path } else { name });
        self.0.iter().find(|layout| layout.files.iter().any(fits)).cloned()
    }
}

impl WrittenLayout {
    fn checked(self) -> anyhow::Result<Layout> {
        let of = self.files.join(", ");
        let Some(charset) = Charset::of(&self.encoding) else {
            bail!(
                "`{}` is no encoding that is known\nhint: cp037, cp500, cp1047 and cp273 are EBCDIC; others are called as on the web",
                self.encoding
            );
        };
        let record = self.record_length.unwrap_or(LONGEST_RECORD);
        if record == 0 || record > LONGEST_RECORD || self.field.is_empty() {
            bail!("the layout of `{of}` needs fields, and records of 1 to {LONGEST_RECORD} bytes");
        }
        for field in &self.field {
            let end = field.start.checked_add(field.length).filter(|end| field.start > 0 && field.length > 0 && end - 1 <= record);
            if end.is_none() {
                bail!("field `{}` of `{of}` is not within the record\nhint: `start` counts from 1", field.name);
            }
        }
        Ok(Layout { name: self.name, files: self.files, charset, record: self.record_length, fields: self.field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names_and_mistakes_by_what_they_are() {
        let layout = |record: &str, field: &str| {
            Layouts::parse(&format!("[[layout]]\nfiles = ['PAY.*']\nencoding = 'cp037'\n{record}\n[[layout.field]]\nname = 'a'\n{field}"))
        };
        let sound = layout("record_length = 10", "start = 1\nlength = 10").expect("a layout");
        assert!(sound.of("share/old.zip!/PAY.D240101").is_some());
        assert!(sound.of("share/pay.csv").is_none() && sound.of("share/PAY.old/list.csv").is_none());
        for (record, field, want) in [
            ("record_length = 10", "start = 2\nlength = 10", "not within the record"),
            ("record_length = 10", "start = 0\nlength = 1", "counts from 1"),
            ("record_length = 0", "start = 1\nlength = 1", "records of 1 to"),
            ("", "start = 1\nlength = 1\ntype = 'comp'", "unknown variant"),
            ("colour = 1", "start = 1\nlength = 1", "unknown field"),
        ] {
            let told = format!("{:#}", layout(record, field).expect_err("a mistake"));
            assert!(told.contains(want), "{told}");
        }
        let told = format!("{:#}", Layouts::parse("[[layout]]\nfiles=['a']\nencoding='latin-99'\nfield=[]").expect_err("a mistake"));
        assert!(told.contains("latin-99"), "{told}");
    }
}
