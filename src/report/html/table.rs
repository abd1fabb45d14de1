//! Tables of the page, read back from the CSV reports: the first rows as HTML, more as JSON for the script.

use super::{script_json, visible};
use crate::report::{reread::Reread, words};
use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use std::path::Path;

/// Rows that stand in the page itself, for printing and for readers without scripts.
const PLAIN_ROWS: usize = 100;

/// Rows the page holds at most; the CSV holds them all.
const MOST_ROWS: usize = 5_000;

/// How a cell is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// May be broken anywhere.
    Path,
    /// A name somebody gave to a table or a column; may be broken anywhere, too, and is shorter.
    Name,
    Count,
    Bytes,
    /// A share between 0 and 1.
    Share,
    /// One code of ours: `password_hash`.
    Code,
    /// Element codes joined by `;`.
    Elements,
    /// A short code that stays on one line.
    Id,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Kind::Path => "path",
            Kind::Name => "name",
            Kind::Count | Kind::Bytes | Kind::Share => "num",
            Kind::Id => "word",
            Kind::Text | Kind::Code | Kind::Elements => "",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Kind::Count => "count",
            Kind::Bytes => "bytes",
            _ => "",
        }
    }

    /// What the script sorts by and shows: a number where it is one.
    fn value(self, cell: &str) -> Value {
        match self {
            Kind::Count | Kind::Bytes => cell.parse::<u64>().map_or_else(|_| cell.into(), Value::from),
            _ => self.text(cell).into(),
        }
    }

    fn text(self, cell: &str) -> String {
        match self {
            Kind::Text | Kind::Path | Kind::Name | Kind::Id => visible(cell).into_owned(),
            Kind::Count => cell.parse().map_or_else(|_| cell.to_owned(), words::group),
            Kind::Bytes => cell.parse().map_or_else(|_| cell.to_owned(), words::bytes),
            Kind::Share => match cell.parse::<f64>() {
                // A rate of misses of 0.4 % is neither 0 nor 1 %.
                Ok(share) if share > 0.0 && share < 0.1 => format!("{:.1}%", share * 100.0),
                Ok(share) => format!("{:.0}%", share * 100.0),
                Err(_) => cell.to_owned(),
            },
            Kind::Code => words::sentence(cell),
            Kind::Elements => cell.split(';').map(element).collect::<Vec<_>>().join(", "),
        }
    }
}

fn element(code: &str) -> &str {
    crate::base::Element::from_code(code).map(words::element).unwrap_or(code)
}

/// A table to show: which report, which of its columns.
pub(super) struct Shown<'t> {
    pub(super) report: &'t str,
    pub(super) caption: &'t str,
    /// Column of the report, heading, kind.
    pub(super) columns: &'t [(&'t str, &'t str, Kind)],
    /// What to say where there is no row.
    pub(super) nothing: &'t str,
}

/// The table with everything that belongs to it.
pub(super) fn table(folder: &Path, shown: &Shown<'_>) -> anyhow::Result<Markup> {
    let Some(mut report) = Reread::open(folder, shown.report)? else {
        return Ok(
            html! { p.soft { "This table is too long for a page: see the Parquet file " code { (shown.report.replace(".csv", ".parquet")) } "." } },
        );
    };
    let places = shown.columns.iter().map(|(name, ..)| report.column(name)).collect::<anyhow::Result<Vec<usize>>>()?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut total = 0u64;
    report.each(|row| {
        total += 1;
        if rows.len() < MOST_ROWS {
            rows.push(places.iter().map(|at| row.get(*at).unwrap_or_default().to_owned()).collect());
        }
        Ok(())
    })?;
    if rows.is_empty() {
        return Ok(html! { p { (shown.nothing) } });
    }
    let id = format!("data-{}", shown.report.trim_end_matches(".csv"));
    let stored = if rows.len() > PLAIN_ROWS { Some(stored(&rows, shown)?) } else { None };
    Ok(html! {
        div.scroll tabindex="0" role="region" aria-label=(shown.caption) {
            table.sortable data-rows=[stored.as_ref().map(|_| &id)] {
                caption { (shown.caption) (extent(&rows, total, shown.report)) }
                thead { tr {
                    @for (_, heading, kind) in shown.columns {
                        th scope="col" class=[(kind.class() == "num").then_some("num")] data-kind=(kind.word()) data-cell=(kind.class()) { (heading) }
                    }
                } }
                tbody { @for row in rows.iter().take(PLAIN_ROWS) { tr {
                    @for (cell, (_, _, kind)) in row.iter().zip(shown.columns) {
                        td class=[(!kind.class().is_empty()).then_some(kind.class())] data-v=[matches!(kind, Kind::Count | Kind::Bytes).then_some(cell)] { (kind.text(cell)) }
                    }
                } } }
            }
        }
        @if let Some(stored) = stored { script type="application/json" id=(id) { (PreEscaped(stored)) } }
    })
}

/// What of the report the page holds, where it is not all of it.
fn extent(rows: &[Vec<String>], total: u64, report: &str) -> Markup {
    html! {
        @if total > rows.len() as u64 { " The first " (words::group(rows.len() as u64)) " of " (words::group(total)) " rows; all are in " code { (report) } "." }
        @if rows.len() > PLAIN_ROWS { span.print { "Printed: " (PLAIN_ROWS) " rows; all are in " (report) "." } }
    }
}

fn stored(rows: &[Vec<String>], shown: &Shown<'_>) -> anyhow::Result<String> {
    let cells =
        |row: &Vec<String>| Value::from(row.iter().zip(shown.columns).map(|(cell, (_, _, kind))| kind.value(cell)).collect::<Vec<_>>());
    script_json(&Value::from(rows.iter().map(cells).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_cell_is_text() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let evil = "a<script>alert(1)</script>\u{202e}.csv";
        let row = format!("\"{evil}\",7\n");
        std::fs::write(folder.path().join("x.csv"), format!("path,size\n{}", row.repeat(150))).expect("written");
        let columns: &[_] = &[("path", "File", Kind::Path), ("size", "Size", Kind::Bytes)];
        let shown = Shown { report: "x.csv", caption: "c", columns, nothing: "none" };
        let page = table(folder.path(), &shown).expect("a table").into_string();
        assert!(!page.contains("<script>") && !page.contains("</script>\u{202e}") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("\\u003cscript>") && page.contains("7 B"));
        assert_eq!(page.matches("</script>").count(), 1);
    }

    #[test]
    fn a_report_without_rows_says_so_in_words() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::write(folder.path().join("x.csv"), "path\n").expect("written");
        let shown = Shown { report: "x.csv", caption: "c", columns: &[("path", "File", Kind::Path)], nothing: "Nothing found." };
        assert_eq!(table(folder.path(), &shown).expect("a table").into_string(), "<p>Nothing found.</p>");
    }
}
