//! How deep, how much and how long: one budget guards everything that unfolds.
//!
//! Shared by all items that come out of one root file, so that a thousand small bombs count
//! as one big one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The limits, set once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Containers within containers.
    pub depth: u32,
    /// Bytes that may come out of one root file.
    pub expanded: u64,
    /// Bytes out per byte in, once [`Limits::ratio_from`] bytes came out of one member.
    pub ratio: u64,
    /// Ratios below this many bytes out are let pass: tiny texts of zeros are harmless.
    pub ratio_from: u64,
    /// Members of one root file, at any depth.
    pub members: u64,
    /// Bytes of one item that must be held in memory at once (a database or workbook inside an archive).
    pub in_memory: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 16, expanded: 1 << 40, ratio: 200, ratio_from: 64 << 20, members: 10_000_000, in_memory: 512 << 20 }
    }
}

/// A root file may unfold to so many times its size through all its containers together.
const ROOT_RATIO: u64 = 1000;

/// Of the holes of sparse files so many bytes are let pass: no more than disks have, and than are soon read.
const HOLES: u64 = 1 << 30;

/// What one root file has used of the limits.
#[derive(Debug, Default)]
struct Used {
    /// Size of the root file; 0 when unknown.
    root: u64,
    /// Holes let pass so far.
    holes: AtomicU64,
    expanded: AtomicU64,
    members: AtomicU64,
}

/// A root file's budget at one depth.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    depth: u32,
    used: Arc<Used>,
}

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    Depth,
    Expanded,
    Ratio,
    Members,
}

impl Exceeded {
    /// One sentence for `exceptions.csv`.
    pub const fn detail(self) -> &'static str {
        match self {
            Exceeded::Depth => "containers nested deeper than the limit",
            Exceeded::Expanded => "more bytes unfolded from one file than the limit",
            Exceeded::Ratio => "unfolds to far more bytes than it has: a decompression bomb",
            Exceeded::Members => "more members than the limit",
        }
    }
}

impl Budget {
    /// A fresh budget for a root file of this size.
    pub fn new(limits: Limits, root: u64) -> Budget {
        Budget { limits, depth: 0, used: Arc::new(Used { root, ..Used::default() }) }
    }

    /// The limits it goes by.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many containers are around.
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// One container deeper, for one more member.
    pub fn descend(&self) -> Result<Budget, Exceeded> {
        if self.depth + 1 > self.limits.depth {
            return Err(Exceeded::Depth);
        }
        if self.used.members.fetch_add(1, Ordering::Relaxed) + 1 > self.limits.members {
            return Err(Exceeded::Members);
        }
        Ok(Budget { limits: self.limits, depth: self.depth + 1, used: Arc::clone(&self.used) })
    }

    /// How many of `bytes` of zeros, which a sparse file has instead of holes, are no sign of a bomb. What one file is
    /// granted the others of its root no longer get.
    pub fn holes(&self, bytes: u64) -> u64 {
        let held = self.used.holes.fetch_add(bytes.min(HOLES), Ordering::Relaxed);
        bytes.min(HOLES.saturating_sub(held))
    }

    /// Accounts for `more` bytes that came out of a member which gave `out` so far from `packed` bytes.
    pub fn expand(&self, more: u64, out: u64, packed: Option<u64>) -> Result<(), Exceeded> {
        let total = self.used.expanded.fetch_add(more, Ordering::Relaxed) + more;
        if total > self.limits.expanded {
            return Err(Exceeded::Expanded);
        }
        // A container that holds itself grows at no single step; against the file it came in it does.
        let total = total.saturating_sub(self.used.holes.load(Ordering::Relaxed).min(HOLES));
        if self.used.root > 0 && total > self.limits.ratio_from && total / self.used.root > ROOT_RATIO {
            return Err(Exceeded::Ratio);
        }
        match packed {
            Some(packed) if out > self.limits.ratio_from && out / packed.max(1) > self.limits.ratio => Err(Exceeded::Ratio),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_ratio_are_refused() {
        let mut budget = Budget::new(Limits::default(), 1 << 30);
        for _ in 0..16 {
            budget = budget.descend().expect("within depth");
        }
        assert_eq!(budget.descend().err(), Some(Exceeded::Depth));
        assert_eq!(budget.expand(1, 1 << 30, Some(1000)), Err(Exceeded::Ratio));
        assert_eq!(budget.expand(1, 1 << 20, Some(1)), Ok(()));
        let quine = Budget::new(Limits::default(), 300);
        assert_eq!(quine.expand(1 << 26, 1 << 26, None), Ok(()));
        assert_eq!(quine.expand(1, 1, None), Err(Exceeded::Ratio));
    }

    #[test]
    fn holes_are_let_pass_up_to_what_disks_have() {
        let sparse = Budget::new(Limits::default(), 300);
        assert_eq!(sparse.holes(1 << 29), 1 << 29);
        assert_eq!(sparse.expand(1 << 29, 1 << 29, Some(1 << 29)), Ok(()));
        assert_eq!(sparse.holes(1 << 40), 1 << 29, "what is left of the allowance");
        assert_eq!(sparse.holes(1), 0);
        assert_eq!(sparse.expand(1 << 30, 1 << 30, None), Err(Exceeded::Ratio));
    }
}
