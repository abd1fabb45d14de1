//! Gathers evidence rows in column buffers and writes them as part files.
//!
//! Every worker has a recorder of its own; nothing is shared until the readers put the part
//! files together.

use super::{
    case::Case,
    part_file::{Kind, PartWriter},
    row::{ColumnSeen, DetectorEntry, FindingRow, ItemRow, MentionRow, ProblemRow, TableRow},
};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, Float32Array, ListArray, RecordBatch, StringArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

pub(super) const MENTIONS: Kind = Kind { name: "mentions", secret: &["values"], incompressible: &["tokens.list.item"], rising: &["row"] };
pub(super) const FINDINGS: Kind = Kind { name: "findings", secret: &["value", "context"], incompressible: &["token"], rising: &["at"] };
pub(super) const COLUMNS: Kind = Kind { name: "columns", ..Kind::PLAIN };
pub(super) const TABLES: Kind = Kind { name: "tables", ..Kind::PLAIN };
pub(super) const ITEMS: Kind = Kind { name: "items", ..Kind::PLAIN };
pub(super) const PROBLEMS: Kind = Kind { name: "problems", ..Kind::PLAIN };
pub(super) const DETECTORS: Kind = Kind { name: "detectors", ..Kind::PLAIN };

/// Buffers are written out at so many rows.
const BATCH: usize = 64 << 10;
/// The same for mentions, whose rows are long: few enough to stay in the processor's cache.
const MENTION_BATCH: usize = 8 << 10;

/// Writes evidence rows of one worker.
pub struct Recorder {
    mentions: Mentions,
    mention_file: PartWriter,
    findings: Vec<FindingRow>,
    finding_file: PartWriter,
    columns: Vec<ColumnSeen>,
    column_file: PartWriter,
    tables: Vec<TableRow>,
    table_file: PartWriter,
    items: Vec<ItemRow>,
    item_file: PartWriter,
    problems: Vec<ProblemRow>,
    problem_file: PartWriter,
    /// The first error of writing; everything after it is dropped and the scan ends with it.
    failed: Option<anyhow::Error>,
}

impl Recorder {
    /// A recorder into the case's evidence folder; `label` is unlike that of any other.
    pub fn new(case: &Case, label: &str) -> anyhow::Result<Recorder> {
        let folder = case.evidence();
        let open = |kind, schema| PartWriter::new(kind, &folder, label, schema, case.key());
        Ok(Recorder {
            mentions: Mentions::default(),
            mention_file: open(&MENTIONS, mention_schema())?,
            findings: Vec::new(),
            finding_file: open(&FINDINGS, finding_batch(&[])?.schema())?,
            columns: Vec::new(),
            column_file: open(&COLUMNS, column_batch(&[])?.schema())?,
            tables: Vec::new(),
            table_file: open(&TABLES, table_batch(&[])?.schema())?,
            items: Vec::new(),
            item_file: open(&ITEMS, item_batch(&[])?.schema())?,
            problems: Vec::new(),
            problem_file: open(&PROBLEMS, problem_batch(&[])?.schema())?,
            failed: None,
        })
    }

    /// Records a mention; the row can be reused.
    pub fn mention(&mut self, row: &MentionRow) {
        self.mentions.push(row);
        if self.mentions.items.len() >= MENTION_BATCH || self.mentions.values.len() >= 64 << 20 {
            let result = self.mentions.take().and_then(|batch| self.mention_file.write(&batch));
            self.note(result);
        }
    }

    /// Records a finding.
    pub fn finding(&mut self, row: FindingRow) {
        self.findings.push(row);
        if self.findings.len() >= BATCH {
            let result = finding_batch(&self.findings).and_then(|batch| self.finding_file.write(&batch));
            self.findings.clear();
            self.note(result);
        }
    }

    /// Records what was seen in a column.
    pub fn column(&mut self, row: ColumnSeen) {
        self.columns.push(row);
        if self.columns.len() >= BATCH {
            let result = column_batch(&self.columns).and_then(|batch| self.column_file.write(&batch));
            self.columns.clear();
            self.note(result);
        }
    }

