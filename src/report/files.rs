//! `files.csv` and `exceptions.csv`: one row per item, and everything not fully examined.

use super::{Assessment, Report, sheet::Sheet};
use crate::{base::ElementSet, evidence::ItemStatus};
use std::path::Path;

/// One row per item, container members included.
pub struct Files;

impl Report for Files {
    fn name(&self) -> &'static str {
        "files.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let header = "path, size_bytes, digest, format, status, bytes_examined, duplicate_of, people, mentions, elements, severity";
        let mut sheet = Sheet::create(folder, self.name(), header)?;
        let catalogue = &assessment.population.catalogue;
        // Places only: there may be ten million.
        let items = &assessment.evidence.items;
        let mut places: Vec<u32> = (0..u32::try_from(items.len()).unwrap_or(u32::MAX)).collect();
        places.sort_unstable_by_key(|place| (items.get(*place as usize).map(|item| (item.path, item.digest)), *place));
        for item in places.into_iter().filter_map(|place| items.get(place as usize)) {
            let master = catalogue.master(item.item);
            // What a copy holds is what the copy that was read holds.
            let read = catalogue.read_as(assessment.evidence, item.item).unwrap_or(item);
            let tally = assessment.census.items.get(&read.item).copied().unwrap_or_default();
            let copy = master != item.item;
            let status = if copy { ItemStatus::Duplicate } else { read.status };
            sheet.text(item.path).plain(item.size).plain(item.digest);
            match misnamed(item.path, read.format) {
                Some(ending) => sheet.plain(format_args!("{} (named .{ending})", read.format)),
                None => sheet.plain(read.format),
            };
            sheet.plain(status.word());
            sheet.plain(if copy { 0 } else { read.examined });
            sheet.text(if copy { catalogue.path(assessment.evidence, item.item) } else { "" });
            sheet.plain(tally.people).plain(tally.mentions).plain(tally.elements.codes()).plain(severity(tally.elements));
            sheet.end()?;
        }
        sheet.finish()
    }
}

/// Endings of names, and the formats that what they promise is read as. Only what leaves no room for doubt: `.dat` promises
/// nothing.
const PROMISES: &[(&[&str], &[&str])] = &[
    (&["jpg", "jpeg", "png", "gif", "bmp", "webp", "heic", "tif", "tiff", "mp3", "mp4", "mov", "avi", "wav"], &["raw"]),
    (&["pdf"], &["pdf"]),
    (&["docx", "docm"], &["docx", "compound"]),
    (&["xlsx", "xlsm", "xlsb"], &["xlsx", "compound"]),
    (&["pptx", "pptm"], &["pptx", "compound"]),
    (&["doc", "xls", "ppt", "msg"], &["compound"]),
    (&["odt", "ods", "odp"], &["opendocument"]),
    (&["zip"], &["zip"]),
    (&["7z"], &["7z"]),
    (&["rar"], &["rar"]),
    (&["tar"], &["tar"]),
    (&["gz", "tgz"], &["gzip"]),
    (&["bz2"], &["bzip2"]),
    (&["xz"], &["xz"]),
    (&["zst"], &["zstd"]),
    (&["parquet"], &["parquet"]),
    (&["sqlite", "sqlite3"], &["sqlite"]),
];
/// Endings that promise text of some kind, and formats that are none.
const TEXTS: &[&str] = &["txt", "log", "csv", "tsv", "md", "json", "jsonl", "xml", "yaml", "yml", "ini"];
const NO_TEXTS: &[&str] = &[
    "zip",
    "7z",
    "rar",
    "tar",
    "gzip",
    "bzip2",
    "xz",
    "zstd",
    "pdf",
    "docx",
    "xlsx",
    "pptx",
    "opendocument",
    "compound",
    "sqlite",
    "access",
    "pst",
    "parquet",
    "arrow",
    "avro",
    "orc",
    "cab",
    "iso9660",
    "program",
];

/// The ending of a name that promises something else than what it is; `None` also where nothing was read.
fn misnamed(path: &str, format: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    let is = |promised: &&&str| ending.eq_ignore_ascii_case(promised);
    // Parts of a split archive are joined first.
    if format.is_empty() || format == "volume" {
        return None;
    }
    if let Some(text) = TEXTS.iter().find(is) {
        return NO_TEXTS.contains(&format).then_some(text);
    }
    let (promised, formats) = PROMISES.iter().find_map(|(endings, formats)| Some((endings.iter().find(is)?, formats)))?;
    (!formats.contains(&format)).then_some(promised)
}

fn severity(elements: ElementSet) -> &'static str {
    elements.severity().map_or("", |severity| severity.word())
}

/// Everything not fully examined, and why.
pub struct Exceptions;

impl Report for Exceptions {
    fn name(&self) -> &'static str {
        "exceptions.csv"
    }

    fn write(&self, assessment: &Assessment<'_>, folder: &Path) -> anyhow::Result<()> {
        let mut sheet = Sheet::create(folder, self.name(), "path, category, detail, bytes_not_examined, action")?;
        let catalogue = &assessment.population.catalogue;
        let mut rows: Vec<_> = assessment
            .evidence
            .problems
            .iter()
            .map(|problem| {
                let path =
                    if catalogue.is_used(problem.item) { catalogue.path(assessment.evidence, problem.item) } else { problem.path.as_str() };
                (path, problem.category, problem.detail.as_str(), problem.bytes_not_examined)
            })
            .collect();
        rows.sort_unstable();
        rows.dedup();
        for (path, category, detail, bytes) in rows {
            sheet.text(path).plain(category.word()).text(detail).plain(bytes).text(category.action());
            sheet.end()?;
        }
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::FORMATS;

    #[test]
    fn names_that_promise_something_else_are_told() {
        for (path, format, told) in [
            ("share/holiday.JPG", "zip", Some("jpg")),
            ("share/holiday.jpg", "raw", None),
            ("a.zip!/report.pdf", "delimited", Some("pdf")),
            ("payroll.csv", "sqlite", Some("csv")),
            ("payroll.csv", "text", None),
            ("payroll.xls", "html", Some("xls")),
            ("payroll.xlsx", "compound", None),
            ("backup.dat", "zip", None),
            ("backup.zip", "volume", None),
            ("backup.zip", "", None),
            ("LICENSE", "text", None),
            ("a.pdf/readme", "text", None),
        ] {
            assert_eq!(misnamed(path, format), told, "{path}");
        }
    }

    #[test]
    fn promises_name_formats_there_are() {
        let named = PROMISES.iter().flat_map(|(_, formats)| *formats).chain(NO_TEXTS);
        for format in named {
            assert!(FORMATS.iter().any(|known| known.name() == *format) || *format == "raw", "{format}");
        }
    }
}
