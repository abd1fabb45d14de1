//! Parquet, and Arrow's own files (Feather): batches of columns become rows; structures within are
//! columns with paths, lists are written out in one cell.

use super::{Cell, Claim, Format, Head, Rows, Sink, TableId, TableSpec, raw, read_problem};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch, StructArray, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, FieldRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::{
    fmt::Write,
    io::{self, Cursor},
};

/// Rows decoded at once.
const BATCH: usize = 1024;
/// Structures within structures.
const DEPTH: usize = 32;
/// Columns of one file.
const WIDEST: usize = 10_000;
/// Cells for each byte of a file: repetition packs well, but not without end.
const CELLS_PER_BYTE: u64 = 2000;

/// `.parquet`.
pub struct Parquet;
/// `.arrow`, `.feather`.
pub struct Arrow;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"PAR1") || head.bytes.starts_with(b"PARE") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_whole(input, sink, |bytes, sink| {
            if bytes.ends_with(b"PARE") {
                return Err(Problem::new(Category::Encrypted, "encrypted as a whole"));
            }
            let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| of_parquet(&error.to_string()))?;
            let batches = builder.with_batch_size(BATCH).build().map_err(|error| of_parquet(&error.to_string()))?;
            Ok(rows(batches, sink))
        });
    }
}

impl Format for Arrow {
    fn name(&self) -> &'static str {
        "arrow"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"ARROW1\0\0") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        with_whole(input, sink, |bytes, sink| {
            let batches =
                arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).map_err(|error| of_parquet(&error.to_string()))?;
            Ok(rows(batches, sink))
        });
    }
}

/// The problem an error of the readers means.
fn of_parquet(detail: &str) -> Problem {
    let lower = detail.to_lowercase();
    let category = match () {
        () if lower.contains("encrypt") || lower.contains("decrypt") || lower.contains("aad") => Category::Encrypted,
        () if lower.contains("not yet supported") || lower.contains("not yet implemented") => Category::Unsupported,
        () if lower.contains("eof") => Category::Truncated,
        () => Category::Corrupt,
    };
    Problem::new(category, format!("columns cannot be read: {detail}"))
}

/// Reads an item that must be there as a whole; text in it is sought when nothing could be read.
fn with_whole(input: Input<'_>, sink: &mut dyn Sink, read: impl FnOnce(Bytes, &mut dyn Sink) -> Result<Option<Problem>, Problem>) {
    let limit = sink.in_memory();
    let (bytes, error) = input.into_whole(limit);
    let size = bytes.len() as u64;
    if bytes.len() > limit || error.as_ref().is_some_and(|error| error.kind() == io::ErrorKind::FileTooLarge) {
        raw::texts(Input::Whole(&bytes), sink);
        let error =
            io::Error::new(io::ErrorKind::FileTooLarge, "larger than the limit for one item in memory: text was sought in its raw bytes");
        return sink.problem(read_problem(&error));
    }
    match read(Bytes::from(bytes.to_vec()), sink) {
        Ok(None) => {}
        Ok(Some(problem)) => sink.problem(problem),
        // What is cut off where it comes from is known to be.
        Err(problem) => {
            raw::texts(Input::Whole(&bytes), sink);
            if error.is_none() {
                sink.problem(problem.not_examined(size));
            }
        }
    }
}

/// Hands on all batches; why not all could be read.
fn rows(batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>, sink: &mut dyn Sink) -> Option<Problem> {
    let mut table: Option<(TableId, usize)> = None;
    let mut left = 100_000_000_u64;
    for batch in batches {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Some(of_parquet(&error.to_string())),
        };
        let mut columns = Vec::new();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            flatten(field.name(), &without_zones(column), 0, &mut columns);
        }
        left = match left.checked_sub((columns.len() * batch.num_rows()) as u64) {
            Some(left) => left.saturating_add(CELLS_PER_BYTE * batch.get_array_memory_size() as u64),
            None => return Some(Problem::new(Category::Limit, "far more cells than bytes; not all were read")),
        };
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let (id, _) = *table.get_or_insert_with(|| {
            (sink.table(&TableSpec { columns: Some(&names), width: names.len(), ..TableSpec::default() }), names.len())
        });
        if let Err(error) = put(id, &columns, batch.num_rows(), sink) {
            return Some(of_parquet(&error.to_string()));
        }
    }
    None
}

/// Moments are stored in universal time, whatever zone they are named with; they are shown in it.
fn without_zones(column: &ArrayRef) -> ArrayRef {
    let plain = zoneless(column.data_type());
    if plain == *column.data_type() {
        ArrayRef::clone(column)
    } else {
        recast(&column.to_data(), &plain).unwrap_or_else(|| ArrayRef::clone(column))
    }
}

