//! What is in the blocks of a node ([MS-PST] 2.3): a heap of values, and on it the properties of an
//! object or the rows of a table.

use super::store::{Node, Store};
use crate::format::binary::{slice, u16_le, u32_le, utf_16};
use encoding_rs::WINDOWS_1252;
use std::collections::BTreeMap;

/// Levels of a tree on a heap.
const LEVELS: u8 = 8;
/// Properties of one object, rows of one table.
const MOST: usize = 1 << 16;

/// Values by their handles.
struct Heap {
    blocks: Vec<Vec<u8>>,
    is_large: bool,
}

impl Heap {
    fn get(&self, handle: u32) -> Option<&[u8]> {
        if handle & 0x1F != 0 {
            return None;
        }
        let (index, block) = if self.is_large { ((handle >> 5) & 0x3FFF, handle >> 19) } else { ((handle >> 5) & 0x7FF, handle >> 16) };
        let block = self.blocks.get(block as usize)?;
        let at = usize::from(u16_le(block, 0)?) + 4 + 2 * (index as usize).checked_sub(1)?;
        block.get(usize::from(u16_le(block, at)?)..usize::from(u16_le(block, at + 2)?))
    }

    /// The handle the heap's owner begins with, when the heap is of this kind.
    fn root(&self, kind: u8) -> Option<u32> {
        let first = self.blocks.first()?;
        (first.get(2) == Some(&0xEC) && first.get(3) == Some(&kind)).then_some(())?;
        u32_le(first, 4)
    }

    /// The entries of a tree: key and value behind each other (2.3.2).
    fn tree(&self, handle: u32) -> Option<Vec<&[u8]>> {
        let header = self.get(handle)?;
        let (key, value, levels) = (usize::from(*header.get(1)?), usize::from(*header.get(2)?), *header.get(3)?);
        let mut handles = vec![u32_le(header, 4)?];
        for _ in 0..levels.min(LEVELS) {
            let pages = handles.iter().filter_map(|handle| self.get(*handle));
            handles = pages.flat_map(|page| page.chunks_exact(key + 4).filter_map(|entry| u32_le(entry, key))).take(MOST).collect();
        }
        let pages = handles.iter().filter_map(|handle| self.get(*handle));
        Some(pages.flat_map(|page| page.chunks_exact((key + value).max(1))).take(MOST).collect())
    }
}

/// A folder, message, recipient list or attachment.
pub(super) struct Object<'s, 'b> {
    store: &'s Store<'b>,
    heap: Heap,
    pub(super) inner: BTreeMap<u32, Node>,
    /// Type and value, or handle of the value, by number of the property.
    properties: BTreeMap<u16, (u16, u32)>,
}

impl<'s, 'b> Object<'s, 'b> {
    /// An object of properties (2.3.3).
    pub(super) fn open(store: &'s Store<'b>, node: Node) -> Option<Object<'s, 'b>> {
        let object = Object::bare(store, node);
        let entries = object.heap.tree(object.heap.root(0xBC)?)?;
        let property = |entry: &&[u8]| Some((u16_le(entry, 0)?, (u16_le(entry, 2)?, u32_le(entry, 4)?)));
        let properties = entries.iter().filter_map(property).collect();
        Some(Object { properties, ..object })
    }

    fn bare(store: &'s Store<'b>, node: Node) -> Object<'s, 'b> {
        let heap = Heap { blocks: store.blocks(node), is_large: store.is_large() };
        Object { store, heap, inner: store.inner(node), properties: BTreeMap::new() }
    }

    /// The value a handle leads to: on the heap, or in a node of its own.
    fn value(&self, handle: u32) -> Vec<u8> {
        match handle & 0x1F {
            0 => self.heap.get(handle).unwrap_or_default().to_vec(),
            _ => self.inner.get(&handle).map(|node| self.store.data(*node)).unwrap_or_default(),
        }
    }

    /// A property that is text.
    pub(super) fn text(&self, property: u16) -> Option<String> {
        let (kind, handle) = *self.properties.get(&property)?;
        text_of(kind, || self.value(handle)).filter(|text| !text.trim().is_empty())
    }

    /// A property that is bytes, or an object.
    pub(super) fn bytes(&self, property: u16) -> Option<Vec<u8>> {
        let (kind, handle) = *self.properties.get(&property)?;
        matches!(kind, 0x0102 | 0x000D).then(|| self.value(handle))
    }

    /// A property that is a number of at most 32 bits.
    pub(super) fn number(&self, property: u16) -> Option<u32> {
        let (kind, value) = *self.properties.get(&property)?;
        matches!(kind, 0x0002 | 0x0003 | 0x000B).then_some(value)
    }

    /// A property that is a moment: seconds since 1970.
    pub(super) fn moment(&self, property: u16) -> Option<i64> {
        let (kind, handle) = *self.properties.get(&property)?;
        let value = (kind == 0x0040).then(|| self.value(handle))?;
        let ticks = i64::from_le_bytes(*value.first_chunk()?);
        Some(ticks / 10_000_000 - 11_644_473_600)
    }

    /// The properties that have a meaning only in this store, as far as they are text.
    pub(super) fn own_texts(&self) -> Vec<String> {
        self.properties.range(0x8000..).filter_map(|(property, _)| self.text(*property)).collect()
    }

    /// The rows of a table, as texts of these columns (2.3.4).
    pub(super) fn table<const N: usize>(store: &'s Store<'b>, node: Node, wanted: [u16; N]) -> Option<Vec<[Option<String>; N]>> {
        let table = Object::bare(store, node);
        let header = table.heap.get(table.heap.root(0x7C)?)?;
        let columns: Vec<&[u8]> = slice(header, 22, usize::MAX).chunks_exact(8).take(usize::from(*header.get(1)?)).collect();
        let (length, flags) = (usize::from(u16_le(header, 8)?), usize::from(u16_le(header, 6)?));
        let rows = u32_le(header, 14)?;
        let blocks = match rows & 0x1F {
            0 => vec![table.heap.get(rows)?.to_vec()],
            _ => store.blocks(*table.inner.get(&rows)?),
        };
        // No row crosses a block.
        let rows = blocks.iter().flat_map(|block| block.chunks_exact(length.max(1))).take(MOST);
        let cell = |row: &[u8], property: u16| {
            let column = columns.iter().find(|column| u16_le(column, 2) == Some(property))?;
            let bit = usize::from(*column.get(7)?);
            let is_there = row.get(flags + bit / 8).is_some_and(|byte| byte >> (7 - bit % 8) & 1 == 1);
            let handle = u32_le(row, usize::from(u16_le(column, 4)?)).filter(|_| is_there)?;
            text_of(u16_le(column, 0)?, || table.value(handle)).filter(|text| !text.trim().is_empty())
        };
        Some(rows.map(|row| wanted.map(|property| cell(row, property))).collect())
    }
}

fn text_of(kind: u16, value: impl FnOnce() -> Vec<u8>) -> Option<String> {
    match kind {
        0x001F => Some(utf_16(&value()).trim_end_matches('\0').to_owned()),
        0x001E => Some(WINDOWS_1252.decode_without_bom_handling(&value()).0.trim_end_matches('\0').to_owned()),
        _ => None,
    }
}
