//! A stream of a column without its packing, block after block.

use std::{
    cell::Cell,
    io::{self, Read},
};

/// How blocks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Stored,
    Zlib,
    Snappy,
    Lz4,
    Zstd,
    Brotli,
}

impl Codec {
    /// By its number in the file; `Err` with the name of what is not supported.
    pub(super) const fn of(number: u64) -> Result<Codec, &'static str> {
        match number {
            0 => Ok(Codec::Stored),
            1 => Ok(Codec::Zlib),
            2 => Ok(Codec::Snappy),
            3 => Err("LZO"),
            4 => Ok(Codec::Lz4),
            5 => Ok(Codec::Zstd),
            6 => Ok(Codec::Brotli),
            _ => Err("an unknown method"),
        }
    }
}

/// How the streams of a file are packed: the method, and the most bytes of a block without it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing<'m> {
    pub codec: Codec,
    pub block: usize,
    /// What all streams together may still hold in memory.
    pub memory: &'m Memory,
}

/// Bytes that may still be held.
#[derive(Debug)]
pub(super) struct Memory(Cell<usize>);

impl Memory {
    pub(super) const fn new(bytes: usize) -> Memory {
        Memory(Cell::new(bytes))
    }

    /// Takes so many of them.
    pub(super) fn hold(&self, bytes: usize) -> io::Result<()> {
        let left = self.0.get().checked_sub(bytes);
        self.0
            .set(left.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "columns larger than the limit for one item in memory"))?);
        Ok(())
    }

    /// Gives them back.
    pub(super) fn give_back(&self, bytes: usize) {
        self.0.set(self.0.get().saturating_add(bytes));
    }
}

/// A stream, front to back.
pub(super) struct Unpacked<'b> {
    /// Blocks that are still packed.
    rest: &'b [u8],
    packing: Packing<'b>,
    /// What is left of a block that is stored as it is.
    stored: &'b [u8],
    /// A block that had to be unpacked, and how much of it was taken.
    block: Vec<u8>,
    taken: usize,
}

pub(super) fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<'b> Unpacked<'b> {
    pub(super) const fn new(bytes: &'b [u8], packing: Packing<'b>) -> Unpacked<'b> {
        Unpacked { rest: bytes, packing, stored: &[], block: Vec::new(), taken: 0 }
    }

    /// The whole of a stream of at most `limit` bytes.
    pub(super) fn all(mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        while !self.head()?.is_empty() {
            let length = self.head()?.len();
            if all.len() + length > limit {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a footer larger than the limit for one item in memory"));
            }
            self.append(length, &mut all)?;
        }
        Ok(all)
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.head()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.skip(1);
        Ok(byte)
    }

    /// Adds the next `length` bytes to what is there.
    pub(super) fn append(&mut self, mut length: usize, out: &mut Vec<u8>) -> io::Result<()> {
        while length > 0 {
            let head = self.head()?;
            if head.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = head.len().min(length);
            out.extend_from_slice(&head[..step]);
            self.skip(step);
            length -= step;
        }
        Ok(())
    }

    /// The next bytes of a fixed number.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    /// A number of seven bits a byte, the lowest first, of up to 128 bits.
    pub(super) fn number(&mut self) -> io::Result<u128> {
        let mut number = 0_u128;
        for place in 0..19 {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7f).checked_shl(7 * place).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged("a number longer than any"))
    }

    /// The bytes at hand; none only at the end.
    fn head(&mut self) -> io::Result<&[u8]> {
        while self.stored.is_empty() && self.taken == self.block.len() && !self.rest.is_empty() {
            self.next_block()?;
        }
        Ok(if self.stored.is_empty() { self.block.get(self.taken..).unwrap_or_default() } else { self.stored })
    }

    fn skip(&mut self, length: usize) {
        match self.stored.get(length..) {
            Some(rest) if !self.stored.is_empty() => self.stored = rest,
            _ => self.taken += length,
        }
    }

    fn next_block(&mut self) -> io::Result<()> {
        if self.packing.codec == Codec::Stored {
            self.stored = std::mem::take(&mut self.rest);
            return Ok(());
        }
        let ([one, two, three], rest) = self.rest.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = u32::from_le_bytes([*one, *two, *three, 0]);
        let (packed, rest) = rest.split_at_checked((head >> 1) as usize).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.rest = rest;
        // The lowest bit says that packing would have made it larger.
        if head & 1 == 1 {
            self.stored = packed;
        } else {
            let held = self.block.capacity();
            self.taken = 0;
            self.block.clear();
            unpack(self.packing, packed, &mut self.block)?;
            self.packing.memory.hold(self.block.capacity() - held)?;
        }
        Ok(())
    }
}

