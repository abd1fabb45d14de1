//! A count that says how sure it is.

/// At least, most likely, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds {
    pub floor: u64,
    pub best: u64,
    pub ceiling: u64,
}

impl Bounds {
    /// A count known exactly.
    pub const fn exactly(count: u64) -> Bounds {
        Bounds { floor: count, best: count, ceiling: count }
    }

    /// The sum of two counts of different people.
    #[must_use]
    pub const fn plus(self, other: Bounds) -> Bounds {
        Bounds {
            floor: self.floor.saturating_add(other.floor),
            best: self.best.saturating_add(other.best),
            ceiling: self.ceiling.saturating_add(other.ceiling),
        }
    }
}
