//! Keys of records while records are read. Each record's lie where it will lie itself, roughly, so that they can be laid in order a
//! part at a time: all of them twice would be the most memory a case ever needs.

use super::record::{Key, Node, Span};

/// Keys in parts, each in blocks that stay where they are.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// Each with its part.
    blocks: Vec<(usize, Vec<Key>)>,
    /// By part, the block that is not full yet.
    open: [Option<usize>; PARTS + 1],
    keys: usize,
}

/// Parts of records whose place is known by their name; all others are one part.
const PARTS: usize = 16;

/// Keys of a block; no record has more.
const BLOCK: usize = 1 << 16;

impl Shelf {
    /// The part of a record that will lie in the order of this hash.
    fn part(near: Option<u32>) -> usize {
        near.map_or(PARTS, |hash| hash as usize >> 28)
    }

    /// Puts sorted keys with those of records nearby; more than anybody has are left out.
    pub(super) fn add(&mut self, near: Option<u32>, keys: &[Key]) -> Span {
        let keys = &keys[..keys.len().min(BLOCK - 1)];
        let part = Shelf::part(near);
        let fits = |block: &usize| self.blocks[*block].1.len() + keys.len() <= BLOCK;
        let block = self.open[part].filter(fits).unwrap_or_else(|| {
            self.blocks.push((part, Vec::new()));
            self.blocks.len() - 1
        });
        self.open[part] = Some(block);
        let into = &mut self.blocks[block].1;
        let from = into.len();
        // Not as much again, which would be more than a block.
        if from > BLOCK / 16 && into.capacity() < BLOCK {
            into.reserve_exact(BLOCK - from);
        }
        into.extend_from_slice(keys);
        self.keys += keys.len();
        Span::new((block * BLOCK + from) as u32, keys.len() as u16)
    }

    /// The keys of a record.
    #[inline]
    pub(super) fn get(&self, span: Span) -> &[Key] {
        let range = span.range();
        let (block, from) = (range.start / BLOCK, range.start % BLOCK);
        self.blocks.get(block).and_then(|(_, keys)| keys.get(from..from + range.len())).unwrap_or_default()
    }

    /// Lays the keys in the order of their records, `near` as they were added. A part is let go of when the next begins.
    pub(super) fn in_order(mut self, nodes: &mut [Node], near: impl Fn(&Node) -> Option<u32>) -> Vec<Key> {
        let mut all = Vec::with_capacity(self.keys);
        let mut last = 0;
        for node in nodes {
            let part = Shelf::part(near(node));
            if part < PARTS && part > last {
                self.blocks.iter_mut().filter(|(of, _)| *of < part).for_each(|(_, keys)| *keys = Vec::new());
                last = part;
            }
            let from = all.len() as u32;
            all.extend_from_slice(self.get(node.keys));
            node.keys = Span::new(from, node.keys.range().len() as u16);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::record::{Class, NONE, Records},
        *,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_record_keeps_its_keys(near in prop::collection::vec((prop::option::of(any::<u32>()), 0..4usize), 0..60)) {
            let key = |at: usize, n: usize| Key { class: Class::Phone, value: (at * 10 + n) as u64 };
            let keys = |(at, (_, count)): (usize, &(Option<u32>, usize))| (0..*count).map(|n| key(at, n)).collect::<Vec<Key>>();
            let (mut shelf, mut records) = (Shelf::default(), Records::default());
            for (at, of) in near.iter().enumerate() {
                records.add_plain(NONE, at as u32, key(0, 0));
                records.nodes[at].keys = shelf.add(of.0, &keys((at, of)));
                prop_assert_eq!(shelf.get(records.nodes[at].keys), keys((at, of)));
            }
            // Records without a name may lie anywhere between the others.
            let mut nodes = records.nodes;
            nodes.sort_by_key(|node| near[node.birth as usize].0.unwrap_or(node.birth << 26));
            let all = shelf.in_order(&mut nodes, |node| near[node.birth as usize].0);
            for node in &nodes {
                let at = node.birth as usize;
                prop_assert_eq!(&all[node.keys.range()], keys((at, &near[at])));
            }
        }
    }
}
