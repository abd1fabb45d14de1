//! Stores of Outlook ([MS-PST]): mails, contacts, appointments and what is attached to them.
//!
//! Every message is an item of its own, written as the mail it was (RFC 5322) or as a card (RFC 6350);
//! attachments are items beside it. Messages are found by their own entries, not by the lists of
//! folders, so that those a damaged or deleted folder held are read too.

mod cipher;
mod compose;
mod heap;
mod store;
#[cfg(test)]
mod tests;

use super::{
    Claim, Format, Head, Member, Sink,
    raw::{self, Raw},
    tell_cut,
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
pub(super) use compose::code_page;
use heap::Object;
use std::collections::HashMap;
use store::{Node, Refusal, Store};

const MAGIC: &[u8] = b"!BDN";
/// Messages attached to messages.
const DEPTH: usize = 8;
/// Folders within folders.
const FOLDERS: usize = 32;

/// What the last five bits of a node's number say it is.
const FOLDER: u32 = 0x02;
const MESSAGE: u32 = 0x04;
const ATTACHMENT: u32 = 0x05;
/// A message of its folder, not of a user: settings, views.
const ASSOCIATED: u32 = 0x08;
/// The table of a message's recipients.
const RECIPIENTS: u32 = 0x692;

/// `.pst`, `.ost`.
pub struct Pst;

impl Format for Pst {
    fn name(&self) -> &'static str {
        "pst"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // `SM`: a store of folders; `SO`: its cache.
        let is_store = head.bytes.get(8..10).is_some_and(|client| client == b"SM" || client == b"SO");
        if head.bytes.starts_with(MAGIC) && is_store { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        let size = bytes.len() as u64;
        match Store::open(&bytes) {
            Ok(store) => messages(&store, sink),
            Err(Refusal::Encrypted) => sink.problem(Problem::new(Category::Encrypted, "encrypted by Windows").not_examined(size)),
            // What is cut off where it comes from is known to be.
            Err(Refusal::Damaged) if error.is_some() => drop(raw::texts(Input::Whole(&bytes), sink)),
            Err(Refusal::Damaged) => Raw.read(Input::Whole(&bytes), sink),
        }
        tell_cut(error.as_ref(), sink);
    }
}

fn messages(store: &Store<'_>, sink: &mut dyn Sink) {
    let mut unread = 0_u64;
    let mut folders = HashMap::new();
    for (number, node) in &store.nodes {
        if !matches!(number & 0x1F, MESSAGE | ASSOCIATED) {
            continue;
        }
        let folder = folders.entry(node.parent).or_insert_with(|| folder_path(store, node.parent));
        match Object::open(store, *node) {
            Some(message) => give(store, &message, &format!("{folder}{number}"), DEPTH, sink),
            None => unread += 1,
        }
    }
    if store.is_exhausted() {
        sink.problem(Problem::new(Category::Limit, "far more in its messages than the store has bytes; not all were read"));
    } else if unread + store.missing() > 0 {
        let detail = format!("{unread} messages and {} blocks of messages are not where the store says", store.missing());
        sink.problem(Problem::new(Category::Corrupt, detail));
    }
}

/// The names of the folders around something, each with `/` behind it.
fn folder_path(store: &Store<'_>, mut number: u32) -> String {
    let mut path = String::new();
    for _ in 0..FOLDERS {
        let Some(node) = store.nodes.get(&number).filter(|_| number & 0x1F == FOLDER) else { break };
        if let Some(name) = Object::open(store, *node).and_then(|folder| folder.text(0x3001)) {
            path = format!("{}/{path}", name.replace('/', "_"));
        }
        if node.parent == number {
            break;
        }
        number = node.parent;
    }
    path
}

/// Hands on a message, then what is attached to it.
fn give(store: &Store<'_>, message: &Object<'_, '_>, name: &str, depth: usize, sink: &mut dyn Sink) {
    let recipients = message.inner.get(&RECIPIENTS).and_then(|node| Object::table(store, *node, compose::RECIPIENT));
    let (ending, text) = compose::message(message, &recipients.unwrap_or_default());
    if !text.is_empty() {
        item(&format!("{name}.{ending}"), &text, sink);
    }
    if let Some(body) = compose::packed_body(message) {
        item(&format!("{name}/body.rtf"), &body, sink);
    }
    for (number, node) in message.inner.iter().filter(|(number, _)| *number & 0x1F == ATTACHMENT) {
        let Some(attachment) = Object::open(store, *node) else { continue };
        let own = attachment.text(0x3707).or_else(|| attachment.text(0x3704)).or_else(|| attachment.text(0x3001));
        let own = format!("{name}/{}", own.map_or_else(|| number.to_string(), |own| own.replace(['/', '\\'], "_")));
        let inner = attachment.inner.iter().find(|(number, _)| *number & 0x1F == MESSAGE).map(|(_, node)| *node);
        match inner.filter(|_| depth > 0) {
            Some(inner) => inner_message(store, inner, &own, depth - 1, sink),
            None => {
                if let Some(bytes) = attachment.bytes(0x3701).filter(|bytes| !bytes.is_empty()) {
                    item(&own, &bytes, sink);
                }
            }
        }
    }
}

fn inner_message(store: &Store<'_>, node: Node, name: &str, depth: usize, sink: &mut dyn Sink) {
    match Object::open(store, node) {
        Some(message) => give(store, &message, name, depth, sink),
        None => sink.unread(name.as_bytes(), None, Problem::new(Category::Corrupt, "an attached message that cannot be read")),
    }
}

fn item(name: &str, bytes: &[u8], sink: &mut dyn Sink) {
    let size = Some(bytes.len() as u64);
    sink.item(Member { name: name.as_bytes(), step: true, size, packed: None, content: Input::Whole(bytes) });
}
