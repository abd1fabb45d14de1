//! RAR of every age, by `rars`, under limits of memory and output. Each volume of a split archive
//! is read by itself: a member that goes on in another one is told, not read.

use super::{Claim, Format, Head, Member, Sink, binary::Partial, read_problem};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use rars::{Archive, ArchiveMember, ArchiveReadOptions, ArchiveReader, Error, ErrorKind, ExtractionDecision, ExtractionErrorAction};
use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

const MAGICS: &[&[u8]] = &[b"Rar!\x1A\x07", b"RE~^"];

/// Dictionary and models of a decoder.
const WORKSPACE: u64 = 512 << 20;
const HEADERS: u64 = 1 << 20;
const HEADER_BYTES: u64 = 256 << 20;

/// `.rar`.
pub struct Rar;

impl Format for Rar {
    fn name(&self) -> &'static str {
        "rar"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if MAGICS.iter().any(|magic| head.bytes.starts_with(magic)) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let size = bytes.len() as u64;
        let options = ArchiveReadOptions::new().with_max_header_count(HEADERS).with_max_header_bytes(HEADER_BYTES);
        match ArchiveReader::read_owned_with_options(bytes.into_owned(), options) {
            Ok(archive) => extract(&archive, sink),
            // What is cut off where it comes from is known to be.
            Err(failed) if error.is_none() => sink.problem(problem(&failed).not_examined(size)),
            Err(_) => {}
        }
        if let Some(error) = error.filter(|error| error.kind() == io::ErrorKind::FileTooLarge) {
            sink.problem(read_problem(&error));
        }
    }
}

/// Where a member is unpacked to. What does not fit is left out, and that it was is kept in mind.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Buffer>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut buffer = self.0.borrow_mut();
        if buffer.bytes.len() + bytes.len() > buffer.limit {
            buffer.is_full = true;
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than the limit for one item in memory"));
        }
        buffer.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The members of an archive in their order; at each call of its back the one before is complete.
struct Extraction<'s> {
    sink: &'s mut dyn Sink,
    buffer: Shared,
    /// Name, size and packed size of the member being unpacked.
    open: Option<(Vec<u8>, u64, u64)>,
    /// How many members were handed on, or told.
    told: usize,
}

impl Extraction<'_> {
    /// Hands on the member that was unpacked; with the error that ended it, if one did.
    fn close(&mut self, error: Option<&Error>) {
        let Some((name, size, packed)) = self.open.take() else { return };
        self.told += 1;
        let bytes = std::mem::take(&mut self.buffer.0.borrow_mut().bytes);
        let is_full = std::mem::take(&mut self.buffer.0.borrow_mut().is_full);
        let mut partial;
        let content = match error {
            None => Input::Whole(&bytes),
            Some(error) => {
                let error = if is_full { io::Error::from(io::ErrorKind::FileTooLarge) } else { as_io(error) };
                partial = Partial::new(&bytes, error);
                Input::Stream(&mut partial)
            }
        };
        self.sink.item(Member { name: &name, step: true, size: Some(size), packed: Some(packed), content });
    }

    /// What becomes of the next member.
    fn decide(&mut self, member: &ArchiveMember, is_solid: bool) -> ExtractionDecision {
        self.close(None);
        let meta = &member.meta;
        let name = member.meta.name_bytes().to_vec();
        let problem = match () {
            () if meta.is_directory => None,
            () if meta.is_redirection => Some(Problem::new(Category::Symlink, "a link")),
            () if meta.is_encrypted => Some(Problem::new(Category::Encrypted, "encrypted with a password")),
            () if meta.is_split_before || meta.is_split_after => {
                Some(Problem::new(Category::Truncated, "goes on in another volume of the archive"))
            }
            () => {
                self.open = Some((name, meta.unpacked_size, meta.packed_size));
                return ExtractionDecision::Extract(Box::new(self.buffer.clone()));
            }
        };
        self.told += 1;
        if let Some(problem) = problem {
            let size = Some(meta.unpacked_size).filter(|_| !meta.is_redirection);
            self.sink.unread(&name, size, problem);
        }
        // Members behind it may need what it holds.
        if is_solid && !meta.is_encrypted && !meta.is_directory && !meta.is_redirection {
            return ExtractionDecision::Extract(Box::new(io::sink()));
        }
        ExtractionDecision::Skip
    }
}

