//! What nobody asks for until much else is let go of: of a large case it is set aside in files.

use anyhow::Context;
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Read, Seek, Write},
};

/// Groups of so many numbers that are asked for all at once, in the order in which they came.
#[derive(Debug)]
pub(super) struct Aside<const N: usize> {
    held: Vec<[u32; N]>,
    file: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
}

/// Bytes written or read at once.
const AT_ONCE: usize = 1 << 18;

/// Bytes of a number.
const NUMBER: usize = 4;

impl<const N: usize> Default for Aside<N> {
    /// None yet, and no file.
    fn default() -> Aside<N> {
        Aside::new(None)
    }
}

impl<const N: usize> Aside<N> {
    /// To be set aside in this file, if there is one.
    pub(super) fn new(file: Option<File>) -> Aside<N> {
        Aside { held: Vec::new(), file: file.map(|file| BufWriter::with_capacity(AT_ONCE, file)), failed: None }
    }

    #[inline]
    pub(super) fn push(&mut self, group: [u32; N]) {
        match &mut self.file {
            None => self.held.push(group),
            Some(file) => {
                if let Err(error) = group.iter().try_for_each(|number| file.write_all(&number.to_le_bytes())) {
                    self.failed.get_or_insert(error);
                }
            }
        }
    }

    /// Hands over all of them, in order.
    ///
    /// # Errors
    /// When they could not be set aside, or not be read again.
    pub(super) fn recall(&mut self, mut each: impl FnMut([u32; N])) -> anyhow::Result<()> {
        let Aside { held, file, failed } = self;
        let failed = failed.take();
        let read = || -> std::io::Result<()> {
            failed.map_or(Ok(()), Err)?;
            let Some(file) = file else { return Ok(()) };
            file.flush()?;
            let file = file.get_mut();
            file.rewind()?;
            let mut some = BufReader::with_capacity(AT_ONCE, file);
            let mut group = [0; N];
            loop {
                let (numbers, rest) = some.fill_buf()?.as_chunks::<NUMBER>();
                let (groups, left) = numbers.as_chunks::<N>();
                groups.iter().for_each(|group| each(group.map(u32::from_le_bytes)));
                match (groups.len(), left.len() + rest.len()) {
                    (0, 0) => return Ok(()),
                    // A buffer, or what a file gives at once, may end within a group.
                    (0, _) => {
                        for number in &mut group {
                            let mut bytes = [0; NUMBER];
                            some.read_exact(&mut bytes)?;
                            *number = u32::from_le_bytes(bytes);
                        }
                        each(group);
                    }
                    (count, _) => some.consume(count * N * NUMBER),
                }
            }
        };
        read().context("what was set aside in the case folder cannot be read again: is there room?")?;
        held.iter().for_each(|group| each(*group));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_their_order_each_time() {
        for count in [0, 1, 100_000] {
            for file in [None, Some(tempfile::tempfile().expect("a scratch file"))] {
                let mut numbers = Aside::new(file);
                let groups = || (0..count).map(|number: u32| [number, number / 3, !number]);
                groups().for_each(|group| numbers.push(group));
                for _ in 0..2 {
                    let mut back = Vec::new();
                    numbers.recall(|group| back.push(group)).expect("read again");
                    assert!(back.into_iter().eq(groups()));
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("sealed");
        std::fs::write(&path, "").expect("written");
        let mut numbers = Aside::new(Some(File::open(&path).expect("opened for reading only")));
        numbers.push([7]);
        assert!(numbers.recall(|_| ()).is_err());
    }
}
