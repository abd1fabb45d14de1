//! Numbers as a sheet shows them (ECMA-376 part 1, 18.8.30 and 18.8.31): `$1,599.99`, `2.50%`, `17-May-07`.
//!
//! Cells of tables hold what is stored, dates in ISO 8601. What a reader of the sheet sees instead stands beside it as text,
//! as far as a sheet is short enough to be read by people.

use super::{
    number::{Epoch, moment},
    prose::Prose,
};
use crate::format::Sink;
use jiff::civil::DateTime;
use std::fmt::Write;

/// Of each sheet so many bytes are written.
const LONGEST: usize = 16 << 10;

/// A number format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    /// For positive numbers, negative ones and zero; fewer when they look alike.
    sections: Vec<Section>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Section {
    tokens: Vec<Token>,
    is_date: bool,
    has_half: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    /// Between digits: thousands.
    Comma,
    Percent,
    /// `E+`, `E-`.
    Exponent,
    Slash,
    /// A run of `y`, `m`, `d`, `h` or `s`.
    Part(char, usize),
    /// `AM/PM`, `A/P`.
    Half,
}

impl Code {
    /// A built-in format, where it shows anything else than what is stored.
    pub(super) fn built_in(id: u32) -> Code {
        Code::of(match id {
            3 => "#,##0",
            4 => "#,##0.00",
            5 | 6 => "$#,##0;($#,##0)",
            7 | 8 => "$#,##0.00;($#,##0.00)",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 => "m/d/yy",
            15 => "d-mmm-yy",
            16 => "d-mmm",
            17 => "mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 => "h:mm",
            21 => "h:mm:ss",
            22 => "m/d/yy h:mm",
            37 | 38 => "#,##0;(#,##0)",
            39 | 40 => "#,##0.00;(#,##0.00)",
            _ => "",
        })
    }

    /// A format as it is written.
    pub(super) fn of(code: &str) -> Code {
        let mut sections = vec![Section::default()];
        let mut chars = code.chars().take(1000).peekable();
        while let Some(c) = chars.next() {
            let Some(section) = sections.last_mut() else { break };
            let tokens = &mut section.tokens;
            match c {
                ';' => sections.push(Section::default()),
                '"' => tokens.push(Token::Literal(chars.by_ref().take_while(|c| *c != '"').collect())),
                '\\' => tokens.extend(chars.next().map(|c| Token::Literal(c.into()))),
                '_' => {
                    chars.next();
                    tokens.push(Token::Literal(" ".to_owned()));
                }
                '*' => drop(chars.next()),
                '[' => {
                    // `[$€-407]` is a currency; colours, conditions and languages are not shown.
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let currency = inside.strip_prefix('$').and_then(|inside| inside.split('-').next()).unwrap_or_default();
                    tokens.push(Token::Literal(currency.to_owned()));
                }
                '0' | '#' | '?' => tokens.push(Token::Digit(c)),
                '.' => tokens.push(Token::Point),
                ',' => tokens.push(Token::Comma),
                '%' => tokens.push(Token::Percent),
                '/' => tokens.push(Token::Slash),
                'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => {
                    chars.next();
                    tokens.push(Token::Exponent);
                }
                'A' | 'a' if matches!(chars.peek(), Some('M' | 'm' | '/')) => {
                    let rest = if chars.peek() == Some(&'/') { 2 } else { 4 };
                    chars.by_ref().take(rest).for_each(drop);
                    section.has_half = true;
                    section.is_date = true;
                    tokens.push(Token::Half);
                }
                'y' | 'm' | 'd' | 'h' | 's' | 'Y' | 'M' | 'D' | 'H' | 'S' => {
                    let mut length = 1;
                    while chars.next_if(|next| next.eq_ignore_ascii_case(&c)).is_some() {
                        length += 1;
                    }
                    section.is_date = true;
                    tokens.push(Token::Part(c.to_ascii_lowercase(), length));
                }
                'G' | 'g' => return Code::default(),
                '@' => {}
                c => tokens.push(Token::Literal(c.into())),
            }
        }
        let is_telling = sections.iter().any(|section| section.tokens.iter().any(|token| *token != Token::Digit('0')));
        Code { sections: if is_telling && code.len() < 1000 { sections } else { Vec::new() } }
    }

    /// The number as it is shown; nothing when that is what is stored.
    fn write(&self, number: f64, epoch: Epoch) -> Option<String> {
        let chosen = match (self.sections.len(), number) {
            (0, _) => return None,
            (2.., number) if number < 0.0 => 1,
            (3.., 0.0) => 2,
            _ => 0,
        };
        let section = self.sections.get(chosen)?;
        let mut out = String::new();
        if section.is_date {
            section.moment(moment(number, epoch)?, &mut out)?;
        } else {
            if number < 0.0 && chosen == 0 {
                out.push('-');
            }
            section.number(number.abs(), &mut out)?;
        }
        let out = out.trim();
        (!out.is_empty()).then(|| out.to_owned())
    }
}

