//! One member of a zip archive: from its packed bytes to an item.

use super::{
    super::{self as format, LOCKED, Sink},
    crypt::{self, Aes},
    directory::{extra_fields, u64_at},
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use bzip2::bufread::BzDecoder;
use deflate64::Deflate64Decoder;
use flate2::{Crc, bufread::DeflateDecoder};
use lzma_rust2::{LzmaReader, XzReader};
use ppmd_rust::Ppmd8Decoder;
use std::io::{self, BufRead, Read};

/// A dictionary larger than this is refused: the input claims its size.
const MEMORY_KIB: u32 = 256 << 10;

/// Flag: the member is encrypted.
const ENCRYPTED: u16 = 1 << 0 | 1 << 6 | 1 << 13;
/// Flag: checksum and sizes come behind the member.
const DESCRIPTOR: u16 = 1 << 3;
/// Flag, for LZMA: the end is marked in the packed bytes.
const END_MARK: u16 = 1 << 1;

/// A member as a header describes it. Nothing of it is to be trusted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    pub(super) name: &'a [u8],
    pub(super) flags: u16,
    pub(super) method: u16,
    /// None when no header tells it.
    pub(super) crc: Option<u32>,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its own header is in the file.
    pub(super) offset: u64,
    /// How it is encrypted by AES, if it is.
    pub(super) aes: Option<Aes>,
}

impl Member<'_> {
    /// Takes from the extra fields what the header has no room for.
    pub(super) fn extend(&mut self, extra: &[u8]) {
        self.widen(extra);
        self.aes = Aes::of(extra);
    }

    /// Takes sizes and offset that do not fit 32 bits from the extra field for them (APPNOTE
    /// 4.5.3), which holds only those that are all ones in the header.
    fn widen(&mut self, extra: &[u8]) {
        let Some((_, wide)) = extra_fields(extra).find(|field| field.0 == 1) else { return };
        let mut at = 0;
        for value in [&mut self.size, &mut self.packed, &mut self.offset] {
            if *value == u64::from(u32::MAX) {
                let Some(wider) = u64_at(wide, at) else { return };
                (*value, at) = (wider, at + 8);
            }
        }
    }

    /// Whether the header leaves it to a record behind the member how long it is.
    pub(super) const fn is_open(&self) -> bool {
        self.flags & DESCRIPTOR != 0 && self.packed == 0
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0 || self.method == 99
    }

    fn is_directory(&self) -> bool {
        self.name.ends_with(b"/") && self.size == 0
    }

    /// Why the member cannot be read at all.
    pub(super) fn refusal(&self) -> Option<Problem> {
        let problem = if self.is_encrypted() {
            Problem::new(Category::Encrypted, LOCKED)
        } else if !matches!(self.method, 0 | 8 | 9 | 12 | 14 | 93 | 95 | 98) {
            Problem::new(Category::Unsupported, format!("packed by method {}, which is not supported", self.method))
        } else {
            return None;
        };
        Some(problem.not_examined(self.packed))
    }

    fn item<'i>(&'i self, content: Input<'i>) -> format::Member<'i> {
        let size = (self.flags & DESCRIPTOR == 0 || self.size > 0).then_some(self.size);
        format::Member { name: self.name, step: true, size, packed: Some(self.packed), content }
    }
}

/// Hands on a member whose packed bytes are all there, or as many as are left.
pub(super) fn give_slice(member: &Member<'_>, packed: &[u8], sink: &mut dyn Sink) {
    let is_cut = (packed.len() as u64) < member.packed;
    if member.is_encrypted() && !member.is_directory() {
        return match crypt::open(member, packed, &sink.passwords()) {
            Some((member, bytes)) => give(&member, bytes.as_slice(), is_cut, sink),
            None => give(member, packed, is_cut, sink),
        };
    }
    let is_sound = |crc: u32| crc == crc_of(packed);
    if member.method == 0 && !is_cut && member.refusal().is_none() && !member.is_directory() && member.crc.is_none_or(is_sound) {
        return sink.item(member.item(Input::Whole(packed)));
    }
    give(member, packed, is_cut, sink);
}

