//! Mailboxes of the Unix kind: messages one after the other, each behind a line `From sender date`.

use super::{Claim, Format, Head, Member, Sink};
use crate::source::Input;
use memchr::memmem;

/// How the line before each message begins.
const MARK: &[u8] = b"From ";

/// Mailboxes of Unix, Thunderbird, Google Takeout.
pub struct Mbox;

impl Format for Mbox {
    fn name(&self) -> &'static str {
        "mbox"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if begins_message(head.bytes.trim_ascii_start()) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut blocks = input.blocks();
        let mut ordinal = 0_u64;
        while let Some(block) = blocks.next(last_start) {
            let mut rest = block.bytes;
            while !rest.is_empty() {
                let (message, behind) = rest.split_at(next_start(rest).unwrap_or(rest.len()));
                rest = behind;
                let message = without_envelope(message);
                if !message.trim_ascii().is_empty() {
                    ordinal += 1;
                    let size = Some(message.len() as u64);
                    let name = ordinal.to_string();
                    sink.item(Member { name: name.as_bytes(), step: false, size, packed: None, content: Input::Whole(message) });
                }
            }
        }
    }
}

/// Whether these bytes begin with an envelope line and a header field: `From ` alone also begins sentences.
fn begins_message(bytes: &[u8]) -> bool {
    let Some(envelope) = bytes.strip_prefix(MARK) else { return false };
    let end = memchr::memchr(b'\n', &envelope[..envelope.len().min(1000)]);
    let Some((envelope, behind)) = end.and_then(|end| envelope.split_at_checked(end)) else { return false };
    let has_time = envelope.windows(5).any(|window| window[2] == b':' && [0, 1, 3, 4].iter().all(|at| window[*at].is_ascii_digit()));
    let next = behind.get(1..).unwrap_or_default();
    let next = next.strip_prefix(b">").unwrap_or(next);
    let name = next.iter().take(80).take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    has_time && name > 0 && (next.get(name) == Some(&b':') || next.starts_with(MARK))
}

/// Where the message behind the first one starts.
fn next_start(bytes: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1).find(|at| begins_message(&bytes[*at..]))
}

/// Where the last message starts, which may go on behind these bytes.
fn last_start(bytes: &[u8]) -> Option<usize> {
    memmem::rfind_iter(bytes, b"\nFrom ").map(|at| at + 1).find(|at| begins_message(&bytes[*at..]))
}

fn without_envelope(message: &[u8]) -> &[u8] {
    if !message.trim_ascii_start().starts_with(MARK) {
        return message;
    }
    let message = message.trim_ascii_start();
    memchr::memchr(b'\n', message).map_or(&[], |end| &message[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::super::unfold::unfold;

    #[test]
    fn messages_are_items_by_their_number() {
        let one = "From: a@example.com\nTo: b@example.com\nSubject: 1\n\nFrom here on, nothing.\nFrom the start.\n\n";
        let two = "From: a@example.com\nTo: b@example.com\nSubject: 2\n\ntwo\n";
        let mailbox = format!("From a@example.com Mon Jan  1 10:00:00 2024\n{one}From MAILER-DAEMON Mon Jan  1 10:00:01 2024 +0000\n{two}");
        let found = unfold("in.mbox", mailbox.as_bytes());
        let contents: Vec<_> = found.items_below();
        assert_eq!(contents, [("in.mbox#1", one.as_bytes()), ("in.mbox#2", two.as_bytes())]);
        assert_eq!(found.texts.len(), 4);
    }
}