impl Drop for Unpacked<'_> {
    fn drop(&mut self) {
        self.packing.memory.give_back(self.block.capacity());
    }
}

fn unpack(packing: Packing<'_>, packed: &[u8], block: &mut Vec<u8>) -> io::Result<()> {
    let wrong = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    let most = packing.block;
    match packing.codec {
        Codec::Stored => block.extend_from_slice(packed),
        Codec::Snappy => {
            let length = snap::raw::decompress_len(packed).map_err(io::Error::other)?;
            if length > most {
                return Err(damaged("a block longer than the file allows"));
            }
            block.resize(length, 0);
            let written = snap::raw::Decoder::new().decompress(packed, block).map_err(io::Error::other)?;
            block.truncate(written);
        }
        Codec::Lz4 => {
            // It makes at most 255 bytes of one.
            block.resize(most.min(packed.len().saturating_mul(255)), 0);
            let written = lz4_flex::block::decompress_into(packed, block).map_err(|error| wrong(error.to_string()))?;
            block.truncate(written);
        }
        Codec::Zlib => append(flate2::read::DeflateDecoder::new(packed), most, block)?,
        Codec::Zstd => append(zstd::stream::read::Decoder::new(packed)?, most, block)?,
        Codec::Brotli => append(brotli_decompressor::Decompressor::new(packed, 4096), most, block)?,
    }
    Ok(())
}

fn append(from: impl Read, most: usize, block: &mut Vec<u8>) -> io::Result<()> {
    from.take(most as u64 + 1).read_to_end(block)?;
    if block.len() > most {
        return Err(damaged("a block longer than the file allows"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn block(bytes: &[u8], stored: bool) -> Vec<u8> {
        let head = (bytes.len() as u32) << 1 | u32::from(stored);
        [&head.to_le_bytes()[..3], bytes].concat()
    }

    #[test]
    fn blocks_of_every_codec_are_one_stream() {
        let text = b"one two one two one two one two".repeat(3);
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(&text).expect("memory");
        for (codec, packed) in [
            (Codec::Zlib, deflate.finish().expect("memory")),
            (Codec::Snappy, snap::raw::Encoder::new().compress_vec(&text).expect("memory")),
            (Codec::Lz4, lz4_flex::block::compress(&text)),
            (Codec::Zstd, zstd::encode_all(text.as_slice(), 3).expect("memory")),
        ] {
            let bytes = [block(&packed, false), block(b"", true), block(b"three", true)].concat();
            let memory = Memory::new(10_000);
            let packing = Packing { codec, block: 1000, memory: &memory };
            let all = Unpacked::new(&bytes, packing).all(1000).expect("sound");
            assert_eq!(all, [text.as_slice(), b"three"].concat(), "{codec:?}");
            assert!(Unpacked::new(&bytes, Packing { block: 10, ..packing }).all(1000).is_err(), "{codec:?}: more than a block may have");
            assert!(Unpacked::new(&bytes, packing).all(50).is_err(), "{codec:?}: more than is asked for");
            for end in 1..packed.len() {
                assert!(Unpacked::new(&bytes[..end], packing).all(1000).is_err(), "{codec:?} cut at {end}");
            }
            let small = Memory::new(10);
            assert!(Unpacked::new(&bytes, Packing { memory: &small, ..packing }).all(1000).is_err(), "{codec:?}: more than memory allows");
        }
        let memory = Memory::new(0);
        assert_eq!(Unpacked::new(b"plain", Packing { codec: Codec::Stored, block: 0, memory: &memory }).all(10).expect("sound"), b"plain");
    }

    #[test]
    fn numbers_longer_than_any_are_damage() {
        let memory = Memory::new(0);
        let packing = Packing { codec: Codec::Stored, block: 0, memory: &memory };
        assert_eq!(Unpacked::new(&[0x85, 0x01], packing).number().expect("sound"), 133);
        assert!(Unpacked::new(&[0xff; 40], packing).number().is_err());
        assert!(Unpacked::new(&[0xff], packing).number().is_err());
    }
}
