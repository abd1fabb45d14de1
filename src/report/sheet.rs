//! A table report: CSV (RFC 4180, UTF-8, LF, a header row, and no cell a spreadsheet would run), or
//! Parquet of the same columns where a detail table is too long for spreadsheets.

use super::age::{Encrypted, Recipient};
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{StringBuilder, UInt64Builder},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};
use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

/// Detail tables of more rows than this are written as Parquet.
pub const LONGEST_CSV: u64 = 1_000_000;

/// Rows of Parquet handed over at once.
const BATCH: usize = 8 << 10;

/// Writes rows cell by cell; text cells pass the formula guard, our own words and numbers do not need it.
pub struct Sheet {
    to: To,
}

enum To {
    Csv { writer: csv::Writer<Disk>, row: csv::ByteRecord },
    Parquet(Columns),
}

/// How text reaches the disk.
enum Disk {
    Clear(BufWriter<File>),
    Sealed(Box<Encrypted<BufWriter<File>>>),
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Disk::Clear(to) => to.write(bytes),
            Disk::Sealed(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Disk::Clear(to) => to.flush(),
            Disk::Sealed(to) => to.flush(),
        }
    }
}

/// A Parquet file being written, column by column.
struct Columns {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    columns: Vec<Column>,
    /// Column of the next cell.
    at: usize,
    rows: usize,
}

enum Column {
    Text(StringBuilder),
    Number(UInt64Builder),
}

impl Sheet {
    /// A new CSV file with this header: column names separated by `, `; a `#` behind a name marks whole numbers.
    pub fn create(folder: &Path, name: &str, header: &str) -> anyhow::Result<Sheet> {
        Sheet::begin(Disk::Clear(create(folder, name)?), header)
    }

    /// The same as `NAME.age`, which only these recipients can read.
    pub fn sealed(folder: &Path, name: &str, header: &str, recipients: &[Recipient]) -> anyhow::Result<Sheet> {
        let file = create(folder, &format!("{name}.age"))?;
        Sheet::begin(Disk::Sealed(Box::new(Encrypted::new(file, recipients)?)), header)
    }

    fn begin(disk: Disk, header: &str) -> anyhow::Result<Sheet> {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(disk);
        let mut sheet = Sheet { to: To::Csv { writer, row: csv::ByteRecord::new() } };
        header.split(", ").for_each(|column| {
            sheet.word(column.trim_end_matches('#'));
        });
        sheet.end()?;
        Ok(sheet)
    }

    /// A detail table `FOLDER/STEM.csv`, or `.parquet` where it has too many rows for a CSV and none is demanded.
    pub fn detail(folder: &Path, stem: &str, header: &str, rows: u64, csv_all: bool) -> anyhow::Result<Sheet> {
        if rows > LONGEST_CSV && !csv_all {
            Sheet::parquet(folder, stem, header)
        } else {
            Sheet::create(folder, &format!("{stem}.csv"), header)
        }
    }

    /// `FOLDER/STEM.parquet`.
    pub fn parquet(folder: &Path, stem: &str, header: &str) -> anyhow::Result<Sheet> {
        let kind = |column: &str| if column.ends_with('#') { DataType::UInt64 } else { DataType::Utf8 };
        let fields: Vec<Field> = header.split(", ").map(|column| Field::new(column.trim_end_matches('#'), kind(column), false)).collect();
        let columns = fields
            .iter()
            .map(|field| match field.data_type() {
                DataType::UInt64 => Column::Number(UInt64Builder::new()),
                _ => Column::Text(StringBuilder::new()),
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::LZ4_RAW)
            .set_statistics_enabled(EnabledStatistics::None)
            // Every person has another: a dictionary would hold them all and then be given up.
            .set_column_dictionary_enabled(ColumnPath::from("person_id"), false)
            .set_column_dictionary_enabled(ColumnPath::from("location"), false)
            .set_created_by(format!("breachscope {}", env!("CARGO_PKG_VERSION")))
            .build();
        let file = File::create(folder.join(format!("{stem}.parquet")))?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Sheet { to: To::Parquet(Columns { writer, schema, columns, at: 0, rows: 0 }) })
    }

    /// A text cell.
    pub fn text(&mut self, text: &str) -> &mut Sheet {
        self.word(&guard(text))
    }

