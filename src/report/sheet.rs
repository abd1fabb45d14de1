//! A CSV report: RFC 4180, UTF-8, LF, a header row, and no cell a spreadsheet would run.

use std::{borrow::Cow, fs::File, io::BufWriter, path::Path};

/// Writes rows; text cells pass the formula guard, numbers do not need it.
pub struct Sheet {
    writer: csv::Writer<BufWriter<File>>,
    row: csv::ByteRecord,
}

impl Sheet {
    /// A new file with this header.
    pub fn create(folder: &Path, name: &str, header: &str) -> anyhow::Result<Sheet> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| anyhow::anyhow!("`{}` cannot be written: {error}", path.display()))?;
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(BufWriter::with_capacity(1 << 20, file));
        let mut sheet = Sheet { writer, row: csv::ByteRecord::new() };
        header.split(", ").for_each(|column| sheet.row.push_field(column.as_bytes()));
        sheet.end()?;
        Ok(sheet)
    }

    /// A text cell.
    pub fn text(&mut self, text: &str) -> &mut Sheet {
        self.row.push_field(guard(text).as_bytes());
        self
    }

    /// A number, a date, or one of our own words.
    pub fn plain(&mut self, value: impl std::fmt::Display) -> &mut Sheet {
        use std::io::Write;
        let mut buffer = [0u8; 64];
        let mut cursor = std::io::Cursor::new(&mut buffer[..]);
        match write!(cursor, "{value}") {
            Ok(()) => {
                let length = cursor.position() as usize;
                self.row.push_field(&buffer[..length]);
            }
            Err(_) => self.row.push_field(value.to_string().as_bytes()),
        }
        self
    }

    /// Ends the row.
    pub fn end(&mut self) -> anyhow::Result<()> {
        self.writer.write_byte_record(&self.row)?;
        self.row.clear();
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
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

/// A share with three decimals.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "0.000".to_owned() } else { format!("{:.3}", part as f64 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(guard("=1+1"), "'=1+1");
        assert_eq!(guard("@x"), "'@x");
        assert_eq!(guard("a\tb\u{1b}[2J"), "a b [2J");
        assert_eq!(guard("plain"), "plain");
    }
}
