//! Data in the scripts of a page: what a page saved from the web was filled with (`application/json`, `application/ld+json`,
//! `window.state = {…}`). Programs are passed over.

use crate::{
    format::{Member, Sink},
    source::Input,
};
use memchr::memchr_iter;

/// What stands before data that is put into a variable is no longer than this.
const VARIABLE: usize = 120;
/// Shorter data says nothing of anybody.
const SHORTEST: usize = 16;

/// Hands on the data of each script as an item, numbered by its place among the scripts.
pub(super) fn give(page: &[u8], sink: &mut dyn Sink) {
    let scripts = Scripts { page, at: 0 };
    for (number, (tag, body)) in scripts.enumerate() {
        if let Some(data) = data(tag, body).filter(|data| data.len() >= SHORTEST) {
            let size = Some(data.len() as u64);
            let name = format!("script {}", number + 1);
            sink.item(Member { name: name.as_bytes(), step: false, size, packed: size, content: Input::Whole(data) });
        }
    }
}

/// The scripts of a page: attributes and content.
struct Scripts<'p> {
    page: &'p [u8],
    at: usize,
}

impl<'p> Iterator for Scripts<'p> {
    type Item = (&'p [u8], &'p [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.page.get(self.at..)?;
        let open = find(rest, b"<script")?;
        let tag = &rest[open + 7..];
        let end = memchr::memchr(b'>', tag)?;
        let body = &tag[end + 1..];
        let close = find(body, b"</script").unwrap_or(body.len());
        self.at += open + 7 + end + 1 + close;
        Some((&tag[..end], &body[..close]))
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
