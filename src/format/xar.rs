//! xar: installers and signed archives of macOS. A packed list in XML, and a heap of members behind it.

use super::{
    Claim, Format, Head, Member, Sink, base64,
    binary::{Partial, u32_be},
    office::markup::{Event, Markup},
    read_problem, tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
use std::io::{self, Read};

const MAGIC: &[u8] = b"xar!";
/// The list, unpacked.
const LONGEST_LIST: u64 = 256 << 20;
/// Folders within folders.
const DEPTH: usize = 256;

/// `.xar`, `.pkg`.
pub struct Xar;

impl Format for Xar {
    fn name(&self) -> &'static str {
        "xar"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        match list(&bytes) {
            Some((entries, heap)) => entries.iter().for_each(|entry| entry.give(heap, sink)),
            // What is cut off where it comes from is known to be.
            None if error.is_none() => {
                sink.problem(Problem::new(Category::Corrupt, "the list of members cannot be read").not_examined(bytes.len() as u64));
            }
            None => {}
        }
        tell_cut(error.as_ref(), sink);
    }
}

/// A member, as the list has it.
#[derive(Debug, Default)]
struct Entry {
    name: String,
    kind: String,
    link: String,
    packing: String,
    offset: u64,
    /// In the heap, and unpacked.
    length: Option<u64>,
    size: Option<u64>,
}

impl Entry {
    fn give(&self, heap: &[u8], sink: &mut dyn Sink) {
        let name = self.name.as_bytes();
        if self.kind == "symlink" {
            return super::link(name, self.link.as_bytes(), sink);
        }
        let Some(length) = self.length.filter(|_| self.kind != "directory") else { return };
        let packed = heap.get(usize::try_from(self.offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        let whole = usize::try_from(length).ok().and_then(|length| packed.get(..length));
        let cut = || Partial::new(packed, io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside this member"));
        let from: Box<dyn Read + '_> = match whole {
            Some(whole) => Box::new(whole),
            None => Box::new(cut()),
        };
        let (step, size) = (true, self.size);
        let mut decoder: Box<dyn Read + '_> = match self.packing.as_str() {
            "" | "application/octet-stream" => from,
            "application/x-gzip" => Box::new(flate2::read::ZlibDecoder::new(from)),
            "application/x-bzip2" => Box::new(bzip2::read::BzDecoder::new(from)),
            "application/x-xz" => Box::new(lzma_rust2::XzReader::new_mem_limit(from, true, 256 << 10)),
            "application/x-lzma" => match lzma_rust2::LzmaReader::new_mem_limit(from, 256 << 10, None) {
                Ok(decoder) => Box::new(decoder),
                Err(error) => return sink.unread(name, size, read_problem(&error)),
            },
            other => {
                return sink.unread(name, size, Problem::new(Category::Unsupported, format!("packed as {other}, which is not supported")));
            }
        };
        sink.item(Member { name, step, size, packed: Some(length), content: Input::Stream(&mut decoder) });
    }
}

/// The members, and the heap they are in.
fn list(bytes: &[u8]) -> Option<(Vec<Entry>, &[u8])> {
    let header = usize::from(u16::from_be_bytes(*bytes.get(4..)?.first_chunk()?));
    let length = usize::try_from(u64::from(u32_be(bytes, 8)?) << 32 | u64::from(u32_be(bytes, 12)?)).ok()?;
    let packed = bytes.get(header..header.checked_add(length)?)?;
    let mut text = Vec::new();
    flate2::read::ZlibDecoder::new(packed).take(LONGEST_LIST).read_to_end(&mut text).ok()?;
    Some((entries(&text), bytes.get(header + length..)?))
}

fn entries(text: &[u8]) -> Vec<Entry> {
    let mut markup = Markup::new(text);
    let (mut found, mut open, mut path): (Vec<Entry>, Vec<Entry>, Vec<String>) = (Vec::new(), Vec::new(), Vec::new());
    let (mut value, mut is_packed_name) = (String::new(), false);
    // Attributes of a file have offsets and lengths of their own.
    let mut inside = Vec::new();
    while let Ok(event) = markup.next() {
        match event {
            Event::End => break,
            Event::Open(tag) => {
                value.clear();
                match tag.name() {
                    "file" if open.len() < DEPTH => open.push(Entry::default()),
                    "name" => is_packed_name = tag.attribute("enctype").is_some_and(|kind| kind == "base64"),
                    "encoding" if inside.last().is_some_and(|name| name == "data") => {
                        if let (Some(entry), Some(style)) = (open.last_mut(), tag.attribute("style")) {
                            entry.packing = style.into_owned();
                        }
                    }
                    _ => {}
                }
                inside.push(tag.name().to_owned());
            }
            Event::Text(text) => value.push_str(&text),
            Event::Close(name) => {
                inside.pop();
                let (name, parent) = (name.as_str(), inside.last().map_or("", String::as_str));
                let Some(entry) = open.last_mut() else { continue };
                match (parent, name) {
                    ("file", "name") => {
                        let own = if is_packed_name {
                            String::from_utf8_lossy(&base64::decode(value.as_bytes())).into_owned()
                        } else {
                            value.clone()
                        };
                        path.truncate(open.len() - 1);
                        path.push(own);
                        if let Some(entry) = open.last_mut() {
                            entry.name = path.join("/");
                        }
                    }
                    ("file", "type") => entry.kind = value.trim().to_owned(),
                    ("file", "link") => entry.link = value.trim().to_owned(),
                    ("data", "offset") => entry.offset = value.trim().parse().unwrap_or(u64::MAX),
                    ("data", "length") => entry.length = value.trim().parse().ok(),
                    ("data", "size") => entry.size = value.trim().parse().ok(),
                    (_, "file") => found.extend(open.pop()),
                    _ => {}
                }
                value.clear();
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, unfold::unfold};
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn members_in_folders_packed_or_not_are_read() {
        let heap = [packed(b"one one one"), b"two".to_vec()].concat();
        let first = heap.len() - 3;
        let text = format!(
            "<xar><toc><file id=\"1\"><name>hr</name><type>directory</type><file id=\"2\"><data><ea><offset>9</offset></ea><offset>0</offset>\
             <length>{first}</length><size>11</size><encoding style=\"application/x-gzip\"/></data><name>a.txt</name><type>file</type></file></file>\
             <file id=\"3\"><name enctype=\"base64\">Yi50eHQ=</name><type>file</type><data><offset>{first}</offset><length>3</length></data></file>\
             <file id=\"4\"><name>c</name><type>symlink</type><link type=\"file\">b.txt</link></file></toc></xar>"
        );
        let list = packed(text.as_bytes());
        let mut bytes = [MAGIC, &[0, 28, 0, 1]].concat();
        bytes.extend([(list.len() as u64).to_be_bytes(), (text.len() as u64).to_be_bytes()].concat());
        bytes.extend([0; 4]);
        bytes.extend([list, heap].concat());
        let found = unfold("a.xar", &bytes);
        assert_eq!(found.problems(), []);
        assert_eq!(found.contents(), [("a.xar!/hr/a.txt", b"one one one".as_slice()), ("a.xar!/b.txt", b"two"), ("a.xar!/c", b"b.txt")]);
        assert_eq!(unfold("a.xar", &bytes[..bytes.len() - 2]).problems(), [("a.xar!/b.txt", Category::Truncated)]);
        survives(&Xar, &bytes);
    }
}
