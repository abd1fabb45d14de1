//! Parquet, and Arrow's own files (Feather): batches of columns become rows; structures within are
//! columns with paths, lists are written out in one cell.

mod footer;

use super::{Cell, Claim, Format, Head, Rows, Sink, TableId, TableSpec, binary::u32_le, raw, read_problem};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch, StructArray, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, FieldRef};
use bytes::Bytes;
use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    file::metadata::{
        ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataBuilder, ParquetMetaDataReader, ParquetStatisticsPolicy,
        RowGroupMetaData,
    },
};
use std::{
    fmt::Write,
    io::{self, Cursor},
    sync::Arc,
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
            let (batches, promised) = batches(bytes).map_err(|error| of_parquet(&error.to_string()))?;
            let mut read = 0;
            let counted = batches.inspect(|batch| read += batch.as_ref().map_or(0, |batch| batch.num_rows() as i64));
            let problem = rows(counted, sink);
            let is_short = problem.is_none() && read < promised;
            Ok(problem.or_else(|| is_short.then(|| Problem::new(Category::Corrupt, format!("{read} of {promised} rows could be read")))))
        });
    }
}

/// The rows in batches, and how many there should be.
fn batches(bytes: Bytes) -> parquet::errors::Result<(ParquetRecordBatchReader, i64)> {
    // Statistics are not needed, and some writers' are not as they should be.
    let skip = ParquetStatisticsPolicy::SkipAll;
    let options = ArrowReaderOptions::new()
        .with_size_stats_policy(skip.clone())
        .with_column_stats_policy(skip.clone())
        .with_encoding_stats_policy(skip);
    let end = bytes.len().saturating_sub(8);
    let footer = u32_le(&bytes, end).and_then(|length| end.checked_sub(length as usize)).unwrap_or(0);
    let metadata = ArrowReaderMetadata::load(&bytes, options.clone()).or_else(|error| {
        let sound = bytes.get(footer..end).and_then(footer::without_foreign_fields).ok_or(error)?;
        ArrowReaderMetadata::try_new(Arc::new(ParquetMetaDataReader::decode_metadata(&sound)?), options.clone())
    })?;
    let mended = mended(metadata.metadata(), footer as i64)?;
    let metadata = mended.map_or(Ok(metadata), |mended| ArrowReaderMetadata::try_new(Arc::new(mended), options))?;
    let promised = rows_of(metadata.metadata());
    Ok((ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata).with_batch_size(BATCH).build()?, promised))
}

/// How many rows the groups have together.
fn rows_of(metadata: &ParquetMetaData) -> i64 {
    metadata.row_groups().iter().fold(0, |sum, group| group.num_rows().saturating_add(sum))
}

/// The metadata of files that older writers made wrongly: a dictionary said to be at the very beginning, where the mark of
/// the format is, is none (PARQUET-1402); parquet-mr before 1.2.9 left the header of the dictionary out of the size of a column
/// (PARQUET-816); parquet-rs 0.3 said that there are no rows. `None` when there is nothing to mend.
fn mended(metadata: &ParquetMetaData, footer: i64) -> parquet::errors::Result<Option<ParquetMetaData>> {
    const MARK: i64 = 4;
    const LONGEST_HEADER: i64 = 100;
    let is_short = metadata.file_metadata().created_by().is_some_and(leaves_headers_out);
    let is_wrong = |column: &ColumnChunkMetaData| column.dictionary_page_offset().is_some_and(|offset| offset < MARK);
    let (file, promised) = (metadata.file_metadata(), rows_of(metadata));
    if !is_short && file.num_rows() == promised && !metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).any(is_wrong) {
        return Ok(None);
    }
    let start = |column: &ColumnChunkMetaData| match column.dictionary_page_offset() {
        Some(offset) if offset >= MARK => offset,
        _ => column.data_page_offset(),
    };
    let mut starts: Vec<i64> = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).map(start).chain([footer]).collect();
    starts.sort_unstable();
    let mut groups = Vec::new();
    for group in metadata.row_groups() {
        let mut columns = Vec::new();
        for column in group.columns() {
            let mut builder = column.clone().into_builder();
            if is_wrong(column) {
                builder = builder.set_dictionary_page_offset(None);
            }
            if is_short {
                let end = start(column).saturating_add(column.compressed_size());
                let next = starts.get(starts.partition_point(|start| *start < end)).copied().unwrap_or(end);
                let more = next.saturating_sub(end);
                if (1..=LONGEST_HEADER).contains(&more) {
                    builder = builder.set_total_compressed_size(column.compressed_size().saturating_add(more));
                }
            }
            columns.push(builder.build()?);
        }
        groups.push(group.clone().into_builder().set_column_metadata(columns).build()?);
    }
    let file = FileMetaData::new(
        file.version(),
        promised,
        file.created_by().map(str::to_owned),
        file.key_value_metadata().cloned(),
        file.schema_descr_ptr(),
        file.column_orders().cloned(),
    );
    Ok(Some(ParquetMetaDataBuilder::new(file).set_row_groups(groups).build()))
}

/// Whether it is a writer of the time before parquet-mr 1.2.9.
fn leaves_headers_out(writer: &str) -> bool {
    let Some(rest) = writer.strip_prefix("parquet-mr") else { return false };
    let version = rest.trim_start().strip_prefix("version ").unwrap_or_default();
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().unwrap_or(0));
    let mut number = || numbers.next().unwrap_or(0);
    (number(), number(), number()) < (1, 2, 9)
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
        // More than two gigabytes of values in one batch.
        () if lower.contains("overflow") => Category::Limit,
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
    fn metadata_of_older_writers_is_mended() {
        for (writer, is_short) in [
            ("parquet-mr", true),
            ("parquet-mr version 1.2.8", true),
            ("parquet-mr version 1.2.9 (build x)", false),
            ("parquet-mr version 1.12.0-2018", false),
            ("parquet-cpp version 0.1", false),
        ] {
            assert_eq!(leaves_headers_out(writer), is_short, "{writer}");
        }
        let mut bytes = Vec::new();
        let properties = parquet::file::properties::WriterProperties::builder().set_created_by("parquet-mr".to_owned()).build();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch().schema(), Some(properties)).expect("memory");
        writer.write(&batch()).expect("memory");
        writer.close().expect("memory");
        assert_eq!(read(&Parquet, &bytes).tables[0].rows.len(), 2);
        let metadata = ArrowReaderMetadata::load(&Bytes::from(bytes.clone()), ArrowReaderOptions::new()).expect("sound");
        let sizes =
            |metadata: &ParquetMetaData| -> i64 { metadata.row_group(0).columns().iter().map(|column| column.compressed_size()).sum() };
        let end = metadata
            .metadata()
            .row_group(0)
            .columns()
            .iter()
            .map(|column| column.byte_range().0 + column.byte_range().1)
            .max()
            .expect("columns");
        let mended = mended(metadata.metadata(), end as i64 + 17).expect("sound").expect("too short");
        assert_eq!(sizes(&mended), sizes(metadata.metadata()) + 17);
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
