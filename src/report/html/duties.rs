//! Where people live against the thresholds of the laws, and the duties along time.

use super::{charts, first::places, section, visible};
use crate::{
    base::{Bounds, Moment},
    law::{Crossed, Duty},
    report::{
        Assessment,
        words::{self, group, plural},
    },
};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// A mark that needs no colour.
const fn mark(crossed: Crossed) -> &'static str {
    match crossed {
        Crossed::Yes => "●",
        Crossed::WithinInterval => "◐",
        Crossed::No => "○",
    }
}

/// Duties of one place: alike in kind, state and threshold are one chip.
fn chips(duties: &[&Duty]) -> Markup {
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    for duty in duties {
        *kinds.entry((duty.duty, duty.crossed, duty.threshold.as_str())).or_default() += 1;
    }
    html! {
        @for ((kind, crossed, threshold), count) in kinds {
            span class={ "chip " (crossed.word()) } {
                (mark(crossed)) " " (words::duty(kind)) @if count > 1 { " ×" (count) } ": " (words::crossed(crossed))
                @if crossed != Crossed::Yes && !threshold.is_empty() { ", " (words::threshold(threshold)) }
            }
        }
    }
}

pub(super) fn residency(assessment: &Assessment<'_>) -> Markup {
    let mut rows = places(assessment);
    let most = rows.iter().map(|(_, bounds)| bounds.ceiling).max().unwrap_or(1);
    let mut duties: BTreeMap<&str, Vec<&Duty>> = BTreeMap::new();
    for duty in assessment.duties {
        duties.entry(&duty.jurisdiction).or_default().push(duty);
    }
    let lived_in: Vec<&str> = rows.iter().map(|(place, _)| *place).collect();
    rows.extend(duties.keys().filter(|place| !lived_in.contains(*place)).map(|place| (*place, Bounds::default())));
    let body = html! {
        p { "The best count per place, with its range as a thin line, and the duties the count gives rise to. "
            "● owed, ◐ depends on where in the range the count lies, ○ threshold not reached." }
        div.scroll tabindex="0" role="region" aria-label="People and duties by place" { table.sortable { caption { "People and duties by place" }
            thead { tr { th scope="col" { "Place" } th.num scope="col" { "People" } th.num scope="col" { "Range" } th.plot scope="col" data-fixed { span.skip { "Bar" } } th scope="col" data-fixed { "Duties" } } }
            tbody { @for (place, bounds) in rows {
                @let here = duties.get(place).map(Vec::as_slice).unwrap_or_default();
                tr {
                    th scope="row" { (words::place(place)) @if words::place(place) != place { small { (place) } } }
                    td.num data-v=(bounds.best) { @if bounds == Bounds::default() { "–" } @else { (group(bounds.best)) } }
                    td.num data-v=(bounds.ceiling) { @if bounds.floor != bounds.ceiling { (group(bounds.floor)) "–" (group(bounds.ceiling)) } }
                    td.plot { @if bounds != Bounds::default() { (charts::whisker(bounds, most, colour(here))) } }
                    td { (chips(here)) }
                }
            } }
        } }
    };
    section("residency", &body)
}

/// The worst of a place's duties decides the colour of its bar.
fn colour(duties: &[&Duty]) -> &'static str {
    let any = |crossed: Crossed| duties.iter().any(|duty| duty.crossed == crossed);
    if any(Crossed::Yes) {
        "f-bad"
    } else if any(Crossed::WithinInterval) {
        "f-warn"
    } else {
        "f-ok"
    }
}

pub(super) fn duties(assessment: &Assessment<'_>) -> Markup {
    let body = html! {
        p { "What the laws on file ask for, given the people above and the facts of the incident. Facts that nobody gave are assumptions and listed under "
            a href="#method" { "Method" } ". For counsel to confirm." }
        (timeline(assessment))
        h3 { "All duties" }
        @if assessment.duties.is_empty() { p { "No law file at hand speaks of anybody counted here; ask counsel." } } @else { (table(assessment.duties)) }
    };
    section("duties", &body)
}

