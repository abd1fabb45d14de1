//! Working days and public holidays.

use jiff::civil::{Date, Weekday};
use std::collections::{HashMap, HashSet};

const HOLIDAYS: &str = include_str!("../../patterns/lexicons/holidays.tsv");

/// Public holidays by country.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendar {
    holidays: HashMap<&'static str, HashSet<Date>>,
    last_year: i16,
}

impl Calendar {
    /// The built-in holidays.
    pub(super) fn builtin() -> Calendar {
        let mut calendar = Calendar::default();
        for line in HOLIDAYS.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (Some(country), Some(Ok(day))) = (fields.next(), fields.next().map(str::parse::<Date>)) else { continue };
            calendar.holidays.entry(country).or_default().insert(day);
            calendar.last_year = calendar.last_year.max(day.year());
        }
        calendar
    }

    /// Neither a weekend nor a public holiday of the jurisdiction's country. State holidays are not known.
    pub(super) fn is_business_day(&self, day: Date, jurisdiction: &str) -> bool {
        let holidays = self.holidays.get(country(jurisdiction));
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.is_some_and(|days| days.contains(&day))
    }

    /// The day so many business days after a day, which itself is not counted.
    pub(super) fn after(&self, day: Date, business_days: u32, jurisdiction: &str) -> Date {
        let mut left = business_days;
        let mut at = day;
        while left > 0 {
            let Ok(next) = at.tomorrow() else { return at };
            at = next;
            left -= u32::from(self.is_business_day(at, jurisdiction));
        }
        at
    }

    /// The last business day before a day.
    pub(super) fn before(&self, day: Date, jurisdiction: &str) -> Date {
        let mut at = day;
        while let Ok(previous) = at.yesterday() {
            at = previous;
            if self.is_business_day(at, jurisdiction) {
                break;
            }
        }
        at
    }

    /// Whether the holidays of this country and year are known.
    pub(super) fn covers(&self, day: Date, jurisdiction: &str) -> bool {
        self.holidays.contains_key(country(jurisdiction)) && day.year() <= self.last_year
    }
}

/// The country of a jurisdiction: `US` of `US-CA`.
pub(super) fn country(jurisdiction: &str) -> &str {
    jurisdiction.split('-').next().unwrap_or(jurisdiction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn business_days_skip_weekends_and_holidays() {
        let calendar = Calendar::builtin();
        for (from, days, jurisdiction, expected) in [
            ("2026-03-02", 14, "US-VT", "2026-03-20"),
            ("2026-04-10", 5, "US-IA", "2026-04-17"),
            // 3 July is the observed Independence Day of 2026.
            ("2026-07-01", 2, "US-TX", "2026-07-06"),
            // 20 November is a Brazilian holiday.
            ("2026-11-19", 3, "BR", "2026-11-25"),
        ] {
            assert_eq!(calendar.after(day(from), days, jurisdiction), day(expected), "{jurisdiction}");
        }
        assert_eq!(calendar.before(day("2026-07-05"), "US-TX"), day("2026-07-02"));
        assert!(!calendar.covers(day("2031-01-01"), "US-TX"));
    }
}
