//! `credentials.csv`: what to revoke or rotate. Never the secret itself.

use super::{Assessment, Report, people::location, sheet::Sheet};
use crate::{base::Element, evidence::row::NO_TABLE};
use std::{collections::BTreeSet, path::Path};

/// What to revoke or rotate.
pub struct Credentials;

/// Path, location, element, detector, people, protected.
type Row = (String, String, Element, String, u64, bool);

impl Report for Credentials {
    fn name(&self) -> &'static str {
        "credentials.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet =
            Sheet::create(folder, self.name(), "path, location, credential_type, service, account, protection, people, rotate_how")?;
        for (path, place, element, detector, people, protected) in listed(assessment)? {
            sheet.text(&path).text(&place).plain(element.code()).plain(&detector).plain("");
            sheet.plain(if protected { "hashed" } else { "clear" }).plain(people).text(rotate(element));
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Credentials by file and place: one row per finding in text, one per column of a table.
pub fn listed(assessment: &Assessment<'_>) -> anyhow::Result<BTreeSet<Row>> {
    let catalogue = &assessment.population.catalogue;
    let mut rows: BTreeSet<Row> = BTreeSet::new();
    assessment.evidence.findings(|finding| {
        let Some(entry) = assessment.evidence.detectors.get(usize::from(finding.detector)) else { return };
        let Some(element) = entry.element.filter(|element| is_credential(*element)) else { return };
        if finding.test_value || catalogue.used.get(&finding.item) != Some(&true) {
            return;
        }
        let (in_table, at) = match catalogue.table(finding.item, finding.part, finding.table) {
            Some(table) if finding.table != NO_TABLE => (true, table.row(finding.part, finding.at)),
            _ => (false, finding.at),
        };
        let people = u64::from(finding.sequence != u32::MAX);
        let path = catalogue.path(assessment.evidence, finding.item).to_owned();
        rows.insert((path, location(in_table, at, finding.length), element, entry.id.clone(), people, finding.protection != 0));
    })?;
    for (at, table) in catalogue.tables.iter().enumerate() {
        for column in table.columns.iter().filter(|column| column.seen.valid > 0) {
            let Some(entry) = assessment.evidence.detectors.get(usize::from(column.seen.detector)) else { continue };
            let Some(element) = entry.element.filter(|element| is_credential(*element)) else { continue };
            let people = assessment.census.tables.get(&(at as u32)).copied().unwrap_or(0);
            let place = format!("{} col:{}", table.name, column.seen.header);
            let path = catalogue.path(assessment.evidence, table.item).to_owned();
            rows.insert((path, place, element, entry.id.clone(), people, element == Element::PasswordHash));
        }
    }
    Ok(rows)
}

fn is_credential(element: Element) -> bool {
    matches!(
        element,
        Element::Password | Element::PasswordHash | Element::SecurityAnswer | Element::ApiKey | Element::PrivateKey | Element::AccessToken
    )
}

fn rotate(element: Element) -> &'static str {
    match element {
        Element::Password => "force a reset of these passwords, end open sessions, and check for reuse",
        Element::PasswordHash => "treat as passwords unless the hash is slow and salted: force a reset",
        Element::SecurityAnswer => "withdraw these answers as a means of recovery",
        Element::ApiKey => "revoke the key with its provider, issue a new one, and read the provider's access log",
        Element::PrivateKey => "revoke certificates and authorised keys that belong to it, and make a new pair",
        _ => "revoke the token and end the sessions it opened",
    }
}