fn timeline(assessment: &Assessment<'_>) -> Markup {
    let owed: Vec<&Duty> = assessment.duties.iter().filter(|duty| duty.crossed != Crossed::No).collect();
    let mut dates: BTreeMap<jiff::civil::Date, Vec<&Duty>> = BTreeMap::new();
    for duty in &owed {
        if let Some(moment) = &duty.deadline_date {
            dates.entry(moment.day()).or_default().push(duty);
        }
    }
    let undated: Vec<&Duty> = owed.into_iter().filter(|duty| duty.deadline_date.is_none()).collect();
    let start = assessment.facts.discovery().map(|moment| moment.day());
    let day = |date: &jiff::civil::Date| start.map(|start| (*date - start).get_days());
    let points: Vec<(i32, String, usize)> =
        dates.iter().filter_map(|(date, duties)| Some((day(date)?, date.to_string(), duties.len()))).collect();
    html! {
        @if !points.is_empty() && points.len() <= 16 { figure.screen { (charts::days(&points)) } }
        ol.timeline {
            @for (date, duties) in &dates { li {
                div { b.n { (date) } @if let Some(day) = day(date) { br; small { "day " (day) } } }
                div { (by_kind(duties)) }
            } }
            @if !undated.is_empty() { li {
                div { b { "No fixed day" } br; small { "such as “without unreasonable delay”" } }
                div { (by_kind(&undated)) }
            } }
        }
    }
}

/// Places by kind of duty.
fn by_kind(duties: &[&Duty]) -> Markup {
    let mut kinds: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for duty in duties {
        kinds.entry(duty.duty).or_default().insert(words::place(&duty.jurisdiction));
    }
    html! {
        @for (kind, places) in kinds {
            p { b { (words::duty(kind)) } " " span.soft { "(" (plural(places.len() as u64, "place", "places")) ")" } ": "
                @for (at, place) in places.iter().enumerate() { @if at > 0 { " · " } (place) } }
        }
    }
}

/// A deadline, its time apart where it has one: `2026-11-22`, `09:00 UTC`.
fn day_and_time(moment: &Moment) -> (String, Option<String>) {
    let text = moment.to_string();
    let Some((day, time)) = text.split_once('T') else { return (text, None) };
    let (time, zone) = time.strip_suffix('Z').map_or((time, ""), |time| (time, " UTC"));
    (day.to_owned(), Some(format!("{}{zone}", time.strip_suffix(":00").unwrap_or(time))))
}

fn table(duties: &[Duty]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="All duties" { table.sortable.duties { caption { "All duties" }
            thead { tr { th scope="col" { "By" } th scope="col" { "Place" } th scope="col" { "Who is told" } th.num scope="col" { "People" } th scope="col" { "State" } th scope="col" { "Law" } } }
            tbody { @for duty in duties { tr {
                td data-v=(duty.deadline_date.as_ref().map_or_else(|| "9999".to_owned(), ToString::to_string)) {
                    @if let Some(date) = &duty.deadline_date { @let (day, time) = day_and_time(date); b.word { (day) } @if let Some(time) = time { small { (time) } } }
                    small { (visible(&duty.deadline)) }
                }
                td { (words::place(&duty.jurisdiction)) }
                td { (words::duty(duty.duty)) small { (visible(&duty.recipient)) } }
                td.num data-v=(duty.people.best) { (group(duty.people.best)) small { (group(duty.people.floor)) "–" (group(duty.people.ceiling)) } }
                td { span class={ "chip " (duty.crossed.word()) } { (mark(duty.crossed)) " " (words::crossed(duty.crossed)) } small { (visible(&words::threshold(&duty.threshold))) } }
                td { (visible(&duty.law)) small { (visible(&duty.citation)) @if let Some(day) = duty.as_of { ", read " (day) } }
                    @if !duty.note.is_empty() { small { (visible(&duty.note)) } }
                    @if !duty.assumptions.is_empty() { small { "assumed: " (duty.assumptions.join(", ")) } } }
            } } }
        } }
    }
}
