//! 7z: solid blocks are unpacked once, front to back; every member is read as it comes out.

use super::{
    Claim, Format, Head, Member, Sink,
    binary::{Watched, u64_le},
    read_problem,
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
        match Archive::read_with_memory_limit(&mut Cursor::new(&*bytes), &Password::empty(), MEMORY) {
            Ok(archive) => members(&bytes, &archive, sink),
            // What is cut off where it comes from is known to be.
            Err(failed) if error.is_none() => sink.problem(problem(&failed).not_examined(bytes.len() as u64)),
            Err(_) => {}
        }
        if let Some(error) = error.filter(|error| error.kind() == io::ErrorKind::FileTooLarge) {
            sink.problem(read_problem(&error));
        }
    }
}

fn members(bytes: &[u8], archive: &Archive, sink: &mut dyn Sink) {
    for block in 0..archive.blocks.len() {
        read_block(bytes, archive, block, sink);
    }
    let without_block =
        archive.files.iter().enumerate().filter(|(at, _)| archive.stream_map.file_block_index.get(*at).is_none_or(Option::is_none));
    for (_, entry) in without_block.filter(|(_, entry)| !entry.is_directory && !entry.is_anti_item) {
        give(entry, &mut io::empty(), sink);
    }
}

/// Hands on the members of a block; those that cannot be reached are told.
fn read_block(bytes: &[u8], archive: &Archive, block: usize, sink: &mut dyn Sink) {
    let mut source = Cursor::new(bytes);
    let password = Password::empty();
    let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, &password, &mut source);
    let entries: Vec<ArchiveEntry> = decoder.entries().to_vec();
    let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
    if archive.is_file_encrypted(first) {
        let detail = "encrypted with a password";
        return entries.iter().filter(|entry| entry.has_stream).for_each(|entry| {
            sink.unread(entry.name.as_bytes(), Some(entry.size), Problem::new(Category::Encrypted, detail));
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
    // The upper half of the attributes is the mode where the archive is of Unix; 12 is the type of a symbolic link.
    let is_unix = entry.has_windows_attributes && entry.windows_attributes & 0x8000 != 0;
    if is_unix && entry.windows_attributes >> 28 == 0o12 {
        sink.unread(entry.name.as_bytes(), None, Problem::new(Category::Symlink, "a symbolic link"));
        return Ended::Whole;
    }
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
        Category::Encrypted => "encrypted with a password".to_owned(),
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
