//! Cabinets ([MS-CAB]): stored, MSZIP and LZX folders, each unpacked once, front to back.

use super::{
    Claim, Format, Head, Member, Sink,
    binary::{Watched, slice, u16_le, u32_le},
    tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use flate2::{Decompress, FlushDecompress, Status};
use lzxd::{Lzxd, WindowSize};
use std::io::{self, Read};

const MAGIC: &[u8] = b"MSCF\0\0\0\0";
/// A block holds no more, unpacked.
const BLOCK: usize = 32 << 10;

/// `.cab`, `.msu`.
pub struct Cabinet;

impl Format for Cabinet {
    fn name(&self) -> &'static str {
        "cab"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        match List::read(&bytes) {
            Some(list) => list.give(&bytes, sink),
            None if error.is_none() => sink.problem(Problem::new(Category::Truncated, "the cabinet ends inside its list of members")),
            None => {}
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// CFFOLDER (2.4.2).
#[derive(Clone, Copy)]
struct Folder {
    start: usize,
    blocks: u16,
    method: u16,
}

/// CFFILE (2.4.3).
struct File<'b> {
    size: u32,
    start: u32,
    folder: u16,
    name: &'b [u8],
}

struct List<'b> {
    folders: Vec<Folder>,
    files: Vec<File<'b>>,
    /// Bytes a user may keep in each block.
    reserved: usize,
    is_whole: bool,
}

impl<'b> List<'b> {
    fn read(bytes: &'b [u8]) -> Option<List<'b>> {
        let (folder_count, file_count, flags) = (u16_le(bytes, 26)?, u16_le(bytes, 28)?, u16_le(bytes, 30)?);
        let mut at = 36;
        let (mut reserved_in_folder, mut reserved) = (0, 0);
        if flags & 4 != 0 {
            reserved_in_folder = usize::from(*bytes.get(38)?);
            reserved = usize::from(*bytes.get(39)?);
            at += 4 + usize::from(u16_le(bytes, 36)?);
        }
        // Names of the cabinet before and its disk, and of those behind.
        for _ in 0..2 * (u32::from(flags & 1) + u32::from(flags >> 1 & 1)) {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
        let mut list = List { folders: Vec::new(), files: Vec::new(), reserved, is_whole: true };
        for _ in 0..folder_count {
            let start = u32_le(bytes, at)? as usize;
            list.folders.push(Folder { start, blocks: u16_le(bytes, at + 4)?, method: u16_le(bytes, at + 6)? });
            at += 8 + reserved_in_folder;
        }
        at = u32_le(bytes, 16)? as usize;
        for _ in 0..file_count {
            let Some(file) = file(bytes, at) else {
                list.is_whole = false;
                break;
            };
            at += 17 + file.name.len();
            list.files.push(file);
        }
        Some(list)
    }

    fn give(mut self, bytes: &[u8], sink: &mut dyn Sink) {
        if !self.is_whole {
            sink.problem(Problem::new(Category::Truncated, "the list of members is cut off"));
        }
        self.files.sort_by_key(|file| (file.folder, file.start));
        for (number, folder) in self.folders.iter().enumerate() {
            let files: Vec<&File<'_>> = self.files.iter().filter(|file| usize::from(file.folder) == number).collect();
            folder.give(&files, bytes, self.reserved, sink);
        }
        // The numbers from 0xFFFD on mean a folder that goes on from or in another cabinet.
        for file in self.files.iter().filter(|file| usize::from(file.folder) >= self.folders.len()) {
            let detail = "goes on in another cabinet of the set";
            sink.unread(file.name, Some(file.size.into()), Problem::new(Category::Truncated, detail));
        }
    }
}

fn file(bytes: &[u8], at: usize) -> Option<File<'_>> {
    let name = bytes.get(at + 16..)?;
    let name = name.get(..name.iter().take(4096).position(|byte| *byte == 0)?)?;
    Some(File { size: u32_le(bytes, at)?, start: u32_le(bytes, at + 4)?, folder: u16_le(bytes, at + 8)?, name })
}

impl Folder {
    fn give(&self, files: &[&File<'_>], bytes: &[u8], reserved: usize, sink: &mut dyn Sink) {
        let mut unread = files.iter();
        let problem = match Unpack::of(self.method) {
            Err(problem) => problem,
            Ok(unpack) => {
                let mut blocks =
                    Blocks { bytes, at: self.start, left: self.blocks, reserved, unpack, ready: Vec::new(), start: 0, position: 0 };
                let mut stopped = None;
                for file in unread.by_ref() {
                    match blocks.give(file, sink) {
                        Ok(()) => {}
                        Err(problem) => {
                            stopped = Some(problem);
                            break;
                        }
                    }
                }
                let Some(problem) = stopped else { return };
                problem
            }
        };
        unread.for_each(|file| sink.unread(file.name, Some(file.size.into()), problem.clone()));
    }
}

/// A folder being unpacked.
struct Blocks<'b> {
    bytes: &'b [u8],
    at: usize,
    left: u16,
    reserved: usize,
    unpack: Unpack,
    /// The block being read, from `start`.
    ready: Vec<u8>,
    start: usize,
    /// Bytes of the folder handed out.
    position: u64,
}

impl Blocks<'_> {
    fn give(&mut self, file: &File<'_>, sink: &mut dyn Sink) -> Result<(), Problem> {
        let ahead = u64::from(file.start).checked_sub(self.position);
        let Some(ahead) = ahead else {
            let detail = "shares its bytes with another member";
            sink.unread(file.name, Some(file.size.into()), Problem::new(Category::Corrupt, detail));
            return Ok(());
        };
        let passed = io::copy(&mut self.by_ref().take(ahead), &mut io::sink());
        let mut content = Exactly { inner: self, left: file.size.into() };
        let mut content = Watched::new(&mut content);
        let size = Some(u64::from(file.size));
        sink.item(Member { name: file.name, step: true, size, packed: None, content: Input::Stream(&mut content) });
        if passed.is_err() || content.has_failed {
            return Err(Problem::new(Category::Corrupt, "packed behind a damaged member"));
        }
        if content.count < u64::from(file.size) {
            return Err(Problem::new(Category::Limit, "packed behind a member larger than the limits"));
        }
        Ok(())
    }

    /// Unpacks the next block (CFDATA, 2.4.4).
    fn refill(&mut self) -> io::Result<()> {
        let ended = || io::Error::new(io::ErrorKind::UnexpectedEof, "the cabinet ends inside this member");
        self.left = self.left.checked_sub(1).ok_or_else(ended)?;
        let (Some(packed), Some(size)) = (u16_le(self.bytes, self.at + 4), u16_le(self.bytes, self.at + 6)) else { return Err(ended()) };
        let start = self.at + 8 + self.reserved;
        let body = slice(self.bytes, start, packed.into());
        if body.len() < packed.into() {
            return Err(ended());
        }
        self.at = start + body.len();
        self.unpack.block(body, size.into(), &mut self.ready)?;
        self.start = 0;
        Ok(())
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.start >= self.ready.len() {
            self.refill()?;
        }
        let length = self.ready.get(self.start..).unwrap_or_default().read(into)?;
        self.start += length;
        self.position += length as u64;
        Ok(length)
    }
}

/// So many bytes of a folder.
struct Exactly<'r, 'b> {
    inner: &'r mut Blocks<'b>,
    left: u64,
}

impl Read for Exactly<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).map_or(into.len(), |left| left.min(into.len()));
        if want == 0 {
            return Ok(0);
        }
        let read = self.inner.read(into.get_mut(..want).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// How the blocks of a folder are packed.
enum Unpack {
    Stored,
    /// Deflate, each block with the last 32 KiB as its dictionary ([MS-MCI]).
    Zip(Vec<u8>),
    Lzx(Box<Lzxd>),
}

impl Unpack {
    fn of(method: u16) -> Result<Unpack, Problem> {
        use WindowSize::{KB32, KB64, KB128, KB256, KB512, MB1, MB2};
        let windows = [KB32, KB64, KB128, KB256, KB512, MB1, MB2];
        match method & 15 {
            0 => Ok(Unpack::Stored),
            1 => Ok(Unpack::Zip(Vec::new())),
            3 => match usize::from(method >> 8 & 31).checked_sub(15).and_then(|window| windows.get(window)) {
                Some(window) => Ok(Unpack::Lzx(Box::new(Lzxd::new(*window)))),
                None => Err(Problem::new(Category::Corrupt, "LZX with a window that cannot be")),
            },
            2 => Err(Problem::new(Category::Unsupported, "packed with Quantum")),
            _ => Err(Problem::new(Category::Unsupported, "packed by an unknown method")),
        }
    }

    fn block(&mut self, body: &[u8], size: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let damaged = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
        out.clear();
        match self {
            Unpack::Stored => out.extend_from_slice(body),
            Unpack::Zip(dictionary) => {
                let body = body.strip_prefix(b"CK").ok_or_else(|| damaged("a block without its mark"))?;
                let mut inflate = Decompress::new(false);
                if !dictionary.is_empty() {
                    inflate.set_dictionary(dictionary).map_err(|_| damaged("a dictionary that is refused"))?;
                }
                out.reserve(BLOCK);
                let ended = inflate.decompress_vec(body, out, FlushDecompress::Finish);
                if !matches!(ended, Ok(Status::StreamEnd)) || out.len() != size {
                    return Err(damaged("a block that cannot be unpacked"));
                }
                dictionary.clone_from(out);
            }
            Unpack::Lzx(lzx) => {
                out.extend_from_slice(lzx.decompress_next(body, size).map_err(|_| damaged("a block that cannot be unpacked"))?);
            }
        }
        if out.is_empty() { Err(damaged("a block of nothing")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};
    use crate::base::Category;
    use std::io::Write;

    /// A cabinet of one folder: these members, their bytes in these blocks.
    fn cabinet(method: u16, files: &[(&str, u32, u32)], blocks: &[(Vec<u8>, usize)]) -> Vec<u8> {
        let mut list = Vec::new();
        for (name, start, size) in files {
            list.extend(size.to_le_bytes());
            list.extend(start.to_le_bytes());
            list.extend([0; 8]);
            list.extend(name.bytes());
            list.push(0);
        }
        let mut bytes = b"MSCF\0\0\0\0".to_vec();
        bytes.extend([0; 8]);
        bytes.extend(44_u32.to_le_bytes());
        bytes.extend([0, 0, 0, 0, 3, 1, 1, 0, files.len() as u8, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend((44 + list.len() as u32).to_le_bytes());
        bytes.extend((blocks.len() as u16).to_le_bytes());
        bytes.extend(method.to_le_bytes());
        bytes.extend(list);
        for (body, size) in blocks {
            bytes.extend([0; 4]);
            bytes.extend((body.len() as u16).to_le_bytes());
            bytes.extend((*size as u16).to_le_bytes());
            bytes.extend(body);
        }
        bytes
    }

    fn zipped(text: &[u8]) -> (Vec<u8>, usize) {
        let mut deflate = flate2::write::DeflateEncoder::new(b"CK".to_vec(), flate2::Compression::fast());
        deflate.write_all(text).expect("memory");
        (deflate.finish().expect("memory"), text.len())
    }

    #[test]
    fn members_across_blocks_are_read() {
        for (method, blocks) in [(0, vec![(b"one t".to_vec(), 5), (b"wo".to_vec(), 2)]), (1, vec![zipped(b"one t"), zipped(b"wo")])] {
            let bytes = cabinet(method, &[("a.txt", 0, 4), ("b\\c.txt", 4, 3)], &blocks);
            let found = unfold("a.cab", &bytes);
            assert_eq!(found.contents(), [("a.cab!/a.txt", b"one ".as_slice()), ("a.cab!/b\\c.txt", b"two")]);
            assert_eq!(found.problems(), []);
            let cut = unfold("a.cab", &bytes[..bytes.len() - 1]);
            assert_eq!(cut.problems(), [("a.cab!/b\\c.txt", Category::Truncated)]);
            survives(&super::Cabinet, &bytes);
        }
    }
}
