//! `report.xlsx`: the tables as a workbook with typed cells, for people who work in spreadsheets.
//!
//! Sheets are read back from the CSV reports row by row, so that both say the same; those of
//! people are streamed ([`crowd`]), so that a million need little memory. No formula, macro or link is ever written: text is
//! written as text whatever it begins with.

mod crowd;

use super::{Assessment, Report, methodology, people, reference_day, reread::Reread, words};
use crate::{
    base::Element,
    law::Crossed,
    people::{Population, count::Reason},
};
use crowd::{Crowd, Of, Show};
use csv::StringRecord;
use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};
use std::path::Path;

/// The same tables as a workbook.
pub struct Xlsx;

/// Rows a sheet holds below its header (ECMA-376: 1,048,576 in all).
const MOST_ROWS: u32 = 1_048_575;

/// Characters a cell holds.
const LONGEST_CELL: usize = 32_767;

/// Files listed.
const MOST_FILES: usize = 10_000;

/// Columns of the CSV reports that hold numbers.
const NUMBERS: &[&str] = &[
    "birth_year",
    "element_count",
    "records",
    "files",
    "people_floor",
    "people_best",
    "people_ceiling",
    "people",
    "size_bytes",
    "bytes_examined",
    "mentions",
    "bytes_not_examined",
    "quantity_low",
    "quantity_best",
    "quantity_high",
    "unit_low",
    "unit_likely",
    "unit_high",
    "cost_low",
    "cost_likely",
    "cost_high",
    "year",
    "floor",
    "best",
    "ceiling",
    "owed",
    "may_be_owed",
    "population",
    "sampled",
    "hits",
];

/// Columns that hold shares between 0 and 1.
const SHARES: &[&str] = &["estimate", "exact_low", "exact_high", "wilson_low", "wilson_high", "confidence"];

/// Columns that hold dates or UTC times.
const DATES: &[&str] = &["deadline_date", "as_of", "first_deadline"];

impl Report for Xlsx {
    fn name(&self) -> &'static str {
        "report.xlsx"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut book = Book::new(assessment, folder)?;
        summary(&mut book, assessment)?;
        book.copy("Duties", "duties.csv")?;
        residency(&mut book, assessment)?;
        book.copy("Element sets", "element_sets.csv")?;
        book.people("People", Of::All, Show::Row)?;
        let present = assessment.census.elements.iter().filter(|(_, (people, _))| *people > 0).map(|(element, _)| *element);
        book.people("Matrix", Of::All, Show::Matrix(present.collect()))?;
        book.copy("Conflicts", "conflicts.csv")?;
        book.copy("Generic values", "generic_values.csv")?;
        book.people("Minors", Of::Minors, Show::Row)?;
        book.people("No contact", Of::NoContact, Show::Row)?;
        book.copy("Exceptions", "exceptions.csv")?;
        files(&mut book)?;
        book.copy("Costs", "impact.csv")?;
        quality(&mut book)?;
        method(&mut book, assessment)?;
        let made = book.workbook.save_to_buffer()?;
        crowd::fill(&made, &book.crowds, assessment.population, folder, self.name())
    }
}

/// A workbook being written.
struct Book<'f> {
    workbook: Workbook,
    /// Worksheets so far.
    sheets: usize,
    /// Sheets whose rows are written when the workbook is made.
    crowds: Vec<Crowd>,
    population: &'f Population,
    folder: &'f Path,
    head: Format,
    whole: Format,
    fraction: Format,
    share: Format,
    day: Format,
    time: Format,
    wrapped: Format,
}

impl<'f> Book<'f> {
    fn new(assessment: &Assessment<'f>, folder: &'f Path) -> anyhow::Result<Book<'f>> {
        let mut workbook = Workbook::new();
        // Rows wait in unnamed files of the case folder, not in a folder that others may read.
        workbook.set_tempdir(folder)?;
        let made = excel_day(reference_day(assessment.facts))?;
        workbook.set_properties(&DocProperties::new().set_title("Leak report").set_author("BreachScope").set_creation_datetime(&made));
        Ok(Book {
            workbook,
            sheets: 0,
            crowds: Vec::new(),
            population: assessment.population,
            folder,
            head: Format::new().set_bold().set_background_color(0x00E4_EAF1),
            whole: Format::new().set_num_format("#,##0"),
            fraction: Format::new().set_num_format("#,##0.00"),
            share: Format::new().set_num_format("0.0%"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        })
    }

