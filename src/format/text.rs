//! Plain text: prose, notes, logs, configuration, source code, in any encoding.

use super::{Claim, Format, Head, Part, Plan, Sink, Text, TextKind, transcode};
use crate::source::{
    Input,
    stream::{BLOCK, Blocks},
};
use encoding_rs::{Encoding, UTF_8};
use memchr::{memmem, memrchr};
use transcode::Transcoder;

/// Encoding and kind are judged by so many first bytes of a block.
const SAMPLE: usize = super::HEAD;

/// A line longer than this is cut at a space or a comma: minified code, a dump on one line.
const LONGEST_LINE: usize = 4 * BLOCK;

/// A block ends at a paragraph's end, if there is one among so many last bytes.
const PARAGRAPH: usize = 64 << 10;

/// Whatever is text and no format of its own.
pub struct PlainText;

impl Format for PlainText {
    fn name(&self) -> &'static str {
        "text"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // Documents written in ASCII that are not read as they stand.
        let is_document = head.bytes.starts_with(b"%PDF-") || head.bytes.starts_with(b"{\\rtf");
        if !is_document && transcode::detect(head.bytes, head.whole).is_some() { Claim::Weak } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut blocks = input.blocks();
        let mut encoding = None;
        let mut transcoder: Option<Transcoder> = None;
        while let Some(block) = next_block(&mut blocks, encoding) {
            let sample = &block.bytes[..block.bytes.len().min(SAMPLE)];
            // Judged once for encodings that carry state from block to block, afresh for each block of the others.
            if transcoder.is_none() {
                let found = transcode::detect(sample, block.last && sample.len() == block.bytes.len()).unwrap_or(UTF_8);
                transcoder = (found != UTF_8).then(|| Transcoder::new(found));
                encoding = Some(found);
            }
            let (text, place) = match &mut transcoder {
                Some(transcoder) => {
                    let (text, place) = transcoder.block(block.bytes, block.offset, block.last);
                    (text.as_bytes(), place)
                }
                None => (block.bytes, super::Place::Exact { start: block.offset }),
            };
            sink.text(&Text { kind: kind(&text[..text.len().min(SAMPLE)]), bytes: text, place });
        }
    }

    /// Parts are made of whole blocks, so that the blocks are the same however the file is read.
    fn plan(&self, whole: &[u8], target: usize) -> Option<Plan> {
        if transcode::detect(&whole[..whole.len().min(SAMPLE)], false)? != UTF_8 {
            return None;
        }
        let mut plan = Plan::default();
        let mut blocks = Input::Whole(whole).blocks();
        let mut start = 0;
        while let Some(block) = next_block(&mut blocks, Some(UTF_8)) {
            let end = block.offset + block.bytes.len() as u64;
            if block.last || end - start >= target as u64 {
                plan.parts.push(Part { start, end, preamble: Vec::new() });
                start = end;
            }
        }
        Some(plan)
    }
}

/// The next block, cut where this encoding lets it be cut.
fn next_block<'b>(blocks: &'b mut Blocks<'_>, encoding: Option<&'static Encoding>) -> Option<crate::source::stream::Block<'b>> {
    blocks.next(|bytes| match encoding.or_else(|| transcode::detect(&bytes[..bytes.len().min(SAMPLE)], false)) {
        // The decoder keeps what is cut off of a character; only a line is better not cut.
        Some(encoding) if transcode::is_utf_16(encoding) => Some(memmem::rfind(bytes, b"\n\0").map_or(bytes.len(), |at| at + 2)),
        _ => boundary(bytes),
    })
}

/// The end of the last paragraph near the end, else of the last line, else, in a line without
/// end, of the last word.
fn boundary(bytes: &[u8]) -> Option<usize> {
    let near = bytes.len().saturating_sub(PARAGRAPH);
    let paragraph = memmem::rfind(&bytes[near..], b"\n\n").or_else(|| memmem::rfind(&bytes[near..], b"\n\r\n"));
    if let Some(at) = paragraph.map(|at| near + at + 1).or_else(|| memrchr(b'\n', bytes).map(|at| at + 1)) {
        return Some(at);
    }
    if bytes.len() < LONGEST_LINE {
        return None;
    }
    let word = bytes.iter().rposition(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b'}' | b'>'));
    Some(word.map_or(bytes.len(), |at| at + 1))
}

/// Whether most lines are statements of a program, a configuration or a log, or sentences.
pub(super) fn kind(sample: &[u8]) -> TextKind {
    let lines = sample.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut statements, mut all) = (0, 0);
    for line in lines.take(2000) {
        all += 1;
        statements += usize::from(is_statement(line));
    }
    if statements * 2 > all { TextKind::Lines } else { TextKind::Prose }
}

