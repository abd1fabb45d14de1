//! Programs: text in them is sought as in unknown bytes, and an archive that one unpacks itself from
//! is opened where it lies. What is neither part of the program nor such an archive is told.

use super::{
    Claim, Format, Head, Member, Sink,
    binary::{slice, u16_le, u32_le, u64_le},
    raw,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use memchr::memmem;

/// How archives begin that programs carry; each with the bytes that must stand behind.
const ARCHIVES: &[&[u8]] = &[b"7z\xBC\xAF\x27\x1C\0", b"Rar!\x1A\x07\0\xCF\x90\x73", b"Rar!\x1A\x07\x01\0", b"MSCF\0\0\0\0"];

/// Signatures and the tables of names for finding faults stand behind a program and are no bigger.
const SIGNATURES: u64 = 64 << 10;

/// Where the program itself ends, by the list of its sections.
fn end(bytes: &[u8]) -> Option<u64> {
    if bytes.starts_with(b"MZ") {
        let header = u32_le(bytes, 60)? as usize;
        let (count, optional) = (usize::from(u16_le(bytes, header + 6)?), usize::from(u16_le(bytes, header + 20)?));
        let sections = slice(bytes, header + 24 + optional, count * 40).chunks_exact(40);
        return sections.filter_map(|section| Some(u64::from(u32_le(section, 20)?) + u64::from(u32_le(section, 16)?))).max();
    }
    if !bytes.starts_with(b"\x7FELF") {
        return Some(u64::MAX);
    }
    // Programs of Unix, of 64 or 32 bits; those with numbers the other way round are not looked into.
    let (table, length, count) = match bytes.get(4..6)? {
        [2, 1] => (u64_le(bytes, 40)?, u16_le(bytes, 58)?, u16_le(bytes, 60)?),
        [1, 1] => (u32_le(bytes, 32)?.into(), u16_le(bytes, 46)?, u16_le(bytes, 48)?),
        [0, 0] => return None,
        _ => return Some(u64::MAX),
    };
    Some(table.saturating_add(u64::from(length) * u64::from(count))).filter(|end| *end > 0)
}

/// Programs of macOS, and classes of Java: its versions begin with 45, where programs for several machines have how many.
fn is_other(head: &[u8]) -> bool {
    match head {
        [0xCA, 0xFE, 0xBA, 0xBE, _, _, 0, 1..=100, ..] => true,
        [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => head.get(12).is_some_and(|kind| (1..=12).contains(kind)),
        _ => false,
    }
}

/// Programs of Windows, Unix and macOS.
pub struct Program;

impl Format for Program {
    fn name(&self) -> &'static str {
        "program"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // Offset 60 of a Windows program tells where its header is.
        let header = super::binary::u32_le(head.bytes, 60).unwrap_or(u32::MAX) as usize;
        let is_windows = head.bytes.starts_with(b"MZ") && head.bytes.get(header..).is_some_and(|rest| rest.starts_with(b"PE\0\0"));
        if is_windows || head.bytes.starts_with(b"\x7FELF") || is_other(head.bytes) { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let found = ARCHIVES.iter().filter_map(|magic| memmem::find(&bytes, magic)).min();
        let Some(at) = found.filter(|_| error.is_none()) else {
            raw::texts(Input::Whole(&bytes), sink);
            let behind = (bytes.len() as u64).saturating_sub(end(&bytes).unwrap_or(0));
            if behind > SIGNATURES {
                let detail = format!("a program with {behind} bytes behind it of unknown make; scanned as raw bytes");
                sink.problem(Problem::new(Category::Unsupported, detail));
            }
            return;
        };
        let (program, archive) = bytes.split_at(at);
        raw::texts(Input::Whole(program), sink);
        let size = Some(archive.len() as u64);
        sink.item(Member { name: format!("@{at}").as_bytes(), step: false, size, packed: size, content: Input::Whole(archive) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, unfold::unfold};

    #[test]
    fn an_archive_in_a_program_is_opened_where_it_lies() {
        let program = [b"\x7FELF".as_slice(), &[0; 96], b"jane.doe@example.com\0"].concat();
        let found = unfold("a.exe", &program);
        assert_eq!(found.problems(), []);
        let laden = [program.as_slice(), &[7; SIGNATURES as usize]].concat();
        assert_eq!(unfold("a.exe", &laden).problems(), [("a.exe", Category::Unsupported)]);
        let found = unfold("a.exe", &[program.as_slice(), b"MSCF\0\0\0\0"].concat());
        assert_eq!(found.problems(), [("a.exe#@121", Category::Truncated)]);
        assert!(found.texts.iter().any(|text| text.text.contains("jane.doe@example.com")));
        survives(&super::Program, &program);
    }
}