    fn push(&mut self, sheet: Worksheet) {
        self.sheets += 1;
        self.workbook.push_worksheet(sheet);
    }

    /// Copies a CSV report.
    fn copy(&mut self, name: &str, report: &str) -> anyhow::Result<()> {
        let Some(mut source) = Reread::open(self.folder, report)? else { return Ok(()) };
        let header = source.header.clone();
        let columns: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut page = self.page(name, &columns)?;
        source.each(|row| page.row(row.iter()))?;
        page.finish()
    }

    /// Sheets of people, with their header for now.
    fn people(&mut self, name: &str, of: Of, show: Show) -> anyhow::Result<()> {
        let columns: Vec<&str> = match &show {
            Show::Row => people::COLUMNS.split(", ").collect(),
            Show::Matrix(elements) => people::WHO.into_iter().chain(elements.iter().map(|element| element.code())).collect(),
        };
        let rows = self.population.counted().filter(|individual| of.includes(individual)).count();
        for (number, (skip, rows)) in crowd::split(rows).enumerate() {
            let name = if number == 0 { name.to_owned() } else { format!("{name} {}", number + 1) };
            let mut page = self.page(&name, &columns)?;
            page.row = rows as u32;
            page.finish()?;
            self.crowds.push(Crowd { sheet: self.sheets, of, show: show.clone(), skip, rows });
        }
        Ok(())
    }

    /// A table of its own, on as many sheets as its rows need.
    fn page<'b>(&'b mut self, name: &str, columns: &[&str]) -> anyhow::Result<Page<'b, 'f>> {
        let mut page = Page {
            book: self,
            name: name.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            sheet: None,
            row: 0,
            sheets: 0,
        };
        page.open()?;
        Ok(page)
    }
}

/// A table being written.
struct Page<'b, 'f> {
    book: &'b mut Book<'f>,
    name: String,
    columns: Vec<String>,
    sheet: Option<Worksheet>,
    /// Rows below the header of this sheet.
    row: u32,
    sheets: u32,
}

impl Page<'_, '_> {
    fn open(&mut self) -> anyhow::Result<()> {
        self.sheets += 1;
        self.row = 0;
        let name = if self.sheets == 1 { self.name.clone() } else { format!("{} {}", self.name, self.sheets) };
        let mut sheet = self.book.workbook.new_worksheet_with_constant_memory()?;
        sheet.set_name(&name)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        for (at, column) in self.columns.iter().enumerate() {
            sheet.set_column_width(at as u16, width(column))?;
        }
        sheet.set_repeat_rows(0, 0)?;
        for (at, column) in self.columns.iter().enumerate() {
            let heading = Element::from_code(column).map_or_else(|| words::sentence(column), |element| words::element(element).to_owned());
            sheet.write_string_with_format(0, at as u16, heading, &self.book.head)?;
        }
        self.sheet = Some(sheet);
        Ok(())
    }

