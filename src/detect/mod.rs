//! Stage 3: from records to findings: what in them is a data element.
//!
//! Detectors are data (`patterns/detectors/**/*.toml`, see `docs/detectors.md`). One file says
//! how columns that hold the element are called, how a cell is read, and how the value is
//! found in free text. Tables are judged once ([`Detectors::profile`]) and then read cell by
//! cell ([`Profile::read`]); text is scanned in one pass ([`Detectors::scan_text`]).
//! What cannot be said in a file (checks, scanners of names and addresses) is Rust, by name.

mod check;
mod explain;
mod fault;
mod fold;
pub mod hashes;
mod header;
mod judge;
mod label;
mod lexicon;
mod normal;
mod pattern;
mod phone;
mod places;
mod profile;
mod read;
mod rival;
pub mod secrecy;
mod selftest;
mod shape;
mod stats;
mod text;

pub use crate::base::Role;
use crate::base::{Element, Meaning};
use foldhash::fast::FixedState;
use include_dir::{Dir, include_dir};
use rayon::prelude::*;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

pub use check::{CHECKS, Check, aws_key::account as aws_account};
pub use fault::{Fault, Faults};
pub use fold::{fold, fold_into};
pub use header::is_organisation;
pub use lexicon::{is_given_name, is_surname};
pub use normal::{DateOrder, Normalise};
pub use pattern::{Alone, CellExample, Examples, Ignored, token_domain};
pub use places::country_of_postcode;
pub use profile::{ColumnProfile, Profile, Slot};
pub use read::{Protection, Reading, Scratch};
pub use text::Finding;

static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/patterns/detectors");
/// The same files as the build read them: a path, a tab, and JSON on each line.
const DIGESTED: &str = include_str!(concat!(env!("OUT_DIR"), "/detectors.jsonl"));

/// Place of a detector in the order of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DetectorId(pub u16);

/// Where a detector's values are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    World,
    /// Issued by this country (ISO 3166-1 alpha-2).
    Country([u8; 2]),
}

/// A compiled detector file.
#[derive(Debug)]
pub struct Detector {
    /// Its path under `patterns/detectors/` without `global/` and ending: `us_ssn`, `email`.
    pub id: String,
    pub name: String,
    pub about: String,
    pub sources: Vec<String>,
    pub element: Option<Element>,
    /// The class of a trade-secret marking.
    pub marking: Option<String>,
    pub meaning: Meaning,
    /// Equal normalised values of equal domains are the same value, whichever detector saw them.
    pub token_domain: u8,
    pub scope: Scope,
    column: pattern::ColumnFile,
    normalise: Normalise,
    /// How long the parts of a number are that is written with fewer noughts: `1-613-584`.
    groups: Vec<u8>,
    checks: Vec<&'static Check>,
    shapes: Vec<shape::Shape>,
    /// Spellings of something else.
    unlike: Vec<shape::Shape>,
    length: (usize, usize),
    loose: bool,
    sparse: bool,
    test_values: HashSet<Vec<u8>, FixedState>,
    only: Vec<Vec<u8>>,
    text_shapes: Vec<pattern::TextShape>,
    text: pattern::TextFile,
    pub examples: Examples,
}

/// All detectors, compiled.
#[derive(Debug)]
pub struct Detectors {
    all: Vec<Detector>,
    vocabulary: header::Vocabulary,
    scanner: text::Scanner,
    well_known: WellKnown,
}

/// Detectors that rules in Rust refer to; `None` where a user's set lacks them.
#[derive(Clone, Debug, Default)]
struct WellKnown {
    organisation: Option<DetectorId>,
    organisation_email: Option<DetectorId>,
    email: Option<DetectorId>,
    password: Option<DetectorId>,
    password_hash: Option<DetectorId>,
    username: Option<DetectorId>,
    row_key: Option<DetectorId>,
    foreign_key: Option<DetectorId>,
    address: Option<DetectorId>,
    street: Option<DetectorId>,
    iban: Option<DetectorId>,
    /// Personal numbers that are hard to hit by chance, for columns that mix countries.
    personal: Vec<DetectorId>,
}

impl Detectors {
    /// The detectors inside the binary.
    pub fn builtin() -> Result<Detectors, Faults> {
        Detectors::load(&[])
    }

    /// The detectors inside the binary and those of these directories; a file of the same id
    /// replaces the built-in one.
    pub fn load(extra: &[PathBuf]) -> Result<Detectors, Faults> {
        Detectors::compile(|_| true, extra)
    }

    /// Those of the detectors inside the binary whose id is wanted: what fewer of them would cost.
    pub fn some(wanted: impl Fn(&str) -> bool + Sync) -> Result<Detectors, Faults> {
        Detectors::compile(wanted, &[])
    }

