//! Rows of an Access database, and the values in them.

use super::{CATALOGUE, Column, PAGE, ROWS};
use crate::{
    base::token::hex,
    format::{
        binary::{slice, u16_le, u32_le, u64_le, utf_16},
        blob::written,
    },
};
use encoding_rs::WINDOWS_1252;
use jiff::{ToSpan, civil::Date};
use std::fmt::Write;

/// The row is elsewhere: what stands here is its page and its number there.
const ELSEWHERE: u16 = 0x4000;
/// The row was deleted, or is one that another row leads to.
const HIDDEN: u16 = 0x8000;
/// Pieces of one long text.
const PIECES: usize = 1 << 16;
/// One long text.
const LONGEST: usize = 64 << 20;

/// The pages of a database.
pub(super) struct Pages<'b> {
    pub(super) bytes: &'b [u8],
}

impl<'b> Pages<'b> {
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.bytes.len() / PAGE).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, number: u32) -> Option<&'b [u8]> {
        self.bytes.get((number as usize).checked_mul(PAGE)?..)?.get(..PAGE)
    }

    /// The table whose rows are on a page.
    pub(super) fn owner(&self, number: u32) -> Option<u32> {
        let page = self.get(number).filter(|page| page[0] == ROWS)?;
        u32_le(page, 4)
    }

    /// The pages with rows of a table.
    pub(super) fn rows_of(&self, table: u32) -> impl Iterator<Item = u32> {
        (CATALOGUE + 1..self.count()).filter(move |page| self.owner(*page) == Some(table))
    }

    /// Where a row is on its page, and its flags.
    fn place(&self, page: u32, row: usize) -> Option<(&'b [u8], u16)> {
        let bytes = self.get(page)?;
        if row >= usize::from(u16_le(bytes, 12)?) {
            return None;
        }
        let told = u16_le(bytes, 14 + 2 * row)?;
        let end = match row.checked_sub(1) {
            Some(before) => usize::from(u16_le(bytes, 14 + 2 * before)? & 0x1FFF),
            None => PAGE,
        };
        Some((bytes.get(usize::from(told & 0x1FFF)..end)?, told & (ELSEWHERE | HIDDEN)))
    }

    /// The bytes that a pointer of row and page leads to.
    fn led_to(&self, pointer: u32) -> Option<&'b [u8]> {
        self.place(pointer >> 8, (pointer & 0xFF) as usize).map(|(bytes, _)| bytes)
    }

    /// The rows on a page.
    pub(super) fn rows(&self, page: u32) -> impl Iterator<Item = Row<'b>> {
        let count = self.get(page).and_then(|bytes| u16_le(bytes, 12)).unwrap_or(0);
        (0..usize::from(count)).filter_map(move |row| {
            let (bytes, flags) = self.place(page, row)?;
            let bytes = match flags {
                0 => bytes,
                ELSEWHERE => self.led_to(u32_le(bytes, 0)?)?,
                _ => return None,
            };
            Some(Row { bytes })
        })
    }

    /// A long text or object: in the row, in one piece elsewhere, or in many.
    fn long(&self, value: &[u8]) -> Option<Vec<u8>> {
        let told = u32_le(value, 0)?;
        let (length, pointer) = ((told & 0x3FFF_FFFF) as usize, u32_le(value, 4)?);
        match told >> 30 {
            2 => Some(slice(value, 12, length).to_vec()),
            1 => Some(slice(self.led_to(pointer)?, 0, length).to_vec()),
            0 => {
                let (mut all, mut next) = (Vec::new(), pointer);
                for _ in 0..PIECES {
                    let Some(piece) = Some(next).filter(|next| *next != 0).and_then(|next| self.led_to(next)) else { break };
                    next = u32_le(piece, 0)?;
                    all.extend_from_slice(slice(piece, 4, PAGE));
                    if all.len() >= length.min(LONGEST) {
                        break;
                    }
                }
                all.truncate(length);
                Some(all)
            }
            _ => None,
        }
    }
}

/// A row: how many columns it has, those of fixed length, the others, where they are, and which are NULL.
#[derive(Clone, Copy)]
pub(super) struct Row<'b> {
    bytes: &'b [u8],
}

