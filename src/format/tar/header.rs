//! What the header blocks of a tar archive say.

use super::{BLOCK, Source, sparse};
use crate::base::{Category, Problem};
use std::io;
use tar::{EntryType, Header};

/// Whether a block is a header: its checksum holds, over bytes taken unsigned or, as some
/// old programs did, signed.
pub(super) fn is_valid(block: &[u8; BLOCK]) -> bool {
    // To say why a number is none takes longer than all the rest, and hardly any file is an archive.
    if !block[148..156].iter().take_while(|byte| **byte != 0).all(|byte| matches!(byte, b'0'..=b'7' | b' ')) {
        return false;
    }
    let header = Header::from_byte_slice(block);
    let Ok(told) = header.cksum() else { return false };
    let summed = block[..148].iter().chain(&block[156..]);
    let unsigned: u32 = 8 * 32 + summed.clone().map(|byte| u32::from(*byte)).sum::<u32>();
    let signed: i32 = 8 * 32 + summed.map(|byte| i32::from(byte.cast_signed())).sum::<i32>();
    told == unsigned || i32::try_from(told) == Ok(signed)
}

/// Headers that only speak of the next member.
pub(super) fn is_extension(kind: EntryType) -> bool {
    // `X` is Solaris's word for `x`.
    matches!(kind.as_byte(), b'L' | b'K' | b'x' | b'X' | b'g')
}

/// Why a member of this kind has no content to read.
pub(super) fn special(kind: EntryType) -> Option<Problem> {
    let (category, detail) = match kind.as_byte() {
        b'3' | b'4' => (Category::SpecialFile, "a device"),
        b'6' => (Category::SpecialFile, "a named pipe"),
        _ => return None,
    };
    Some(Problem::new(category, detail))
}

/// What extension headers say of the next member.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    long_name: Option<Vec<u8>>,
    long_target: Option<Vec<u8>>,
    /// Keys and values of a pax header, in order.
    records: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Extensions {
    /// Takes in the body of one extension header.
    pub(super) fn add(&mut self, kind: EntryType, bytes: Vec<u8>) {
        match kind.as_byte() {
            b'L' | b'K' => {
                let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                let long = if kind.as_byte() == b'L' { &mut self.long_name } else { &mut self.long_target };
                *long = Some(bytes[..end].to_vec());
            }
            b'x' | b'X' => self.records = pax_records(&bytes),
            _ => {}
        }
    }

    fn value(&self, key: &str) -> Option<&[u8]> {
        self.records.iter().rev().find(|record| record.0 == key.as_bytes()).map(|record| record.1.as_slice())
    }

    fn number(&self, key: &str) -> Option<u64> {
        decimal(self.value(key)?)
    }

    /// The member's name, if a header too long for the name field gave it.
    pub(super) fn name(&self) -> Option<Vec<u8>> {
        let pax = self.value("GNU.sparse.name").or_else(|| self.value("path"));
        pax.map(<[u8]>::to_vec).or_else(|| self.long_name.clone())
    }

    /// Where a link leads, if the field for it was too short.
    pub(super) fn target(&self) -> Option<Vec<u8>> {
        self.value("linkpath").map(<[u8]>::to_vec).or_else(|| self.long_target.clone())
    }

    /// The size of the member's body in the archive.
    pub(super) fn size(&self) -> Option<u64> {
        self.number("size")
    }

    /// Where the pieces of a sparse file go, in any of GNU tar's three pax ways of saying so
    /// (GNU tar manual, "Storing Sparse Files"). `body` is the size of the member's body, which
    /// for format 1.0 begins with the map.
    pub(super) fn sparse(&self, body: u64, source: &mut Source<'_>) -> io::Result<Option<sparse::Map>> {
        let real = self.number("GNU.sparse.realsize").or_else(|| self.number("GNU.sparse.size"));
        if self.number("GNU.sparse.major") == Some(1) {
            return sparse::from_body(source, body, real.unwrap_or(0)).map(Some);
        }
        let Some(real) = real else { return Ok(None) };
        let numbers: Vec<u64> = match self.value("GNU.sparse.map") {
            Some(map) => map.split(|byte| *byte == b',').filter_map(decimal).collect(),
            None => {
                let of_pieces = self.records.iter().filter(|record| record.0 == b"GNU.sparse.offset" || record.0 == b"GNU.sparse.numbytes");
                of_pieces.filter_map(|record| decimal(&record.1)).collect()
            }
        };
        Ok(Some(sparse::Map::new(real, &numbers, 0)))
    }
}

/// A number in decimal digits.
pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// The records of a pax header: `length key=value\n`, where the length counts all of it. What
/// does not hold to that ends the list.
fn pax_records(mut bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    while let Some(space) = bytes.iter().position(|byte| *byte == b' ') {
        let length = decimal(&bytes[..space]).and_then(|length| usize::try_from(length).ok());
        let Some(record) = length.and_then(|length| bytes.get(space + 1..length)) else { break };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let Some(equals) = record.iter().position(|byte| *byte == b'=') else { break };
        records.push((record[..equals].to_vec(), record[equals + 1..].to_vec()));
        bytes = bytes.get(length.unwrap_or(usize::MAX)..).unwrap_or_default();
    }
    records
}
