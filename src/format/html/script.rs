//! What a page carries beside its text: data in its scripts (`application/json`, `application/ld+json`, `window.state = {…}`),
//! its programs, which may hold keys, and files in its addresses (`data:`, RFC 2397).

use crate::{
    format::{Member, Place, Sink, Text, TextKind, base64, blob::is_document},
    source::Input,
};
use memchr::{memchr_iter, memmem};

/// What stands before data that is put into a variable is no longer than this.
const VARIABLE: usize = 120;
/// Shorter data says nothing of anybody.
const SHORTEST: usize = 16;

/// A picture of fewer bytes is an ornament of the page.
const PICTURE: usize = 2048;

/// Hands on the data of each script as an item, numbered by its place among the scripts; of programs their text.
pub(super) fn give(page: &[u8], sink: &mut dyn Sink) {
    let scripts = Scripts { page, at: 0 };
    for (number, (tag, start, body)) in scripts.enumerate() {
        if body.trim_ascii().is_empty() {
            continue;
        }
        let data = data(tag, body);
        if data.is_none() {
            sink.text(&Text { kind: TextKind::Lines, bytes: body, place: Place::Exact { start: start as u64 } });
        }
        if let Some(data) = data.filter(|data| data.len() >= SHORTEST) {
            let size = Some(data.len() as u64);
            let name = format!("script {}", number + 1);
            sink.item(Member { name: name.as_bytes(), step: false, size, packed: size, content: Input::Whole(data) });
        }
    }
}

/// Hands on the files that stand in addresses, numbered.
pub(super) fn give_files(page: &[u8], sink: &mut dyn Sink) {
    let mut number = 0;
    for at in memmem::find_iter(page, b";base64,") {
        // The address begins not far before, at a quote or bracket.
        let before = page.get(at.saturating_sub(128)..at).unwrap_or_default();
        let is_address = memmem::rfind(before, b"data:")
            .is_some_and(|start| !before[start..].iter().any(|byte| matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'(' | b')')));
        let packed = page.get(at + 8..).unwrap_or_default();
        let length = memchr::memchr3(b'"', b'\'', b')', packed).unwrap_or(packed.len());
        let packed = packed.get(..length).unwrap_or_default();
        let start = base64::decode(packed.get(..64).unwrap_or(packed));
        if !is_address || !is_document(&start) && packed.len() / 4 * 3 < PICTURE {
            continue;
        }
        number += 1;
        let (file, name) = (base64::decode(packed), format!("data {number}"));
        let (size, packed) = (Some(file.len() as u64), Some(packed.len() as u64));
        sink.item(Member { name: name.as_bytes(), step: false, size, packed, content: Input::Whole(&file) });
    }
}

/// The scripts of a page: attributes, where their content is, and it.
struct Scripts<'p> {
    page: &'p [u8],
    at: usize,
}

impl<'p> Iterator for Scripts<'p> {
    type Item = (&'p [u8], usize, &'p [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.page.get(self.at..)?;
        let open = find(rest, b"<script")?;
        let tag = &rest[open + 7..];
        let end = memchr::memchr(b'>', tag)?;
        let body = &tag[end + 1..];
        let close = find(body, b"</script").unwrap_or(body.len());
        let start = self.at + open + 7 + end + 1;
        self.at = start + close;
        Some((&tag[..end], start, &body[..close]))
    }
}

/// Where this tag is, in letters of any case.
fn find(bytes: &[u8], tag: &[u8]) -> Option<usize> {
    memchr_iter(b'<', bytes).find(|at| bytes.get(*at..at + tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)))
}

/// The data of a script: all of it when it says that it is data, what is put into a variable when it is nothing else.
fn data<'b>(tag: &[u8], body: &'b [u8]) -> Option<&'b [u8]> {
    let body = body.trim_ascii();
    let tag = tag.to_ascii_lowercase();
    if memchr::memmem::find(&tag, b"json").is_some() {
        return Some(body);
    }
    let equals = memchr::memchr(b'=', &body[..body.len().min(VARIABLE)])?;
    let (variable, value) = (&body[..equals], body[equals + 1..].trim_ascii());
    let is_variable = variable.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$. []'\"\t\n".contains(byte));
    let value = value.strip_suffix(b";").unwrap_or(value).trim_ascii_end();
    let is_data = matches!((value.first(), value.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
    (is_variable && is_data).then_some(value)
}
