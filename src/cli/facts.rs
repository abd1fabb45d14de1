//! `breachscope facts init`: a commented facts file to fill in.

use super::{Exit, output};
use clap::{Args, Subcommand};

/// The facts of the incident that no file tells.
#[derive(Debug, Args)]
pub(super) struct Facts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a commented facts file; redirect it to incident.toml and fill it in
    Init,
}

impl Facts {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Command::Init = self.command;
        output::raw(crate::base::facts::Facts::template().as_bytes()).ok();
        Ok(Exit::Done)
    }
}