fn is_statement(line: &[u8]) -> bool {
    let (Some(first), Some(last)) = (line.first(), line.last()) else { return false };
    matches!(last, b';' | b'{' | b'}' | b'\\' | b']' | b'>')
        || matches!(first, b'<' | b'{' | b'}' | b'[' | b'@' | b'$')
        || line.starts_with(b"//")
        || line.starts_with(b"/*")
        || line.starts_with(b"--")
        || is_pair(line)
        || is_single_token(line)
        || has_time(&line[..line.len().min(48)])
}

/// `key=value` with any identifier, `key: value` with one in lower case: in forms for people
/// (`Name: ...`) it begins with a capital.
fn is_pair(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"export ").or_else(|| line.strip_prefix(b"- ")).unwrap_or(line);
    let key = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')).count();
    let rest = line.get(key..).unwrap_or_default();
    match rest.trim_ascii_start() {
        _ if key == 0 || key > 60 => false,
        [b'=', ..] => true,
        [b':', after @ ..] => line[0].is_ascii_lowercase() && after.first().is_none_or(u8::is_ascii_whitespace),
        _ => false,
    }
}

/// One word with digits or signs in it: a list of addresses, of tokens, of pairs without spaces.
fn is_single_token(line: &[u8]) -> bool {
    line.is_ascii() && line.len() >= 8 && !line.iter().any(u8::is_ascii_whitespace) && !line.iter().all(u8::is_ascii_alphabetic)
}

/// A time of day, `hh:mm:ss`, as log lines begin with.
fn has_time(start: &[u8]) -> bool {
    start.windows(8).any(|window| {
        window.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            _ => byte.is_ascii_digit(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{super::unfold::unfold, *};

    #[test]
    fn kinds_are_told_apart() {
        for (text, want) in [
            ("Dear Ms Doe,\n\nwe write to tell you that your file was copied.\nYours, Bob\n", TextKind::Prose),
            ("Name: Jane Doe\nPhone: 555-0100\nShe called on Monday, and again on Friday.\n", TextKind::Prose),
            ("2024-03-01 12:00:01 INFO login jane\n2024-03-01 12:00:02 WARN retry\n", TextKind::Lines),
            ("DB_HOST=db\nDB_PASSWORD=secret\n# comment\nexport A=1\n", TextKind::Lines),
            ("server:\n  host: db\n  port: 5432\n", TextKind::Lines),
            ("int main() {\n  return 0;\n}\n", TextKind::Lines),
            ("jane@example.com:pass1\njoe@example.org:pass2\n", TextKind::Lines),
        ] {
            assert_eq!(kind(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn text_keeps_its_offsets() {
        let found = unfold("a.txt", "Grüße aus Köln, dies ist ein Brief.\n".as_bytes());
        assert_eq!(found.texts[0].place, (0, 39));
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode("Grüße aus Köln, dies ist ein Brief.\n");
        let found = unfold("a.txt", &latin);
        assert_eq!(found.texts[0].text, "Grüße aus Köln, dies ist ein Brief.\n");
        assert_eq!(found.texts[0].place, (0, 36));
    }

    #[test]
    fn parts_give_the_same_blocks_as_the_whole() {
        let mut text = Vec::new();
        for line in 0..2_000_000 {
            text.extend_from_slice(format!("line {line} of a text\n").as_bytes());
            if line % 1000 == 0 {
                text.push(b'\n');
            }
        }
        let cuts = |bytes: &[u8], offset: u64| {
            let mut blocks = Input::Whole(bytes).blocks();
            let mut all = Vec::new();
            while let Some(block) = next_block(&mut blocks, Some(UTF_8)) {
                all.push(offset + block.offset + block.bytes.len() as u64);
            }
            all
        };
        let plan = PlainText.plan(&text, 10 << 20).expect("text can be cut");
        assert!(plan.parts.len() > 2);
        let parts: Vec<u64> = plan.parts.iter().flat_map(|part| cuts(&text[part.start as usize..part.end as usize], part.start)).collect();
        assert_eq!(parts, cuts(&text, 0));
    }

    #[test]
    fn a_line_without_end_is_cut_at_a_word() {
        assert_eq!(boundary(b"one two"), None);
        let long = b"word ".repeat(LONGEST_LINE / 5 + 1);
        assert_eq!(boundary(&long[..LONGEST_LINE + 3]), Some(LONGEST_LINE + 3 - (LONGEST_LINE + 3) % 5));
    }
}
