//! Binary workbooks ([MS-XLSB], `.xlsb`): a package whose parts are records instead of XML.
//!
//! Sheets are read record by record; only the strings they share are held.

use super::{
    Reading,
    grid::{Grid, Origin, Row},
    number::{self, Epoch, Style},
    shown::{Code, Shown},
    workbook::{COLUMNS, Known, STYLES, Strings, page_line, unescape},
};
use crate::{
    base::{Category, Problem},
    format::binary::{u16_le, u32_le, u64_le, utf_16},
};
use std::io::{self, BufRead, Read};

/// No record a program writes is longer.
const LONGEST: u64 = 64 << 20;

/// The records of a part.
struct Records<R> {
    content: R,
    body: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    /// The next record's number; its body is in `body`. `None` at the end.
    fn next(&mut self) -> io::Result<Option<u32>> {
        let Some(kind) = self.varied(2)? else { return Ok(None) };
        let length = self.varied(4)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if u64::from(length) > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a record longer than any program writes"));
        }
        self.body.clear();
        let read = Read::take(&mut self.content, u64::from(length)).read_to_end(&mut self.body)?;
        if read < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(kind))
    }

    /// A number of seven bits a byte (2.1.4).
    fn varied(&mut self, most: u32) -> io::Result<Option<u32>> {
        let mut number = 0;
        for place in 0..most {
            let mut byte = [0];
            if self.content.read(&mut byte)? == 0 {
                return if place == 0 { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            number |= u32::from(byte[0] & 0x7F) << (7 * place);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(Some(number))
    }
}

/// A string with its length before it, and where it ends (2.5.168); a missing one is empty.
fn string(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let length = match u32_le(bytes, at)? {
        u32::MAX => 0,
        length => length as usize,
    };
    let end = at.checked_add(4)?.checked_add(length.checked_mul(2)?)?;
    Some((utf_16(bytes.get(at + 4..end)?), end))
}

/// Reads all records of a part.
fn each(part: &str, reading: &mut Reading<'_, '_>, mut take: impl FnMut(u32, &[u8], &mut Reading<'_, '_>)) {
    let Some(content) = reading.open(part) else { return };
    let mut records = Records { content, body: Vec::new() };
    let ended = loop {
        match records.next() {
            Ok(Some(kind)) => take(kind, &records.body, reading),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    reading.tell(part, ended);
}

/// Reads the sheets that the workbook lists, then those it does not, then comments and links.
pub(super) fn read(main: &str, reading: &mut Reading<'_, '_>) {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let targets = reading.relations(main);
    let part = |kind: &str, usual: &str| {
        let found = targets.iter().find(|target| target.kind == kind).map(|target| target.part.clone());
        found.unwrap_or_else(|| format!("{folder}/{usual}"))
    };
    let (strings, styles) = (part("sharedStrings", "sharedStrings.bin"), part("styles", "styles.bin"));
    let (styles, codes) = shown(&styles, reading);
    let mut known = Known { epoch: Epoch::Of1900, styles, codes, strings: shared(&strings, reading) };
    let mut sheets = Vec::new();
    each(main, reading, |kind, body, _| match kind {
        // BrtWbProp, BrtBundleSh.
        153 if body.first().is_some_and(|flags| flags & 1 == 1) => known.epoch = Epoch::Of1904,
        156 => {
            let relation = string(body, 8);
            let name = relation.as_ref().and_then(|(_, end)| string(body, *end));
            sheets.extend(relation.zip(name).map(|((relation, _), (name, _))| (name, relation)));
        }
        _ => {}
    });
    for (name, relation) in &sheets {
        if let Some(target) = targets.iter().find(|target| target.id == *relation && target.kind == "worksheet") {
            sheet(name, &target.part, &known, reading);
        }
    }
    for part in reading.unread_in(&format!("{folder}/worksheets/"), ".bin") {
        if !part.rsplit('/').next().is_some_and(|name| name.to_ascii_lowercase().starts_with("binaryindex")) {
            let name = part.rsplit('/').next().and_then(|name| name.strip_suffix(".bin")).unwrap_or(&part).to_owned();
            sheet(&name, &part, &known, reading);
        }
    }
    others(&folder, reading);
}

/// Parts beside the sheets: comments, and whatever else may hold strings.
fn others(folder: &str, reading: &mut Reading<'_, '_>) {
    const LOOKS: &[&str] = &["calcchain", "binaryindex", "printersettings", "sheetmetadata", "metadata", "theme"];
    for part in reading.unread_in(&format!("{folder}/"), ".bin") {
        let name = part.to_ascii_lowercase();
        let last = name.rsplit('/').next().unwrap_or_default();
        if name.contains("/embeddings/") || last == "vbaproject.bin" || last.starts_with("activex") || last.starts_with("oleobject") {
            continue;
        }
        if LOOKS.iter().any(|look| last.starts_with(look)) {
            reading.read.insert(name);
            continue;
        }
        each(&part, reading, |kind, body, reading| {
            let text = match kind {
                // BrtCommentAuthor; BrtCommentText, behind its flags.
                632 => string(body, 0),
                637 => string(body, 1),
                // Strings of pivot caches and of links to other books: BrtPCDIString, BrtExternCellString.
                24 | 580 => string(body, if kind == 24 { 0 } else { 4 }),
                _ => None,
            };
            if let Some((text, _)) = text.filter(|(text, _)| !text.trim().is_empty()) {
                reading.prose.line(&text, reading.sink);
            }
        });
    }
}

/// Number formats of the cells' styles.
fn shown(part: &str, reading: &mut Reading<'_, '_>) -> (Vec<Style>, Vec<Code>) {
    let mut custom: Vec<(u16, Style, Code)> = Vec::new();
    let (mut styles, mut codes, mut is_in_cells) = (Vec::new(), Vec::new(), false);
    each(part, reading, |kind, body, _| match kind {
        44 if custom.len() < STYLES => {
            custom.extend(u16_le(body, 0).zip(string(body, 2)).map(|(id, (code, _))| (id, Style::of(&code), Code::of(&code))));
        }
        617 => is_in_cells = true,
        618 => is_in_cells = false,
        47 if is_in_cells && styles.len() < STYLES => {
            let id = u16_le(body, 2).unwrap_or(0);
            let own = custom.iter().find(|(held, ..)| *held == id).map(|(_, style, code)| (style.clone(), code.clone()));
            let (style, code) = own.unwrap_or_else(|| (Style::built_in(id.into()), Code::built_in(id.into())));
            styles.push(style);
            codes.push(code);
        }
        _ => {}
    });
    (styles, codes)
}

/// The shared strings (BrtSSTItem); those that do not fit memory are handed on as lines.
fn shared(part: &str, reading: &mut Reading<'_, '_>) -> Strings {
    let limit = reading.sink.in_memory() / 2;
    let (mut strings, mut lost) = (Strings::default(), 0_u64);
    each(part, reading, |kind, body, reading| {
        if kind != 19 {
            return;
        }
        let text = string(body, 1).map(|(text, _)| unescape(&text)).unwrap_or_default();
        if !strings.push(&text, limit) {
            lost += 1;
            reading.prose.line(&text, reading.sink);
        }
    });
    if lost > 0 {
        reading.prose.flush(reading.sink);
        let detail = format!("{lost} shared strings more than fit memory, read as text instead of cells");
        reading.sink.problem(Problem::new(Category::Limit, detail));
    }
    strings
}

fn sheet(name: &str, part: &str, known: &Known, reading: &mut Reading<'_, '_>) {
    reading.tables += 1;
    let mut cells = Cells { known, row: Row::default(), shown: String::new(), aside: Shown::default(), missing: 0, cut: 0 };
    let mut grid = Grid::new(name, Origin::Sheet);
    each(part, reading, |kind, body, reading| match kind {
        0 => {
            grid.row(&cells.row, &mut reading.prose, reading.sink);
            cells.row.clear();
        }
        2..=11 | 62 => cells.put(kind, body),
        // BrtHLink: place, relation, where in it, tip, what is shown.
        494 => {
            let relation = string(body, 16);
            let within = relation.and_then(|(_, end)| string(body, end));
            let tip = within.and_then(|(_, end)| string(body, end));
            if let Some((tip, _)) = tip.filter(|(tip, _)| !tip.is_empty()) {
                reading.prose.line(&tip, reading.sink);
            }
        }
        // BrtBeginHeaderFooter: six strings behind the flags.
        479 => {
            let mut at = 2;
            while let Some((text, end)) = string(body, at) {
                page_line(&text).iter().for_each(|text| reading.prose.line(text, reading.sink));
                at = end;
            }
        }
        _ => {}
    });
    grid.row(&cells.row, &mut reading.prose, reading.sink);
    grid.finish(&mut reading.prose, reading.sink);
    cells.aside.finish(&mut reading.prose, reading.sink);
    reading.lost_cells(part, cells.cut, cells.missing);
}

/// The cells of a row.
struct Cells<'k> {
    known: &'k Known,
    row: Row,
    shown: String,
    aside: Shown,
    missing: u64,
    cut: u64,
}

impl Cells<'_> {
    /// Takes a cell: its column, its style, then its value by kind (2.4.314 and following).
    fn put(&mut self, kind: u32, body: &[u8]) {
        let (Some(column), Some(style)) = (u32_le(body, 0), u32_le(body, 4)) else { return };
        let (column, style) = (column as usize, (style & 0x00FF_FFFF) as usize);
        if column >= COLUMNS {
            return;
        }
        let known = self.known;
        self.shown.clear();
        let value = match kind {
            2 => u32_le(body, 8).map(number::packed),
            5 | 9 => u64_le(body, 8).map(f64::from_bits),
            _ => None,
        };
        match kind {
            4 | 10 => self.shown.push_str(if body.get(8) == Some(&0) { "FALSE" } else { "TRUE" }),
            6 | 8 => self.shown.extend(string(body, 8).map(|(text, _)| unescape(&text))),
            62 => self.shown.extend(string(body, 9).map(|(text, _)| unescape(&text))),
            7 => match u32_le(body, 8).and_then(|number| known.strings.get(number as usize)) {
                Some(text) => self.shown.push_str(text),
                None => self.missing += 1,
            },
            _ => {
                if let Some(value) = value.filter(|value| value.is_finite()) {
                    let code = known.codes.get(style);
                    let style = known.styles.get(style).unwrap_or(&Style::General);
                    number::show(&value.to_string(), style, known.epoch, &mut self.shown);
                    self.aside.put(value, code, known.epoch, &self.shown);
                }
            }
        }
        self.cut += u64::from(!self.row.push(column, &self.shown));
    }
}

#[cfg(test)]
mod tests {
    use crate::format::{hostile::survives, office::Xlsx, testing::read};
    use std::io::Write;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
        bytes.push(body.len() as u8);
        bytes.extend(body);
        bytes
    }

    fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [(units.len() as u32 / 2).to_le_bytes().to_vec(), units].concat()
    }

    fn cell(kind: u16, column: u32, style: u32, value: &[u8]) -> Vec<u8> {
        record(kind, &[&column.to_le_bytes(), &style.to_le_bytes(), value].concat())
    }

    fn book() -> Vec<u8> {
        let row = |number: u32| record(0, &[&number.to_le_bytes()[..], &[0; 13]].concat());
        let item = |text: &str| record(19, &[vec![0], wide(text)].concat());
        let sheet = [
            row(0),
            cell(7, 0, 0, &[0, 0, 0, 0]),
            cell(7, 1, 0, &[1, 0, 0, 0]),
            row(1),
            cell(6, 0, 0, &wide("Ann")),
            cell(5, 1, 1, &45292_f64.to_le_bytes()),
            row(2),
            cell(8, 0, 0, &wide("Bob")),
            cell(2, 1, 1, &((45293_u32 << 2) | 2).to_le_bytes()),
        ];
        let parts: [(&str, Vec<u8>); 7] = [
            ("[Content_Types].xml", b"<Types/>".to_vec()),
            (
                "_rels/.rels",
                b"<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" Target=\"xl/workbook.bin\"/></Relationships>".to_vec(),
            ),
            (
                "xl/_rels/workbook.bin.rels",
                b"<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.bin\"/></Relationships>".to_vec(),
            ),
            ("xl/workbook.bin", record(156, &[vec![0; 8], wide("r1"), wide("Staff")].concat())),
            ("xl/sharedStrings.bin", [item("name"), item("born")].concat()),
            ("xl/styles.bin", [record(617, &[2, 0, 0, 0]), record(47, &[0; 4]), record(47, &[0, 0, 14, 0]), record(618, &[])].concat()),
            ("xl/worksheets/sheet1.bin", sheet.concat()),
        ];
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, body) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
                .expect("memory");
            zip.write_all(&body).expect("memory");
        }
        zip.finish().expect("memory").into_inner()
    }

    #[test]
    fn cells_of_every_kind_are_read() {
        let book = book();
        let found = read(&Xlsx, &book);
        assert_eq!(found.problems, []);
        assert_eq!(found.table("Staff").header(), "name|born");
        assert_eq!(found.table("Staff").lines(), ["Ann|2024-01-01", "Bob|2024-01-02"]);
        survives(&Xlsx, &book);
    }
}
