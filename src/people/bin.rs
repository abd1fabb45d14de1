//! Bytes in many bins, each of which is asked for once, as a whole. What does not fit in a block of each is set aside in a file, if there
//! is one, under a key that nobody else has: there are birth dates and mailboxes among it.

use super::lent::Lent;
use anyhow::{Context, anyhow};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
};

/// Bytes of a block.
const BLOCK: usize = 1 << 16;

/// Lines one behind the other.
#[derive(Default)]
pub(super) struct Bin {
    full: Vec<Block>,
    open: Lent,
    lines: usize,
}

/// Lines that fill a block.
enum Block {
    Held(Lent),
    /// In the file, encrypted.
    Aside {
        from: u64,
        length: usize,
    },
}

/// Where blocks of all bins are set aside.
pub(super) struct Shelf {
    file: Option<(File, LessSafeKey)>,
    filled: u64,
    /// There is no room for more.
    is_full: bool,
    /// Reused.
    block: Vec<u8>,
}

/// A new key for AES-128-GCM (NIST SP 800-38D), which is gone with whoever holds it.
fn new_key() -> Option<LessSafeKey> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).ok()?;
    UnboundKey::new(&AES_128_GCM, &key).ok().map(LessSafeKey::new)
}

/// No two blocks lie at one place.
fn nonce(from: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[..8].copy_from_slice(&from.to_le_bytes());
    Nonce::assume_unique_for_key(nonce)
}

impl Shelf {
    /// In this file; without one, all blocks are held.
    pub(super) fn new(file: Option<File>) -> Shelf {
        Shelf { file: file.and_then(|file| Some((file, new_key()?))), filled: 0, is_full: false, block: Vec::new() }
    }

    /// Sets bytes aside; `None` where that cannot be done.
    fn put(&mut self, bytes: &[u8]) -> Option<Block> {
        let Shelf { file, filled, is_full, block } = self;
        let (file, key) = file.as_mut().filter(|_| !*is_full)?;
        let from = *filled;
        block.clear();
        block.extend_from_slice(bytes);
        key.seal_in_place_append_tag(nonce(from), Aad::empty(), block).ok()?;
        let written = file.seek(SeekFrom::Start(from)).and_then(|_| file.write_all(block));
        *is_full = written.is_err();
        written.ok()?;
        *filled += block.len() as u64;
        Some(Block::Aside { from, length: block.len() })
    }

    /// Adds what was set aside.
    fn read(&mut self, from: u64, length: usize, all: &mut Vec<u8>) -> anyhow::Result<()> {
        let (file, key) = self.file.as_mut().context("there is no file")?;
        let at = all.len();
        all.resize(at + length, 0);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut all[at..])?;
        let opened = key.open_in_place(nonce(from), Aad::empty(), &mut all[at..]).map_err(|_| anyhow!("it was changed"))?;
        let length = opened.len();
        all.truncate(at + length);
        Ok(())
    }
}

impl Bin {
    /// Adds a line.
    #[inline]
    pub(super) fn push(&mut self, line: &[u8], shelf: &mut Shelf) {
        self.lines += 1;
        if !self.open.add(line) {
            self.open_another(shelf, line.len());
            self.open.add(line);
        }
    }

    #[cold]
    fn open_another(&mut self, shelf: &mut Shelf, least: usize) {
        if !self.open.filled().is_empty() {
            let aside = shelf.put(self.open.filled());
            self.full.push(aside.unwrap_or_else(|| Block::Held(std::mem::take(&mut self.open))));
            self.open.clear();
        }
        if self.open.len() < least {
            self.open = Lent::new(BLOCK.max(least));
        }
    }

    /// How many lines were added.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// All lines, one behind the other, in memory that is used again. Nothing is left in the bin.
    ///
    /// # Errors
    /// When what was set aside cannot be read again.
    pub(super) fn empty(&mut self, shelf: &mut Shelf, all: &mut Vec<u8>) -> anyhow::Result<()> {
        all.clear();
        let Bin { full, open, .. } = std::mem::take(self);
        for block in full.into_iter().chain([Block::Held(open)]) {
            match block {
                Block::Held(bytes) => all.extend_from_slice(bytes.filled()),
                Block::Aside { from, length } => {
                    shelf.read(from, length, all).context("what was set aside in the case folder cannot be read again")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_cannot_be_read_by_others() {
        let file = tempfile::tempfile().expect("a scratch file");
        let mut shelf = Shelf::new(file.try_clone().ok());
        let (mut bin, line) = (Bin::default(), b"jane.doe");
        (0..3 * BLOCK / line.len()).for_each(|_| bin.push(line, &mut shelf));
        let mut written = Vec::new();
        (&file).rewind().and_then(|()| (&file).read_to_end(&mut written)).expect("read");
        assert!(written.len() > 2 * BLOCK, "it is set aside");
        assert!(!written.windows(line.len()).any(|window| window == line));
        let changed = [written[100] ^ 1];
        (&file).seek(SeekFrom::Start(100)).and_then(|_| (&file).write_all(&changed)).expect("written");
        assert!(bin.empty(&mut shelf, &mut Vec::new()).is_err(), "nothing else is taken for it");
    }

    #[test]
    fn lines_come_out_of_their_bins_in_order() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let sealed = folder.path().join("sealed");
        std::fs::write(&sealed, "").expect("written");
        let sealed = File::open(&sealed).expect("opened for reading only");
        for file in [None, tempfile::tempfile().ok(), Some(sealed)] {
            let mut shelf = Shelf::new(file);
            let mut bins: [Bin; 3] = Default::default();
            let line = |number: usize| vec![number as u8; if number == 500 { 3 * BLOCK } else { number }];
            (0..2_000).for_each(|number| bins[number % 2].push(&line(number), &mut shelf));
            let mut all = Vec::new();
            for (at, bin) in bins.iter_mut().enumerate() {
                assert_eq!(bin.lines(), [1_000, 1_000, 0][at]);
                bin.empty(&mut shelf, &mut all).expect("read again");
                let expected = (0..2_000).filter(|number| number % 2 == at).flat_map(line);
                assert!(all.iter().copied().eq(expected));
                assert_eq!(bin.lines(), 0);
            }
        }
    }
}
