//! Names of people in prose: word lists, capitals, and what stands around them (a title, a
//! salutation, a label, a verb). Words that are also names need more evidence.

use super::{
    Scan, is_word,
    name_words::{Lead, has_surname_ending, kind, kinds},
};
use crate::detect::{
    DetectorId, Normalise,
    fold::{fold_into, with_folded},
    header::is_organisation,
    lexicon::{self, flag},
    normal::month_word,
    places,
};
use std::{collections::HashSet, ops::Range};

const GIVEN: u8 = flag::GIVEN | flag::RARE_GIVEN;
const SURNAME: u8 = flag::SURNAME | flag::RARE_SURNAME;
/// Texts without a capital are read for names up to this size: a chat, a mail, not a dump.
const LOWER_TEXT: usize = 64 << 10;
/// A name in lower case is told from words by the lists alone.
const LOWER_DOUBT: f32 = 1.5;
/// A single word with less evidence is not one, wherever else a name with it stands.
const PENDING: f32 = -4.5;
/// Words of a name, particles not counted, and with them.
const MOST_NAMES: usize = 5;
const MOST_WORDS: usize = 9;

/// A word that may belong to a name.
#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
    flags: u8,
    kinds: u16,
    role: Role,
    /// Not in any list, but it ends as family names do.
    family: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Name,
    Initial,
    /// de, van, bin.
    Particle,
    Title,
    Suffix,
    /// A word that is never part of a name.
    Stop,
}

impl Word {
    fn has(&self, kinds: u16) -> bool {
        self.kinds & kinds != 0
    }

    fn is_plain(&self) -> bool {
        self.flags & flag::PLAIN != 0
    }

    /// In the lists of names, and not a word of English.
    fn is_sure(&self) -> bool {
        self.flags & (GIVEN | SURNAME) != 0 && self.flags & (flag::WORD | flag::PLAIN) == 0
    }
}

/// The names of one text as they are walked.
#[derive(Debug, Default)]
struct Walk {
    /// Single words that may be names, if they are part of a whole name elsewhere in the text.
    pending: Vec<(usize, usize)>,
    /// The folded words of whole names.
    known: HashSet<Vec<u8>, foldhash::fast::FixedState>,
    /// The text has no capitals at all.
    lower: bool,
    words: Vec<Word>,
}

