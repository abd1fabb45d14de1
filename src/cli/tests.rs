//! Every command line that the documents and the pipeline files show is one that the program takes.

use super::Cli;
use clap::{CommandFactory, Parser};
use std::{collections::BTreeSet, fs, path::Path};

/// Files that show command lines.
const SHOWN_IN: &[&str] = &["README.md", "CHANGELOG.md", "Containerfile", ".pre-commit-hooks.yaml", "action.yml", "src/gate/builtin.toml"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// The documents, and the other files.
fn files() -> Vec<String> {
    let docs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).expect("a folder");
    let docs = docs.map(|entry| format!("docs/{}", entry.expect("an entry").file_name().to_string_lossy()));
    SHOWN_IN.iter().map(|name| (*name).to_owned()).chain(docs).collect()
}

/// Command lines of a text: in code spans, in lines of code, behind a prompt, and as the program a hook or an image runs.
fn commands(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("breachscope ")).map(str::to_owned);
    let lines = text.lines().map(|line| {
        let line = line.trim().trim_start_matches("- ").trim_start_matches("$ ").trim_start_matches("entry: ");
        line.split(" # ").next().unwrap_or(line).trim().to_owned()
    });
    let lines = lines.filter(|line| line.starts_with("breachscope ") && !line.ends_with(':'));
    spans.chain(lines).collect()
}

/// The words of a command line up to where the shell takes over; `[OPTIONAL]` words stand for themselves.
fn words(command: &str) -> Vec<String> {
    let before_shell = command.split([';', '|', '>']).next().unwrap_or(command);
    let plain = |word: &str| word.trim_matches(['[', ']', '"']).trim_end_matches([',', '…']).to_owned();
    before_shell.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
}

/// The fault of a command line, if it has one. A bare `breachscope scan` in a sentence names the command and needs no more.
fn fault(words: &[String]) -> Option<String> {
    if words.len() == 2 {
        let known = Cli::command().get_subcommands().any(|command| command.get_name() == words[1]);
        return (!known).then(|| format!("`{}` is no command", words[1]));
    }
    let error = Cli::try_parse_from(words).err()?;
    // A sentence may name a part of a command line: what is left out is no fault, what is there must exist.
    let allowed = [
        clap::error::ErrorKind::DisplayHelp,
        clap::error::ErrorKind::MissingRequiredArgument,
        clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
        clap::error::ErrorKind::MissingSubcommand,
    ];
    (!allowed.contains(&error.kind())).then(|| error.to_string().lines().next().unwrap_or_default().to_owned())
}

#[test]
fn every_command_line_that_is_shown_is_one_of_ours() {
    let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
    for name in files() {
        for command in commands(&read(&name)) {
            if let Some(fault) = fault(&words(&command)) {
                faults.push(format!("{name}: `{command}`: {fault}"));
            }
            seen.insert(command);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen.len() > 25, "only {seen:?}");
}

#[test]
fn a_wrong_command_line_would_be_seen() {
    for text in [
        "`breachscope scna leak`",
        "```\n$ breachscope check --polcy x .\n```",
        "entry: breachscope check --format xml",
        "`breachscope qx`",
    ] {
        let found: Vec<_> = commands(text).iter().filter_map(|command| fault(&words(command))).collect();
        assert_eq!(found.len(), 1, "{text}");
    }
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}
