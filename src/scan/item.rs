//! What becomes known of an item on its way through the workers, and its row in the evidence.

use super::engine::Engine;
use crate::{
    base::{Category, LogicalPath, Problem},
    evidence::{ItemRow, ItemStatus, ProblemRow},
    source::budget::Exceeded,
};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// What becomes known of an item while its parts are read; recorded when the last lets go of it.
pub(super) struct ItemState<'s> {
    engine: &'s Engine<'s>,
    pub(super) item: u32,
    pub(super) path: String,
    depth: u32,
    pub(super) size: AtomicU64,
    pub(super) digest: OnceLock<String>,
    pub(super) format: OnceLock<&'static str>,
    pub(super) examined: AtomicU64,
    lost: AtomicU64,
    pub(super) problems: AtomicBool,
    unreadable: AtomicBool,
    /// Some or all of it are pictures ...
    pictures: AtomicBool,
    /// ... beside which there was something to read.
    pub(super) found: AtomicBool,
    pub(super) duplicate: AtomicBool,
    /// Members beyond the limit, and the bytes they take here: told together, since there may be any number of them.
    refused: AtomicU64,
    refused_bytes: AtomicU64,
}

impl<'s> ItemState<'s> {
    pub(super) fn new(engine: &'s Engine<'s>, path: &LogicalPath, depth: u32, size: Option<u64>) -> ItemState<'s> {
        ItemState {
            engine,
            item: engine.numbers.fetch_add(1, Ordering::Relaxed),
            path: path.to_string(),
            depth,
            size: AtomicU64::new(size.unwrap_or(0)),
            digest: OnceLock::new(),
            format: OnceLock::new(),
            examined: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            problems: AtomicBool::new(false),
            unreadable: AtomicBool::new(false),
            pictures: AtomicBool::new(false),
            found: AtomicBool::new(false),
            duplicate: AtomicBool::new(false),
            refused: AtomicU64::new(0),
            refused_bytes: AtomicU64::new(0),
        }
    }

    /// Counts a member beyond the limit.
    pub(super) fn refuse(&self, packed: u64) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        self.refused_bytes.fetch_add(packed, Ordering::Relaxed);
    }

    /// Tells of the members beyond the limit.
    fn tell_refused(&self) {
        let refused = self.refused.load(Ordering::Relaxed);
        if refused > 0 {
            let left = self.size.load(Ordering::Relaxed).saturating_sub(self.lost.load(Ordering::Relaxed));
            let detail = format!("{} in one file: {refused} were not read", Exceeded::Members.detail());
            let problem = Problem::new(Category::Limit, detail);
            self.problem(problem.not_examined(self.refused_bytes.load(Ordering::Relaxed).min(left)));
        }
    }

    /// Notes a problem of this item.
    pub(super) fn problem(&self, problem: Problem) {
        self.problems.store(true, Ordering::Relaxed);
        match problem.category {
            Category::Encrypted => self.unreadable.store(true, Ordering::Relaxed),
            Category::ImageOnly => self.pictures.store(true, Ordering::Relaxed),
            _ => {}
        }
        self.lost.fetch_add(problem.bytes_not_examined, Ordering::Relaxed);
        let row = ProblemRow {
            item: self.item,
            path: self.path.clone(),
            category: problem.category,
            detail: problem.detail,
            bytes_not_examined: problem.bytes_not_examined,
        };
        self.engine.recorder().problem(row);
    }
}

impl Drop for ItemState<'_> {
    fn drop(&mut self) {
        self.tell_refused();
        let size = self.size.load(Ordering::Relaxed);
        let examined = self.examined.load(Ordering::Relaxed).saturating_sub(self.lost.load(Ordering::Relaxed)).min(size);
        let status = if self.duplicate.load(Ordering::Relaxed) {
            ItemStatus::Duplicate
        } else if !self.problems.load(Ordering::Relaxed) {
            ItemStatus::Full
        } else if examined == 0
            || self.unreadable.load(Ordering::Relaxed)
            || self.pictures.load(Ordering::Relaxed) && !self.found.load(Ordering::Relaxed)
        {
            ItemStatus::Failed
        } else {
            ItemStatus::Partial
        };
        self.engine.recorder().item(ItemRow {
            item: self.item,
            path: std::mem::take(&mut self.path),
            size,
            digest: self.digest.get().cloned().unwrap_or_default(),
            format: self.format.get().copied().unwrap_or_default().to_owned(),
            status,
            examined: if status == ItemStatus::Duplicate { 0 } else { examined },
            depth: self.depth,
        });
    }
}
