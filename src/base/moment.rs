//! A day, or a moment of it: laws count in days, in business days and in hours.

use jiff::{ToSpan, Zoned, civil::Date, fmt::temporal::Pieces, tz::TimeZone};
use std::fmt;

/// When something happened or is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    Day(Date),
    /// With its offset from UTC, so that the local day is known as well.
    Time(Zoned),
}

impl Moment {
    /// Reads `2026-03-02` or an RFC 3339 date-time with offset.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Moment, String> {
        let pieces = Pieces::parse(text).map_err(|_| format!("`{text}` is not a date such as 2026-03-02"))?;
        match (pieces.time(), pieces.to_numeric_offset()) {
            (None, _) => Ok(Moment::Day(pieces.date())),
            (Some(_), None) => Err("a date-time needs its offset, such as 2026-03-02T10:00:00+01:00".to_owned()),
            (Some(time), Some(offset)) => (pieces.date().to_datetime(time).to_zoned(TimeZone::fixed(offset)))
                .map(Moment::Time)
                .map_err(|_| format!("`{text}` is out of range")),
        }
    }

    /// The local day.
    pub fn day(&self) -> Date {
        match self {
            Moment::Day(day) => *day,
            Moment::Time(time) => time.date(),
        }
    }

    /// So many hours later. A day counts from its start, whole days only, which errs on the early side.
    #[must_use]
    pub fn plus_hours(&self, hours: u32) -> Moment {
        match self {
            Moment::Day(day) => Moment::Day(day.saturating_add(i64::from(hours / 24).days())),
            Moment::Time(time) => Moment::Time(time.saturating_add(i64::from(hours).hours())),
        }
    }

    /// What deadlines sort by: the UTC day, days before the moments within them.
    pub fn sort_key(&self) -> (Date, Option<jiff::Timestamp>) {
        match self {
            Moment::Day(day) => (*day, None),
            Moment::Time(time) => (time.with_time_zone(TimeZone::UTC).date(), Some(time.timestamp())),
        }
    }
}

impl fmt::Display for Moment {
    /// ISO 8601: a date, or a UTC time to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Day(day) => write!(f, "{day}"),
            Moment::Time(time) => f.write_str(&time.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_run_on_the_clock_and_days_on_the_calendar() {
        let exact = Moment::parse("2026-11-19T10:00:00+01:00").expect("a date-time with offset");
        assert_eq!(exact.plus_hours(72).to_string(), "2026-11-22T09:00:00Z");
        assert_eq!(Moment::parse("2026-03-02").expect("a date").plus_hours(72).to_string(), "2026-03-05");
        assert!(Moment::parse("2026-03-02T10:00:00").is_err());
        assert!(Moment::parse("2 March").is_err());
    }
}
