//! One case from several: the evidence of cases scanned on different machines, put together.
//!
//! Items and detectors are numbered anew. Where the cases have different keys, what links people (numbers, addresses, keys of
//! rows) gets its token again from the value that evidence holds; a token without such a value stays one of its own
//! case, so that `distinct_values` of elements like salaries may count a value once for each case.

use super::{
    case::{Case, CaseKey},
    load::Evidence,
    recorder::{Recorder, write_detectors},
    row::{DetectorEntry, FindingRow, ItemRow, MentionRow, NO_DETECTOR, unpack},
};
use crate::{
    base::{Token, TokenKey, meaning::Held},
    detect::token_domain,
};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Tokens that could not be made again are of this domain.
const OF_ITS_CASE: u8 = u8::MAX;

/// Writes the evidence of all `cases` into a new one.
pub fn merge(cases: &[Case], into: &Case) -> anyhow::Result<()> {
    let all = cases.iter().map(Evidence::load).collect::<anyhow::Result<Vec<_>>>()?;
    let (detectors, numbers) = unite(&all)?;
    write_detectors(into, &detectors)?;
    let prefixes = prefixes(cases, &all)?;
    let mut recorder = Recorder::new(into, "")?;
    let mut first_item = 0;
    for (((case, evidence), numbers), prefix) in cases.iter().zip(&all).zip(numbers).zip(&prefixes) {
        let retoken = (!case.key().is(into.key())).then(|| into.key().token_key());
        let part = Part { evidence, numbers, prefix, first_item, retoken };
        part.copy(&mut recorder)?;
        first_item = part.end()?;
    }
    recorder.finish()
}

/// The new number of each detector of a case, by its old one.
type Numbers = HashMap<u16, u16>;

/// All detectors of all cases, and their numbers for each.
fn unite(all: &[Evidence<'_>]) -> anyhow::Result<(Vec<DetectorEntry>, Vec<Numbers>)> {
    let mut united: Vec<DetectorEntry> = Vec::new();
    let mut numbers = Vec::new();
    for evidence in all {
        let mut of_case = Numbers::new();
        for entry in &evidence.detectors {
            let same = |known: &DetectorEntry| DetectorEntry { index: entry.index, ..known.clone() } == *entry;
            let at = match united.iter().position(same) {
                Some(at) => at,
                None => {
                    united.push(entry.clone());
                    united.len() - 1
                }
            };
            let number = u16::try_from(at).ok().filter(|number| *number != NO_DETECTOR);
            let number = number.context("the cases know more kinds of detectors than one case can hold")?;
            united[at].index = number;
            of_case.insert(entry.index, number);
        }
        numbers.push(of_case);
    }
    Ok((united, numbers))
}

/// What stands before the paths of each case: nothing, or the name of its folder where several cases have roots of one name.
fn prefixes(cases: &[Case], all: &[Evidence<'_>]) -> anyhow::Result<Vec<String>> {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for evidence in all {
        let roots: BTreeSet<&str> = evidence.items.iter().map(|item| root_of(item.path)).collect();
        roots.into_iter().for_each(|root| *met.entry(root).or_default() += 1);
    }
    if met.values().all(|cases| *cases == 1) {
        return Ok(vec![String::new(); cases.len()]);
    }
    let mut names = BTreeSet::new();
    cases
        .iter()
        .map(|case| {
            let folder = case.root().canonicalize().unwrap_or_else(|_| case.root().to_owned());
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !names.insert(name.clone()) {
                bail!(
                    "two of the cases are called `{name}`, and hold items under roots of one name\nhint: rename their folders, after the machines for example: \
                     paths will begin with it"
                );
            }
            Ok(name + "/")
        })
        .collect()
}

/// The first step of a logical path.
fn root_of(path: &str) -> &str {
    path.split(['/', '!']).next().unwrap_or_default()
}

/// The evidence of one of the cases, and how it is numbered in the new one.
struct Part<'e> {
    evidence: &'e Evidence<'e>,
    numbers: Numbers,
    prefix: &'e str,
    first_item: u32,
    /// The key of tokens, where it is another one.
    retoken: Option<TokenKey>,
}

impl Part<'_> {
    /// The first number that its items leave free.
    fn end(&self) -> anyhow::Result<u32> {
        let last = self.evidence.items.iter().map(|item| item.item).max();
        last.map_or(Some(self.first_item), |last| self.item(last).checked_add(1)).context("the cases hold more items than one case can")
    }

    fn item(&self, item: u32) -> u32 {
        item.saturating_add(self.first_item)
    }

    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn detector(&self, detector: u16) -> u16 {
        self.numbers.get(&detector).copied().unwrap_or(NO_DETECTOR)
    }

    fn entry(&self, detector: u16) -> Option<&DetectorEntry> {
        self.evidence.detectors.get(usize::from(detector))
    }

    fn copy(&self, recorder: &mut Recorder) -> anyhow::Result<()> {
        for row in self.evidence.items.iter() {
            recorder.item(ItemRow { item: self.item(row.item), path: self.path(row.path), ..row.to_row() });
        }
        for row in &self.evidence.problems {
            let mut row = row.clone();
            (row.item, row.path) = (self.item(row.item), self.path(&row.path));
            recorder.problem(row);
        }
        for row in &self.evidence.tables {
            let mut row = row.clone();
            row.item = self.item(row.item);
            recorder.table(row);
        }
        for row in &self.evidence.columns {
            let mut row = row.clone();
            (row.item, row.detector) = (self.item(row.item), self.detector(row.detector));
            recorder.column(row);
        }
        let mut mention = MentionRow::default();
        self.evidence.mentions(|stored| {
            mention.clear();
            (mention.item, mention.part, mention.table, mention.row) = (self.item(stored.item), stored.part, stored.table, stored.row);
            (mention.length, mention.slot, mention.sequence) = (stored.length, stored.slot, stored.sequence);
            (mention.elements, mention.protected) = (stored.elements, stored.protected);
            for ((at, detector), value) in stored.detectors.iter().enumerate().zip(unpack(stored.values)) {
                mention.push(self.detector(*detector), self.token_in_mention(*detector, stored.token(at), value), value);
            }
            recorder.mention(&mention);
        })?;
        self.evidence.findings(|stored| {
            let token = self.token(stored.detector, stored.token, &stored.value);
            recorder.finding(FindingRow { item: self.item(stored.item), detector: self.detector(stored.detector), token, ..stored });
        })
    }

    /// In mentions, the column stands before the value of a key.
    fn token_in_mention(&self, detector: u16, token: Token, value: &[u8]) -> Token {
        let is_keyed = self.entry(detector).is_some_and(|entry| entry.meaning.held() == Held::Keyed);
        self.token(detector, token, value.get(if is_keyed { 2 } else { 0 }..).unwrap_or_default())
    }

    fn token(&self, detector: u16, token: Token, value: &[u8]) -> Token {
        match (&self.retoken, self.entry(detector)) {
            (None, _) => token,
            (Some(key), Some(entry)) if matches!(entry.meaning.held(), Held::Keyed | Held::Normalised) && !value.is_empty() => {
                key.token(token_domain(entry.meaning, entry.element), value)
            }
            (Some(key), _) => key.token(OF_ITS_CASE, &token.to_bytes()),
        }
    }
}

/// The key that all cases have, if it is one.
pub fn common_key(cases: &[Case]) -> Option<&CaseKey> {
    let (first, others) = cases.split_first()?;
    others.iter().all(|case| case.key().is(first.key())).then(|| first.key())
}
