//! Numbers of cells as a reader sees them: dates from serial days, and the leading zeros and
//! separators that a format like `000-00-0000` adds (ECMA-376 part 1, 18.8.30 and 18.8.31).

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
};
use std::fmt::Write;

/// How a cell's number is shown, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    #[default]
    General,
    Date,
    /// Time of day, when less than a day.
    Time,
    /// Hours or minutes that may pass a day: `[h]:mm`.
    Elapsed,
    /// Digits put into the places of the zeros.
    Mask(String),
}

impl Style {
    /// The style of a built-in number format.
    pub(super) const fn built_in(id: u32) -> Style {
        match id {
            14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Style::Date,
            18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Style::Time,
            46 => Style::Elapsed,
            _ => Style::General,
        }
    }

    /// The style of a format code.
    pub(super) fn of(code: &str) -> Style {
        let section = code.split(';').next().unwrap_or_default();
        let Letters { date, time, elapsed } = Letters::of(section);
        match (date, time, elapsed) {
            (true, ..) => Style::Date,
            (_, _, true) => Style::Elapsed,
            (_, true, _) => Style::Time,
            _ => mask(section).map_or(Style::General, Style::Mask),
        }
    }
}

/// What the letters of a format code stand for, outside of quotes and brackets.
#[derive(Default)]
struct Letters {
    date: bool,
    time: bool,
    elapsed: bool,
}

impl Letters {
    fn of(section: &str) -> Letters {
        let mut letters = Letters::default();
        if section.eq_ignore_ascii_case("general") {
            return letters;
        }
        let mut chars = section.chars();
        let mut has_month = false;
        while let Some(c) = chars.next() {
            match c.to_ascii_lowercase() {
                '"' => drop(chars.by_ref().find(|c| *c == '"')),
                '\\' | '_' | '*' => drop(chars.next()),
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    letters.elapsed |= !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S'));
                }
                'y' | 'd' => letters.date = true,
                'h' | 's' => letters.time = true,
                // Minutes beside hours or seconds, else months.
                'm' => has_month = true,
                _ => {}
            }
        }
        letters.date |= has_month && !letters.time && !letters.elapsed;
        letters
    }
}

/// A code of zeros and separators only, without its quotes and escapes.
fn mask(section: &str) -> Option<String> {
    let mut mask = String::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' | '-' | ' ' | '/' | '(' | ')' => mask.push(c),
            '\\' => mask.extend(chars.next()),
            '"' => mask.extend(chars.by_ref().take_while(|c| *c != '"')),
            _ => return None,
        }
    }
    (mask.matches('0').count() > 1).then_some(mask)
}

/// Day 0 of serial numbers: the end of 1899, or the first of 1904.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Epoch {
    #[default]
    Of1900,
    Of1904,
}

/// Writes a cell's number as its style shows it.
pub(super) fn show(value: &str, style: &Style, epoch: Epoch, out: &mut String) {
    let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else { return out.push_str(value) };
    let before = out.len();
    let shown = match style {
        Style::General => None,
        Style::Date => date(number, epoch, out),
        Style::Time if number >= 1.0 => date(number, epoch, out),
        Style::Time => clock((number * 86_400.0).round(), out),
        Style::Elapsed => clock((number * 86_400.0).round(), out),
        Style::Mask(mask) => masked(number, mask, out),
    };
    if shown.is_none() {
        out.truncate(before);
        plain(value, number, out);
    }
}

/// The digits as they stand, without exponent and without the noise of binary fractions.
fn plain(value: &str, number: f64, out: &mut String) {
    let is_noisy = value.contains(['e', 'E']) || value.len() > 16 && value.contains('.');
    if !is_noisy || number.abs() > 1e300 {
        return out.push_str(value.strip_suffix(".0").unwrap_or(value));
    }
    // Fifteen digits are all that a sheet shows and a user typed.
    let digits = format!("{number:.14e}").parse().unwrap_or(number);
    write!(out, "{digits}").ok();
}