impl Section {
    fn number(&self, number: f64, out: &mut String) -> Option<()> {
        if number >= 1e15 {
            return None;
        }
        let tokens = self.tokens.as_slice();
        if let Some(at) = tokens.iter().position(|token| *token == Token::Slash) {
            return self.fraction(at, number, out);
        }
        let point = tokens.iter().position(|token| *token == Token::Point).unwrap_or(tokens.len());
        let exponent = tokens.iter().position(|token| *token == Token::Exponent);
        let is_digit = |token: &&Token| matches!(token, Token::Digit(_));
        let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
        let mut number = number * 100_f64.powi(i32::try_from(percents.min(4)).ok()?);
        let mut power = 0;
        if exponent.is_some() && number > 0.0 {
            power = number.log10().floor() as i32;
            number /= 10_f64.powi(power);
        }
        let places = tokens.get(point..exponent.unwrap_or(tokens.len())).map_or(0, |after| after.iter().filter(is_digit).count());
        let written = format!("{number:.*}", places.min(30));
        let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let before = tokens.get(..point)?.iter().filter(is_digit).count();
        let wanted = tokens.get(..point)?.iter().filter(|token| **token == Token::Digit('0')).count();
        let whole = if whole == "0" && wanted == 0 { "" } else { whole };
        let digits = format!("{whole:0>wanted$}");
        let is_grouped = tokens.get(..point)?.windows(3).any(|three| matches!(three, [Token::Digit(_), Token::Comma, Token::Digit(_)]));
        let (mut left, mut fraction) = (before, fraction.chars());
        let mut rest = digits.as_str();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Literal(text) => out.push_str(text),
                Token::Percent => out.push('%'),
                Token::Point => out.push('.'),
                Token::Exponent => {
                    write!(out, "E{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()).ok();
                }
                Token::Digit(_) if exponent.is_some_and(|exponent| at > exponent) => {}
                Token::Digit(_) if at < point => {
                    left -= 1;
                    // What is more than there are places for goes into the first.
                    let take = rest.len().saturating_sub(left);
                    let (here, later) = rest.split_at_checked(take)?;
                    for (nth, digit) in here.chars().enumerate() {
                        out.push(digit);
                        let behind = rest.len() - nth - 1;
                        if is_grouped && behind > 0 && behind.is_multiple_of(3) {
                            out.push(',');
                        }
                    }
                    rest = later;
                }
                Token::Digit(_) => out.extend(fraction.next()),
                _ => {}
            }
        }
        Some(())
    }

    /// A whole number and the nearest fraction whose denominator has as many digits as there are places.
    fn fraction(&self, slash: usize, number: f64, out: &mut String) -> Option<()> {
        let places = self.tokens.get(slash..)?.iter().filter(|token| matches!(token, Token::Digit(_))).count().clamp(1, 3);
        let most = 10_u32.pow(u32::try_from(places).ok()?);
        let (whole, part) = (number.trunc(), number.fract());
        let error = |denominator: &u32| {
            let denominator = f64::from(*denominator);
            ((part * denominator).round() / denominator - part).abs()
        };
        let denominator = (1..most).min_by(|one, other| error(one).total_cmp(&error(other)))?;
        let numerator = (part * f64::from(denominator)).round();
        let (whole, numerator) = if numerator >= f64::from(denominator) { (whole + 1.0, 0.0) } else { (whole, numerator) };
        match (whole > 0.0, numerator > 0.0) {
            (true, true) => write!(out, "{whole} {numerator}/{denominator}").ok(),
            (false, true) => write!(out, "{numerator}/{denominator}").ok(),
            _ => write!(out, "{whole}").ok(),
        }
    }

    fn moment(&self, moment: DateTime, out: &mut String) -> Option<()> {
        const MONTHS: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let month = MONTHS.get(usize::try_from(moment.month()).ok()?.checked_sub(1)?)?;
        let day = DAYS.get(usize::try_from(moment.weekday().to_monday_zero_offset()).ok()?)?;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Literal(text) => out.push_str(text),
                Token::Slash => out.push('/'),
                Token::Comma => out.push(','),
                Token::Point => out.push('.'),
                Token::Half => out.push_str(if moment.hour() < 12 { "AM" } else { "PM" }),
                Token::Part('y', 1 | 2) => write!(out, "{:02}", moment.year().rem_euclid(100)).ok()?,
                Token::Part('y', _) => write!(out, "{:04}", moment.year()).ok()?,
                Token::Part('m', length @ (1 | 2)) if self.is_minute(at) => write!(out, "{:0length$}", moment.minute()).ok()?,
                Token::Part('m', length @ (1 | 2)) => write!(out, "{:0length$}", moment.month()).ok()?,
                Token::Part('m', 3) => out.push_str(month.get(..3)?),
                Token::Part('m', _) => out.push_str(month),
                Token::Part('d', length @ (1 | 2)) => write!(out, "{:0length$}", moment.day()).ok()?,
                Token::Part('d', 3) => out.push_str(day.get(..3)?),
                Token::Part('d', _) => out.push_str(day),
                Token::Part('h', length) => {
                    let hour = if self.has_half { (moment.hour() + 11).rem_euclid(12) + 1 } else { moment.hour() };
                    write!(out, "{hour:0width$}", width = (*length).min(2)).ok()?;
                }
                Token::Part('s', length) => write!(out, "{:0width$}", moment.second(), width = (*length).min(2)).ok()?,
                _ => {}
            }
        }
        Some(())
    }

    /// Whether the `m` here stands behind hours or before seconds.
    fn is_minute(&self, at: usize) -> bool {
        let part = |token: &Token| if let Token::Part(letter, _) = token { Some(*letter) } else { None };
        let before = self.tokens.get(..at).and_then(|before| before.iter().rev().find_map(part));
        let behind = self.tokens.get(at + 1..).and_then(|behind| behind.iter().find_map(part));
        before == Some('h') || behind == Some('s')
    }
}

