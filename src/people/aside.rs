//! What nobody asks for until much else is let go of: of a large case it is set aside in files.

use anyhow::Context;
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Read, Seek, Write},
};

/// Aside that are asked for once, all of them, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Aside {
    held: Vec<u32>,
    file: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
}

/// Bytes written or read at once.
const AT_ONCE: usize = 1 << 18;

impl Aside {
    /// To be set aside in this file, if there is one.
    pub(super) fn new(file: Option<File>) -> Aside {
        Aside { file: file.map(|file| BufWriter::with_capacity(AT_ONCE, file)), ..Aside::default() }
    }

    #[inline]
    pub(super) fn push(&mut self, number: u32) {
        match &mut self.file {
            None => self.held.push(number),
            Some(file) => {
                if let Err(error) = file.write_all(&number.to_le_bytes()) {
                    self.failed.get_or_insert(error);
                }
            }
        }
    }

    /// Hands over all of them, in order.
    ///
    /// # Errors
    /// When they could not be set aside, or not be read again.
    pub(super) fn recall(self, mut each: impl FnMut(u32)) -> anyhow::Result<()> {
        let Aside { held, file, failed } = self;
        let read = || -> std::io::Result<()> {
            failed.map_or(Ok(()), Err)?;
            let Some(file) = file else { return Ok(()) };
            let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.rewind()?;
            let mut some = BufReader::with_capacity(AT_ONCE, file);
            loop {
                let (numbers, rest) = some.fill_buf()?.as_chunks::<4>();
                numbers.iter().for_each(|number| each(u32::from_le_bytes(*number)));
                match (numbers.len(), rest.len()) {
                    (0, 0) => return Ok(()),
                    // A file may give less than was asked for.
                    (0, _) => {
                        let mut number = [0; 4];
                        some.read_exact(&mut number)?;
                        each(u32::from_le_bytes(number));
                    }
                    (count, _) => some.consume(count * 4),
                }
            }
        };
        read().context("what was set aside in the case folder cannot be read again: is there room?")?;
        held.into_iter().for_each(each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_their_order() {
        for count in [0, 1, 100_000] {
            for file in [None, Some(tempfile::tempfile().expect("a scratch file"))] {
                let mut numbers = Aside::new(file);
                (0..count).for_each(|number| numbers.push(number));
                let mut back = Vec::new();
                numbers.recall(|number| back.push(number)).expect("read again");
                assert!(back.into_iter().eq(0..count));
            }
        }
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("sealed");
        std::fs::write(&path, "").expect("written");
        let mut numbers = Aside::new(Some(File::open(&path).expect("opened for reading only")));
        numbers.push(7);
        assert!(numbers.recall(|_| ()).is_err());
    }
}
