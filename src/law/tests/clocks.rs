//! Every deadline of every law file from awkward days, against a second calendar that counts days
//! by their number and reads the list of holidays by itself.

use super::LAWS;
use crate::{
    base::{Facts, Moment},
    law::{
        calendar::Calendar,
        clock::{Clock, Clockwork},
    },
};
use std::collections::{BTreeSet, HashSet};

/// Month ends, leap days, the turn of the year, weekends, days before long holidays.
const STARTS: &[&str] = &[
    "2026-01-31",
    "2026-02-28",
    "2026-03-01",
    "2026-12-31",
    "2027-12-29",
    "2028-02-28",
    "2028-02-29",
    "2028-11-30",
    "2026-04-02",
    "2026-07-02",
    "2026-11-19",
    "2026-11-25",
    "2026-09-30",
];

/// Days since 1 March of year 0, by the lengths of years and months.
fn number(day: &str) -> i64 {
    let part = |at: std::ops::Range<usize>| day[at].parse::<i64>().expect(day);
    let (mut year, month, date) = (part(0..4), part(5..7), part(8..10));
    let since_march = (month + 9) % 12;
    if since_march >= 10 {
        year -= 1;
    }
    let before: i64 = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31].iter().take(usize::try_from(since_march).expect("a month")).sum();
    year * 365 + year / 4 - year / 100 + year / 400 + before + date - 1
}

/// 2026-03-02 is a Monday.
fn is_weekend(day: i64) -> bool {
    (day - number("2026-03-02")).rem_euclid(7) >= 5
}

fn holidays(country: &str) -> HashSet<i64> {
    let text = include_str!("../../../patterns/lexicons/holidays.tsv");
    let rows = text.lines().filter_map(|line| line.strip_prefix(country)?.strip_prefix('\t'));
    rows.map(|row| number(&row[..10])).collect()
}

/// Year, month and day of a number, found by trying.
fn date_of(day: i64) -> (i64, i64, i64) {
    let year = 1 + day * 400 / 146_097;
    let dates = (year - 2..=year + 1).flat_map(|year| (1..=12).flat_map(move |month| (1..=31).map(move |date| (year, month, date))));
    let mut dates = dates.filter(|(year, month, date)| number(&format!("{year:04}-{month:02}-{date:02}")) == day);
    // The 31st of a short month has the number of the first of the next: the later date is the real one.
    dates.next_back().expect("a date")
}

/// The same date so many months on; where the month has no such day, its last.
fn months_on(start: i64, months: i64) -> i64 {
    let (year, month, date) = date_of(start);
    let at = year * 12 + month - 1 + months;
    let first = |at: i64| number(&format!("{:04}-{:02}-01", at / 12, at % 12 + 1));
    (first(at) + date - 1).min(first(at + 1) - 1)
}

/// When a deadline of so many units falls, as the number of its day.
fn expected(amount: i64, unit: &str, start: i64, country: &str) -> i64 {
    let holidays = holidays(country);
    match unit {
        "hours" | "hour" => start + amount / 24,
        "days" | "day" => start + amount,
        "months" | "month" => months_on(start, amount),
        _ => (start + 1..)
            .filter(|day| !is_weekend(*day) && !holidays.contains(day))
            .nth(usize::try_from(amount).expect("an amount") - 1)
            .expect("a day"),
    }
}

fn facts(start: &str) -> (Facts, Moment, Moment) {
    let day: jiff::civil::Date = start.parse().expect(start);
    let after = |days: i64| day + jiff::Span::new().days(days);
    let text = format!("discovery_date = {day}\ndetermination_date = {}\nreason_to_believe_date = {}\n", after(5), after(-3));
    (Facts::parse(&text).expect("facts"), Moment::Day(after(20)), Moment::Day(after(2)))
}

#[test]
fn every_clock_of_every_law_ends_on_the_day_counted_by_hand() {
    let calendar = Calendar::builtin();
    let mut clocks = BTreeSet::new();
    for law in LAWS.iter() {
        let words = law.duties.iter().map(|duty| &duty.by.text).chain(law.service_provider.iter().map(|rule| &rule.by.text));
        let pairs = words.flat_map(|text| law.jurisdictions.iter().map(move |place| (text.clone(), place.clone())));
        clocks.extend(pairs.filter(|(text, _)| text.contains(" after ")));
    }
    assert!(clocks.len() > 150, "only {} clocks were found", clocks.len());
    for (text, place) in &clocks {
        let (amount, event) = text.split_once(" after ").expect(text);
        let (amount, unit) = amount.split_once(' ').expect(text);
        let amount: i64 = amount.parse().expect(text);
        let country = place.split('-').next().expect(place);
        for start in STARTS {
            let (facts, individuals, regulator) = facts(start);
            let work = Clockwork {
                facts: &facts,
                calendar: &calendar,
                individuals: Some(&individuals),
                regulator: Some(&regulator),
                before: Some(&regulator),
            };
            let found = Clock::parse(text).expect(text).due(&work, place).at.expect(text);
            let day = number(start);
            let begin = match event {
                "discovery" => day,
                "determination" => day + 5,
                "reason to believe" => day - 3,
                "telling individuals" => day + 20,
                "telling the regulator" | "the previous report" => day + 2,
                "the end of the calendar year" => number(&format!("{}-12-31", &start[..4])),
                other => panic!("{other}"),
            };
            assert_eq!(number(&found.day().to_string()), expected(amount, unit, begin, country), "{text} from {start} in {place}: {found}");
        }
    }
}

#[test]
fn hours_run_to_the_minute_over_weekends_and_leap_days() {
    let calendar = Calendar::builtin();
    for (clock, start, end) in [
        ("72 hours after discovery", "2026-11-19T10:00:00+01:00", "2026-11-22T09:00:00Z"),
        ("6 hours after discovery", "2026-11-19T10:00:00+05:30", "2026-11-19T10:30:00Z"),
        ("24 hours after discovery", "2028-02-28T23:59:00Z", "2028-02-29T23:59:00Z"),
        ("48 hours after discovery", "2026-12-30T12:30:00Z", "2027-01-01T12:30:00Z"),
        ("120 hours after discovery", "2026-11-19T10:00:00-05:00", "2026-11-24T15:00:00Z"),
        ("1 hour after discovery", "2026-02-28T23:30:00Z", "2026-03-01T00:30:00Z"),
    ] {
        let facts = Facts::parse(&format!("discovery_date = {start}")).expect(start);
        let work = Clockwork { facts: &facts, calendar: &calendar, individuals: None, regulator: None, before: None };
        let due = Clock::parse(clock).expect(clock).due(&work, "DE").at.map(|at| at.to_string());
        assert_eq!(due.as_deref(), Some(end), "{clock} from {start}");
    }
}
