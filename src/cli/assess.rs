//! `breachscope assess DIR`: everything after reading, from stored evidence.

use super::{Common, Exit, Format, Usage, output, told};
use crate::{
    base::facts::Facts,
    evidence::{Case, Evidence},
    impact::{self, Parameters},
    law::{self, Law},
    people,
    report::{
        self, Assessment,
        census::Census,
        manifest::{self, Assessed, RuleSet, stamp},
        summary,
    },
};
use anyhow::Context;
use clap::Args;
use std::{path::PathBuf, time::Instant};

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
        let started = Instant::now();
        let (facts, laws) = (facts(&self.common)?, laws(&self.common)?);
        let case = Case::open(&self.case, self.common.key_file.as_deref()).map_err(|error| Usage(format!("{error:#}")))?;
        let began = stamp(jiff::Timestamp::now());
        let printed = assess(&case, &facts, &laws, &self.common, started)?;
        let assessed = assessed(&self.common, began)?;
        manifest::close(&case, "assess", |manifest| manifest.assess = Some(assessed))?;
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
        csv_all: common.csv_all,
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
pub(super) fn assess(case: &Case, facts: &Facts, laws: &[Law], common: &Common, started: Instant) -> anyhow::Result<String> {
    let evidence = Evidence::load(case)?;
    let on = report::reference_day(facts);
    let population = people::resolve(&evidence, report::day_number(on))?;
    let census = Census::new(&population);
    let groups = report::groups(&population);
    let duties = law::assess(&groups, facts, laws);
    let parameters = parameters(common)?;
    let scale = impact::Scale::builtin().map_err(|faults| anyhow::anyhow!(told(&faults)))?;
    let grades = scale.grades(&groups, facts);
    let data_sets = report::severity::data_sets(&evidence, &population, &scale, facts);
    let costs = impact::estimate(&groups, &duties, facts, &parameters);
    let reputation = impact::reputation(&groups, &duties, &grades, &parameters);
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
        reveal: common.reveal,
        csv_all: common.csv_all,
        seconds: started.elapsed().as_secs_f64(),
    };
    report::write_all(&assessment)?;
    let printed = match common.format {
        Format::Text => summary::plain(&assessment),
        Format::Json => std::fs::read_to_string(case.reports().join("summary.json"))?.trim_end().to_owned(),
    };
    // The process is about to end: taking a million people apart again would cost as much as counting them.
    std::mem::forget(population);
    Ok(printed)
}