/// What a sheet shows otherwise than its cells hold it.
#[derive(Debug, Default)]
pub(super) struct Shown {
    lines: String,
}

impl Shown {
    /// Notes how a cell is shown that holds `held`.
    pub(super) fn put(&mut self, number: f64, code: Option<&Code>, epoch: Epoch, held: &str) {
        let Some(code) = code.filter(|_| self.lines.len() < LONGEST) else { return };
        if let Some(shown) = code.write(number, epoch).filter(|shown| shown != held) {
            self.lines.push_str(&shown);
            self.lines.push('\n');
        }
    }

    /// Writes what was noted behind the sheet, as text of its own.
    pub(super) fn finish(&self, prose: &mut Prose, sink: &mut dyn Sink) {
        if !self.lines.is_empty() {
            prose.flush(sink);
            prose.push(&self.lines);
            prose.flush(sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_the_sheet_shows_them() {
        for (number, code, want) in [
            (1599.99, "#,##0.00", "1,599.99"),
            (-1599.99, "#,##0.00", "-1,599.99"),
            (1_234_567.0, "#,##0", "1,234,567"),
            (12.0, "#,##0", "12"),
            (-1599.99, "\"$\"#,##0.00_);[Red]\\(\"$\"#,##0.00\\)", "($1,599.99)"),
            (1599.99, "\"$\"#,##0.00_);[Red]\\(\"$\"#,##0.00\\)", "$1,599.99"),
            (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
            (0.0, "0;-0;\"none\"", "none"),
            (0.025, "0.00%", "2.50%"),
            (198_356_388.0, "0.00E+00", "1.98E+08"),
            (2.5, "# ?/?", "2 1/2"),
            (0.333, "# ?/?", "1/3"),
            (0.9999, "# ?/?", "1"),
            (19.99, "0\\ \"dollars and\"\\ .00\\ \"cents\"", "19 dollars and .99 cents"),
            (39_219.181, "\"At\"\\ h:mm\\ AM/PM\\ \"on\"\\ dddd\\ mmmm\\ d\",\"\\ yyyy", "At 4:20 AM on Thursday May 17, 2007"),
            (39_219.848, "d-mmm-yy", "17-May-07"),
            (39_219.75, "m/d/yy h:mm:ss", "5/17/07 18:00:00"),
            (0.5, "h:mm AM/PM", "12:00 PM"),
            (5.0, "\"Emp \"000", "Emp 005"),
            (0.5, "#.##", ".50"),
        ] {
            assert_eq!(Code::of(code).write(number, Epoch::Of1900).as_deref(), Some(want), "{number} as {code}");
        }
        for code in ["General", "", "0", "000000", "@"] {
            assert_eq!(Code::of(code).write(45.5, Epoch::Of1900), None, "{code}");
        }
    }

    #[test]
    fn no_code_is_too_odd_to_be_written() {
        let pieces = ["0", "#", ",", ".", "/", "E+", "%", "h", "m", "yyyy", "AM/PM", "\"", "[", "\\", ";", "_", "*", "?", "é"];
        let mut seed = 1_usize;
        for _ in 0..20_000 {
            let code: String = (0..6)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    pieces[(seed >> 33) % pieces.len()]
                })
                .collect();
            for number in [0.0, -1.5, 45_292.75, 1e14, 1e300, 0.999_999] {
                Code::of(&code).write(number, Epoch::Of1904);
            }
        }
    }
}
