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
use rayon::prelude::*;
use std::{
    fs::File,
    io::{BufReader, BufWriter, Cursor, Read, Write},
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

/// A workbook, read by several at once.
type Source<'m> = ZipArchive<Cursor<&'m [u8]>>;

/// Copies the workbook `made` to a file of this name in the folder, with the sheets of people filled: all at once, each in an unnamed file of
/// the folder.
pub(super) fn fill(made: &[u8], crowds: &[Crowd], population: &Population, folder: &Path, name: &str) -> anyhow::Result<()> {
    let mut source = ZipArchive::new(Cursor::new(made)).context("the workbook is no zip")?;
    let filled = crowds.par_iter().map(|crowd| crowd.packed(source.clone(), population, folder));
    let mut filled = filled.collect::<anyhow::Result<Vec<_>>>()?;
    let mut target = ZipWriter::new(BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?));
    for at in 0..source.len() {
        let name = source.by_index_raw(at)?.name()?.into_owned();
        match crowds.iter().position(|crowd| name == crowd.part()) {
            Some(crowd) => target.raw_copy_file(filled[crowd].by_index_raw(0)?)?,
            None => target.raw_copy_file(source.by_index_raw(at)?)?,
        }
    }
    target.finish()?.flush()?;
    Ok(())
}

impl Crowd {
    /// The sheet's name in the package.
    fn part(&self) -> String {
        format!("xl/worksheets/sheet{}.xml", self.sheet)
    }

    /// A package of the filled sheet alone.
    fn packed(&self, mut source: Source<'_>, population: &Population, folder: &Path) -> anyhow::Result<ZipArchive<BufReader<File>>> {
        let mut part = source.by_name(&self.part())?;
        let mut sheet = String::new();
        part.read_to_string(&mut sheet)?;
        // Rows repeat their markup: the quickest level packs them nearly as well as the best.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(part.last_modified().unwrap_or_default())
            .large_file(self.rows > 1 << 18);
        let mut target = ZipWriter::new(BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(folder)?));
        target.start_file(self.part(), options)?;
        self.write(&sheet, population, &mut target)?;
        let file = target.finish()?.into_inner().map_err(|error| error.into_error())?;
        Ok(ZipArchive::new(BufReader::with_capacity(1 << 18, file))?)
    }

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
