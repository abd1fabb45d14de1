//! Programs: text in them is sought as in unknown bytes, and an archive that one unpacks itself from
//! is opened where it lies.

use super::{
    Claim, Format, Head, Member, Sink,
    raw::{self, Raw},
};
use crate::source::Input;
use memchr::memmem;

/// How archives begin that programs carry; each with the bytes that must stand behind.
const ARCHIVES: &[&[u8]] = &[b"7z\xBC\xAF\x27\x1C\0", b"Rar!\x1A\x07\0\xCF\x90\x73", b"Rar!\x1A\x07\x01\0", b"MSCF\0\0\0\0"];

/// Programs of Windows and Unix.
pub struct Program;

impl Format for Program {
    fn name(&self) -> &'static str {
        "program"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // Offset 60 of a Windows program tells where its header is.
        let header = super::binary::u32_le(head.bytes, 60).unwrap_or(u32::MAX) as usize;
        let is_windows = head.bytes.starts_with(b"MZ") && head.bytes.get(header..).is_some_and(|rest| rest.starts_with(b"PE\0\0"));
        if is_windows || head.bytes.starts_with(b"\x7FELF") { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let found = ARCHIVES.iter().filter_map(|magic| memmem::find(&bytes, magic)).min();
        let Some(at) = found.filter(|_| error.is_none()) else { return Raw.read(Input::Whole(&bytes), sink) };
        let (program, archive) = bytes.split_at(at);
        raw::texts(Input::Whole(program), sink);
        let size = Some(archive.len() as u64);
        sink.item(Member { name: format!("@{at}").as_bytes(), step: false, size, packed: size, content: Input::Whole(archive) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile::survives, unfold::unfold};
    use crate::base::Category;

    #[test]
    fn an_archive_in_a_program_is_opened_where_it_lies() {
        let program = [b"\x7FELF".as_slice(), &[0; 96], b"jane.doe@example.com\0"].concat();
        let found = unfold("a.exe", &program);
        assert_eq!(found.problems(), [("a.exe", Category::Unsupported)]);
        let found = unfold("a.exe", &[program.as_slice(), b"MSCF\0\0\0\0"].concat());
        assert_eq!(found.problems(), [("a.exe#@121", Category::Truncated)]);
        assert!(found.texts.iter().any(|text| text.text.contains("jane.doe@example.com")));
        survives(&super::Program, &program);
    }
}