/// Hands on a member whose packed bytes come from here; `is_cut` when they are known to be too few.
pub(super) fn give(member: &Member<'_>, mut packed: impl BufRead, is_cut: bool, sink: &mut dyn Sink) {
    if member.is_directory() {
        return;
    }
    let passwords = sink.passwords();
    if member.is_encrypted() && !passwords.is_empty() && member.packed <= sink.in_memory() as u64 {
        let mut bytes = Vec::new();
        let is_read = packed.by_ref().take(member.packed).read_to_end(&mut bytes).is_ok();
        if let Some((member, bytes)) = crypt::open(member, &bytes, &passwords).filter(|_| is_read) {
            return sink.item(member.item(Input::Stream(&mut content(&member, bytes.as_slice(), is_cut))));
        }
    }
    if let Some(problem) = member.refusal() {
        return sink.unread(member.name, Some(member.size), problem);
    }
    sink.item(member.item(Input::Stream(&mut content(member, packed, is_cut))));
}

/// The content of a member, unpacked as it is read; that it is damaged is the error of a read.
pub(super) fn content<'p, R: BufRead + 'p>(member: &Member<'_>, packed: R, is_cut: bool) -> impl Read + use<'p, R> {
    Checked { content: decoder(member, packed), crc: Crc::new(), want: member.crc, is_cut }
}

fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// What unpacks the member; an error to be told at the first read when it cannot even begin.
fn decoder<'p>(member: &Member<'_>, packed: impl BufRead + 'p) -> io::Result<Box<dyn Read + 'p>> {
    Ok(match member.method {
        0 => Box::new(packed),
        8 => Box::new(DeflateDecoder::new(packed)),
        9 => Box::new(Deflate64Decoder::with_buffer(packed)),
        12 => Box::new(BzDecoder::new(packed)),
        14 => lzma(member, packed)?,
        93 => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        98 => ppmd(packed)?,
        95 => Box::new(XzReader::new_mem_limit(packed, true, MEMORY_KIB)),
        _ => return Err(io::ErrorKind::Unsupported.into()),
    })
}

/// LZMA in a zip: two bytes of version, the length of the properties (5), the properties (APPNOTE 5.8.8).
fn lzma<'p>(member: &Member<'_>, mut packed: impl BufRead + 'p) -> io::Result<Box<dyn Read + 'p>> {
    let mut header = [0; 9];
    packed.read_exact(&mut header)?;
    let [_, _, _, _, properties, d0, d1, d2, d3] = header;
    // No more of a dictionary is ever used than the member has bytes.
    let ends_itself = member.flags & END_MARK != 0 || member.size == 0;
    let most = if ends_itself { u32::MAX } else { u32::try_from(member.size).unwrap_or(u32::MAX).max(4096) };
    let dictionary = u32::from_le_bytes([d0, d1, d2, d3]).min(most);
    if lzma_rust2::lzma_get_memory_usage_by_props(dictionary, properties)? > MEMORY_KIB {
        return Err(io::Error::new(io::ErrorKind::OutOfMemory, "needs a dictionary larger than 256 MiB"));
    }
    let size = if ends_itself { u64::MAX } else { member.size };
    Ok(Box::new(LzmaReader::new_with_props(packed, size, properties, dictionary, None)?))
}

/// PPMd version I, revision 1: two bytes of order, memory in MiB and what is done when it is full (APPNOTE 5.10.3).
fn ppmd<'p>(mut packed: impl BufRead + 'p) -> io::Result<Box<dyn Read + 'p>> {
    let mut header = [0; 2];
    packed.read_exact(&mut header)?;
    let parameters = u32::from(u16::from_le_bytes(header));
    let (order, memory) = ((parameters & 15) + 1, ((parameters >> 4 & 0xFF) + 1) << 20);
    let decoder = Ppmd8Decoder::new(packed, order, memory, (parameters >> 12 & 15).into());
    Ok(Box::new(decoder.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?))
}

/// A member's content, with its checksum compared at the end.
struct Checked<'p> {
    content: io::Result<Box<dyn Read + 'p>>,
    crc: Crc,
    want: Option<u32>,
    is_cut: bool,
}

impl Read for Checked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let outcome = match &mut self.content {
            Ok(content) => content.read(into),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        match outcome {
            Ok(0) if self.want == Some(self.crc.sum()) => Ok(0),
            Ok(0) if !self.is_cut && self.want.is_none() => Ok(0),
            Ok(0) | Err(_) if self.is_cut => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside this member")),
            Ok(0) => Err(io::Error::new(io::ErrorKind::InvalidData, "the content does not have the checksum the archive says")),
            Ok(read) => {
                self.crc.update(&into[..read]);
                Ok(read)
            }
            Err(error) => Err(error),
        }
    }
}
