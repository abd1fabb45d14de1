//! The lower layers of an Outlook store ([MS-PST] 2.2): two trees of pages, one of nodes and one of
//! blocks, and the blocks they lead to. None of its numbers is trusted.

use super::cipher::Cipher;
use crate::format::binary::{slice, u16_le, u32_le, u64_le};
use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap, HashSet},
    io::Read,
};

/// Lists of blocks within lists of blocks.
const DEPTH: usize = 3;
/// A compressed block never holds more.
const LARGEST_BLOCK: usize = 1 << 17;

/// The three ways a store is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// To Outlook 2002: numbers of 32 bits.
    Narrow,
    /// From Outlook 2003.
    Wide,
    /// Caches of Outlook 2013 and later: pages of 4096 bytes, blocks compressed.
    Large,
}

impl Layout {
    const fn page(self) -> usize {
        if matches!(self, Layout::Large) { 4096 } else { 512 }
    }

    /// Bytes of a number of a block, or of a place in the file.
    const fn width(self) -> usize {
        if matches!(self, Layout::Narrow) { 4 } else { 8 }
    }

    fn number(self, bytes: &[u8], at: usize) -> Option<u64> {
        if self == Layout::Narrow { u32_le(bytes, at).map(u64::from) } else { u64_le(bytes, at) }
    }

    /// How many entries a page has, how long each is, and how many levels are below it.
    fn entries(self, page: &[u8]) -> Option<(usize, usize, u8)> {
        let byte = |at: usize| page.get(at).copied();
        Some(match self {
            Layout::Narrow => (byte(496)?.into(), byte(498)?.into(), byte(499)?),
            Layout::Wide => (byte(488)?.into(), byte(490)?.into(), byte(491)?),
            Layout::Large => (u16_le(page, 4056)?.into(), byte(4060)?.into(), byte(4061)?),
        })
    }
}

/// Something stored: a folder, a message, an attachment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Number of its first block.
    data: u64,
    /// Number of the block that lists what belongs to it; 0 for nothing.
    inner: u64,
    /// The folder it is in.
    pub(super) parent: u32,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    start: u64,
    size: usize,
    /// Its size when unpacked; 0 when it is not packed.
    unpacked: usize,
}

/// An Outlook store whose trees were read.
pub(super) struct Store<'b> {
    bytes: &'b [u8],
    layout: Layout,
    cipher: Cipher,
    blocks: HashMap<u64, Block>,
    /// By number; its last five bits tell what it is.
    pub(super) nodes: BTreeMap<u32, Node>,
    /// How many more bytes may be read from blocks, since many nodes can claim the same ones.
    left: Cell<u64>,
    /// How many blocks were not where they should be.
    missing: Cell<u64>,
}

/// Why a store cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Damaged,
    Encrypted,
}

