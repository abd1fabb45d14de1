//! Dates of birth whose month is a word: `March 5, 1961`, `12. Dezember 1961`, `1er mars 1961`,
//! `3 de enero de 1970`. A word of birth must stand near.

use super::{Scan, is_word};
use crate::detect::normal::month_word;

/// From the day to the end of the year, in bytes.
const LONGEST: usize = 32;

impl Scan<'_> {
    /// A day that begins at this run of digits, or a day behind the name of its month.
    pub(super) fn worded_date(&mut self, start: usize, end: usize) {
        let Some(id) = self.detectors.scanner.birth_date else { return };
        if end - start > 4 || !self.may_be_year(end) {
            return;
        }
        let digits = self.text[start..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 2 {
            return;
        }
        let window = &self.text[end..(end + LONGEST).min(self.text.len())];
        let Some(year) = year_end(window) else { return };
        let between = &window[..year - 4];
        // What lies between: an ending of the day, "de", the month.
        let mut words = between.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
        let is_month = |word: &[u8]| word.len() >= 3 && month_word(word).is_some();
        let from = if words.clone().any(is_month) && words.clone().all(|word| is_month(word) || is_filler(word)) {
            start
        } else if words.all(is_filler) && between.len() <= 4 {
            // "March 5, 1961".
            let before = self.text[..start].trim_ascii_end();
            let word = before.iter().rev().take(12).take_while(|byte| is_word(**byte)).count();
            match &before[before.len() - word..] {
                month if word >= 3 && is_month(month) && start - before.len() <= 2 => before.len() - word,
                _ => return,
            }
        } else {
            return;
        };
        self.weigh(id, from, end + year, 4.0);
    }

    /// Whether the next digits are four, near enough for a year.
    pub(super) fn may_be_year(&self, end: usize) -> bool {
        let digits = self.planes.digits.window(end);
        let gap = digits.trailing_zeros();
        gap as usize + 4 <= LONGEST && digits >> gap & 0xf == 0xf
    }
}

/// Where the first number of four digits ends; nothing else with digits may stand before it.
fn year_end(window: &[u8]) -> Option<usize> {
    let start = window.iter().position(u8::is_ascii_digit)?;
    let digits = window[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = window.get(start + 4).is_none_or(|byte| !is_word(*byte));
    (digits == 4 && matches!(window[start], b'1' | b'2') && whole && start > 0 && !window[..start].contains(&b'\n')).then_some(start + 4)
}

/// What stands between the parts of a date.
fn is_filler(word: &[u8]) -> bool {
    [b"st".as_slice(), b"nd", b"rd", b"th", b"of", b"de", b"del", b"di", b"den", b"er", "º".as_bytes(), "°".as_bytes(), b"a"]
        .contains(&word)
}
