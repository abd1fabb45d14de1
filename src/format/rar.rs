//! RAR of every age, by `rars`, under limits of memory and output. Volumes that are there one behind
//! the other are read as one archive; in a volume by itself a member that goes on in another is told.

use super::{Claim, Format, Head, LOCKED, Member, Sink, binary::Partial, link, tell_cut};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use rars::{
    Archive, ArchiveMember, ArchiveMemberDetail, ArchiveReadOptions, ArchiveReader, Error, ErrorKind, ExtractionDecision,
    ExtractionErrorAction,
};
use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

const MAGICS: &[&[u8]] = &[b"Rar!\x1A\x07", b"RE~^"];

/// Dictionary and models of a decoder.
const WORKSPACE: u64 = 512 << 20;
/// A member is unpacked to so many bytes to try a password.
const TRIAL: u64 = 64 << 20;
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
        let passwords = sink.passwords();
        match open(&bytes, &passwords) {
            Ok((archives, password)) => match &archives[..] {
                [archive] => extract(archive, password.or_else(|| of_members(archive, &passwords)), sink),
                volumes => extract_volumes(volumes, password.or_else(|| of_members(volumes.first()?, &passwords)), sink),
            },
            // What is cut off where it comes from is known to be.
            Err(failed) if error.is_none() => sink.problem(problem(&failed).not_examined(size)),
            Err(_) => {}
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// The volumes in these bytes, and the password of their lists if they have one.
fn open<'p>(bytes: &[u8], passwords: &'p [String]) -> Result<(Vec<Archive>, Option<&'p [u8]>), Error> {
    let mut first = None;
    for password in [None].into_iter().chain(passwords.iter().map(|word| Some(word.as_bytes()))) {
        let parse = |volume: &[u8]| {
            let options = ArchiveReadOptions::with_optional_password(password);
            let options = options.with_max_header_count(HEADERS).with_max_header_bytes(HEADER_BYTES);
            ArchiveReader::read_owned_with_options(volume.to_vec(), options)
        };
        match volumes(bytes).into_iter().map(parse).collect() {
            Ok(archives) => return Ok((archives, password)),
            Err(error) => match first.get_or_insert(error) {
                error if category(error) == Category::Encrypted => {}
                _ => break,
            },
        }
    }
    Err(first.unwrap_or(Error::TooShort))
}

/// Cuts at the head of each volume. An archive that is no volume is one piece, whatever is stored in it.
fn volumes(bytes: &[u8]) -> Vec<&[u8]> {
    const HEADS: [&[u8]; 2] = [b"Rar!\x1A\x07\x01\0", b"Rar!\x1A\x07\0"];
    let Some(head) = HEADS.into_iter().find(|head| bytes.starts_with(head) && is_volume(bytes, head.len())) else { return vec![bytes] };
    let starts: Vec<usize> = memchr::memmem::find_iter(bytes, head).filter(|at| is_volume(&bytes[*at..], head.len())).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).map(|(start, end)| &bytes[*start..end]).collect()
}

/// Whether the header of the archive behind a magic number of this length says that it is one of several.
fn is_volume(bytes: &[u8], magic: usize) -> bool {
    let Some(header) = bytes.get(magic..) else { return false };
    if magic == 7 {
        return header.get(2) == Some(&0x73) && header.get(3).is_some_and(|flags| flags & 1 == 1);
    }
    // Behind the checksum numbers of seven bits a byte: length, type, flags, length of what is at the end, flags of the archive.
    let mut rest = header.get(4..).unwrap_or_default().iter().copied();
    let mut number = || {
        let (mut value, mut place) = (0_u64, 0);
        loop {
            let byte = rest.next()?;
            value |= u64::from(byte & 0x7F).checked_shl(place)?;
            place += 7;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
    };
    let (Some(_), Some(kind), Some(flags)) = (number(), number(), number()) else { return false };
    if flags & 1 == 1 {
        number();
    }
    kind == 1 && number().is_some_and(|flags| flags & 1 == 1)
}

/// The password of the first encrypted member.
fn of_members<'p>(archive: &Archive, passwords: &'p [String]) -> Option<&'p [u8]> {
    let at = archive.members().position(|member| member.meta.is_encrypted && !member.meta.is_directory)?;
    let is_right = |word: &&[u8]| {
        let options = limited(Some(word)).with_max_member_output_bytes(TRIAL);
        match archive.read_member_at_with_options(at, options) {
            Ok(_) => true,
            // It unpacks, and is only larger than a trial may be.
            Err(error) => category(&error) == Category::Limit,
        }
    };
    passwords.iter().map(String::as_bytes).find(is_right)
}

