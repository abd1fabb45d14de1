//! `breachscope patterns list | test | explain ID`: what is detected and why.

use super::{Exit, Usage, output};
use crate::detect::Detectors;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// List, test or explain what is detected.
#[derive(Debug, Args)]
pub(super) struct Patterns {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every detector: id, element, name; with --laws every law file instead
    List {
        /// More pattern files
        #[arg(long, value_name = "DIR")]
        patterns: Vec<PathBuf>,
        /// List the law files: id, confidence, on or off by default, when read, name
        #[arg(long, value_name = "DIR", num_args = 0..)]
        laws: Option<Vec<PathBuf>>,
        /// How to print the detectors
        #[arg(long, value_enum, default_value_t = super::Format::Text)]
        format: super::Format,
    },
    /// Run the examples of every pattern and law file
    Test {
        /// More pattern files
        #[arg(long, value_name = "DIR")]
        patterns: Vec<PathBuf>,
        /// More law files
        #[arg(long, value_name = "DIR")]
        laws: Vec<PathBuf>,
    },
    /// A pattern file's own words, and why a value does or does not match
    Explain {
        /// The detector's id, such as us_ssn
        id: String,
        /// A value to try
        #[arg(long)]
        value: Option<String>,
        /// More pattern files
        #[arg(long, value_name = "DIR")]
        patterns: Vec<PathBuf>,
    },
}

impl Patterns {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.command {
            Command::List { laws: Some(laws), .. } => list_laws(&laws),
            Command::List { patterns, laws: None, format } => list(&load(&patterns)?, format),
            Command::Test { patterns, laws } => test(&load(&patterns)?, &laws),
            Command::Explain { id, value, patterns } => explain(&load(&patterns)?, &id, value.as_deref()),
        }
    }
}

fn load(extra: &[PathBuf]) -> anyhow::Result<Detectors> {
    Detectors::load(extra).map_err(|faults| Usage(faults.to_string()).into())
}

fn list(detectors: &Detectors, format: super::Format) -> anyhow::Result<Exit> {
    if format == super::Format::Json {
        let all: Vec<serde_json::Value> = detectors
            .iter()
            .map(|detector| {
                serde_json::json!({
                    "id": detector.id,
                    "name": detector.name,
                    "element": detector.element.map(|element| element.code()),
                    "marking": detector.marking,
                    "country": match detector.scope {
                        crate::detect::Scope::Country(code) => Some(String::from_utf8_lossy(&code).into_owned()),
                        crate::detect::Scope::World => None,
                    },
                    "about": detector.about,
                    "sources": detector.sources,
                })
            })
            .collect();
        output::line(&serde_json::to_string_pretty(&all)?);
        return Ok(Exit::Done);
    }
    for detector in detectors.iter() {
        output::line(&format!("{:<28} {:<22} {}", detector.id, detector.element.map_or("-", |element| element.code()), detector.name));
    }
    Ok(Exit::Done)
}

fn list_laws(folders: &[PathBuf]) -> anyhow::Result<Exit> {
    let laws = crate::law::Law::load(folders).map_err(|faults| Usage(super::told(&faults)))?;
    for law in laws {
        let switch = if law.opt_in { "off" } else { "on" };
        output::line(&format!("{:<24} {:<7} {switch:<4} {} {}", law.id, law.confidence.word(), law.read_on, law.name));
    }
    Ok(Exit::Done)
}

fn test(detectors: &Detectors, laws: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut faults: Vec<String> = detectors.self_test().iter().map(ToString::to_string).collect();
    let mut law_count = 0;
    match crate::law::Law::load(laws) {
        Ok(laws) => {
            law_count = laws.len();
            faults.extend(laws.iter().flat_map(crate::law::Law::self_test).map(|fault| fault.to_string()));
        }
        Err(found) => faults.extend(found.iter().map(ToString::to_string)),
    }
    faults.iter().for_each(|fault| output::line(fault));
    output::line(&format!("{} pattern files, {law_count} law files, {} faults", detectors.iter().count(), faults.len()));
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Failed })
}

fn explain(detectors: &Detectors, id: &str, value: Option<&str>) -> anyhow::Result<Exit> {
    let Some(detector) = detectors.by_id(id) else {
        return Err(Usage(format!("there is no detector `{id}`\nhint: `breachscope patterns list` shows all")).into());
    };
    output::line(&format!("{}  {}\n{}", detector.id, detector.name, detector.about.trim()));
    output::line(&format!("element: {}", detector.element.map_or("none", |element| element.code())));
    detector.sources.iter().for_each(|source| output::line(&format!("source: {source}")));
    let (finds, ignores) = (&detector.examples.finds, &detector.examples.ignores);
    finds.iter().for_each(|example| output::line(&format!("finds: {}", example)));
    ignores.iter().for_each(|ignored| output::line(&format!("ignores: {} ({})", ignored.text, ignored.why)));
    if let (Some(value), Some(place)) = (value, detectors.place_of(id)) {
        output::line("");
        detectors.explain(place, value).iter().for_each(|step| output::line(step));
    }
    Ok(Exit::Done)
}
