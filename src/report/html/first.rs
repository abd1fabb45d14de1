//! The first screen, and how items became people and elements.

use super::{charts, section};
use crate::{
    base::{Bounds, Element, Role},
    law::Crossed,
    report::{
        Assessment, reference_day,
        summary::{earliest_deadline, item_counts},
        words::{self, bytes, group, percent, plural},
    },
};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Lines of a list on a card.
const CARD_LINES: usize = 6;

/// The names of what was scanned, from the paths: `share, mail.zip`.
pub(super) fn roots(assessment: &Assessment<'_>) -> String {
    let names: BTreeSet<&str> = assessment.evidence.items.iter().filter_map(|item| item.path.split(['/', '!']).next()).collect();
    let more = names.len().saturating_sub(3);
    let first: Vec<_> = names.into_iter().take(3).map(super::visible).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", first.join(", "))
}

pub(super) fn header(assessment: &Assessment<'_>) -> Markup {
    let items = item_counts(assessment);
    html! {
        header { div {
            h1 { "Who is in the leak “" (roots(assessment)) "”, and who must be told" }
            p.soft {
                (plural(items.total, "item", "items")) ", " (bytes(items.bytes)) ", archives unpacked. Ages are counted at " (reference_day(assessment.facts)) ". "
                "Confidential: names and values are masked, but this page still is about people."
            }
        } }
    }
}

/// The bounds of a scope of `counts.csv`.
fn scope(assessment: &Assessment<'_>, name: &str) -> Bounds {
    assessment.population.counts.scopes.iter().find(|(scope, _)| scope == name).map_or(Bounds::default(), |(_, bounds)| *bounds)
}

/// Jurisdictions with their people, most people first.
pub(super) fn places<'a>(assessment: &Assessment<'a>) -> Vec<(&'a str, Bounds)> {
    let scopes = &assessment.population.counts.scopes;
    let mut places: Vec<(&str, Bounds)> =
        scopes.iter().filter_map(|(scope, bounds)| Some((scope.strip_prefix("residency:")?, *bounds))).collect();
    places.sort_by_key(|(place, bounds)| (std::cmp::Reverse(bounds.best), *place));
    places
}

pub(super) fn summary(assessment: &Assessment<'_>) -> Markup {
    html! {
        section id="summary" aria-labelledby="h-summary" {
            h2 id="h-summary" .skip { "Summary" }
            div.cards { (people_card(assessment)) (deadline_card(assessment)) (places_card(assessment)) (elements_card(assessment)) (unread_card(assessment)) }
        }
    }
}

fn people_card(assessment: &Assessment<'_>) -> Markup {
    let total = assessment.population.counts.total;
    let aside = [("minor", "under 18"), ("deceased", "deceased"), ("no_contact", "without a way to reach them")];
    let professional = scope(assessment, "role:professional").best;
    html! {
        div.card.wide {
            h2 { "People affected" }
            div.big.n { (group(total.best)) }
            (charts::interval(total))
            p { "at least " b.n { (group(total.floor)) } ", at most " b.n { (group(total.ceiling)) } " · " a href="#interval" { "why not one number" } }
            p.soft {
                @for (at, (name, text)) in aside.iter().enumerate() { @if at > 0 { ", " } (group(scope(assessment, name).best)) " " (text) }
                @if professional > 0 { ". Not counted: " (group(professional)) " named only for their work" }
                "."
            }
            @let roles = roles(assessment);
            @if !roles.is_empty() {
                p { "Seen as " @for (at, (role, people)) in roles.iter().enumerate() { @if at > 0 { ", " } (role) " " b.n { (group(*people)) } } "; some as several." }
            }
        }
    }
}

/// What people are seen as, most people first, where anything tells.
fn roles(assessment: &Assessment<'_>) -> Vec<(&'static str, u64)> {
    let known = Role::ALL.iter().filter(|role| !matches!(role, Role::Unknown | Role::Professional));
    let mut roles: Vec<_> = known.map(|role| (role.word(), scope(assessment, &format!("role:{}", role.word())).best)).collect();
    roles.retain(|(_, people)| *people > 0);
    roles.sort_by_key(|(role, people)| (std::cmp::Reverse(*people), *role));
    roles
}

