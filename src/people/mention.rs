//! Mentions in columns: what the mentions of one table have in common is held once, not with each.

use super::{
    aside::Aside,
    intern::Index,
    record::{Bits, NONE, mix},
};
use crate::base::{ElementSet, Role};
use std::fs::File;

/// One mention and the node it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MentionOf {
    pub node: u32,
    pub item: u32,
    /// Place in [`super::catalogue::Catalogue::tables`], or [`crate::evidence::row::NO_TABLE`].
    pub table: u32,
    /// Row from 0 in the whole table, or offset in text.
    pub row: u64,
    pub length: u32,
    pub part: u32,
    pub sequence: u32,
    pub slot: u8,
    pub role: Role,
    pub elements: ElementSet,
    pub protected: ElementSet,
}

/// The sequence of mentions that are a row.
const ROW: u32 = u32::MAX;

/// What mentions have in common.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    /// Node, row, length and sequence are those of no mention.
    common: MentionOf,
    /// The upper half of the row.
    high: u32,
    /// It is a row; else `low` is a place in [`Mentions::stretches`].
    is_row: bool,
    /// Of its values.
    detectors: Box<[u16]>,
}

/// A place in text.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    offset: u64,
    length: u32,
    sequence: u32,
}

/// What a mention has of its own; in one piece, since whoever asks for one of a person's mentions finds all of it with one look.
#[derive(Clone, Copy, Debug)]
struct Row {
    node: u32,
    /// Place in `all_kinds`.
    kind: u32,
    /// The lower half of the row, or a place in `stretches`.
    low: u32,
}

/// All mentions, in the order evidence is read in.
#[derive(Debug, Default)]
pub struct Mentions {
    rows: Vec<Row>,
    stretches: Vec<Stretch>,
    all_kinds: Vec<Kind>,
}

/// Mentions while it is not known yet of whom they speak. Nobody asks for them until then, so that those of a large case are set aside.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Of each its kind and the lower half of its row, or its place in `stretches`.
    rows: Aside<2>,
    count: u32,
    last: Option<u32>,
    stretches: Vec<Stretch>,
    all_kinds: Vec<Kind>,
    known: Index,
}

impl Met {
    /// To be set aside in this file, if there is one.
    pub(super) fn new(file: Option<File>) -> Met {
        Met { rows: Aside::new(file), ..Met::default() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.count
    }

    /// Adds a mention whose values these detectors found.
    pub(super) fn push(&mut self, mention: &MentionOf, detectors: &[u16]) {
        let is_row = mention.length == 0 && mention.sequence == ROW;
        let (low, high) = if is_row {
            (mention.row as u32, (mention.row >> 32) as u32)
        } else {
            self.stretches.push(Stretch { offset: mention.row, length: mention.length, sequence: mention.sequence });
            (self.stretches.len() as u32 - 1, 0)
        };
        let common = MentionOf { node: NONE, row: 0, length: 0, sequence: ROW, ..*mention };
        let is = |kind: &Kind| kind.common == common && (kind.high, kind.is_row) == (high, is_row) && *kind.detectors == *detectors;
        let last = self.last.filter(|at| self.all_kinds.get(*at as usize).is_some_and(is));
        let kind = last.unwrap_or_else(|| {
            let place = u64::from(common.item) << 32 | u64::from(common.table);
            let rest = u64::from(common.part) << 32 | u64::from(common.slot) << 16 | common.role as u64;
            let hash = mix(&[place, rest, common.elements.0, common.protected.0, u64::from(high)]);
            let hash = detectors.iter().fold(hash, |hash, detector| mix(&[hash, u64::from(*detector)]));
            let (new, all) = (self.all_kinds.len() as u32, &mut self.all_kinds);
            self.known.find_hashed_or(hash, new, |at| is(&all[at as usize])).unwrap_or_else(|| {
                all.push(Kind { common, high, is_row, detectors: detectors.into() });
                new
            })
        });
        self.last = Some(kind);
        self.count += 1;
        self.rows.push([kind, low]);
    }

    /// All of them, with the nodes they speak of.
    ///
    /// # Errors
    /// When they could not be set aside, or not be read again.
    pub(super) fn of(mut self, nodes: &OfNodes) -> anyhow::Result<Mentions> {
        let mut rows: Vec<Row> = Vec::with_capacity(self.count as usize);
        self.rows.recall(|[kind, low]| rows.push(Row { node: NONE, kind, low }))?;
        for (node, places) in (0..).zip(nodes.iter()) {
            for at in places {
                rows[*at as usize].node = node;
            }
        }
        Ok(Mentions { rows, stretches: self.stretches, all_kinds: self.all_kinds })
    }
}

/// Places of mentions, node by node.
#[derive(Debug, Default)]
pub(super) struct OfNodes {
    /// Those of the last nodes, until they are [recalled](OfNodes::recalled) all.
    places: Vec<u32>,
    aside: Aside<1>,
    /// How many are set aside.
    before: usize,
    /// By place: the first of a node.
    begins: Bits,
}

impl OfNodes {
    /// For so many, to be set aside in this file, if there is one.
    pub(super) fn with_capacity(mentions: usize, file: Option<File>) -> OfNodes {
        OfNodes { places: Vec::new(), aside: Aside::new(file), before: 0, begins: Bits::new(mentions) }
    }

