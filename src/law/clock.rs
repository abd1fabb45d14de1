//! Deadlines as laws word them: `30 days after discovery`, `14 business days after discovery`,
//! `1 month after the previous report`, `with individuals`, `without unreasonable delay`.

use super::{calendar::Calendar, expression::Wrong};
use crate::base::{Facts, Moment};
use jiff::{
    ToSpan,
    civil::{Weekday, date},
};

/// When a duty is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// As the law file words it.
    pub text: String,
    limit: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// No number in the law, so no date.
    Open,
    /// Not later than the notice to individuals under the same law.
    WithIndividuals,
    /// Earlier than that.
    BeforeIndividuals,
    After(u32, Unit, Event),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Hours,
    Days,
    BusinessDays,
    /// Calendar months.
    Months,
}

/// What starts a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Discovery,
    Determination,
    ReasonToBelieve,
    TellingIndividuals,
    TellingRegulator,
    /// The duty of the same kind that the law file states before this one.
    ReportBefore,
    EndOfYear,
}

const OPEN: &[&str] = &[
    "without unreasonable delay",
    "without undue delay",
    "as soon as possible",
    "as soon as practicable",
    "as soon as feasible",
    "promptly",
    "immediately",
    "no time set",
];

const EVENTS: &[(&str, Event)] = &[
    ("discovery", Event::Discovery),
    ("determination", Event::Determination),
    ("reason to believe", Event::ReasonToBelieve),
    ("telling individuals", Event::TellingIndividuals),
    ("telling the regulator", Event::TellingRegulator),
    ("the previous report", Event::ReportBefore),
    ("the end of the calendar year", Event::EndOfYear),
];

const GRAMMAR: &str = "write `N hours|days|business days|months after discovery|determination|reason to believe|telling individuals|\
                       telling the regulator|the previous report|the end of the calendar year`, `with individuals`, `before individuals`, or `without unreasonable delay`";

/// When something is due, and what a reader should know about that date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    pub at: Option<Moment>,
    pub notes: Vec<String>,
}

/// What clocks run on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clockwork<'a> {
    pub facts: &'a Facts,
    pub calendar: &'a Calendar,
    /// When the individuals must be told under the same law, if it says.
    pub individuals: Option<&'a Moment>,
    /// When the regulator must first be told under the same law, if it says.
    pub regulator: Option<&'a Moment>,
    /// When the report is due that the law file states before this one, if there is a day.
    pub before: Option<&'a Moment>,
}

impl Clock {
    /// Reads a deadline.
    ///
    /// # Errors
    /// A sentence, and the forms that are known as its hint.
    pub(super) fn parse(text: &str) -> Result<Clock, Wrong> {
        let text = text.trim();
        let limit = match text {
            "with individuals" => Some(Limit::WithIndividuals),
            "before individuals" => Some(Limit::BeforeIndividuals),
            _ if OPEN.contains(&text) => Some(Limit::Open),
            _ => after(text),
        };
        let wrong = || Wrong { hint: Some(GRAMMAR.to_owned()), ..Wrong::new(0..text.len(), format!("`{text}` is no deadline")) };
        limit.map(|limit| Clock { text: text.to_owned(), limit }).ok_or_else(wrong)
    }

    /// The date in a jurisdiction, and notes about it.
    pub(super) fn due(&self, work: &Clockwork<'_>, jurisdiction: &str) -> Due {
        let mut notes = Vec::new();
        let at = match self.limit {
            Limit::Open => None,
            Limit::WithIndividuals | Limit::BeforeIndividuals => earlier(work.individuals, work.facts.notices_sent()).cloned(),
            Limit::After(number, unit, event) => {
                let start = start(event, work, &mut notes);
                start.map(|start| run(&start, number, unit, work.calendar, jurisdiction, &mut notes))
            }
        };
        if let Some(at) = &at {
            notes.extend(weekend(at, work.calendar, jurisdiction));
        }
        Due { at, notes }
    }