fn deadline_card(assessment: &Assessment<'_>) -> Markup {
    let count = |crossed: Crossed| assessment.duties.iter().filter(|duty| duty.crossed == crossed).count() as u64;
    let (owed, perhaps) = (count(Crossed::Yes), count(Crossed::WithinInterval));
    let next = earliest_deadline(assessment);
    html! {
        div.card {
            h2 { "First deadline" }
            @match &next {
                Some(date) => {
                    div.mid.n { (date) }
                    p { @for line in due_on(assessment, date) { (line) br; } }
                }
                None if owed + perhaps > 0 => {
                    div.mid { "No date yet" }
                    p { "Deadlines count from the discovery of the breach. Give its day in the facts file (" code { "breachscope facts init" } ")." }
                }
                None => { div.mid { "None indicated" } }
            }
            p { a href="#duties" { (plural(owed, "duty", "duties")) " indicated" } @if perhaps > 0 { ", " (group(perhaps)) " more may be" } "." }
            @let assumed = assessment.facts.assumptions().len() as u64;
            @if assumed > 0 { p.soft { a href="#assumed" { (plural(assumed, "fact", "facts")) " of the incident" } " nobody gave, so they are assumed." } }
        }
    }
}

/// Who is due on a day, by kind.
fn due_on(assessment: &Assessment<'_>, date: &str) -> Vec<String> {
    let due = assessment
        .duties
        .iter()
        .filter(|duty| duty.crossed != Crossed::No && duty.deadline_date.as_ref().is_some_and(|moment| moment.day().to_string() == date));
    let mut kinds: Vec<_> = due.map(|duty| (duty.duty, words::place(&duty.jurisdiction))).collect();
    kinds.sort();
    kinds.dedup();
    let lines = kinds.chunk_by(|a, b| a.0 == b.0).map(|chunk| {
        let places: Vec<&str> = chunk.iter().take(4).map(|(_, place)| place.as_str()).collect();
        let more = if chunk.len() > 4 { format!(" and {} more", chunk.len() - 4) } else { String::new() };
        format!("{}: {}{more}", words::duty(chunk[0].0), places.join(", "))
    });
    lines.collect()
}

fn list(rows: &[(String, u64)], more: &str, anchor: &str) -> Markup {
    html! {
        ul { @for (name, people) in rows.iter().take(CARD_LINES) { li { span { (name) } span.n { (group(*people)) } } } }
        @if rows.len() > CARD_LINES { p { a href=(anchor) { (group((rows.len() - CARD_LINES) as u64)) " more " (more) } } }
    }
}

fn places_card(assessment: &Assessment<'_>) -> Markup {
    let rows: Vec<(String, u64)> = places(assessment).into_iter().map(|(place, bounds)| (words::place(place), bounds.best)).collect();
    html! { div.card { h2 { "Where they live" } (list(&rows, "places", "#residency")) } }
}

/// Elements with people, worst first, then most people first.
fn elements(assessment: &Assessment<'_>) -> Vec<(Element, u64, u64)> {
    let mut rows: Vec<(Element, u64, u64)> = assessment
        .census
        .elements
        .iter()
        .map(|(element, (people, mentions))| (*element, *people, *mentions))
        .filter(|row| row.1 > 0)
        .collect();
    rows.sort_by_key(|(element, people, _)| (std::cmp::Reverse((element.severity(), *people)), *element));
    rows
}

fn elements_card(assessment: &Assessment<'_>) -> Markup {
    let rows: Vec<(String, u64)> =
        elements(assessment).into_iter().map(|(element, people, _)| (words::element(element).to_owned(), people)).collect();
    html! { div.card { h2 { "What is exposed, worst first" } (list(&rows, "kinds of data", "#exposed")) } }
}

fn unread_card(assessment: &Assessment<'_>) -> Markup {
    let items = item_counts(assessment);
    let unread = items.partial + items.failed + items.skipped;
    let lost: u64 = assessment.evidence.problems.iter().map(|problem| problem.bytes_not_examined).sum();
    html! {
        div.card.alert[unread > 0] {
            h2 { "What could not be read" }
            @if unread == 0 { div.mid { "Nothing" } p { "Every item was examined to its end." } }
            @else {
                div.mid.n { (plural(unread, "item", "items")) }
                p { (group(items.partial)) " in part, " (group(items.failed)) " not at all, " (group(items.skipped)) " skipped; " (bytes(lost)) " that nobody looked at." }
                p { "People in them are not counted. " a href="#exceptions" { "What to do about it" } }
            }
        }
    }
}

