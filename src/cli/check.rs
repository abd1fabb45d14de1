//! `breachscope check PATH... --policy FILE`: the gate for data exports and repositories.

use super::{Exit, Usage, output};
use crate::{
    detect::Detectors,
    evidence::{Case, CaseKey, Evidence},
    gate::{
        Outcome, Policy, baseline,
        gather::gather,
        judge::judge,
        place::{OnDisk, Shown},
        policy::BUILTIN,
        source::{Sources, annotate},
        write::{Format, write},
    },
    people, report,
    scan::{Options, Progress},
    source::walk::{Entry, Found, logical_roots, walk},
};
use anyhow::Context;
use clap::Args;
use std::{
    collections::BTreeSet,
    io::Read,
    path::{Path, PathBuf},
    process::Command,
};

/// What comes by standard input is held in memory; more than this is refused.
const MOST_HELD: u64 = 1 << 30;

/// Hold data exports or a repository to a policy: exit code 0 if it holds, 1 if not, 3 if something could not be read.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files and directories to check; `-` is standard input
    #[arg(required_unless_present = "print_policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The policy (TOML); without it the built-in one, see --print-policy
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print the built-in policy, to begin one of your own
    #[arg(long)]
    print_policy: bool,
    /// Let findings pass that this file lists
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings there are now into a baseline, and let them pass
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// Check only files that differ from this git revision
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// How to write the outcome
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the outcome to a file, and only its summary to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// More pattern files
    #[arg(long, value_name = "DIR")]
    patterns: Vec<PathBuf>,
    /// Workers (default: one per core); results do not depend on it
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Passwords to try on encrypted archives and documents, one on each line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where the fields stand in files of fixed-width records; see docs/formats.md
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    /// No progress, and no text when the policy holds
    #[arg(long, short)]
    quiet: bool,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        if self.print_policy {
            output::raw(BUILTIN.as_bytes()).ok();
            return Ok(Exit::Done);
        }
        let policy = self.policy()?;
        let detectors = Detectors::load(&self.patterns).map_err(|faults| Usage(faults.to_string()))?;
        let (shown, entries, sources) = self.inputs()?;
        let mut options = Options::new(Vec::new());
        options.threads = self.threads.unwrap_or(options.threads).max(1);
        options.limits.depth = policy.depth.unwrap_or(options.limits.depth);
        options.limits.expanded = policy.expanded.unwrap_or(options.limits.expanded);
        options.passwords = super::passwords(self.password_file.as_deref())?;
        options.layouts = super::layouts(self.layout.as_deref())?;
        // Its values are under a key that is nowhere written; the folder goes whatever happens.
        let scratch = tempfile::Builder::new().prefix("breachscope-").tempdir().context("there is no place for temporary files")?;
        let case = Case::in_scratch(scratch.path(), CaseKey::generate_comparable()?)?;
        let progress = Progress::new(self.quiet);
        crate::scan::read(&options, &detectors, &case, &progress, entries)?;
        progress.clear();
        let outcome = self.judge(&policy, &case, &shown, &sources)?;
        self.tell(&outcome)?;
        Ok(match outcome.verdict() {
            "violated" => Exit::Failed,
            "unread" => Exit::Unread,
            _ => Exit::Done,
        })
    }

    fn policy(&self) -> anyhow::Result<Policy> {
        let policy = match &self.policy {
            None => Policy::builtin(),
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| {
                    let hint = "hint: `breachscope check --print-policy` prints one to begin with";
                    Usage(format!("the policy `{}` cannot be read\n{hint}", path.display()))
                })?;
                Policy::parse(&path.display().to_string(), &text)
            }
        };
        policy.map_err(|faults| Usage(super::told(&faults)).into())
    }

    /// What to read, how to write its paths, and where to look lines up.
    fn inputs(&self) -> anyhow::Result<(Shown, Vec<Entry>, Sources)> {
        let (standard, roots): (Vec<PathBuf>, Vec<PathBuf>) = self.paths.iter().cloned().partition(|path| path == Path::new("-"));
        let mut entries = walk(&roots, None)?;
        if let Some(revision) = &self.changed_since {
            let changed = changed_files(&roots, revision)?;
            entries.retain(|entry| match &entry.found {
                Found::File { on_disk, .. } => on_disk.canonicalize().is_ok_and(|path| changed.contains(&path)),
                _ => false,
            });
        } else {
            // What git keeps for itself is no data of the tree.
            entries.retain(|entry| !entry.path.as_str().split('/').any(|part| part == ".git"));
        }
        let mut sources = Sources::default();
        let on_disk = |entry: &Entry| match &entry.found {
            Found::File { on_disk, .. } => Some((entry.path.to_string(), on_disk.clone())),
            _ => None,
        };
        sources.on_disk = entries.iter().filter_map(on_disk).collect::<OnDisk>();
        if !standard.is_empty() {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MOST_HELD + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
            if bytes.len() as u64 > MOST_HELD {
                return Err(Usage("standard input is longer than 1 GiB\nhint: write it to a file and check that".to_owned()).into());
            }
            let path = crate::base::LogicalPath::from_root("stdin", Path::new(""));
            sources.held.insert(path.to_string(), bytes.clone());
            entries.push(Entry { path, found: Found::Held(bytes.into()) });
        }
        let names = logical_roots(&roots);
        Ok((Shown::new(&roots, names), entries, sources))
    }

    fn judge(&self, policy: &Policy, case: &Case, shown: &Shown, sources: &Sources) -> anyhow::Result<Outcome> {
        let evidence = Evidence::load(case)?;
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let population = people::resolve(&evidence, report::day_number(today))?;
        let mut gathered = gather(&evidence, &population, policy, shown)?;
        annotate(&mut gathered.findings, sources);
        let mut stale = 0;
        if let Some(path) = &self.write_baseline {
            let count = baseline::write(path, &gathered.findings)?;
            output::note(&format!("{count} fingerprints written to {}", path.display()));
        }
        if let Some(path) = self.baseline.as_ref().or(self.write_baseline.as_ref()) {
            stale = baseline::apply(path, &mut gathered.findings).map_err(|error| Usage(format!("{error:#}")))?;
        }
        let outcome = judge(policy, gathered.findings, &gathered.allowed, &evidence, &population, shown);
        Ok(Outcome { stale, ..outcome })
    }

    fn tell(&self, outcome: &Outcome) -> anyhow::Result<()> {
        if self.quiet && self.format == Format::Text && outcome.verdict() == "holds" {
            return Ok(());
        }
        match &self.output {
            None => output::stream(|out| write(self.format, outcome, out)),
            Some(path) => {
                let context = || format!("`{}` cannot be written", path.display());
                let mut file = std::io::BufWriter::new(std::fs::File::create(path).with_context(context)?);
                write(self.format, outcome, &mut file).and_then(|()| std::io::Write::flush(&mut file)).with_context(context)?;
                if !self.quiet {
                    output::line(&format!("The {}: {}", outcome.policy, outcome.verdict()));
                }
            }
        }
        Ok(())
    }
}

/// Files below the roots that differ from a revision or are new to git, as real paths.
fn changed_files(roots: &[PathBuf], revision: &str) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut changed = BTreeSet::new();
    for root in roots {
        let folder =
            if root.is_dir() { root.as_path() } else { root.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new(".")) };
        let top = git(folder, &["rev-parse", "--show-toplevel"])?;
        let top = PathBuf::from(String::from_utf8_lossy(&top).trim_end_matches(['\n', '\r']).to_owned());
        let differing = git(
            &top,
            &["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--diff-filter=d", "--end-of-options", revision, "--"],
        )?;
        let new = git(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
        for name in differing.split(|byte| *byte == 0).chain(new.split(|byte| *byte == 0)).filter(|name| !name.is_empty()) {
            changed.extend(top.join(String::from_utf8_lossy(name).as_ref()).canonicalize());
        }
    }
    Ok(changed)
}

/// Asks git about a folder. Settings of a hostile repository that name programs are overruled.
fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]).args(arguments);
    let output = command.output().map_err(|error| Usage(format!("--changed-since needs git, which cannot be started: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Usage(format!("git cannot tell what changed in `{}`: {said}", folder.display())).into());
    }
    Ok(output.stdout)
}