fn zoneless(kind: &DataType) -> DataType {
    let inner = |field: &FieldRef| FieldRef::new(field.as_ref().clone().with_data_type(zoneless(field.data_type())));
    match kind {
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(field) => DataType::List(inner(field)),
        DataType::LargeList(field) => DataType::LargeList(inner(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(inner(field), *size),
        DataType::Map(field, is_sorted) => DataType::Map(inner(field), *is_sorted),
        kind => kind.clone(),
    }
}

/// The same data under another name of its type, which differs in zones only.
fn recast(data: &ArrayData, kind: &DataType) -> Option<ArrayRef> {
    Some(make_array(renamed(data, kind)?))
}

fn renamed(data: &ArrayData, kind: &DataType) -> Option<ArrayData> {
    let kinds: Vec<&DataType> = match kind {
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) | DataType::Map(field, _) => {
            vec![field.data_type()]
        }
        _ => Vec::new(),
    };
    let inner = data.child_data().iter().zip(kinds).map(|(data, kind)| renamed(data, kind)).collect::<Option<Vec<_>>>()?;
    data.clone()
        .into_builder()
        .data_type(kind.clone())
        .child_data(if inner.is_empty() { data.child_data().to_vec() } else { inner })
        .build()
        .ok()
}

/// A column, or the columns of a structure.
fn flatten(name: &str, column: &ArrayRef, depth: usize, columns: &mut Vec<(String, ArrayRef)>) {
    match column.as_any().downcast_ref::<StructArray>() {
        Some(structure) if depth < DEPTH && structure.num_columns() > 0 => {
            for (field, inner) in structure.fields().iter().zip(structure.columns()) {
                flatten(&format!("{name}.{}", field.name()), inner, depth + 1, columns);
            }
        }
        _ if columns.len() >= WIDEST => {}
        _ => columns.push((name.to_owned(), ArrayRef::clone(column))),
    }
}

fn put(table: TableId, columns: &[(String, ArrayRef)], rows: usize, sink: &mut dyn Sink) -> Result<(), ArrowError> {
    let options = FormatOptions::default().with_display_error(true);
    let formats = columns.iter().map(|(_, column)| ArrayFormatter::try_new(column.as_ref(), &options)).collect::<Result<Vec<_>, _>>()?;
    let binary: Vec<Option<&BinaryArray>> = columns.iter().map(|(_, column)| column.as_any().downcast_ref()).collect();
    let (mut cells, mut text) = (Vec::new(), String::new());
    let mut value = String::new();
    for row in 0..rows {
        for (at, (_, column)) in columns.iter().enumerate() {
            if column.is_null(row) {
                cells.push(Cell::NULL);
                continue;
            }
            let start = text.len();
            match binary.get(at).copied().flatten().and_then(|column| std::str::from_utf8(column.value(row)).ok()) {
                // Text without the mark that it is text.
                Some(held) => text.push_str(held),
                _ => {
                    value.clear();
                    if let Some(format) = formats.get(at) {
                        write!(value, "{}", format.value(row)).ok();
                    }
                    text.push_str(&value);
                }
            }
            cells.push(Cell::rewritten(start, text.len() - start));
        }
        if text.len() >= 4 << 20 {
            sink.rows(&Rows { table, width: columns.len(), cells: &cells, bytes: &[], arena: text.as_bytes() });
            cells.clear();
            text.clear();
        }
    }
    if !cells.is_empty() {
        sink.rows(&Rows { table, width: columns.len(), cells: &cells, bytes: &[], arena: text.as_bytes() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};
    use arrow_array::{Int64Array, StringArray};
    use arrow_schema::Field;
    use std::sync::Arc;

    fn batch() -> RecordBatch {
        let home = StructArray::from(vec![(
            Arc::new(Field::new("city", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("Rome"), None])) as ArrayRef,
        )]);
        let bytes: Vec<Option<&[u8]>> = vec![Some(b"a@example.org"), None];
        RecordBatch::try_from_iter_with_nullable(vec![
            ("id", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef, true),
            ("mail", Arc::new(BinaryArray::from(bytes)) as ArrayRef, true),
            ("home", Arc::new(home) as ArrayRef, true),
        ])
        .expect("columns of one length")
    }

    #[test]
    fn columns_become_rows_and_structures_paths() {
        let batch = batch();
        let mut parquet = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), None).expect("memory");
        writer.write(&batch).expect("memory");
        writer.close().expect("memory");
        let mut arrow = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).expect("memory");
        arrow.write(&batch).expect("memory");
        let arrow = arrow.into_inner().expect("memory");
        for (format, bytes) in [(&Parquet as &dyn Format, parquet), (&Arrow, arrow)] {
            let found = read(format, &bytes);
            assert_eq!(found.tables[0].header(), "id|mail|home.city");
            assert_eq!(found.tables[0].lines(), ["1|a@example.org|Rome", "2|~|~"]);
            assert!(found.problems.is_empty());
            assert!(!read(format, &bytes[..bytes.len() - 9]).problems.is_empty());
            survives(format, &bytes);
        }
    }
}