pub(super) fn funnel(assessment: &Assessment<'_>) -> Markup {
    let items = item_counts(assessment);
    let different = items.total - items.duplicate;
    let found = assessment.census.items.len() as u64;
    let with_people = assessment.census.items.values().filter(|tally| tally.people > 0).count() as u64;
    let steps = [
        (items.total, format!("items found, {} of them copies of others", group(items.duplicate))),
        (different, "different items".to_owned()),
        (items.full + items.partial, format!("read, {} of them in part only", group(items.partial))),
        (found, "hold at least one finding".to_owned()),
        (with_people, "speak of people who are counted".to_owned()),
    ];
    let width = |count: u64| format!("--w:{:.1}%", 100.0 * count as f64 / items.total.max(1) as f64);
    let (records, untold) = (assessment.population.records.mentions.len() as u64, assessment.population.unattributed);
    let body = html! {
        dl.steps { @for (count, text) in &steps { dt { (group(*count)) } dd { i style=(width(*count)) {} (text) } } }
        p {
            (plural(records, "record", "records")) " in them tell of people or hold their data; they resolve to "
            b { (plural(assessment.population.counts.total.best, "person", "people")) } ". "
            @if untold > 0 { (plural(untold, "record holds", "records hold")) " data but tell" @if untold == 1 { "s" } " nothing of whom." }
        }
    };
    section("funnel", &body)
}

pub(super) fn exposed(assessment: &Assessment<'_>) -> Markup {
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| *role != Role::Professional).collect();
    let mut whole = vec![0u64; roles.len()];
    let mut cells = vec![vec![0u64; roles.len()]; Element::ALL.len()];
    let mut protected = vec![0u64; Element::ALL.len()];
    for individual in assessment.population.counted() {
        let held: Vec<usize> = individual.roles().filter_map(|role| roles.iter().position(|known| *known == role)).collect();
        held.iter().for_each(|at| whole[*at] += 1);
        for element in individual.elements.iter() {
            held.iter().for_each(|at| cells[element as usize][*at] += 1);
            protected[element as usize] += u64::from(individual.protected.contains(element));
        }
    }
    let shown: Vec<usize> = (0..roles.len()).filter(|at| whole[*at] > 0).collect();
    let total = assessment.population.counts.total.best;
    let body = html! {
        p { "How many people lost what, and how large a share of each group that is. Somebody may belong to several groups. The darker, the larger the share." }
        div.scroll tabindex="0" role="region" aria-label="People by kind of data and group" { table.sortable.exposed { caption { "People by kind of data and group" }
            thead { tr {
                th scope="col" { "Kind of data" } th scope="col" { "Severity" } th.num scope="col" { "People" } th.num scope="col" { "Only protected" } th.num scope="col" { "Mentions" }
                @for at in &shown { th.num scope="col" { (words::sentence(roles[*at].word())) small { "of " (group(whole[*at])) } } }
            } }
            tbody { @for (element, people, mentions) in elements(assessment) { tr {
                th scope="row" { (words::element(element)) }
                td data-v=(element.severity() as u8) { span class={ "chip " (element.severity().word()) } { (element.severity().word()) } }
                (heat(people, total))
                td.num data-v=(protected[element as usize]) { @if protected[element as usize] > 0 { (group(protected[element as usize])) } }
                td.num data-v=(mentions) { (group(mentions)) }
                @for at in &shown { (heat(cells[element as usize][*at], whole[*at])) }
            } } }
        } }
    };
    section("exposed", &body)
}

fn heat(people: u64, whole: u64) -> Markup {
    let share = people as f64 / whole.max(1) as f64;
    html! { td.heat data-v=(people) style=(format!("--h:{share:.2}")) { @if people > 0 { (group(people)) small { (percent(people, whole)) } } } }
}