    /// Records a part of a table.
    pub fn table(&mut self, row: TableRow) {
        self.tables.push(row);
        if self.tables.len() >= BATCH {
            let result = table_batch(&self.tables).and_then(|batch| self.table_file.write(&batch));
            self.tables.clear();
            self.note(result);
        }
    }

    /// Records an item.
    pub fn item(&mut self, row: ItemRow) {
        self.items.push(row);
        if self.items.len() >= BATCH {
            let result = item_batch(&self.items).and_then(|batch| self.item_file.write(&batch));
            self.items.clear();
            self.note(result);
        }
    }

    /// Records a problem.
    pub fn problem(&mut self, row: ProblemRow) {
        self.problems.push(row);
        if self.problems.len() >= BATCH {
            let result = problem_batch(&self.problems).and_then(|batch| self.problem_file.write(&batch));
            self.problems.clear();
            self.note(result);
        }
    }

    /// Writes what is left and closes the files.
    pub fn finish(mut self) -> anyhow::Result<()> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if !self.mentions.items.is_empty() {
            self.mention_file.write(&self.mentions.take()?)?;
        }
        let rest = [
            (!self.findings.is_empty()).then(|| (finding_batch(&self.findings), &mut self.finding_file)),
            (!self.columns.is_empty()).then(|| (column_batch(&self.columns), &mut self.column_file)),
            (!self.tables.is_empty()).then(|| (table_batch(&self.tables), &mut self.table_file)),
            (!self.items.is_empty()).then(|| (item_batch(&self.items), &mut self.item_file)),
            (!self.problems.is_empty()).then(|| (problem_batch(&self.problems), &mut self.problem_file)),
        ];
        for (batch, file) in rest.into_iter().flatten() {
            file.write(&batch?)?;
        }
        let files = [
            &mut self.mention_file,
            &mut self.finding_file,
            &mut self.column_file,
            &mut self.table_file,
            &mut self.item_file,
            &mut self.problem_file,
        ];
        files.into_iter().try_for_each(PartWriter::close)
    }

    fn note(&mut self, result: anyhow::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }
}

/// Writes the table of detectors, once per case.
pub fn write_detectors(case: &Case, detectors: &[DetectorEntry]) -> anyhow::Result<()> {
    let batch = detector_batch(detectors)?;
    let mut file = PartWriter::new(&DETECTORS, &case.evidence(), "", batch.schema(), case.key())?;
    file.write(&batch)?;
    file.close()
}

/// Mentions, column by column, in the layout Arrow wants.
#[derive(Default)]
struct Mentions {
    items: Vec<u32>,
    parts: Vec<u32>,
    tables: Vec<u32>,
    rows: Vec<u64>,
    lengths: Vec<u32>,
    slots: Vec<u8>,
    sequences: Vec<u32>,
    elements: Vec<u64>,
    protected: Vec<u64>,
    ends: Vec<i32>,
    detectors: Vec<u16>,
    tokens: Vec<u8>,
    value_ends: Vec<i32>,
    values: Vec<u8>,
}

impl Mentions {
    fn push(&mut self, row: &MentionRow) {
        self.items.push(row.item);
        self.parts.push(row.part);
        self.tables.push(row.table);
        self.rows.push(row.row);
        self.lengths.push(row.length);
        self.slots.push(row.slot);
        self.sequences.push(row.sequence);
        self.elements.push(row.elements.0);
        self.protected.push(row.protected.0);
        self.detectors.extend_from_slice(&row.detectors);
        self.tokens.extend_from_slice(row.tokens.as_flattened());
        self.ends.push(self.detectors.len() as i32);
        self.values.extend_from_slice(&row.values);
        self.value_ends.push(self.values.len() as i32);
    }

    /// Room for as much again, so that nothing has to be moved while it fills.
    fn room(&self) -> Mentions {
        let rows = self.items.len();
        Mentions {
            items: Vec::with_capacity(rows),
            parts: Vec::with_capacity(rows),
            tables: Vec::with_capacity(rows),
            rows: Vec::with_capacity(rows),
            lengths: Vec::with_capacity(rows),
            slots: Vec::with_capacity(rows),
            sequences: Vec::with_capacity(rows),
            elements: Vec::with_capacity(rows),
            protected: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            detectors: Vec::with_capacity(self.detectors.len()),
            tokens: Vec::with_capacity(self.tokens.len()),
            value_ends: Vec::with_capacity(rows),
            values: Vec::with_capacity(self.values.len()),
        }
    }

