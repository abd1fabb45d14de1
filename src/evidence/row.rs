//! What evidence holds, row by row. Written by [`super::recorder`], read by [`super::load`].

use crate::base::{Category, Element, ElementSet, Meaning, Token};

/// How far an item was examined; the contract's `status` of `files.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ItemStatus {
    Full,
    Partial,
    Failed,
    Skipped,
    Duplicate,
}

impl ItemStatus {
    const ALL: [ItemStatus; 5] = [ItemStatus::Full, ItemStatus::Partial, ItemStatus::Failed, ItemStatus::Skipped, ItemStatus::Duplicate];

    /// The word in `files.csv`.
    pub const fn word(self) -> &'static str {
        match self {
            ItemStatus::Full => "full",
            ItemStatus::Partial => "partial",
            ItemStatus::Failed => "failed",
            ItemStatus::Skipped => "skipped",
            ItemStatus::Duplicate => "duplicate",
        }
    }

    /// The status with this discriminant.
    pub fn from_code(code: u8) -> ItemStatus {
        ItemStatus::ALL.get(usize::from(code)).copied().unwrap_or(ItemStatus::Failed)
    }
}

/// One item: a file, a member, an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// Number within the case, given in the order items were met; means nothing by itself.
    pub item: u32,
    pub path: String,
    pub size: u64,
    /// `sha256:…` or `blake3:…`; empty when the bytes could not be read to the end.
    pub digest: String,
    pub format: String,
    pub status: ItemStatus,
    pub examined: u64,
    /// How many containers are around it.
    pub depth: u32,
}

/// Something not fully examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    pub item: u32,
    pub path: String,
    pub category: Category,
    pub detail: String,
    pub bytes_not_examined: u64,
}

/// One part of one table: its name and how many rows it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRow {
    pub item: u32,
    pub part: u32,
    pub table: u32,
    pub name: String,
    /// Table number of the table its rows lie in, or `u32::MAX`.
    pub parent: u32,
    pub rows: u64,
}

/// What was seen in one column of one part of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnSeen {
    pub item: u32,
    pub part: u32,
    pub table: u32,
    pub column: u32,
    pub header: String,
    /// Index into the detector table, or `u16::MAX`.
    pub detector: u16,
    pub slot: u8,
    pub slot_name: String,
    pub role: String,
    pub free_text: bool,
    pub bits: f32,
    pub reason: String,
    pub filled: u64,
    pub valid: u64,
    /// Of the valid ones those whose check fails.
    pub kept: u64,
    pub test_values: u64,
    pub placeholders: u64,
    pub distinct: Vec<u8>,
}

/// No detector.
pub const NO_DETECTOR: u16 = u16::MAX;
/// No table: the mention or finding stands in text.
pub const NO_TABLE: u32 = u32::MAX;

/// A detector as evidence knows it, so that evidence explains itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectorEntry {
    pub index: u16,
    pub id: String,
    pub element: Option<Element>,
    pub meaning: Meaning,
    /// ISO 3166-1 country whose number it is, if one.
    pub country: String,
    /// Trade-secret class, if it is a marking.
    pub marking: String,
}

/// The findings of one record that speak of one person, while it is put together. Reused.
#[derive(Clone, Debug, Default)]
pub struct MentionRow {
    pub item: u32,
    pub part: u32,
    pub table: u32,
    /// Row within the part (from 0), or for text the offset of the window.
    pub row: u64,
    /// Length of the window in text; 0 in tables.
    pub length: u32,
    pub slot: u8,
    /// Links findings of the same part to the mention.
    pub sequence: u32,
    pub elements: ElementSet,
    /// Elements present only masked, hashed, truncated or encrypted.
    pub protected: ElementSet,
    pub detectors: Vec<u16>,
    /// As evidence stores them.
    pub tokens: Vec<[u8; 16]>,
    /// Per detector: length (little-endian u16) and value; empty where the meaning needs none.
    pub values: Vec<u8>,
}

impl MentionRow {
    /// Empties the row for the next mention, keeping its memory.
    pub fn clear(&mut self) {
        self.length = 0;
        self.sequence = 0;
        self.elements = ElementSet::EMPTY;
        self.protected = ElementSet::EMPTY;
        self.detectors.clear();
        self.tokens.clear();
        self.values.clear();
    }

    /// Adds one value.
    pub fn push(&mut self, detector: u16, token: Token, value: &[u8]) {
        let length = value.len().min(usize::from(u16::MAX));
        self.detectors.push(detector);
        self.tokens.push(token.to_bytes());
        self.values.extend_from_slice(&(length as u16).to_le_bytes());
        self.values.extend_from_slice(&value[..length]);
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.detectors.is_empty()
    }
}

/// Walks over packed values; stops at the first that does not fit.
pub fn unpack(mut packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = packed.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_le_bytes(*length));
        let value = rest.get(..length)?;
        packed = &rest[length..];
        Some(value)
    })
}

/// One finding in text or in a free-text column.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    pub item: u32,
    pub part: u32,
    pub table: u32,
    /// Offset in the item, or row within the part.
    pub at: u64,
    /// Length in the item; 0 in tables.
    pub length: u32,
    /// Column in tables, page in documents.
    pub column: u32,
    pub detector: u16,
    pub token: Token,
    pub bits: f32,
    pub protection: u8,
    pub test_value: bool,
    /// The mention of the same part it belongs to, or `u32::MAX`.
    pub sequence: u32,
    /// Normalised value.
    pub value: Vec<u8>,
    /// The value as it stands and up to 40 bytes either side, with where the value lies in it.
    pub context: Vec<u8>,
    pub context_at: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_come_back_and_damage_ends_them() {
        let mut row = MentionRow::default();
        row.push(1, Token(1), b"one");
        row.push(2, Token(2), b"");
        assert_eq!(unpack(&row.values).collect::<Vec<_>>(), [b"one".as_slice(), b""]);
        assert_eq!(unpack(&row.values[..4]).count(), 0);
    }
}