impl<'b> Store<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Store<'b>, Refusal> {
        let layout = match u16_le(bytes, 10) {
            Some(..=15) => Layout::Narrow,
            Some(..=35) => Layout::Wide,
            Some(_) => Layout::Large,
            None => return Err(Refusal::Damaged),
        };
        let (cipher, nodes, blocks) = if layout == Layout::Narrow { (461, 188, 196) } else { (513, 224, 240) };
        let cipher = Cipher::of(bytes.get(cipher).copied().unwrap_or(0)).ok_or(Refusal::Encrypted)?;
        let left = Cell::new((bytes.len() as u64).saturating_mul(16).max(64 << 20));
        let mut store = Store { bytes, layout, cipher, blocks: HashMap::new(), nodes: BTreeMap::new(), left, missing: Cell::new(0) };
        let width = layout.width();
        let number = |entry: &[u8], place: usize| layout.number(entry, place * width);
        store.blocks = store.leaves(layout.number(bytes, blocks), |entry| {
            let size = usize::from(u16_le(entry, 2 * width)?);
            let unpacked = if layout == Layout::Large { usize::from(u16_le(entry, 2 * width + 2)?) } else { 0 };
            Some((number(entry, 0)? & !1, Block { start: number(entry, 1)?, size, unpacked }))
        });
        store.nodes = store.leaves(layout.number(bytes, nodes), |entry| {
            let parent = u32_le(entry, 3 * width)?;
            Some((u32_le(entry, 0)?, Node { data: number(entry, 1)?, inner: number(entry, 2)?, parent }))
        });
        if store.nodes.is_empty() || store.blocks.is_empty() { Err(Refusal::Damaged) } else { Ok(store) }
    }

    /// The entries of all leaves of the tree whose top page is here.
    fn leaves<T, C: FromIterator<T>>(&self, root: Option<u64>, entry: impl Fn(&[u8]) -> Option<T>) -> C {
        let mut waiting: Vec<u64> = root.into_iter().collect();
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        while let Some(at) = waiting.pop() {
            let page = slice(self.bytes, usize::try_from(at).unwrap_or(usize::MAX), self.layout.page());
            let Some((count, length, level)) = self.layout.entries(page).filter(|_| seen.insert(at)) else { continue };
            for one in page.chunks_exact(length.max(2 * self.layout.width())).take(count) {
                match level {
                    0 => found.extend(entry(one)),
                    _ => waiting.extend(self.layout.number(one, 2 * self.layout.width())),
                }
            }
        }
        found.into_iter().collect()
    }

    /// Whether numbers within heaps have the widths of the large layout.
    pub(super) fn is_large(&self) -> bool {
        self.layout == Layout::Large
    }

    /// How many blocks could not be found or read.
    pub(super) fn missing(&self) -> u64 {
        self.missing.get()
    }

    /// Whether more was asked for than so small a store can hold.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The bytes of a block, unpacked; scrambled if it holds data.
    fn block(&self, number: u64) -> Option<Vec<u8>> {
        let found = self.blocks.get(&(number & !1)).map(|block| {
            let start = usize::try_from(block.start).unwrap_or(usize::MAX);
            (slice(self.bytes, start, block.size), block)
        });
        let Some((bytes, block)) = found.filter(|(bytes, block)| bytes.len() == block.size) else {
            self.missing.set(self.missing.get() + 1);
            return None;
        };
        let unpacked = if block.unpacked > block.size {
            let mut all = Vec::new();
            let decoder = flate2::read::ZlibDecoder::new(bytes);
            decoder.take(LARGEST_BLOCK as u64).read_to_end(&mut all).ok()?;
            all
        } else {
            bytes.to_vec()
        };
        let left = self.left.get().saturating_sub(unpacked.len() as u64);
        self.left.set(left);
        (left > 0).then_some(unpacked)
    }

    /// The blocks of a node's data, in order.
    pub(super) fn blocks(&self, node: Node) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        self.gather(node.data, DEPTH, &mut all);
        all
    }

    /// A node's data.
    pub(super) fn data(&self, node: Node) -> Vec<u8> {
        self.blocks(node).concat()
    }

    fn gather(&self, number: u64, depth: usize, into: &mut Vec<Vec<u8>>) {
        if number == 0 || depth == 0 {
            return;
        }
        let Some(mut bytes) = self.block(number) else { return };
        // This bit tells blocks that only list others.
        if number & 2 == 0 {
            self.cipher.undo(number, &mut bytes);
            into.push(bytes);
            return;
        }
        let count = usize::from(u16_le(&bytes, 2).unwrap_or(0));
        for at in 0..count {
            let Some(inner) = self.layout.number(&bytes, 8 + at * self.layout.width()) else { break };
            self.gather(inner, depth - 1, into);
        }
    }

    /// What belongs to a node, by number.
    pub(super) fn inner(&self, node: Node) -> BTreeMap<u32, Node> {
        let mut found = BTreeMap::new();
        self.inner_of(node.inner, 2, &mut found);
        found
    }

    fn inner_of(&self, number: u64, depth: usize, found: &mut BTreeMap<u32, Node>) {
        if number == 0 || depth == 0 {
            return;
        }
        let Some(bytes) = self.block(number).filter(|bytes| bytes.first() == Some(&2)) else { return };
        let is_leaf = bytes.get(1) == Some(&0);
        let (count, width) = (usize::from(u16_le(&bytes, 2).unwrap_or(0)), self.layout.width());
        let length = width * if is_leaf { 3 } else { 2 };
        let entries = bytes.get(if self.layout == Layout::Narrow { 4 } else { 8 }..).unwrap_or_default();
        for entry in entries.chunks_exact(length).take(count) {
            let (Some(own), Some(data)) = (u32_le(entry, 0), self.layout.number(entry, width)) else { break };
            if is_leaf {
                found.insert(own, Node { data, inner: self.layout.number(entry, 2 * width).unwrap_or(0), parent: 0 });
            } else {
                self.inner_of(data, depth - 1, found);
            }
        }
    }
}