    /// The facts that it runs on.
    pub(super) const fn facts(&self) -> &'static [&'static str] {
        match self.limit {
            Limit::Open => &[],
            Limit::WithIndividuals | Limit::BeforeIndividuals => &["notices_sent_date"],
            Limit::After(_, _, event) => match event {
                Event::Determination => &["discovery_date", "determination_date"],
                Event::ReasonToBelieve => &["discovery_date", "determination_date", "reason_to_believe_date"],
                Event::TellingIndividuals => &["discovery_date", "notices_sent_date"],
                Event::Discovery | Event::TellingRegulator | Event::ReportBefore | Event::EndOfYear => &["discovery_date"],
            },
        }
    }

    /// The deadline in words, for `duties.csv`.
    pub(super) fn words(&self, individuals: Option<&Clock>) -> String {
        let with = |word: &str| match individuals {
            Some(clock) => format!("{word} the notice to individuals ({})", clock.text),
            None => format!("{word} the notice to individuals"),
        };
        match self.limit {
            Limit::WithIndividuals => with("not later than"),
            Limit::BeforeIndividuals => with("before"),
            _ => self.text.clone(),
        }
    }
}

fn after(text: &str) -> Option<Limit> {
    let (amount, event) = text.split_once(" after ")?;
    let (number, unit) = amount.split_once(' ')?;
    let unit = match unit {
        "hours" | "hour" => Unit::Hours,
        "days" | "day" => Unit::Days,
        "business days" | "business day" => Unit::BusinessDays,
        "months" | "month" => Unit::Months,
        _ => return None,
    };
    let event = EVENTS.iter().find(|(words, _)| *words == event)?.1;
    let number = number.parse().ok().filter(|number| (1..=100_000).contains(number))?;
    Some(Limit::After(number, unit, event))
}

fn earlier<'m>(a: Option<&'m Moment>, b: Option<&'m Moment>) -> Option<&'m Moment> {
    a.into_iter().chain(b).min_by_key(|moment| moment.sort_key())
}

/// When the clock starts, as far as the facts tell.
fn start(event: Event, work: &Clockwork<'_>, notes: &mut Vec<String>) -> Option<Moment> {
    match event {
        Event::Discovery => work.facts.discovery().cloned(),
        Event::Determination => work.facts.determination().cloned(),
        Event::ReasonToBelieve => work.facts.reason_to_believe().cloned(),
        Event::EndOfYear => {
            let year = work.facts.discovery()?.day().year();
            Some(Moment::Day(date(year, 12, 31)))
        }
        Event::TellingIndividuals => work.facts.notices_sent().cloned().or_else(|| {
            let last = work.individuals.cloned();
            if last.is_some() {
                notes.push("counted as if the individuals are told on the last day; notices_sent_date makes it exact".to_owned());
            }
            last
        }),
        Event::TellingRegulator => {
            let last = work.regulator.cloned();
            if last.is_some() {
                notes.push("counted as if the regulator is told on the last day".to_owned());
            }
            last
        }
        Event::ReportBefore => {
            let last = work.before.cloned();
            if last.is_some() {
                notes.push("counted as if the previous report is made on its last day".to_owned());
            }
            last
        }
    }
}

fn run(start: &Moment, number: u32, unit: Unit, calendar: &Calendar, jurisdiction: &str, notes: &mut Vec<String>) -> Moment {
    match unit {
        Unit::Hours => {
            if matches!(start, Moment::Day(_)) {
                notes.push("hours are counted from the start of the day; a date-time with offset makes it exact".to_owned());
            }
            start.plus_hours(number)
        }
        Unit::Days => Moment::Day(start.day().saturating_add(i64::from(number).days())),
        Unit::BusinessDays => {
            let day = calendar.after(start.day(), number, jurisdiction);
            if !calendar.covers(day, jurisdiction) {
                notes.push("public holidays of this place and year are not known: only weekends were skipped".to_owned());
            }
            Moment::Day(day)
        }
        // The day of the same number, or the last of a month that has none (Regulation (EEC, Euratom) 1182/71, art. 3(2)(c)).
        Unit::Months => Moment::Day(start.day().saturating_add(i64::from(number).months())),
    }
}

