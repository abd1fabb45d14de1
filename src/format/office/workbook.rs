//! Workbooks (ECMA-376 part 1, chapter 18): every sheet a table, hidden ones too. Sheets are
//! read row by row; only the strings they share are held.

use super::{
    Reading,
    grid::{Grid, Origin, Row},
    markup::{Event, Markup, Tag},
    number::{self, Epoch, Style},
    shown::{Code, Shown},
};
use crate::base::{Category, Problem};
use std::io::{self, BufRead};

/// Columns a sheet can have.
pub(super) const COLUMNS: usize = 16_384;
/// More styles than any program writes.
pub(super) const STYLES: usize = 1 << 16;

/// Reads the sheets that the workbook lists, then those it does not.
pub(super) fn read(main: &str, reading: &mut Reading<'_, '_>) {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets = reading.relations(main);
    let part = |kind: &str, usual: &str| {
        let found = targets.iter().find(|target| target.kind == kind).map(|target| target.part.clone());
        found.unwrap_or_else(|| format!("{folder}/{usual}"))
    };
    let (strings_part, styles_part) = (part("sharedStrings", "sharedStrings.xml"), part("styles", "styles.xml"));
    let book = reading.part(main, Book::default(), book_event);
    let Styles { shown: styles, codes, .. } = reading.part(&styles_part, Styles::default(), styles_event);
    let strings = shared_strings(&strings_part, reading);
    let known = Known { epoch: book.epoch, styles, codes, strings };
    for (name, relation) in &book.sheets {
        let Some(target) = targets.iter().find(|target| target.id == *relation) else { continue };
        if target.kind == "worksheet" {
            sheet(name, &target.part, &known, reading);
        }
    }
    for part in reading.unread_in(&format!("{folder}/worksheets/"), ".xml") {
        let name = part.rsplit('/').next().and_then(|name| name.strip_suffix(".xml")).unwrap_or(&part).to_owned();
        sheet(&name, &part, &known, reading);
    }
}

/// What a workbook says of itself.
#[derive(Default)]
struct Book {
    epoch: Epoch,
    /// Names and relations of the sheets.
    sheets: Vec<(String, String)>,
}

fn book_event(book: &mut Book, event: Event<'_>) {
    let Event::Open(tag) = event else { return };
    match tag.name() {
        "workbookPr" if tag.attribute("date1904").is_some_and(|value| matches!(&*value, "1" | "true")) => book.epoch = Epoch::Of1904,
        "sheet" => {
            let name = tag.attribute("name").unwrap_or_default().into_owned();
            book.sheets.push((name, tag.attribute("id").unwrap_or_default().into_owned()));
        }
        _ => {}
    }
}

/// Number formats of the cells' styles.
#[derive(Default)]
struct Styles {
    custom: Vec<(u32, Style, Code)>,
    is_in_cells: bool,
    shown: Vec<Style>,
    codes: Vec<Code>,
}

fn styles_event(styles: &mut Styles, event: Event<'_>) {
    let number = |tag: &Tag<'_>| tag.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
    match event {
        Event::Open(tag) => match tag.name() {
            "numFmt" if styles.custom.len() < STYLES => {
                let code = tag.attribute("formatCode").unwrap_or_default();
                styles.custom.push((number(&tag), Style::of(&code), Code::of(&code)));
            }
            "cellXfs" => styles.is_in_cells = true,
            "xf" if styles.is_in_cells && styles.shown.len() < STYLES => {
                let id = number(&tag);
                let custom = styles.custom.iter().find(|custom| custom.0 == id).map(|(_, style, code)| (style.clone(), code.clone()));
                let (style, code) = custom.unwrap_or_else(|| (Style::built_in(id), Code::built_in(id)));
                styles.shown.push(style);
                styles.codes.push(code);
            }
            _ => {}
        },
        Event::Close(name) if name.as_str() == "cellXfs" => styles.is_in_cells = false,
        _ => {}
    }
}

/// The strings that sheets share.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// Adds one, unless all together would take more than `limit` bytes.
    pub(super) fn push(&mut self, text: &str, limit: usize) -> bool {
        let is_held = self.text.len() + text.len() + self.ends.len() * 8 <= limit;
        if is_held {
            self.text.push_str(text);
            self.ends.push(self.text.len());
        }
        is_held
    }

    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(number)?)
    }
}

