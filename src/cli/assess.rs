//! `breachscope assess DIR`: everything after reading, from stored evidence.

use super::{Common, Exit, Format, Usage, output, timings::Timings, told};
use crate::{
    base::facts::Facts,
    evidence::{Case, Evidence},
    impact::{self, Parameters},
    law::{self, Law},
    people,
    report::{
        self, Assessment,
        census::Census,
        manifest::{self, Assessed, FileEntry, Manifest, RuleSet, stamp},
        summary,
    },
};
use anyhow::Context;
use clap::Args;
use std::path::{Path, PathBuf};

/// Recompute people, duties, costs and reports from a case's stored evidence, without the leak.
#[derive(Debug, Args)]
pub(super) struct Assess {
    /// The case folder
    #[arg(value_name = "DIR")]
    case: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Assess {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut timings = Timings::begin(self.common.timings);
        let (facts, laws) = (facts(&self.common)?, laws(&self.common)?);
        let case = Case::open(&self.case, self.common.key_file.as_deref()).map_err(|error| Usage(format!("{error:#}")))?;
        let began = stamp(jiff::Timestamp::now());
        let printed = assess(&case, &facts, &laws, &self.common, &mut timings)?;
        let assessed = assessed(&self.common, began)?;
        manifest::close(&case, "assess", |manifest| manifest.assess = Some(assessed))?;
        timings.took("manifest.json");
        timings.tell();
        if !self.common.quiet {
            output::line(&printed);
        }
        Ok(Exit::Done)
    }
}

/// What the manifest tells of an assessment that ends now.
pub(super) fn assessed(common: &Common, started: String) -> anyhow::Result<Assessed> {
    Ok(Assessed {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        ended: stamp(jiff::Timestamp::now()),
        laws: RuleSet::new(Law::builtin_sources(), &common.laws),
        facts: common.facts.as_deref().map(manifest::file_entry).transpose()?,
        costs: common.costs.as_deref().map(manifest::file_entry).transpose()?,
        revealed: common.reveal,
        encrypted_to: common.encrypt_to.iter().map(ToString::to_string).collect(),
        csv_all: common.csv_all,
    })
}

/// The options of the assessment that this manifest records, to repeat it.
///
/// # Errors
/// When there was none, or what it read is no longer the same: its reports would change for a reason nobody gave.
pub(super) fn recorded(case: &Case, manifest: &Manifest, key_file: Option<PathBuf>) -> anyhow::Result<Common> {
    let folder = case.root().display();
    let hint = format!("hint: run `breachscope assess {folder}` with the facts, laws and costs that hold now, and look at what it changes");
    let Some(last) = &manifest.assess else { return Err(Usage(format!("this case was never assessed\n{hint}")).into()) };
    if !manifest::evidence_is_as_recorded(case.root(), manifest)? {
        let hint = format!("hint: `breachscope verify {folder}` tells what differs");
        return Err(Usage(format!("the evidence of this case is not what the last act on it left\n{hint}")).into());
    }
    for (what, file) in [("facts", &last.facts), ("costs", &last.costs)] {
        let Some(file) = file else { continue };
        match manifest::file_entry(Path::new(&file.path)) {
            Ok(now) if now == *file => {}
            Ok(_) => return Err(Usage(format!("the {what} file `{}` was changed since the last assessment\n{hint}", file.path)).into()),
            Err(_) => {
                return Err(Usage(format!("the {what} file of the last assessment, `{}`, cannot be read\n{hint}", file.path)).into());
            }
        }
    }
    let directories: Vec<PathBuf> = last.laws.directories.iter().map(|directory| PathBuf::from(&directory.path)).collect();
    if RuleSet::new(Law::builtin_sources(), &directories) != last.laws {
        let by = format!("BreachScope {}", last.tool_version);
        return Err(Usage(format!("the law files are not those of the last assessment, which {by} made\n{hint}")).into());
    }
    let path = |file: &Option<FileEntry>| file.as_ref().map(|file| PathBuf::from(&file.path));
    Ok(Common {
        key_file,
        facts: path(&last.facts),
        laws: directories,
        costs: path(&last.costs),
        reveal: last.revealed,
        encrypt_to: last.encrypted_to.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        csv_all: last.csv_all,
        timings: false,
        quiet: true,
        format: Format::Text,
    })
}

/// The facts file, or all defaults.
pub(super) fn facts(common: &Common) -> anyhow::Result<Facts> {
    let text = match &common.facts {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).with_context(|| {
            Usage(format!("the facts file `{}` cannot be read\nhint: `breachscope facts init` writes one", path.display()))
        })?,
    };
    Facts::parse(&text).map_err(|error| Usage(error.to_string()).into())
}

/// The built-in unit costs, with those of `--costs` in place of the like.
fn parameters(common: &Common) -> anyhow::Result<Parameters> {
    let builtin = Parameters::builtin().map_err(|faults| anyhow::anyhow!(told(&faults)))?;
    let Some(path) = &common.costs else { return Ok(builtin) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| Usage(format!("the costs file `{name}` cannot be read\nhint: patterns/impact.toml shows what one looks like")))?;
    let own = Parameters::parse(&name, &text).map_err(|faults| Usage(told(&faults)))?;
    Ok(builtin.with(own))
}

/// The built-in laws and those of `--laws`.
pub(super) fn laws(common: &Common) -> anyhow::Result<Vec<Law>> {
    Law::load(&common.laws).map_err(|faults| {
        let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Usage(text.join("\n")).into()
    })
}

/// Resolves, assesses, reports; returns what to print.
pub(super) fn assess(case: &Case, facts: &Facts, laws: &[Law], common: &Common, timings: &mut Timings) -> anyhow::Result<String> {
    let evidence = Evidence::load(case)?;
    timings.took("rules and evidence read");
    let on = report::reference_day(facts);
    let population = people::resolve_telling(&evidence, report::day_number(on), &mut |stage| timings.took(stage))?;
    let census = Census::new(&population);
    let groups = report::groups(&population);
    let duties = law::assess(&groups, facts, laws);
    let parameters = parameters(common)?;
    let scale = impact::Scale::builtin().map_err(|faults| anyhow::anyhow!(told(&faults)))?;
    let grades = scale.grades(&groups, facts);
    let data_sets = report::severity::data_sets(&evidence, &population, &scale, facts);
    let costs = impact::estimate(&groups, &duties, facts, &parameters);
    let reputation = impact::reputation(&groups, &duties, &grades, &parameters);
    timings.took("duties and costs derived");
    let assessment = Assessment {
        case,
        evidence: &evidence,
        population: &population,
        census: &census,
        duties: &duties,
        costs: &costs,
        grades: &grades,
        data_sets: &data_sets,
        reputation: reputation.as_ref(),
        facts,
        reveal: common.reveal(),
        csv_all: common.csv_all,
        seconds: timings.seconds(),
    };
    report::write_all(&assessment, |report, seconds| timings.beside(report, seconds))?;
    timings.took("reports");
    let printed = match common.format {
        Format::Text => summary::plain(&assessment),
        Format::Json => std::fs::read_to_string(case.reports().join("summary.json"))?.trim_end().to_owned(),
    };
    // The process is about to end: taking a million people apart again would cost as much as counting them.
    std::mem::forget(population);
    Ok(printed)
}
