//! 7z: solid blocks are unpacked once, front to back; every member is read as it comes out.

use super::{
    Claim, Format, Head, LOCKED, Member, Sink,
    binary::{Watched, u64_le},
    tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};
use std::io::{self, Cursor};

const MAGIC: &[u8] = b"7z\xBC\xAF\x27\x1C";

/// A dictionary or the list of members may take so much, in KiB.
const MEMORY: usize = 256 << 10;

/// `.7z`.
pub struct SevenZip;

impl Format for SevenZip {
    fn name(&self) -> &'static str {
        "7z"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        // No list at all: an archive of nothing.
        if u64_le(&bytes, 20) == Some(0) && bytes.len() == 32 {
            return;
        }
        let passwords = Passwords::of(sink);
        match passwords.open(&bytes) {
            Ok(archive) => members(&bytes, &archive, &passwords, sink),
            // What is cut off where it comes from is known to be.
            Err(failed) if error.is_none() => sink.problem(problem(&failed).not_examined(bytes.len() as u64)),
            Err(_) => {}
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// The empty one, then those given.
struct Passwords(Vec<Password>);

impl Passwords {
    fn of(sink: &dyn Sink) -> Passwords {
        Passwords([Password::empty()].into_iter().chain(sink.passwords().iter().map(|word| Password::new(word))).collect())
    }

    /// Reads the list of members, which may be encrypted too.
    fn open(&self, bytes: &[u8]) -> Result<Archive, Error> {
        let mut first = None;
        for password in &self.0 {
            match Archive::read_with_memory_limit(&mut Cursor::new(bytes), password, MEMORY) {
                Ok(archive) => return Ok(archive),
                Err(error) => match first.get_or_insert(error) {
                    error if problem(error).category == Category::Encrypted => {}
                    _ => break,
                },
            }
        }
        Err(first.unwrap_or(Error::PasswordRequired))
    }

    /// The password of a block: the first by which its first member is what its checksum says.
    fn of_block(&self, bytes: &[u8], archive: &Archive, block: usize) -> Option<&Password> {
        self.0.iter().skip(1).find(|password| {
            let mut source = Cursor::new(bytes);
            let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, password, &mut source);
            let mut is_right = false;
            let ended = decoder.for_each_entries(&mut |entry, reader| {
                if !entry.has_stream {
                    return Ok(true);
                }
                is_right = io::copy(reader, &mut io::sink()).is_ok_and(|length| length == entry.size);
                Ok(false)
            });
            ended.is_ok() && is_right
        })
    }
}

fn members(bytes: &[u8], archive: &Archive, passwords: &Passwords, sink: &mut dyn Sink) {
    for block in 0..archive.blocks.len() {
        read_block(bytes, archive, block, passwords, sink);
    }
    let without_block =
        archive.files.iter().enumerate().filter(|(at, _)| archive.stream_map.file_block_index.get(*at).is_none_or(Option::is_none));
    for (_, entry) in without_block.filter(|(_, entry)| !entry.is_directory && !entry.is_anti_item) {
        give(entry, &mut io::empty(), sink);
    }
}

/// Hands on the members of a block; those that cannot be reached are told.
fn read_block(bytes: &[u8], archive: &Archive, block: usize, passwords: &Passwords, sink: &mut dyn Sink) {
    let mut source = Cursor::new(bytes);
    let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
    let is_encrypted = archive.is_file_encrypted(first);
    let password = if is_encrypted { passwords.of_block(bytes, archive, block) } else { None };
    let none = Password::empty();
    let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, password.unwrap_or(&none), &mut source);
    let entries: Vec<ArchiveEntry> = decoder.entries().to_vec();
    if is_encrypted && password.is_none() {
        return entries.iter().filter(|entry| entry.has_stream).for_each(|entry| {
            sink.unread(entry.name.as_bytes(), Some(entry.size), Problem::new(Category::Encrypted, LOCKED));
        });
    }
    let mut given = 0;
    let mut stopped = None;
    let ended = decoder.for_each_entries(&mut |entry, reader| {
        given += 1;
        if entry.is_directory || entry.is_anti_item {
            return Ok(true);
        }
        let end = give(entry, reader, sink);
        // Going on would unpack all that the limits forbid, or what nothing can be said of.
        stopped = match end {
            Ended::Whole => None,
            Ended::Failed => Some(Problem::new(Category::Corrupt, "packed behind a damaged member")),
            Ended::Refused => Some(Problem::new(Category::Limit, "packed behind a member larger than the limits")),
        };
        Ok(stopped.is_none())
    });
    let problem = stopped.or_else(|| ended.err().as_ref().map(problem));
    if given < entries.len() {
        let problem = problem.unwrap_or_else(|| Problem::new(Category::Corrupt, "is not found in its block"));
        for entry in entries.iter().skip(given).filter(|entry| entry.has_stream) {
            sink.unread(entry.name.as_bytes(), Some(entry.size), problem.clone());
        }
    }
}

