//! Findings in text into mentions: which finding speaks of whom.
//!
//! Attribution in prose is quiet: a finding goes to the name it stands with (same line, same
//! paragraph, the label block around it) and to nobody when that is open.

use super::{engine::Engine, tables::push};
use crate::{
    base::{Element, Meaning},
    detect::Finding,
    evidence::{FindingRow, MentionRow, row::NO_TABLE},
    format::{Place, Text, TextKind},
};
use foldhash::fast::FixedState;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

/// Reused between texts.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) found: Vec<Finding>,
    mention: MentionRow,
}

impl Scratch {
    /// `label: value`, or the value alone.
    pub(super) fn labelled<'v>(&self, label: &[u8], value: &'v [u8]) -> std::borrow::Cow<'v, [u8]> {
        if label.is_empty() { value.into() } else { [label, b": ", value].concat().into() }
    }
}

/// The texts of one item or one part of it.
pub(super) struct Texts<'s> {
    engine: &'s Engine<'s>,
    item: u32,
    part: u32,
    sequence: u32,
}

/// Findings without a name must carry this much evidence to speak of a person.
const SURE: f32 = 4.0;

/// A name at most this far before a finding of the same paragraph owns it.
const REACH: usize = 600;
/// A block of labels is no longer than this many lines.
const LABELS: usize = 40;
/// Values on one line at most this far apart belong together.
const CLOSE: usize = 120;