    /// Makes room for those of the next node, and tells where.
    pub(super) fn begin(&mut self, mentions: u32) -> u32 {
        let from = self.places.len();
        self.begins.set(self.before + from);
        self.places.resize(from + mentions as usize, NONE);
        from as u32
    }

    pub(super) fn set(&mut self, at: u32, place: u32) {
        self.places[at as usize] = place;
    }

    /// All nodes that were begun have their mentions. What [`OfNodes::begin`] told means nothing from now on.
    pub(super) fn finish(&mut self) {
        self.before += self.places.len();
        self.places.drain(..).for_each(|place| self.aside.push([place]));
    }

    /// The same with all places held.
    ///
    /// # Errors
    /// When they could not be set aside, or not be read again.
    pub(super) fn recalled(mut self) -> anyhow::Result<OfNodes> {
        self.places = Vec::with_capacity(self.before);
        std::mem::take(&mut self.aside).recall(|[place]| self.places.push(place))?;
        Ok(self)
    }

    /// How many mentions every node has.
    pub(super) fn counts(&self) -> impl Iterator<Item = usize> {
        let (mut from, all) = (0, self.before);
        std::iter::from_fn(move || {
            let first = from;
            from = (first + 1..all).find(|at| self.begins.get(*at) != Some(false)).unwrap_or(all);
            (first < all).then(|| from - first)
        })
    }

    /// How many mentions there are.
    pub(super) fn len(&self) -> usize {
        self.before
    }

    /// The mentions of every node, in order; they are held.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut rest = &*self.places;
        self.counts().map_while(move |count| {
            let (of_node, after) = rest.split_at_checked(count)?;
            rest = after;
            Some(of_node)
        })
    }
}

impl Mentions {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The mention at a place.
    #[inline]
    pub fn get(&self, at: usize) -> Option<MentionOf> {
        let Row { node, kind, low } = *self.rows.get(at)?;
        let kind = self.all_kinds.get(kind as usize)?;
        if kind.is_row {
            return Some(MentionOf { node, row: u64::from(kind.high) << 32 | u64::from(low), ..kind.common });
        }
        let Stretch { offset, length, sequence } = *self.stretches.get(low as usize)?;
        Some(MentionOf { node, row: offset, length, sequence, ..kind.common })
    }

    /// Brings the mentions at these places into the processor's cache.
    pub(super) fn foresee(&self, places: &[u32]) -> u32 {
        places.iter().filter_map(|at| self.rows.get(*at as usize)).fold(0, |sum, row| sum ^ row.kind)
    }

    /// The node of the mention at a place.
    #[inline]
    pub fn node(&self, at: usize) -> u32 {
        self.rows[at].node
    }

    /// The detectors that found the values of the mention at a place, of those that find elements.
    pub fn detectors(&self, at: usize) -> &[u16] {
        self.kind(at).map_or(&[], |kind| &kind.detectors)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = MentionOf> + '_ {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The items that mentions lie in, each once or more.
    pub(super) fn items(&self) -> impl Iterator<Item = u32> + '_ {
        self.all_kinds.iter().map(|kind| kind.common.item)
    }

    fn kind(&self, at: usize) -> Option<&Kind> {
        self.all_kinds.get(self.rows.get(at)?.kind as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::row::NO_TABLE;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn mentions_come_out_as_they_went_in(
            all in prop::collection::vec((0u32..3, prop::sample::select(vec![0u32, 1, NO_TABLE]), any::<u64>(), 0u32..2, 0u32..2, any::<bool>(), 0u64..4), 0..80),
            is_set_aside in any::<bool>(),
        ) {
            let made: Vec<(MentionOf, Vec<u16>)> = all.iter().enumerate().map(|(at, (item, table, row, length, part, is_row, bits))| {
                let sequence = if *is_row { ROW } else { at as u32 };
                let mention = MentionOf {
                    node: at as u32 / 2,
                    item: *item,
                    table: *table,
                    row: *row,
                    length: *length,
                    part: *part,
                    sequence,
                    slot: *part as u8,
                    role: Role::Unknown,
                    elements: ElementSet(*bits),
                    protected: ElementSet(bits & 1),
                };
                (mention, vec![1; *item as usize])
            }).collect();
            let aside = || is_set_aside.then(|| tempfile::tempfile().expect("a scratch file"));
            let mut met = Met::new(aside());
            made.iter().for_each(|(mention, detectors)| met.push(mention, detectors));
            let mut nodes = OfNodes::with_capacity(made.len(), aside());
            // Two mentions of each node, the second before the first.
            for (pair, at) in made.chunks(2).zip((0..).step_by(2)) {
                let (from, count) = (nodes.begin(pair.len() as u32), pair.len() as u32);
                (0..count).for_each(|nth| nodes.set(from + nth, at + count - 1 - nth));
                if at % 3 == 0 {
                    nodes.finish();
                }
            }
            nodes.finish();
            prop_assert_eq!(nodes.counts().collect::<Vec<_>>(), made.chunks(2).map(<[_]>::len).collect::<Vec<_>>());
            let nodes = nodes.recalled().expect("read again");
            prop_assert_eq!(nodes.iter().count(), made.len().div_ceil(2));
            let mentions = met.of(&nodes).expect("read again");
            for (at, (mention, detectors)) in made.iter().enumerate() {
                prop_assert_eq!(mentions.get(at), Some(*mention));
                prop_assert_eq!(mentions.detectors(at), detectors.as_slice());
            }
            prop_assert_eq!(mentions.iter().count(), made.len());
        }
    }
}
