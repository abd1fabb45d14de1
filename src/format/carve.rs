//! Archives and documents inside bytes of unknown make: a disk image, a memory dump, an installer of no known
//! kind. Only what tells where it ends, or can be given to the end, is taken; each is opened where it lies.

use super::binary::{slice, u16_le, u32_le, u64_le};
use aho_corasick::{AhoCorasick, MatchKind};
use std::{io::Read, ops::Range, sync::LazyLock};

/// More than so many are not taken from one item.
const MOST: usize = 10_000;
/// Where a packed stream ends is not sought behind more than so many bytes of what it unpacks to.
const MOST_UNPACKED: usize = 1 << 30;

const ZIP: &[u8] = b"PK\x03\x04";
const SIGNATURES: [&[u8]; 9] = [
    ZIP,
    b"7z\xBC\xAF\x27\x1C",
    b"Rar!\x1A\x07\x01\0",
    b"Rar!\x1A\x07\0",
    b"%PDF-1.",
    b"SQLite format 3\0",
    b"!BDN",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"\x1F\x8B\x08",
];

static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(SIGNATURES).ok());

/// Where such things are, in order; none begins where the bytes do, since they are known to be none themselves.
pub(super) fn find(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let Some(search) = SEARCH.as_ref() else { return found };
    for hit in search.find_iter(bytes) {
        let start = hit.start();
        let is_free = start > 0 && found.last().is_none_or(|last| last.end <= start) && found.len() < MOST;
        let rest = bytes.get(start..).unwrap_or_default();
        if let Some(length) = Some(rest).filter(|_| is_free).and_then(|rest| length(hit.pattern().as_usize(), rest)) {
            found.push(start..start + length.min(rest.len()));
        }
    }
    found
}

/// How long what begins here is; `None` when it is nothing of the kind.
fn length(signature: usize, rest: &[u8]) -> Option<usize> {
    let whole = |length: u64| usize::try_from(length).ok().filter(|length| (1..=rest.len()).contains(length));
    match signature {
        0 => zip(rest),
        1 => whole(32 + u64_le(rest, 12)?.checked_add(u64_le(rest, 20)?)?),
        // Its own end mark is in it.
        2 | 3 => Some(rest.len()),
        4 => {
            let next = memchr::memmem::find(&rest[1..], SIGNATURES[4]).map_or(rest.len(), |at| at + 1);
            memchr::memmem::rfind(&rest[..next], b"%%EOF").map(|at| at + 5)
        }
        5 => {
            let size = u64::from(u16::from_be_bytes(*rest.get(16..)?.first_chunk()?));
            let pages = u64::from(u32::from_be_bytes(*rest.get(28..)?.first_chunk()?));
            whole(if size == 1 { 1 << 16 } else { size } * pages)
        }
        6 => whole(if u16_le(rest, 10)? <= 15 { u32_le(rest, 168)?.into() } else { u64_le(rest, 184)? }),
        8 => gzip(rest),
        _ => {
            let shift = u16_le(rest, 30).filter(|shift| matches!(shift, 9 | 12))?;
            let sectors = u64::from(u32_le(rest, 44)?) << (shift - 2);
            Some(usize::try_from((sectors + 1) << shift).map_or(rest.len(), |length| length.min(rest.len())))
        }
    }
}

/// A member to where unpacking it ends (RFC 1952); its header has too little in it to be believed alone.
fn gzip(rest: &[u8]) -> Option<usize> {
    let ([.., flags, _, _, _, _, strength, system], _) = rest.split_first_chunk::<10>()?;
    if flags & 0xe0 != 0 || !matches!(strength, 0 | 2 | 4) || !matches!(system, 0..=13 | 255) {
        return None;
    }
    let mut reader = flate2::bufread::GzDecoder::new(rest);
    let mut unpacked = 0;
    let mut buffer = [0; 16 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) if unpacked < MOST_UNPACKED => unpacked += read,
            Ok(_) => return Some(rest.len()),
            // What was cut off or is damaged further on.
            Err(_) if unpacked > 0 => break,
            Err(_) => return None,
        }
    }
    Some(rest.len() - reader.into_inner().len())
}

/// From the first member's header to behind the list of members.
fn zip(rest: &[u8]) -> Option<usize> {
    let (needs, method, name) = (u16_le(rest, 4)?, u16_le(rest, 8)?, u16_le(rest, 26)?);
    if needs > 63 || method > 99 || !(1..=1024).contains(&name) || slice(rest, 30, name.into()).contains(&0) {
        return None;
    }
    memchr::memmem::find_iter(rest, b"PK\x05\x06").find_map(|end| {
        // The list ends where its end mark begins; it is as far from the start as that says, unless it is of 64 bits.
        let (size, offset) = (u32_le(rest, end + 12)? as usize, u32_le(rest, end + 16)? as usize);
        let comment = usize::from(u16_le(rest, end + 20)?);
        (offset == usize::try_from(u32::MAX).ok()? || offset.checked_add(size)? == end).then_some(end + 22 + comment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, raw::Raw, testing::read};
    use std::io::Write;

    fn noise(length: u32) -> Vec<u8> {
        (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect()
    }

    fn zipped() -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("people.csv", zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(b"name,mail\nAnn,ann@example.org\n").expect("memory");
        zip.finish().expect("memory").into_inner()
    }

    #[test]
    fn what_lies_in_unknown_bytes_is_found_with_its_ends() {
        let pdf = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"name,mail\nAnn,ann@example.org\n").expect("memory");
        let gzip = gzip.finish().expect("memory");
        let bytes = [noise(1000), zipped(), noise(50), pdf.to_vec(), noise(70), gzip.clone(), noise(90)].concat();
        let zip = 1000..1000 + zipped().len();
        let pdf = zip.end + 50..zip.end + 50 + pdf.len();
        let packed = pdf.end + 70..pdf.end + 70 + gzip.len();
        assert_eq!(find(&bytes), [zip.clone(), pdf, packed]);
        let found = read(&Raw, &bytes);
        assert_eq!(found.items[0], (format!("@{}", zip.start), zipped()));
        assert_eq!((&found.items[2].1, found.items.len()), (&gzip, 3));
        survives(&Raw, &bytes);
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        assert!(find(&[noise(10), b"PK\x03\x04".to_vec(), noise(200)].concat()).is_empty());
        assert!(find(&[noise(10), b"SQLite format 3\0".to_vec(), noise(10)].concat()).is_empty());
        assert!(find(&[b"%PDF-1.4 %%EOF".to_vec()].concat()).is_empty());
        assert!(find(&[noise(10), b"\x1F\x8B\x08\0\0\0\0\0\0\x03".to_vec(), noise(200)].concat()).is_empty());
    }
}
