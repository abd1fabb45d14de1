//! Memory mapping, one of the two files with `unsafe`.
//!
//! A mapped file that somebody truncates while it is read raises SIGBUS; evidence should be a
//! copy or a snapshot nobody writes to (README says so), and `--no-mmap` reads instead.
#![expect(unsafe_code, reason = "mapping a file is inherently unsafe; every block states why it holds")]

use memmap2::{Mmap, MmapOptions, UncheckedAdvice};
use std::{fs::File, io, ops::Range};

/// A read-only mapping of a regular file.
#[derive(Debug)]
pub struct Map(Mmap);

impl Map {
    /// Maps the whole file.
    pub fn new(file: &File) -> io::Result<Map> {
        // SAFETY: the mapping is private to us and read-only. Bytes may still change under us if
        // another process writes to the file; every reader validates what it reads once and
        // never relies on two reads giving the same byte.
        let map = unsafe { MmapOptions::new().map(file)? };
        #[cfg(unix)]
        map.advise(memmap2::Advice::Sequential).ok();
        Ok(Map(map))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Tells the system that these pages are not needed any more, so that a file of any size
    /// is read in a bounded resident set. They are read again from the file if touched again.
    pub fn release(&self, range: Range<usize>) {
        const PAGE: usize = 1 << 16;
        let start = range.start.div_ceil(PAGE) * PAGE;
        let end = range.end.min(self.0.len()) / PAGE * PAGE;
        if start >= end {
            return;
        }
        #[cfg(unix)]
        // SAFETY: the mapping is read-only and backed by a file, so dropped pages come back with
        // the file's bytes; no write can be lost.
        unsafe {
            self.0.unchecked_advise_range(UncheckedAdvice::DontNeed, start, end - start).ok();
        }
    }
}