    fn compile(wanted: impl Fn(&str) -> bool + Sync, extra: &[PathBuf]) -> Result<Detectors, Faults> {
        let mut faults = Vec::new();
        let mut all: Vec<Detector> = Vec::new();
        let compiled: Vec<_> = DIGESTED
            .par_lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(path, json)| (path, id_of(Path::new(path)), json))
            .filter(|(_, id, _)| wanted(id))
            .map(|(path, id, json)| {
                let text = || BUILTIN.get_file(path).and_then(include_dir::File::contents_utf8).unwrap_or_default();
                pattern::compile_built_in(&format!("patterns/detectors/{path}"), &id, json, text)
            })
            .collect();
        for result in compiled {
            match result {
                Ok(detector) => all.push(detector),
                Err(found) => faults.extend(found),
            }
        }
        for directory in extra {
            for (path, text) in user_files(directory, &mut faults) {
                let id = id_of(path.strip_prefix(directory).unwrap_or(&path));
                match pattern::compile(&path.display().to_string(), &id, &text) {
                    Ok(detector) => {
                        all.retain(|other| other.id != detector.id);
                        all.push(detector);
                    }
                    Err(found) => faults.extend(found),
                }
            }
        }
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        let ids =
            |all: &[Detector]| -> Vec<DetectorId> { (0..all.len().min(usize::from(u16::MAX))).map(|at| DetectorId(at as u16)).collect() };
        let (vocabulary, scanner) =
            rayon::join(|| header::Vocabulary::of(ids(&all).into_iter().zip(all.iter())), || text::Scanner::of(&all));
        let vocabulary = vocabulary.map_err(|message| Faults(vec![Fault::of_file("patterns/lexicons/header-words.toml", message)]))?;
        let scanner = scanner.map_err(|message| Faults(vec![Fault::of_file("patterns/detectors", message)]))?;
        let well_known = WellKnown::of(&all);
        Ok(Detectors { all, vocabulary, scanner, well_known })
    }

    /// The detector files inside the binary: path and text, for the manifest.
    pub fn builtin_sources() -> Vec<(String, &'static [u8])> {
        let mut files = Vec::new();
        builtin_files(&BUILTIN, &mut files);
        files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes())).collect()
    }

    /// A detector by its place.
    ///
    /// # Panics
    /// When the id is of another set of detectors.
    pub fn get(&self, id: DetectorId) -> &Detector {
        &self.all[usize::from(id.0)]
    }

    /// All detectors, in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = &Detector> {
        self.all.iter()
    }

    /// All detectors with their places.
    pub fn enumerate(&self) -> impl Iterator<Item = (DetectorId, &Detector)> {
        self.all.iter().enumerate().map(|(at, detector)| (DetectorId(at as u16), detector))
    }

    /// A detector by its name.
    pub fn by_id(&self, id: &str) -> Option<&Detector> {
        self.place_of(id).map(|place| self.get(place))
    }

    /// The place of a detector.
    pub fn place_of(&self, id: &str) -> Option<DetectorId> {
        place(&self.all, id)
    }
}

fn place(all: &[Detector], id: &str) -> Option<DetectorId> {
    all.binary_search_by(|detector| detector.id.as_str().cmp(id)).ok().map(|at| DetectorId(at as u16))
}

impl WellKnown {
    fn of(all: &[Detector]) -> WellKnown {
        let known = |id: &str| place(all, id);
        let personal = |detector: &Detector| {
            matches!(detector.meaning, Meaning::PersonalNumber) && detector.chance() <= 0.05 && detector.scope != Scope::World
        };
        WellKnown {
            organisation: known("organisation"),
            organisation_email: known("organisation_email"),
            email: known("email"),
            password: known("password"),
            password_hash: known("password_hash"),
            username: known("username"),
            row_key: known("row_key"),
            foreign_key: known("foreign_key"),
            address: known("postal_address"),
            street: known("street"),
            iban: known("iban"),
            personal: all.iter().enumerate().filter(|(_, detector)| personal(detector)).map(|(at, _)| DetectorId(at as u16)).collect(),
        }
    }
}

impl Detector {
    /// The share of random values of the right length and kinds of characters that pass.
    fn chance(&self) -> f32 {
        let form = match self.normalise {
            Normalise::Email | Normalise::Ip => 1e-4,
            Normalise::Phone => 0.2,
            _ if self.checks.is_empty() && !self.shapes.is_empty() => 0.3,
            _ => 1.0,
        };
        self.checks.iter().map(|check| check.chance.max(1e-6)).product::<f32>() * form
    }
}

/// `us/ssn.toml` is `us_ssn`, `global/email.toml` is `email`.
fn id_of(path: &Path) -> String {
    let stem = path.with_extension("");
    let parts: Vec<_> = stem.iter().filter_map(|part| part.to_str()).filter(|part| *part != "global").collect();
    parts.join("_")
}

fn builtin_files<'d>(dir: &'d Dir<'d>, files: &mut Vec<(&'d str, &'d str)>) {
    for file in dir.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8())
            && path.ends_with(".toml")
        {
            files.push((path, text));
        }
    }
    dir.dirs().for_each(|inner| builtin_files(inner, files));
}

fn user_files(directory: &Path, faults: &mut Vec<Fault>) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(directory).max_depth(4).sort_by_file_name() {
        let read = entry.map_err(|error| error.to_string()).and_then(|entry| {
            let is_pattern = entry.file_type().is_file() && entry.path().extension().is_some_and(|ending| ending == "toml");
            if !is_pattern {
                return Ok(None);
            }
            std::fs::read_to_string(entry.path()).map(|text| Some((entry.path().to_owned(), text))).map_err(|error| error.to_string())
        });
        match read {
            Ok(Some(file)) => files.push(file),
            Ok(None) => {}
            Err(error) => faults.push(Fault::of_file(&directory.display().to_string(), error)),
        }
    }
    files
}
