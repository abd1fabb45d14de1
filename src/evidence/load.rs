//! Reads a case's evidence back.
//!
//! Small tables (items, problems, tables, columns, detectors) are held; mentions and findings
//! are streamed, since there may be hundreds of millions.

use super::{
    case::Case,
    items::{Digest, ItemSeen, Items},
    part_file::{Kind, entries, read, read_ahead, rows},
    recorder::{COLUMNS, DETECTORS, FINDINGS, ITEMS, MENTIONS, PROBLEMS, TABLES},
    row::{ColumnSeen, DetectorEntry, FindingRow, ItemStatus, ProblemRow, TableRow},
};
use crate::base::{Category, Element, ElementSet, Meaning, Token};
use anyhow::Context;
use arrow_array::{
    Array, BinaryArray, BooleanArray, FixedSizeBinaryArray, Float32Array, ListArray, RecordBatch, StringArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use std::fs::File;

/// A case's evidence.
pub struct Evidence<'c> {
    case: &'c Case,
    pub items: Items,
    pub problems: Vec<ProblemRow>,
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnSeen>,
    pub detectors: Vec<DetectorEntry>,
}

/// A mention as evidence holds it, borrowed from the batch it was read in.
#[derive(Clone, Copy, Debug)]
pub struct StoredMention<'b> {
    pub item: u32,
    pub part: u32,
    pub table: u32,
    pub row: u64,
    pub length: u32,
    pub slot: u8,
    pub sequence: u32,
    pub elements: ElementSet,
    pub protected: ElementSet,
    pub detectors: &'b [u16],
    /// 16 bytes per detector.
    pub tokens: &'b [u8],
    /// Packed values, see [`super::row::unpack`].
    pub values: &'b [u8],
}

impl StoredMention<'_> {
    /// The token of the n-th value.
    pub fn token(&self, at: usize) -> Token {
        self.tokens.get(at * 16..at * 16 + 16).and_then(|bytes| bytes.try_into().ok()).map_or(Token::default(), Token::from_bytes)
    }
}