    /// The rows so far as one batch; the buffers start afresh.
    fn take(&mut self) -> anyhow::Result<RecordBatch> {
        let room = self.room();
        let rows = std::mem::replace(self, room);
        let offsets = |ends: Vec<i32>| {
            let mut offsets = Vec::with_capacity(ends.len() + 1);
            offsets.push(0);
            offsets.extend(ends);
            OffsetBuffer::new(ScalarBuffer::from(offsets))
        };
        let ends = offsets(rows.ends);
        let detectors = ListArray::try_new(list_item(DataType::UInt16), ends.clone(), Arc::new(UInt16Array::from(rows.detectors)), None)?;
        let tokens = FixedSizeBinaryArray::try_new(16, Buffer::from_vec(rows.tokens), None)?;
        let tokens = ListArray::try_new(list_item(DataType::FixedSizeBinary(16)), ends, Arc::new(tokens), None)?;
        let values = BinaryArray::try_new(offsets(rows.value_ends), Buffer::from_vec(rows.values), None)?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from(rows.items)),
            Arc::new(UInt32Array::from(rows.parts)),
            Arc::new(UInt32Array::from(rows.tables)),
            Arc::new(UInt64Array::from(rows.rows)),
            Arc::new(UInt32Array::from(rows.lengths)),
            Arc::new(UInt8Array::from(rows.slots)),
            Arc::new(UInt32Array::from(rows.sequences)),
            Arc::new(UInt64Array::from(rows.elements)),
            Arc::new(UInt64Array::from(rows.protected)),
            Arc::new(detectors),
            Arc::new(tokens),
            Arc::new(values),
        ];
        Ok(RecordBatch::try_new(mention_schema(), columns)?)
    }
}

fn list_item(item: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", item, false))
}

fn mention_schema() -> SchemaRef {
    let plain = |name: &str, kind: DataType| Field::new(name, kind, false);
    Arc::new(Schema::new(vec![
        plain("item", DataType::UInt32),
        plain("part", DataType::UInt32),
        plain("table", DataType::UInt32),
        plain("row", DataType::UInt64),
        plain("length", DataType::UInt32),
        plain("slot", DataType::UInt8),
        plain("sequence", DataType::UInt32),
        plain("elements", DataType::UInt64),
        plain("protected", DataType::UInt64),
        plain("detectors", DataType::List(list_item(DataType::UInt16))),
        plain("tokens", DataType::List(list_item(DataType::FixedSizeBinary(16)))),
        plain("values", DataType::Binary),
    ]))
}

/// A batch of named columns that are never null.
fn batch(columns: Vec<(&str, ArrayRef)>) -> anyhow::Result<RecordBatch> {
    let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), false)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn u8s<T>(rows: &[T], get: impl Fn(&T) -> u8) -> ArrayRef {
    Arc::new(UInt8Array::from_iter_values(rows.iter().map(get)))
}

fn u16s<T>(rows: &[T], get: impl Fn(&T) -> u16) -> ArrayRef {
    Arc::new(UInt16Array::from_iter_values(rows.iter().map(get)))
}

fn u32s<T>(rows: &[T], get: impl Fn(&T) -> u32) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(rows.iter().map(get)))
}

fn u64s<T>(rows: &[T], get: impl Fn(&T) -> u64) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(rows.iter().map(get)))
}

fn f32s<T>(rows: &[T], get: impl Fn(&T) -> f32) -> ArrayRef {
    Arc::new(Float32Array::from_iter_values(rows.iter().map(get)))
}

fn flags<T>(rows: &[T], get: impl Fn(&T) -> bool) -> ArrayRef {
    Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(get(row)))))
}

fn texts<'r, T>(rows: &'r [T], get: impl Fn(&'r T) -> &'r str) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(rows.iter().map(get)))
}

fn blobs<'r, T>(rows: &'r [T], get: impl Fn(&'r T) -> &'r [u8]) -> ArrayRef {
    Arc::new(BinaryArray::from_iter_values(rows.iter().map(get)))
}

