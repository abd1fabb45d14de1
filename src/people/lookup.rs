//! Entries found by a hash: sorted once, then looked up by the first bits of it.

/// Entries in the order of their places, which are hashes.
#[derive(Debug)]
pub(super) struct Lookup<T> {
    entries: Vec<T>,
    place: fn(&T) -> u64,
    /// By the first bits of a place: how many entries come before the first with those bits. Hashes
    /// spread, so that a stretch holds one or two, and finding one costs two steps whatever their number.
    starts: Vec<u32>,
    shift: u32,
}

impl<T> Lookup<T> {
    /// A lookup of entries that are sorted by `place`.
    pub(super) fn new(entries: Vec<T>, place: fn(&T) -> u64) -> Lookup<T> {
        let bits = (entries.len() as u64 + 2).ilog2();
        let shift = 64 - bits;
        let mut starts = vec![0; (1 << bits) + 1];
        for entry in &entries {
            starts[(place(entry) >> shift) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Lookup { entries, place, starts, shift }
    }

    /// The entries at a place.
    #[inline]
    pub(super) fn at(&self, place: u64) -> &[T] {
        let stretch = (place >> self.shift) as usize;
        let entries = &self.entries[self.starts[stretch] as usize..self.starts[stretch + 1] as usize];
        let from = entries.partition_point(|entry| (self.place)(entry) < place);
        let length = entries[from..].partition_point(|entry| (self.place)(entry) == place);
        &entries[from..from + length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_a_plain_search_finds(mut places in prop::collection::vec(prop::sample::select(vec![0u64, 1, 7, 1 << 40, 3 << 62, u64::MAX]), 0..60), place in any::<u64>()) {
            places.sort_unstable();
            let entries: Vec<(u64, usize)> = places.iter().copied().enumerate().map(|(at, place)| (place, at)).collect();
            let lookup = Lookup::new(entries.clone(), |entry| entry.0);
            for place in places.iter().copied().chain([place, 2]) {
                let expected: Vec<_> = entries.iter().filter(|entry| entry.0 == place).copied().collect();
                prop_assert_eq!(lookup.at(place), expected);
            }
        }
    }
}
