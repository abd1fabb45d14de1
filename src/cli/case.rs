//! What commands that look into a case share: opening it, and resolving its people again.

use super::Usage;
use crate::{
    base::Facts,
    evidence::{Case, Evidence},
    people::{self, Population},
    report,
};
use std::path::Path;

/// The case in a folder.
pub(super) fn open(folder: &Path, key_file: Option<&Path>) -> anyhow::Result<Case> {
    Case::open(folder, key_file).map_err(|error| Usage(format!("{error:#}")).into())
}

/// Its evidence and the people in it.
pub(super) fn resolve(case: &Case) -> anyhow::Result<(Evidence<'_>, Population)> {
    let evidence = Evidence::load(case)?;
    let on = report::reference_day(&Facts::parse("").map_err(|error| anyhow::anyhow!("{error}"))?);
    let population = people::resolve(&evidence, report::day_number(on))?;
    Ok((evidence, population))
}
