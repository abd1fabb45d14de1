//! Numbers at places that may not be there, and a reader that remembers how it ended: what the
//! readers of binary formats share.

use std::io::{self, Read};

/// The little-endian number of 16 bits at `at`.
pub(super) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// See [`u16_le`].
pub(super) fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// See [`u16_le`].
pub(super) fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The big-endian number of 32 bits at `at`.
pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The bytes that pairs of digits in hexadecimal stand for; `None` when they are anything else.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8)).collect()
}

/// `length` bytes from `at`, as much of them as there is.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

/// UTF-16, little end first.
pub(super) fn utf_16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A reader of a member that tells its container afterwards how far it was read, and whether it failed.
pub(super) struct Watched<'r> {
    inner: &'r mut dyn Read,
    pub(super) count: u64,
    pub(super) has_failed: bool,
}

impl<'r> Watched<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> Watched<'r> {
        Watched { inner, count: 0, has_failed: false }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into).inspect_err(|error| self.has_failed |= error.kind() != io::ErrorKind::Interrupted)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Bytes, then an error: a member of which only the start could be unpacked.
pub(super) struct Partial<'b> {
    bytes: &'b [u8],
    error: Option<io::Error>,
}

impl<'b> Partial<'b> {
    pub(super) const fn new(bytes: &'b [u8], error: io::Error) -> Partial<'b> {
        Partial { bytes, error: Some(error) }
    }
}

impl Read for Partial<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && !into.is_empty() {
            return self.error.take().map_or(Ok(0), Err);
        }
        self.bytes.read(into)
    }
}
