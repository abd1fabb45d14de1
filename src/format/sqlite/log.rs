//! The write-ahead log (sqlite.org/fileformat2.html section 4): pages that are newer than the database's own.
//!
//! A database that was copied while a program had it open has its newest rows in the `-wal` file beside it. What was
//! written after the last commit never became part of it.

use super::page::page_size;
use crate::format::binary::u32_be;
use std::collections::HashMap;

/// How a log begins; the last bit tells in which order of bytes its checksums are.
const MAGIC: u32 = 0x377F_0682;
const HEADER: usize = 32;
/// What stands before each page.
const FRAME: usize = 24;

/// The pages of a log up to the last commit.
#[derive(Debug)]
pub(super) struct Log {
    /// Where the newest version of each page is.
    pages: HashMap<u32, usize>,
    /// How many pages the database has after the last commit.
    pub(super) size: u32,
    pub(super) page_size: usize,
    /// Where it begins.
    pub(super) start: usize,
}

/// Whether a log begins here.
pub(super) fn is_log(bytes: &[u8]) -> bool {
    let header = bytes.first_chunk::<HEADER>();
    header.is_some_and(|header| number(header, 0) & !1 == MAGIC && number(header, 4) == 3_007_000)
}

/// Where a log stands behind a database: at the end of a page, with a sound header. What the database's own header says of
/// its size is passed over, so that large ones are not read twice.
pub(super) fn behind(bytes: &[u8]) -> Option<Log> {
    let page_size = page_size(bytes).max(512);
    let told = (number(bytes, 28) as usize).saturating_mul(page_size);
    let is_current = number(bytes, 24) == number(bytes, 92) && (page_size..=bytes.len()).contains(&told);
    let mut starts = (if is_current { told } else { page_size }..bytes.len()).step_by(page_size);
    starts.find_map(|start| Some(bytes.get(start..)?).filter(|rest| is_log(rest)).and_then(|_| Log::read(bytes, start)))
}

impl Log {
    /// Reads the log at `start`; `None` when its header is not sound.
    pub(super) fn read(bytes: &[u8], start: usize) -> Option<Log> {
        let log = bytes.get(start..)?;
        let header = log.first_chunk::<HEADER>().filter(|_| is_log(log))?;
        let page_size = number(header, 8) as usize;
        if !page_size.is_power_of_two() || !(512..=65_536).contains(&page_size) {
            return None;
        }
        let mut sum = Sum { is_big: number(header, 0) & 1 == 1, first: 0, second: 0 };
        sum.add(&header[..24]);
        if !sum.is(header, 24) {
            return None;
        }
        let mut found = Log { pages: HashMap::new(), size: 0, page_size, start };
        let mut pending = Vec::new();
        for (place, frame) in log[HEADER..].chunks_exact(FRAME + page_size).enumerate() {
            let page = number(frame, 0);
            // Frames of another generation, and such as were not wholly written, end it.
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME..]);
            if page == 0 || frame[8..16] != header[16..24] || !sum.is(frame, 16) {
                break;
            }
            pending.push((page, start + HEADER + place * (FRAME + page_size) + FRAME));
            let size = number(frame, 4);
            if size > 0 {
                found.size = size;
                found.pages.extend(pending.drain(..));
            }
        }
        Some(found)
    }

    /// Where the newest version of a page is, if it is in the log.
    pub(super) fn page(&self, number: u32) -> Option<usize> {
        self.pages.get(&number).copied()
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32_be(bytes, at).unwrap_or(0)
}

/// The checksum of everything so far.
struct Sum {
    is_big: bool,
    first: u32,
    second: u32,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for word in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
            let [a, b] = word.map(|word| if self.is_big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) });
            self.first = self.first.wrapping_add(a).wrapping_add(self.second);
            self.second = self.second.wrapping_add(b).wrapping_add(self.first);
        }
    }

    fn is(&self, bytes: &[u8], at: usize) -> bool {
        (number(bytes, at), number(bytes, at + 4)) == (self.first, self.second)
    }
}