impl<'s> Texts<'s> {
    pub(super) fn new(engine: &'s Engine<'s>, item: u32, part: u32) -> Texts<'s> {
        Texts { engine, item, part, sequence: 0 }
    }

    pub(super) fn text(&mut self, text: &Text<'_>, shift: u64, scratch: &mut Scratch) {
        let detectors = self.engine.detectors;
        scratch.found.clear();
        detectors.scan_text(text.bytes, text.kind, &mut scratch.found);
        if scratch.found.is_empty() {
            return;
        }
        let owners = self.owners(text, &scratch.found);
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, owner) in owners.iter().enumerate() {
            if let Some(owner) = owner {
                groups.entry(*owner).or_default().push(at);
            }
        }
        let mut sequences = vec![u32::MAX; scratch.found.len()];
        for members in groups.values() {
            self.mention(text, shift, members, scratch, &mut sequences);
        }
        self.record(text, shift, scratch, &sequences);
    }

    /// For every finding the number of the group it belongs to: the first finding of the group.
    fn owners(&self, text: &Text<'_>, found: &[Finding]) -> Vec<Option<usize>> {
        let meaning = |finding: &Finding| self.engine.detectors.get(finding.detector).meaning;
        let is_name = |finding: &Finding| {
            // One word alone (a greeting, a sender called Support) owns nothing.
            let words = text.bytes.get(finding.start..finding.start + finding.length).unwrap_or_default();
            meaning(finding) == Meaning::FullName
                && !finding.test_value
                && words.trim_ascii().iter().any(|byte| matches!(byte, b' ' | b',' | b'\t'))
        };
        let names: Vec<usize> = (0..found.len()).filter(|at| is_name(&found[*at])).collect();
        // The same name twice is the same person.
        let mut first: HashMap<&[u8], usize, FixedState> = HashMap::default();
        for at in &names {
            first.entry(&found[*at].normalised).or_insert(*at);
        }
        let first_of = |at: usize| first.get(&*found[at].normalised).copied().unwrap_or(at);
        let distinct = {
            let mut all: Vec<usize> = names.iter().map(|at| first_of(*at)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        // A letter about one person: all of it is theirs, unless it holds more than one person has.
        let alone = distinct.len() == 1 && text.bytes.len() < 8192 && self.is_of_one(found);
        // Line, first finding of the group, end of its last.
        let mut group: Option<(usize, usize, usize)> = None;
        (0..found.len())
            .map(|at| {
                let finding = &found[at];
                let known = self.engine.detectors.get(finding.detector);
                if finding.test_value || known.element.is_none() {
                    return None;
                }
                if names.binary_search(&at).is_ok() {
                    return Some(first_of(at));
                }
                if known.meaning == Meaning::FullName {
                    return None;
                }
                let owner = match text.kind {
                    TextKind::Prose if alone => Some(distinct[0]),
                    _ => nearest(text, found, &names, at).map(first_of),
                };
                owner.or_else(|| {
                    // Without a name, what stands close by on one line or in one block of labels belongs together.
                    let line = block_start(text.bytes, finding.start);
                    let first = match group {
                        Some((held, first, end)) if held == line && finding.start.saturating_sub(end) <= CLOSE => first,
                        _ => at,
                    };
                    group = Some((line, first, finding.start + finding.length));
                    Some(first)
                })
            })
            .collect()
    }

    /// Whether one person can own all these values: not three mailboxes, not two personal numbers.
    fn is_of_one(&self, found: &[Finding]) -> bool {
        let mut values: BTreeMap<Meaning, Vec<&[u8]>> = BTreeMap::new();
        for finding in found.iter().filter(|finding| !finding.test_value) {
            let of_kind = values.entry(self.engine.detectors.get(finding.detector).meaning).or_default();
            if !of_kind.contains(&&*finding.normalised) {
                of_kind.push(&finding.normalised);
            }
        }
        let most = |meaning, most| values.get(&meaning).is_none_or(|of_kind| of_kind.len() <= most);
        most(Meaning::PersonalNumber, 1)
            && most(Meaning::Email, 2)
            && most(Meaning::Phone, 3)
            && most(Meaning::BirthDate, 1)
            && most(Meaning::Account, 2)
    }

    /// The findings in their order, but of several addresses the one behind the name first: who reads the record takes
    /// the first for the person's own, and forms print the address of the sender or the employer as well.
    fn theirs_first<'m>(&self, members: &'m [usize], found: &[Finding]) -> Cow<'m, [usize]> {
        let meaning = |at: &usize| self.engine.detectors.get(found[*at].detector).meaning;
        let is_address = |at: &usize| meaning(at) == Meaning::FullAddress;
        let name = members.iter().find(|at| meaning(at) == Meaning::FullName).map(|at| found[*at].start);
        let Some(name) = name.filter(|_| members.iter().filter(|at| is_address(at)).nth(1).is_some()) else { return members.into() };
        let mut order = members.to_vec();
        order.sort_by_key(|at| {
            let start = found[*at].start;
            is_address(at).then_some((start < name, start.abs_diff(name)))
        });
        order.into()
    }

    /// Records one mention of the findings in `members`, if they tell more than a name.
    fn mention(&mut self, text: &Text<'_>, shift: u64, members: &[usize], scratch: &mut Scratch, sequences: &mut [u32]) {
        let detectors = self.engine.detectors;
        let mention = &mut scratch.mention;
        mention.clear();
        let (mut from, mut to) = (usize::MAX, 0);
        let mut tokens = Vec::new();
        for at in self.theirs_first(members, &scratch.found).iter() {
            let finding = &scratch.found[*at];
            let known = detectors.get(finding.detector);
            let token = self.engine.token_key.token(known.token_domain, &finding.normalised);
            from = from.min(finding.start);
            to = to.max(finding.start + finding.length);
            if tokens.contains(&(finding.detector.0, token)) {
                continue;
            }
            tokens.push((finding.detector.0, token));
            let shown = text.bytes.get(finding.start..finding.start + finding.length).unwrap_or_default();
            push(mention, finding.detector.0, known, token, &finding.normalised, shown, usize::from(u16::MAX), finding.protection);
        }
        let only_name = mention.elements.len() == 1 && mention.elements.contains(Element::Name);
        // A number by itself, without a word that says what it is, is as likely a part number.
        let named = members.iter().any(|at| detectors.get(scratch.found[*at].detector).meaning == Meaning::FullName);
        let sure = members.iter().any(|at| scratch.found[*at].bits >= SURE);
        if mention.elements.is_empty() || only_name || !(named || sure) {
            return;
        }
        let (offset, end) = (locate(&text.place, from), locate(&text.place, to));
        mention.item = self.item;
        mention.part = self.part;
        mention.table = NO_TABLE;
        mention.row = offset + shift;
        mention.length = u32::try_from(end.saturating_sub(offset)).unwrap_or(u32::MAX);
        mention.slot = 0;
        mention.sequence = self.sequence;
        members.iter().for_each(|at| sequences[*at] = self.sequence);
        self.sequence += 1;
        self.engine.recorder().mention(mention);
    }

    fn record(&self, text: &Text<'_>, shift: u64, scratch: &mut Scratch, sequences: &[u32]) {
        let mut recorder = self.engine.recorder();
        for (finding, sequence) in scratch.found.drain(..).zip(sequences) {
            let known = self.engine.detectors.get(finding.detector);
            let (context, context_at) = context(text.bytes, finding.start, finding.length);
            let at = locate(&text.place, finding.start);
            let end = locate(&text.place, finding.start + finding.length);
            recorder.finding(FindingRow {
                item: self.item,
                part: self.part,
                table: NO_TABLE,
                at: at + shift,
                length: u32::try_from(end.saturating_sub(at)).unwrap_or(u32::MAX),
                column: if let Place::Page { number } = text.place { number } else { 0 },
                detector: finding.detector.0,
                token: self.engine.token_key.token(known.token_domain, &finding.normalised),
                bits: finding.bits,
                protection: finding.protection as u8,
                test_value: finding.test_value,
                sequence: *sequence,
                value: finding.normalised.into_vec(),
                context,
                context_at,
            });
        }
    }
}