fn extract(archive: &Archive, sink: &mut dyn Sink) {
    let limit = sink.in_memory();
    let options = ArchiveReadOptions::new().with_max_reader_workspace_bytes(WORKSPACE).with_rar50_dictionary_size_limit(WORKSPACE / 2);
    let is_solid = archive.is_solid();
    let buffer = Shared::default();
    buffer.0.borrow_mut().limit = limit;
    let extraction = RefCell::new(Extraction { sink, buffer, open: None, told: 0 });
    let ended = archive.extract_with_control_and_errors(
        options,
        |member| Ok(extraction.borrow_mut().decide(member, is_solid)),
        |_, error| {
            extraction.borrow_mut().close(Some(error));
            Ok(ExtractionErrorAction::Continue)
        },
    );
    let mut extraction = extraction.into_inner();
    extraction.close(ended.as_ref().err());
    if let Err(error) = ended {
        let left: Vec<ArchiveMember> = archive.members().skip(extraction.told).collect();
        let problem = problem(&error);
        for member in left.iter().filter(|member| !member.meta.is_directory) {
            let own =
                if member.meta.is_encrypted { Problem::new(Category::Encrypted, "encrypted with a password") } else { problem.clone() };
            extraction.sink.unread(member.meta.name_bytes(), Some(member.meta.unpacked_size), own);
        }
        if left.is_empty() && extraction.told == 0 {
            extraction.sink.problem(problem);
        }
    }
}

fn as_io(error: &Error) -> io::Error {
    let kind = match category(error) {
        Category::Truncated => io::ErrorKind::UnexpectedEof,
        Category::Limit => io::ErrorKind::FileTooLarge,
        Category::Unsupported | Category::Encrypted => io::ErrorKind::Unsupported,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error.root_cause().to_string())
}

fn category(error: &Error) -> Category {
    match error.root_cause() {
        // Parts for passwords are left out of the reader.
        Error::FeatureDisabled { .. } => return Category::Encrypted,
        Error::TooShort => return Category::Truncated,
        Error::Io(error) if error.kind == io::ErrorKind::UnexpectedEof => return Category::Truncated,
        _ => {}
    }
    match error.kind() {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => Category::Encrypted,
        ErrorKind::UnsupportedFormat | ErrorKind::UnsupportedFeature => Category::Unsupported,
        ErrorKind::ResourceLimit => Category::Limit,
        _ => Category::Corrupt,
    }
}

fn problem(error: &Error) -> Problem {
    match category(error) {
        Category::Encrypted => Problem::new(Category::Encrypted, "encrypted with a password"),
        category => Problem::new(category, error.root_cause().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};
    use crate::base::Category;

    /// A number of seven bits a byte (RAR 5.0 archive format).
    fn varied(mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while number > 0x7F {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }

    fn block(fields: &[u8]) -> Vec<u8> {
        let sized = [varied(fields.len() as u64), fields.to_vec()].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&sized);
        [crc.sum().to_le_bytes().to_vec(), sized].concat()
    }

    /// An archive of version 5 with one stored member.
    fn stored(name: &str, body: &[u8]) -> Vec<u8> {
        let mut crc = flate2::Crc::new();
        crc.update(body);
        let mut file = vec![2, 2];
        file.extend(varied(body.len() as u64));
        file.push(4);
        file.extend(varied(body.len() as u64));
        file.push(0);
        file.extend(crc.sum().to_le_bytes());
        file.extend([0, 1, name.len() as u8]);
        file.extend(name.bytes());
        [b"Rar!\x1A\x07\x01\0".to_vec(), block(&[1, 0, 0]), block(&file), body.to_vec(), block(&[5, 0, 0])].concat()
    }

    #[test]
    fn a_member_is_read_and_damage_is_told() {
        let bytes = stored("staff.csv", b"jane.doe@example.com");
        let found = unfold("a.rar", &bytes);
        assert_eq!(found.contents(), [("a.rar!/staff.csv", b"jane.doe@example.com".as_slice())]);
        assert_eq!(found.problems(), []);
        let mut damaged = bytes.clone();
        let at = damaged.iter().position(|byte| *byte == b'@').expect("a body");
        damaged[at] = b'#';
        assert_eq!(unfold("a.rar", &damaged).problems(), [("a.rar!/staff.csv", Category::Corrupt)]);
    }

    #[test]
    fn damage_is_survived() {
        survives(&super::Rar, &stored("a", b"some text"));
    }
}
