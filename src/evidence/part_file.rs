//! One kind of evidence in Parquet part files: schema, encrypted columns, writing, reading.

use super::case::CaseKey;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    basic::{Compression, Encoding},
    encryption::{decrypt::FileDecryptionProperties, encrypt::FileEncryptionProperties},
    file::{
        metadata::{ParquetMetaData, ParquetMetaDataReader},
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};

/// A kind of evidence file.
pub struct Kind {
    /// Prefix of its part files.
    pub name: &'static str,
    /// Columns under the case key.
    pub secret: &'static [&'static str],
    /// Columns of random bytes: neither compressed nor put into dictionaries.
    pub incompressible: &'static [&'static str],
    /// Columns of numbers that rise from row to row: their differences are written.
    pub rising: &'static [&'static str],
}

impl Kind {
    /// Columns of which nothing special is known.
    pub const PLAIN: Kind = Kind { name: "", secret: &[], incompressible: &[], rising: &[] };
}

/// What is buffered before it goes into the file: little enough to use the same memory for all of it.
const ROWS_PER_GROUP: usize = 32 << 10;

/// A part file is closed at the first batch past so many rows, so that a killed scan loses little.
const ROWS_PER_FILE: usize = 4 << 20;

/// Writes batches of one kind into part files of a folder.
pub struct PartWriter {
    kind: &'static Kind,
    folder: PathBuf,
    /// Distinguishes the writers of one scan.
    label: String,
    schema: SchemaRef,
    properties: WriterProperties,
    open: Option<(ArrowWriter<File>, PathBuf)>,
    rows: usize,
    files: usize,
}

impl PartWriter {
    /// A writer into `folder`; files come into being with the first batch.
    pub fn new(kind: &'static Kind, folder: &Path, label: &str, schema: SchemaRef, key: &CaseKey) -> anyhow::Result<PartWriter> {
        let properties = properties(kind, key)?;
        Ok(PartWriter { kind, folder: folder.to_owned(), label: label.to_owned(), schema, properties, open: None, rows: 0, files: 0 })
    }

    /// Writes one batch.
    pub fn write(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        if self.open.is_none() {
            let name = format!("{}-{}{:04}.parquet", self.kind.name, self.label, self.files);
            let unfinished = self.folder.join(format!("{name}.unfinished"));
            let writer = ArrowWriter::try_new(File::create(&unfinished)?, Arc::clone(&self.schema), Some(self.properties.clone()))?;
            self.open = Some((writer, unfinished));
            self.files += 1;
        }
        if let Some((writer, _)) = &mut self.open {
            writer.write(batch)?;
            self.rows += batch.num_rows();
        }
        if self.rows >= ROWS_PER_FILE {
            self.close()?;
        }
        Ok(())
    }

    /// Finishes the open file; only finished files carry the name readers look for.
    pub fn close(&mut self) -> anyhow::Result<()> {
        self.rows = 0;
        if let Some((writer, unfinished)) = self.open.take() {
            writer.close()?;
            std::fs::rename(&unfinished, unfinished.with_extension(""))?;
        }
        Ok(())
    }
}

fn properties(kind: &Kind, key: &CaseKey) -> anyhow::Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_created_by(format!("breachscope {}", env!("CARGO_PKG_VERSION")));
    for column in kind.incompressible {
        let path = ColumnPath::from(column.split('.').map(str::to_owned).collect::<Vec<_>>());
        properties = properties
            .set_column_compression(path.clone(), Compression::UNCOMPRESSED)
            .set_column_encoding(path.clone(), Encoding::PLAIN)
            .set_column_dictionary_enabled(path, false);
    }
    for column in kind.rising {
        properties = properties
            .set_column_encoding(ColumnPath::from(*column), Encoding::DELTA_BINARY_PACKED)
            .set_column_dictionary_enabled(ColumnPath::from(*column), false);
    }
    for column in kind.secret {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*column), false);
    }
    if !kind.secret.is_empty() {
        let mut encryption = FileEncryptionProperties::builder(key.footer_key()).with_plaintext_footer(true);
        for column in kind.secret {
            encryption = encryption.with_column_key(column, key.column_key());
        }
        properties = properties.with_file_encryption_properties(encryption.build()?);
    }
    Ok(properties.build())
}

/// The part files of a kind, by name.
pub fn part_files(folder: &Path, kind: &Kind) -> std::io::Result<Vec<PathBuf>> {
    let prefix = format!("{}-", kind.name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    files.sort();
    Ok(files)
}

/// How many rows the part files of a kind have, by what they say themselves.
pub fn rows(folder: &Path, kind: &Kind) -> anyhow::Result<u64> {
    sum(folder, kind, |metadata| metadata.file_metadata().num_rows())
}

fn sum(folder: &Path, kind: &Kind, count: impl Fn(&ParquetMetaData) -> i64) -> anyhow::Result<u64> {
    let count = |path: PathBuf| -> anyhow::Result<u64> {
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&File::open(&path)?)?;
        Ok(count(&metadata).try_into().unwrap_or_default())
    };
    part_files(folder, kind)?.into_iter().map(count).sum()
}

/// Rows of a batch that is read: few enough to stay in the processor's cache.
const BATCH: usize = 4 << 10;

/// How many entries the lists of a column hold, by what the part files say themselves.
pub fn entries(folder: &Path, kind: &Kind, column: &str) -> anyhow::Result<u64> {
    sum(folder, kind, |metadata| {
        let columns = metadata.row_groups().iter().flat_map(|group| group.columns());
        columns.filter(|of| of.column_path().parts().first().is_some_and(|part| part == column)).map(|of| of.num_values()).sum()
    })
}

/// So many batches may wait for whoever takes them.
const AHEAD: usize = 4;

/// Hands every batch of a kind to `each`, file by file, while the next are decoded, if anybody is there to do it.
pub fn read_ahead(
    folder: &Path,
    kind: &Kind,
    key: &CaseKey,
    mut each: impl FnMut(&RecordBatch) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if rayon::current_num_threads() == 1 {
        return read(folder, kind, key, |batch| each(&batch));
    }
    thread::scope(|scope| {
        let (send, batches) = mpsc::sync_channel(AHEAD);
        let decode = move || {
            // Nobody takes any more when one of them failed; that is told by whoever took it.
            let decoded = read(folder, kind, key, |batch| Ok(send.send(Ok(batch))?));
            decoded.or_else(|error| send.send(Err(error))).ok();
        };
        if thread::Builder::new().spawn_scoped(scope, decode).is_err() {
            // No more threads are to be had.
            return read(folder, kind, key, |batch| each(&batch));
        }
        batches.into_iter().try_for_each(|batch| each(&batch?))
    })
}

/// Hands every batch of a kind to `each`, file by file.
pub fn read(folder: &Path, kind: &Kind, key: &CaseKey, mut each: impl FnMut(RecordBatch) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for path in part_files(folder, kind)? {
        let mut options = ArrowReaderOptions::new();
        if !kind.secret.is_empty() {
            let mut decryption = FileDecryptionProperties::builder(key.footer_key());
            for column in kind.secret {
                decryption = decryption.with_column_key(column, key.column_key());
            }
            options = options.with_file_decryption_properties(decryption.build()?);
        }
        let context = || format!("evidence file `{}` cannot be read (was the case key changed?)", path.display());
        let open = || -> anyhow::Result<_> {
            Ok(ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(&path)?, options)?.with_batch_size(BATCH).build()?)
        };
        let reader = open().map_err(|error| error.context(context()))?;
        for batch in reader {
            each(batch.map_err(|error| anyhow::Error::from(error).context(context()))?)?;
        }
    }
    Ok(())
}
