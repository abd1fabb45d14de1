//! Charts as inline SVG. Each has its text beside it in the page: a chart adds no fact.

use crate::{
    base::Bounds,
    impact::Spread,
    people::count::{Direction, Reason},
    report::words::{dollars, group},
};
use maud::{Markup, html};

/// Width of charts, in their own units.
const WIDTH: f64 = 720.0;

/// A position with one decimal: short, and the same on every machine.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

/// Floor, best and ceiling on a line that begins at nobody.
pub(super) fn interval(bounds: Bounds) -> Markup {
    let scale = |count: u64| (WIDTH - 4.0) * count as f64 / bounds.ceiling.max(1) as f64;
    let (floor, best, ceiling) = (scale(bounds.floor), scale(bounds.best), scale(bounds.ceiling));
    html! {
        svg.interval viewBox=(format!("0 0 {WIDTH} 46")) role="img" aria-label=(format!("at least {}, best {}, at most {}", group(bounds.floor), group(bounds.best), group(bounds.ceiling))) {
            rect.f-bar2 x="0" y="14" width=(at(ceiling)) height="18" rx="4" {}
            rect.f-bar x="0" y="14" width=(at(floor)) height="18" rx="4" {}
            line.s-ink x1=(at(best)) x2=(at(best)) y1="8" y2="38" {}
        }
    }
}

/// A bar up to the best count with a whisker from floor to ceiling.
pub(super) fn whisker(bounds: Bounds, most: u64, class: &str) -> Markup {
    let scale = |count: u64| 220.0 * count as f64 / most.max(1) as f64;
    html! {
        svg viewBox="0 0 224 16" width="224" height="16" aria-hidden="true" {
            rect class=(class) x="0" y="3" width=(at(scale(bounds.best).max(1.0))) height="10" rx="2" {}
            @if bounds.floor != bounds.ceiling {
                line.s-soft x1=(at(scale(bounds.floor))) x2=(at(scale(bounds.ceiling))) y1="8" y2="8" {}
                @for end in [bounds.floor, bounds.ceiling] { line.s-soft x1=(at(scale(end))) x2=(at(scale(end))) y1="4" y2="12" {} }
            }
        }
    }
}

/// How each reason carries the count from best down to the floor and up to the ceiling.
pub(super) fn waterfall(total: Bounds, reasons: &[Reason]) -> Markup {
    let spread = (total.ceiling.saturating_sub(total.floor)).max(1) as f64;
    let (low, high) = (total.floor as f64 - spread * 0.08, total.ceiling as f64 + spread * 0.08);
    // Room for the words on the left, and for the number of the ceiling on the right.
    let scale = |count: f64| 300.0 + (WIDTH - 370.0) * (count.clamp(low, high) - low) / (high - low);
    let (mut down, mut up) = (total.best as f64, total.best as f64);
    let mut bars = Vec::new();
    for reason in reasons {
        let people = reason.people as f64;
        let (from, to, sign) = if reason.direction == Direction::Raises { (up, up + people, '+') } else { (down - people, down, '−') };
        if sign == '+' {
            up = to
        } else {
            down = from
        }
        bars.push((reason, scale(from.max(total.floor as f64)), scale(to.min(total.ceiling as f64)), sign));
    }
    let height = 34.0 + 30.0 * bars.len() as f64;
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) width=(WIDTH) role="img" aria-label="How each reason widens the count; the table below says the same" {
            @for (count, anchor) in [(total.floor, "end"), (total.best, "middle"), (total.ceiling, "start")] {
                line.s-line x1=(at(scale(count as f64))) x2=(at(scale(count as f64))) y1="22" y2=(height) {}
                @if count == total.best || total.floor != total.ceiling { text x=(at(scale(count as f64))) y="15" text-anchor=(anchor) { (group(count)) } }
            }
            @for (row, (reason, from, to, sign)) in bars.iter().enumerate() {
                text.soft x="290" y=(at(46.0 + 30.0 * row as f64)) text-anchor="end" { (crate::report::words::sentence(reason.code)) " " (sign) (group(reason.people)) }
                rect class=(if *sign == '+' { "f-warn" } else { "f-bar" }) x=(at(*from)) y=(at(34.0 + 30.0 * row as f64)) width=(at((to - from).max(2.0))) height="16" rx="2" {}
            }
        }
    }
}

/// Days of deadlines along a line from day 0: (days, ISO date, number of duties).
pub(super) fn days(deadlines: &[(i32, String, usize)]) -> Markup {
    let last = deadlines.iter().map(|(day, ..)| *day).max().unwrap_or(1).max(1);
    let scale = |day: i32| 40.0 + (WIDTH - 80.0) * f64::from(day.max(0)) / f64::from(last);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} 110")) width=(WIDTH) role="img" aria-label="Deadlines along time; the list below says the same" {
            line.s-soft x1="40" x2=(at(WIDTH - 40.0)) y1="55" y2="55" {}
            line.s-ink x1="40" x2="40" y1="45" y2="65" {}
            text.soft x="40" y="84" text-anchor="middle" { "day 0" }
            @for (row, (day, date, duties)) in deadlines.iter().enumerate() {
                circle.f-bad cx=(at(scale(*day))) cy="55" r=(at((4.0 + (*duties as f64).sqrt() * 2.2).min(18.0))) opacity=".8" {}
                text x=(at(scale(*day))) y=(if row % 2 == 0 { "22" } else { "100" }) text-anchor="middle" { (date) }
            }
        }
    }
}

/// One range of cost on a scale of powers of ten that all lines of a group share.
pub(super) fn range(cost: Spread, most: f64) -> Markup {
    let decades = most.max(10.0).log10();
    let scale = |amount: f64| 260.0 * amount.max(1.0).log10() / decades;
    let (low, likely, high) = (scale(cost.low), scale(cost.likely), scale(cost.high));
    html! {
        svg viewBox="0 0 268 16" width="268" height="16" role="img" aria-label=(format!("{} to {}", dollars(cost.low), dollars(cost.high))) {
            line.s-line x1="0" x2="264" y1="8" y2="8" {}
            rect.f-bar x=(at(low)) y="4" width=(at((high - low).max(2.0))) height="8" rx="3" {}
            circle.f-ink cx=(at(likely.clamp(3.0, 262.0))) cy="8" r="4" {}
        }
    }
}
