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
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A kind of evidence file.
pub struct Kind {
    /// Prefix of its part files.
    pub name: &'static str,
    /// Columns under the case key.
    pub secret: &'static [&'static str],
    /// Columns of random bytes: neither compressed nor put into dictionaries.
    pub incompressible: &'static [&'static str],
}

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
        .set_max_row_group_row_count(Some(256 << 10))
        .set_created_by(format!("breachscope {}", env!("CARGO_PKG_VERSION")));
    for column in kind.incompressible {
        let path = ColumnPath::from(column.split('.').map(str::to_owned).collect::<Vec<_>>());
        properties = properties
            .set_column_compression(path.clone(), Compression::UNCOMPRESSED)
            .set_column_encoding(path.clone(), Encoding::PLAIN)
            .set_column_dictionary_enabled(path, false);
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

/// Hands every batch of a kind to `each`, file by file.
pub fn read(folder: &Path, kind: &Kind, key: &CaseKey, mut each: impl FnMut(&RecordBatch) -> anyhow::Result<()>) -> anyhow::Result<()> {
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
            Ok(ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(&path)?, options)?.with_batch_size(16 << 10).build()?)
        };
        let reader = open().map_err(|error| error.context(context()))?;
        for batch in reader {
            each(&batch.map_err(|error| anyhow::Error::from(error).context(context()))?)?;
        }
    }
    Ok(())
}

/// A table of text columns that is written as CSV or, when long, as Parquet of the same name and columns.
pub struct Output {
    columns: Vec<String>,
    csv: Option<csv::Writer<std::io::BufWriter<File>>>,
    parquet: Option<(ArrowWriter<File>, Vec<arrow_array::builder::StringBuilder>)>,
    rows: usize,
}

impl Output {
    /// `FOLDER/NAME.csv` or `FOLDER/NAME.parquet` with the columns of `header` (separated by `, `).
    pub fn create(folder: &Path, name: &str, header: &str, parquet: bool) -> anyhow::Result<Output> {
        let columns: Vec<String> = header.split(", ").map(str::to_owned).collect();
        let mut output = Output { columns, csv: None, parquet: None, rows: 0 };
        if parquet {
            let file = File::create(folder.join(format!("{name}.parquet")))?;
            let properties = WriterProperties::builder()
                .set_compression(Compression::LZ4_RAW)
                .set_statistics_enabled(EnabledStatistics::None)
                .set_created_by(format!("breachscope {}", env!("CARGO_PKG_VERSION")))
                .build();
            let builders = output.columns.iter().map(|_| arrow_array::builder::StringBuilder::new()).collect();
            output.parquet = Some((ArrowWriter::try_new(file, output.schema(), Some(properties))?, builders));
        } else {
            let file = std::io::BufWriter::with_capacity(1 << 20, File::create(folder.join(format!("{name}.csv")))?);
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(file);
            writer.write_record(&output.columns)?;
            output.csv = Some(writer);
        }
        Ok(output)
    }

    fn schema(&self) -> SchemaRef {
        let fields: Vec<arrow_schema::Field> =
            self.columns.iter().map(|column| arrow_schema::Field::new(column, arrow_schema::DataType::Utf8, false)).collect();
        Arc::new(arrow_schema::Schema::new(fields))
    }

    /// Writes one row: as many cells as there are columns. Text cells must have passed the formula guard.
    pub fn row(&mut self, cells: &[&str]) -> anyhow::Result<()> {
        if let Some(writer) = &mut self.csv {
            writer.write_record(cells)?;
            return Ok(());
        }
        if let Some((_, builders)) = &mut self.parquet {
            builders.iter_mut().zip(cells).for_each(|(builder, cell)| builder.append_value(cell));
            self.rows += 1;
        }
        if self.rows >= 64 << 10 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let schema = self.schema();
        if let Some((writer, builders)) = &mut self.parquet {
            let columns = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as arrow_array::ArrayRef).collect();
            writer.write(&RecordBatch::try_new(schema, columns)?)?;
        }
        self.rows = 0;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.flush()?;
        if let Some((writer, _)) = self.parquet {
            writer.close()?;
        }
        if let Some(mut writer) = self.csv {
            writer.flush()?;
        }
        Ok(())
    }
}
