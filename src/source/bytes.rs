//! The bytes of an item: mapped from a file, or owned when they came out of a container.

use super::map::Map;
use std::{fs::File, io, io::Read, ops::Range, path::Path, sync::Arc};

/// Files below this are read: two system calls less than mapping, and no page is wasted.
const SMALL: u64 = 64 << 10;

/// Cheap to clone; clones share the bytes.
#[derive(Clone, Debug)]
pub enum Bytes {
    Mapped(Arc<Map>),
    Owned(Arc<Vec<u8>>),
}

impl Bytes {
    /// Opens a regular file: mapped when that is wise, read otherwise.
    pub fn open(path: &Path, map: bool) -> io::Result<Bytes> {
        let file = open_for_reading(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if map
            && metadata.len() >= SMALL
            && let Ok(mapped) = Map::new(&file)
        {
            return Ok(Bytes::Mapped(Arc::new(mapped)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0).min(1 << 30));
        // Its length is known: `File` would ask for it again.
        file.take(u64::MAX).read_to_end(&mut bytes)?;
        Ok(Bytes::Owned(Arc::new(bytes)))
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map.bytes(),
            Bytes::Owned(bytes) => bytes,
        }
    }

    /// Gives pages back that will not be needed again.
    pub fn release(&self, range: Range<usize>) {
        if let Bytes::Mapped(map) = self {
            map.release(range);
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes::Owned(Arc::new(bytes))
    }
}

/// Opens without following a link that took the file's place since the walk, and without
/// blocking on a pipe.
#[cfg(unix)]
fn open_for_reading(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_for_reading(path: &Path) -> io::Result<File> {
    File::open(path)
}