    /// One of our own words: nothing a spreadsheet would run.
    pub fn word(&mut self, word: &str) -> &mut Sheet {
        match &mut self.to {
            To::Csv { row, .. } => row.push_field(word.as_bytes()),
            To::Parquet(columns) => columns.text(word),
        }
        self
    }

    /// A whole number.
    pub fn number(&mut self, number: u64) -> &mut Sheet {
        match &mut self.to {
            To::Csv { row, .. } => {
                row.push_field(itoa::Buffer::new().format(number).as_bytes());
                self
            }
            To::Parquet(columns) => {
                columns.number(number);
                self
            }
        }
    }

    /// A date, or anything else of ours that is written as it displays.
    pub fn plain(&mut self, value: impl std::fmt::Display) -> &mut Sheet {
        let mut buffer = [0u8; 64];
        let mut cursor = std::io::Cursor::new(&mut buffer[..]);
        match write!(cursor, "{value}") {
            Ok(()) => {
                let length = cursor.position() as usize;
                let text = std::str::from_utf8(&buffer[..length]).unwrap_or_default();
                self.word(text)
            }
            Err(_) => self.word(&value.to_string()),
        }
    }

    /// Ends the row.
    pub fn end(&mut self) -> anyhow::Result<()> {
        match &mut self.to {
            To::Csv { writer, row } => {
                writer.write_byte_record(row)?;
                row.clear();
                Ok(())
            }
            To::Parquet(columns) => columns.end(),
        }
    }

    /// Ends the file.
    pub fn finish(self) -> anyhow::Result<()> {
        match self.to {
            To::Csv { writer, .. } => match writer.into_inner().map_err(|error| error.into_error())? {
                Disk::Clear(mut file) => file.flush()?,
                Disk::Sealed(file) => file.finish().map(drop)?,
            },
            To::Parquet(mut columns) => {
                columns.flush()?;
                columns.writer.close()?;
            }
        }
        Ok(())
    }
}

fn create(folder: &Path, name: &str) -> anyhow::Result<BufWriter<File>> {
    let path = folder.join(name);
    let file = File::create(&path).map_err(|error| anyhow::anyhow!("`{}` cannot be written: {error}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

impl Columns {
    fn text(&mut self, text: &str) {
        match self.columns.get_mut(self.at) {
            Some(Column::Text(builder)) => builder.append_value(text),
            Some(Column::Number(builder)) => builder.append_value(text.parse().unwrap_or_default()),
            None => {}
        }
        self.at += 1;
    }

    fn number(&mut self, number: u64) {
        match self.columns.get_mut(self.at) {
            Some(Column::Number(builder)) => builder.append_value(number),
            Some(Column::Text(builder)) => builder.append_value(number.to_string()),
            None => {}
        }
        self.at += 1;
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.at = 0;
        self.rows += 1;
        if self.rows >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let columns: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|column| match column {
                Column::Text(builder) => Arc::new(builder.finish()) as ArrayRef,
                Column::Number(builder) => Arc::new(builder.finish()) as ArrayRef,
            })
            .collect();
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        self.rows = 0;
        Ok(())
    }
}

/// A cell that begins like a formula gets an apostrophe, which spreadsheets show as text
/// (OWASP, CSV injection); control characters become spaces.
pub fn guard(text: &str) -> Cow<'_, str> {
    let text = if text.chars().any(|c| c.is_control() && c != '\n') {
        Cow::Owned(text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    };
    if text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text }
}

/// A guarded cell as it was before, for readers that run nothing.
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// A share with three decimals.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "0.000".to_owned() } else { format!("{:.3}", part as f64 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_display() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in [0, 9, 10, 1_234_567_890, u64::MAX] {
            let mut sheet = Sheet::create(folder.path(), "of.csv", "number#").expect("a sheet");
            sheet.number(number).end().expect("a row");
            sheet.finish().expect("a file");
            let text = std::fs::read_to_string(folder.path().join("of.csv")).expect("text");
            assert_eq!(text, format!("number\n{number}\n"));
        }
    }

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(guard("=1+1"), "'=1+1");
        assert_eq!(guard("@x"), "'@x");
        assert_eq!(guard("a\tb\u{1b}[2J"), "a b [2J");
        assert_eq!(guard("plain"), "plain");
        for text in ["=1+1", "@132+40", "plain", "'quoted'", "'"] {
            assert_eq!(unguard(&guard(text)), text);
        }
    }
}