impl<'c> Evidence<'c> {
    /// Reads the small tables.
    pub fn load(case: &'c Case) -> anyhow::Result<Evidence<'c>> {
        let mut evidence = Evidence { case, items: Items::default(), problems: vec![], tables: vec![], columns: vec![], detectors: vec![] };
        evidence.items = evidence.all_items()?;
        let settled = evidence.items.settle();
        evidence.problems = evidence.all(&PROBLEMS, batch_problems)?;
        if !settled.moved.is_empty() {
            evidence.problems.retain(|problem| !settled.left_out.contains(&problem.item));
            for problem in evidence.problems.iter_mut().filter(|problem| settled.moved.contains(&problem.item)) {
                if let Some(item) = evidence.items.of_number(problem.item) {
                    problem.path = item.path.to_owned();
                }
            }
        }
        evidence.tables = evidence.all(&TABLES, batch_tables)?;
        evidence.columns = evidence.all(&COLUMNS, batch_columns)?;
        evidence.detectors = evidence.all(&DETECTORS, batch_detectors)?;
        Ok(evidence)
    }

    /// All items, in just the memory they take.
    fn all_items(&self) -> anyhow::Result<Items> {
        let mut items = Items::with_capacity(self.count(&ITEMS));
        read(&self.case.evidence(), &ITEMS, self.case.key(), |batch| add_items(&batch, &mut items))?;
        items.sort();
        Ok(items)
    }

    /// How many rows a table has, by what its files say.
    fn count(&self, kind: &Kind) -> usize {
        rows(&self.case.evidence(), kind).ok().and_then(|rows| usize::try_from(rows).ok()).unwrap_or_default()
    }

    /// All rows of a table, in just the memory they take: each member of an archive may have one.
    fn all<T>(&self, kind: &Kind, make: impl Fn(&RecordBatch) -> anyhow::Result<Vec<T>>) -> anyhow::Result<Vec<T>> {
        let folder = self.case.evidence();
        let mut all = Vec::with_capacity(self.count(kind));
        read(&folder, kind, self.case.key(), |batch| {
            all.extend(make(&batch)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Room in the case folder for what is only needed later; nobody else sees it, and it is gone with whoever holds it.
    pub fn scratch(&self) -> Option<File> {
        tempfile::tempfile_in(self.case.root()).ok()
    }

    /// How many mentions there are, about: for reserving memory.
    pub fn mention_count(&self) -> usize {
        self.count(&MENTIONS)
    }

    /// How many values they hold, about.
    pub fn mention_values(&self) -> usize {
        let known = entries(&self.case.evidence(), &MENTIONS, "detectors").ok();
        known.and_then(|values| usize::try_from(values).ok()).unwrap_or_default()
    }

    /// Whether what a detector finds is an element.
    pub fn finds_element(&self, detector: u16) -> bool {
        self.detectors.get(usize::from(detector)).is_some_and(|entry| entry.element.is_some())
    }

    /// Hands every mention to `each`, in the order of the part files.
    pub fn mentions(&self, mut each: impl FnMut(StoredMention<'_>)) -> anyhow::Result<()> {
        self.mentions_at_once(1, |mentions| mentions.iter().for_each(|mention| each(*mention)))
    }

    /// The same, up to so many at once.
    pub fn mentions_at_once(&self, most: usize, mut each: impl FnMut(&[StoredMention<'_>])) -> anyhow::Result<()> {
        read_ahead(&self.case.evidence(), &MENTIONS, self.case.key(), |batch| {
            let (item, part, table): (&UInt32Array, &UInt32Array, &UInt32Array) =
                (column(batch, "item")?, column(batch, "part")?, column(batch, "table")?);
            let (row, length): (&UInt64Array, &UInt32Array) = (column(batch, "row")?, column(batch, "length")?);
            let (slot, sequence): (&UInt8Array, &UInt32Array) = (column(batch, "slot")?, column(batch, "sequence")?);
            let (elements, protected): (&UInt64Array, &UInt64Array) = (column(batch, "elements")?, column(batch, "protected")?);
            let (detectors, tokens): (&ListArray, &ListArray) = (column(batch, "detectors")?, column(batch, "tokens")?);
            let values: &BinaryArray = column(batch, "values")?;
            let ids: &UInt16Array = detectors.values().as_any().downcast_ref().context("column `detectors` has another type")?;
            let bytes: &FixedSizeBinaryArray = tokens.values().as_any().downcast_ref().context("column `tokens` has another type")?;
            let (ends, ids, bytes) = (detectors.value_offsets(), ids.values(), bytes.value_data());
            let mention = |at: usize| {
                let (from, to) = (ends[at] as usize, ends[at + 1] as usize);
                StoredMention {
                    item: item.value(at),
                    part: part.value(at),
                    table: table.value(at),
                    row: row.value(at),
                    length: length.value(at),
                    slot: slot.value(at),
                    sequence: sequence.value(at),
                    elements: ElementSet(elements.value(at)),
                    protected: ElementSet(protected.value(at)),
                    detectors: ids.get(from..to).unwrap_or_default(),
                    tokens: bytes.get(from * 16..to * 16).unwrap_or_default(),
                    values: values.value(at),
                }
            };
            let mut some = Vec::with_capacity(most);
            for from in (0..batch.num_rows()).step_by(most) {
                some.clear();
                some.extend((from..batch.num_rows().min(from + most)).map(mention));
                each(&some);
            }
            Ok(())
        })
    }

    /// Hands every finding to `each`, in the order of the part files.
    pub fn findings(&self, mut each: impl FnMut(FindingRow)) -> anyhow::Result<()> {
        read_ahead(&self.case.evidence(), &FINDINGS, self.case.key(), |batch| {
            let (item, part, table): (&UInt32Array, &UInt32Array, &UInt32Array) =
                (column(batch, "item")?, column(batch, "part")?, column(batch, "table")?);
            let (place, length, col): (&UInt64Array, &UInt32Array, &UInt32Array) =
                (column(batch, "at")?, column(batch, "length")?, column(batch, "column")?);
            let (detector, token): (&UInt16Array, &FixedSizeBinaryArray) = (column(batch, "detector")?, column(batch, "token")?);
            let (bits, protection): (&Float32Array, &UInt8Array) = (column(batch, "bits")?, column(batch, "protection")?);
            let (test, sequence): (&BooleanArray, &UInt32Array) = (column(batch, "test_value")?, column(batch, "sequence")?);
            let (value, context, context_at): (&BinaryArray, &BinaryArray, &UInt16Array) =
                (column(batch, "value")?, column(batch, "context")?, column(batch, "context_at")?);
            for at in 0..batch.num_rows() {
                each(FindingRow {
                    item: item.value(at),
                    part: part.value(at),
                    table: table.value(at),
                    at: place.value(at),
                    length: length.value(at),
                    column: col.value(at),
                    detector: detector.value(at),
                    token: Token::from_bytes(token.value(at).try_into().unwrap_or_default()),
                    bits: bits.value(at),
                    protection: protection.value(at),
                    test_value: test.value(at),
                    sequence: sequence.value(at),
                    value: value.value(at).to_vec(),
                    context: context.value(at).to_vec(),
                    context_at: context_at.value(at),
                });
            }
            Ok(())
        })
    }
}

/// A column of the batch by name and type.
fn column<'b, A: Array + 'static>(batch: &'b RecordBatch, name: &str) -> anyhow::Result<&'b A> {
    batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref()).with_context(|| {
        format!("evidence has no column `{name}` of the expected type; another version wrote it: scan the leak again with this one")
    })
}

fn add_items(batch: &RecordBatch, items: &mut Items) -> anyhow::Result<()> {
    let (item, path): (&UInt32Array, &StringArray) = (column(batch, "item")?, column(batch, "path")?);
    let (size, digest): (&UInt64Array, &StringArray) = (column(batch, "size")?, column(batch, "digest")?);
    let (format, status): (&StringArray, &UInt8Array) = (column(batch, "format")?, column(batch, "status")?);
    let (examined, depth): (&UInt64Array, &UInt32Array) = (column(batch, "examined")?, column(batch, "depth")?);
    items.extend((0..batch.num_rows()).map(|at| {
        let seen = ItemSeen {
            item: item.value(at),
            path: path.value(at),
            size: size.value(at),
            digest: Digest::Unknown,
            format: format.value(at),
            status: ItemStatus::from_code(status.value(at)),
            examined: examined.value(at),
            depth: depth.value(at),
        };
        (seen, digest.value(at))
    }))
}

fn batch_problems(batch: &RecordBatch) -> anyhow::Result<Vec<ProblemRow>> {
    let (item, path): (&UInt32Array, &StringArray) = (column(batch, "item")?, column(batch, "path")?);
    let (category, detail): (&StringArray, &StringArray) = (column(batch, "category")?, column(batch, "detail")?);
    let bytes: &UInt64Array = column(batch, "bytes_not_examined")?;
    Ok((0..batch.num_rows())
        .map(|at| ProblemRow {
            item: item.value(at),
            path: path.value(at).to_owned(),
            category: Category::from_word(category.value(at)).unwrap_or(Category::Unsupported),
            detail: detail.value(at).to_owned(),
            bytes_not_examined: bytes.value(at),
        })
        .collect())
}

fn batch_tables(batch: &RecordBatch) -> anyhow::Result<Vec<TableRow>> {
    let (item, part, table): (&UInt32Array, &UInt32Array, &UInt32Array) =
        (column(batch, "item")?, column(batch, "part")?, column(batch, "table")?);
    let (name, parent, rows): (&StringArray, &UInt32Array, &UInt64Array) =
        (column(batch, "name")?, column(batch, "parent")?, column(batch, "rows")?);
    Ok((0..batch.num_rows())
        .map(|at| TableRow {
            item: item.value(at),
            part: part.value(at),
            table: table.value(at),
            name: name.value(at).to_owned(),
            parent: parent.value(at),
            rows: rows.value(at),
        })
        .collect())
}

fn batch_columns(batch: &RecordBatch) -> anyhow::Result<Vec<ColumnSeen>> {
    let (item, part, table, col): (&UInt32Array, &UInt32Array, &UInt32Array, &UInt32Array) =
        (column(batch, "item")?, column(batch, "part")?, column(batch, "table")?, column(batch, "column")?);
    let (header, detector, slot): (&StringArray, &UInt16Array, &UInt8Array) =
        (column(batch, "header")?, column(batch, "detector")?, column(batch, "slot")?);
    let (slot_name, role, reason): (&StringArray, &StringArray, &StringArray) =
        (column(batch, "slot_name")?, column(batch, "role")?, column(batch, "reason")?);
    let (free_text, bits, distinct): (&BooleanArray, &Float32Array, &BinaryArray) =
        (column(batch, "free_text")?, column(batch, "bits")?, column(batch, "distinct")?);
    let (filled, valid, tests): (&UInt64Array, &UInt64Array, &UInt64Array) =
        (column(batch, "filled")?, column(batch, "valid")?, column(batch, "test_values")?);
    let (kept, placeholders): (&UInt64Array, &UInt64Array) = (column(batch, "kept")?, column(batch, "placeholders")?);
    Ok((0..batch.num_rows())
        .map(|at| ColumnSeen {
            item: item.value(at),
            part: part.value(at),
            table: table.value(at),
            column: col.value(at),
            header: header.value(at).to_owned(),
            detector: detector.value(at),
            slot: slot.value(at),
            slot_name: slot_name.value(at).to_owned(),
            role: role.value(at).to_owned(),
            free_text: free_text.value(at),
            bits: bits.value(at),
            reason: reason.value(at).to_owned(),
            filled: filled.value(at),
            valid: valid.value(at),
            kept: kept.value(at),
            test_values: tests.value(at),
            placeholders: placeholders.value(at),
            distinct: distinct.value(at).to_vec(),
        })
        .collect())
}

fn batch_detectors(batch: &RecordBatch) -> anyhow::Result<Vec<DetectorEntry>> {
    let (detector, id, element): (&UInt16Array, &StringArray, &StringArray) =
        (column(batch, "detector")?, column(batch, "id")?, column(batch, "element")?);
    let (meaning, country, marking): (&UInt8Array, &StringArray, &StringArray) =
        (column(batch, "meaning")?, column(batch, "country")?, column(batch, "marking")?);
    Ok((0..batch.num_rows())
        .map(|at| DetectorEntry {
            index: detector.value(at),
            id: id.value(at).to_owned(),
            element: Element::from_code(element.value(at)),
            meaning: Meaning::from_code(meaning.value(at)).unwrap_or(Meaning::Attribute),
            country: country.value(at).to_owned(),
            marking: marking.value(at).to_owned(),
        })
        .collect())
}
