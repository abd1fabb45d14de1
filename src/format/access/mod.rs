//! Access databases of 2000 and later (`.mdb` of Jet 4, `.accdb`): the rows of every table.
//!
//! Pages are met in the order of the file, and each page of rows says whose it is, so that no list of pages
//! need be sound. What is known of the format comes from those who worked it out (the documentation of
//! mdbtools, `HACKING`).

mod row;
#[cfg(test)]
mod tests;

use super::{
    Cell, Claim, Format, Head, Rows, Sink, TableId, TableSpec,
    binary::{u16_le, u32_le, utf_16},
    raw::Raw,
    tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use row::Pages;
use std::collections::{BTreeMap, HashMap, HashSet};

const PAGE: usize = 4096;
/// The page of the table of all tables.
const CATALOGUE: u32 = 2;
/// Columns of a table; Access allows 255.
const WIDEST: usize = 1024;
/// A batch of rows takes about so many bytes.
const BATCH: usize = 1 << 20;
/// Kinds of pages.
const ROWS: u8 = 1;
const TABLE: u8 = 2;

/// `.mdb`, `.accdb`.
pub struct Access;

impl Format for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let name = head.bytes.get(4..19).unwrap_or_default();
        // Version 0 is Access 97 and older, whose pages are laid out otherwise.
        let is_known = matches!(head.bytes.get(0x14), Some(1..=5));
        if is_known && (name == b"Standard Jet DB" || name == b"Standard ACE DB") { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let pages = Pages { bytes: &bytes };
        let names = table_names(&pages);
        let tables = tables(&pages, &names);
        if tables.is_empty() {
            // Pages that say nothing are encrypted, or lost.
            Raw.read(Input::Whole(&bytes), sink);
        } else {
            read_rows(&pages, &tables, sink);
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// A column, as its table describes it.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    kind: u8,
    /// Its bit among those that tell which are NULL.
    number: usize,
    is_fixed: bool,
    /// Where it is in the fixed part of a row, and how long.
    offset: usize,
    length: usize,
    /// Its place among the columns of no fixed length.
    place: usize,
    /// Digits behind the point, of decimal numbers.
    scale: usize,
}

/// A table.
#[derive(Clone, Debug)]
struct Table {
    name: String,
    columns: Vec<Column>,
}

/// The table that the page of this number describes.
fn table(pages: &Pages<'_>, number: u32) -> Option<Vec<Column>> {
    let mut bytes = pages.get(number)?.to_vec();
    if bytes.first() != Some(&TABLE) {
        return None;
    }
    // A long description goes on in other pages.
    let (mut next, mut seen) = (u32_le(&bytes, 4)?, HashSet::from([number]));
    while next != 0 && seen.insert(next) {
        let page = pages.get(next).filter(|page| page.first() == Some(&TABLE))?;
        next = u32_le(page, 4)?;
        bytes.extend_from_slice(page.get(8..)?);
    }
    let (count, indexes) = (usize::from(u16_le(&bytes, 45)?), u32_le(&bytes, 51)? as usize);
    if count == 0 || count > WIDEST || indexes > WIDEST {
        return None;
    }
    let start = 63 + 12 * indexes;
    let mut at = start + 25 * count;
    let mut columns = Vec::with_capacity(count);
    for place in 0..count {
        let column = bytes.get(start + 25 * place..)?.get(..25)?;
        let length = usize::from(u16_le(&bytes, at)?);
        let name = utf_16(bytes.get(at + 2..at + 2 + length)?);
        at += 2 + length;
        columns.push(Column {
            name,
            kind: column[0],
            number: usize::from(u16_le(column, 5)?),
            is_fixed: column[15] & 1 == 1,
            offset: usize::from(u16_le(column, 21)?),
            length: usize::from(u16_le(column, 23)?),
            place: usize::from(u16_le(column, 7)?),
            scale: usize::from(column[12]),
        });
    }
    columns.sort_by_key(|column| column.number);
    Some(columns)
}

/// The names of tables by the pages that describe them.
fn table_names(pages: &Pages<'_>) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    let Some(columns) = table(pages, CATALOGUE) else { return names };
    let find = |name: &str| columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    let (Some(id), Some(name), Some(kind)) = (find("Id"), find("Name"), find("Type")) else { return names };
    for page in pages.rows_of(CATALOGUE) {
        for row in pages.rows(page) {
            let text = |column: &Column| {
                let mut text = String::new();
                row.show(column, pages, &mut text).then_some(text)
            };
            // Kind 1 is a table; the number of others has no page.
            if let (Some(id), Some(name), Some("1")) = (text(id), text(name), text(kind).as_deref()) {
                names.extend(id.parse::<i64>().ok().map(|id| ((id & 0x00FF_FFFF) as u32, name)));
            }
        }
    }
    names
}

/// All tables by the pages that describe them; those of the program itself are left out.
fn tables(pages: &Pages<'_>, names: &HashMap<u32, String>) -> BTreeMap<u32, Table> {
    let mut found = BTreeMap::new();
    for number in 1..pages.count() {
        // Only the first page of a description is named; one of a table that was deleted is not.
        let is_first =
            names.contains_key(&number) || names.is_empty() && pages.get(number).is_some_and(|page| page.first() == Some(&TABLE));
        if let Some(columns) = is_first.then(|| table(pages, number)).flatten() {
            let name = names.get(&number).cloned().unwrap_or_else(|| format!("table {number}"));
            if !name.starts_with("MSys") {
                found.insert(number, Table { name, columns });
            }
        }
    }
    found
}

/// A table being handed on.
struct Open {
    id: TableId,
    cells: Vec<Cell>,
    text: String,
}

impl Open {
    fn flush(&mut self, width: usize, sink: &mut dyn Sink) {
        if !self.cells.is_empty() {
            sink.rows(&Rows { table: self.id, width, cells: &self.cells, bytes: &[], arena: self.text.as_bytes() });
        }
        self.cells.clear();
        self.text.clear();
    }
}

fn read_rows(pages: &Pages<'_>, tables: &BTreeMap<u32, Table>, sink: &mut dyn Sink) {
    let mut open: BTreeMap<u32, Open> = BTreeMap::new();
    for (number, table) in tables {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let id = sink.table(&TableSpec { name: Some(&table.name), columns: Some(&names), width: names.len(), ..TableSpec::default() });
        open.insert(*number, Open { id, cells: Vec::new(), text: String::new() });
    }
    let mut broken = 0_u64;
    for page in 1..pages.count() {
        let Some(owner) = pages.owner(page) else { continue };
        let (Some(table), Some(open)) = (tables.get(&owner), open.get_mut(&owner)) else { continue };
        for row in pages.rows(page) {
            let Some(row) = row.checked(&table.columns) else {
                broken += 1;
                continue;
            };
            for column in &table.columns {
                let start = open.text.len();
                let is_there = row.show(column, pages, &mut open.text);
                open.cells.push(if is_there { Cell::rewritten(start, open.text.len() - start) } else { Cell::NULL });
            }
            if open.text.len() >= BATCH {
                open.flush(table.columns.len(), sink);
            }
        }
    }
    for (number, open) in &mut open {
        open.flush(tables.get(number).map_or(0, |table| table.columns.len()), sink);
    }
    if broken > 0 {
        sink.problem(Problem::new(Category::Corrupt, format!("{broken} rows are shorter than their columns")));
    }
}