fn finding_batch(rows: &[FindingRow]) -> anyhow::Result<RecordBatch> {
    let tokens: Vec<u8> = rows.iter().flat_map(|row| row.token.to_bytes()).collect();
    batch(vec![
        ("item", u32s(rows, |row| row.item)),
        ("part", u32s(rows, |row| row.part)),
        ("table", u32s(rows, |row| row.table)),
        ("at", u64s(rows, |row| row.at)),
        ("length", u32s(rows, |row| row.length)),
        ("column", u32s(rows, |row| row.column)),
        ("detector", u16s(rows, |row| row.detector)),
        ("token", Arc::new(FixedSizeBinaryArray::try_new(16, Buffer::from_vec(tokens), None)?)),
        ("bits", f32s(rows, |row| row.bits)),
        ("protection", u8s(rows, |row| row.protection)),
        ("test_value", flags(rows, |row| row.test_value)),
        ("sequence", u32s(rows, |row| row.sequence)),
        ("value", blobs(rows, |row| row.value.as_slice())),
        ("context", blobs(rows, |row| row.context.as_slice())),
        ("context_at", u16s(rows, |row| row.context_at)),
    ])
}

fn column_batch(rows: &[ColumnSeen]) -> anyhow::Result<RecordBatch> {
    batch(vec![
        ("item", u32s(rows, |row| row.item)),
        ("part", u32s(rows, |row| row.part)),
        ("table", u32s(rows, |row| row.table)),
        ("column", u32s(rows, |row| row.column)),
        ("header", texts(rows, |row| &row.header)),
        ("detector", u16s(rows, |row| row.detector)),
        ("slot", u8s(rows, |row| row.slot)),
        ("slot_name", texts(rows, |row| &row.slot_name)),
        ("role", texts(rows, |row| &row.role)),
        ("free_text", flags(rows, |row| row.free_text)),
        ("bits", f32s(rows, |row| row.bits)),
        ("reason", texts(rows, |row| &row.reason)),
        ("filled", u64s(rows, |row| row.filled)),
        ("valid", u64s(rows, |row| row.valid)),
        ("kept", u64s(rows, |row| row.kept)),
        ("test_values", u64s(rows, |row| row.test_values)),
        ("placeholders", u64s(rows, |row| row.placeholders)),
        ("distinct", blobs(rows, |row| row.distinct.as_slice())),
    ])
}

fn table_batch(rows: &[TableRow]) -> anyhow::Result<RecordBatch> {
    batch(vec![
        ("item", u32s(rows, |row| row.item)),
        ("part", u32s(rows, |row| row.part)),
        ("table", u32s(rows, |row| row.table)),
        ("name", texts(rows, |row| &row.name)),
        ("parent", u32s(rows, |row| row.parent)),
        ("rows", u64s(rows, |row| row.rows)),
    ])
}

fn item_batch(rows: &[ItemRow]) -> anyhow::Result<RecordBatch> {
    batch(vec![
        ("item", u32s(rows, |row| row.item)),
        ("path", texts(rows, |row| &row.path)),
        ("size", u64s(rows, |row| row.size)),
        ("digest", texts(rows, |row| &row.digest)),
        ("format", texts(rows, |row| &row.format)),
        ("status", u8s(rows, |row| row.status as u8)),
        ("examined", u64s(rows, |row| row.examined)),
        ("depth", u32s(rows, |row| row.depth)),
    ])
}

fn problem_batch(rows: &[ProblemRow]) -> anyhow::Result<RecordBatch> {
    batch(vec![
        ("item", u32s(rows, |row| row.item)),
        ("path", texts(rows, |row| &row.path)),
        ("category", texts(rows, |row| row.category.word())),
        ("detail", texts(rows, |row| &row.detail)),
        ("bytes_not_examined", u64s(rows, |row| row.bytes_not_examined)),
    ])
}

fn detector_batch(rows: &[DetectorEntry]) -> anyhow::Result<RecordBatch> {
    batch(vec![
        ("detector", u16s(rows, |row| row.index)),
        ("id", texts(rows, |row| &row.id)),
        ("element", texts(rows, |row| row.element.map_or("", |element| element.code()))),
        ("meaning", u8s(rows, |row| row.meaning as u8)),
        ("country", texts(rows, |row| &row.country)),
        ("marking", texts(rows, |row| &row.marking)),
    ])
}
