//! How far the scan is: bars on a terminal's stderr, nothing anywhere else.

use crate::source::walk::{Entry, Found};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Counts what was done and shows it.
pub struct Progress {
    bar: ProgressBar,
    done: AtomicU64,
    items: AtomicU64,
    mentions: AtomicU64,
}

impl Progress {
    /// Shown on a terminal unless `quiet`.
    pub fn new(quiet: bool) -> Progress {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(8) };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes}/{total_bytes} {bar:30} {binary_bytes_per_sec} eta {eta} {msg}") {
            bar.set_style(style);
        }
        Progress { bar, done: AtomicU64::new(0), items: AtomicU64::new(0), mentions: AtomicU64::new(0) }
    }

    /// Nothing is shown.
    pub fn hidden() -> Progress {
        Progress::new(true)
    }

    pub(super) fn expect(&self, entries: &[Entry]) {
        let size = |entry: &Entry| match &entry.found {
            Found::File { size, .. } => *size,
            Found::Held(bytes) => bytes.as_slice().len() as u64,
            Found::Refused(_) => 0,
        };
        let total = entries.iter().map(size).sum();
        self.bar.set_length(total);
        self.bar.enable_steady_tick(Duration::from_millis(250));
    }

    /// So many bytes of a root file were read.
    pub(super) fn read(&self, bytes: u64) {
        self.bar.set_position(self.done.fetch_add(bytes, Ordering::Relaxed) + bytes);
    }

    /// One more item was examined, with so many records of people.
    pub(super) fn item(&self, mentions: u64) {
        let items = self.items.fetch_add(1, Ordering::Relaxed) + 1;
        let mentions = self.mentions.fetch_add(mentions, Ordering::Relaxed) + mentions;
        self.bar.set_message(format!("{items} items, {mentions} records of people"));
    }

    /// Shows what comes after reading.
    pub fn stage(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    pub(super) fn finish(&self) {
        self.bar.set_position(self.done.load(Ordering::Relaxed));
        self.stage("resolving people");
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
