//! The command line: one file per subcommand.

mod assess;
mod case;
mod check;
mod diff;
mod docs;
mod explain;
mod facts;
mod merge;
mod output;
mod patterns;
mod quality;
mod read;
mod scan;
#[cfg(test)]
mod tests;
mod timings;
mod verify;

use crate::{
    base::Fault,
    format::Layouts,
    report::{Reveal, age::Recipient},
    source::Passwords,
};
use clap::{Args, Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Finds out who is in a leak, what of theirs is exposed, and who must be told.
#[derive(Debug, Parser)]
#[command(name = "breachscope", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a leak, count the people in it, derive duties, write the case folder and its reports
    Scan(scan::Scan),
    /// Recompute people, duties, costs and reports from a case's stored evidence, without the leak
    Assess(assess::Assess),
    /// Hold data exports or a repository to a policy: 0 if it holds, 1 if not, 3 if something could not be read
    Check(check::Check),
    /// One case from cases scanned on several machines, its people counted as one
    Merge(merge::Merge),
    /// New, gone and known people and elements between two cases
    Diff(diff::Diff),
    /// Why a person is one person: every mention, each merge, near misses
    Explain(explain::Explain),
    /// Draw a quality-control sheet: places to look at, without what was found there
    Sample(quality::Sample),
    /// Read a filled quality-control sheet and put what it comes to into the reports
    Qc(quality::Qc),
    /// Check a case's digests and custody log and, with the leak, that it gives the same evidence again
    Verify(verify::Verify),
    /// List, test or explain what is detected
    Patterns(patterns::Patterns),
    /// Show what the detectors see of a file: records, fields, text (clear values!)
    Read(read::Read),
    /// The facts of the incident that no file tells
    Facts(facts::Facts),
    /// Shell completions and the man page
    #[command(hide = true)]
    Docs(docs::Docs),
}

impl Command {
    /// How many may work, if the user says so.
    fn threads(&self) -> Option<usize> {
        match self {
            Command::Scan(scan) => scan.threads,
            Command::Check(check) => check.threads,
            _ => None,
        }
    }
}

/// Options of every command that assesses.
#[derive(Debug, Args)]
struct Common {
    /// The case's key, if it does not lie in the case folder
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Facts of the incident (TOML; `breachscope facts init` writes a commented one)
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// More law files
    #[arg(long, value_name = "DIR")]
    laws: Vec<PathBuf>,
    /// Unit costs of your own (TOML, as patterns/impact.toml); lines of the same name are replaced
    #[arg(long, value_name = "FILE")]
    costs: Option<PathBuf>,
    /// Write clear values, to people_clear.csv only
    #[arg(long)]
    reveal: bool,
    /// Write them encrypted only, to people_clear.csv.age, for this age recipient (`age1…`); may be given several times
    #[arg(long, value_name = "RECIPIENT", requires = "reveal")]
    encrypt_to: Vec<Recipient>,
    /// Write detail tables as CSV whatever their length
    #[arg(long)]
    csv_all: bool,
    /// Tell on standard error how long each stage and each report took
    #[arg(long)]
    timings: bool,
    /// No progress, no summary
    #[arg(long, short)]
    quiet: bool,
    /// How to print the summary
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Common {
    fn reveal(&self) -> Reveal<'_> {
        match (self.reveal, self.encrypt_to.as_slice()) {
            (false, _) => Reveal::Nothing,
            (true, []) => Reveal::Clear,
            (true, recipients) => Reveal::SealedTo(recipients),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// The passwords of a file, if one is named.
fn passwords(path: Option<&Path>) -> anyhow::Result<Passwords> {
    let Some(path) = path else { return Ok(Passwords::default()) };
    Ok(Passwords::read(path).map_err(|error| Usage(format!("`{}` cannot be read: {error}", path.display())))?)
}

/// The layouts of a file, if one is named.
fn layouts(path: Option<&Path>) -> anyhow::Result<Layouts> {
    path.map_or_else(|| Ok(Layouts::default()), |path| Layouts::read(path).map_err(|error| Usage(format!("{error:#}")).into()))
}

/// Everything that is wrong in a file, as it is printed.
fn told(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect()
}

/// Exit codes, as the contract fixes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; what could not be read is in `exceptions.csv`.
    Done = 0,
    /// Any failure that is not wrong usage; for `check`, a violated policy.
    Failed = 1,
    /// Wrong usage, or an input root that cannot be read.
    Usage = 2,
    /// For `check`: the policy holds on what could be read, and something could not be read.
    Unread = 3,
}

/// An error of the request: what is wrong, and a remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    output::hide_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            error.print().ok();
            return ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Done as u8 });
        }
    };
    // For all but the reading of a leak, which has workers of its own. Where there can be no threads, whoever asks for them tells.
    let threads = cli.command.threads().map_or(0, |threads| threads.max(1));
    rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(crate::scan::STACK).build_global().ok();
    let result = match cli.command {
        Command::Scan(scan) => scan.run(),
        Command::Assess(assess) => assess.run(),
        Command::Check(check) => check.run(),
        Command::Merge(merge) => merge.run(),
        Command::Diff(diff) => diff.run(),
        Command::Explain(explain) => explain.run(),
        Command::Sample(sample) => sample.run(),
        Command::Qc(qc) => qc.run(),
        Command::Docs(docs) => docs.run(),
        Command::Verify(verify) => verify.run(),
        Command::Patterns(patterns) => patterns.run(),
        Command::Read(read) => read.run(),
        Command::Facts(facts) => facts.run(),
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            output::error(&error);
            let usage =
                error.is::<Usage>() || error.chain().any(|cause| cause.is::<Usage>() || cause.is::<crate::source::walk::RootError>());
            ExitCode::from(if usage { Exit::Usage } else { Exit::Failed } as u8)
        }
    }
}
