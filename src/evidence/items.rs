//! The items of a case in little memory: an archive may have ten million members.
//!
//! A row takes 72 bytes and the bytes of its path; equal names of formats are kept once, digests as their 32 bytes.

use super::row::{ItemRow, ItemStatus};
use crate::base::token::hex;
use anyhow::Context;
use std::{collections::HashSet, fmt};

/// All items, by their numbers.
#[derive(Default)]
pub struct Items {
    rows: Vec<Row>,
    /// Paths one after the other, in pieces that never have to be moved.
    paths: Vec<Box<str>>,
    formats: Vec<String>,
}

/// One item as it is kept.
struct Row {
    digest: Digest,
    status: ItemStatus,
    format: u16,
    item: u32,
    /// Which piece of the paths, and what of it.
    piece: u32,
    start: u32,
    length: u32,
    depth: u32,
    size: u64,
    examined: u64,
}

/// One item as it is looked at. See [`ItemRow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemSeen<'e> {
    pub item: u32,
    pub path: &'e str,
    pub size: u64,
    pub digest: Digest,
    pub format: &'e str,
    pub status: ItemStatus,
    pub examined: u64,
    pub depth: u32,
}

impl Items {
    /// No items yet, and room for so many.
    pub(super) fn with_capacity(rows: usize) -> Items {
        Items { rows: Vec::with_capacity(rows), ..Items::default() }
    }

    /// Takes in some items; their paths become one piece.
    pub(super) fn extend<'b>(&mut self, items: impl Iterator<Item = (ItemSeen<'b>, &'b str)>) -> anyhow::Result<()> {
        let mut piece = String::new();
        let number = u32::try_from(self.paths.len())?;
        for (seen, digest) in items {
            let start = u32::try_from(piece.len())?;
            piece.push_str(seen.path);
            let length = u32::try_from(seen.path.len())?;
            let digest = Digest::parse(digest).with_context(|| format!("evidence has a digest of another kind: `{digest}`"))?;
            let format = self.formats.iter().position(|known| known == seen.format).unwrap_or_else(|| {
                self.formats.push(seen.format.to_owned());
                self.formats.len() - 1
            });
            let (ItemSeen { item, status, depth, size, examined, .. }, format) = (seen, u16::try_from(format)?);
            self.rows.push(Row { digest, status, format, item, piece: number, start, length, depth, size, examined });
        }
        self.paths.push(piece.into_boxed_str());
        Ok(())
    }

    /// Puts them in the order of their numbers; called once all are there.
    pub(super) fn sort(&mut self) {
        self.rows.sort_unstable_by_key(|row| row.item);
    }

    /// Gives some items, by their places, other paths.
    pub(super) fn rename(&mut self, paths: &[(usize, String)]) {
        // A piece is counted in 32 bits.
        let mut piece = String::new();
        for (place, path) in paths {
            if piece.len() + path.len() > 1 << 30 {
                self.paths.push(std::mem::take(&mut piece).into_boxed_str());
            }
            if let (Some(row), Ok(number)) = (self.rows.get_mut(*place), u32::try_from(self.paths.len())) {
                (row.piece, row.start, row.length) = (number, piece.len() as u32, path.len() as u32);
                piece.push_str(path);
            }
        }
        self.paths.push(piece.into_boxed_str());
    }

    /// Leaves some items out, by their numbers.
    pub(super) fn leave_out(&mut self, numbers: &HashSet<u32>) {
        if !numbers.is_empty() {
            self.rows.retain(|row| !numbers.contains(&row.item));
        }
    }

    /// The item of this number.
    pub(super) fn of_number(&self, item: u32) -> Option<ItemSeen<'_>> {
        self.rows.binary_search_by_key(&item, |row| row.item).ok().and_then(|place| self.get(place))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The item at this place in the order of numbers.
    pub fn get(&self, place: usize) -> Option<ItemSeen<'_>> {
        self.rows.get(place).map(|row| self.seen(row))
    }

    /// All items, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ItemSeen<'_>> + DoubleEndedIterator {
        self.rows.iter().map(|row| self.seen(row))
    }

    fn seen(&self, row: &Row) -> ItemSeen<'_> {
        let (from, to) = (row.start as usize, row.start as usize + row.length as usize);
        ItemSeen {
            item: row.item,
            path: self.paths.get(row.piece as usize).and_then(|piece| piece.get(from..to)).unwrap_or_default(),
            size: row.size,
            digest: row.digest,
            format: self.formats.get(usize::from(row.format)).map_or("", String::as_str),
            status: row.status,
            examined: row.examined,
            depth: row.depth,
        }
    }
}

impl ItemSeen<'_> {
    /// The item as evidence is written.
    pub fn to_row(self) -> ItemRow {
        ItemRow {
            item: self.item,
            path: self.path.to_owned(),
            size: self.size,
            digest: self.digest.to_string(),
            format: self.format.to_owned(),
            status: self.status,
            examined: self.examined,
            depth: self.depth,
        }
    }
}

/// What an item's bytes hash to, in 33 bytes; written `sha256:…` or `blake3:…`, or as nothing where the bytes could not be
/// read to the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    #[default]
    Unknown,
    Blake3([u8; 32]),
    Sha256([u8; 32]),
}

impl Digest {
    /// The digest written like this.
    fn parse(text: &str) -> Option<Digest> {
        match text.split_once(':') {
            None => text.is_empty().then_some(Digest::Unknown),
            Some(("blake3", digits)) => Some(Digest::Blake3(unhex(digits)?)),
            Some(("sha256", digits)) => Some(Digest::Sha256(unhex(digits)?)),
            Some(_) => None,
        }
    }

    /// The first bytes, as a number; 0 where there are none.
    pub(super) fn short(&self) -> u64 {
        match self {
            Digest::Unknown => 0,
            Digest::Blake3(bytes) | Digest::Sha256(bytes) => bytes.first_chunk().map_or(0, |first| u64::from_le_bytes(*first)),
        }
    }

    /// Whether the bytes could not be read to the end.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Digest::Unknown)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Digest::Unknown => Ok(()),
            Digest::Blake3(bytes) => write!(f, "blake3:{}", hex(bytes)),
            Digest::Sha256(bytes) => write!(f, "sha256:{}", hex(bytes)),
        }
    }
}

/// Thirty-two bytes from their hexadecimal digits.
fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_in_the_order_of_their_numbers() {
        let seen = |item, path, format| ItemSeen {
            item,
            path,
            size: 5,
            digest: Digest::Unknown,
            format,
            status: ItemStatus::Partial,
            examined: 3,
            depth: 2,
        };
        let digest = format!("sha256:{}", "0f".repeat(32));
        let mut items = Items::default();
        items.extend([(seen(7, "a/ü", "text"), digest.as_str()), (seen(2, "", "raw"), "")].into_iter()).expect("fits");
        items.extend([(seen(3, "c", "text"), "")].into_iter()).expect("fits");
        items.sort();
        let paths: Vec<_> = items.iter().map(|item| (item.item, item.path, item.format)).collect();
        assert_eq!(paths, [(2, "", "raw"), (3, "c", "text"), (7, "a/ü", "text")]);
        assert_eq!(items.get(2).map(|item| item.digest.to_string()), Some(digest));
        assert!(items.get(0).is_some_and(|item| item.digest.is_unknown()) && items.get(3).is_none());
        assert!(items.extend([(seen(9, "d", "text"), "md5:00")].into_iter()).is_err());
    }

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Row>() <= 72, "{}", size_of::<Row>());
    }
}
