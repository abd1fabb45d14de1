//! Reads a member of a container under the budget, hashing it on the way.

use super::Digest;
use crate::{
    base::{Category, Problem, token::hex},
    format::{
        lanes::{CHUNK, foresee},
        read_problem,
    },
    source::{Budget, Bytes, budget::Exceeded},
};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// So much is hashed at a time.
const PAGE: usize = 4096;

/// A digest in the making.
#[expect(clippy::large_enum_variant, reason = "one per member being read")]
pub(super) enum Hashing {
    Sha256(Sha256),
    Blake3(blake3::Hasher),
}

impl Hashing {
    pub(super) fn new(kind: Digest) -> Hashing {
        match kind {
            Digest::Sha256 => Hashing::Sha256(Sha256::new()),
            Digest::Blake3 => Hashing::Blake3(blake3::Hasher::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hashing::Sha256(hasher) => {
                // What comes next is on its way while these are hashed, one block after the other.
                for (number, page) in bytes.chunks(PAGE).enumerate() {
                    let next = bytes.get((number + 1) * PAGE..).unwrap_or_default();
                    next[..next.len().min(PAGE)].as_chunks::<CHUNK>().0.iter().for_each(foresee);
                    hasher.update(page);
                }
            }
            Hashing::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    pub(super) fn finish(self) -> String {
        match self {
            Hashing::Sha256(hasher) => format!("sha256:{}", hex(&hasher.finalize())),
            Hashing::Blake3(hasher) => format!("blake3:{}", hasher.finalize().to_hex()),
        }
    }
}

/// The digest of an item, as `files.csv` writes it; pages of a mapped file are given back on the way.
pub(super) fn digest(kind: Digest, bytes: &Bytes) -> String {
    const STEP: usize = 16 << 20;
    let whole = bytes.as_slice();
    let mut hasher = Hashing::new(kind);
    for (number, chunk) in whole.chunks(STEP).enumerate() {
        hasher.update(chunk);
        bytes.release(number * STEP..number * STEP + chunk.len());
    }
    hasher.finish()
}

/// How reading a member ended.
pub(super) struct Verdict {
    pub(super) digest: String,
    pub(super) problem: Option<Problem>,
}

/// A reader that counts, hashes and stops at the budget.
pub(super) struct Checked<'r> {
    inner: &'r mut dyn Read,
    budget: Budget,
    packed: Option<u64>,
    count: u64,
    hashing: Hashing,
    problem: Option<Problem>,
}

impl<'r> Checked<'r> {
    pub(super) fn new(inner: &'r mut dyn Read, budget: &Budget, packed: Option<u64>, digest: Digest) -> Checked<'r> {
        Checked { inner, budget: budget.clone(), packed, count: 0, hashing: Hashing::new(digest), problem: None }
    }

    /// Fills `bytes` up to `limit`; whether the member ended within it.
    pub(super) fn fill(&mut self, bytes: &mut Vec<u8>, limit: usize) -> bool {
        match self.by_ref().take(limit as u64).read_to_end(bytes) {
            Ok(_) if bytes.len() < limit => true,
            Ok(_) => false,
            Err(_) => true,
        }
    }

    /// Bytes read so far.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn verdict(self) -> Verdict {
        Verdict { digest: self.hashing.finish(), problem: self.problem }
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.problem.is_some() {
            return Ok(0);
        }
        let read = match self.inner.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                // Told once, as a problem of this member; the format sees the end of the bytes.
                self.problem = Some(read_problem(&error));
                return Ok(0);
            }
        };
        self.count += read as u64;
        self.hashing.update(&buffer[..read]);
        if let Err(exceeded) = self.budget.expand(read as u64, self.count, self.packed) {
            let detail = if exceeded == Exceeded::Ratio {
                format!("{}: {} bytes came out so far", exceeded.detail(), self.count)
            } else {
                exceeded.detail().to_owned()
            };
            self.problem = Some(Problem::new(Category::Limit, detail));
        }
        Ok(read)
    }
}
