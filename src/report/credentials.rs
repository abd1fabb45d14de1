//! `credentials.csv`: what to revoke or rotate. Never the secret itself.

use super::{Assessment, Report, people::location, sheet::Sheet};
use crate::{
    base::Element,
    detect::{aws_account, hashes},
    evidence::row::NO_TABLE,
};
use std::{collections::BTreeSet, path::Path};

/// What to revoke or rotate.
pub struct Credentials;

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    path: String,
    location: String,
    element: Element,
    /// Whose credential it is: the detector, or the kind of a hash.
    service: String,
    /// The account it opens, where the credential itself tells and it is nobody's name.
    account: String,
    protected: bool,
    people: u64,
    rotate: &'static str,
}

impl Report for Credentials {
    fn name(&self) -> &'static str {
        "credentials.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet =
            Sheet::create(folder, self.name(), "path, location, credential_type, service, account, protection, people, rotate_how")?;
        for row in listed(assessment)? {
            sheet.text(&row.path).text(&row.location).plain(row.element.code()).text(&row.service).plain(&row.account);
            sheet.plain(if row.protected { "hashed" } else { "clear" }).plain(row.people).text(row.rotate);
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
        if finding.test_value || !catalogue.is_used(finding.item) {
            return;
        }
        let (in_table, at) = match catalogue.table(finding.item, finding.part, finding.table) {
            Some(table) if finding.table != NO_TABLE => (true, table.row(finding.part, finding.at)),
            _ => (false, finding.at),
        };
        let hash = hashes::kind(&finding.value).filter(|_| element == Element::PasswordHash);
        let account = if entry.id == "key_aws" { aws_account(&finding.value) } else { None };
        rows.insert(Row {
            path: catalogue.path(assessment.evidence, finding.item).to_owned(),
            location: location(in_table, at, finding.length),
            element,
            service: hash.map_or_else(|| entry.id.clone(), |(name, _)| name.to_owned()),
            account: account.map_or_else(String::new, |account| format!("{account:012}")),
            protected: finding.protection != 0,
            people: u64::from(finding.sequence != u32::MAX),
            rotate: hash.map_or_else(|| rotate(element), |(_, strength)| strength.advice()),
        });
    })?;
    for (at, table) in catalogue.tables.iter().enumerate() {
        for column in table.columns.iter().filter(|column| column.seen.valid > 0) {
            let Some(entry) = assessment.evidence.detectors.get(usize::from(column.seen.detector)) else { continue };
            let Some(element) = entry.element.filter(|element| is_credential(*element)) else { continue };
            rows.insert(Row {
                path: catalogue.path(assessment.evidence, table.item).to_owned(),
                location: format!("{} col:{}", table.name, column.seen.header),
                element,
                service: entry.id.clone(),
                account: String::new(),
                protected: element == Element::PasswordHash,
                people: assessment.census.tables.get(&(at as u32)).copied().unwrap_or(0),
                rotate: rotate(element),
            });
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
