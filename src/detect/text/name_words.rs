//! Words around names (`patterns/lexicons/name-words.toml`), and what they say of a place in the text.

use super::{
    Scan, is_word,
    word_lists::{Filter, Kinds, WordLists},
};
use crate::detect::fold::with_folded;
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::LazyLock};

/// What a word is when it stands beside or in a name; one bit each.
pub(super) mod kind {
    pub(in crate::detect::text) const TITLE: u16 = 1;
    pub(in crate::detect::text) const GREETING: u16 = 1 << 1;
    pub(in crate::detect::text) const SUFFIX: u16 = 1 << 2;
    pub(in crate::detect::text) const PARTICLE: u16 = 1 << 3;
    /// A particle that stands in hardly anything but names.
    pub(in crate::detect::text) const NOBLE: u16 = 1 << 4;
    /// Before a colon and a name.
    pub(in crate::detect::text) const LABEL: u16 = 1 << 5;
    /// What people are, right before their name.
    pub(in crate::detect::text) const ROLE: u16 = 1 << 6;
    /// What people do, right behind it.
    pub(in crate::detect::text) const VERB: u16 = 1 << 7;
    /// Behind a name and a comma: somebody is spoken to.
    pub(in crate::detect::text) const CALL: u16 = 1 << 8;
    /// Behind a name: a place or a firm. Before one: the same.
    pub(in crate::detect::text) const PLACE: u16 = 1 << 9;
    pub(in crate::detect::text) const HEAD: u16 = 1 << 10;
    pub(in crate::detect::text) const BRAND: u16 = 1 << 11;
    /// Never part of a name.
    pub(in crate::detect::text) const FUNCTION: u16 = 1 << 12;
    /// A month that is a given name too.
    pub(in crate::detect::text) const MONTH: u16 = 1 << 13;
}

/// The most words of a lead.
const LEAD_WORDS: usize = 4;
/// How far before a name a lead may begin, in bytes.
const LEAD_REACH: usize = 32;

#[derive(Debug, Default)]
struct NameWords {
    kinds: Kinds,
    /// Ends of the text before a name, with their bits.
    leads: HashMap<Vec<u8>, f32, FixedState>,
    may_lead: Filter,
    /// Ends of family names, by their last byte.
    endings: HashMap<u8, Vec<Vec<u8>>, FixedState>,
}

impl NameWords {
    fn parse(text: &str) -> Result<NameWords, toml::de::Error> {
        let mut lists = WordLists::parse(text)?;
        let mut words = NameWords::default();
        for (name, bit) in [
            ("titles", kind::TITLE),
            ("greetings", kind::GREETING),
            ("suffixes", kind::SUFFIX),
            ("particles", kind::PARTICLE),
            ("noble", kind::NOBLE),
            ("labels", kind::LABEL),
            ("roles", kind::ROLE),
            ("verbs", kind::VERB),
            ("calls", kind::CALL),
            ("places", kind::PLACE),
            ("heads", kind::HEAD),
            ("brands", kind::BRAND),
            ("function", kind::FUNCTION),
            ("demonyms", kind::FUNCTION),
            ("months", kind::MONTH),
        ] {
            lists.take(name).for_each(|word| words.kinds.add(word, bit));
        }
        for (name, bits) in [("light", 2.0), ("leads", 3.5), ("statements", 6.0)] {
            words.leads.extend(lists.take(name).map(|lead| (lead, bits)));
        }
        words.leads.keys().for_each(|lead| words.may_lead.add(lead));
        for ending in lists.take("endings") {
            words.endings.entry(ending.last().copied().unwrap_or_default()).or_default().push(ending);
        }
        Ok(words)
    }
}

const WORDS_FILE: &str = include_str!("../../../patterns/lexicons/name-words.toml");

fn name_words() -> &'static NameWords {
    // The test below holds that the file can be read.
    static WORDS: LazyLock<NameWords> = LazyLock::new(|| NameWords::parse(WORDS_FILE).unwrap_or_default());
    &WORDS
}

/// What a folded word is.
pub(super) fn kinds(folded: &[u8]) -> u16 {
    name_words().kinds.get(folded)
}

/// Whether a folded word ends as family names do.
pub(super) fn has_surname_ending(folded: &[u8]) -> bool {
    let ends = |ending: &Vec<u8>| folded.len() >= ending.len() + 3 && folded.ends_with(ending);
    folded.last().and_then(|last| name_words().endings.get(last)).is_some_and(|endings| endings.iter().any(ends))
}

