//! The program on one page: walk, read, record; then resolve, assess, report.

mod engine;
mod item;
mod member;
mod progress;
mod schemas;
mod tables;
mod texts;
mod volume;

use crate::{
    detect::Detectors,
    evidence::{Case, DetectorEntry, recorder},
    format::Layouts,
    source::{Passwords, budget::Limits, walk},
};
use std::path::PathBuf;

pub use progress::Progress;

/// Bytes of a worker's stack: containers lie within containers, and who waits for others takes up what there is to do meanwhile.
pub const STACK: usize = 16 << 20;

/// What a scan is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub roots: Vec<PathBuf>,
    /// Workers; results do not depend on it.
    pub threads: usize,
    pub limits: Limits,
    /// Map files rather than read them.
    pub map: bool,
    /// Files larger than this are read in parts by several workers.
    pub part_size: usize,
    pub digest: Digest,
    /// Tried on what is encrypted.
    pub passwords: Passwords,
    /// Of files whose records nothing marks.
    pub layouts: Layouts,
}

/// The hash that identifies items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    Sha256,
    Blake3,
}

impl Options {
    /// Defaults for these roots.
    pub fn new(roots: Vec<PathBuf>) -> Options {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Options {
            roots,
            threads,
            limits: Limits::default(),
            map: true,
            part_size: 64 << 20,
            digest: Digest::Sha256,
            passwords: Passwords::default(),
            layouts: Layouts::default(),
        }
    }
}

/// Reads everything under the roots into the case's evidence.
///
/// Errors are of the request only (a root that does not exist, a case folder that cannot be
/// written); whatever is wrong with the evidence is recorded in it.
pub fn scan(options: &Options, detectors: &Detectors, case: &Case, progress: &Progress) -> anyhow::Result<()> {
    let entries = walk::walk(&options.roots, case.root().canonicalize().ok().as_deref())?;
    read(options, detectors, case, progress, entries)
}

/// Reads these entries into the case's evidence; [`scan`] for whoever walked already.
pub fn read(options: &Options, detectors: &Detectors, case: &Case, progress: &Progress, entries: Vec<walk::Entry>) -> anyhow::Result<()> {
    recorder::write_detectors(case, &detector_entries(detectors))?;
    progress.expect(&entries);
    let engine = engine::Engine::new(options, detectors, case, progress)?;
    engine.run(entries)?;
    progress.finish();
    Ok(())
}

fn detector_entries(detectors: &Detectors) -> Vec<DetectorEntry> {
    detectors
        .iter()
        .enumerate()
        .map(|(index, detector)| DetectorEntry {
            index: index as u16,
            id: detector.id.clone(),
            element: detector.element,
            meaning: detector.meaning,
            country: match detector.scope {
                crate::detect::Scope::Country(code) => String::from_utf8_lossy(&code).into_owned(),
                crate::detect::Scope::World => String::new(),
            },
            marking: detector.marking.clone().unwrap_or_default(),
        })
        .collect()
}