enum Ended {
    Whole,
    Failed,
    Refused,
}

fn give(entry: &ArchiveEntry, reader: &mut dyn io::Read, sink: &mut dyn Sink) -> Ended {
    let mut content = Watched::new(reader);
    let size = if entry.has_stream { entry.size } else { 0 };
    // In solid archives only the block has a packed size: the ratio is watched against the whole file.
    sink.item(Member { name: entry.name.as_bytes(), step: true, size: Some(size), packed: None, content: Input::Stream(&mut content) });
    match content {
        Watched { has_failed: true, .. } => Ended::Failed,
        Watched { count, .. } if count < size => Ended::Refused,
        _ => Ended::Whole,
    }
}

fn problem(error: &Error) -> Problem {
    let category = match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Category::Encrypted,
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => Category::Encrypted,
        Error::Unsupported(_) | Error::UnsupportedCompressionMethod(_) | Error::UnsupportedVersion { .. } | Error::ExternalUnsupported => {
            Category::Unsupported
        }
        Error::MaxMemLimited { .. } => Category::Limit,
        Error::Io(error, _) if error.kind() == io::ErrorKind::UnexpectedEof => Category::Truncated,
        _ => Category::Corrupt,
    };
    let detail = match category {
        Category::Encrypted => LOCKED.to_owned(),
        _ => error.to_string(),
    };
    Problem::new(category, detail)
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};
    use crate::base::Category;

    /// An archive of one stored member (7zFormat.txt): header, body, list.
    pub(crate) fn stored(name: &str, body: &[u8]) -> Vec<u8> {
        let mut crc = flate2::Crc::new();
        crc.update(body);
        let mut list = vec![1, 4, 6, 0, 1, 9, body.len() as u8, 0, 7, 11, 1, 0, 1, 1, 0, 12, body.len() as u8, 10, 1];
        list.extend(crc.sum().to_le_bytes());
        list.extend([0, 8, 0, 0, 5, 1, 17]);
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        list.push(name.len() as u8 + 1);
        list.push(0);
        list.extend(name);
        list.extend([0, 0]);
        let sum = |bytes: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            crc.sum().to_le_bytes()
        };
        let mut start = (body.len() as u64).to_le_bytes().to_vec();
        start.extend((list.len() as u64).to_le_bytes());
        start.extend(sum(&list));
        [super::MAGIC, &[0, 4], &sum(&start), &start, body, &list].concat()
    }

    #[test]
    fn a_member_is_read_and_damage_is_told() {
        let bytes = stored("staff.csv", b"jane.doe@example.com");
        let found = unfold("a.7z", &bytes);
        assert_eq!(found.problems(), []);
        assert_eq!(found.contents(), [("a.7z!/staff.csv", b"jane.doe@example.com".as_slice())]);
        assert_eq!(found.problems(), []);
        let mut damaged = bytes.clone();
        damaged[35] ^= 1;
        assert_eq!(unfold("a.7z", &damaged).problems(), [("a.7z!/staff.csv", Category::Corrupt)]);
        assert!(!unfold("a.7z", &bytes[..60]).problems().is_empty());
    }

    #[test]
    fn damage_is_survived() {
        survives(&super::SevenZip, &stored("a", b"some text"));
    }
}