/// The name a finding stands with: on the same line, before it in the paragraph, or right after it. A block has thousands of
/// findings and names: both are in the order they stand in, and no more of the text is looked at than a name may be far.
fn nearest(text: &Text<'_>, found: &[Finding], names: &[usize], at: usize) -> Option<usize> {
    let finding = &found[at];
    let line = line_start(text.bytes, finding.start);
    let line_end = memchr::memchr(b'\n', &text.bytes[finding.start..]).map_or(text.bytes.len(), |offset| finding.start + offset);
    let until = |place: usize| names.partition_point(|name| found[*name].start < place);
    let on_line = names[until(line)..until(line_end).max(until(line))].iter().copied();
    let by_distance = |name: &usize| {
        let name = &found[*name];
        // A name before a value is likelier its owner than one behind it.
        if name.start <= finding.start { finding.start - name.start } else { 2 * (name.start - finding.start) }
    };
    if let Some(name) = on_line.min_by_key(by_distance).filter(|name| by_distance(name) <= REACH) {
        return Some(name);
    }
    if matches!(text.kind, TextKind::Lines | TextKind::MailHeader | TextKind::Raw) && !is_label_block(text.bytes, line, line_end) {
        return None;
    }
    let paragraph = paragraph_start(text.bytes, finding.start);
    let before = until(finding.start).checked_sub(1).map(|last| names[last]).filter(|name| found[*name].start >= paragraph);
    before.filter(|name| finding.start - found[*name].start <= REACH)
}

/// `Label: value` lines make a block that speaks of one person.
fn is_label_block(bytes: &[u8], line: usize, end: usize) -> bool {
    let line = bytes.get(line..end).unwrap_or_default();
    memchr::memchr(b':', line)
        .is_some_and(|colon| colon < 40 && line[..colon].iter().all(|byte| byte.is_ascii_alphabetic() || b" _-/.#()".contains(byte)))
}