fn weekend(at: &Moment, calendar: &Calendar, jurisdiction: &str) -> Option<String> {
    let day = at.day();
    (!calendar.is_business_day(day, jurisdiction)).then(|| {
        let before = calendar.before(day, jurisdiction);
        match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => format!("{day} is a {}, not a business day: plan for {before}", day.strftime("%A")),
            _ => format!("{day} is a public holiday: plan for {before}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(clock: &str, facts: &str) -> Option<String> {
        let (facts, calendar) = (Facts::parse(facts).expect(facts), Calendar::builtin());
        let told = Moment::Day(date(2026, 5, 1));
        let work = Clockwork { facts: &facts, calendar: &calendar, individuals: Some(&told), regulator: Some(&told), before: Some(&told) };
        Clock::parse(clock).expect(clock).due(&work, "US-TX").at.map(|at| at.to_string())
    }

    #[test]
    fn clocks_start_where_the_law_says() {
        let facts = "discovery_date = 2026-03-02\ndetermination_date = 2026-03-20\n";
        for (clock, expected) in [
            ("45 days after discovery", Some("2026-04-16")),
            ("60 days after determination", Some("2026-05-19")),
            ("30 days after reason to believe", Some("2026-04-19")),
            ("15 days after telling individuals", Some("2026-05-16")),
            ("7 days after telling the regulator", Some("2026-05-08")),
            ("1 month after the previous report", Some("2026-06-01")),
            ("60 days after the end of the calendar year", Some("2027-03-01")),
            ("72 hours after discovery", Some("2026-03-05")),
            ("with individuals", Some("2026-05-01")),
            ("before individuals", Some("2026-05-01")),
            ("without unreasonable delay", None),
        ] {
            assert_eq!(due(clock, facts).as_deref(), expected, "{clock}");
        }
        assert_eq!(due("45 days after discovery", ""), None);
        assert_eq!(due("15 days after telling individuals", "notices_sent_date = 2026-03-25").as_deref(), Some("2026-04-09"));
        let early = "reason_to_believe_date = 2026-03-02\ndetermination_date = 2026-03-20\n";
        assert_eq!(due("30 days after reason to believe", early).as_deref(), Some("2026-04-01"));
    }

    /// Regulation (EEC, Euratom) 1182/71, art. 3(2)(c): the same date of the last month, and where that month
    /// has no such day its last one.
    #[test]
    fn months_end_on_the_same_date_or_on_the_last_day_of_a_shorter_month() {
        for (from, clock, expected) in [
            ("2026-01-15", "1 month after discovery", "2026-02-15"),
            ("2026-01-31", "1 month after discovery", "2026-02-28"),
            ("2028-01-31", "1 month after discovery", "2028-02-29"),
            ("2026-02-28", "1 month after discovery", "2026-03-28"),
            ("2026-08-31", "6 months after discovery", "2027-02-28"),
            ("2026-12-31", "2 months after discovery", "2027-02-28"),
            ("2026-05-31T23:30:00-05:00", "1 month after discovery", "2026-06-30"),
        ] {
            assert_eq!(due(clock, &format!("discovery_date = {from}")).as_deref(), Some(expected), "{clock} from {from}");
        }
    }

    #[test]
    fn weekends_are_flagged_and_not_moved() {
        let (facts, calendar) = (Facts::parse("discovery_date = 2026-03-20").expect("a date"), Calendar::builtin());
        let work = Clockwork { facts: &facts, calendar: &calendar, individuals: None, regulator: None, before: None };
        let due = Clock::parse("30 days after discovery").expect("a clock").due(&work, "US-TX");
        assert_eq!(due.at.map(|at| at.to_string()).as_deref(), Some("2026-04-19"));
        assert_eq!(due.notes, ["2026-04-19 is a Sunday, not a business day: plan for 2026-04-17"]);
        let due = Clock::parse("26 days after discovery")
            .expect("a clock")
            .due(&Clockwork { facts: &Facts::parse("discovery_date = 2026-10-31").expect("a date"), ..work }, "US-TX");
        assert_eq!(due.notes, ["2026-11-26 is a public holiday: plan for 2026-11-25"]);
    }

    #[test]
    fn what_is_no_deadline_is_told() {
        for text in [
            "soon",
            "30 days",
            "x days after discovery",
            "0 days after discovery",
            "3 weeks after discovery",
            "3 days after lunch",
            "1 month",
        ] {
            assert!(Clock::parse(text).is_err(), "{text}");
        }
    }
}