impl<'b> Row<'b> {
    /// The row, if it is as long as what it says of itself.
    pub(super) fn checked(self, columns: &[Column]) -> Option<Row<'b>> {
        let count = usize::from(u16_le(self.bytes, 0)?);
        (count > 0 && count <= columns.len().max(255) && self.bytes.len() >= 2 + count.div_ceil(8)).then_some(self)
    }

    /// The value of a column; `None` for NULL. Of a flag the value is the bit itself.
    fn value(self, column: &Column) -> Option<&'b [u8]> {
        let count = usize::from(u16_le(self.bytes, 0)?);
        let mask = count.div_ceil(8);
        let is_there = column.number < count && {
            let bits = self.bytes.get(self.bytes.len().checked_sub(mask)? + column.number / 8)?;
            bits >> (column.number % 8) & 1 == 1
        };
        if column.kind == 1 {
            return Some(if is_there { b"1" } else { b"0" });
        }
        if !is_there {
            return None;
        }
        if column.is_fixed {
            return self.bytes.get(2 + column.offset..)?.get(..column.length);
        }
        let end = self.bytes.len().checked_sub(mask + 2)?;
        let places = usize::from(u16_le(self.bytes, end)?);
        let place = |at: usize| u16_le(self.bytes, end.checked_sub(2 * (at + 1))?).map(usize::from);
        (column.place < places).then(|| self.bytes.get(place(column.place)?..place(column.place + 1)?)).flatten()
    }

    /// Writes a column's value as text; `false` for NULL.
    pub(super) fn show(self, column: &Column, pages: &Pages<'_>, into: &mut String) -> bool {
        let Some(value) = self.value(column) else { return false };
        let start = into.len();
        let is_shown = shown(column, value, pages, into);
        if is_shown.is_none() {
            into.truncate(start);
        }
        is_shown.is_some()
    }
}

fn shown(column: &Column, value: &[u8], pages: &Pages<'_>, into: &mut String) -> Option<()> {
    match column.kind {
        1 => into.push_str(if value == b"1" { "true" } else { "false" }),
        2 => write!(into, "{}", value.first()?).ok()?,
        3 => write!(into, "{}", u16_le(value, 0)?.cast_signed()).ok()?,
        4 => write!(into, "{}", u32_le(value, 0)?.cast_signed()).ok()?,
        5 => {
            let units = u64_le(value, 0)?.cast_signed();
            let sign = if units < 0 { "-" } else { "" };
            write!(into, "{sign}{}.{:04}", units.unsigned_abs() / 10_000, units.unsigned_abs() % 10_000).ok()?;
        }
        6 => write!(into, "{}", f32::from_bits(u32_le(value, 0)?)).ok()?,
        7 => write!(into, "{}", f64::from_bits(u64_le(value, 0)?)).ok()?,
        8 => moment(f64::from_bits(u64_le(value, 0)?), into)?,
        10 => text(value, into),
        12 => text(&pages.long(value)?, into),
        15 => guid(value, into)?,
        16 => decimal(value, column.scale.min(28), into)?,
        // Objects: what can be read of them.
        9 | 11 => {
            let long = if column.kind == 11 { pages.long(value)? } else { value.to_vec() };
            into.push_str(&written(&long).filter(|text| !text.is_empty())?);
        }
        _ => return None,
    }
    Some(())
}

/// Two bytes a character, or one where the text says so; a zero changes between the two.
fn text(value: &[u8], into: &mut String) {
    let Some(mut rest) = value.strip_prefix(b"\xFF\xFE") else { return into.push_str(&utf_16(value)) };
    let mut is_narrow = true;
    while !rest.is_empty() {
        if is_narrow {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            into.push_str(&WINDOWS_1252.decode_without_bom_handling(&rest[..end]).0);
            rest = rest.get(end + 1..).unwrap_or_default();
        } else {
            let end = rest.chunks_exact(2).position(|unit| unit[0] == 0).map_or(rest.len(), |at| at * 2);
            into.push_str(&utf_16(&rest[..end]));
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        is_narrow = !is_narrow;
    }
}

/// Days since the end of 1899, and the part of a day.
fn moment(days: f64, into: &mut String) -> Option<()> {
    if !(-657_434.0..2_958_466.0).contains(&days) {
        return None;
    }
    // Before the first day the part of the day counts forward all the same.
    let seconds = (days.fract().abs() * 86_400.0).round() as i64;
    let date = Date::constant(1899, 12, 30).checked_add((days.trunc() as i64).days()).ok()?;
    write!(into, "{date}").ok()?;
    if seconds > 0 {
        write!(into, " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    }
    Some(())
}

fn guid(value: &[u8], into: &mut String) -> Option<()> {
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = value.first_chunk::<16>()?;
    let (first, rest) = rest.split_at(2);
    let first = [[*a3, *a2, *a1, *a0].as_slice(), &[*b1, *b0], &[*c1, *c0], first, rest].map(hex).join("-");
    into.push_str(&first);
    Some(())
}

/// A sign, then sixteen bytes as four numbers, the highest first.
fn decimal(value: &[u8], scale: usize, into: &mut String) -> Option<()> {
    let sign = if *value.first()? & 0x80 == 0 { "" } else { "-" };
    let words = value.get(1..17)?.as_chunks::<4>().0.iter();
    let number = words.fold(0_u128, |number, word| number << 32 | u128::from(u32::from_le_bytes(*word)));
    let digits = format!("{number:0width$}", width = scale + 1);
    let (before, behind) = digits.split_at(digits.len() - scale);
    write!(into, "{sign}{before}{}{behind}", if scale == 0 { "" } else { "." }).ok()
}
