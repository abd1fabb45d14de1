//! Mentions in columns: what the mentions of one table have in common is held once, not with each.

use super::{
    intern::Index,
    record::{Bits, NONE, mix},
};
use crate::base::{ElementSet, Role};
use anyhow::Context;
use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Seek, Write},
};

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
    /// Of each its kind and the lower half of its row, or its place in `stretches`: held, or written to a file.
    held: Vec<(u32, u32)>,
    file: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
    count: u32,
    last: Option<u32>,
    stretches: Vec<Stretch>,
    all_kinds: Vec<Kind>,
    known: Index,
}

impl Met {
    /// To be set aside in this file, if there is one.
    pub(super) fn new(file: Option<File>) -> Met {
        Met { file: file.map(|file| BufWriter::with_capacity(AT_ONCE, file)), ..Met::default() }
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
        if let Some(file) = &mut self.file {
            let written = file.write_all(&(u64::from(low) << 32 | u64::from(kind)).to_le_bytes());
            self.failed = self.failed.take().or(written.err());
        } else {
            self.held.push((kind, low));
        }
    }

    /// All of them, with the nodes they speak of.
    ///
    /// # Errors
    /// When they could not be set aside, or not be read again.
    pub(super) fn of(self, nodes: &OfNodes) -> anyhow::Result<Mentions> {
        let row = |(kind, low)| Row { node: NONE, kind, low };
        let mut rows: Vec<Row> = Vec::with_capacity(self.count as usize);
        if let Some(file) = self.file {
            let context = "mentions cannot be set aside in the case folder: is there room?";
            let read = || -> std::io::Result<()> {
                self.failed.map_or(Ok(()), Err)?;
                let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
                file.rewind()?;
                let (mut some, mut bytes) = (BufReader::with_capacity(AT_ONCE, file), [0; 8]);
                for _ in 0..self.count {
                    some.read_exact(&mut bytes)?;
                    let both = u64::from_le_bytes(bytes);
                    rows.push(row((both as u32, (both >> 32) as u32)));
                }
                Ok(())
            };
            read().context(context)?;
        } else {
            rows.extend(self.held.into_iter().map(row));
        }
        for (node, places) in (0..).zip(nodes.iter()) {
            for at in places {
                rows[*at as usize].node = node;
            }
        }
        Ok(Mentions { rows, stretches: self.stretches, all_kinds: self.all_kinds })
    }
}

/// Bytes written or read at once.
const AT_ONCE: usize = 1 << 18;

/// Places of mentions, node by node.
#[derive(Debug, Default)]
pub(super) struct OfNodes {
    places: Vec<u32>,
    /// By place in `places`: the first of a node.
    begins: Bits,
}

impl OfNodes {
    pub(super) fn with_capacity(mentions: usize) -> OfNodes {
        OfNodes { places: Vec::with_capacity(mentions), begins: Bits::new(mentions) }
    }

    /// Makes room for those of the next node, and tells where.
    pub(super) fn begin(&mut self, mentions: u32) -> u32 {
        let from = self.places.len();
        self.begins.set(from);
        self.places.resize(from + mentions as usize, NONE);
        from as u32
    }

    pub(super) fn set(&mut self, at: u32, place: u32) {
        self.places[at as usize] = place;
    }

    /// How many mentions there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The mentions of every node, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut rest = &*self.places;
        std::iter::from_fn(move || {
            let from = self.places.len() - rest.len();
            let more = (from + 1..self.places.len()).take_while(|at| self.begins.get(*at) == Some(false)).count();
            let (of_node, after) = rest.split_at_checked(1 + more)?;
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
            let mut met = Met::new(is_set_aside.then(|| tempfile::tempfile().expect("a scratch file")));
            made.iter().for_each(|(mention, detectors)| met.push(mention, detectors));
            let mut nodes = OfNodes::with_capacity(made.len());
            // Two mentions of each node, the second before the first.
            for pair in made.chunks(2) {
                let from = nodes.begin(pair.len() as u32);
                (0..).zip(pair).for_each(|(at, _)| nodes.set(from + at, from + pair.len() as u32 - 1 - at));
            }
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
