//! What a column's values look like: counted once over the sample.

use super::{
    fold::fold_into,
    header::{is_nothing, is_organisation},
    lexicon::{self, flag},
    normal::trim,
};
use std::collections::HashSet;

/// So many values of a column are looked at.
const LOOKED_AT: usize = 300;

/// Shares are of the filled cells looked at, from 0 to 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Stats<'s> {
    pub rows: usize,
    pub filled: usize,
    /// Trimmed values that are not empty, at most [`LOOKED_AT`] of them.
    pub values: Vec<&'s [u8]>,
    /// Distinct values among those looked at.
    pub distinct: f32,
    pub mean_length: f32,
    /// Values of four words or more, or with a line break.
    pub wordy: f32,
    /// Single tokens with a digit, of four characters or more, or all digits.
    pub id_like: f32,
    /// Short all-digit values (up to six).
    pub small_number: f32,
    /// UUIDs and long hexadecimal ids.
    pub uuid: f32,
    /// Two to five words of letters, one known as a given name and another as a surname.
    pub full_name: f32,
    /// One or two words, the first known as a given name.
    pub given: f32,
    pub surname: f32,
    pub organisation: f32,
    pub town: f32,
}

impl<'s> Stats<'s> {
    /// Counts one column.
    pub(super) fn of(rows: &'s [Vec<Option<Vec<u8>>>], column: usize) -> Stats<'s> {
        let mut stats = Stats { rows: rows.len(), ..Stats::default() };
        for row in rows {
            let Some(value) = row.get(column).and_then(Option::as_deref).map(trim).filter(|value| !is_nothing(value)) else { continue };
            stats.filled += 1;
            if stats.values.len() < LOOKED_AT {
                stats.values.push(value);
            }
        }
        let count = stats.values.len();
        if count == 0 {
            return stats;
        }
        let share = |number: usize| number as f32 / count as f32;
        stats.distinct = share(stats.values.iter().collect::<HashSet<_>>().len());
        stats.mean_length = share(stats.values.iter().map(|value| value.len()).sum());
        let of = |test: fn(&[u8]) -> bool| share(stats.values.iter().filter(|value| test(value)).count());
        stats.wordy = of(is_wordy);
        stats.id_like = of(is_id_like);
        stats.small_number = of(|value| value.len() <= 6 && value.iter().all(u8::is_ascii_digit));
        stats.uuid = of(is_uuid);
        stats.count_names();
        stats
    }

    fn count_names(&mut self) {
        let mut folded = Vec::new();
        let mut counts = [0_usize; 5];
        for value in &self.values {
            if value.len() > 60 {
                continue;
            }
            folded.clear();
            fold_into(value, &mut folded);
            let seen = names_in(&folded);
            let seen = [seen.0, seen.1, seen.2, is_organisation(&folded), super::places::is_city(&folded)];
            counts.iter_mut().zip(seen).for_each(|(count, seen)| *count += usize::from(seen));
        }
        let share = |number: usize| number as f32 / self.values.len() as f32;
        self.full_name = share(counts[0]);
        self.given = share(counts[1]);
        self.surname = share(counts[2]);
        self.organisation = share(counts[3]);
        self.town = share(counts[4]);
    }

    /// The share of values that pass a test.
    pub(super) fn share(&self, test: impl FnMut(&&&[u8]) -> bool) -> f32 {
        if self.values.is_empty() { 0.0 } else { self.values.iter().filter(test).count() as f32 / self.values.len() as f32 }
    }
}

/// Whether a folded value reads as a full name, a given name, a surname.
fn names_in(folded: &[u8]) -> (bool, bool, bool) {
    // A column of truths is none of names, though people are called True.
    if matches!(folded, b"true" | b"false" | b"yes" | b"no") {
        return (false, false, false);
    }
    let names = &lexicon::NAMES;
    let (mut words, mut given, mut surname, mut both, mut first_given, mut last_surname) = (0, 0, 0, 0, false, false);
    for word in folded.split(|byte| matches!(byte, b' ' | b',' | b'.' | b';')).filter(|word| !word.is_empty()) {
        // Made-up names of test data carry a number behind them.
        let letters = word.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(&word[..0], |last| &word[..=last]);
        if letters.is_empty() || letters.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b'_' | b'/' | b':')) {
            return (false, false, false);
        }
        words += 1;
        let flags = letters.split(|byte| *byte == b'-').fold(names.get(letters), |flags, part| flags | names.get(part));
        let is_given = flags & (flag::GIVEN | flag::RARE_GIVEN) != 0;
        let is_surname = flags & (flag::SURNAME | flag::RARE_SURNAME) != 0;
        given += usize::from(is_given);
        surname += usize::from(is_surname);
        both += usize::from(is_given && is_surname);
        first_given |= words == 1 && is_given;
        last_surname = is_surname;
    }
    let two = given > 0 && surname > 0 && given + surname - both >= 2;
    ((2..=5).contains(&words) && two, (1..=2).contains(&words) && first_given, (1..=3).contains(&words) && last_surname)
}

fn is_wordy(value: &[u8]) -> bool {
    value.contains(&b'\n') || value.split(|byte| *byte == b' ').filter(|word| word.iter().any(u8::is_ascii_alphabetic)).count() >= 4
}

fn is_id_like(value: &[u8]) -> bool {
    value.len() <= 64
        && value.iter().any(u8::is_ascii_digit)
        && !value.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'.' | b',' | b':' | b'@' | b'/' | b'%' | b'$'))
}

fn is_uuid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"{").and_then(|value| value.strip_suffix(b"}")).unwrap_or(value);
    let dashes = value.len() == 36 && [8, 13, 18, 23].iter().all(|at| value[*at] == b'-');
    (dashes || matches!(value.len(), 24 | 32)) && value.iter().all(|byte| byte.is_ascii_hexdigit() || (dashes && *byte == b'-'))
}
