//! `timeline.csv` and `deadlines.ics`: the incident's days and the duties by date.

use super::{Assessment, Report, reference_day, sheet::Sheet, words};
use crate::{
    base::Moment,
    law::{Crossed, Duty},
};
use sha2::{Digest, Sha256};
use std::{fmt::Write, path::Path};

/// What happened and what is due, by date; duties without a date come last.
pub struct Timeline;

/// Days of the incident that the facts tell.
fn events<'a>(assessment: &Assessment<'a>) -> Vec<(Moment, &'static str)> {
    let facts = assessment.facts;
    let mut events: Vec<(Moment, &'static str)> = Vec::new();
    events.extend(facts.breach().map(|day| (Moment::Day(day), "breach")));
    events.extend(facts.discovery().map(|moment| (moment.clone(), "discovery")));
    events.extend(facts.determination().map(|moment| (moment.clone(), "determination")));
    events.extend(facts.notices_sent().map(|moment| (moment.clone(), "notices_sent")));
    events
}

/// Duties that are owed or may be, by deadline.
fn due<'a>(assessment: &Assessment<'a>) -> Vec<&'a Duty> {
    let mut duties: Vec<&Duty> = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No).collect();
    // Duties come in a fixed order, which equal days keep.
    duties.sort_by_key(|duty| duty.deadline_date.as_ref().map_or((1, None), |date| (0, Some(date.sort_key()))));
    duties
}

impl Report for Timeline {
    fn name(&self) -> &'static str {
        "timeline.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "date, event, days_from_discovery, jurisdiction, law, recipient, people_best, crossed, deadline, citation";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let start = assessment.facts.discovery().map(Moment::day);
        let since = |moment: &Moment| start.map(|start| (moment.day() - start).get_days().to_string()).unwrap_or_default();
        let mut events = events(assessment);
        events.sort_by_key(|(moment, _)| moment.sort_key());
        for (moment, event) in &events {
            sheet.plain(moment).plain(event).plain(since(moment));
            (0..7).for_each(|_| {
                sheet.plain("");
            });
            sheet.end()?;
        }
        for duty in due(assessment) {
            let date = duty.deadline_date.as_ref();
            sheet
                .plain(date.map(ToString::to_string).unwrap_or_default())
                .plain(duty.duty.word())
                .plain(date.map(since).unwrap_or_default());
            sheet.plain(&duty.jurisdiction).text(&duty.law).text(&duty.recipient).plain(duty.people.best).plain(duty.crossed.word());
            sheet.text(&duty.deadline).text(&duty.citation);
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// The deadlines as a calendar (RFC 5545): a whole day each, or the moment where hours count.
pub struct Deadlines;

impl Report for Deadlines {
    fn name(&self) -> &'static str {
        "deadlines.ics"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let stamp = format!("{}T000000Z", compact(reference_day(assessment.facts)));
        let duties = due(assessment);
        std::fs::write(folder.join(self.name()), calendar(&duties, &stamp))?;
        Ok(())
    }
}

fn compact(day: jiff::civil::Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn calendar(duties: &[&Duty], stamp: &str) -> String {
    let mut out = String::new();
    let mut line = |text: &str| fold(text, &mut out);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//BreachScope//deadlines//EN");
    for duty in duties {
        let Some(date) = &duty.deadline_date else { continue };
        let start = match date {
            Moment::Day(day) => format!(";VALUE=DATE:{}", compact(*day)),
            Moment::Time(time) => format!(":{}", time.timestamp().strftime("%Y%m%dT%H%M%SZ")),
        };
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@breachscope", name(duty)));
        line(&format!("DTSTAMP:{stamp}"));
        line(&format!("DTSTART{start}"));
        line(&format!("SUMMARY:{}", escape(&format!("Last day: {}, {}", words::duty(duty.duty), words::place(&duty.jurisdiction)))));
        let state = words::crossed(duty.crossed);
        let text = format!(
            "{}\n{} ({})\n{}\n{}, {state}\nConfirm with counsel.",
            duty.recipient,
            duty.law,
            duty.citation,
            duty.deadline,
            words::plural(duty.people.best, "person", "people")
        );
        line(&format!("DESCRIPTION:{}", escape(&text)));
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

/// The same duty has the same name in every calendar, so that importing again moves it.
fn name(duty: &Duty) -> String {
    let mut hash = Sha256::new();
    for part in [&duty.jurisdiction, &duty.law_id, duty.duty.word(), &duty.recipient, &duty.citation, &duty.threshold, &duty.deadline] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(12).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// RFC 5545, 3.3.11.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n").replace('\r', "")
}

/// RFC 5545, 3.1: lines of at most 75 bytes, none cut within a letter.
fn fold(text: &str, out: &mut String) {
    let mut length = 0;
    for letter in text.chars() {
        if length + letter.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Bounds, ElementSet},
        law::{Confidence, DutyKind},
    };

    fn duty(date: Option<&str>) -> Duty {
        Duty {
            jurisdiction: "US-CA".to_owned(),
            law: "A law; with signs, and ümlauts".to_owned(),
            law_id: "us.x".to_owned(),
            duty: DutyKind::AttorneyGeneral,
            recipient: "the Attorney General".to_owned(),
            people: Bounds::exactly(1234),
            threshold: String::new(),
            crossed: Crossed::Yes,
            trigger_elements: ElementSet::EMPTY,
            exposed: ElementSet::EMPTY,
            deadline: "30 days after discovery".to_owned(),
            deadline_date: date.map(|date| Moment::parse(date).expect(date)),
            citation: "§ 1".to_owned(),
            as_of: None,
            confidence: Confidence::High,
            assumptions: Vec::new(),
            note: String::new(),
        }
    }

    #[test]
    fn a_calendar_holds_dated_duties_in_short_escaped_lines() {
        let (dated, undated) = (duty(Some("2026-04-01")), duty(None));
        let text = calendar(&[&dated, &undated], "20260302T000000Z");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
        assert!(text.contains("DTSTART;VALUE=DATE:20260401\r\n") && text.ends_with("END:VCALENDAR\r\n"));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("A law\\; with signs\\, and ümlauts (§ 1)\\n30 days"), "{unfolded}");
    }

    #[test]
    fn a_deadline_of_hours_is_a_moment_in_utc() {
        let text = calendar(&[&duty(Some("2026-11-22T23:30:00-05:00"))], "20260302T000000Z");
        assert!(text.contains("DTSTART:20261123T043000Z\r\n"), "{text}");
    }

    #[test]
    fn a_duty_keeps_its_name_when_its_date_moves() {
        assert_eq!(name(&duty(Some("2026-04-01"))), name(&duty(Some("2026-05-01"))));
    }
}