/// A number of 30 bits: whole or the upper half of a fraction, perhaps of a hundred ([MS-XLS] 2.5.217, [MS-XLSB] 2.5.123).
pub(super) fn packed(bits: u32) -> f64 {
    let value = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits as i32 >> 2),
    };
    if bits & 1 == 0 { value } else { value / 100.0 }
}

/// The moment a serial number stands for.
pub(super) fn moment(serial: f64, epoch: Epoch) -> Option<DateTime> {
    let (first, serial) = match epoch {
        // Day 60 is 29 February 1900, which never was: days before it count from a day later.
        Epoch::Of1900 if serial < 60.0 => (Date::constant(1899, 12, 31), serial),
        Epoch::Of1900 => (Date::constant(1899, 12, 30), serial),
        Epoch::Of1904 => (Date::constant(1904, 1, 1), serial),
    };
    if !(0.0..3_000_000.0).contains(&serial) {
        return None;
    }
    let seconds = (serial.fract() * 86_400.0).round() as i64;
    first.to_datetime(Time::midnight()).checked_add((serial.trunc() as i64).days().seconds(seconds)).ok()
}

fn date(serial: f64, epoch: Epoch, out: &mut String) -> Option<()> {
    let moment = moment(serial, epoch)?;
    write!(out, "{}", moment.date()).ok();
    if moment.time() != Time::midnight() {
        write!(out, " {}", moment.time()).ok();
    }
    Some(())
}

fn clock(seconds: f64, out: &mut String) -> Option<()> {
    let seconds = (0.0..1e9).contains(&seconds).then_some(seconds as u64)?;
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()
}

fn masked(number: f64, mask: &str, out: &mut String) -> Option<()> {
    let zeros = mask.matches('0').count();
    let digits = (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then(|| format!("{number:0zeros$}"))?;
    // More digits than places go into the first.
    let (surplus, rest) = digits.split_at_checked(digits.len().checked_sub(zeros)?)?;
    let mut rest = rest.chars();
    let mut surplus = Some(surplus).filter(|surplus| !surplus.is_empty());
    for c in mask.chars() {
        if c == '0' {
            out.push_str(surplus.take().unwrap_or_default());
            out.extend(rest.next());
        } else {
            out.push(c);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_a_reader_sees_them() {
        for (value, code, want) in [
            ("45292", "yyyy\\-mm\\-dd", "2024-01-01"),
            ("45292", "[$-409]d\\-mmm\\-yy;@", "2024-01-01"),
            ("45292.75", "m/d/yy h:mm", "2024-01-01 18:00:00"),
            ("45292.999999", "dd.mm.yyyy", "2024-01-02"),
            ("59", "yyyy", "1900-02-28"),
            ("61", "yyyy", "1900-03-01"),
            ("0.5", "h:mm AM/PM", "12:00:00"),
            ("1.5", "[h]:mm", "36:00:00"),
            ("45292", "\"day\" 0.00", "45292"),
            ("45292", "General", "45292"),
            ("45292", "#,##0 [Red]", "45292"),
            ("2134", "00000", "02134"),
            ("78051120", "000\\-00\\-0000", "078-05-1120"),
            ("123456789012", "000-0000", "12345678-9012"),
            ("4.111111111111111E+15", "0", "4111111111111110"),
            ("0.10000000000000001", "0.0", "0.1"),
            ("1E-3", "General", "0.001"),
            ("12.50", "0.00", "12.50"),
            ("-3", "yyyy", "-3"),
            ("99999999999", "yyyy", "99999999999"),
            ("abc", "yyyy", "abc"),
        ] {
            let mut out = String::new();
            show(value, &Style::of(code), Epoch::Of1900, &mut out);
            assert_eq!(out, want, "{value} as {code}");
        }
        let mut out = String::new();
        show("43830", &Style::built_in(14), Epoch::Of1904, &mut out);
        assert_eq!(out, "2024-01-01");
    }
}