/// The line, or the first of the `Label: value` lines it stands among.
fn block_start(bytes: &[u8], at: usize) -> usize {
    let mut start = line_start(bytes, at);
    let end = |start: usize| memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |offset| start + offset);
    if !is_label_block(bytes, start, end(start)) {
        return start;
    }
    for _ in 0..LABELS {
        let Some(before) = start.checked_sub(1).map(|newline| line_start(bytes, newline)) else { break };
        if !is_label_block(bytes, before, end(before)) {
            break;
        }
        start = before;
    }
    start
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', bytes.get(..at).unwrap_or_default()).map_or(0, |newline| newline + 1)
}

/// After the last empty line before, if that is within reach; else as far as that goes.
fn paragraph_start(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(REACH + b"\r\n\r\n".len());
    let before = bytes.get(from..at).unwrap_or_default();
    let unix = memchr::memmem::rfind(before, b"\n\n").map(|found| found + 2);
    let windows = memchr::memmem::rfind(before, b"\r\n\r\n").map(|found| found + 4);
    from + unix.max(windows).unwrap_or(0)
}

/// Where in the item a byte of the text stands.
fn locate(place: &Place<'_>, at: usize) -> u64 {
    match place {
        Place::Exact { start } => start + at as u64,
        Place::Within { start, .. } => *start,
        Place::Page { .. } => at as u64,
        Place::Decoded { points } => {
            let next = points.partition_point(|(decoded, _)| (*decoded as usize) <= at);
            let Some((decoded, original)) = next.checked_sub(1).and_then(|before| points.get(before)) else { return at as u64 };
            let into = (at - *decoded as usize) as u64;
            match points.get(next) {
                Some((end, after)) if end > decoded => original + into * (after - original) / u64::from(end - decoded),
                _ => original + into,
            }
        }
    }
}

/// The value with up to 40 bytes either side, at character boundaries, on its own line, and where it lies in that.
pub(super) fn context(bytes: &[u8], start: usize, length: usize) -> (Vec<u8>, u16) {
    const AROUND: usize = 40;
    const LONGEST: usize = 256;
    let end = (start + length).min(bytes.len()).min(start + LONGEST);
    let boundary = |at: usize| at >= bytes.len() || bytes[at] & 0xC0 != 0x80;
    let mut from = start.saturating_sub(AROUND).max(line_start(bytes, start));
    while from < start && !boundary(from) {
        from += 1;
    }
    let line_end = memchr::memchr(b'\n', bytes.get(end..).unwrap_or_default()).map_or(bytes.len(), |offset| end + offset);
    let mut to = (end + AROUND).min(line_end);
    while to > end && !boundary(to) {
        to -= 1;
    }
    (bytes.get(from..to).unwrap_or_default().to_vec(), (start - from) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_begins_behind_the_last_empty_line_or_beyond_reach() {
        let text = [b"Jane\r\n\r\nof ".as_slice(), &[b'x'; 700], b"\n\nJohn ", &[b'y'; 592], b" end"].concat();
        assert_eq!(paragraph_start(&text, 4), 0);
        assert_eq!(paragraph_start(&text, 300), 8);
        assert_eq!(paragraph_start(&text, 711), 711 - REACH - 4);
        // The empty line is looked for as far back as a name may be.
        assert_eq!(paragraph_start(&text, 713 + REACH), 713);
        assert!(paragraph_start(&text, 718 + REACH) > 713);
    }

    #[test]
    fn decoded_offsets_are_spread_evenly_between_points() {
        let place = Place::Decoded { points: &[(0, 100), (10, 120), (20, 130)] };
        assert_eq!([0, 5, 10, 15, 25].map(|at| locate(&place, at)), [100, 110, 120, 125, 135]);
    }

    #[test]
    fn context_stays_on_its_line_and_on_characters() {
        let bytes = "erste\nÄÖ name: wert später\nletzte".as_bytes();
        let start = memchr::memmem::find(bytes, b"wert").expect("there");
        let (context, at) = context(bytes, start, 4);
        assert_eq!(String::from_utf8_lossy(&context), "ÄÖ name: wert später");
        assert_eq!(&context[usize::from(at)..][..4], b"wert");
    }
}