/// Reads the shared strings; those that do not fit memory are handed on as lines.
fn shared_strings(part: &str, reading: &mut Reading<'_, '_>) -> Strings {
    let limit = reading.sink.in_memory() / 2;
    let Some(content) = reading.open(part) else { return Strings::default() };
    let mut markup = Markup::new(content);
    let (mut strings, mut value) = (Strings::default(), Value::default());
    let mut lost = 0_u64;
    let ended = loop {
        let event = match markup.next() {
            Ok(Event::End) => break Ok(()),
            Ok(event) => event,
            Err(error) => break Err(error),
        };
        let is_whole = matches!(&event, Event::Close(name) if name.as_str() == "si");
        value.take(&event);
        if !is_whole {
            continue;
        }
        if !value.spoken.is_empty() {
            let line = format!("{} {}", value.text, value.spoken);
            reading.prose.line(&line, reading.sink);
        }
        let text = value.text();
        if !strings.push(text, limit) {
            lost += 1;
            reading.prose.line(text, reading.sink);
        }
        value.clear();
    };
    if lost > 0 {
        reading.prose.flush(reading.sink);
        let detail = format!("{lost} shared strings more than fit memory, read as text instead of cells");
        reading.sink.problem(Problem::new(Category::Limit, detail));
    }
    reading.tell(part, ended);
    strings
}

/// The text of a string item: plain, or in runs; how it is spoken (names in Japanese) stands aside.
#[derive(Default)]
struct Value {
    text: String,
    spoken: String,
    is_open: bool,
    phonetic: u32,
}

impl Value {
    fn clear(&mut self) {
        self.text.clear();
        self.spoken.clear();
        (self.is_open, self.phonetic) = (false, 0);
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Open(tag) => match tag.name() {
                "t" | "v" => self.is_open = true,
                "rPh" => self.phonetic += 1,
                _ => {}
            },
            Event::Close(name) => match name.as_str() {
                "t" | "v" => self.is_open = false,
                "rPh" => self.phonetic = self.phonetic.saturating_sub(1),
                _ => {}
            },
            Event::Text(text) if self.is_open && self.phonetic == 0 => self.text.push_str(text),
            Event::Text(text) if self.is_open => self.spoken.push_str(text),
            _ => {}
        }
    }

    /// With the control characters that XML cannot hold, `_x000D_` (22.4.2.4).
    fn text(&mut self) -> &str {
        if self.text.contains("_x") {
            self.text = unescape(&self.text);
        }
        &self.text
    }
}

/// Undoes `_xHHHH_`.
pub(super) fn unescape(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, here) = rest.split_at(at);
        all.push_str(before);
        let code = here.get(2..6).filter(|_| here.as_bytes().get(6) == Some(&b'_')).and_then(|code| u32::from_str_radix(code, 16).ok());
        let length = match code.and_then(char::from_u32) {
            Some(c) => {
                all.push(c);
                7
            }
            None => {
                all.push_str("_x");
                2
            }
        };
        rest = here.get(length..).unwrap_or_default();
    }
    all.push_str(rest);
    all
}

/// What cells refer to.
pub(super) struct Known {
    pub(super) epoch: Epoch,
    pub(super) styles: Vec<Style>,
    pub(super) codes: Vec<Code>,
    pub(super) strings: Strings,
}

fn sheet(name: &str, part: &str, known: &Known, reading: &mut Reading<'_, '_>) {
    let Some(content) = reading.open(part) else { return };
    reading.tables += 1;
    let mut cells = Cells {
        known,
        row: Row::default(),
        column: 0,
        cell: None,
        value: Value::default(),
        shown: String::new(),
        aside: Shown::default(),
        cut: 0,
        missing: 0,
    };
    let mut grid = Grid::new(name, Origin::Sheet);
    let ended = cells.read(content, &mut grid, reading);
    grid.finish(&mut reading.prose, reading.sink);
    cells.aside.finish(&mut reading.prose, reading.sink);
    reading.lost_cells(part, cells.cut, cells.missing);
    reading.tell(part, ended);
}