impl Scan<'_> {
    /// Walks the capitals of the text.
    pub(super) fn names(&mut self) {
        let Some(id) = self.detectors.scanner.name else { return };
        let lower = self.text.len() <= LOWER_TEXT && !self.text.iter().any(u8::is_ascii_uppercase);
        let mut walk = Walk { lower, ..Walk::default() };
        let taken = std::mem::take(&mut self.taken);
        let mut addresses = taken.iter().peekable();
        let mut behind = 0;
        let planes = self.planes;
        let look = |at: usize| {
            // In the middle of a word lies what a hyphen or an apostrophe joins to the letters before it.
            let is_inside = matches!(self.before(at), b'-' | b'\'') && at > 1 && is_word(self.before(at - 1));
            if at < behind || is_inside {
                return;
            }
            while addresses.next_if(|(_, end)| *end <= at).is_some() {}
            if let Some((_, end)) = addresses.peek().filter(|(start, _)| *start <= at) {
                behind = *end;
                return;
            }
            let end = self.word_end(at);
            let starts = lower || self.is_capital(at);
            behind = end;
            if starts && !matches!(self.before(at), b'@' | b'#' | b'/' | b'_' | b'\\' | b'<') && end - at <= 24 {
                behind = self.sequence(id, at..end, &mut walk).max(end);
            }
        };
        if lower {
            planes.words.each_start(look)
        } else {
            planes.capitalised.each(look)
        }
        self.mentioned_again(id, &walk);
    }

    /// Single words of names that stand in full elsewhere: `Brad Key … starring Key`.
    fn mentioned_again(&mut self, id: DetectorId, walk: &Walk) {
        let mut folded = Vec::new();
        for (start, end) in walk.pending.iter().copied().filter(|_| !walk.known.is_empty()) {
            folded.clear();
            fold_into(&self.text[start..end], &mut folded);
            if walk.known.contains(&folded) {
                self.keep_name(id, start, end, 0.5);
            }
        }
    }

    fn word_end(&self, start: usize) -> usize {
        let mut end = start + 1;
        loop {
            // Letters and digits are passed over at once.
            end = self.planes.alphanumeric.end(end);
            let Some(byte) = self.text.get(end).copied() else { break };
            let joins = matches!(byte, b'\'' | b'-') || (byte == 0xe2 && self.text.get(end..end + 3) == Some("’".as_bytes()));
            if joins && self.text.get(end + if byte == 0xe2 { 3 } else { 1 }).is_some_and(|next| is_word(*next)) {
                end += if byte == 0xe2 { 3 } else { 1 };
            } else if is_word(byte)
                && self.text.get(end..end + 3) != Some("’".as_bytes())
                && self.text.get(end..end + 3) != Some("”".as_bytes())
            {
                end += 1;
            } else {
                break;
            }
        }
        end
    }

    fn is_capital(&self, at: usize) -> bool {
        match self.text[at] {
            byte if byte.is_ascii() => byte.is_ascii_uppercase(),
            _ => {
                let head = &self.text[at..(at + 4).min(self.text.len())];
                let valid = std::str::from_utf8(head).map_or_else(|error| &head[..error.valid_up_to()], |_| head);
                std::str::from_utf8(valid).ok().and_then(|text| text.chars().next()).is_some_and(char::is_uppercase)
            }
        }
    }

    /// Reads the run of capitalised words that starts with this one and reports the names in it.
    /// Returns where it ends.
    fn sequence(&mut self, id: DetectorId, first: Range<usize>, walk: &mut Walk) -> usize {
        let mut words = std::mem::take(&mut walk.words);
        words.clear();
        let Range { start: mut at, mut end } = first;
        let end = loop {
            let mut word = self.word(at, end, walk.lower);
            // "Jan Vos", "Anna March": behind a given name a word is a family name.
            let behind_given =
                words.last().is_some_and(|last| matches!(last.role, Role::Name) && last.flags & flag::GIVEN != 0 && last.is_sure());
            if word.role == Role::Stop && behind_given && word.flags & (flag::GIVEN | flag::SURNAME) != 0 && !walk.lower {
                word.role = Role::Name;
            }
            // "Dott.ssa", "Sig.ra".
            if word.role == Role::Title {
                end += [b".ssa".as_slice(), b".ra"].iter().find(|more| self.text[end..].starts_with(more)).map_or(0, |more| more.len());
            }
            words.push(word);
            match self.next_word(end, &words, walk.lower) {
                Some(next) if words.len() < MOST_WORDS && !(walk.lower && word.role == Role::Stop) => {
                    (at, end) = (next, self.word_end(next))
                }
                _ => break end,
            }
        };
        while words.last().is_some_and(|word| word.role == Role::Particle) {
            words.pop();
        }
        let inverted = self.inverted(id, &words, walk);
        if inverted.is_none() {
            self.judge_names(id, &words, walk);
        }
        let end = inverted.or(words.last().map(|word| word.end)).unwrap_or(end);
        walk.words = words;
        end
    }

    /// Where the next word of the same name starts, if one does.
    fn next_word(&self, end: usize, words: &[Word], lower: bool) -> Option<usize> {
        let last = words.last()?;
        let dot = self.byte(end) == b'.' && matches!(last.role, Role::Initial | Role::Title);
        let comma = self.byte(end) == b','
            && self
                .text
                .get(end + 1..end + 5)
                .is_some_and(|next| [b" Jr".as_slice(), b" Sr", b" II"].iter().any(|mark| next.starts_with(mark)));
        let space = end + usize::from(dot || comma);
        // "J.R. Smith".
        if dot && last.role == Role::Initial && self.is_alone(space) {
            return Some(space);
        }
        if self.byte(space) != b' ' || !is_word(self.byte(space + 1)) || space + 1 >= self.text.len() {
            return None;
        }
        let next = space + 1;
        if lower || self.is_capital(next) {
            return Some(next);
        }
        let particle = |at: usize| kinds(&self.text[at..self.word_end(at)]) & kind::PARTICLE != 0;
        (words.iter().any(|word| matches!(word.role, Role::Name | Role::Title)) && particle(next)).then_some(next).filter(|next| {
            // A particle must be followed by a capital, perhaps after another particle.
            let mut at = self.word_end(*next) + 1;
            if at < self.text.len() && is_word(self.text[at]) && !self.is_capital(at) && particle(at) {
                at = self.word_end(at) + 1;
            }
            at < self.text.len() && is_word(self.text[at]) && self.is_capital(at) && self.before(at) == b' '
        })
    }

    /// A capital and a dot: an initial.
    fn is_alone(&self, at: usize) -> bool {
        self.byte(at).is_ascii_uppercase() && self.byte(at + 1) == b'.'
    }

    fn word(&self, start: usize, end: usize, lower: bool) -> Word {
        with_folded(&self.text[start..end], |folded| self.folded_word(start, end, folded, lower))
    }

    fn folded_word(&self, start: usize, end: usize, folded: &[u8], lower: bool) -> Word {
        let text = &self.text[start..end];
        let possessive = folded.ends_with(b"'s");
        let folded = folded.strip_suffix(b"'s").unwrap_or(folded);
        let names = &lexicon::NAMES;
        let mut flags = names.get(folded);
        if folded.contains(&b'-') {
            flags = folded.split(|byte| *byte == b'-').fold(flags, |flags, part| flags | (names.get(part) & !flag::PLAIN));
        }
        let kinds = kinds(folded);
        let is = |bit: u16| kinds & bit != 0;
        let letters = text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'\'' | b'-'));
        let dotted = self.byte(end) == b'.';
        let short_title = matches!(folded, b"mr" | b"mrs" | b"ms" | b"dr");
        let month = || folded.len() > 5 && flags & (flag::GIVEN | flag::SURNAME) == 0 && month_word(folded).is_some();
        let role = match () {
            () if !letters => Role::Stop,
            () if is(kind::TITLE) && (dotted || folded.len() > 3 || short_title) => Role::Title,
            () if is(kind::SUFFIX) => Role::Suffix,
            () if is(kind::PARTICLE) && text.len() > 1 && (!lower || is(kind::NOBLE)) => Role::Particle,
            () if text.len() == 1 && (!lower || dotted) => Role::Initial,
            () if text.len() == 1 => Role::Stop,
            () if is(kind::GREETING | kind::FUNCTION) || month() => Role::Stop,
            // Without capitals only the lists say where a name begins and ends.
            () if lower && (flags & (GIVEN | SURNAME) == 0 || flags & flag::PLAIN != 0) => Role::Stop,
            () if lower && flags & flag::WORD != 0 && flags & (flag::GIVEN | flag::SURNAME) == 0 => Role::Stop,
            () if text.first().is_some_and(u8::is_ascii_lowercase) && !lower => Role::Particle,
            () => Role::Name,
        };
        let family = flags & (GIVEN | SURNAME | flag::PLAIN) == 0 && folded.len() >= 6 && has_surname_ending(folded);
        let end = if possessive { end - last_two(text) } else { end };
        Word { start, end, flags, kinds, role, family }
    }

    fn judge_names(&mut self, id: DetectorId, words: &[Word], walk: &mut Walk) {
        let mut from = 0;
        while from < words.len() {
            if matches!(words[from].role, Role::Stop | Role::Suffix) {
                from += 1;
                continue;
            }
            let mut to = from + words[from..].iter().position(|word| word.role == Role::Stop).unwrap_or(words.len() - from);
            // "Erfindungsmeldung von Herrn Novak": a title begins another name.
            let is_name = |word: &Word| word.role == Role::Name;
            let title = (from + 1..to)
                .find(|at| words[*at].role == Role::Title && words[from..*at].iter().any(is_name) && words[*at..to].iter().any(is_name));
            to = title.unwrap_or(to);
            let before = from.checked_sub(1).and_then(|at| words.get(at));
            self.judge_name(id, before, &words[from..to], words.get(to), walk);
            from = to + usize::from(title.is_none());
        }
    }

    /// Judges words between which nothing stops a name; `before` and `next` are what stopped it.
    fn judge_name(&mut self, id: DetectorId, before: Option<&Word>, words: &[Word], next: Option<&Word>, walk: &mut Walk) {
        let body = body(words);
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        let names = body.iter().filter(|word| word.role == Role::Name).count();
        if names > MOST_NAMES || first.role == Role::Suffix || names == 0 {
            return;
        }
        let (head, behind) = (&words[..place_of(words, first)], &words[place_of(words, last) + 1..]);
        let titled = head.iter().any(|word| word.role == Role::Title);
        let mut bits = self.detectors.get(id).text.base + self.words_bits(body, names);
        if walk.lower {
            bits -= LOWER_DOUBT;
        }
        let lead = self.lead(words[0].start);
        bits += lead.bits.max(match head.last() {
            Some(word) if word.role == Role::Title => 6.0,
            Some(word) if word.has(kind::ROLE | kind::LABEL) => 1.5,
            _ => 0.0,
        });
        if !titled && self.is_of_a_thing(head, before, body, behind, next, lead) {
            // "Fletcher Hill": what may be a place is a family name behind a given name.
            let family =
                names > 1 && last.flags & flag::SURNAME != 0 && first.flags & flag::GIVEN != 0 && first.is_sure() && behind.is_empty();
            bits -= if family && last.has(kind::PLACE) { 2.5 } else { 9.0 };
        }
        bits -= self.lone_doubt(head, body, names, lead, titled);
        // In lower case "will mark may" is no name unless a lead says so.
        if walk.lower && names > 1 && lead.bits < 3.5 && !(first.is_sure() && first.flags & GIVEN != 0) {
            bits -= 4.0;
        }
        bits += self.tail(body, names, lead);
        if names == 1 && !titled && self.capitalises_nouns {
            bits -= 2.0;
        }
        if bits < 7.0 && self.is_all_capitals(words) {
            bits -= if names > 1 && body.iter().all(|word| word.role != Role::Name || word.is_sure()) { 2.0 } else { 6.0 };
        }
        if bits > PENDING {
            bits -= self.place_doubt(body, names);
        }
        let start = match head.last() {
            // "Dr. De Vries": the particle belongs to the name where one surely begins.
            Some(particle) if particle.role == Role::Particle && (titled || lead.bits >= 2.0) => particle.start,
            _ => first.start,
        };
        if bits > 0.0 && self.keep_name(id, start, last.end, bits) {
            self.remember(body, names, bits, walk);
        } else if names == 1 && body.len() == 1 && bits > PENDING && (first.is_sure() || !lead.begins) {
            walk.pending.push((first.start, last.end));
        }
    }

    /// What the words of a name say by themselves.
    fn words_bits(&self, body: &[Word], names: usize) -> f32 {
        let (mut bits, mut given) = (0.0, false);
        for (place, word) in body.iter().enumerate().filter(|(_, word)| word.role == Role::Name) {
            let doubt = if word.flags & flag::WORD != 0 { 0.4 } else { 1.0 };
            // Short rare names are mostly abbreviations and words of other languages.
            let rare_bits = if word.end - word.start > 4 { 2.5 } else { 1.9 };
            let rare = word.flags & (flag::GIVEN | flag::SURNAME) == 0;
            bits += match word.flags {
                _ if word.is_plain() => -4.0,
                flags if place == 0 && flags & GIVEN != 0 => (if flags & flag::GIVEN != 0 { 3.0 } else { rare_bits }) * doubt,
                flags if flags & SURNAME != 0 => (if rare { rare_bits } else { 2.5 }) * doubt,
                flags if flags & GIVEN != 0 => 2.0 * doubt,
                _ if word.end - word.start < 3 => -2.0,
                _ if word.family => 2.0,
                _ if names > 1 && !self.capitalises_nouns => 1.2,
                _ => 0.3,
            };
            given |= word.flags & GIVEN != 0 && (doubt == 1.0 || place == 0);
        }
        let initials = body.iter().any(|word| word.role == Role::Initial);
        let noble = body.iter().any(|word| word.role == Role::Particle && word.has(kind::NOBLE));
        bits + if initials { if names > 1 { 2.0 } else { 0.5 } } else { 0.0 }
            + if names > 1 && given { 0.8 } else { 0.0 }
            + if names > 1 && noble { 1.5 } else { 0.0 }
    }

    /// Whether words around it make it a street, a place, a firm or a make.
    fn is_of_a_thing(&self, head: &[Word], before: Option<&Word>, body: &[Word], behind: &[Word], next: Option<&Word>, lead: Lead) -> bool {
        let Some(last) = body.last() else { return false };
        let next_in_text = || {
            let at = last.end + 1;
            self.byte(last.end) == b' '
                && is_word(self.byte(at))
                && self.is_capital(at)
                && self.kinds_at(at, self.word_end(at)) & kind::PLACE != 0
        };
        body.iter().any(|word| word.has(kind::BRAND))
            || last.has(kind::PLACE)
            || behind.iter().chain(next).any(|word| word.has(kind::PLACE))
            || body.first().is_some_and(|word| word.has(kind::HEAD) && body.len() > 1)
            || body.iter().any(|word| word.has(kind::HEAD) && word.flags & (flag::GIVEN | flag::SURNAME) == 0)
            || head.iter().chain(before).any(|word| word.has(kind::HEAD))
            || lead.kinds & kind::HEAD != 0
            || next_in_text()
    }

    /// What speaks against a single word: the name of a month, a firm's "&" before it, a "Den" that is no title's.
    fn lone_doubt(&self, head: &[Word], body: &[Word], names: usize, lead: Lead, titled: bool) -> f32 {
        if names > 1 || titled || lead.bits >= 2.0 {
            return 0.0;
        }
        let month = if body.iter().any(|word| word.has(kind::MONTH)) { 2.5 } else { 0.0 };
        let firm = if lead.joined { 3.0 } else { 0.0 };
        let particle = if head.last().is_some_and(|word| word.role == Role::Particle) { 1.0 } else { 0.0 };
        month + firm + particle
    }

    /// What stands behind: ":" a speaker, a mailbox a sender, a verb somebody who acts.
    fn tail(&self, body: &[Word], names: usize, lead: Lead) -> f32 {
        let Some(last) = body.last() else { return 0.0 };
        let rest = self.text.get(last.end..(last.end + 4).min(self.text.len())).unwrap_or_default();
        let given = last.flags & GIVEN != 0;
        let follows = |at: usize, wanted: u16| {
            is_word(self.byte(at)) && at < self.text.len() && self.kinds_at(at, self.word_end(at)) & wanted != 0 && !self.is_capital(at)
        };
        match rest {
            [b' ', b'<', ..] => 5.0,
            [b':', quote, ..] | [b':', b' ', quote, ..]
                if matches!(quote, b'"' | b'\'' | 0xe2 | 0xc2) && self.begins_line(body[0].start) =>
            {
                3.0
            }
            [b':', b' ', ..] if self.begins_line(body[0].start) => 1.0,
            [b' ', b'&', ..] if names == 1 => -3.0,
            [b'\'', b's', ..] => 0.7,
            [b',', b' ', ..] if names == 1 && given && lead.begins && follows(last.end + 2, kind::CALL) => 1.5,
            [b'?' | b'!', ..] if names == 1 && given && lead.comma => 1.5,
            [b' ', digit, ..] if names == 1 && digit.is_ascii_digit() && month_word(&self.text[last.start..last.end]).is_some() => -4.0,
            [b' ', ..] if follows(last.end + 1, kind::VERB) => 1.2,
            [b' ', ..] => self.beside(last.end),
            _ => 0.0,
        }
    }

    /// "Usamov and Bowers": a name beside a name.
    fn beside(&self, end: usize) -> f32 {
        let rest = &self.text[end..(end + 8).min(self.text.len())];
        let joint = [b" and ".as_slice(), b" und ", b" et ", b" y ", b" e ", b" en "].into_iter().find(|joint| rest.starts_with(joint));
        let Some(at) = joint.map(|joint| end + joint.len()).filter(|at| *at < self.text.len() && is_word(self.text[*at])) else {
            return 0.0;
        };
        let other = self.word(at, self.word_end(at), false);
        if self.is_capital(at) && other.role == Role::Name && (other.is_sure() || other.family) { 0.8 } else { 0.0 }
    }

    /// Whether little more than this stands on its line.
    fn begins_line(&self, start: usize) -> bool {
        start - memchr::memrchr(b'\n', &self.text[..start]).map_or(0, |at| at + 1) < 24
    }

    fn is_all_capitals(&self, words: &[Word]) -> bool {
        words.iter().all(|word| !self.text[word.start..word.end].iter().any(u8::is_ascii_lowercase))
    }

    /// Towns are called after people, mostly after their given names.
    fn place_doubt(&self, body: &[Word], names: usize) -> f32 {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return 0.0 };
        let is_place = with_folded(&self.text[first.start..last.end], |folded| {
            folded.len() > 3 && places::country(folded, &mut Vec::new()) || places::is_city(folded) || places::is_us_state(folded)
        });
        if !is_place {
            return 0.0;
        }
        match (names, first.flags & GIVEN != 0) {
            (1, true) => 0.4,
            (_, true) => 1.0,
            (1, false) => 4.0,
            (_, false) => 3.0,
        }
    }

    fn remember(&self, body: &[Word], names: usize, bits: f32, walk: &mut Walk) {
        if names < 2 || bits < 1.0 {
            return;
        }
        for word in body.iter().filter(|word| word.role == Role::Name && word.end - word.start > 2) {
            let mut folded = Vec::new();
            fold_into(&self.text[word.start..word.end], &mut folded);
            walk.known.insert(folded);
        }
    }

    /// `Müller, Hans`: a family name alone, a comma, a given name, and nothing that goes on.
    /// Returns where it ends.
    fn inverted(&mut self, id: DetectorId, words: &[Word], walk: &mut Walk) -> Option<usize> {
        let (first, last) = (words.first()?, words.last()?);
        let family = |word: &Word| {
            word.role == Role::Particle || word.role == Role::Name && (word.flags & SURNAME != 0 || word.family) && !word.is_plain()
        };
        if self.text.get(last.end..last.end + 2) != Some(b", ") || words.len() > 3 || !words.iter().all(family) || walk.lower {
            return None;
        }
        let at = last.end + 2;
        if at >= self.text.len() || !is_word(self.text[at]) || !self.is_capital(at) {
            return None;
        }
        let mut given = vec![self.word(at, self.word_end(at), false)];
        while let Some(next) = self.next_word(given.last()?.end, &given, false).filter(|_| given.len() < 3) {
            given.push(self.word(next, self.word_end(next), false));
        }
        let lead = self.lead(first.start);
        let line_start = first.start == 0 || self.before(first.start) == b'\n';
        let labelled = lead.bits > 1.0;
        let is_given =
            |word: &Word| word.role == Role::Initial || word.role == Role::Name && word.flags & GIVEN != 0 && (labelled || word.is_sure());
        let end = given.last()?.end;
        let ends = matches!(self.byte(end), b'\n' | b'\r' | b';' | b'(' | b')' | b'\t' | b'|' | b'.')
            || end == self.text.len()
            || (matches!(self.byte(end), b',' | b' ') && !is_word(self.byte(end + 1)) | self.byte(end + 1).is_ascii_digit());
        // "Emma, Jack and Olivia" is a list of given names, "Paris, Jordan" one of places.
        let listed = words.iter().any(|word| word.flags & flag::GIVEN != 0) && !labelled && !self.is_all_capitals(words);
        if given[0].role != Role::Name
            || !given.iter().all(is_given)
            || !ends
            || listed
            || !(labelled || line_start || matches!(self.before(first.start), b';' | b'\t' | b'|'))
            || self.place_doubt(words, 2) + self.place_doubt(&given, 2) > 2.0
        {
            return None;
        }
        let bits = self.detectors.get(id).text.base + self.words_bits(words, 2) + self.words_bits(&given, 2) + lead.bits;
        (bits > 0.0 && self.keep_name(id, first.start, end, bits)).then(|| {
            self.remember(words, 2, bits, walk);
            self.remember(&given, 2, bits, walk);
            end
        })
    }

    /// Reports a name unless it is a firm's. Returns whether it did.
    fn keep_name(&mut self, id: DetectorId, start: usize, end: usize, bits: f32) -> bool {
        self.scratch.clear();
        let mut normal = std::mem::take(&mut self.scratch);
        let good = Normalise::Name.run(&self.text[start..end], Default::default(), &mut normal) && !is_organisation(&normal);
        let test = self.detectors.get(id).test_values.contains(&normal);
        self.scratch = normal;
        if good {
            self.keep(id, start, end, bits, test);
        }
        good
    }
}

/// How many bytes the last two characters have: the apostrophe of a possessive may be one of several.
fn last_two(text: &[u8]) -> usize {
    std::str::from_utf8(text).map_or(2, |text| text.chars().rev().take(2).map(char::len_utf8).sum())
}

/// The words of a name without what only stands at its ends: titles, roles, particles, plain
/// words ("Annual Report Jane Smith").
fn body(words: &[Word]) -> &[Word] {
    let mut body = words;
    while let [first, rest @ ..] = body
        && (matches!(first.role, Role::Title | Role::Particle)
            || !rest.is_empty() && first.role == Role::Name && (first.flags == flag::PLAIN || first.has(kind::ROLE)))
    {
        body = rest;
    }
    while let [rest @ .., last] = body
        && (matches!(last.role, Role::Particle | Role::Title)
            || !rest.is_empty() && (last.flags == flag::PLAIN && last.role == Role::Name || last.role == Role::Initial))
    {
        body = rest;
    }
    body
}

/// Where in its segment a word stands.
fn place_of(words: &[Word], word: &Word) -> usize {
    words.iter().position(|other| other.start == word.start).unwrap_or_default()
}
