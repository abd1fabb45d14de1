//! Markings and words of business papers, weighed by where they stand.
//!
//! A marking is set by itself: as a header, a footer, the end of a title, a property, a comment. The same
//! words inside a sentence speak about one.

use super::{Scan, is_word};
use crate::{
    detect::{DetectorId, secrecy},
    format::TextKind,
};

/// How far a line is looked at to either side, in bytes.
const REACH: usize = 240;
/// A marking may be followed by so many words: of whom (`proprietary information of Firm Ltd`).
const FOLLOWED: usize = 5;
/// Capitals that make a marking of a phrase.
const CAPITALS: usize = 8;

impl Scan<'_> {
    /// A phrase of a detector with a `marking`.
    pub(super) fn phrase(&mut self, id: DetectorId, start: usize, end: usize) {
        let first = self.byte(start);
        let last = self.before(end);
        if (is_word(first) && is_word(self.before(start))) || (is_word(last) && is_word(self.byte(end))) {
            return;
        }
        let detectors = self.detectors;
        let words = &detectors.get(id).text;
        let shown = &self.text[start..end];
        let letters = shown.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let mut bits = words.base;
        if self.kind != TextKind::Raw && self.stands_alone(start, end) {
            bits += words.alone_bits;
        } else if letters >= CAPITALS && !shown.iter().any(u8::is_ascii_lowercase) {
            bits += 1.0;
        }
        if words.near_bits < 0.0 && self.is_refuted(id, start, end) {
            bits += words.near_bits;
        }
        if bits <= 0.0 {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(String::from_utf8_lossy(shown).to_lowercase().as_bytes());
        self.keep(id, start, end, bits, false);
    }

    /// Whether words near make it the foot of a mail, or what else the file names.
    fn is_refuted(&self, id: DetectorId, start: usize, end: usize) -> bool {
        let words = &self.detectors.get(id).text;
        let within = words.within.unwrap_or(0);
        let around = &self.text[start.saturating_sub(within)..(end + within).min(self.text.len())];
        let around = String::from_utf8_lossy(around).to_lowercase();
        secrecy::is_footer(&around) || words.near.iter().any(|word| around.contains(word.as_str()))
    }

    /// Whether the phrase has its stretch of the line for itself, but for names before it and few words behind.
    fn stands_alone(&self, start: usize, end: usize) -> bool {
        let from = memchr::memrchr(b'\n', &self.text[start.saturating_sub(REACH)..start]).map(|at| start.saturating_sub(REACH) + at + 1);
        let (from, cut) = from.map_or_else(|| (start.saturating_sub(REACH), start > REACH), |from| (from, false));
        let to = memchr::memchr2(b'\n', b'\r', &self.text[end..(end + REACH).min(self.text.len())])
            .map_or((end + REACH).min(self.text.len()), |at| end + at);
        let before = String::from_utf8_lossy(&self.text[from..start]);
        let after = String::from_utf8_lossy(&self.text[end..to]);
        let (own, broken) = last_stretch(&before);
        // A line without an end is no place for a marking.
        if cut && !broken {
            return false;
        }
        let phrase = &self.text[start..end];
        let set_off = phrase.first().is_some_and(|byte| !byte.is_ascii_lowercase());
        let behind = first_stretch(&after);
        if !set_off {
            // Properties and tags are written small; they are nothing else then.
            return own.is_empty() && behind.is_empty();
        }
        own.split_whitespace().all(|word| !word.starts_with(char::is_lowercase)) && behind.split_whitespace().count() <= FOLLOWED
    }
}

/// What stands before, up to the nearest separator; and whether there is one.
fn last_stretch(before: &str) -> (&str, bool) {
    let mut end = 0;
    let mut broken = false;
    for (at, c) in before.char_indices() {
        let length = c.len_utf8();
        if separates(c, before[..at].chars().next_back(), before[at + length..].chars().next()) {
            end = at + length;
            broken = true;
        }
    }
    (before[end..].trim(), broken)
}

/// What stands behind, up to the nearest separator.
fn first_stretch(after: &str) -> &str {
    let end = after
        .char_indices()
        .find(|(at, c)| separates(*c, after[..*at].chars().next_back().or(Some(' ')), after[at + c.len_utf8()..].chars().next()));
    after[..end.map_or(after.len(), |(at, _)| at)].trim()
}

/// Whether a character parts a line into stretches: `Firm Ltd - CONFIDENTIAL - do not disclose`.
fn separates(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    match c {
        '–' | '—' | '|' | '•' | '·' | '[' | ']' | '(' | ')' | '{' | '}' | '<' | '>' | '"' | '“' | '”' | '«' | '»' | '*' | '#' | '='
        | ';' | '\t' | '\'' | '：' | '、' | '。' => {
            // An apostrophe inside a word is none: `l'avocat`.
            c != '\'' || is_space(before) || is_space(after) || before == Some('(')
        }
        '-' | '/' => is_space(before) || is_space(after) || before == after,
        ':' | '.' | ',' | '!' => is_space(after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{detect::Detectors, format::TextKind};

    /// Bits of the strongest marking in a text.
    fn bits(detectors: &Detectors, text: &str) -> f32 {
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Prose, &mut found);
        let markings = found.iter().filter(|one| detectors.get(one.detector).marking.as_deref().is_some_and(|marking| marking != "public"));
        markings.map(|one| one.bits).fold(0.0, f32::max)
    }

    #[test]
    fn a_marking_by_itself_weighs_more_than_the_words_in_a_sentence() {
        let detectors = Detectors::builtin().expect("built-in files load");
        for alone in [
            "CONFIDENTIAL\n\nTest report",
            "Test report – Confidential",
            "Report 7\nFirm Ltd - CONFIDENTIAL - do not disclose\n",
            "// FIRM GROUP - PROPRIETARY AND CONFIDENTIAL\n",
            "keywords: vertraulich\n",
            "Subject: [Strictly confidential] numbers\n",
            "GESCHÄFTSGEHEIMNIS der Muster GmbH",
            "FILE_DESCRIPTION(('Impeller - CONFIDENTIAL - Firm'),'2;1');",
        ] {
            assert!(bits(&detectors, alone) >= 4.0, "{alone}: {}", bits(&detectors, alone));
        }
        for sentence in [
            "Mark documents confidential when needed.",
            "Your answers are confidential.",
            "Ihre Angaben werden vertraulich behandelt und nicht weitergegeben.",
            "The law protects a trade secret if its owner does.",
            "This e-mail is confidential. If you are not the intended recipient, delete it.",
        ] {
            assert!(bits(&detectors, sentence) < 3.0, "{sentence}: {}", bits(&detectors, sentence));
        }
    }
}
