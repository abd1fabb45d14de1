//! A small database made here: the table of tables, one table of the user's, a long text on a page of its own.

use super::*;
use crate::format::{
    hostile::survives,
    pick,
    testing::{read, read_stream},
};

/// A column to be made: name, kind, length if fixed.
type Make = (&'static str, u8, Option<usize>);

fn description(columns: &[Make]) -> Vec<u8> {
    let mut page = vec![0; 63];
    (page[0], page[1]) = (TABLE, 1);
    page[45..47].copy_from_slice(&(columns.len() as u16).to_le_bytes());
    let (mut offset, mut place) = (0, 0_u16);
    for (number, (_, kind, length)) in columns.iter().enumerate() {
        let mut column = vec![0; 25];
        column[0] = *kind;
        column[5..7].copy_from_slice(&(number as u16).to_le_bytes());
        match length {
            Some(length) => {
                column[12] = 2;
                column[15] = 1;
                column[21..23].copy_from_slice(&(offset as u16).to_le_bytes());
                column[23..25].copy_from_slice(&(*length as u16).to_le_bytes());
                offset += length;
            }
            None => {
                column[7..9].copy_from_slice(&place.to_le_bytes());
                place += 1;
            }
        }
        page.extend(column);
    }
    for (name, ..) in columns {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        page.extend((name.len() as u16).to_le_bytes());
        page.extend(name);
    }
    page.resize(PAGE, 0);
    page
}

/// A row of these values; `None` is NULL. Flags are fixed columns of no bytes.
fn row(columns: &[Make], values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut bytes = (columns.len() as u16).to_le_bytes().to_vec();
    let mut mask = vec![0_u8; columns.len().div_ceil(8)];
    for (number, ((_, kind, length), value)) in columns.iter().zip(values).enumerate() {
        let is_set = if *kind == 1 { *value == Some(b"1") } else { value.is_some() };
        mask[number / 8] |= u8::from(is_set) << (number % 8);
        if let Some(length) = length {
            let mut value = if *kind == 1 { Vec::new() } else { value.unwrap_or_default().to_vec() };
            value.resize(*length, 0);
            bytes.extend(value);
        }
    }
    let mut places = vec![bytes.len() as u16];
    for ((_, _, length), value) in columns.iter().zip(values) {
        if length.is_none() {
            bytes.extend_from_slice(value.unwrap_or_default());
            places.push(bytes.len() as u16);
        }
    }
    places.iter().rev().for_each(|place| bytes.extend(place.to_le_bytes()));
    bytes.extend((places.len() as u16 - 1).to_le_bytes());
    bytes.extend(mask);
    bytes
}

/// A page of rows of a table, each with flags.
fn rows(owner: u32, rows: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    (page[0], page[1]) = (ROWS, 1);
    page[4..8].copy_from_slice(&owner.to_le_bytes());
    page[12..14].copy_from_slice(&(rows.len() as u16).to_le_bytes());
    let mut end = PAGE;
    for (at, (flags, row)) in rows.iter().enumerate() {
        let start = end - row.len();
        page[start..end].copy_from_slice(row);
        page[14 + 2 * at..16 + 2 * at].copy_from_slice(&(start as u16 | flags).to_le_bytes());
        end = start;
    }
    page
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn database() -> Vec<u8> {
    let catalogue: [Make; 3] = [("Id", 4, Some(4)), ("Name", 10, None), ("Type", 3, Some(2))];
    let people: [Make; 7] = [
        ("Name", 10, None),
        ("Born", 8, Some(8)),
        ("Pay", 5, Some(8)),
        ("Ok", 1, Some(0)),
        ("Note", 12, None),
        ("N", 16, Some(17)),
        ("Id", 4, Some(4)),
    ];
    let mut header = b"\0\x01\0\0Standard Jet DB\0\x01".to_vec();
    header.resize(PAGE, 0);
    let listed =
        |id: u32, name: &str, kind: u16| (0, row(&catalogue, &[Some(&id.to_le_bytes()), Some(&wide(name)), Some(&kind.to_le_bytes())]));
    let born = 45_292.5_f64.to_le_bytes();
    let number = [&[0x80][..], &[0; 12], &12_345_u32.to_le_bytes()].concat();
    let inline = [&(0x8000_0000_u32 | 10).to_le_bytes()[..], &[0; 8], &wide("short")].concat();
    let pieces = [&20_u32.to_le_bytes()[..], &(6_u32 << 8).to_le_bytes(), &[0; 4]].concat();
    let ann = row(
        &people,
        &[
            Some(b"\xFF\xFEAnn\0\x41\x01\0x"),
            Some(&born),
            Some(&(-15_000_i64).to_le_bytes()),
            Some(b"1"),
            Some(&inline),
            Some(&number),
            Some(&1_u32.to_le_bytes()),
        ],
    );
    let bob = row(&people, &[Some(&wide("Bob")), None, None, Some(b"0"), Some(&pieces), None, Some(&2_u32.to_le_bytes())]);
    let away = (6_u32 << 8 | 2).to_le_bytes().to_vec();
    let cy = row(&people, &[Some(&wide("Cy")), None, None, Some(b"0"), None, None, Some(&3_u32.to_le_bytes())]);
    let first = [(6_u32 << 8 | 1).to_le_bytes().to_vec(), wide("long ")].concat();
    let second = [0_u32.to_le_bytes().to_vec(), wide("texts")].concat();
    [
        header,
        vec![0; PAGE],
        description(&catalogue),
        rows(2, &[listed(4, "People", 1), listed(2, "MSysObjects", 1), listed(0x0F00_0000, "Tables", 3)]),
        description(&people),
        rows(4, &[(0, ann), (0, bob), (0x4000, away), (0x8000, cy.clone())]),
        rows(u32::MAX, &[(0, first), (0, second), (0x8000, cy)]),
    ]
    .concat()
}

#[test]
fn rows_of_every_table_are_read_with_what_is_elsewhere() {
    let bytes = database();
    assert_eq!(pick(&Head { bytes: &bytes, name: "x", whole: true }).map(Format::name), Some("access"));
    let found = read(&Access, &bytes);
    assert_eq!(found.problems, []);
    assert_eq!(found.tables.len(), 1);
    assert_eq!(found.table("People").header(), "Name|Born|Pay|Ok|Note|N|Id");
    assert_eq!(
        found.table("People").lines(),
        ["Ann\u{141}x|2024-01-01 12:00:00|-1.5000|true|short|-123.45|1", "Bob|~|~|false|long texts|~|2", "Cy|~|~|false|~|~|3"]
    );
    assert_eq!(read_stream(&Access, &bytes).tables, found.tables);
}

#[test]
fn damage_is_survived() {
    survives(&Access, &database());
    assert!(!read(&Access, &database()[..PAGE]).problems.is_empty());
}
