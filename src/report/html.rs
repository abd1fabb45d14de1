//! `report.html`: the headline for people. One file that fetches nothing and runs no script but its own.
//!
//! Long tables are read back from the CSV reports, so the page cannot say anything else than
//! they do. Strings of the evidence pass [`visible`] and are escaped by maud, or stand in JSON
//! made by [`script_json`]; values are masked before they come here.

mod cards;
mod charts;
mod duties;
mod first;
mod sections;
mod table;

use super::{Assessment, Report};
use crate::base::token::base64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, path::Path};

/// The headline, for people.
pub struct Html;

impl Report for Html {
    fn name(&self) -> &'static str {
        "report.html"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        std::fs::write(folder.join(self.name()), page(assessment, folder)?.into_string())?;
        Ok(())
    }
}

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Where a reader may go: anchor and title.
const SECTIONS: &[(&str, &str)] = &[
    ("summary", "Summary"),
    ("funnel", "From files to people"),
    ("exposed", "What is exposed"),
    ("residency", "Where people live"),
    ("duties", "Who must be told"),
    ("people", "Look a person up"),
    ("interval", "How sure the count is"),
    ("exceptions", "What could not be read"),
    ("files", "Files"),
    ("tables", "Tables"),
    ("credentials", "Credentials"),
    ("secrets", "Business secrets"),
    ("costs", "Costs"),
    ("method", "Method"),
    ("glossary", "Words"),
];

fn page(assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<Markup> {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(SCRIPT))
    );
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "Leak report: " (first::roots(assessment)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#summary" { "Skip to the summary" }
                (first::header(assessment))
                nav aria-label="Sections" { ul { @for (anchor, title) in SECTIONS { li { a href={ "#" (anchor) } { (title) } } } } }
                main {
                    (first::summary(assessment))
                    (first::funnel(assessment))
                    (first::exposed(assessment))
                    (duties::residency(assessment))
                    (duties::duties(assessment))
                    (sections::people(assessment)?)
                    (sections::interval(assessment, folder)?)
                    (sections::exceptions(assessment, folder)?)
                    (sections::files(assessment, folder)?)
                    (sections::tables(folder)?)
                    (sections::credentials(folder)?)
                    (sections::secrets(folder)?)
                    (sections::costs(assessment))
                    (sections::method(assessment, folder)?)
                    (sections::glossary())
                }
                footer { "Made by BreachScope " (env!("CARGO_PKG_VERSION")) ". Values are masked. What it says of laws is an indication for counsel, not legal advice." }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    })
}

/// A section with its heading.
fn section(anchor: &str, inside: &Markup) -> Markup {
    let title = SECTIONS.iter().find(|(known, _)| *known == anchor).map_or(anchor, |(_, title)| title);
    html! { section id=(anchor) aria-labelledby={ "h-" (anchor) } { h2 id={ "h-" (anchor) } { (title) } (inside) } }
}

/// A text without the marks that turn the direction of writing and could make a name read as another.
fn visible(text: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}');
    let hidden = |c: char| turns(c) || c.is_control();
    if text.chars().any(hidden) {
        Cow::Owned(text.chars().map(|c| if hidden(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON that may stand in a script element: no `<`, so that nothing in it ends the element.
fn script_json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    let text = serde_json::to_string(value)?;
    Ok(if memchr::memchr(b'<', text.as_bytes()).is_some() { text.replace('<', "\\u003c") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_element() {
        let text = script_json(&serde_json::json!("</script><!--")).expect("JSON");
        assert_eq!(text, r#""\u003c/script>\u003c!--""#);
    }

    #[test]
    fn names_cannot_turn_the_reading_direction() {
        assert_eq!(visible("gpj\u{202e}exe.txt"), "gpj\u{fffd}exe.txt");
        assert_eq!(visible("plain"), "plain");
    }
}
