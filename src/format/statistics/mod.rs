//! Files of statistical programs: SAS, SPSS and Stata. Each has its own file; rows, numbers and days are shared.
//!
//! None of the layouts is published whole by its maker but Stata's and the SAS transport format; the others are read as the
//! PSPP manual, ReadStat and pandas describe them.

mod sas;
mod spss;
mod squeeze;
mod stata;
mod transport;

use super::{Cell, Rows, Sink, TableId, TableSpec, tell_cut};
use crate::source::Input;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use jiff::{ToSpan, civil::Date};
pub use sas::Sas;
pub use spss::Spss;
pub use stata::Stata;
use std::{borrow::Cow, fmt::Write};
pub use transport::SasTransport;

/// Rows are handed on together, about so many bytes at a time.
const BATCH: usize = 1 << 20;

/// Numbers in the order of bytes of the machine that wrote them.
#[derive(Clone, Copy)]
struct Order {
    is_big: bool,
}

impl Order {
    /// The number of so many bytes, up to eight, at `at`.
    fn number(self, bytes: &[u8], at: usize, width: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(width)?)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.is_big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }

    fn size(self, bytes: &[u8], at: usize, width: usize) -> Option<usize> {
        self.number(bytes, at, width).and_then(|number| usize::try_from(number).ok())
    }
}

/// What a number stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Show {
    #[default]
    Number,
    /// Days since the program's day 0.
    Day,
    /// Seconds since the start of it.
    Moment,
    /// Seconds since midnight.
    Clock,
}

/// Rows of a table being gathered.
struct Table<'s> {
    sink: &'s mut dyn Sink,
    id: TableId,
    width: usize,
    cells: Vec<Cell>,
    text: String,
    /// Day 0 of dates.
    epoch: Date,
    encoding: &'static Encoding,
}

impl<'s> Table<'s> {
    fn new(sink: &'s mut dyn Sink, name: Option<&str>, columns: &[&str], epoch: Date, encoding: &'static Encoding) -> Table<'s> {
        let id = sink.table(&TableSpec { name, columns: Some(columns), width: columns.len(), parent: None });
        Table { sink, id, width: columns.len(), cells: Vec::new(), text: String::new(), epoch, encoding }
    }

    /// Adds a cell that is written by `write`; one without text has no value.
    fn cell(&mut self, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        let length = self.text.len() - start;
        self.cells.push(if length == 0 { Cell::NULL } else { Cell::rewritten(start, length) });
    }

    /// A text, without what fills it up.
    fn words(&mut self, bytes: &[u8]) {
        let text = decode(self.encoding, bytes);
        self.cell(|out| out.push_str(text.trim_end_matches([' ', '\0'])));
    }

    fn number(&mut self, number: Option<f64>, show: Show) {
        let epoch = self.epoch;
        self.cell(|out| {
            if let Some(number) = number.filter(|number| number.is_finite()) {
                write_number(number, show, epoch, out);
            }
        });
    }

    /// Ends a row; hands on what was gathered when it is much.
    fn end_row(&mut self) {
        if self.text.len() >= BATCH || self.cells.len() >= BATCH {
            self.flush();
        }
    }

    /// Hands on what was gathered.
    fn flush(&mut self) {
        self.cells.truncate(self.cells.len() - self.cells.len() % self.width.max(1));
        if !self.cells.is_empty() {
            let rows = Rows { table: self.id, width: self.width, cells: &self.cells, bytes: &[], arena: self.text.as_bytes() };
            self.sink.rows(&rows);
        }
        self.cells.clear();
        self.text.clear();
    }
}

/// What stands before the first zero.
fn until_zero(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]
}

/// Bytes as text: UTF-8 if they are, else as the file says.
fn decode<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Cow<'b, str> {
    std::str::from_utf8(bytes).map_or_else(|_| encoding.decode_without_bom_handling(bytes).0, Cow::Borrowed)
}

/// The encoding of this name, else the one that most old files are in.
fn encoding(name: &str) -> &'static Encoding {
    let name = name.trim();
    let by_page = |page: &str| Encoding::for_label(format!("windows-{page}").as_bytes());
    Encoding::for_label(name.as_bytes())
        .or_else(|| by_page(name.trim_start_matches(['c', 'p', 'C', 'P'])))
        .unwrap_or(if name.eq_ignore_ascii_case("utf8") { UTF_8 } else { WINDOWS_1252 })
}

fn write_number(number: f64, show: Show, epoch: Date, out: &mut String) {
    let shown = match show {
        Show::Number => None,
        Show::Day => day(number, epoch).map(|day| day.to_string()),
        Show::Moment => day((number / 86_400.0).floor(), epoch).map(|day| {
            let clock = number.rem_euclid(86_400.0);
            if clock == 0.0 { day.to_string() } else { format!("{day} {}", time_of_day(clock)) }
        }),
        Show::Clock => (0.0..360_000.0).contains(&number).then(|| time_of_day(number)),
    };
    match shown {
        Some(shown) => out.push_str(&shown),
        // Whole numbers are keys more often than measures: no exponent, no point.
        None if number.fract() == 0.0 && number.abs() < 1e15 => drop(write!(out, "{}", number as i64)),
        None => drop(write!(out, "{number}")),
    }
}

fn day(days: f64, epoch: Date) -> Option<Date> {
    // Larger spans are none to the calendar, and no day anybody wrote down.
    let days = Some(days).filter(|days| days.abs() < 5e6)?;
    epoch.checked_add((days as i64).days()).ok()
}

fn time_of_day(seconds: f64) -> String {
    let seconds = seconds as u64;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// An item held whole, if it fits; an error that only its reader knows is told.
fn whole(input: Input<'_>, sink: &mut dyn Sink, read: impl FnOnce(&[u8], &mut dyn Sink)) {
    let (bytes, error) = input.into_whole(sink.in_memory());
    read(&bytes, sink);
    tell_cut(error.as_ref(), sink);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_what_they_stand_for() {
        let epoch = Date::constant(1960, 1, 1);
        for (number, show, want) in [
            (123_456_789.0, Show::Number, "123456789"),
            (0.5, Show::Number, "0.5"),
            (0.0, Show::Day, "1960-01-01"),
            (-1.0, Show::Day, "1959-12-31"),
            (86_399.0, Show::Moment, "1960-01-01 23:59:59"),
            (-1.0, Show::Moment, "1959-12-31 23:59:59"),
            (86_400.0, Show::Moment, "1960-01-02"),
            (3_661.0, Show::Clock, "01:01:01"),
            (1e9, Show::Day, "1000000000"),
        ] {
            let mut out = String::new();
            write_number(number, show, epoch, &mut out);
            assert_eq!(out, want, "{number} {show:?}");
        }
    }

    #[test]
    fn encodings_are_known_by_the_names_programs_give_them() {
        for (name, want) in [
            ("UTF-8", "UTF-8"),
            ("windows-1251", "windows-1251"),
            ("1250", "windows-1250"),
            ("CP1253", "windows-1253"),
            ("?", "windows-1252"),
        ] {
            assert_eq!(encoding(name).name(), want);
        }
    }
}