fn limited(password: Option<&[u8]>) -> ArchiveReadOptions<'_> {
    let options = ArchiveReadOptions::with_optional_password(password);
    options.with_max_reader_workspace_bytes(WORKSPACE).with_rar50_dictionary_size_limit(WORKSPACE / 2)
}

/// Unpacks the members of a split archive, in order; what a volume that is missing holds is told.
fn extract_volumes(volumes: &[Archive], password: Option<&[u8]>, sink: &mut dyn Sink) {
    let Ok(members) = rars::volume_members(volumes) else {
        return volumes.iter().for_each(|volume| extract(volume, password, sink));
    };
    let buffer = Shared::default();
    buffer.0.borrow_mut().limit = sink.in_memory();
    let extraction = RefCell::new(Extraction { sink, buffer, open: None, told: 0, has_password: password.is_some() });
    let ended = rars::extract_volumes_to_with_options(volumes, limited(password), |meta| {
        let mut extraction = extraction.borrow_mut();
        extraction.close(None);
        if meta.is_directory {
            extraction.told += 1;
            return Ok(Box::new(io::sink()));
        }
        let member = members.get(extraction.told).filter(|member| member.meta.name == meta.name);
        let sizes = member.map_or((0, 0), |member| (member.meta.unpacked_size, member.meta.packed_size));
        extraction.open = Some((meta.name.clone(), sizes.0, sizes.1));
        Ok(Box::new(extraction.buffer.clone()))
    });
    let mut extraction = extraction.into_inner();
    extraction.close(ended.as_ref().err());
    if let Err(error) = ended {
        extraction.rest(members.into_iter(), &problem(&error));
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
    has_password: bool,
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

    /// Tells of the members that were not reached.
    fn rest(&mut self, members: impl Iterator<Item = ArchiveMember>, problem: &Problem) {
        let left: Vec<ArchiveMember> = members.skip(self.told).collect();
        for member in left.iter().filter(|member| !member.meta.is_directory) {
            let is_locked = member.meta.is_encrypted && !self.has_password;
            let own = if is_locked { Problem::new(Category::Encrypted, LOCKED) } else { problem.clone() };
            self.sink.unread(member.meta.name_bytes(), Some(member.meta.unpacked_size), own);
        }
        if left.is_empty() && self.told == 0 {
            self.sink.problem(problem.clone());
        }
    }

    /// What becomes of the next member.
    fn decide(&mut self, member: &ArchiveMember, is_solid: bool) -> ExtractionDecision {
        self.close(None);
        let meta = &member.meta;
        let name = member.meta.name_bytes().to_vec();
        let problem = match () {
            () if meta.is_directory => None,
            () if meta.is_redirection => {
                if let ArchiveMemberDetail::Rar50Plus { redirection: Some(redirection), .. } = &member.detail {
                    link(&name, &redirection.target_name, self.sink);
                }
                None
            }
            () if meta.is_encrypted && !self.has_password => Some(Problem::new(Category::Encrypted, LOCKED)),
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
            self.sink.unread(&name, Some(meta.unpacked_size), problem);
        }
        // Members behind it may need what it holds.
        if is_solid && (!meta.is_encrypted || self.has_password) && !meta.is_directory && !meta.is_redirection {
            return ExtractionDecision::Extract(Box::new(io::sink()));
        }
        ExtractionDecision::Skip
    }
}

fn extract(archive: &Archive, password: Option<&[u8]>, sink: &mut dyn Sink) {
    let limit = sink.in_memory();
    let is_solid = archive.is_solid();
    let buffer = Shared::default();
    buffer.0.borrow_mut().limit = limit;
    let extraction = RefCell::new(Extraction { sink, buffer, open: None, told: 0, has_password: password.is_some() });
    let ended = archive.extract_with_control_and_errors(
        limited(password),
        |member| Ok(extraction.borrow_mut().decide(member, is_solid)),
        |_, error| {
            extraction.borrow_mut().close(Some(error));
            Ok(ExtractionErrorAction::Continue)
        },
    );
    let mut extraction = extraction.into_inner();
    extraction.close(ended.as_ref().err());
    if let Err(error) = ended {
        extraction.rest(archive.members(), &problem(&error));
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
        Category::Encrypted => Problem::new(Category::Encrypted, LOCKED),
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