    fn row<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> anyhow::Result<()> {
        if self.row == MOST_ROWS {
            self.close()?;
            self.open()?;
        }
        self.row += 1;
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        for (at, (cell, column)) in cells.zip(&self.columns).enumerate() {
            if !cell.is_empty() {
                write_cell(self.book, sheet, (self.row, at as u16), column, cell)?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> anyhow::Result<()> {
        if let Some(mut sheet) = self.sheet.take() {
            if let (Some(last), true) = (self.columns.len().checked_sub(1), self.row > 0) {
                sheet.autofilter(0, 0, self.row, last as u16)?;
            }
            self.book.push(sheet);
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.close()
    }
}

/// Writes a number as a number, a date as a date, and anything else as text.
fn write_cell(book: &Book<'_>, sheet: &mut Worksheet, (row, column): (u32, u16), name: &str, text: &str) -> anyhow::Result<()> {
    if NUMBERS.contains(&name)
        && let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite())
    {
        let year = matches!(name, "birth_year" | "year");
        match (year, number.fract() == 0.0) {
            (true, _) => sheet.write_number(row, column, number)?,
            (false, true) => sheet.write_number_with_format(row, column, number, &book.whole)?,
            (false, false) => sheet.write_number_with_format(row, column, number, &book.fraction)?,
        };
        return Ok(());
    }
    if SHARES.contains(&name)
        && let Ok(share) = text.parse::<f64>()
    {
        sheet.write_number_with_format(row, column, share, &book.share)?;
        return Ok(());
    }
    if DATES.contains(&name)
        && let Some((moment, has_time)) = moment(text)
    {
        sheet.write_datetime_with_format(row, column, &moment, if has_time { &book.time } else { &book.day })?;
        return Ok(());
    }
    if text.chars().count() > LONGEST_CELL {
        let short: String = text.chars().take(LONGEST_CELL - 1).chain(['…']).collect();
        sheet.write_string(row, column, short)?;
    } else {
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

/// A date, or a UTC time and that it is one.
fn moment(text: &str) -> Option<(ExcelDateTime, bool)> {
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        return excel_day(day).ok().map(|day| (day, false));
    }
    let time: jiff::Timestamp = text.parse().ok()?;
    ExcelDateTime::from_timestamp(time.as_second()).ok().map(|time| (time, true))
}

fn excel_day(day: Date) -> anyhow::Result<ExcelDateTime> {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    Ok(ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), part(day.month()), part(day.day()))?)
}

/// A width that shows most of what such a column holds.
fn width(column: &str) -> f64 {
    match column {
        "path" | "duplicate_of" | "record_a" | "record_b" | "detail" => 50.0,
        "elements" | "trigger_elements" | "element_set" | "jurisdictions" | "note" | "source" | "action" | "law" | "recipient" | "text" => {
            40.0
        }
        "person_id" | "full_name" | "person_a" | "person_b" | "deadline" | "citation" | "name" | "line" | "threshold"
        | "conflict_reason" | "rule_text" => 24.0,
        "metric" => 34.0,
        _ => 13.0,
    }
}

fn summary(book: &mut Book<'_>, assessment: &Assessment<'_>) -> anyhow::Result<()> {
    let items = super::summary::item_counts(assessment);
    let mut page = book.page("Summary", &["metric", "floor", "best", "ceiling", "note"])?;
    let mut number = |metric: &str, floor: u64, best: u64, ceiling: u64, text: &str| {
        page.row([metric, &floor.to_string(), &best.to_string(), &ceiling.to_string(), text].into_iter())
    };
    for (scope, bounds) in &assessment.population.counts.scopes {
        let metric = match scope.split_once(':') {
            None if scope == "total" => "People affected".to_owned(),
            None => format!("of them: {}", scope.replace('_', " ")),
            Some(("element", code)) => format!("lost: {}", Element::from_code(code).map(words::element).unwrap_or(code)),
            Some(("role", "professional")) => "not counted: named only for their work".to_owned(),
            Some(("role", role)) => format!("seen as: {role}"),
            Some(_) => continue,
        };
        number(&metric, bounds.floor, bounds.best, bounds.ceiling, scope)?;
    }
    for Reason { code, text, direction, people, resolve, .. } in &assessment.population.counts.reasons {
        number(&format!("range: {code} {}", direction.word()), *people, *people, *people, &format!("{text}; {resolve}"))?;
    }
    for (metric, count) in [
        ("Items", items.total),
        ("Items read in full", items.full),
        ("Items read in part", items.partial),
        ("Items not read", items.failed),
        ("Items skipped", items.skipped),
        ("Copies", items.duplicate),
        ("Bytes", items.bytes),
        ("Bytes examined", items.examined),
    ] {
        number(metric, count, count, count, "")?;
    }
    let owed = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No).count() as u64;
    let first = super::summary::earliest_deadline(assessment).map(|date| format!("first deadline {date}")).unwrap_or_default();
    number("Duties indicated", owed, owed, owed, &first)?;
    page.finish()
}

fn residency(book: &mut Book<'_>, assessment: &Assessment<'_>) -> anyhow::Result<()> {
    let mut page =
        book.page("Residency", &["jurisdiction", "name", "floor", "best", "ceiling", "owed", "may_be_owed", "first_deadline"])?;
    for (scope, bounds) in &assessment.population.counts.scopes {
        let Some(place) = scope.strip_prefix("residency:") else { continue };
        let here = || assessment.duties.iter().filter(|duty| duty.jurisdiction == place);
        let count = |crossed: Crossed| here().filter(|duty| duty.crossed == crossed).count().to_string();
        let dates = here().filter(|duty| duty.crossed != Crossed::No).filter_map(|duty| duty.deadline_date.as_ref());
        let first = dates.min_by_key(|date| date.sort_key()).map(ToString::to_string).unwrap_or_default();
        let (floor, best, ceiling) = (bounds.floor.to_string(), bounds.best.to_string(), bounds.ceiling.to_string());
        page.row(
            [place, &words::place(place), &floor, &best, &ceiling, &count(Crossed::Yes), &count(Crossed::WithinInterval), &first]
                .into_iter(),
        )?;
    }
    page.finish()
}

/// The files with most people and mentions.
fn files(book: &mut Book<'_>) -> anyhow::Result<()> {
    let Some(mut source) = Reread::open(book.folder, "files.csv")? else { return Ok(()) };
    let (people, mentions) = (source.column("people")?, source.column("mentions")?);
    let count = |row: &StringRecord, at: usize| row.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    // Ranks first, rows then: there may be millions of files.
    let mut ranks: Vec<(std::cmp::Reverse<(u64, u64)>, u32)> = Vec::new();
    source.each(|row| {
        ranks.push((std::cmp::Reverse((count(row, people), count(row, mentions))), ranks.len() as u32));
        Ok(())
    })?;
    ranks.sort_unstable();
    ranks.truncate(MOST_FILES);
    let place: std::collections::HashMap<u32, usize> = ranks.iter().enumerate().map(|(place, (_, row))| (*row, place)).collect();
    let mut rows = vec![StringRecord::new(); ranks.len()];
    let Some(mut source) = Reread::open(book.folder, "files.csv")? else { return Ok(()) };
    let mut at = 0u32;
    source.each(|row| {
        if let Some(kept) = place.get(&at).and_then(|place| rows.get_mut(*place)) {
            kept.clone_from(row);
        }
        at += 1;
        Ok(())
    })?;
    let columns: Vec<&str> = source.header.iter().map(String::as_str).collect();
    let mut page = book.page("Files", &columns)?;
    rows.iter().try_for_each(|row| page.row(row.iter()))?;
    page.finish()
}

/// What a review came to, or that there was none.
fn quality(book: &mut Book<'_>) -> anyhow::Result<()> {
    if book.folder.join("qc_results.csv").is_file() {
        return book.copy("QC", "qc_results.csv");
    }
    let mut page = book.page("QC", &["note"])?;
    page.row(std::iter::once("No sample was reviewed: breachscope sample draws one, breachscope qc reads the answers."))?;
    page.finish()
}

fn method(book: &mut Book<'_>, assessment: &Assessment<'_>) -> anyhow::Result<()> {
    let mut sheet = book.workbook.new_worksheet_with_constant_memory()?;
    sheet.set_name("Method")?;
    sheet.set_column_width(0, 120)?;
    sheet.write_string_with_format(0, 0, "Method and scope", &book.head)?;
    sheet.set_freeze_panes(1, 0)?;
    let assumed = assessment.facts.assumptions().into_iter().map(|assumption| format!("Assumed: {assumption}"));
    for (at, text) in methodology::scope(assessment).into_iter().chain(assumed).enumerate() {
        sheet.write_string_with_format(at as u32 + 1, 0, text, &book.wrapped)?;
    }
    book.push(sheet);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_told_apart() {
        assert_eq!(moment("2026-03-05").map(|(_, time)| time), Some(false));
        assert_eq!(moment("2026-03-05T09:00:00Z").map(|(_, time)| time), Some(true));
        assert!(moment("soon").is_none() && moment("").is_none());
    }
}