/// A sheet being read.
struct Cells<'k> {
    known: &'k Known,
    row: Row,
    /// The column after the last cell's.
    column: usize,
    cell: Option<CellHead>,
    value: Value,
    shown: String,
    aside: Shown,
    cut: u64,
    missing: u64,
}

/// What a cell says before its value.
struct CellHead {
    column: usize,
    kind: Kind,
    style: usize,
}

/// How a cell's value is to be taken (18.18.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Flag,
    Error,
}

impl Cells<'_> {
    fn read(&mut self, content: impl BufRead, grid: &mut Grid, reading: &mut Reading<'_, '_>) -> io::Result<()> {
        let mut markup = Markup::new(content);
        let mut note: Option<String> = None;
        loop {
            let event = markup.next()?;
            if self.cell.is_some() {
                self.value.take(&event);
            }
            match event {
                Event::Open(tag) => match tag.name() {
                    "c" => self.begin(&tag),
                    "row" => (self.column, self.cell) = (0, None),
                    name if name.ends_with("Header") || name.ends_with("Footer") => note = Some(String::new()),
                    _ => {}
                },
                Event::Close(name) => match name.as_str() {
                    "c" => self.end(),
                    "row" => {
                        grid.row(&self.row, &mut reading.prose, reading.sink);
                        self.row.clear();
                    }
                    _ => {
                        if let Some(text) = note.take() {
                            page_line(&text).iter().for_each(|text| reading.prose.line(text, reading.sink));
                        }
                    }
                },
                Event::Text(text) => note.iter_mut().for_each(|note| note.push_str(&text)),
                Event::End => break,
            }
        }
        grid.row(&self.row, &mut reading.prose, reading.sink);
        Ok(())
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        let mut head = CellHead { column: self.column, kind: Kind::Number, style: 0 };
        for (key, value) in tag.attributes() {
            match key {
                "r" => head.column = column_of(&value).unwrap_or(head.column),
                "s" => head.style = value.parse().unwrap_or(0),
                "t" => {
                    head.kind = match &*value {
                        "s" => Kind::Shared,
                        "str" | "inlineStr" | "d" => Kind::Text,
                        "b" => Kind::Flag,
                        "e" => Kind::Error,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
        self.column = head.column + 1;
        self.value.clear();
        self.cell = (head.column < COLUMNS).then_some(head);
    }

    fn end(&mut self) {
        let Some(head) = self.cell.take() else { return };
        let known = self.known;
        let written = self.value.text();
        let shown = match head.kind {
            _ if written.is_empty() => return,
            Kind::Text => written,
            Kind::Shared => match written.trim().parse().ok().and_then(|number| known.strings.get(number)) {
                Some(text) => text,
                None => {
                    self.missing += 1;
                    return;
                }
            },
            Kind::Flag => {
                if written.trim() == "0" {
                    "FALSE"
                } else {
                    "TRUE"
                }
            }
            // `#N/A` and its like are no values.
            Kind::Error => return,
            Kind::Number => {
                self.shown.clear();
                let style = known.styles.get(head.style).unwrap_or(&Style::General);
                number::show(written.trim(), style, known.epoch, &mut self.shown);
                if let Ok(number) = written.trim().parse() {
                    self.aside.put(number, known.codes.get(head.style), known.epoch, &self.shown);
                }
                &self.shown
            }
        };
        self.cut += u64::from(!self.row.push(head.column, shown));
    }
}

/// The column of a reference like `AB12`, from 0.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let column = letters.fold(0_usize, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    column.checked_sub(1)
}

/// The lines of a header or footer: `&L`, `&C` and `&R` begin its parts, other codes are formats (18.3.1.46).
pub(super) fn page_line(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('&', Some(part)) => match chars.next() {
                Some('L' | 'C' | 'R') => parts.push(String::new()),
                Some('&') => part.push('&'),
                Some('"') => drop(chars.by_ref().find(|c| *c == '"')),
                _ => {}
            },
            (c, Some(part)) => part.push(c),
            _ => {}
        }
    }
    parts.retain(|part| part.chars().any(char::is_alphabetic));
    parts
}
