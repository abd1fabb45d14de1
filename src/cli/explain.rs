//! `breachscope explain CASE PERSON_ID`: why a person is one person.

use super::{Exit, Usage, case, output};
use crate::report::explain::explain;
use clap::Args;
use std::path::PathBuf;

/// Every mention of a person, each merge with its rule, and near misses kept apart; values are masked.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The case folder
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The person, as people.csv names them
    #[arg(value_name = "PERSON_ID")]
    person: String,
    /// The case's key, if it does not lie in the case folder
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let case = case::open(&self.case, self.key_file.as_deref())?;
        let (evidence, population) = case::resolve(&case)?;
        let text = explain(&evidence, &population, &self.person)?;
        let missing = || Usage(format!("there is no person `{}` in this case\nhint: people.csv lists them", self.person));
        output::line(text.ok_or_else(missing)?.trim_end());
        Ok(Exit::Done)
    }
}