/// What stands before a name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lead {
    /// Evidence that a name follows.
    pub bits: f32,
    /// The word before, if only white space lies between.
    pub kinds: u16,
    /// Nothing, or the end of a sentence or line, stands before.
    pub begins: bool,
    /// A comma stands before.
    pub comma: bool,
    /// A `&` stands before.
    pub joined: bool,
}

impl Scan<'_> {
    /// What a word of the text is.
    pub(super) fn kinds_at(&self, start: usize, end: usize) -> u16 {
        with_folded(&self.text[start..end], kinds)
    }

    /// What stands before: a greeting, a label, "my name is"; "the" speaks against.
    pub(super) fn lead(&self, start: usize) -> Lead {
        let mut from = start.saturating_sub(LEAD_REACH);
        // Not in the middle of a character.
        while from < start && self.text[from] & 0xc0 == 0x80 {
            from += 1;
        }
        let window = &self.text[from..start];
        let trimmed = window.trim_ascii_end();
        let gap = &window[trimmed.len()..];
        with_folded(trimmed, |before| lead_of(before, gap))
    }
}

/// What the folded text before a name says, and the white space behind that.
fn lead_of(before: &[u8], gap: &[u8]) -> Lead {
    let Some(last) = before.last().copied() else { return Lead { begins: true, ..Lead::default() } };
    let new_line = gap.contains(&b'\n');
    let mut lead = Lead {
        begins: new_line || matches!(last, b'.' | b'!' | b'?' | b':' | b'"' | b'>' | b';'),
        comma: last == b',' && !new_line,
        joined: last == b'&',
        ..Lead::default()
    };
    lead.bits = lead_words(before).unwrap_or_default();
    // The maiden name of somebody's mother is a secret of theirs, not a name of somebody.
    let mother = |word: &&[u8]| before.windows(word.len()).any(|stands| stands == *word);
    if lead.bits > 3.5 && [b"mother".as_slice(), b"mutter", b"madre", b"moeder", b"mere"].iter().any(mother) {
        lead.bits = 3.5;
    }
    if last == b':' {
        let label = before[..before.len() - 1].trim_ascii_end();
        if lead.bits == 0.0 && kinds(last_word(label)) & kind::LABEL != 0 {
            lead.bits = 3.5;
        }
        return lead;
    }
    let word = last_word(before);
    if (last == b'.' && !new_line && kinds(last_word(&before[..before.len() - 1])) & kind::TITLE != 0)
        || (last == b',' && kinds(last_word(&before[..before.len() - 1])) & kind::GREETING != 0)
    {
        lead.bits = lead.bits.max(3.5);
    }
    if new_line || !is_word(last) {
        return lead;
    }
    lead.kinds = kinds(word);
    lead.bits = lead.bits.max(match lead.kinds {
        kinds if kinds & (kind::GREETING | kind::TITLE) != 0 && gap == b" " => 3.5,
        kinds if kinds & kind::ROLE != 0 => 1.5,
        _ => 0.0,
    });
    lead.bits += match word {
        b"the" => -2.5,
        b"a" | b"an" => -1.0,
        b"in" | b"at" | b"near" | b"visit" => -0.7,
        _ => 0.0,
    };
    lead
}

/// The bits of the longest lead that the folded text before a name ends with.
fn lead_words(before: &[u8]) -> Option<f32> {
    let NameWords { leads, may_lead, .. } = name_words();
    let mut best: Option<f32> = None;
    let mut at = before.len();
    for _ in 0..LEAD_WORDS {
        // Over the signs and the letters of one more word.
        at -= before[..at].iter().rev().take_while(|byte| !is_word(**byte)).count();
        at -= before[..at].iter().rev().take_while(|byte| is_word(**byte) || matches!(byte, b'\'' | b'.' | b'-')).count();
        if let Some(bits) = Some(&before[at..]).filter(|lead| may_lead.may_have(lead)).and_then(|lead| leads.get(lead)) {
            best = Some(best.map_or(*bits, |best| best.max(*bits)));
        }
        if at == 0 {
            break;
        }
    }
    best
}

fn last_word(folded: &[u8]) -> &[u8] {
    let from = folded.iter().rposition(|byte| !is_word(*byte) && *byte != b'\'').map_or(0, |at| at + 1);
    &folded[from..]
}

#[cfg(test)]
mod tests {
    use super::{super::word_lists::are_folded, *};

    #[test]
    fn the_word_lists_can_be_read_and_are_folded() {
        are_folded(WORDS_FILE, 19);
        assert!(NameWords::parse(WORDS_FILE).is_ok());
        for lead in name_words().leads.keys() {
            assert!(
                lead.split(|byte| *byte == b' ').count() <= LEAD_WORDS && lead.len() <= LEAD_REACH,
                "{}",
                String::from_utf8_lossy(lead)
            );
        }
    }
}
