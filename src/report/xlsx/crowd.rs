//! Sheets of people: rows streamed into the package that the library made.
//!
//! A million people are forty million cells, and the library takes most of a microsecond for
//! each. So it makes these sheets with their header only, and their rows are written behind it
//! here, in the plainest form the format has (ECMA-376 part 1, 18.3.1.4: inline strings, cells in
//! the order of columns without a reference of their own).

use super::{super::people, MOST_ROWS, NUMBERS};
use crate::{
    base::{Element, ElementSet},
    people::{Population, individual::Individual},
};
use anyhow::Context;
use quick_xml::escape::escape;
use std::{
    fs::File,
    io::{BufWriter, Cursor, Read, Write},
    path::Path,
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Which rows a sheet of people has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    All,
    Minors,
    NoContact,
}

impl Of {
    pub(super) fn includes(self, individual: &Individual) -> bool {
        match self {
            Of::All => true,
            Of::Minors => individual.minor == crate::people::individual::Known::Yes,
            Of::NoContact => !individual.reachable,
        }
    }
}

/// What a sheet of people shows of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// The cells of `people.csv`.
    Row,
    /// Who they are, and a mark under each of these elements.
    Matrix(Vec<Element>),
}

/// One sheet to be filled: its place among the worksheets, from 1, and which of the people it
/// shows: so many from the `skip`th on.
pub(super) struct Crowd {
    pub(super) sheet: usize,
    pub(super) of: Of,
    pub(super) show: Show,
    pub(super) skip: usize,
    pub(super) rows: usize,
}

/// Copies the workbook `made` to `path`, filling the sheets of people on the way.
pub(super) fn fill(made: Vec<u8>, crowds: &[Crowd], population: &Population, path: &Path) -> anyhow::Result<()> {
    let mut source = ZipArchive::new(Cursor::new(made)).context("the workbook is no zip")?;
    let mut target = ZipWriter::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
    for at in 0..source.len() {
        let mut part = source.by_index(at)?;
        let name = part.name()?.into_owned();
        let crowd = crowds.iter().find(|crowd| name == format!("xl/worksheets/sheet{}.xml", crowd.sheet));
        let Some(crowd) = crowd else {
            drop(part);
            target.raw_copy_file(source.by_index_raw(at)?)?;
            continue;
        };
        let mut sheet = String::new();
        part.read_to_string(&mut sheet)?;
        let modified = part.last_modified().unwrap_or_default();
        // Rows repeat their markup: the quickest level packs them nearly as well as the best.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(modified)
            .large_file(crowd.rows > 1 << 18);
        target.start_file(name, options)?;
        crowd.write(&sheet, population, &mut target)?;
    }
    target.finish()?.flush()?;
    Ok(())
}

impl Crowd {
    /// Writes the sheet with its rows behind the header row.
    fn write(&self, sheet: &str, population: &Population, to: &mut impl Write) -> anyhow::Result<()> {
        let (before, after) = sheet.split_once("</sheetData>").context("a sheet of the workbook has no rows")?;
        let (start, dimension) = before.split_once("<dimension ref=\"").context("a sheet of the workbook tells no range")?;
        let (range, rest) = dimension.split_once('"').unwrap_or((dimension, ""));
        let last = range.split(':').next_back().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
        write!(to, "{start}<dimension ref=\"A1:{last}{}\"{rest}", self.rows + 1)?;
        let kinds = people::COLUMNS.split(", ").map(|column| NUMBERS.contains(&column)).collect();
        let mut rows = Rows { text: String::with_capacity(1 << 17), person: people::PersonRow::default(), kinds };
        let wanted = population.counted_with_names().filter(|individual| self.of.includes(individual)).skip(self.skip).take(self.rows);
        for individual in wanted {
            rows.text.push_str("<row>");
            match &self.show {
                Show::Row => {
                    rows.person.fill(population, individual);
                    rows.whole();
                }
                Show::Matrix(elements) => {
                    rows.person.fill_who(population, individual);
                    rows.marks(elements, individual.elements, individual.protected);
                }
            }
            rows.text.push_str("</row>");
            if rows.text.len() > 1 << 16 {
                to.write_all(rows.text.as_bytes())?;
                rows.text.clear();
            }
        }
        to.write_all(rows.text.as_bytes())?;
        write!(to, "</sheetData>{after}")?;
        Ok(())
    }
}

/// Rows as XML.
struct Rows {
    text: String,
    person: people::PersonRow,
    /// Of each column of `people.csv`: whether it holds numbers.
    kinds: Vec<bool>,
}

impl Rows {
    fn whole(&mut self) {
        for (cell, number) in self.person.cells().zip(&self.kinds) {
            push_cell(&mut self.text, cell, *number);
        }
    }

    fn marks(&mut self, elements: &[Element], held: ElementSet, protected: ElementSet) {
        for cell in self.person.cells() {
            push_cell(&mut self.text, cell, false);
        }
        for element in elements {
            let mark = match (held.contains(*element), protected.contains(*element)) {
                (true, true) => "protected",
                (true, false) => "Y",
                _ => "",
            };
            push_cell(&mut self.text, mark, false);
        }
    }
}

fn push_cell(text: &mut String, cell: &str, number: bool) {
    if cell.is_empty() {
        text.push_str("<c/>");
    } else if number {
        text.push_str("<c><v>");
        text.push_str(cell);
        text.push_str("</v></c>");
    } else {
        text.push_str("<c t=\"inlineStr\"><is><t>");
        text.push_str(&escape(cell));
        text.push_str("</t></is></c>");
    }
}

/// How many sheets so many rows need, and the rows of each.
pub(super) fn split(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let most = MOST_ROWS as usize;
    (0..rows.div_ceil(most).max(1)).map(move |number| (number * most, rows.saturating_sub(number * most).min(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_unless_they_are_numbers() {
        let mut text = String::new();
        push_cell(&mut text, "a<b", false);
        push_cell(&mut text, "12", true);
        push_cell(&mut text, "", true);
        assert_eq!(text, "<c t=\"inlineStr\"><is><t>a&lt;b</t></is></c><c><v>12</v></c><c/>");
    }

    #[test]
    fn rows_are_split_at_the_longest_sheet() {
        assert_eq!(split(0).collect::<Vec<_>>(), [(0, 0)]);
        assert_eq!(split(1_048_576).collect::<Vec<_>>(), [(0, 1_048_575), (1_048_575, 1)]);
    }
}
